package verify_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// explained: a line a case: claims in place of a good token's, the entry's change, the claim that is looked at, its kind, and what is
// said of it.
var explained = []struct {
	claims map[string]any
	change func(*verify.Issuer)
	claim  string
	kind   string
	effect string
}{
	{nil, nil, "iss", verify.PartIssuer, "chose the issuer's entry"},
	{map[string]any{"iss": "https://other.example.net"}, nil, "iss", verify.PartIssuer, "no entry is of"},
	{map[string]any{"iss": "https://other.example.net"}, nil, "sub", verify.PartIgnored, "no entry says"},
	{nil, nil, "exp", verify.PartTime, "ends the token at 2030-03-17T18:45:40Z, in 59m"},
	{map[string]any{"exp": now.Unix()}, nil, "exp", verify.PartTime, "ended the token at 2030-03-17T17:46:40Z, 0s ago"},
	{map[string]any{"exp": now.Unix() + 50*3600 + 1}, nil, "exp", verify.PartTime, "in 2 days"},
	{map[string]any{"exp": now.Unix() + 5*3600 + 61}, nil, "exp", verify.PartTime, "in 5h1m"},
	{map[string]any{"exp": "soon"}, nil, "exp", verify.PartTime, "is no time"},
	{map[string]any{"nbf": now.Unix() + 90}, nil, "nbf", verify.PartTime, "in 1m30s: until then"},
	{map[string]any{"nbf": now.Unix()}, nil, "nbf", verify.PartTime, "which has come"},
	{map[string]any{"iat": now.Unix() + 90}, nil, "iat", verify.PartTime, "is a time to come"},
	{nil, nil, "iat", verify.PartTime, "1m0s ago"},
	{nil, nil, "client_id", verify.PartAudience, "is among the audiences"},
	{map[string]any{"client_id": "other"}, nil, "client_id", verify.PartAudience, "names none of the audiences of the issuer's entry: "},
	{map[string]any{"client_id": []string{verifytest.DefaultClientID}}, nil, "client_id", verify.PartAudience, "names none"},
	{map[string]any{"aud": "https://api.example.com"}, nil, "aud", verify.PartAudience, "names another API"},
	{map[string]any{"aud": "https://api.example.com"}, func(i *verify.Issuer) { i.Resource = []string{"https://api.example.com"} }, "aud", verify.PartAudience, "names this API"},
	{map[string]any{"aud": []string{"a", verifytest.DefaultClientID}}, plain, "aud", verify.PartAudience, "is among"},
	{map[string]any{"aud": "a"}, plain, "aud", verify.PartAudience, "names none"},
	{nil, nil, "token_use", verify.PartUse, "is a kind of token that"},
	{map[string]any{"token_use": "id"}, nil, "token_use", verify.PartUse, "is none of the kinds of token that the issuer's entry takes: access"},
	{nil, plain, "token_use", verify.PartIgnored, "not looked at"},
	{map[string]any{"tid": "a"}, func(i *verify.Issuer) { i.Require = map[string][]string{"tid": {"a"}} }, "tid", verify.PartRequired, "has a value that"},
	{map[string]any{"tid": "b"}, func(i *verify.Issuer) { i.Require = map[string][]string{"tid": {"a"}} }, "tid", verify.PartRequired, "requires of tid: a"},
	{map[string]any{"cnf": map[string]any{"jkt": "x"}}, nil, "cnf", verify.PartBound, "the token is refused"},
	{map[string]any{"cnf": map[string]any{"jkt": "x"}}, func(i *verify.Issuer) { i.BoundTokens = verify.AcceptBound }, "cnf", verify.PartBound, "accepts that"},
	{nil, nil, "sub", verify.PartSubject, "is the caller's id, and what"},
	{nil, func(i *verify.Issuer) { i.Owners = new(false) }, "sub", verify.PartSubject, "owns nothing"},
	{map[string]any{"oid": "o"}, func(i *verify.Issuer) { i.ID = []string{"oid", "sub"} }, "oid", verify.PartSubject, "is the caller's id"},
	{map[string]any{"oid": "o"}, func(i *verify.Issuer) { i.ID = []string{"oid", "sub"} }, "sub", verify.PartIgnored, "not looked at"},
	{nil, func(i *verify.Issuer) { i.ID = []string{"oid", "sub"} }, "sub", verify.PartSubject, "owns nothing"},
	{map[string]any{"scope": "b a"}, nil, "scope", verify.PartScopes, "gave a b"},
	{map[string]any{"scope": "b a"}, func(i *verify.Issuer) { i.Scopes = []string{"a"} }, "scope", verify.PartScopes, "gave a; by the issuer's entry nothing comes of b"},
	{map[string]any{"scope": ""}, nil, "scope", verify.PartScopes, "gave no scope"},
	{map[string]any{"scope": 7}, nil, "scope", verify.PartScopes, "is a number, which is not read"},
	{map[string]any{"scope": "a", "scp": "b"}, nil, "scp", verify.PartIgnored, "not looked at"},
	{map[string]any{"scp": []string{"b"}}, noScope, "scp", verify.PartScopes, "gave b"},
	{map[string]any{"cognito:groups": []string{"admins", "x"}}, nil, "cognito:groups", verify.PartGroups, "lists the caller's groups"},
	{map[string]any{"cognito:groups": []string{"admins", "x"}}, admins, "cognito:groups", verify.PartScopes, "gave w; by the issuer's entry nothing comes of x; lists the caller's groups"},
	{map[string]any{"scope": "admins", "cognito:groups": []string{"admins"}}, bounded, "scope", verify.PartScopes, "gave no scope; by the issuer's entry nothing comes of admins"},
	{map[string]any{"realm_access": map[string]any{"roles": []string{"r"}}}, func(i *verify.Issuer) {
		i.Grants = map[string]map[string][]string{"/realm_access/roles": {"r": {"read"}}}
	}, "realm_access", verify.PartScopes, "gave read"},
	{nil, nil, "jti", verify.PartRevocation, "revoked by"},
	{nil, nil, "username", verify.PartContext, "the user's name"},
	{map[string]any{"cognito:username": "u"}, nil, "cognito:username", verify.PartIgnored, "not looked at"},
	{map[string]any{"email": "<b>a@example.com"}, nil, "email", verify.PartIgnored, "not looked at"},
}

func plain(i *verify.Issuer)   { i.TokenUse = nil }
func noScope(i *verify.Issuer) {}
func admins(i *verify.Issuer) {
	i.Grants = map[string]map[string][]string{"cognito:groups": {"admins": {"w"}}}
}

func bounded(i *verify.Issuer) {
	i.Scopes = []string{"w"}
	i.Grants = map[string]map[string][]string{"scope": {verify.Any: {verify.Any}}, "cognito:groups": {"admins": {"w"}}}
}

func TestExplainClaims(t *testing.T) {
	issuer := newIssuer(t)
	for _, test := range explained {
		claims := issuer.CognitoAccessClaims(extra(test.claims))
		if _, has := test.claims["scp"]; has && test.claims["scope"] == nil {
			delete(claims, "scope")
		}
		v := newVerifier(t, issuer, func(c *verify.Config) {
			if test.change != nil {
				test.change(&c.Issuers[0])
			}
		})
		e, err := v.Explain(issuer.Sign(claims))
		v.Close()
		if err != nil {
			t.Fatal(err)
		}
		p := partNamed(e.Claims, test.claim)
		want, _ := json.Marshal(claims[test.claim])
		if p.Kind != test.kind || !strings.Contains(p.Effect, test.effect) || string(p.Value) != strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(want)) && string(p.Value) != string(want) {
			t.Errorf("%s of %v: %s, %s, %q; want %s, %s, %q", test.claim, test.claims, p.Value, p.Kind, p.Effect, want, test.kind, test.effect)
		}
	}
}

func partNamed(parts []verify.Part, name string) verify.Part {
	for _, p := range parts {
		if p.Name == name {
			return p
		}
	}
	return verify.Part{}
}

// TestExplainHeader: a line a case: a kind of broken token, the member of the header, and what is said of it.
func TestExplainHeader(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, nil)
	for _, test := range []struct{ broken, member, kind, effect string }{
		{"exp-past", "alg", verify.PartSignature, "which the issuer's entry accepts"},
		{"exp-past", "kid", verify.PartSignature, "names the key"},
		{"alg-none-signed", "alg", verify.PartSignature, "is none of the algorithms of the issuer's entry: RS256"},
		{"iss-other", "alg", verify.PartSignature, "names the algorithm"},
		{"typ-dpop", "typ", verify.PartUse, "is no type"},
		{"jku-own-kid", "jku", verify.PartIgnored, "keys come from the issuer alone"},
		{"crit-unknown", "crit", verify.PartSignature, "refused"},
	} {
		claims := issuer.CognitoAccessClaims(extra(nil))
		if !slices.ContainsFunc(verifytest.BrokenKinds(), func(k verifytest.BrokenKind) bool { return k.Name == test.broken }) {
			t.Errorf("there is no kind %s", test.broken)
			continue
		}
		e, err := v.Explain(issuer.Break(test.broken, claims))
		if err != nil {
			t.Errorf("%s: %v", test.broken, err)
			continue
		}
		if p := partNamed(e.Header, test.member); p.Kind != test.kind || !strings.Contains(p.Effect, test.effect) {
			t.Errorf("%s of %s: %s, %q; want %s, %q", test.member, test.broken, p.Kind, p.Effect, test.kind, test.effect)
		}
	}
}

// TestExplainAsVerified: what is explained to give scopes gives just those that the verifier gives, by every entry of ISSUERS.md; and of
// broken tokens those that can be read are explained, and the others refused for the same reason.
func TestExplainAsVerified(t *testing.T) {
	blocks, names := recipes(t, "json")
	compared := 0
	issuer := newIssuer(t)
	for _, name := range names {
		issuers, err := verify.ParseIssuers(blocks[name])
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range issuers {
			compared += compareExplained(t, issuer, name, entry)
		}
	}
	if compared < 12 {
		t.Errorf("%d entries gave scopes", compared)
	}
	v := newVerifier(t, issuer, nil)
	for _, broken := range issuer.Broken(issuer.CognitoAccessClaims(extra(nil))) {
		_, verified := v.Verify(t.Context(), broken.Token)
		_, err := v.Explain(broken.Token)
		isUnread := code(verified) == string(authorizers.CodeMalformed) || code(verified) == string(authorizers.CodeTooLarge)
		if isUnread != (err != nil) || isUnread && code(err) != code(verified) {
			t.Errorf("%s: verified %v, explained %v", broken.Name, verified, err)
		}
	}
}

// compareExplained compares with a token that has every value that the entry reads, and tells whether it gains anything.
func compareExplained(t *testing.T, issuer *verifytest.Issuer, name string, entry verify.Issuer) int {
	t.Helper()
	entry.Issuer, entry.Tenants, entry.JWKSURI, entry.Algorithms, entry.Profile = issuer.URL, nil, "", nil, ""
	entry.Require, entry.ID, entry.TokenUse, entry.Resource, entry.RequireResource, entry.Audience = nil, nil, nil, nil, false, []string{verifytest.DefaultClientID}
	claims := issuer.OIDCClaims(extra(map[string]any{"aud": verifytest.DefaultClientID}))
	for claim, values := range entry.Grants {
		list := []string{"other", "users/read"}
		for value := range values {
			list = append(list, value)
		}
		if claim == "sub" {
			claims[claim] = list[2]
			continue
		}
		if !strings.HasPrefix(claim, "/") {
			claims[claim] = list
			continue
		}
		if parts := strings.Split(claim[1:], "/"); len(parts) == 2 {
			claims[parts[0]] = map[string]any{strings.ReplaceAll(parts[1], "~1", "/"): list}
		}
	}
	v := newVerifier(t, issuer, func(c *verify.Config) { c.Issuers = []verify.Issuer{entry} })
	defer v.Close()
	token := issuer.Sign(claims)
	verified, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return 0
	}
	e, err := v.Explain(token)
	if err != nil {
		t.Fatal(err)
	}
	var gained []string
	for _, g := range e.Grants {
		gained = append(gained, g.Scope)
	}
	slices.Sort(gained)
	slices.Sort(verified.Scopes)
	if got, want := slices.Compact(gained), slices.Compact(verified.Scopes); !slices.Equal(got, want) {
		t.Errorf("%s: explained %q, verified %q", name, got, want)
	}
	return min(len(gained), 1)
}

// TestExplainBounds: what is longer than the verifier looks at is not read.
func TestExplainBounds(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, func(c *verify.Config) { c.MaxToken = 100 })
	if _, err := v.Explain(issuer.CognitoAccess(extra(nil))); !errors.Is(err, &authorizers.TokenError{Code: authorizers.CodeTooLarge}) {
		t.Error(err)
	}
}
