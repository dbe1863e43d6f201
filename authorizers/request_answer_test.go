package authorizers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

// TestWebSocketTokens: browsers can set no header of a WebSocket but its subprotocols.
func TestWebSocketTokens(t *testing.T) {
	f := newRequestFixture(t, nil)
	good := f.issuer.CognitoAccess(verifytest.Options{Groups: []string{"readers"}})
	query := func(values ...string) func(map[string]any) {
		return func(e map[string]any) {
			e["queryStringParameters"] = map[string]any{"token": values[len(values)-1]}
			e["multiValueQueryStringParameters"] = map[string]any{"token": values}
		}
	}
	tests := []struct {
		name   string
		change func(map[string]any)
		good   bool
	}{
		{"query", query(good), true},
		{"query twice", query(good, good), false},
		{"empty query", query(""), false},
		{"subprotocol", with("Sec-WebSocket-Protocol", "token, "+good), true},
		{"subprotocol among others", with("Sec-WebSocket-Protocol", "chat,token,"+good+",v2"), true},
		{"subprotocols in two lines", with("sec-websocket-protocol", "token", good), true},
		{"no token behind the subprotocol", with("Sec-WebSocket-Protocol", "token"), false},
		{"another subprotocol", with("Sec-WebSocket-Protocol", "bearer, "+good), false},
		{"two places", all(query(good), with("Authorization", "Bearer "+good)), false},
		{"two places, one of them bad", all(query("x"), with("Sec-WebSocket-Protocol", "token, "+good)), false},
	}
	for _, test := range tests {
		output, err := f.request.Invoke(t.Context(), requestEvent(t, "websocket-connect", test.change))
		if test.good && (err != nil || allowed(t, output, "$connect") == "") || !test.good && (err == nil || err.Error() != "Unauthorized") {
			t.Errorf("%s: output %s, error %v", test.name, output, err)
		}
		output, err = f.request.Invoke(t.Context(), requestEvent(t, "rest-request", test.change))
		if inHeader := test.name == "two places"; (err == nil) != inHeader {
			t.Errorf("%s, in a REST API: output %s, error %v", test.name, output, err)
		}
	}
}

// TestAnswersDependOnCredentialsAlone: whatever else of a request changes, the answer has the same bytes, since
// the gateway gives it to all requests with the same identity sources.
func TestAnswersDependOnCredentialsAlone(t *testing.T) {
	f := newRequestFixture(t, nil)
	key := holder("k", "app users/read")
	key.Networks = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	f.keys["key"] = key
	token := f.issuer.CognitoAccess(verifytest.Options{Groups: []string{"members"}, Subject: "me"})
	credentials := all(with("X-Api-Key", "key"), with("Authorization", "Bearer "+token))
	set := func(name string, value any) func(map[string]any) { return func(e map[string]any) { e[name] = value } }
	changes := map[string]func(map[string]any){
		"another method and path": all(set("methodArn", stage+"POST/other/7"), set("routeArn", stage+"POST/other/7"), set("path", "/other/7"), set("httpMethod", "POST"), set("rawPath", "/other/7"), set("routeKey", "POST /other/{id}")),
		"other headers":           all(with("X-Forwarded-For", "10.0.0.1"), with("User-Agent", "x"), with("Cookie", "token=x"), with("X-Amzn-Oidc-Data", "x")),
		"another query":           all(set("queryStringParameters", map[string]any{"token": "x", "X-Api-Key": "y"}), set("rawQueryString", "token=x")),
		"stage variables":         set("stageVariables", map[string]any{"ISSUERS": "[]"}),
		"identity sources":        set("authorizationToken", "Bearer x"),
		"another address": func(e map[string]any) {
			context := e["requestContext"].(map[string]any)
			context["identity"] = map[string]any{"sourceIp": "203.0.113.99"}
			context["http"] = map[string]any{"sourceIp": "203.0.113.99"}
		},
	}
	for _, form := range []string{"rest-request", "http-1.0", "http-2.0"} {
		want, err := f.request.Invoke(t.Context(), requestEvent(t, form, credentials))
		if err != nil {
			t.Fatal(err)
		}
		for name, change := range changes {
			got, err := f.request.Invoke(t.Context(), requestEvent(t, form, all(credentials, change)))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s, %s: %s, error %v\nwant %s", form, name, got, err, want)
			}
		}
		if !bytes.Contains(want, []byte(`"aws:SourceIp":["203.0.113.0/24"]`)) {
			t.Errorf("%s: the policy does not hold the key to its network: %s", form, want)
		}
	}
}

// TestRequestContext: what the API behind the gateway gets to know, in each form's types.
func TestRequestContext(t *testing.T) {
	f := newRequestFixture(t, nil)
	expires := time.Now().Add(time.Minute).Truncate(time.Second)
	key := holder("k", "app users/self")
	key.Expires = expires
	f.keys["key"] = key
	token := f.issuer.CognitoAccess(verifytest.Options{Subject: "7", Username: "ada", Groups: []string{"readers"}, Scopes: []string{"a"}})
	change := all(with("X-Api-Key", "key"), with("Authorization", "Bearer "+token))
	texts := map[string]any{
		"sub": "7", "issuer": f.issuer.URL, "clientId": verifytest.DefaultClientID, "username": "ada", "scheme": "apiKey bearer", "keyId": "key-k",
		"scopes": "a app users/read", "groups": "readers",
	}
	typed := maps.Clone(texts)
	typed["scopes"], typed["groups"] = []any{"a", "app", "users/read"}, []any{"readers"}
	for form, want := range map[string]map[string]any{"rest-request": texts, "http-1.0": texts, "http-2.0": typed} {
		output, err := f.request.Invoke(t.Context(), requestEvent(t, form, change))
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			PrincipalID        string
			UsageIdentifierKey string
			PolicyDocument     struct{ Statement []policy.Statement }
			Context            map[string]any
		}
		if err := json.Unmarshal(output, &answer); err != nil {
			t.Fatal(err)
		}
		if _, isNumber := answer.Context["expires"].(float64); isNumber != (form == "http-2.0") {
			t.Errorf("%s: expires is %T", form, answer.Context["expires"])
		}
		if got := fmt.Sprintf("%.0f", answer.Context["expires"]); form == "http-2.0" && got != fmt.Sprint(expires.Unix()) {
			t.Errorf("%s: expires is %s, want the key's %d", form, got, expires.Unix())
		}
		delete(answer.Context, "expires")
		if !reflect.DeepEqual(answer.Context, want) {
			t.Errorf("%s: context %v\nwant %v", form, answer.Context, want)
		}
		if answer.PrincipalID != "7" || answer.UsageIdentifierKey != "usage-k" {
			t.Errorf("%s: principal %q, usage key %q", form, answer.PrincipalID, answer.UsageIdentifierKey)
		}
		// The key ends before the token does, and so does the policy.
		if got := answer.PolicyDocument.Statement[0].Condition["DateLessThanIfExists"]["aws:CurrentTime"][0]; got != expires.UTC().Format(time.RFC3339) {
			t.Errorf("%s: the policy ends at %s, want %s", form, got, expires.UTC())
		}
	}
}
