package gateway_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestRowsGatewayResponses: each refusal has AWS's type and status. What a mode sets for the type wins over what it sets
// for the class, and that over what is built in.
func TestRowsGatewayResponses(t *testing.T) {
	noRate := strings.Replace(keyModeText, "burstLimit: 3", "burstLimit: 0", 1)
	noQuota := with(keyModeText, "limit: 6, offset: 0", "limit: 1, offset: 1")
	const key = "\nX-Api-Key: first-key-0123456789"
	for _, test := range []struct {
		kind, mode, request string
		status              int
	}{
		{"ACCESS_DENIED", modeText, "GET /test/things\nAuthorization: Bearer deny", 403},
		{"ACCESS_DENIED", modeText, "GET /test/things\nAuthorization: Bearer things", 403},
		{"AUTHORIZER_CONFIGURATION_ERROR", modeText, "GET /test/things\nAuthorization: Bearer broken", 500},
		{"AUTHORIZER_CONFIGURATION_ERROR", modeText, "GET /test/things\nAuthorization: Bearer no-policy", 500},
		{"BAD_REQUEST_BODY", modeText, "POST /test/things\nAuthorization: Bearer all\n\n{}", 400},
		{"BAD_REQUEST_PARAMETERS", modeText, "GET /test/search\nAuthorization: Bearer all", 400},
		{"INVALID_API_KEY", keyModeText, "GET /test/things", 403},
		{"INVALID_API_KEY", keyModeText, "GET /test/things\nX-Api-Key: unknown-key-0123456789", 403},
		{"INVALID_SIGNATURE", modeText, "GET /test/nowhere\nAuthorization: Bearer x", 403},
		{"INVALID_SIGNATURE", iamModeText, "GET /test/things\nAuthorization: Bearer x", 403},
		{"MISSING_AUTHENTICATION_TOKEN", modeText, "GET /test/nowhere", 403},
		{"MISSING_AUTHENTICATION_TOKEN", modeText, "PATCH /test/things\nX-Other: a", 403},
		{"MISSING_AUTHENTICATION_TOKEN", iamModeText, "GET /test/things", 403},
		{"QUOTA_EXCEEDED", noQuota, "GET /test/things" + key, 429},
		{"REQUEST_TOO_LARGE", modeText, "POST /test/things\nAuthorization: Bearer all\n\n" + strings.Repeat("x", 10<<20+1), 413},
		{"THROTTLED", noRate, "GET /test/things" + key, 429},
		{"THROTTLED", modeText + "throttle: {rateLimit: 0, burstLimit: 0}\n", "GET /test/open", 429},
		{"UNAUTHORIZED", modeText, "GET /test/things", 401},
		{"UNAUTHORIZED", modeText, "GET /test/things\nAuthorization: Bearer unauthorized", 401},
		{"INTEGRATION_TIMEOUT", modeText, "GET /test/open\nX-Stuck: 1", 504},
		{"INTEGRATION_FAILURE", modeText, "GET /test/open\nX-Broken: 1", 502},
	} {
		const class = "DEFAULT_4XX: {headers: {X-Set: class}}, DEFAULT_5XX: {headers: {X-Set: class}}"
		for set, want := range map[string]string{
			"": "", "gatewayResponses: {" + class + "}\n": "class", "gatewayResponses: {" + class + ", " + test.kind + ": {headers: {X-Set: type}}}\n": "type",
		} {
			s := startStage(t, test.mode+set, func(c *setting) {
				if strings.Contains(test.request, "X-Stuck") {
					c.Timeout, c.Functions["things"] = time.Millisecond, stuck{}
				}
			})
			if strings.Contains(test.request, "X-Broken") {
				s.things.code = func([]byte) (string, error) { return "broken", nil }
			}
			got := s.send(t, test.request)
			if got.status != test.status || got.header.Get("X-Set") != want {
				t.Errorf("%s: %.80s with %q: %d %s (%s), want %d, %q", test.kind, test.request, set, got.status, http.StatusText(got.status), got.header.Get("X-Set"), test.status, want)
			}
		}
	}
}
