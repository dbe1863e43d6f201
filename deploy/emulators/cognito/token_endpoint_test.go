package cognito_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/emulators/cognito"
)

var scopes = []string{"users/read", "users/write"}

const (
	form         = "application/x-www-form-urlencoded"
	machineForm  = "client_id=local-machine&client_secret=local-machine-secret"
	machineBasic = "bG9jYWwtbWFjaGluZTpsb2NhbC1tYWNoaW5lLXNlY3JldA==" // local-machine:local-machine-secret
)

// oauthAnswer is the body of the token endpoint's answers.
type oauthAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
	TokenType   string `json:"token_type"`
	Error       string `json:"error"`
}

func TestTokenEndpoint(t *testing.T) {
	const basic, grant, both = "Basic " + machineBasic, "grant_type=client_credentials", "users/read users/write"
	const badRequest, badClient, badScope, notAllowed, badGrant = "invalid_request", "invalid_client", "invalid_scope", "unauthorized_client", "unsupported_grant_type"
	tests := []struct {
		name, authorization, body string
		want                      string // the token's scopes, or the error
	}{
		{"basic", basic, grant, both},
		{"basic in small letters", "basic " + machineBasic, grant, both},
		{"basic, encoded as a form", "Basic bG9jYWwlMkRtYWNoaW5lOmxvY2FsJTJEbWFjaGluZSUyRHNlY3JldA==", grant, both},
		{"basic and its id", basic, grant + "&client_id=local-machine", both},
		{"form", "", grant + "&" + machineForm, both},
		{"one scope", basic, grant + "&scope=users/read", "users/read"},
		{"one scope, encoded", basic, grant + "&scope=users%2Fwrite", "users/write"},
		{"all scopes, in another order", basic, grant + "&scope=users%2Fwrite+users%2Fread", both},
		{"one scope twice", basic, grant + "&scope=users/read%20users/read", "users/read"},
		{"empty scope", basic, grant + "&scope=", both},
		{"a parameter of another grant", basic, grant + "&redirect_uri=x", both},

		{"unknown scope", basic, grant + "&scope=users/admin", badScope},
		{"unknown scope beside a known one", basic, grant + "&scope=users/read+users/admin", badScope},
		{"part of a scope", basic, grant + "&scope=users", badScope},
		{"scope in other casing", basic, grant + "&scope=Users/read", badScope},
		{"scopes with a tab between", basic, grant + "&scope=users/read%09users/write", badScope},
		{"scope of users", basic, grant + "&scope=aws.cognito.signin.user.admin", badScope},
		{"scope of OpenID Connect", basic, grant + "&scope=openid", badScope},

		{"nobody", "", grant, badClient},
		{"empty id and secret", "", grant + "&client_id=&client_secret=", badClient},
		{"no secret", "", grant + "&client_id=local-machine", badClient},
		{"empty secret", "", grant + "&client_id=local-machine&client_secret=", badClient},
		{"wrong secret", "", grant + "&client_id=local-machine&client_secret=local-machine-secreT", badClient},
		{"longer secret", "", grant + "&" + machineForm + "s", badClient},
		{"unknown client", "", grant + "&client_id=other&client_secret=local-machine-secret", badClient},
		{"id in other casing", "", grant + "&client_id=Local-Machine&client_secret=local-machine-secret", badClient},
		{"wrong secret by basic", "Basic bG9jYWwtbWFjaGluZTp4", grant, badClient},
		{"no colon in basic", "Basic bG9jYWwtbWFjaGluZQ==", grant, badClient},
		{"basic in no base64", "Basic ???", grant, badClient},
		{"basic in no encoding of a form", "Basic bG9jYWwtbWFjaGluZTolenp6", grant, badClient},
		{"another scheme", "Bearer " + machineBasic, grant, badClient},
		{"another scheme, and the form", "Bearer x", grant + "&client_id=local-machine", badClient},
		{"basic and another id", basic, grant + "&client_id=local-client", badClient},
		{"basic and a secret", basic, grant + "&" + machineForm, badRequest},
		{"the people's client", "", grant + "&client_id=local-client", notAllowed},
		{"the people's client with the machine's secret", "", grant + "&client_id=local-client&client_secret=local-machine-secret", badClient},

		{"no grant", basic, "", badRequest},
		{"empty grant", basic, "grant_type=", badRequest},
		{"password", basic, "grant_type=password&username=admin&password=Passw0rd!", badGrant},
		{"grant in other casing", basic, "grant_type=Client_Credentials", badGrant},
		{"made-up grant", basic, "grant_type=x", badGrant},
		{"code", basic, "grant_type=authorization_code&code=x", notAllowed},
		{"refresh", basic, "grant_type=refresh_token&refresh_token=x", notAllowed},
		{"made-up grant of nobody", "", "grant_type=x", badClient},
		{"grant twice", basic, grant + "&" + grant, badRequest},
		{"scope twice", basic, grant + "&scope=users/read&scope=users/write", badRequest},
		{"no form", basic, `{"grant_type":"client_credentials"}`, badRequest},
		{"no encoding of a form", basic, grant + "&scope=%zz", badRequest},
		{"semicolon", basic, grant + ";scope=users/read", badRequest},
		{"too large", basic, grant + "&x=" + strings.Repeat("x", 64<<10), badRequest},
	}
	pool := newPool(t, cognito.Config{Scopes: scopes})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {form}}
			if test.authorization != "" {
				header.Set("Authorization", test.authorization)
			}
			checkToken(t, pool, do(pool, "POST", "/_cognito/oauth2/token", test.body, header), test.want)
		})
	}
}

// checkToken checks an answer of the token endpoint: scopes have a slash in them, errors do not.
func checkToken(t *testing.T, pool *cognito.Pool, answer *httptest.ResponseRecorder, want string) {
	t.Helper()
	header := answer.Header()
	if header.Get("Content-Type") != "application/json;charset=UTF-8" || header.Get("Cache-Control") != "no-store" || header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("header %v", header)
	}
	if !strings.Contains(want, "/") {
		if body := strings.TrimSpace(answer.Body.String()); answer.Code != 400 || body != `{"error":"`+want+`"}` {
			t.Errorf("%d %s, want 400 and the error %s", answer.Code, body, want)
		}
		return
	}
	var body oauthAnswer
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || answer.Code != 200 || body.ExpiresIn != 3600 || body.TokenType != "Bearer" {
		t.Fatalf("%d %s: %v", answer.Code, answer.Body, err)
	}
	if got := claims(t, pool, body.AccessToken)["scope"]; got != want {
		t.Errorf("scope %v, want %s", got, want)
	}
}

// TestMachineToken: the token has the claims of Cognito's and no others, and a verifier of access tokens takes it.
func TestMachineToken(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	clock := func() time.Time { return now }
	pool, base := serveWith(t, cognito.Config{Scopes: scopes, Now: clock})
	answer := fetchToken(t, base, url.Values{"grant_type": {"client_credentials"}, "scope": {"users/read"}}, true)
	got := claims(t, pool, answer.AccessToken)
	jti, _ := got["jti"].(string)
	want := map[string]any{
		"sub": "local-machine", "client_id": "local-machine", "token_use": "access", "scope": "users/read", "iss": pool.Issuer(),
		"auth_time": 1.7e9, "iat": 1.7e9, "exp": 1.7e9 + 3600, "version": 2.0, "jti": jti,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || jti == "" {
		t.Errorf("claims %v\nwant   %v", got, want)
	}
	verifier, err := verify.New(verify.Config{Now: clock, Issuers: []verify.Issuer{{
		Issuer: pool.Issuer(), JWKSURI: pool.KeySetURL(), Audience: []string{cognito.MachineID}, TokenUse: []string{verify.UseAccess},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()
	read, err := verifier.Verify(t.Context(), answer.AccessToken)
	if err != nil || read.Subject != cognito.MachineID || read.Username != "" || len(read.Groups) > 0 || fmt.Sprint(read.Scopes) != "[users/read]" {
		t.Errorf("%+v, %v", read, err)
	}
	now = now.Add(time.Hour)
	if _, err := verifier.Verify(t.Context(), answer.AccessToken); !is[*authorizers.TokenError](err) {
		t.Errorf("an hour later: %v", err)
	}
	again := fetchToken(t, base, url.Values{"grant_type": {"client_credentials"}, "client_id": {cognito.MachineID}, "client_secret": {cognito.MachineSecret}}, false)
	if claims(t, pool, again.AccessToken)["jti"] == jti {
		t.Errorf("two tokens with the jti %s", jti)
	}
}

// fetchToken asks as a Go program does.
func fetchToken(t *testing.T, base string, parameters url.Values, basic bool) oauthAnswer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "POST", base+"/oauth2/token", strings.NewReader(parameters.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", form)
	if basic {
		request.SetBasicAuth(cognito.MachineID, cognito.MachineSecret)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body oauthAnswer
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil || response.StatusCode != 200 {
		t.Fatalf("%s: %+v, %v", response.Status, body, err)
	}
	return body
}

// TestCurl is the command of the package's comment.
func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is missing")
	}
	pool, base := serveWith(t, cognito.Config{Scopes: scopes})
	out, err := exec.CommandContext(t.Context(), curl, "--noproxy", "*", "-sS", "-u", "local-machine:local-machine-secret", base+"/oauth2/token",
		"-d", "grant_type=client_credentials", "-d", "scope=users/read").Output()
	var body oauthAnswer
	if err != nil || json.Unmarshal(out, &body) != nil || body.AccessToken == "" {
		t.Fatalf("%s, %v %s", out, err, stderr(err))
	}
	if got := claims(t, pool, body.AccessToken)["scope"]; got != "users/read" {
		t.Errorf("scope %v", got)
	}
}

func TestTokenEndpointRefusesOtherRequests(t *testing.T) {
	pool := newPool(t, cognito.Config{Scopes: scopes})
	body := "grant_type=client_credentials&" + machineForm
	tests := []struct {
		name, method, path, media string
		status                    int
	}{
		{"GET", "GET", "/_cognito/oauth2/token?" + body, form, 405},
		{"PUT", "PUT", "/_cognito/oauth2/token", form, 405},
		{"another media type", "POST", "/_cognito/oauth2/token", "text/plain", 400},
		{"no media type", "POST", "/_cognito/oauth2/token", "", 400},
		{"with a charset", "POST", "/_cognito/oauth2/token", form + "; charset=utf-8", 200},
		{"a slash at the end", "POST", "/_cognito/oauth2/token/", form, 404},
		{"another path", "POST", "/oauth2/token", form, 404},
		{"below the issuer", "POST", "/_cognito/us-east-1_local/oauth2/token", form, 404},
	}
	for _, test := range tests {
		if answer := do(pool, test.method, test.path, body, http.Header{"Content-Type": {test.media}}); answer.Code != test.status {
			t.Errorf("%s: %d %s, want %d", test.name, answer.Code, answer.Body, test.status)
		}
	}
	query := do(pool, "POST", "/_cognito/oauth2/token?"+body, "", http.Header{"Content-Type": {form}})
	checkToken(t, pool, query, "invalid_client") // parameters of the address are none
}

// TestDiscovery: the token endpoint is named where there is one, and there is none without scopes.
func TestDiscovery(t *testing.T) {
	for endpoint, config := range map[string]cognito.Config{
		"http://a.example/_cognito/oauth2/token": {Scopes: scopes},
		"":                                       {},
	} {
		pool := newPool(t, config)
		var document struct {
			TokenEndpoint string   `json:"token_endpoint"`
			Methods       []string `json:"token_endpoint_auth_methods_supported"`
			Scopes        []string `json:"scopes_supported"`
			JWKSURI       string   `json:"jwks_uri"`
		}
		answer := do(pool, "GET", "/_cognito/us-east-1_local"+verifytest.DiscoveryPath, "", nil)
		if err := json.Unmarshal(answer.Body.Bytes(), &document); err != nil || document.TokenEndpoint != endpoint || document.JWKSURI != pool.KeySetURL() {
			t.Errorf("%s: %v, want the token endpoint %q", answer.Body, err, endpoint)
		}
		if named := len(document.Methods) == 2 && len(document.Scopes) == 2; named != (endpoint != "") {
			t.Errorf("%+v", document)
		}
		status := do(pool, "POST", "/_cognito/oauth2/token", "grant_type=client_credentials&"+machineForm, http.Header{"Content-Type": {form}}).Code
		if status == 200 != (endpoint != "") || status != 200 && status != 404 {
			t.Errorf("token endpoint %q: status %d", endpoint, status)
		}
	}
}

// FuzzTokenEndpoint: whatever the form, there is a token only for who knows the secret, and only with the pool's scopes.
func FuzzTokenEndpoint(f *testing.F) {
	f.Add("grant_type=client_credentials&"+machineForm, "")
	f.Add("grant_type=client_credentials&scope=users/read", "Basic "+machineBasic)
	pool, err := cognito.New(cognito.Config{BaseURL: "http://a.example/_cognito", Scopes: scopes})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body, authorization string) {
		answer := do(pool, "POST", "/_cognito/oauth2/token", body, http.Header{"Content-Type": {form}, "Authorization": {authorization}})
		var got oauthAnswer
		if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || (got.AccessToken != "") != (answer.Code == 200) || (got.Error != "") == (answer.Code == 200) {
			t.Fatalf("%d %s: %v", answer.Code, answer.Body, err)
		}
		if answer.Code != 200 {
			return
		}
		sent, _ := url.ParseQuery(body)
		if sent.Get("client_secret") != cognito.MachineSecret && !strings.HasPrefix(strings.ToLower(authorization), "basic ") {
			t.Errorf("a token without the secret: %q %q", body, authorization)
		}
		for _, scope := range strings.Split(claims(t, pool, got.AccessToken)["scope"].(string), " ") {
			if scope != scopes[0] && scope != scopes[1] {
				t.Errorf("scope %q", scope)
			}
		}
	})
}
