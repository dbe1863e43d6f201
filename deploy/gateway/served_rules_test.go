package gateway_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"portcullis/api/contract"
	"portcullis/policy"
)

// ruled is an API with random routes, each of which is open to the caller or closed, and the caller's policy.
type ruled struct {
	contract *contract.Contract
	open     map[policy.Route]bool
	rules    *policy.Rules
}

// rulesCaller has one of the two scopes that routes ask for.
var rulesCaller = policy.Caller{ID: "me", Schemes: []string{policy.SchemeBearer}, Scopes: []string{"open"}}

// ruledPaths have literals and parameters at the same places.
var ruledPaths = []string{"/", "/{rest+}", "/admin", "/admin/{rest+}", "/admin/keys", "/admin/keys/{rest+}", "/files", "/files/{id}", "/files/secret",
	"/files/{id}/secret", "/files/{id}/parts/{rest+}", "/files/keys/secret", "/secret"}

// ruledAPI is an API with some of those paths.
func ruledAPI(t *testing.T, random *rand.Rand) *ruled {
	t.Helper()
	text, open := ruledHead, map[policy.Route]bool{}
	for _, i := range random.Perm(len(ruledPaths))[:4+random.IntN(6)] {
		scopes := map[string]string{}
		for _, method := range []string{"GET", "DELETE", "POST"} {
			if random.IntN(5) > 0 {
				scopes[method] = []string{"open", "closed"}[random.IntN(2)]
				open[policy.Route{Method: method, Path: ruledPaths[i]}] = scopes[method] == "open"
			}
		}
		text += ruledItem(ruledPaths[i], scopes)
	}
	r := ruledBy(t, text)
	r.open = open
	return r
}

// ruledHead is a contract without paths.
var ruledHead = oddContract[:strings.Index(oddContract, "  /: ")]

// ruledItem is a path of a contract, with the scope that each method asks for.
func ruledItem(template string, scopes map[string]string) string {
	text := "  " + template + ":\n    parameters: ["
	for _, name := range []string{"id", "rest"} {
		if strings.Contains(template, "{"+name) {
			text += "{name: " + name + ", in: path, required: true}, "
		}
	}
	text += "]\n"
	for _, method := range slices.Sorted(maps.Keys(scopes)) {
		text += "    " + strings.ToLower(method) + ": {security: [bearer: [" + scopes[method] + "]]}\n"
	}
	return text
}

// ruledBy is the API of a contract.
func ruledBy(t *testing.T, text string) *ruled {
	t.Helper()
	contract, err := contract.Parse("contract.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	rules, err := contract.Rules()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return &ruled{contract: contract, rules: rules}
}

// ruledTarget is a target near the routes.
func ruledTarget(random *rand.Rand) string {
	words := []string{"admin", "files", "secret", "keys", "parts", "7", "ADMIN"}
	segments := strings.Split(ruledPaths[random.IntN(len(ruledPaths))][1:], "/")
	for i, segment := range segments {
		switch {
		case segment == "{rest+}":
			segments[i] = words[random.IntN(len(words))]
			if random.IntN(2) == 0 {
				segments = append(segments, words[random.IntN(len(words))])
			}
		case segment == "{id}":
			segments[i] = words[random.IntN(len(words))]
		}
	}
	return oddly(random, segments...)
}

// readings are what a path may be taken for by who cleans paths up before looking at them: without empty segments, with
// what need not be encoded decoded, without dot segments, and all of it.
func readings(sent string) []string {
	all := []string{sent}
	for _, read := range []func(string) string{collapsed, unescaped, dotless, path.Clean} {
		for _, before := range slices.Clone(all) {
			all = append(all, read(before))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func collapsed(sent string) string {
	for strings.Contains(sent, "//") {
		sent = strings.ReplaceAll(sent, "//", "/")
	}
	return sent
}

// unescaped decodes unreserved characters (RFC 3986, section 2.3).
func unescaped(sent string) string { return unreserved().Replace(sent) }

var unreserved = sync.OnceValue(func() *strings.Replacer {
	var pairs []string
	for _, r := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~" {
		pairs = append(pairs, fmt.Sprintf("%%%02x", r), string(r), fmt.Sprintf("%%%02X", r), string(r))
	}
	return strings.NewReplacer(pairs...)
})

// dotless resolves dot segments (RFC 3986, section 5.2.4), which leaves empty segments alone.
func dotless(sent string) string {
	resolved, err := url.Parse("http://a" + sent)
	if err != nil {
		return sent
	}
	return resolved.JoinPath().EscapedPath()
}

// closed names the route that a path would be routed to if that is closed; "" where it is open, or where there is none.
func (r *ruled) closed(method, path string) string {
	var best policy.Route
	for route := range r.open {
		if route.Method == method && pattern(route.Path).MatchString(path) && (best.Path == "" || rank(route.Path) < rank(best.Path)) {
			best = route
		}
	}
	if best.Path == "" || r.open[best] {
		return ""
	}
	return best.String()
}

// rank orders templates that stand for one path: what is routed to comes first.
func rank(template string) string {
	var b strings.Builder
	for segment := range strings.SplitSeq(template[1:], "/") {
		switch {
		case strings.HasSuffix(segment, "+}"):
			b.WriteByte('2')
		case strings.HasPrefix(segment, "{"):
			b.WriteByte('1')
		default:
			b.WriteByte('0')
		}
	}
	return b.String()
}

// TestServedIsOpen: whatever way a target is written, what a route serves is open to the caller by every reading of the
// path that routes anywhere. The authorizer answers with the exact policy of the API's rules.
func TestServedIsOpen(t *testing.T) {
	for name, modeText := range askedModes {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(3, 4))
			served, odd := 0, 0
			for range 175 {
				r := ruledAPI(t, random)
				s := startStage(t, modeText, func(c *setting) { c.Contract = r.contract })
				s.token.code = r.authorize
				for range 20 {
					s.things.events = nil
					method, target := []string{"GET", "GET", "DELETE", "POST"}[random.IntN(4)], ruledTarget(random)
					answers := s.raw(t, method+" /test"+target+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
					if len(s.things.events) == 0 {
						if len(answers) == 1 && answers[0].StatusCode >= 500 {
							t.Fatalf("%s %s: %d", method, target, answers[0].StatusCode)
						}
						continue
					}
					served++
					got := read(t, s.things.events[0])
					all := readings(got.sent)
					if len(all) > 1 {
						odd++
					}
					for _, reading := range all {
						if closed := r.closed(got.method, reading); closed != "" {
							t.Errorf("%s %s: %s serves %s, which read as %s is %s, and that is closed\n%s", method, target, got.resource, got.sent, reading, closed, r.contract.Text)
						}
					}
					if r.rules.Decide(rulesCaller, got.method, got.sent) != policy.Allow {
						t.Errorf("%s %s: served, and the rules deny %s\n%s", method, target, got.sent, r.contract.Text)
					}
				}
			}
			t.Logf("served %d, of which %d have several readings", served, odd)
			if served < 200 || odd < 20 {
				t.Errorf("only %d requests were served, %d with an odd path: the test sees too little", served, odd)
			}
		})
	}
}

// authorize answers an authorizer's event with the caller's policy.
func (r *ruled) authorize(event []byte) (string, error) {
	var e struct{ MethodARN, RouteARN string }
	if err := json.Unmarshal(event, &e); err != nil {
		return "", err
	}
	arn, err := policy.ParseARN(e.MethodARN + e.RouteARN)
	if err != nil {
		return "", err
	}
	document, err := r.rules.Compile(rulesCaller, arn)
	if err != nil {
		return "", err
	}
	answer, err := json.Marshal(map[string]any{"principalId": "me", "policyDocument": document})
	return string(answer), err
}

// TestOddPathsOpenNothing: what the rules close stays closed however its path is written, in a REST API and in an HTTP API.
func TestOddPathsOpenNothing(t *testing.T) {
	for _, test := range []struct{ open, closed, targets string }{
		{"/{rest+}", "/admin", "/admin //admin ///admin /admin/ /admin// //admin// /%61dmin /adm%69n /admi%6E /admi%6e /./admin /admin/. /x/../admin /admin/x/.. /%2e/admin /x/%2E%2e/admin"},
		{"/{rest+}", "/files/{id}", "/files/7 //files/7 /files//7 /files/./7 /x/../files/7 /file%73/7 /files/7/ /files/7/."},
		{"/{rest+}", "/files/secret", "/files/secret /files//secret /files/s%65cret /files/./secret /files/x/../secret"},
		{"/files/{rest+}", "/files/secret", "/files/secret /files//secret /files/secret// /files/%73ecret /files/./secret /files/x/../secret"},
		{"/files/{rest+}", "/", "/ // /// /files/.. /files/../ /files/x/../.."},
		{"/files/{id}", "/files/secret", "/files/secret /files/secret/ /files/%73ecret"},
		{"/files/{id}/secret", "/files/secret", "/files/secret /files//secret /files/./secret /files/x/../secret"},
		{"/files/{id}/secret", "/{rest+}", "/files//secret /files///secret //files//secret /files/7//secret"},
	} {
		text := ruledHead + ruledItem(test.open, map[string]string{"GET": "open"}) + ruledItem(test.closed, map[string]string{"GET": "closed"})
		for name, modeText := range askedModes {
			s := startStage(t, modeText, withContract(t, text))
			s.token.code = ruledBy(t, text).authorize
			for target := range strings.FieldsSeq(test.targets) {
				s.things.events = nil
				answers := s.raw(t, "GET /test"+target+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
				if len(s.things.events) > 0 || len(answers) != 1 || answers[0].StatusCode != 403 && answers[0].StatusCode != 404 {
					t.Errorf("%s: with %s open and %s closed, GET %s: %v, served %d times", name, test.open, test.closed, target, answers, len(s.things.events))
				}
			}
		}
	}
}
