package verify_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

type object = map[string]any
type list = []any

// entry is an OIDC issuer's entry with more members in JSON, and a verifier that knows it and, with several, another issuer.
func entry(t *testing.T, issuer *verifytest.Issuer, members string, several bool) *verify.Verifier {
	t.Helper()
	if members != "" {
		members = "," + members
	}
	text := fmt.Sprintf(`{"issuer":%q,"audience":["api"]%s}`, issuer.URL, members)
	if several {
		text += `,{"issuer":"https://other.example.com","audience":["api"],"scopes":["*"]}`
	}
	issuers, err := verify.ParseIssuers("[" + text + "]")
	if err != nil {
		t.Fatal(err)
	}
	v, err := verify.New(verify.Config{Issuers: issuers, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

// TestGrants: what a token gains by its issuer's entry, and by nothing else.
func TestGrants(t *testing.T) {
	issuer := newIssuer(t)
	const staff = `{"staff":["users/read"],"boss":["users/read","users/write"]}`
	tests := []struct {
		name    string
		members string
		several bool
		claims  object
		want    string
	}{
		{"one issuer, nothing said", ``, false, object{"scope": "a b"}, "a b"},
		{"scp where there is no scope", ``, false, object{"scp": list{"a"}}, "a"},
		{"scope, whatever scp says", ``, false, object{"scope": "a", "scp": "b"}, "a"},
		{"scope that is null says that there is none", ``, false, object{"scope": json.RawMessage("null"), "scp": "b"}, ""},
		{"groups grant nothing", ``, false, object{"cognito:groups": list{"staff"}, "groups": list{"staff"}}, ""},

		{"several: only what is listed", `"scopes":["a"]`, true, object{"scope": "a b"}, "a"},
		{"several: nothing", `"scopes":[]`, true, object{"scope": "a b"}, ""},
		{"several: no grants", `"grants":{}`, true, object{"scope": "a b"}, ""},
		{"several: all", `"scopes":["*"]`, true, object{"scope": "a b"}, "a b"},
		{"several: the pool's groups are not theirs", `"scopes":["*"]`, true, object{"cognito:groups": list{"admins"}}, ""},

		{"mapped list", `"grants":{"roles":` + staff + `}`, true, object{"roles": list{"boss", "x"}}, "users/read users/write"},
		{"mapped text", `"grants":{"role":` + staff + `}`, true, object{"role": "staff"}, "users/read"},
		{"a text with spaces is one value", `"grants":{"role":` + staff + `}`, true, object{"role": "staff boss"}, ""},
		{"name with spaces", `"grants":{"role":{"Domain Admins":["users/write"]}}`, true, object{"role": "Domain Admins"}, "users/write"},
		{"mapped claims alone: no scope of its own", `"grants":{"roles":` + staff + `}`, true, object{"roles": "staff", "scope": "users/write"}, "users/read"},
		{"values in another case", `"grants":{"roles":` + staff + `}`, true, object{"roles": list{"Staff", "STAFF", " staff"}}, ""},
		{"scp mapped as words", `"grants":{"scp":{"Users.Read":["users/read"]}}`, true, object{"scp": "Users.Read Users.Write"}, "users/read"},
		{"scp mapped, scope not read", `"grants":{"scp":{"a":["b"]}}`, true, object{"scope": "a"}, ""},
		{"scope mapped, read from scp", `"grants":{"scope":{"a":["b"]}}`, true, object{"scp": "a"}, "b"},
		{"scope and scp apart", `"grants":{"scope":{"a":["b"]},"scp":{"c":["d"]}}`, true, object{"scp": "a c"}, "d"},
		{"several claims", `"grants":{"roles":` + staff + `,"groups":{"g":["users/self"]}}`, true, object{"roles": "staff", "groups": list{"g"}}, "users/self users/read"},
		{"permissions as they stand", `"grants":{"permissions":{"*":["*"]}},"scopes":["a","b"]`, true, object{"permissions": list{"a", "c"}}, "a"},
		{"a text as it stands is words", `"grants":{"permissions":{"*":["*"]}}`, false, object{"permissions": "a b"}, "a b"},
		{"one value as it stands", `"grants":{"permissions":{"a":["*"],"b":["c"]}},"scopes":["a","b","c"]`, true, object{"permissions": list{"a", "b", "d"}}, "a c"},
		{"any value", `"grants":{"sub":{"*":["users/self"]}}`, true, object{}, "users/self"},
		{"any value, and an empty one", `"grants":{"role":{"*":["users/self"]}}`, true, object{"role": ""}, ""},
		{"any value of a list, and an empty one", `"grants":{"role":{"*":["users/self"]}}`, true, object{"role": list{""}}, ""},
		{"any value of an object, and an empty name", `"grants":{"role":{"*":["users/self"]}}`, true, object{"role": object{"": true}}, ""},
		{"any scope, and no scope", `"grants":{"scope":{"*":["users/self"]}}`, true, object{"scope": ""}, ""},
		{"any scope, and spaces alone", `"grants":{"scope":{"*":["users/self"]}}`, true, object{"scope": "  "}, ""},
		{"any scope", `"grants":{"scope":{"*":["users/self"]}}`, true, object{"scope": "a"}, "users/self"},
		{"a value that is a star", `"grants":{"roles":{"*":["*"]}},"scopes":["a"]`, true, object{"roles": list{"*"}}, ""},

		{"nested", `"grants":{"/realm_access/roles":` + staff + `}`, true, object{"realm_access": object{"roles": list{"staff"}}}, "users/read"},
		{"nested deeper", `"grants":{"/resource_access/my.app/roles":` + staff + `}`, true, object{"resource_access": object{"my.app": object{"roles": list{"staff"}}}}, "users/read"},
		{"nested, and not at the top", `"grants":{"/realm_access/roles":` + staff + `}`, true, object{"roles": list{"staff"}, "realm_access/roles": "staff", "/realm_access/roles": "staff"}, ""},
		{"through a text that reads like an object", `"grants":{"/a/b":` + staff + `}`, true, object{"a": `{"b":"staff"}`}, ""},
		{"through a text in an object", `"grants":{"/a/b/c":` + staff + `}`, true, object{"a": object{"b": `{"c":["staff"]}`}}, ""},
		{"through a list", `"grants":{"/a/0":` + staff + `}`, true, object{"a": list{"staff"}}, ""},
		{"escaped", `"grants":{"/a~1b/c~0d":` + staff + `}`, true, object{"a/b": object{"c~d": "staff"}}, "users/read"},
		{"escaped once", `"grants":{"/a~01":` + staff + `}`, true, object{"a~1": "staff", "a/": "boss"}, "users/read"},
		{"a URL names itself", `"grants":{"https://example.com/roles":` + staff + `}`, true, object{"https://example.com/roles": list{"staff"}}, "users/read"},
		{"dots name themselves", `"grants":{"realm_access.roles":` + staff + `}`, true, object{"realm_access.roles": list{"staff"}}, "users/read"},
		{"dots are no path", `"grants":{"realm_access.roles":` + staff + `}`, true, object{"realm_access": object{"roles": list{"staff"}}}, ""},
		{"a pointer's name with a slash itself", `"grants":{"/~1x":` + staff + `}`, true, object{"/x": "staff"}, "users/read"},

		{"members of an object", `"grants":{"urn:zitadel:iam:org:project:roles":` + staff + `}`, true, object{"urn:zitadel:iam:org:project:roles": object{"staff": object{"1": "a.example"}}}, "users/read"},
		{"members that are null or false", `"grants":{"roles":` + staff + `}`, true, object{"roles": object{"staff": false, "boss": nil}}, ""},
		{"null", `"grants":{"roles":` + staff + `}`, true, object{"roles": json.RawMessage("null")}, ""},
		{"number", `"grants":{"roles":{"7":["users/read"]}}`, true, object{"roles": 7}, ""},
		{"boolean", `"grants":{"roles":{"true":["users/read"]}}`, true, object{"roles": true}, ""},
		{"a list with a number in it", `"grants":{"roles":` + staff + `}`, true, object{"roles": list{"staff", 7}}, ""},
		{"a list of lists", `"grants":{"roles":` + staff + `}`, true, object{"roles": list{list{"staff"}}}, ""},
		{"no scope", `"grants":{"roles":{"*":["*"]}}`, false, object{"roles": list{"a b", "", "é", "c"}}, "c"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			claims, err := entry(t, issuer, test.members, test.several).Verify(t.Context(), issuer.OIDC(verifytest.Options{ClientID: "api", IssuedAt: now, Extra: test.claims}))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(claims.Scopes, " "); got != test.want {
				t.Errorf("the token gains %q, want %q", got, test.want)
			}
		})
	}
}

// TestGroups: the groups that the API behind the gateway gets to know are those of a claim that the entry reads.
func TestGroups(t *testing.T) {
	issuer := newIssuer(t)
	claims := object{"cognito:groups": list{"admins"}, "groups": list{"staff"}}
	tests := []struct {
		members string
		several bool
		want    string
	}{
		{``, false, "admins"},
		{`"scopes":["a"]`, true, ""},
		{`"scopes":["a"],"groupsClaim":"groups"`, true, "staff"},
		{`"grants":{"groups":{"staff":["a"]}}`, false, ""},
		{`"grants":{"cognito:groups":{"admins":["a"]}}`, true, "admins"},
		{`"grants":{"cognito:groups":{"admins":["a"]}},"groupsClaim":"groups"`, true, "staff"},
	}
	for _, test := range tests {
		got, err := entry(t, issuer, test.members, test.several).Verify(t.Context(), issuer.OIDC(verifytest.Options{ClientID: "api", IssuedAt: now, Extra: claims}))
		if err != nil || strings.Join(got.Groups, " ") != test.want {
			t.Errorf("%s, several: %v: %+v, %v; want groups %q", test.members, test.several, got, err, test.want)
		}
	}
}

// TestGroupsOfPools: a user pool's groups are read beside other issuers too, unless its grants say otherwise.
func TestGroupsOfPools(t *testing.T) {
	issuer := newIssuer(t)
	for members, want := range map[string]string{
		`"scopes":[]`: "admins", `"scopes":[],"grants":null`: "admins", `"grants":{}`: "", `"grants":{"scope":{"a":["b"]}}`: "",
		`"scopes":[],"groupsClaim":"roles"`: "",
	} {
		v := entry(t, issuer, `"tokenUse":["access"],"jwksUri":"`+issuer.URL+verifytest.KeySetPath+`",`+members, true)
		got, err := v.Verify(t.Context(), issuer.CognitoAccess(verifytest.Options{ClientID: "api", IssuedAt: now, Groups: []string{"admins"}}))
		if err != nil || strings.Join(got.Groups, " ") != want {
			t.Errorf("%s: %+v, %v; want groups %q", members, got, err, want)
		}
	}
}

// TestUnread: claims of the entry that are there and cannot be read are named, and their values are not.
func TestUnread(t *testing.T) {
	issuer := newIssuer(t)
	v := entry(t, issuer, `"grants":{"roles":{"a":["b"]},"realm_access.roles":{"a":["b"]}}`, false)
	tests := []struct {
		claims object
		want   []string
	}{
		{object{"roles": list{"a"}}, nil},
		{object{}, nil},
		{object{"roles": json.RawMessage("null")}, nil},
		{object{"roles": 7}, []string{"roles is a number"}},
		{object{"roles": true}, []string{"roles is true"}},
		{object{"roles": list{"secret", 7}}, []string{"roles is a list of other things than texts"}},
		{object{"realm_access": object{"roles": list{"secret"}}}, []string{`realm_access.roles is missing, and "/realm_access/roles" would look into the object realm_access`}},
	}
	for _, test := range tests {
		claims, err := v.Verify(t.Context(), issuer.OIDC(verifytest.Options{ClientID: "api", IssuedAt: now, Extra: test.claims}))
		if err != nil || !slices.Equal(claims.Unread, test.want) {
			t.Errorf("%v: %q, %v; want %q", test.claims, claims.Unread, err, test.want)
		}
	}
}

// TestIDs: whose id a token proves, and whether it may own.
func TestIDs(t *testing.T) {
	issuer := newIssuer(t)
	tests := []struct {
		members string
		several bool
		claims  object
		id      string
		owns    bool
		code    authorizers.Code
	}{
		{``, false, object{"sub": "u"}, "u", true, ""},
		{`"owners":false`, false, object{"sub": "u"}, "u", false, ""},
		{`"scopes":[]`, true, object{"sub": "u"}, "u", false, ""},
		{`"scopes":[],"owners":true`, true, object{"sub": "u"}, "u", true, ""},
		{`"id":["sub","client_id"]`, false, object{"sub": "u", "client_id": "c"}, "u", true, ""},
		{`"id":["sub","client_id"]`, false, object{"sub": nil, "client_id": "c"}, "c", false, ""},
		{`"id":["sub","client_id"]`, false, object{"sub": json.RawMessage("null"), "client_id": "c"}, "c", false, ""},
		{`"id":["sub","client_id"]`, false, object{"sub": "", "client_id": "c"}, "", false, authorizers.CodeClaim},
		{`"id":["sub","client_id"]`, false, object{"sub": 7, "client_id": "c"}, "", false, authorizers.CodeClaim},
		{`"id":["sub","client_id"],"scopes":[],"owners":true`, true, object{"sub": nil, "client_id": "c"}, "c", false, ""},
		{`"id":["oid"]`, false, object{"sub": "u", "oid": "o"}, "o", false, ""},
		{`"id":["oid"],"owners":true`, false, object{"sub": "u", "oid": "o"}, "o", true, ""},
		{`"id":["oid"]`, false, object{"sub": "u"}, "", false, authorizers.CodeClaim},
		{`"id":["/kubernetes.io/serviceaccount/uid"]`, false, object{"kubernetes.io": object{"serviceaccount": object{"uid": "k"}}}, "k", false, ""},
		{``, false, object{"sub": nil, "client_id": "c"}, "", false, authorizers.CodeClaim},
	}
	for _, test := range tests {
		claims := issuer.OIDCClaims(verifytest.Options{ClientID: "api", IssuedAt: now})
		delete(claims, "client_id")
		for name, value := range test.claims {
			if claims[name] = value; value == nil {
				delete(claims, name)
			}
		}
		got, err := entry(t, issuer, test.members, test.several).Verify(t.Context(), issuer.Sign(claims))
		switch {
		case code(err) != string(test.code):
			t.Errorf("%s, %v: error %v, want %q", test.members, test.claims, err, test.code)
		case err == nil && (got.ID != test.id || got.OwnsNothing == test.owns):
			t.Errorf("%s, %v: id %q, owns nothing: %v; want %q, %v", test.members, test.claims, got.ID, got.OwnsNothing, test.id, !test.owns)
		}
	}
}

// TestRequired: claims without one of the values that the entry requires.
func TestRequired(t *testing.T) {
	issuer := newIssuer(t)
	v := entry(t, issuer, `"require":{"hd":["example.com","example.org"],"email_verified":["true"],"/a/b":["c"],"amr":["mfa"],"level":["2"]}`, false)
	good := object{"hd": "example.com", "email_verified": true, "a": object{"b": "c"}, "amr": list{"pwd", "mfa"}, "level": 2}
	tests := []struct {
		claim  string
		value  any // nil: it is missing
		claims string
	}{
		{"", "", ""},
		{"hd", "example.org", ""},
		{"hd", list{"x", "example.com"}, ""},
		{"email_verified", "true", ""},
		{"hd", nil, "hd"},
		{"hd", "example.net", "hd"},
		{"hd", "Example.com", "hd"},
		{"hd", "example.com.evil.example", "hd"},
		{"hd", list{"x"}, "hd"},
		{"hd", list{list{"example.com"}}, "hd"},
		{"hd", object{"example.com": true}, "hd"},
		{"hd", json.RawMessage("null"), "hd"},
		{"email_verified", false, "email_verified"},
		{"level", "2", ""},
		{"level", 3, "level"},
		{"level", json.RawMessage("2.0"), "level"},
		{"a", "c", "/a/b"},
		{"amr", "pwd", "amr"},
	}
	for _, test := range tests {
		claims := issuer.OIDCClaims(verifytest.Options{ClientID: "api", IssuedAt: now, Extra: good})
		if claims[test.claim] = test.value; test.value == nil {
			delete(claims, test.claim)
		}
		_, err := v.Verify(t.Context(), issuer.Sign(claims))
		want := error(nil)
		if test.claims != "" {
			want = &authorizers.TokenError{Code: authorizers.CodeRequired, Claim: test.claims}
		}
		if !isError(err, want) {
			t.Errorf("%s = %v: error %v, want %v", test.claim, test.value, err, want)
		}
	}
	null := entry(t, issuer, `"require":{"x":["null"]}`, false)
	if _, err := null.Verify(t.Context(), issuer.OIDC(verifytest.Options{ClientID: "api", IssuedAt: now, Extra: object{"x": json.RawMessage("null")}})); code(err) != string(authorizers.CodeRequired) {
		t.Errorf("null in place of the text null: error %v", err)
	}
}

// TestResources: the aud of a user pool's access tokens.
func TestResources(t *testing.T) {
	issuer := newIssuer(t)
	const client, api = verifytest.DefaultClientID, "https://api.example.com"
	tests := []struct {
		resource []string
		require  bool
		aud      any // nil: there is none
		good     bool
	}{
		{nil, false, nil, true},
		{nil, false, client, true},
		{nil, false, list{client}, true},
		{nil, false, api, false},
		{nil, false, "", false},
		{nil, false, json.RawMessage("null"), false},
		{[]string{api}, false, nil, true},
		{[]string{api}, false, api, true},
		{[]string{api}, false, list{"https://x.example.com", api}, true},
		{[]string{api}, false, list{"https://x.example.com"}, false},
		{[]string{api}, false, client, false},
		{[]string{api}, false, api + "/", false},
		{[]string{api}, true, nil, false},
		{[]string{api}, true, api, true},
		{[]string{api, client}, false, client, true},
	}
	for _, test := range tests {
		v := newVerifier(t, issuer, func(c *verify.Config) {
			c.Issuers[0].Resource, c.Issuers[0].RequireResource = test.resource, test.require
		})
		claims := issuer.CognitoAccessClaims(extra(nil))
		if test.aud != nil {
			claims["aud"] = test.aud
		}
		_, err := v.Verify(t.Context(), issuer.Sign(claims))
		if test.good && err != nil || !test.good && !isError(err, &authorizers.TokenError{Code: authorizers.CodeAudience, Claim: "aud"}) {
			t.Errorf("resource %q, required: %v, aud %v: error %v", test.resource, test.require, test.aud, err)
		}
	}
}

// TestBoundTokens: the entry may accept them; the refusal says how.
func TestBoundTokens(t *testing.T) {
	issuer := newIssuer(t)
	token := issuer.OIDC(verifytest.Options{ClientID: "api", IssuedAt: now, Extra: object{"cnf": object{"jkt": "x"}}})
	_, err := entry(t, issuer, ``, false).Verify(t.Context(), token)
	refused := (*authorizers.TokenError)(nil)
	if !isError(err, &authorizers.TokenError{Code: authorizers.CodeBound, Claim: "cnf"}, &refused) || !strings.Contains(refused.Hint, `"boundTokens":"accept"`) {
		t.Errorf("error %+v", err)
	}
	if _, err := entry(t, issuer, `"boundTokens":"accept"`, false).Verify(t.Context(), token); err != nil {
		t.Error(err)
	}
}

// TestProfile: what passes as an access token after RFC 9068, and no ID token does.
func TestProfile(t *testing.T) {
	issuer := newIssuer(t)
	v := entry(t, issuer, `"profile":"rfc9068"`, false)
	tests := []struct {
		typ    any // nil: there is none
		claim  string
		value  any // nil: it is missing
		wanted authorizers.Code
	}{
		{"at+jwt", "name", "x", ""},
		{"application/at+jwt", "name", "x", ""},
		{"AT+JWT", "name", "x", ""},
		{"JWT", "name", "x", authorizers.CodeHeader},
		{nil, "name", "x", authorizers.CodeHeader},
		{"logout+jwt", "name", "x", authorizers.CodeHeader},
		{"at+jwt", "sub", nil, authorizers.CodeClaim},
		{"at+jwt", "client_id", nil, authorizers.CodeClaim},
		{"at+jwt", "client_id", 7, authorizers.CodeClaim},
		{"at+jwt", "jti", nil, authorizers.CodeClaim},
		{"at+jwt", "jti", "", authorizers.CodeClaim},
		{"at+jwt", "iat", nil, authorizers.CodeClaim},
		{"at+jwt", "aud", nil, authorizers.CodeAudience},
		{"at+jwt", "exp", nil, authorizers.CodeClaim},
	}
	for _, test := range tests {
		header := issuer.Header()
		if header["typ"] = test.typ; test.typ == nil {
			delete(header, "typ")
		}
		claims := issuer.OIDCClaims(verifytest.Options{ClientID: "api", IssuedAt: now})
		if claims[test.claim] = test.value; test.value == nil {
			delete(claims, test.claim)
		}
		if _, err := v.Verify(t.Context(), issuer.SignHeader(header, claims)); code(err) != string(test.wanted) {
			t.Errorf("typ %v, %s = %v: error %v, want %q", test.typ, test.claim, test.value, err, test.wanted)
		}
	}
}

// TestClients: where tokens say which app asked for them.
func TestClients(t *testing.T) {
	issuer := newIssuer(t)
	v := entry(t, issuer, ``, false)
	tests := []struct {
		claims object
		want   string
	}{
		{object{"client_id": "a", "azp": "b"}, "a"},
		{object{"azp": "b", "appid": "c"}, "b"},
		{object{"appid": "c"}, "c"},
		{object{"cid": "d"}, "d"},
		{object{"client_id": list{"a"}, "cid": "d"}, "d"},
		{object{}, ""},
	}
	for _, test := range tests {
		claims := issuer.OIDCClaims(verifytest.Options{ClientID: "api", IssuedAt: now})
		delete(claims, "client_id")
		for name, value := range test.claims {
			claims[name] = value
		}
		if got, err := v.Verify(t.Context(), issuer.Sign(claims)); err != nil || got.ClientID != test.want {
			t.Errorf("%v: %+v, %v", test.claims, got, err)
		}
	}
}

// TestTenants: an entry for several tenants is an issuer for each of them, with the keys of one set, and for nobody else.
func TestTenants(t *testing.T) {
	issuer := newIssuer(t)
	issuers, err := verify.ParseIssuers(fmt.Sprintf(`[{"issuer":"http://login.example.com/{tenantid}/v2.0","tenants":["t1","t2"],"jwksUri":%q,"audience":["api"],"scopes":["a"]}]`, issuer.URL+verifytest.KeySetPath))
	if err != nil {
		t.Fatal(err)
	}
	v, err := verify.New(verify.Config{Issuers: issuers, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	for tenant, want := range map[string]authorizers.Code{
		"t1": "", "t2": "", "t3": authorizers.CodeIssuer, "{tenantid}": authorizers.CodeIssuer, "": authorizers.CodeIssuer, "common": authorizers.CodeIssuer, "t1/v2.0/x": authorizers.CodeIssuer,
	} {
		name := "http://login.example.com/" + tenant + "/v2.0"
		got, err := v.Verify(t.Context(), issuer.OIDC(verifytest.Options{ClientID: "api", IssuedAt: now, Extra: object{"iss": name, "scope": "a b"}}))
		switch {
		case code(err) != string(want):
			t.Errorf("%q: error %v, want %q", tenant, err, want)
		case err == nil && (got.Issuer != name || !got.OwnsNothing || strings.Join(got.Scopes, " ") != "a"):
			t.Errorf("%q: %+v", tenant, got)
		}
	}
	if issuer.Fetches() != 1 {
		t.Errorf("the keys of all tenants were fetched %d times", issuer.Fetches())
	}
}

// TestIssuersAreTexts: an iss that is no text is not that of an issuer whose name is written alike.
func TestIssuersAreTexts(t *testing.T) {
	issuer := newIssuer(t)
	for _, name := range []string{"7", "null", "true", "[]", `["7"]`} {
		v, err := verify.New(verify.Config{Now: clock, Issuers: []verify.Issuer{{Issuer: name, JWKSURI: issuer.URL + verifytest.KeySetPath, Audience: []string{"api"}}}})
		if err != nil {
			t.Fatal(err)
		}
		token := func(iss any) string {
			return issuer.OIDC(verifytest.Options{ClientID: "api", IssuedAt: now, Extra: object{"iss": iss}})
		}
		if _, err := v.Verify(t.Context(), token(name)); err != nil {
			t.Errorf("iss %q: %v", name, err)
		}
		if _, err := v.Verify(t.Context(), token(json.RawMessage(name))); code(err) != string(authorizers.CodeIssuer) {
			t.Errorf("iss %s, which is no text: error %v", name, err)
		}
		v.Close()
	}
}

// TestNearlyKnownIssuers: the refusal of a token says where an entry differs by a slash alone.
func TestNearlyKnownIssuers(t *testing.T) {
	issuer := newIssuer(t)
	v := entry(t, issuer, ``, false)
	for iss, hint := range map[string]bool{issuer.URL + "/": true, issuer.URL + "//": false, issuer.URL + "x": false, strings.TrimSuffix(issuer.URL, "e"): false} {
		_, err := v.Verify(t.Context(), issuer.OIDC(verifytest.Options{ClientID: "api", IssuedAt: now, Extra: object{"iss": iss}}))
		refused := (*authorizers.TokenError)(nil)
		if !isError(err, &authorizers.TokenError{Code: authorizers.CodeIssuer}, &refused) || (refused.Hint != "") != hint {
			t.Errorf("%q: error %+v", iss, err)
		}
	}
}
