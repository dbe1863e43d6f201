package gateway_test

import (
	"encoding/json"
	"strings"
	"testing"

	"portcullis/deploy/gateway"
)

// TestTraceCutsEveryForm: a credential is cut wherever the client put it and in whichever form events repeat it, and
// so is what an authorizer makes of it.
func TestTraceCutsEveryForm(t *testing.T) {
	const secret = "Very-Secret+0123456789"
	const jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl"
	rest := func(source string) string { return with(requestModeText, "SOURCES", source) }
	http := func(source string) string { return with(httpModeText, "$request.header.Authorization", source) }
	for _, test := range []struct{ mode, request, secret string }{
		{rest("method.request.header.X-Session"), "GET /test/things\nX-Session: " + secret, secret},
		{rest("method.request.querystring.session"), "GET /test/things?session=Very-Secret%2B0123456789", secret},
		{rest("method.request.multivalueheader.X-Session"), "GET /test/things\nX-Session: first\nX-Session: " + secret, secret},
		{rest("method.request.header.X-Session, method.request.header.X-Missing"), "GET /test/things\nX-Session: " + secret, secret},
		{rest("method.request.header.Cookie"), "GET /test/things\nCookie: a=b; session=" + secret + "; c=d", secret},
		{rest("method.request.header.Authorization"), "GET /test/things\nAuthorization: Bearer  " + secret, secret},
		{rest("method.request.header.X-Other"), "GET /test/things/" + jwt + "\nX-Other: y", jwt},
		{http("$request.header.X-Session"), "GET /test/things\nX-Session: " + secret, secret},
		{http("$request.header.Authorization"), "GET /test/things\nAuthorization: Bearer x\nCookie: a=b; session=" + secret + "; c=d", secret},
		{http("$request.querystring.session"), "GET /test/things?session=" + strings.ReplaceAll(secret, "-", "%2d") + "&session=x", "0123456789"},
		{http("$request.header.Authorization"), "GET /test/things/" + jwt + "\nAuthorization: Bearer x", jwt},
	} {
		var told []string
		change := func(c *setting) {
			c.ShowTrace = true
			c.Traces = func(trace *gateway.Trace) {
				text, err := json.Marshal(trace)
				if err != nil {
					t.Error(err)
				}
				told = append(told, string(text))
			}
		}
		s := newHTTPOrREST(t, test.mode, change)
		s.token.code = func(event []byte) (string, error) {
			text, _ := json.Marshal(test.secret)
			var e struct{ MethodARN, RouteARN string }
			json.Unmarshal(event, &e)
			arn, _ := json.Marshal(e.MethodARN + e.RouteARN)
			return `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":` + string(arn) + `}},"context":{"echo":` + string(text) + `}}`, nil
		}
		got := s.send(t, test.request+"\nX-Portcullis-Trace: 1")
		told = append(told, got.header.Get("X-Portcullis-Trace"))
		if len(told) != 2 || !strings.Contains(told[1], `"authorizer"`) {
			t.Fatalf("%s: %d %s: traces %s", test.request, got.status, got.body, told)
		}
		for _, trace := range told {
			if strings.Contains(trace, test.secret) {
				t.Errorf("%s\ntrace %s", test.request, trace)
			}
		}
	}
}

// newHTTPOrREST starts a stage of the kind that the mode has.
func newHTTPOrREST(t *testing.T, modeText string, change func(*setting)) *stage {
	t.Helper()
	if strings.Contains(modeText, "gateway: HTTP") {
		return newHTTPStage(t, modeText, change)
	}
	return startStage(t, modeText, change)
}
