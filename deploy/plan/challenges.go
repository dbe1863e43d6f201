package plan

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"portcullis/deploy/modes"
	"portcullis/policy"
)

// The headers by which a refusal says what would be let in (RFC 9110, section 11.6.1), and that scripts of other origins may read it.
const (
	challengeHeader = "WWW-Authenticate"
	exposedHeaders  = "Access-Control-Expose-Headers"
)

// addChallenges lets those of the gateway's refusals that a token would change ask for one, as RFC 6750, section 3, has it.
//
// A gateway response is one for all requests. So none names scopes, which are an operation's, and a 401 no error, which would be wrong
// of a request without a token. A 403 is for want of scopes where only a token can have brought the caller so far; it is not said where
// that may have been an API key, or the API's own policy or the cache refuses too. A pool of Cognito's answers 401 to what lacks a scope,
// and API keys and signatures have no challenge: no scheme is registered that clients would send them by.
//
// What the mode says of a response stays, and one that hides the refusal behind another status has no challenge.
func (b *builder) addChallenges(all map[string]GatewayResponse) {
	if !b.takesBearers() {
		return
	}
	kinds := []string{"UNAUTHORIZED", "ACCESS_DENIED"}
	if b.mode.Authorization == modes.Cognito {
		kinds = kinds[:1]
	}
	kinds = slices.DeleteFunc(kinds, func(kind string) bool { return !wantsChallenge(responseOf(all, kind)) })
	if len(kinds) == 0 {
		return
	}
	realm := b.realm()
	for _, kind := range kinds {
		challenge := "Bearer realm=" + realm
		if kind == "ACCESS_DENIED" && b.deniesTokensOnly() {
			challenge += `, error="insufficient_scope"`
		}
		r := responseOf(all, kind)
		r.Headers = maps.Clone(r.Headers)
		r.Headers[challengeHeader] = "'" + challenge + "'"
		all[kind] = r
	}
}

// takesBearers tells whether a token in Authorization can let a request in, as the header's value after Bearer.
func (b *builder) takesBearers() bool {
	a := b.authorizer()
	if a == nil || !b.asksFor(policy.SchemeBearer) {
		return false
	}
	// A Lambda authorizer without identity sources looks where the contract says.
	return len(a.IdentitySources) == 0 || slices.ContainsFunc(a.IdentitySources, func(source string) bool {
		return strings.EqualFold(source, "method.request.header.Authorization") || strings.EqualFold(source, "method.request.multivalueheader.Authorization")
	})
}

// deniesTokensOnly tells whether whoever is denied has a token that was found good.
func (b *builder) deniesTokensOnly() bool {
	mayHaveKey := b.mode.Authorization == modes.Request && b.asksFor(policy.SchemeAPIKey)
	cacheDenies := b.mode.Cache != nil && b.mode.Cache.UnauthorizedCacheControlHeaderStrategy == "FAIL_WITH_403"
	return !mayHaveKey && !cacheDenies && b.contract.ResourcePolicy == nil
}

// asksFor tells whether a rule of an operation asks for a credential of a scheme.
func (b *builder) asksFor(scheme string) bool {
	for _, o := range b.contract.Operations {
		if slices.ContainsFunc(o.Access.Alternatives, func(a policy.Alternative) bool { return asks(a, scheme) }) {
			return true
		}
	}
	return false
}

// responseOf is what a type of refusal answers with: what stands for the whole class, where it has nothing of its own.
func responseOf(all map[string]GatewayResponse, kind string) GatewayResponse {
	if r, set := all[kind]; set {
		return r
	}
	return all["DEFAULT_4XX"]
}

// wantsChallenge tells whether an answer says that it refuses, and not yet what would be let in.
func wantsChallenge(r GatewayResponse) bool {
	status := cmp.Or(r.StatusCode, http.StatusUnauthorized)
	return (status == http.StatusUnauthorized || status == http.StatusForbidden) && !hasHeader(r.Headers, challengeHeader)
}

// exposeChallenges lets scripts of other origins read the challenges, unless the mode says what they may read.
func exposeChallenges(all map[string]GatewayResponse) {
	for _, r := range all {
		if hasHeader(r.Headers, challengeHeader) && !hasHeader(r.Headers, exposedHeaders) {
			r.Headers[exposedHeaders] = "'" + challengeHeader + "'"
		}
	}
}

func hasHeader(headers map[string]string, name string) bool {
	for other := range headers {
		if strings.EqualFold(other, name) {
			return true
		}
	}
	return false
}

// mostRealm is how many characters of a title may become a header's.
const mostRealm = 256

// realm is the contract's title, or else the mode's name, as a quoted-string (RFC 9110, section 5.6.4). A header's value in a gateway
// response is a text in single quotes, in which the desk expands variables: what would end it, be one, or is not ASCII becomes "?".
func (b *builder) realm() string {
	title := cmp.Or(strings.TrimSpace(b.contract.Title), b.mode.Name)
	if utf8.RuneCountInString(title) > mostRealm || strings.ContainsFunc(title, isControl) {
		b.refuse(b.contract.At("#/info/title"), "info.title: is the realm of %s: want at most %d characters and none of them a control character, "+
			"or a %[1]s of one's own among the headers of the mode's gatewayResponses", challengeHeader, mostRealm)
		return ""
	}
	title = strings.ReplaceAll(title, "$context.", "?context.")
	var quoted strings.Builder
	quoted.WriteByte('"')
	for _, r := range title {
		switch {
		case r == '"' || r == '\\':
			quoted.WriteByte('\\')
			quoted.WriteRune(r)
		case r == '\'' || r > '~':
			quoted.WriteByte('?')
		default:
			quoted.WriteRune(r)
		}
	}
	quoted.WriteByte('"')
	return quoted.String()
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }
