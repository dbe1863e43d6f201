package services_test

import (
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"

	"portcullis/authorizers/verify"
	"portcullis/deploy/desk/internal/services"
)

// TestInner: functions find the AWS services at an address of their own, and where the desk speaks https all that they need of it. A page
// that has a name of its own made this machine's finds nothing there.
func TestInner(t *testing.T) {
	for _, test := range []struct {
		base, path, host string
		status           int
		body             string
	}{
		{"http://127.0.0.1:8080", "/_cognito/us-east-1_local/.well-known/jwks.json", "", 404, "404 page not found"},
		{"http://127.0.0.1:8080", "/websocket/@connections/a", "", 404, "404 page not found"},
		{"http://127.0.0.1:8080", "/_aws", "", 404, "dynamodb GetItem"},
		{"http://127.0.0.1:8080", "/_aws", "evil.example", 421, "for functions"},
		{"https://127.0.0.1:8080", "/_cognito/us-east-1_local/.well-known/jwks.json", "", 200, `"keys":[`},
		{"https://127.0.0.1:8080", "/websocket/@connections/a", "", 200, "gateways"},
		{"https://127.0.0.1:8080", "/_aws", "", 404, "dynamodb GetItem"},
		{"https://127.0.0.1:8080", "/websocket/@connections/a", "evil.example", 421, "for functions"},
		{"https://127.0.0.1:8080", "/_cognito/us-east-1_local/.well-known/jwks.json", "127.0.0.1", 421, "for functions"},
	} {
		gateways := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "gateways") })
		s, err := services.New(services.Config{Base: test.base, Getenv: func(string) string { return "" }, Gateways: gateways})
		if err != nil {
			t.Fatal(err)
		}
		inner := strings.TrimSuffix(s.Environment("users", services.Feed{})["AWS_ENDPOINT_URL_DYNAMODB"], "/_aws")
		if !strings.HasPrefix(inner, "http://127.0.0.1:") {
			t.Fatal(inner)
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, inner+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if request.Host = test.host; test.host == "" {
			request.Host = strings.TrimPrefix(inner, "http://")
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != test.status || !strings.Contains(string(text), test.body) {
			t.Errorf("%s of %s for %q: %d %s", test.path, test.base, test.host, answer.StatusCode, text)
		}
		s.Close()
	}
}

// TestKnown: where the desk speaks https, this module's own functions have the keys of the built-in issuer, and of no other one.
func TestKnown(t *testing.T) {
	const further = `[{"issuer":"https://login.example.com","audience":["api"],"scopes":[]}]`
	for _, base := range []string{"http://127.0.0.1:8080", "https://127.0.0.1:8080"} {
		s, err := services.New(services.Config{Base: base, Getenv: func(name string) string { return map[string]string{"ISSUERS": further}[name] }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		issuers := []verify.Issuer{{Issuer: "https://login.example.com"}, {Issuer: s.UserPool().Issuer, JWKSURI: "somewhere"}}
		known := s.Known(issuers)
		keys, pinned := strings.CutPrefix(known[1].JWKSURI, "data:application/json;base64,")
		text, _ := base64.StdEncoding.DecodeString(keys)
		if secure := base[:5] == "https"; pinned != secure || strings.Contains(string(text), `"kty":"RSA"`) != secure || known[0].JWKSURI != "" || issuers[1].JWKSURI != "somewhere" {
			t.Errorf("%s: %+v", base, known)
		}
	}
}
