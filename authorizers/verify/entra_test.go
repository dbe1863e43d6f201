package verify_test

import (
	"net/url"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// TestKeysOfOneTenant: in the set that all tenants of Microsoft Entra share, a key that says whose it is signs for no other
// tenant, also where both are listed.
func TestKeysOfOneTenant(t *testing.T) {
	const v2, v1 = "https://login.microsoftonline.com/", "https://sts.windows.net/"
	const mine, personal = "7c1a6e0d-2f5b-4a53-9a0e-6f1f4c6d2b10", "9188040d-6c67-4c5b-b112-36a304b66dad"
	unknown := authorizers.CodeKeyUnknown
	tests := []struct {
		issuer string // member of the key, as JSON; "": it has none
		iss    string
		want   authorizers.Code
	}{
		{``, v2 + mine + "/v2.0", ""},
		{`null`, v2 + mine + "/v2.0", ""},
		{`["x"]`, v2 + mine + "/v2.0", ""},
		{`"https://keys.example.com/"`, v2 + mine + "/v2.0", ""}, // not of this provider: it means nothing
		{`"` + v2 + `{tenantid}/v2.0"`, v2 + mine + "/v2.0", ""},
		{`"` + v2 + `{tenantid}/v2.0"`, v1 + mine + "/", ""},
		{`"` + v2 + mine + `/v2.0"`, v2 + mine + "/v2.0", ""},
		{`"` + v2 + mine + `/v2.0"`, v1 + mine + "/", ""},
		{`"` + v2 + personal + `/v2.0"`, v2 + personal + "/v2.0", ""},
		{`"` + v2 + personal + `/v2.0"`, v2 + mine + "/v2.0", unknown},
		{`"` + v2 + personal + `/v2.0"`, v1 + mine + "/", unknown},
		{`"` + v2 + mine + `/v2.0"`, v2 + personal + "/v2.0", unknown},
		{`"https://LOGIN.microsoftonline.com/` + personal + `/v2.0"`, v2 + mine + "/v2.0", unknown},
		{`"` + v2 + personal + `/v2.0"`, "https://login.example.com/" + personal + "/v2.0", unknown},
	}
	issuer := verifytest.New("https://login.example.com", "EdDSA")
	for _, kid := range []string{"", verify.KeyIDOptional} {
		for _, test := range tests {
			set := keySet(issuer)
			if test.issuer != "" {
				set = strings.Replace(set, `{"keys":[{`, `{"keys":[{"issuer":`+test.issuer+`,`, 1)
			}
			entry := func(name string, tenants ...string) verify.Issuer {
				return verify.Issuer{
					Issuer: name, Tenants: tenants, Audience: []string{"api"}, Algorithms: []string{"EdDSA"}, Scopes: []string{},
					JWKSURI: "data:application/json," + url.PathEscape(set), KeyID: kid,
				}
			}
			v, err := verify.New(verify.Config{Now: clock, Issuers: []verify.Issuer{
				entry(v2+"{tenantid}/v2.0", mine, personal), entry(v1+"{tenantid}/", mine), entry("https://login.example.com/" + personal + "/v2.0"),
			}})
			if err != nil {
				t.Fatal(err)
			}
			header := issuer.Header()
			if kid != "" {
				delete(header, "kid")
			}
			token := issuer.SignHeader(header, issuer.OIDCClaims(verifytest.Options{ClientID: "api", IssuedAt: now, Extra: object{"iss": test.iss}}))
			if _, err := v.Verify(t.Context(), token); code(err) != string(test.want) {
				t.Errorf("kid %q, a key of %s, a token of %s: error %v, want %q", kid, test.issuer, test.iss, err, test.want)
			}
			v.Close()
		}
	}
}

// TestKeyOfSeveralTenants: one key that stands in a set for each of two tenants is both's, and no rival of itself.
func TestKeyOfSeveralTenants(t *testing.T) {
	issuer := verifytest.New("https://login.example.com", "EdDSA")
	list := func(tenant string) string {
		return strings.Replace(onlyKey(issuer), "{", `{"issuer":"https://login.microsoftonline.com/`+tenant+`/v2.0",`, 1)
	}
	set := `{"keys":[` + list("t1") + `,` + list("t2") + `]}`
	v, err := verify.New(verify.Config{Now: clock, Issuers: []verify.Issuer{{
		Issuer: "https://login.microsoftonline.com/{tenantid}/v2.0", Tenants: []string{"t1", "t2", "t3"}, Audience: []string{"api"},
		Algorithms: []string{"EdDSA"}, Scopes: []string{}, JWKSURI: "data:application/json," + url.PathEscape(set),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	for tenant, want := range map[string]authorizers.Code{"t1": "", "t2": "", "t3": authorizers.CodeKeyUnknown} {
		iss := "https://login.microsoftonline.com/" + tenant + "/v2.0"
		token := issuer.OIDC(verifytest.Options{ClientID: "api", IssuedAt: now, Extra: object{"iss": iss}})
		if _, err := v.Verify(t.Context(), token); code(err) != string(want) {
			t.Errorf("%s: error %v, want %q", tenant, err, want)
		}
	}
}
