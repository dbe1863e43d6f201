package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"portcullis/deploy/desk"
)

// TestOrigins: a page of another site is told by no mode that it may read what comes of a table that is not the desk's own, unless its origin
// is named, nor may it sign in. The issuer's keys are public.
func TestOrigins(t *testing.T) {
	t.Parallel()
	elsewhere := start(t, desk.Config{Modes: []string{"rest-token"}})
	table := []string{"AWS_ENDPOINT_URL_DYNAMODB=" + elsewhere.url + "/_aws", "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "USERS_TABLE=users"}
	named := append([]string{"ALLOWED_ORIGINS=https://page.example"}, table...)
	for _, test := range []struct {
		name    string
		environ []string
		may     bool
	}{
		{"tables of its own", []string{"NOTHING="}, true},
		{"a table of others", table, false},
		{"a table of others, and named", named, true},
	} {
		d := start(t, desk.Config{Environ: test.environ, Modes: []string{"rest-token", "rest-api-key", "http-lambda", "http-jwt"}})
		for _, mode := range []string{"rest-token", "rest-api-key", "http-lambda", "http-jwt"} {
			for _, call := range []struct{ method, path, key string }{
				{"OPTIONS", "/_cognito/", ""}, {"POST", "/_cognito/", ""}, {"POST", "/_cognito/oauth2/token", ""},
				{"OPTIONS", "/users", ""}, {"GET", "/users", ""}, {"GET", "/nowhere", ""}, {"POST", "/tokens", ""}, {"GET", "/users", "local-demo-key-not-secret"},
			} {
				address := d.url + "/" + mode + call.path
				if strings.HasPrefix(call.path, "/_") {
					address = d.url + call.path
				}
				request, err := http.NewRequest(call.method, address, nil)
				if err != nil {
					t.Fatal(err)
				}
				request.Header = http.Header{"Origin": {"https://page.example"}, "Access-Control-Request-Method": {"GET"}, "X-Api-Key": {call.key}}
				answer, err := http.DefaultTransport.RoundTrip(request)
				if err != nil {
					t.Fatal(err)
				}
				answer.Body.Close()
				allowed := answer.Header.Get("Access-Control-Allow-Origin")
				if may := allowed == "*" || allowed == "https://page.example"; may != test.may {
					t.Errorf("%s: %s %s: %d with %q, want it to allow the page: %v", test.name, call.method, address, answer.StatusCode, allowed, test.may)
				}
			}
		}
	}
}
