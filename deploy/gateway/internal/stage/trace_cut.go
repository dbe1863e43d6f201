package stage

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"portcullis/policy"
)

// secrets are the credentials of the request, as they stand in events and answers.
func (x *Exchange) secrets() []string {
	var all []string
	for _, name := range []string{"Authorization", "X-Api-Key", "X-Amz-Security-Token", "Cookie", "Proxy-Authorization", "Sec-Websocket-Protocol"} {
		all = append(all, x.HTTP.Header.Values(name)...)
	}
	for _, name := range []string{"token", "access_token", "X-Amz-Signature", "X-Amz-Security-Token"} {
		all = append(all, x.Queries()[name]...)
	}
	for _, source := range x.sources {
		if source.sent != nil {
			all = append(all, source.sent(x)...)
		}
	}
	if x.Identity != nil {
		all = append(all, x.Identity.usageKey)
	}
	all = x.withForms(all)
	// What is shorter is no secret, and might be a word of everything else.
	all = slices.DeleteFunc(all, func(s string) bool { return len(s) < 8 })
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) }) // the longer before what it holds
	return all
}

// withForms adds what events and answers may hold of a credential alone: a token without its scheme, each cookie and
// its value; and a parameter of the query as it was sent.
func (x *Exchange) withForms(all []string) []string {
	for _, value := range slices.Clone(all) {
		if _, token, cut := strings.Cut(value, " "); cut {
			all = append(all, strings.TrimSpace(token))
		}
	}
	for _, cookie := range x.Cookies() {
		_, value, _ := strings.Cut(cookie, "=")
		all = append(all, cookie, value)
	}
	for part := range strings.SplitSeq(x.HTTP.URL.RawQuery, "&") {
		if _, value, _ := strings.Cut(part, "="); slices.Contains(all, decodeQuery(value)) {
			all = append(all, value)
		}
	}
	return all
}

// credential finds what looks like a JWT or an API key of this project, wherever it comes from.
var credential = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`eyJ[\w-]+\.[\w-]*\.[\w-]*|pk_[0-9A-Za-z]{16}_[0-9A-Za-z]+`)
})

// cutSecrets leaves of each credential in a text as much as tells it apart from others.
func cutSecrets(text string, secrets []string) string {
	for _, secret := range secrets {
		text = strings.ReplaceAll(text, secret, shortened(secret))
	}
	if !strings.Contains(text, "eyJ") && !strings.Contains(text, "pk_") { // the expression takes much longer to find that
		return text
	}
	return credential().ReplaceAllStringFunc(text, shortened)
}

func shortened(secret string) string {
	if scheme, rest, cut := strings.Cut(secret, " "); cut && len(scheme) <= 16 {
		return scheme + " " + shortened(rest)
	}
	return secret[:min(6, len(secret)/4)] + "…"
}

// cutJSON is cutSecrets on every text of a JSON document, names included. What is no JSON becomes a text of it.
func cutJSON(document json.RawMessage, secrets []string) json.RawMessage {
	if len(document) == 0 {
		return nil
	}
	var tree any
	if json.Unmarshal(document, &tree) != nil {
		tree = fmt.Sprintf("%.200q", document)
	}
	text, _ := json.Marshal(cutTree(tree, secrets))
	return text
}

func cutTree(tree any, secrets []string) any {
	switch tree := tree.(type) {
	case string:
		return cutSecrets(tree, secrets)
	case []any:
		cut := make([]any, len(tree))
		for i := range tree {
			cut[i] = cutTree(tree[i], secrets)
		}
		return cut
	case map[string]any:
		cut := make(map[string]any, len(tree))
		for name, value := range tree {
			cut[cutSecrets(name, secrets)] = cutTree(value, secrets)
		}
		return cut
	}
	return tree
}

// cut is the trace without credentials.
func (t *Trace) cut(secrets []string) *Trace {
	c := *t
	c.Path = cutSecrets(c.Path, secrets)
	c.Validation = cutSecrets(c.Validation, secrets)
	c.Parameters = cutAll(c.Parameters, secrets)
	if t.Policy != nil {
		p := *t.Policy
		p.RoutedARN = cutSecrets(p.RoutedARN, secrets)
		p.ARN, p.Pattern, p.Statement = cutSecrets(p.ARN, secrets), cutSecrets(p.Pattern, secrets), cutStatement(p.Statement, secrets)
		c.Policy = &p
	}
	if t.ResourcePolicy != nil {
		p := *t.ResourcePolicy // whose statement is the contract's, and holds nothing that a client sent
		p.ARN = cutSecrets(p.ARN, secrets)
		c.ResourcePolicy = &p
	}
	if t.Authorizer != nil {
		a := *t.Authorizer
		a.Event, a.Answer, a.Error = cutJSON(a.Event, secrets), cutJSON(a.Answer, secrets), cutSecrets(a.Error, secrets)
		a.PrincipalID = cutSecrets(a.PrincipalID, secrets)
		if a.Context != nil {
			a.Context = cutTree(a.Context, secrets).(map[string]any)
		}
		c.Authorizer = &a
	}
	if t.Integration != nil {
		i := *t.Integration
		i.Error = cutSecrets(i.Error, secrets)
		c.Integration = &i
	}
	return &c
}

func cutAll(texts map[string]string, secrets []string) map[string]string {
	cut := make(map[string]string, len(texts))
	for name, text := range texts {
		cut[name] = cutSecrets(text, secrets)
	}
	return cut
}

// cutStatement cuts what an authorizer may have put a path into. The policy itself is left alone: it may be cached.
func cutStatement(s *policy.Statement, secrets []string) *policy.Statement {
	if s == nil {
		return nil
	}
	c := *s
	for _, list := range []*policy.Strings{&c.Resource, &c.NotResource} {
		*list = slices.Clone(*list)
		for i, text := range *list {
			(*list)[i] = cutSecrets(text, secrets)
		}
	}
	return &c
}

// maxTraceHeader bounds what a trace adds to an answer's header, in bytes.
const maxTraceHeader = 16 << 10

// headerText is the trace as JSON in ASCII, without the authorizer's event, answer and context where it is too long with them.
func (t *Trace) headerText(secrets []string) string {
	c := t.cut(secrets)
	text := asciiJSON(c)
	if len(text) > maxTraceHeader && c.Authorizer != nil {
		c.Authorizer.Event, c.Authorizer.Answer, c.Authorizer.Context = nil, nil, nil
		text = asciiJSON(c)
	}
	if len(text) > maxTraceHeader {
		return asciiJSON(&Trace{RequestID: t.RequestID, Route: t.Route, Status: t.Status, ResponseType: t.ResponseType})
	}
	return text
}
