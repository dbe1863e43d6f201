package gateway_test

import (
	"strings"
	"testing"
	"time"

	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/plan"
)

const keyModeText = `name: test
gateway: REST
authorization: NONE
apiKeyRequired: true
usagePlan:
  throttle: {rateLimit: 1, burstLimit: 3}
  methods: {"GET /things/{id}": {rateLimit: 1, burstLimit: 1}}
  quota: {limit: 6, offset: 0, period: DAY}
  localKeys:
    - {name: first, value: first-key-0123456789}
    - {name: second, value: second-key-0123456789}
    - {name: off, value: disabled-key-0123456789, disabled: true}
`

func TestAPIKeys(t *testing.T) {
	const forbidden, tooMany, limit = `{"message":"Forbidden"}`, `{"message":"Too Many Requests"}`, `{"message":"Limit Exceeded"}`
	s := startStage(t, keyModeText, nil)
	step := func(request string, status int, body, errorType string) {
		t.Helper()
		got := s.send(t, request)
		if got.status != status || got.body != body || got.header.Get("x-amzn-ErrorType") != errorType {
			t.Errorf("%s\n got %d %s %s\nwant %d %s %s", request, got.status, got.header.Get("x-amzn-ErrorType"), got.body, status, errorType, body)
		}
	}
	for _, key := range []string{"", "\nX-Api-Key: ", "\nX-Api-Key: unknown-key-0123456789", "\nX-Api-Key: FIRST-KEY-0123456789", "\nX-Api-Key: disabled-key-0123456789", "\nAuthorization: first-key-0123456789", "\nX-Api-Key: first-key-0123456789\nX-Api-Key: other"} {
		step("GET /test/things"+key, 403, forbidden, "ForbiddenException")
	}
	step("GET /test/things?x-api-key=first-key-0123456789", 403, forbidden, "ForbiddenException")
	step("GET /test/open", 200, "/open", "") // public: no key is asked for
	for range 3 {
		step("GET /test/things\nx-api-key: first-key-0123456789", 200, "/things", "")
	}
	step("GET /test/things\nX-Api-Key: first-key-0123456789", 429, tooMany, "TooManyRequestsException")
	step("GET /test/things\nX-Api-Key: second-key-0123456789", 200, "/things", "") // another key has a bucket of its own
	step("GET /test/things/7\nX-Api-Key: second-key-0123456789", 200, "/things/7", "")
	step("GET /test/things/8\nX-Api-Key: second-key-0123456789", 429, tooMany, "TooManyRequestsException") // the method's own
	s.now = s.now.Add(time.Minute)
	for range 3 {
		step("GET /test/things\nX-Api-Key: first-key-0123456789", 200, "/things", "")
	}
	s.now = s.now.Add(time.Minute)
	step("GET /test/things\nX-Api-Key: first-key-0123456789", 429, limit, "LimitExceededException")
	s.now = s.now.Add(24 * time.Hour)
	step("GET /test/things\nX-Api-Key: first-key-0123456789", 200, "/things", "")
}

// TestKeyInEvent: the function gets to know the key where one is required, and only there.
func TestKeyInEvent(t *testing.T) {
	s := startStage(t, keyModeText, nil)
	s.send(t, "GET /test/things\nX-Api-Key: first-key-0123456789")
	identity := member(t, s.things.last(t), "requestContext", "identity")
	if identity["apiKey"] != "first-key-0123456789" || identity["apiKeyId"] == "" {
		t.Errorf("identity %v", identity)
	}
	s.send(t, "GET /test/open\nX-Api-Key: first-key-0123456789")
	if identity := member(t, s.things.last(t), "requestContext", "identity"); identity["apiKey"] != nil || identity["apiKeyId"] != nil {
		t.Errorf("identity of a public operation %v", identity)
	}
}

// TestKeyOfAuthorizer: with the key source AUTHORIZER the client's own header counts for nothing.
func TestKeyOfAuthorizer(t *testing.T) {
	text := strings.Replace(keyModeText, "authorization: NONE\napiKeyRequired: true", "authorization: REQUEST\napiKeySource: AUTHORIZER\napiKeyRequired: true\nauthorizer: {function: token, resultTtlInSeconds: 0}", 1)
	s := startStage(t, text, nil)
	for _, test := range []struct {
		request string
		status  int
	}{
		{"GET /test/things\nAuthorization: Bearer keyed", 200},
		{"GET /test/things\nAuthorization: Bearer none\nX-Api-Key: first-key-0123456789", 403},
		{"GET /test/things\nAuthorization: Bearer other\nX-Api-Key: first-key-0123456789", 403},
		{"GET /test/things\nAuthorization: Bearer all\nX-Api-Key: first-key-0123456789", 403},
		{"GET /test/things\nAuthorization: Bearer unauthorized\nX-Api-Key: first-key-0123456789", 401},
		{"GET /test/things\nAuthorization: Bearer deny\nX-Api-Key: first-key-0123456789", 403},
	} {
		if got := s.send(t, test.request); got.status != test.status {
			t.Errorf("%s: %d %s, want %d", test.request, got.status, got.body, test.status)
		}
	}
}

// TestUsageIsShared: keys may come and go while a gateway runs.
func TestUsageIsShared(t *testing.T) {
	var registry *usage.Registry
	s := startStage(t, keyModeText, func(c *setting) {
		p, err := plan.Compile(c.Contract, c.Mode)
		if err != nil {
			t.Fatal(err)
		}
		if registry, err = gateway.NewUsage([]*plan.Plan{p}, c.Config); err != nil {
			t.Fatal(err)
		}
		c.Usage = registry
	})
	key, err := registry.CreateKey(usage.Key{Name: "late", Value: "late-key-01234567890123", Enabled: true})
	if err != nil {
		t.Fatal(err)
	}
	request := "GET /test/things\nX-Api-Key: late-key-01234567890123"
	if got := s.send(t, request); got.status != 403 {
		t.Errorf("a key in no plan: %d", got.status)
	}
	if _, err := registry.Join("test", key.ID); err != nil {
		t.Fatal(err)
	}
	if got := s.send(t, request); got.status != 200 {
		t.Errorf("a key in the plan: %d %s", got.status, got.body)
	}
	if err := registry.DeleteKey(key.ID); err != nil {
		t.Fatal(err)
	}
	if got := s.send(t, request); got.status != 403 {
		t.Errorf("a key that was deleted: %d", got.status)
	}
}

func TestStageThrottle(t *testing.T) {
	text := modeText + "throttle: {rateLimit: 1, burstLimit: 2, methods: {\"GET /open\": {rateLimit: 0, burstLimit: 0}}}\n"
	s := startStage(t, text, nil)
	step := func(request string, status int) {
		t.Helper()
		if got := s.send(t, request); got.status != status || status == 429 && got.body != `{"message":"Too Many Requests"}` {
			t.Errorf("%s: %d %s, want %d", request, got.status, got.body, status)
		}
	}
	step("GET /test/things", 401) // who is refused before is not counted
	step("GET /test/things", 401)
	step("GET /test/things\nAuthorization: Bearer all", 200)
	step("GET /test/things/7\nAuthorization: Bearer all", 200)
	step("GET /test/things\nAuthorization: Bearer all", 429)
	step("GET /test/open", 429)
	s.now = s.now.Add(time.Second)
	step("GET /test/things\nAuthorization: Bearer all", 200)
	step("GET /test/open", 429)
}

// TestPublicThrottle: what is open to everybody has a limit of its own, and takes nothing from what is not; of both kinds of gateway.
func TestPublicThrottle(t *testing.T) {
	const throttle = "throttle: {rateLimit: 1, burstLimit: 2, public: {rateLimit: 1, burstLimit: 1}}\n"
	for name, s := range map[string]*stage{
		"REST": startStage(t, modeText+throttle, nil),
		"HTTP": newHTTPStage(t, httpModeText+throttle, nil),
	} {
		for i, step := range []struct {
			request string
			status  int
		}{
			{"GET /test/open", 200},
			{"GET /test/open", 429},
			{"GET /test/things\nAuthorization: Bearer all", 200},
			{"GET /test/things\nAuthorization: Bearer all", 200},
			{"GET /test/things\nAuthorization: Bearer all", 429},
		} {
			if got := s.send(t, step.request); got.status != step.status {
				t.Errorf("%s, %d: %s: %d %s, want %d", name, i, step.request, got.status, got.body, step.status)
			}
		}
		s.now = s.now.Add(time.Second)
		if got := s.send(t, "GET /test/open"); got.status != 200 {
			t.Errorf("%s: a second later: %d %s", name, got.status, got.body)
		}
	}
}
