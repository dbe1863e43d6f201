package verify_test

import (
	"fmt"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// TestInsecureIsNotInJSON: no text of a configuration reaches what is insecure.
func TestInsecureIsNotInJSON(t *testing.T) {
	for _, name := range []string{"AnyAudience", "ClientAsAudience", "NoSubject"} {
		for _, member := range []string{"Insecure" + name, "insecure" + name, "INSECURE" + strings.ToUpper(name), "-"} {
			text := fmt.Sprintf(`[{"issuer":"https://a.example","audience":["app"],%q:true}]`, member)
			if issuers, err := verify.ParseIssuers(text); err == nil {
				t.Errorf("%s is read as %+v", text, issuers)
			}
		}
	}
}

func TestInsecureRefuses(t *testing.T) {
	const pool = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example"
	app, access := []string{"app"}, []string{verify.UseAccess}
	tests := []struct {
		issuer verify.Issuer
		want   string // "" for nothing
	}{
		{verify.Issuer{Issuer: pool, TokenUse: access, InsecureAnyAudience: true}, ""},
		{verify.Issuer{Issuer: pool, InsecureAnyAudience: true}, ""},
		{verify.Issuer{Issuer: pool, Audience: app, InsecureClientAsAudience: true}, ""},
		{verify.Issuer{Issuer: pool, Audience: app, InsecureAnyAudience: true}, "audience: want none"},
		{verify.Issuer{Issuer: pool, InsecureAnyAudience: true, InsecureClientAsAudience: true}, "audience: want none"},
		{verify.Issuer{Issuer: pool, InsecureClientAsAudience: true}, "audience: want at least one"},
		{verify.Issuer{Issuer: pool, Audience: []string{""}, InsecureClientAsAudience: true}, "audience: want at least one"},
		{verify.Issuer{Issuer: pool, Audience: app, TokenUse: access, InsecureClientAsAudience: true}, "beside tokenUse"},
		{verify.Issuer{Issuer: pool, Audience: app, InsecureNoSubject: true}, "tokenUse: is missing"},
		{verify.Issuer{Issuer: pool, TokenUse: access, InsecureNoSubject: true}, "audience: want at least one"},
	}
	for _, test := range tests {
		_, err := verify.New(verify.Config{Issuers: []verify.Issuer{test.issuer}})
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%+v: error %v, want one with %q", test.issuer, err, test.want)
		}
	}
}

// TestInsecure: what each of the insecure rules accepts, and what none does. A claim without a value is left out.
func TestInsecure(t *testing.T) {
	const client, other = verifytest.DefaultClientID, "other"
	type claims = map[string]any
	oidc, access, id := (*verifytest.Issuer).OIDCClaims, (*verifytest.Issuer).CognitoAccessClaims, (*verifytest.Issuer).CognitoIDClaims
	anyone := func(i *verify.Issuer) { i.Audience, i.InsecureAnyAudience = nil, true }
	clients := func(i *verify.Issuer) { i.TokenUse, i.InsecureClientAsAudience = nil, true }
	nobody := func(i *verify.Issuer) { i.TokenUse, i.InsecureNoSubject = nil, true }
	tests := []struct {
		kind    func(*verifytest.Issuer, verifytest.Options) map[string]any
		changed claims
		rule    func(*verify.Issuer)
		want    authorizers.Code
	}{
		{access, claims{"client_id": other}, anyone, ""},
		{access, claims{"client_id": nil}, anyone, authorizers.CodeAudience},
		{access, claims{"client_id": ""}, anyone, authorizers.CodeAudience},
		{access, claims{"client_id": 7}, anyone, authorizers.CodeAudience},
		{access, claims{"client_id": []any{client}}, anyone, authorizers.CodeAudience},
		{access, claims{"token_use": "id"}, anyone, authorizers.CodeTokenUse},
		{access, claims{"sub": nil}, anyone, authorizers.CodeClaim},
		{id, claims{}, anyone, authorizers.CodeTokenUse},

		{access, claims{}, clients, ""},
		{id, claims{}, clients, ""},
		{oidc, claims{"aud": nil}, clients, ""},
		{oidc, claims{"aud": nil, "client_id": other}, clients, authorizers.CodeAudience},
		{oidc, claims{"aud": nil, "client_id": []any{client}}, clients, authorizers.CodeClaim},
		{oidc, claims{"aud": nil, "client_id": nil}, clients, authorizers.CodeAudience},
		{oidc, claims{"aud": nil, "client_id": nil, "azp": client}, clients, authorizers.CodeAudience},
		{oidc, claims{"aud": other}, clients, authorizers.CodeAudience},
		{oidc, claims{"aud": []any{}}, clients, authorizers.CodeAudience},
		{oidc, claims{"aud": ""}, clients, authorizers.CodeAudience},
		{oidc, claims{"aud": 7}, clients, authorizers.CodeAudience},
		{oidc, claims{"sub": nil}, clients, authorizers.CodeClaim},

		{oidc, claims{"sub": nil}, nobody, ""},
		{oidc, claims{"sub": ""}, nobody, authorizers.CodeClaim},
		{oidc, claims{"sub": 7}, nobody, authorizers.CodeClaim},
		{oidc, claims{"sub": nil, "aud": nil}, nobody, authorizers.CodeAudience},
		{oidc, claims{"sub": nil, "aud": other}, nobody, authorizers.CodeAudience},
	}
	issuer := newIssuer(t)
	for _, test := range tests {
		v := newVerifier(t, issuer, func(c *verify.Config) { test.rule(&c.Issuers[0]) })
		all := test.kind(issuer, extra(test.changed))
		for name, value := range test.changed {
			if value == nil {
				delete(all, name)
			}
		}
		if _, err := v.Verify(t.Context(), issuer.Sign(all)); code(err) != string(test.want) {
			t.Errorf("%v with %v: error %v, want %q", all, test.changed, err, test.want)
		}
	}
}

// TestSharing: a verifier that shares another one's keys has rules and a memory of its own.
func TestSharing(t *testing.T) {
	issuer := newIssuer(t)
	access := newVerifier(t, issuer, nil)
	defer access.Close()
	rules := verify.Issuer{Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseID}}
	id, err := access.Sharing(rules)
	if err != nil {
		t.Fatal(err)
	}
	accessToken, idToken := issuer.CognitoAccess(extra(nil)), issuer.CognitoID(extra(nil))
	for range 2 { // once more, remembered
		for name, test := range map[string]struct {
			verifier *verify.Verifier
			token    string
			want     authorizers.Code
		}{
			"access by access": {access, accessToken, ""}, "id by access": {access, idToken, authorizers.CodeTokenUse},
			"access by id": {id, accessToken, authorizers.CodeTokenUse}, "id by id": {id, idToken, ""},
			"forged": {id, verifytest.New(issuer.URL).CognitoID(extra(nil)), authorizers.CodeKeyUnknown},
		} {
			if _, err := test.verifier.Verify(t.Context(), test.token); code(err) != string(test.want) {
				t.Errorf("%s: error %v, want %q", name, err, test.want)
			}
		}
	}
	if issuer.Fetches() > 2 { // one of them for the forged key
		t.Errorf("%d fetches for two verifiers that share", issuer.Fetches())
	}
	for want, change := range map[string]func(*verify.Issuer){
		"one that the verifier knows": func(i *verify.Issuer) { i.Issuer = "https://other.example" },
		"as the verifier has it":      func(i *verify.Issuer) { i.JWKSURI = "https://other.example/keys" },
		"want at least one":           func(i *verify.Issuer) { i.Audience = nil },
		"want some of":                func(i *verify.Issuer) { i.Algorithms = []string{"none"} },
	} {
		changed := rules
		change(&changed)
		if v, err := access.Sharing(changed); v != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want one with %q", changed, err, want)
		}
	}
}

// TestSharingBesideOthers: one of several issuers gains no more by a verifier that shares its keys than by the first.
func TestSharingBesideOthers(t *testing.T) {
	issuer := newIssuer(t)
	both := entry(t, issuer, `"scopes":["a"]`, true)
	rules := verify.Issuer{Issuer: issuer.URL, Audience: []string{"api"}}
	if v, err := both.Sharing(rules); v != nil || err == nil || !strings.Contains(err.Error(), "scopes: is missing") {
		t.Errorf("an entry without scopes: error %v", err)
	}
	rules.Scopes = []string{"a"}
	v, err := both.Sharing(rules)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := v.Verify(t.Context(), issuer.OIDC(verifytest.Options{ClientID: "api", IssuedAt: now, Extra: object{"scope": "a b", "cognito:groups": list{"admins"}}}))
	if err != nil || !claims.OwnsNothing || len(claims.Groups) > 0 || strings.Join(claims.Scopes, " ") != "a" {
		t.Errorf("%+v, error %v", claims, err)
	}
}
