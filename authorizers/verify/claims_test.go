package verify_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

func TestClaims(t *testing.T) {
	issuer := newIssuer(t)
	tests := []struct {
		claim string
		value any // nil: the claim is left out
		want  authorizers.Code
	}{
		{"exp", nil, authorizers.CodeClaim},
		{"exp", fmt.Sprint(now.Unix() + 60), authorizers.CodeClaim},
		{"exp", 0, authorizers.CodeClaim},
		{"exp", -1, authorizers.CodeClaim},
		{"exp", true, authorizers.CodeClaim},
		{"exp", []any{now.Unix() + 60}, authorizers.CodeClaim},
		{"exp", json.Number("1e300"), authorizers.CodeClaim},
		{"exp", json.Number("1e999"), authorizers.CodeClaim},
		{"exp", json.Number("9223372036854775808"), authorizers.CodeClaim},
		{"exp", now.Unix(), authorizers.CodeExpired},
		{"exp", now.Unix() - 1, authorizers.CodeExpired},
		{"exp", now.Unix() + 1, ""},
		{"exp", 253402300799, ""}, // the end of the year 9999
		{"exp", 253402300800, authorizers.CodeClaim},
		{"exp", float64(now.Unix()) + 60.5, ""},
		{"nbf", now.Unix(), ""},
		{"nbf", now.Unix() + 1, authorizers.CodeNotYet},
		{"nbf", float64(now.Unix()) + 0.5, authorizers.CodeNotYet},
		{"nbf", "soon", authorizers.CodeClaim},
		{"nbf", 0, ""},
		{"nbf", -1, authorizers.CodeClaim},
		{"iat", now.Unix() + 1, authorizers.CodeNotYet},
		{"iat", "now", authorizers.CodeClaim},
		{"iat", -1, authorizers.CodeClaim},
		{"iat", nil, ""},
		{"iss", nil, authorizers.CodeIssuer},
		{"iss", []any{issuer.URL}, authorizers.CodeIssuer},
		{"iss", issuer.URL + "/", authorizers.CodeIssuer},
		{"iss", strings.ToUpper(issuer.URL), authorizers.CodeIssuer},
		{"iss", strings.Replace(issuer.URL, "us-east", "us‐east", 1), authorizers.CodeIssuer}, // a look-alike hyphen
		{"client_id", nil, authorizers.CodeAudience},
		{"client_id", "", authorizers.CodeAudience},
		{"client_id", verifytest.DefaultClientID + "x", authorizers.CodeAudience},
		{"client_id", []any{verifytest.DefaultClientID}, authorizers.CodeAudience},
		{"token_use", nil, authorizers.CodeTokenUse},
		{"token_use", "id", authorizers.CodeTokenUse},
		{"token_use", "Access", authorizers.CodeTokenUse},
		{"sub", nil, authorizers.CodeClaim},
		{"sub", "", authorizers.CodeClaim},
		{"sub", 7, authorizers.CodeClaim},
		{"scope", []any{"a"}, ""},
		{"username", map[string]any{}, ""}, // decides nothing
		{"azp", json.RawMessage("null"), ""},
		{"cnf", map[string]any{"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}, authorizers.CodeBound},
		{"cnf", true, authorizers.CodeBound},
		{"cnf", json.RawMessage("null"), ""},
		{"sub", json.RawMessage("null"), authorizers.CodeClaim},
		{"iat", float64(now.Unix()) + 0.4, authorizers.CodeNotYet},
		{"iat", float64(now.Unix()) - 0.4, ""},
		{"iat", json.RawMessage("null"), authorizers.CodeClaim},
		{"name", "Zoë 🐙", ""},
		{"Exp", 1, ""}, // another claim
	}
	v := newVerifier(t, issuer, nil)
	for _, test := range tests {
		claims := issuer.CognitoAccessClaims(extra(map[string]any{test.claim: test.value}))
		if test.value == nil {
			delete(claims, test.claim)
		}
		if _, err := v.Verify(t.Context(), issuer.Sign(claims)); code(err) != string(test.want) {
			t.Errorf("%s = %v: error %v, want %q", test.claim, test.value, err, test.want)
		}
	}
	wrongCase := issuer.CognitoAccessClaims(extra(map[string]any{"Exp": now.Unix() + 60}))
	delete(wrongCase, "exp")
	if _, err := v.Verify(t.Context(), issuer.Sign(wrongCase)); code(err) != string(authorizers.CodeClaim) {
		t.Errorf("Exp in place of exp: error %v", err)
	}
}

func TestAudienceOfIDTokens(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, allUses)
	tests := []struct {
		aud  any
		want authorizers.Code
	}{
		{verifytest.DefaultClientID, ""},
		{[]any{verifytest.DefaultClientID}, authorizers.CodeAudience},
		{"other", authorizers.CodeAudience},
		{nil, authorizers.CodeAudience},
	}
	for _, test := range tests {
		token := issuer.CognitoID(extra(map[string]any{"aud": test.aud}))
		if _, err := v.Verify(t.Context(), token); code(err) != string(test.want) {
			t.Errorf("aud = %v: error %v, want %q", test.aud, err, test.want)
		}
	}
	swapped := issuer.CognitoAccessClaims(extra(map[string]any{"aud": verifytest.DefaultClientID}))
	delete(swapped, "client_id")
	if _, err := v.Verify(t.Context(), issuer.Sign(swapped)); code(err) != string(authorizers.CodeAudience) {
		t.Errorf("aud in place of client_id: error %v", err)
	}
}

func TestAudienceOfOtherIssuers(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, asOIDC)
	good := verifytest.DefaultClientID
	tests := []struct {
		aud  any
		want authorizers.Code
	}{
		{good, ""},
		{[]any{"other", good}, ""},
		{[]any{good, 7}, authorizers.CodeAudience},
		{[]any{}, authorizers.CodeAudience},
		{nil, authorizers.CodeAudience},
		{7, authorizers.CodeAudience},
		{map[string]any{good: good}, authorizers.CodeAudience},
		{"", authorizers.CodeAudience},
	}
	for _, test := range tests {
		token := issuer.OIDC(extra(map[string]any{"aud": test.aud}))
		if _, err := v.Verify(t.Context(), token); code(err) != string(test.want) {
			t.Errorf("aud = %v: error %v, want %q", test.aud, err, test.want)
		}
	}
}

func TestScopesAndGroups(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, asOIDC)
	tests := []struct {
		claims         map[string]any
		scopes, groups []string
	}{
		{map[string]any{}, nil, nil},
		{map[string]any{"scope": "a b/c"}, []string{"a", "b/c"}, nil},
		{map[string]any{"scope": "  a   b "}, []string{"a", "b"}, nil},
		{map[string]any{"scope": "a\tb,c d,e é"}, []string{"d,e"}, nil},
		{map[string]any{"scope": "", "scp": "a"}, nil, nil},
		{map[string]any{"scp": "a b"}, []string{"a", "b"}, nil},
		{map[string]any{"scp": []any{"a b", "c", "", " "}}, []string{"c"}, nil},
		{map[string]any{"groups": []any{"x", "y"}}, nil, []string{"x", "y"}},
		{map[string]any{"groups": "x y"}, nil, []string{"x y"}}, // one group
		{map[string]any{"groups": ""}, nil, []string{""}},
		{map[string]any{"groups": 7}, nil, nil},
		{map[string]any{"groups": map[string]any{"a": map[string]any{}, "b": nil, "c": false}}, nil, []string{"a"}},
		{map[string]any{"scope": []any{"a", "b c", "d"}}, []string{"a", "d"}, nil},
		{map[string]any{"scope": []any{"a", 7}}, nil, nil},
		{map[string]any{"groups": []any{"x", 7}}, nil, nil},
		{map[string]any{"cognito:groups": []any{"x"}}, nil, nil}, // not this issuer's groups claim
	}
	for _, test := range tests {
		claims, err := v.Verify(t.Context(), issuer.OIDC(extra(test.claims)))
		if err != nil {
			t.Errorf("%v: %v", test.claims, err)
			continue
		}
		if fmt.Sprintf("%q", claims.Scopes) != fmt.Sprintf("%q", test.scopes) || fmt.Sprintf("%q", claims.Groups) != fmt.Sprintf("%q", test.groups) {
			t.Errorf("%v: scopes %q, groups %q", test.claims, claims.Scopes, claims.Groups)
		}
	}
}

// TestOrigins: what revocations are looked up by is read as it stands, and a token that does not say when it was issued
// was issued at the zero time.
func TestOrigins(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, nil)
	tests := []struct {
		claims map[string]any
		want   authorizers.Claims
		code   authorizers.Code
	}{
		{map[string]any{"jti": "a", "origin_jti": "b", "iat": 7}, authorizers.Claims{TokenID: "a", OriginTokenID: "b", IssuedAt: time.Unix(7, 0)}, ""},
		{map[string]any{"jti": "a", "origin_jti": "", "iat": 0}, authorizers.Claims{TokenID: "a", IssuedAt: time.Unix(0, 0)}, ""},
		{map[string]any{"jti": "a", "iat": json.Number("7.9")}, authorizers.Claims{TokenID: "a", IssuedAt: time.Unix(7, 0)}, ""},
		{map[string]any{"jti": "a"}, authorizers.Claims{TokenID: "a"}, ""},
		{map[string]any{"iat": 7}, authorizers.Claims{IssuedAt: time.Unix(7, 0)}, ""},
		{map[string]any{"origin_jti": 7}, authorizers.Claims{}, authorizers.CodeClaim},
		{map[string]any{"origin_jti": []any{"b"}}, authorizers.Claims{}, authorizers.CodeClaim},
		{map[string]any{"jti": true, "origin_jti": json.RawMessage("null")}, authorizers.Claims{}, ""},
		{map[string]any{"iat": []any{7}}, authorizers.Claims{}, authorizers.CodeClaim},
	}
	for _, test := range tests {
		claims := issuer.CognitoAccessClaims(extra(nil))
		for _, name := range []string{"jti", "origin_jti", "iat"} {
			delete(claims, name)
		}
		maps.Copy(claims, test.claims)
		got, err := v.Verify(t.Context(), issuer.Sign(claims))
		if code(err) != string(test.code) {
			t.Errorf("%v: error %v, want %q", test.claims, err, test.code)
		} else if err == nil && (got.TokenID != test.want.TokenID || got.OriginTokenID != test.want.OriginTokenID || !got.IssuedAt.Equal(test.want.IssuedAt)) {
			t.Errorf("%v: %+v", test.claims, got)
		}
	}
}

func TestSkew(t *testing.T) {
	issuer := newIssuer(t)
	v := newVerifier(t, issuer, func(c *verify.Config) { c.ClockSkew = time.Minute })
	tests := []struct {
		claims map[string]any
		want   authorizers.Code
	}{
		{map[string]any{"exp": now.Unix() - 59}, ""},
		{map[string]any{"exp": now.Unix() - 60}, authorizers.CodeExpired},
		{map[string]any{"nbf": now.Unix() + 60}, ""},
		{map[string]any{"nbf": now.Unix() + 61}, authorizers.CodeNotYet},
		{map[string]any{"iat": now.Unix() + 61}, authorizers.CodeNotYet},
	}
	for _, test := range tests {
		if _, err := v.Verify(t.Context(), issuer.CognitoAccess(extra(test.claims))); code(err) != string(test.want) {
			t.Errorf("%v: error %v, want %q", test.claims, err, test.want)
		}
	}
}
