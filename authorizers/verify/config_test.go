package verify_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

func TestNewRefuses(t *testing.T) {
	good := verify.Issuer{Issuer: "https://issuer.example.com", Audience: []string{"app"}}
	with := func(change func(*verify.Issuer)) verify.Config {
		issuer := good
		change(&issuer)
		return verify.Config{Issuers: []verify.Issuer{issuer}}
	}
	tests := []struct {
		config verify.Config
		want   string
	}{
		{verify.Config{}, "at least one issuer"},
		{verify.Config{Issuers: []verify.Issuer{good, good}}, "twice"},
		{verify.Config{Issuers: []verify.Issuer{good}, ClockSkew: -1}, "clock skew"},
		{verify.Config{Issuers: []verify.Issuer{good}, ClockSkew: 6 * time.Minute}, "clock skew"},
		{with(func(i *verify.Issuer) { i.Issuer = "" }), "issuer: is missing"},
		{with(func(i *verify.Issuer) { i.Issuer = "issuer.example.com" }), "https URL"},
		{with(func(i *verify.Issuer) { i.Issuer = "http://issuer.example.com" }), "loopback"},
		{with(func(i *verify.Issuer) { i.Issuer = "http://127.0.0.1.example.com" }), "loopback"},
		{with(func(i *verify.Issuer) { i.Issuer = "https://a@issuer.example.com" }), "without user"},
		{with(func(i *verify.Issuer) { i.Issuer = "https://issuer.example.com?x" }), "without query"},
		{with(func(i *verify.Issuer) { i.Audience = nil }), "audience"},
		{with(func(i *verify.Issuer) { i.Audience = []string{"app", ""} }), "audience"},
		{with(func(i *verify.Issuer) { i.TokenUse = []string{"refresh"} }), "tokenUse"},
		{with(func(i *verify.Issuer) { i.JWKSURI = "http://keys.example.com" }), "jwksUri"},
		{with(func(i *verify.Issuer) { i.Issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example" }), "tokenUse"},
		{with(func(i *verify.Issuer) {
			i.Issuer = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Example"
		}), "tokenUse"},
		{verify.Config{Issuers: []verify.Issuer{good}, MaxToken: -1}, "largest token"},
		{verify.Config{Issuers: []verify.Issuer{good}, MaxToken: 1<<20 + 1}, "largest token"},
		{with(func(i *verify.Issuer) { i.Issuer, i.JWKSURI = "HTTPS://issuer.example.com", "http://localhost/keys" }), "jwksUri: want an https URL"},
		{with(func(i *verify.Issuer) { i.JWKSURI = "http://localhost/keys" }), "jwksUri: want an https URL"},
		{with(func(i *verify.Issuer) { i.JWKSURI = "http://127.0.0.1/keys" }), "jwksUri: want an https URL"},
		{with(func(i *verify.Issuer) { i.JWKSURI = "https://keys.example.com#" }), "jwksUri: want a URL without"},
		{with(func(i *verify.Issuer) { i.Algorithms = []string{"none"} }), "algorithms"},
		{with(func(i *verify.Issuer) { i.Algorithms = []string{"rs256"} }), "algorithms"},
		{with(func(i *verify.Issuer) { i.Algorithms = []string{"HS256"} }), "algorithms"},
	}
	for _, test := range tests {
		_, err := verify.New(test.config)
		if wrong := (*verify.ConfigError)(nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: error %v, want one with %q", test.config, err, test.want)
		}
	}
}

func TestParseIssuers(t *testing.T) {
	got, err := verify.ParseIssuers(`[{"issuer":"https://a.example","audience":["app"],"tokenUse":["access"],"jwksUri":"https://a.example/k","algorithms":["RS256"],"groupsClaim":"roles"}]`)
	want := verify.Issuer{Issuer: "https://a.example", Audience: []string{"app"}, TokenUse: []string{"access"}, JWKSURI: "https://a.example/k", Algorithms: []string{"RS256"}, GroupsClaim: "roles"}
	if err != nil || len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, text := range []string{"", "{}", `[{"issuer":"a","audience":"app"}]`, `[{"issuer":"a","audiences":["app"]}]`, `[] []`, `[`,
		`[{"issuer":"https://a.example","issuer":"https://b.example","audience":["app"]}]`,
		`[{"issuer":"https://a.example","audience":["app"],"tokenUse":["access"],"tokenUse":null}]`,
		`[{"issuer":"https://a.example","audience":["app"],"ISSUER":"https://b.example"}]`,
		`[{"Issuer":"https://a.example","audience":["app"]}]`,
		`[{"issuer":"https://a.example","audience":["app"],"jwksURI":"https://b.example"}]`,
		`[{"i\u017fsuer":"https://a.example","audience":["app"]}]`, // a long s
		"[{\"issuer\":\"https://a.example/\xff\",\"audience\":[\"app\"]}]",
	} {
		if issuers, err := verify.ParseIssuers(text); err == nil {
			t.Errorf("%s is read as %+v", text, issuers)
		}
	}
}

// TestAddresses: row by row an issuer that is not a Cognito pool, and what is wrong with its address.
func TestAddresses(t *testing.T) {
	long := "https://a.example/" + strings.Repeat("x", 2048)
	const pool, fragment, noURL, plain = "tokenUse", "want a URL without", "want an https URL", "loopback"
	tests := []struct{ issuer, want string }{
		{"https://a.example", ""},
		{"HTTPS://a.example", ""},
		{"https://a.example:8443/path", ""},
		{"https://[::1]/path", ""},
		{"http://[::1]:8080", ""},
		{"http://localhost:8080", ""},
		{long[:2048], ""},
		{long[:2049], "at most 2048"},
		{"https://a.example#", fragment},
		{"https://a.example#part", fragment},
		{"https://a.example?", fragment},
		{"https://@a.example", fragment},
		{"https://:443/x", noURL},
		{"https:///x", noURL},
		{"https:a.example", noURL},
		{"ftp://a.example", noURL},
		{" https://a.example", noURL},
		{"https://a.example ", noURL},
		{"https://a.example/x y", noURL},
		{"https://a.example/\n", noURL},
		{"https://a.example/\u202e", noURL},
		{"https://ä.example", noURL},
		{"HTTP://a.example", plain},
		{"http://localhost.a.example", plain},
		{"https://cognito-idp.us-east-1.amazonaws.com/us-east-1_X", pool},
		{"HTTPS://cognito-idp.us-east-1.amazonaws.com/us-east-1_X", pool},
		{"https://Cognito-IDP.us-east-1.AmazonAWS.com/us-east-1_X", pool},
		{"https://cognito-idp.us-east-1.amazonaws.com:443/us-east-1_X", pool},
		{"https://issuer-cognito-idp.us-east-1.amazonaws.com:443/us-east-1_X", pool},
		{"https://cognito-idp-fips.us-east-1.amazonaws.com/us-east-1_X", pool},
		{"https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_X", pool},
		{"https://cognito-idp.eusc-de-east-1.amazonaws.eu/eusc-de-east-1_X", pool},
		{"https://a.example/cognito-idp.us-east-1.amazonaws.com/x", ""},
	}
	for _, test := range tests {
		_, err := verify.New(verify.Config{Issuers: []verify.Issuer{{Issuer: test.issuer, Audience: []string{"app"}}}})
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%q: error %v, want one with %q", test.issuer, err, test.want)
		}
	}
}

// TestConfigIsCopied: what its caller does with a configuration that was used changes nothing.
func TestConfigIsCopied(t *testing.T) {
	s := newScene(t, nil)
	token := s.token()
	tests := []struct {
		name      string
		of        func(*verify.Issuer) []string
		was, then string
	}{
		{"audience", func(i *verify.Issuer) []string { return i.Audience }, "other", verifytest.DefaultClientID},
		{"audience", func(i *verify.Issuer) []string { return i.Audience }, verifytest.DefaultClientID, "other"},
		{"tokenUse", func(i *verify.Issuer) []string { return i.TokenUse }, verify.UseID, verify.UseAccess},
		{"tokenUse", func(i *verify.Issuer) []string { return i.TokenUse }, verify.UseAccess, verify.UseID},
		{"algorithms", func(i *verify.Issuer) []string { return i.Algorithms }, "ES256", "EdDSA"},
		{"algorithms", func(i *verify.Issuer) []string { return i.Algorithms }, "EdDSA", "ES256"},
	}
	for _, test := range tests {
		var issuers []verify.Issuer
		v := newVerifier(t, s.issuer, func(c *verify.Config) {
			c.Issuers[0].Algorithms, c.Remember = []string{"EdDSA"}, -1
			test.of(&c.Issuers[0])[0], c.Issuers[0].Owners = test.was, new(false)
			issuers = c.Issuers
		})
		_, before := v.Verify(t.Context(), token)
		test.of(&issuers[0])[0] = test.then
		*issuers[0].Owners = true
		issuers[0].Issuer, issuers[0].GroupsClaim = "https://other.example.com", "other"
		if claims, err := v.Verify(t.Context(), token); code(err) != code(before) || err == nil && !claims.OwnsNothing {
			t.Errorf("%s, %s at first, then %s: error %v, then %v", test.name, test.was, test.then, before, err)
		}
	}
}

// TestLargestTokens: the bounds that a configuration may name.
func TestLargestTokens(t *testing.T) {
	for most, want := range map[int]int{0: 10 << 10, 100: 100, 1 << 20: 1 << 20} {
		v, err := verify.New(verify.Config{MaxToken: most, Issuers: []verify.Issuer{{Issuer: "https://a.example", Audience: []string{"app"}}}})
		if err != nil {
			t.Errorf("%d: %v", most, err)
			continue
		}
		for size, code := range map[int]authorizers.Code{want: authorizers.CodeMalformed, want + 1: authorizers.CodeTooLarge} {
			if _, err := v.Verify(t.Context(), strings.Repeat("x", size)); !errors.Is(err, &authorizers.TokenError{Code: code}) {
				t.Errorf("%d: a token of %d bytes: error %v, want %s", most, size, err, code)
			}
		}
	}
}

// TestEntries: entries as they are written, and what is said of wrong ones, all of it at once.
func TestEntries(t *testing.T) {
	const pool = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123"
	tests := []struct {
		entries string
		want    []string // what the error says; none: it is right
	}{
		// Addresses and names.
		{`{"issuer":"https://login.example.com/t/v2.0","audience":["a"],"jwksUri":"https://login.example.com/t/keys?appid=1"}`, nil},
		{`{"issuer":"http://fs.example.com/adfs/services/trust","audience":["a"],"jwksUri":"https://fs.example.com/adfs/discovery/keys"}`, nil},
		{`{"issuer":"accounts.google.com","audience":["a"],"jwksUri":"https://www.googleapis.com/oauth2/v3/certs"}`, nil},
		{`{"issuer":"Example","audience":["a"],"jwksUri":"https://static.example.com/keys.json"}`, nil},
		{`{"issuer":"https://a.example?x=1","audience":["a"],"jwksUri":"https://a.example/keys"}`, nil},
		{`{"issuer":"Example","audience":["a"]}`, []string{`want an https URL, got "Example"; any other text is an issuer only with a "jwksUri"`}},
		{`{"issuer":"Exa\u0000mple","audience":["a"],"jwksUri":"https://a.example/k"}`, []string{"issuer: want an https URL"}},
		{`{"issuer":"Example","audience":["a"],"jwksUri":"http://static.example.com/keys.json"}`, []string{"jwksUri: plain http is for loopback hosts only"}},
		{`{"issuer":"Example","audience":["a"],"jwksUri":"https://u:p@static.example.com/keys.json"}`, []string{"jwksUri: want a URL without user and fragment"}},

		// Several tenants.
		{`{"issuer":"https://login.microsoftonline.com/{tenantid}/v2.0","audience":["a"],"tenants":["t1","t2"],"jwksUri":"https://login.microsoftonline.com/common/discovery/v2.0/keys","scopes":[]}`, nil},
		{`{"issuer":"https://login.microsoftonline.com/{tenantid}/v2.0","audience":["a"],"tenants":["t1"],"jwksUri":"https://login.microsoftonline.com/common/discovery/v2.0/keys"}`, nil},
		{`{"issuer":"https://login.microsoftonline.com/{tenantid}/v2.0","audience":["a"],"tenants":["t1","t2"],"jwksUri":"https://login.microsoftonline.com/common/discovery/v2.0/keys"}`, []string{"scopes: is missing"}},
		{`{"issuer":"https://login.microsoftonline.com/{tenantid}/v2.0","audience":["a"]}`, []string{`holds a placeholder`, `"tenants":["…"]`}},
		{`{"issuer":"https://login.microsoftonline.com/common/v2.0","audience":["a"]}`, []string{"is nobody's issuer", `{tenantid}`}},
		{`{"issuer":"https://login.microsoftonline.com/organizations/v2.0","audience":["a"],"jwksUri":"https://login.microsoftonline.com/common/discovery/v2.0/keys"}`, []string{"is nobody's issuer"}},
		{`{"issuer":"https://login.microsoftonline.com/consumers/v2.0","audience":["a"]}`, []string{"is nobody's issuer"}},
		{`{"issuer":"https://login.microsoftonline.us/common/v2.0","audience":["a"]}`, []string{"is nobody's issuer"}},
		{`{"issuer":"https://login.example.com/common/v2.0","audience":["a"]}`, nil},
		{`{"issuer":"https://a.example/{t}","audience":["a"],"tenants":["t1"]},{"issuer":"https://a.example/t1","audience":["a"],"scopes":[]}`, []string{`"https://a.example/t1" is configured twice`}},
		{`{"issuer":"https://a.example/{t}","audience":["a"],"tenants":["t1"]}`, []string{`tenants: want a "jwksUri" beside them`}},
		{`{"issuer":"https://a.example","audience":["a"],"tenants":["t1"],"jwksUri":"https://a.example/k"}`, []string{"tenants: want an issuer with one placeholder"}},
		{`{"issuer":"https://a.example/{t}","audience":["a"],"tenants":["t1","t1"],"jwksUri":"https://a.example/k","scopes":[]}`, []string{"tenants: want each once", "is configured twice"}},
		{`{"issuer":"https://a.example/{t}","audience":["a"],"tenants":["a/b"],"jwksUri":"https://a.example/k"}`, []string{"tenants: want each once, and as a part of a URL's path"}},

		// A user pool's issuer, mistyped.
		{`{"issuer":"` + pool + `","audience":["a"],"tokenUse":["access"]}`, nil},
		{`{"issuer":"https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Abc123","audience":["a"],"tokenUse":["access"]}`, nil},
		{`{"issuer":"` + pool + `/","audience":["a"],"tokenUse":["access"]}`, []string{"want " + pool}},
		{`{"issuer":"` + pool + `/.well-known/jwks.json","audience":["a"],"tokenUse":["access"]}`, []string{"want " + pool}},
		{`{"issuer":"` + pool + `/.well-known/openid-configuration","audience":["a"],"tokenUse":["access"]}`, []string{"want " + pool}},
		{`{"issuer":"https://cognito-idp.us-east-1.amazonaws.com/eu-west-1_Abc123","audience":["a"],"tokenUse":["access"]}`, []string{"want " + pool}},
		{`{"issuer":"https://cognito-idp.eu-west-1.amazonaws.com","audience":["a"],"tokenUse":["access"]}`, []string{"want the pool's id behind it"}},
		{`{"issuer":"https://cognito-idp.eu-west-1.amazonaws.com/Abc123","audience":["a"],"tokenUse":["access"]}`, []string{"want the pool's id behind it"}},
		{`{"issuer":"https://Cognito-IDP.eu-west-1.amazonaws.com/eu-west-1_Abc123","audience":["a"],"tokenUse":["access"]}`, []string{"want " + pool}},
		{`{"issuer":"https://cognito-idp.eu-west-1.amazonaws.com:443/eu-west-1_Abc123","audience":["a"],"tokenUse":["access"]}`, []string{"want " + pool}},

		// What tokens may gain.
		{`{"issuer":"https://a.example","audience":["a"],"grants":{"/a/b":{"x":["y"]}},"id":["/c/d"],"groupsClaim":"/e","require":{"/f":["g"]},"owners":true,"scopes":["y"]}`, nil},
		{`{"issuer":"https://a.example","audience":["a"],"grants":{"/a~2":{"x":["y"]}}}`, []string{"grants", "no JSON Pointer"}},
		{`{"issuer":"https://a.example","audience":["a"],"grants":{"":{"x":["y"]}},"id":[""],"require":{"":["x"]}}`, []string{"grants: want a claim's name", "id: want a claim's name", "require: want a claim's name"}},
		{`{"issuer":"https://a.example","audience":["a"],"grants":{"a":{"x":["y z"]}}}`, []string{`grants: claim "a", value "x": "y z" is no scope`}},
		{`{"issuer":"https://a.example","audience":["a"],"grants":{"a":{"x":["y"]}},"scopes":["z"]}`, []string{`grants: claim "a", value "x": "y" is not among the scopes that the entry may grant`}},
		{`{"issuer":"https://a.example","audience":["a"],"grants":{"role":{"":["y"]}}}`, []string{`grants: claim "role": want values that are not empty`}},
		{`{"issuer":"https://a.example","audience":["a"],"grants":{"role":{"x":["y"]}},"scopes":[]}`, []string{`"y" is not among the scopes`}},
		{`{"issuer":"https://a.example","audience":["a"],"scopes":["*","z"]}`, []string{`scopes: want "*" alone, or scopes`}},
		{`{"issuer":"https://a.example","audience":["a"],"scopes":["a b"]}`, []string{`scopes: "a b" is no scope`}},
		{`{"issuer":"https://a.example","audience":["a"],"require":{"hd":[]}}`, []string{`require: want at least one value of the claim "hd"`}},
		{`{"issuer":"https://a.example","audience":["a"],"scopes":[]},{"issuer":"https://b.example","audience":["a"],"grants":{"roles":{"x":["y"]}}}`, nil},
		{`{"issuer":"https://a.example","audience":["a"],"scopes":[]},{"issuer":"https://b.example","audience":["a"],"grants":{}}`, nil},
		{`{"issuer":"https://a.example","audience":["a"]},{"issuer":"https://b.example","audience":["a"]}`, []string{
			`issuer "https://a.example": scopes: is missing: there are several issuers`, `issuer "https://b.example": scopes: is missing`, `"scopes":["users/read"]`, `"scopes":[]`}},
		{`{"issuer":"https://a.example","audience":["a"],"scopes":[]},{"issuer":"https://b.example","audience":["a"],"grants":{"scope":{"*":["*"]}}}`, []string{`scopes: is missing`, `the claim "scope" is taken as it stands`}},

		// Kinds of tokens.
		{`{"issuer":"https://a.example","audience":["a"],"profile":"rfc9068","boundTokens":"accept"}`, nil},
		{`{"issuer":"https://a.example","audience":["a"],"profile":"RFC 9068","boundTokens":"yes"}`, []string{`profile: want "rfc9068"`, `boundTokens: want "accept"`}},
		{`{"issuer":"` + pool + `","audience":["a"],"tokenUse":["access"],"profile":"rfc9068"}`, []string{`profile: want none beside "tokenUse"`}},
		{`{"issuer":"` + pool + `","audience":["a"],"tokenUse":["access"],"resource":["https://api.example.com"],"requireResource":true}`, nil},
		{`{"issuer":"` + pool + `","audience":["a"],"tokenUse":["access"],"requireResource":true}`, []string{`resource: "requireResource" wants the names`}},
		{`{"issuer":"` + pool + `","audience":["a"],"tokenUse":["id"],"resource":["https://api.example.com"]}`, []string{"resource: is for access tokens"}},
		{`{"issuer":"https://a.example","audience":["a"],"resource":["https://api.example.com"]}`, []string{`resource: is for access tokens`, `"audience"`}},
		{`{"issuer":"` + pool + `","audience":["a"],"tokenUse":["access"],"resource":[""]}`, []string{"resource: want none of them empty"}},

		// All at once.
		{`{"issuer":"http://a.example","audience":[],"algorithms":["HS256","none"]},{"issuer":"","audience":["a"]}`, []string{
			"plain http", "audience: want at least one", `got "HS256"`, `got "none"`, "issuer: is missing", "scopes: is missing"}},
	}
	for _, test := range tests {
		issuers, err := verify.ParseIssuers("[" + test.entries + "]")
		if err != nil {
			t.Errorf("%s: %v", test.entries, err)
			continue
		}
		v, err := verify.New(verify.Config{Issuers: issuers})
		if len(test.want) == 0 {
			if err != nil {
				t.Errorf("%s: %v", test.entries, err)
			} else {
				v.Close()
			}
			continue
		}
		wrong := (*verify.ConfigError)(nil)
		if !errors.As(err, &wrong) {
			t.Errorf("%s: error %v, want a ConfigError", test.entries, err)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want one with %q", test.entries, err, want)
			}
		}
	}
}
