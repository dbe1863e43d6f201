package cognito_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"

	"portcullis/deploy/emulators/cognito"
)

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		config cognito.Config
		want   string
	}{
		{cognito.Config{}, `BaseURL "" is not`},
		{cognito.Config{BaseURL: "/_cognito"}, `BaseURL "/_cognito" is not`},
		{cognito.Config{BaseURL: "127.0.0.1:8080"}, `BaseURL`},
		{cognito.Config{BaseURL: "ftp://a.example"}, `BaseURL "ftp://a.example" is not`},
		{cognito.Config{BaseURL: "http://a.example/?x"}, `BaseURL "http://a.example/?x" is not`},
		{cognito.Config{BaseURL: "http://a.example/#x"}, `BaseURL "http://a.example/#x" is not`},
		{cognito.Config{BaseURL: "http://a.example", MaxSessions: -1}, `MaxSessions is -1`},
		{cognito.Config{BaseURL: "http://a.example", Scopes: []string{"users/read", "users read"}}, `Scopes: "users read"`},
		{cognito.Config{BaseURL: "http://a.example", Scopes: []string{""}}, `Scopes: ""`},
		{cognito.Config{BaseURL: "http://a.example", Scopes: []string{"users/read", "users/read"}}, `Scopes: "users/read"`},
	}
	for _, test := range tests {
		if pool, err := cognito.New(test.config); pool != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("New(%+v) = %v, %v; want an error with %q", test.config, pool, err, test.want)
		}
	}
}

func TestAddresses(t *testing.T) {
	tests := []struct{ base, api, issuer, keySet string }{
		{"http://a.example/_cognito", "/_cognito", "http://a.example/_cognito/us-east-1_local", "/_cognito/us-east-1_local/.well-known/jwks.json"},
		{"http://a.example/_cognito", "/_cognito/", "http://a.example/_cognito/us-east-1_local", "/_cognito/us-east-1_local/.well-known/jwks.json"},
		{"http://a.example/_cognito/", "/_cognito/", "http://a.example/_cognito/us-east-1_local", "/_cognito/us-east-1_local/.well-known/jwks.json"},
		{"http://a.example", "/", "http://a.example/us-east-1_local", "/us-east-1_local/.well-known/jwks.json"},
	}
	for _, test := range tests {
		pool := newPool(t, cognito.Config{BaseURL: test.base})
		if pool.Issuer() != test.issuer || pool.KeySetURL() != "http://a.example"+test.keySet {
			t.Errorf("%s: issuer %s, key set %s", test.base, pool.Issuer(), pool.KeySetURL())
		}
		if answer := post(pool, test.api, goodSignIn); answer.Code != 200 {
			t.Errorf("%s: POST %s: %d %s", test.base, test.api, answer.Code, answer.Body)
		}
		if answer := do(pool, "GET", test.keySet, "", nil); answer.Code != 200 {
			t.Errorf("%s: GET %s: %d %s", test.base, test.keySet, answer.Code, answer.Body)
		}
	}
}

func TestOtherPathsAreNotFound(t *testing.T) {
	pool := newPool(t, cognito.Config{})
	for _, path := range []string{"/", "/_cognito2", "/_cognito//", "/_cognito/us-east-1_local", "/us-east-1_local/.well-known/jwks.json", "/_cognito/us-east-1_other/.well-known/jwks.json"} {
		if answer := post(pool, path, goodSignIn); answer.Code != 404 {
			t.Errorf("POST %s: %d %s, want 404", path, answer.Code, answer.Body)
		}
	}
}

func TestAccountsAreStable(t *testing.T) {
	pool := newPool(t, cognito.Config{})
	want := map[string]string{"admin": "admins", "reader": "readers", "member": "members"}
	seen := map[string]bool{}
	for _, a := range pool.Accounts() {
		if _, err := uuid.Parse(a.Subject); err != nil || seen[a.Subject] {
			t.Errorf("%s: sub %q is no UUID of its own: %v", a.Username, a.Subject, err)
		}
		seen[a.Subject] = true
		if !slices.Equal(a.Groups, []string{want[a.Username]}) || a.Email != a.Username+"@example.com" {
			t.Errorf("account = %+v", a)
		}
		a.Groups[0] = "changed"
	}
	if again := pool.Accounts(); len(again) != 3 || again[0].Groups[0] != "admins" {
		t.Errorf("accounts = %+v", again)
	}
}

func TestSignInTokens(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	pool := newPool(t, cognito.Config{Now: func() time.Time { return now }})
	for _, account := range pool.Accounts() {
		result := signIn(t, pool, account.Username)
		access, id := claims(t, pool, result.AccessToken), claims(t, pool, result.IdToken)
		for name, want := range map[string]any{
			"sub": account.Subject, "iss": pool.Issuer(), "client_id": "local-client", "username": account.Username, "token_use": "access",
			"scope": "aws.cognito.signin.user.admin", "auth_time": 1.7e9, "iat": 1.7e9, "exp": 1.7e9 + 3600,
		} {
			if access[name] != want {
				t.Errorf("%s: access token's %s = %v, want %v", account.Username, name, access[name], want)
			}
		}
		for name, want := range map[string]any{
			"sub": account.Subject, "iss": pool.Issuer(), "aud": "local-client", "cognito:username": account.Username, "token_use": "id",
			"email": account.Email, "email_verified": true, "origin_jti": access["origin_jti"], "event_id": access["event_id"],
		} {
			if id[name] != want {
				t.Errorf("%s: ID token's %s = %v, want %v", account.Username, name, id[name], want)
			}
		}
		for _, token := range []map[string]any{access, id} {
			if groups, _ := token["cognito:groups"].([]any); len(groups) != 1 || groups[0] != account.Groups[0] {
				t.Errorf("%s: groups %v", account.Username, token["cognito:groups"])
			}
		}
		if access["jti"] == id["jti"] || result.ExpiresIn != 3600 || result.TokenType != "Bearer" || result.RefreshToken == "" {
			t.Errorf("%s: result = %+v", account.Username, result)
		}
	}
}

func TestBrowserPagesMaySignIn(t *testing.T) {
	pool := newPool(t, cognito.Config{})
	preflight := do(pool, "OPTIONS", "/_cognito/", "", http.Header{
		"Origin":                         {"http://page.example"},
		"Access-Control-Request-Method":  {"POST"},
		"Access-Control-Request-Headers": {"amz-sdk-invocation-id,amz-sdk-request,cache-control,content-type,x-amz-target,x-amz-user-agent"},
	})
	if preflight.Code != 204 || preflight.Body.Len() != 0 || !strings.Contains(preflight.Header().Get("Access-Control-Allow-Methods"), "POST") {
		t.Errorf("preflight: %d %v %s", preflight.Code, preflight.Header(), preflight.Body)
	}
	allowed := strings.Split(preflight.Header().Get("Access-Control-Allow-Headers"), ", ")
	for _, name := range []string{"amz-sdk-invocation-id", "amz-sdk-request", "cache-control", "content-type", "x-amz-target", "x-amz-user-agent", "authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"} {
		if !slices.Contains(allowed, name) {
			t.Errorf("preflight does not allow %s", name)
		}
	}
	for _, answer := range []*httptest.ResponseRecorder{preflight, post(pool, "/_cognito", goodSignIn), post(pool, "/_cognito", `{}`), do(pool, "GET", "/_cognito/us-east-1_local/.well-known/jwks.json", "", nil)} {
		if answer.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%d %s: no Access-Control-Allow-Origin", answer.Code, answer.Body)
		}
	}
}

// TestOrigins: who may sign in is told of the origins that are named, and of others that is told for the public documents alone. A line a
// case: what is asked for by a page of https://page.example.
func TestOrigins(t *testing.T) {
	const page, other = "https://page.example", "https://other.example"
	for _, test := range []struct {
		origins             []string
		method, path, allow string
	}{
		{nil, "POST", "/_cognito/", "*"},
		{[]string{other, "*"}, "POST", "/_cognito/", "*"},
		{[]string{other, page}, "POST", "/_cognito/", page},
		{[]string{other, page}, "OPTIONS", "/_cognito/oauth2/token", page},
		{[]string{other}, "POST", "/_cognito/", ""},
		{[]string{other}, "POST", "/_cognito", ""},
		{[]string{other}, "OPTIONS", "/_cognito/", ""},
		{[]string{other}, "POST", "/_cognito/oauth2/token", ""},
		{[]string{other}, "POST", "/_cognito/oauth2/revoke", ""},
		{[]string{other}, "GET", "/_cognito/us-east-1_local/.well-known/jwks.json", "*"},
		{[]string{other}, "GET", "/_cognito/us-east-1_local/.well-known/openid-configuration", "*"},
	} {
		pool := newPool(t, cognito.Config{Origins: test.origins, Scopes: []string{"users/read"}})
		header := do(pool, test.method, test.path, "", http.Header{"Origin": {page}}).Header()
		if allow := header.Get("Access-Control-Allow-Origin"); allow != test.allow || (header.Get("Access-Control-Allow-Headers") != "") != (allow != "") || (header.Get("Vary") == "Origin") != (allow != "*") {
			t.Errorf("%v: %s %s: %v, want it to allow %q", test.origins, test.method, test.path, header, test.allow)
		}
	}
}

const goodSignIn = `{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"local-client","AuthParameters":{"USERNAME":"admin","PASSWORD":"Passw0rd!"}}`

// newPool makes a pool at http://a.example/_cognito, where c does not say otherwise.
func newPool(t *testing.T, c cognito.Config) *cognito.Pool {
	t.Helper()
	if c.BaseURL == "" {
		c.BaseURL = "http://a.example/_cognito"
	}
	pool, err := cognito.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

// post sends InitiateAuth as the AWS SDKs do.
func post(h http.Handler, path, body string) *httptest.ResponseRecorder {
	return do(h, "POST", path, body, http.Header{
		"Content-Type": {"application/x-amz-json-1.1"},
		"X-Amz-Target": {"AWSCognitoIdentityProviderService.InitiateAuth"},
	})
}

func do(h http.Handler, method, path, body string, header http.Header) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, io.NopCloser(strings.NewReader(body)))
	if header != nil {
		request.Header = header
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, request)
	return answer
}

type result struct {
	AccessToken, IdToken, RefreshToken, TokenType string
	ExpiresIn                                     int
}

func signIn(t *testing.T, pool *cognito.Pool, username string) result {
	t.Helper()
	return initiate(t, pool, "USER_PASSWORD_AUTH", map[string]string{"USERNAME": username, "PASSWORD": cognito.Password})
}

func refresh(t *testing.T, pool *cognito.Pool, token string) result {
	t.Helper()
	return initiate(t, pool, "REFRESH_TOKEN_AUTH", map[string]string{"REFRESH_TOKEN": token})
}

func initiate(t *testing.T, pool *cognito.Pool, flow string, parameters map[string]string) result {
	t.Helper()
	answer := post(pool, "/_cognito", request(flow, parameters))
	var body struct{ AuthenticationResult result }
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || answer.Code != 200 {
		t.Fatalf("%s: %d %s %v", flow, answer.Code, answer.Body, err)
	}
	return body.AuthenticationResult
}

func request(flow string, parameters map[string]string) string {
	text, _ := json.Marshal(map[string]any{"AuthFlow": flow, "ClientId": cognito.ClientID, "AuthParameters": parameters})
	return string(text)
}

// claims are those of a token that verifies with the pool's published keys.
func claims(t *testing.T, pool *cognito.Pool, token string) (m map[string]any) {
	t.Helper()
	keys, err := jwk.Parse(do(pool, "GET", "/_cognito/us-east-1_local/.well-known/jwks.json", "", nil).Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	payload, err := jws.Verify([]byte(token), jws.WithKeySet(keys))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(payload, &m); err != nil {
		t.Fatal(err)
	}
	return m
}
