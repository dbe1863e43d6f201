package gateway_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/gateway"
)

const cacheText = `cache:
  methods:
    "GET /things/{id}": {ttlInSeconds: 60, keyParameters: [method.request.header.Authorization, method.request.path.id, method.request.querystring.page]}
    "GET /open": {}
`

// counting lets the function answer how often it was called, with a status.
func counting(s *stage, status int) {
	n := 0
	s.things.code = func([]byte) (string, error) {
		n++
		return fmt.Sprintf(`{"statusCode":%d,"body":"%d","headers":{"X-Made":"%d"}}`, status, n, n), nil
	}
}

func TestStageCache(t *testing.T) {
	s := startStage(t, modeText+cacheText, nil)
	counting(s, 200)
	step := func(request, body string) {
		t.Helper()
		if got := s.send(t, request); got.status != 200 || got.body != body || got.header.Get("X-Made") != body {
			t.Errorf("%s: %d %s %v, want %s", request, got.status, got.body, got.header, body)
		}
	}
	step("GET /test/things/7\nAuthorization: Bearer all", "1")
	step("GET /test/things/7?other=1\nAuthorization: Bearer all\nX-Other: 1", "1") // what is in no key does not tell requests apart
	step("GET /test/things/8\nAuthorization: Bearer all", "2")                     // another path
	step("GET /test/things/7?page=2\nAuthorization: Bearer all", "3")              // another query
	step("GET /test/things/7\nAuthorization: Bearer things", "4")                  // another caller
	step("GET /test/things/7\nAuthorization: Bearer all", "1")
	step("DELETE /test/things/7\nAuthorization: Bearer all", "5") // not GET: neither kept nor answered from what is kept
	step("DELETE /test/things/7\nAuthorization: Bearer all", "6")
	step("GET /test/things\nAuthorization: Bearer all", "7") // a method that the mode does not name
	step("GET /test/things\nAuthorization: Bearer all", "8")
	step("GET /test/open", "9")
	step("GET /test/open", "9")
	s.now = s.now.Add(time.Minute)
	step("GET /test/things/7\nAuthorization: Bearer all", "10")
	step("GET /test/open", "9") // 300 seconds by default
	if got := s.send(t, "GET /test/things/7\nAuthorization: Bearer deny"); got.status != 403 {
		t.Errorf("the cache answers who may not call: %d", got.status)
	}
	if got := s.send(t, "GET /test/things/7"); got.status != 401 {
		t.Errorf("the cache answers nobody: %d", got.status)
	}
}

// TestStageCacheByCaller: who calls is part of the key where that is of the context, and no caller gets another's answer.
func TestStageCacheByCaller(t *testing.T) {
	const by = "cache: {methods: {\"GET /things\": {keyParameters: [PARAMETER]}}}\n"
	s := startStage(t, modeText+with(by, "PARAMETER", "context.authorizer.principalId"), nil)
	s.token.code = func(event []byte) (string, error) {
		var e struct{ AuthorizationToken string }
		json.Unmarshal(event, &e)
		return fmt.Sprintf(`{"principalId":%q,"policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}`, e.AuthorizationToken), nil
	}
	counting(s, 200)
	signed := startStage(t, iamModeText+with(by, "PARAMETER", "context.identity.userArn"), nil)
	counting(signed, 200)
	admin := signing{request: "GET /test/things", key: "AKIAADMIN00000000000", secret: "secret-of-the-admin"}
	reader := signing{request: "GET /test/things", key: "ASIAREADER0000000000", secret: "secret-of-the-reader", session: "session-of-the-reader"}
	for i, want := range []string{"1", "2", "1", "2"} {
		if got := s.send(t, "GET /test/things\nAuthorization: Bearer "+[]string{"a", "b"}[i%2]); got.status != 200 || got.body != want {
			t.Errorf("by principal: %d %s, want %s", got.status, got.body, want)
		}
		if got := signed.sendSigned(t, []signing{admin, reader}[i%2]); got.status != 200 || got.body != want {
			t.Errorf("by ARN: %d %s, want %s", got.status, got.body, want)
		}
	}
}

// TestStageCacheKeepsGoodAnswersOnly: errors are fetched anew each time.
func TestStageCacheKeepsGoodAnswersOnly(t *testing.T) {
	for _, status := range []int{201, 404, 500} {
		s := startStage(t, modeText+cacheText, nil)
		counting(s, status)
		s.send(t, "GET /test/open")
		if got := s.send(t, "GET /test/open"); got.body != "2" {
			t.Errorf("status %d is kept: %s", status, got.body)
		}
	}
	s := startStage(t, modeText+cacheText, nil)
	s.things.code = func([]byte) (string, error) {
		return fmt.Sprintf(`{"body":%q}`, strings.Repeat("x", 1<<20+1)), nil
	}
	s.send(t, "GET /test/open")
	s.send(t, "GET /test/open")
	if s.things.calls() != 2 {
		t.Error("an answer over 1 MB is kept")
	}
}

// TestInvalidate: only who is permitted has an answer fetched anew.
func TestInvalidate(t *testing.T) {
	const warning = "199 Cache-control headers were ignored because the caller was unauthorized."
	tests := []struct {
		settings, header string
		may              bool // the caller's policy allows execute-api:InvalidateCache
		status           int
		anew             bool
		warning          string
	}{
		{"", "Cache-Control: max-age=0", false, 200, false, warning},
		{"", "cache-control: no-transform, Max-Age=0", false, 200, false, warning},
		{"", "Cache-Control: no-transform\nCache-Control: max-age=0", false, 200, false, warning},
		{"", "Cache-Control: max-age=0", true, 200, true, ""},
		{"", "Cache-Control: no-cache", true, 200, false, ""},
		{"", "Cache-Control: max-age=00", true, 200, false, ""},
		{"  unauthorizedCacheControlHeaderStrategy: SUCCEED_WITH_RESPONSE_HEADER\n", "Cache-Control: max-age=0", false, 200, false, warning},
		{"  unauthorizedCacheControlHeaderStrategy: SUCCEED_WITHOUT_RESPONSE_HEADER\n", "Cache-Control: max-age=0", false, 200, false, ""},
		{"  unauthorizedCacheControlHeaderStrategy: FAIL_WITH_403\n", "Cache-Control: max-age=0", false, 403, false, ""},
		{"  unauthorizedCacheControlHeaderStrategy: FAIL_WITH_403\n", "Cache-Control: max-age=0", true, 200, true, ""},
		{"  anyoneMayInvalidate: true\n", "Cache-Control: max-age=0", false, 200, true, ""},
	}
	for _, test := range tests {
		s := startStage(t, modeText+cacheText+test.settings, nil)
		action := "execute-api:Invoke"
		if test.may {
			action = "execute-api:*"
		}
		s.token.code = func([]byte) (string, error) {
			return fmt.Sprintf(`{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":%q,"Resource":"*"}}}`, action), nil
		}
		counting(s, 200)
		request := "GET /test/things/7\nAuthorization: Bearer all"
		s.send(t, request)
		got := s.send(t, request+"\n"+test.header)
		if got.status != test.status || got.header.Get("Warning") != test.warning || test.status == 200 && (got.body == "2") != test.anew {
			t.Errorf("%s%s, permitted %v: %d %s, warning %q", test.settings, test.header, test.may, got.status, got.body, got.header.Get("Warning"))
		}
		if after := s.send(t, request); (after.body == "2") != test.anew {
			t.Errorf("%s%s: %s is kept after", test.settings, test.header, after.body)
		}
	}
	// An operation that nobody is asked for has no policy that could permit it.
	s := startStage(t, modeText+cacheText, nil)
	counting(s, 200)
	s.send(t, "GET /test/open")
	if got := s.send(t, "GET /test/open\nCache-Control: max-age=0"); got.body != "1" || got.header.Get("Warning") != warning {
		t.Errorf("a public operation: %s %v", got.body, got.header)
	}
}

// TestCacheKeyNeedsTheOrigin: of several sites, none gets an answer that only another may read.
func TestCacheKeyNeedsTheOrigin(t *testing.T) {
	several := []string{"https://a.example", "https://b.example"}
	for _, test := range []struct {
		origins         []string
		key, parameters string
		good            bool
	}{
		{nil, "GET /open", "", true},
		{[]string{"https://a.example"}, "GET /open", "", true},
		{several, "GET /open", "", false},
		{several, "GET /open", "method.request.querystring.Origin", false},
		{several, "GET /open", "method.request.header.Origin", true},
		{several, "GET /open", "method.request.header.origin", true},
		{several, "GET /things", "context.authorizer.principalId", false},
		{several, "GET /things", "context.authorizer.principalId, method.request.header.Origin", true},
	} {
		s := &stage{}
		text := modeText + "cache: {methods: {\"" + test.key + "\": {keyParameters: [" + test.parameters + "]}}}\n"
		config := s.config(t, text, func(c *setting) { c.AllowedOrigins = test.origins })
		config.Functions = map[string]gateway.Invoker{"token": stuck{}, "things": stuck{}}
		_, err := config.serve()
		if (err == nil) != test.good || err != nil && !strings.Contains(err.Error(), test.key+".keyParameters: want method.request.header.Origin among them") {
			t.Errorf("%v: %s with %q: %v", test.origins, test.key, test.parameters, err)
		}
	}
}

// TestStageCacheTrace: a trace says what the cache had.
func TestStageCacheTrace(t *testing.T) {
	const request = "GET /test/open"
	for _, test := range []struct {
		settings string
		requests []string
		want     string // of the last of them
	}{
		{"", []string{"OPTIONS /test/open"}, ""},
		{"", []string{request}, "miss"},
		{"", []string{request, request}, "hit"},
		{"", []string{request + "\nCache-Control: max-age=0"}, "not permitted to invalidate"},
		{"", []string{request, request + "\nCache-Control: max-age=0"}, "hit"},
		{"  unauthorizedCacheControlHeaderStrategy: FAIL_WITH_403\n", []string{request, request + "\nCache-Control: max-age=0"}, "not permitted to invalidate"},
		{"  anyoneMayInvalidate: true\n", []string{request, request + "\nCache-Control: max-age=0"}, "invalidated"},
	} {
		var last *gateway.Trace
		s := startStage(t, modeText+cacheText+test.settings, func(c *setting) { c.Traces = func(t *gateway.Trace) { last = t } })
		counting(s, 200)
		for _, request := range test.requests {
			s.send(t, request)
		}
		if last == nil || last.Cache != test.want {
			t.Errorf("%s%q: %+v, want %q", test.settings, test.requests, last, test.want)
		}
	}
}
