package gateway_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"portcullis/deploy/gateway"
)

// traced sends a request that asks for its trace, and reads it.
func (s *stage) traced(t *testing.T, request string) (answer, *gateway.Trace) {
	t.Helper()
	head, body, _ := strings.Cut(request, "\n\n")
	got := s.send(t, head+"\nX-Portcullis-Trace: 1\n\n"+body)
	trace := &gateway.Trace{}
	if err := json.Unmarshal([]byte(got.header.Get("X-Portcullis-Trace")), trace); err != nil {
		t.Fatalf("%s: %v in %q", request, err, got.header.Get("X-Portcullis-Trace"))
	}
	return got, trace
}

func TestTrace(t *testing.T) {
	s := newStage(t, func(c *setting) { c.ShowTrace = true })
	got, trace := s.traced(t, "GET /test/things/7\nAuthorization: Bearer things")
	a, p := trace.Authorizer, trace.Policy
	if trace.RequestID != got.header.Get("x-amzn-RequestId") || trace.Method != "GET" || trace.Path != "/test/things/7" || trace.Route != "GET /things/{id}" ||
		trace.Parameters["id"] != "7" || trace.Status != 200 || trace.Integration == nil || trace.Integration.Function != "things" {
		t.Errorf("trace %+v", trace)
	}
	if a == nil || a.Type != "TOKEN" || a.Function != "token" || a.Cached || a.Error != "" || !strings.Contains(string(a.Event), "methodArn") || !strings.Contains(string(a.Answer), "principalId") {
		t.Errorf("authorizer %+v", a)
	}
	if p == nil || p.Decision != "allow" || !strings.HasSuffix(p.ARN, "/test/GET/things/7") || p.Pattern != arnPrefix+"GET/things/*" || p.Statement == nil {
		t.Errorf("policy %+v", p)
	}
	if _, trace = s.traced(t, "GET /test/things/7\nAuthorization: Bearer things"); !trace.Authorizer.Cached || trace.Authorizer.Event != nil {
		t.Errorf("the second time %+v", trace.Authorizer)
	}
	tests := []struct {
		request string
		holds   func(*gateway.Trace) bool
	}{
		{"GET /test/nowhere", func(t *gateway.Trace) bool {
			return t.Route == "" && t.Authorizer == nil && t.ResponseType == "MISSING_AUTHENTICATION_TOKEN"
		}},
		{"GET /test/things", func(t *gateway.Trace) bool {
			return strings.Contains(t.Authorizer.Error, "not called") && t.Policy == nil && t.Status == 401
		}},
		{"GET /test/things\nAuthorization: Bearer broken", func(t *gateway.Trace) bool { return t.Authorizer.Error == "broken" && t.Status == 500 }},
		{"GET /test/things\nAuthorization: Bearer no-principal", func(t *gateway.Trace) bool { return strings.Contains(t.Authorizer.Error, "principalId") }},
		{"GET /test/things\nAuthorization: Bearer deny", func(t *gateway.Trace) bool {
			return t.Policy.Decision == "deny" && t.Policy.Statement != nil && t.Integration == nil
		}},
		{"POST /test/things\nAuthorization: Bearer all\n\n{}", func(t *gateway.Trace) bool {
			return t.Validation == `object has missing required properties (["name"])`
		}},
		{"GET /test/open", func(t *gateway.Trace) bool { return t.Authorizer == nil && t.Status == 200 }},
		{"OPTIONS /test/things", func(t *gateway.Trace) bool { return t.Status == 204 }},
	}
	for _, test := range tests {
		if _, trace := s.traced(t, test.request); !test.holds(trace) {
			text, _ := json.Marshal(trace)
			t.Errorf("%s: %s", test.request, text)
		}
	}
	if strings.Contains(strings.Join(s.things.events, ""), "Portcullis") {
		t.Error("the function sees that a trace is asked for")
	}
}

// TestTraceIsAskedFor: without the header, and without the configuration, there is none.
func TestTraceIsAskedFor(t *testing.T) {
	s := newStage(t, func(c *setting) { c.ShowTrace = true })
	if got := s.send(t, "GET /test/open"); got.header.Get("X-Portcullis-Trace") != "" {
		t.Error("a trace that nobody asked for")
	}
	s = newStage(t, nil)
	if got := s.send(t, "GET /test/open\nX-Portcullis-Trace: 1"); got.header.Get("X-Portcullis-Trace") != "" {
		t.Error("a trace where none is to be shown")
	}
}

// TestTracesOfAContext: the ways of requests with a context go where that says, whoever else wants them or not.
func TestTracesOfAContext(t *testing.T) {
	for _, wanted := range []bool{false, true} {
		var all, own []string
		s := makeStage(t, modeText, func(c *setting) {
			c.Traces, c.Traced = func(trace *gateway.Trace) { all = append(all, trace.Path) }, func() bool { return wanted }
		})
		ctx := gateway.WithTraces(t.Context(), func(trace *gateway.Trace) { own = append(own, fmt.Sprint(trace.Path, " ", trace.Status)) })
		s.handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/test/things", nil))
		s.handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/test/open", nil))
		if len(own) != 1 || own[0] != "/test/things 401" || wanted && (len(all) != 1 || all[0] != "/test/open") || !wanted && all != nil {
			t.Errorf("wanted %t: %q, and by the context %q", wanted, all, own)
		}
	}
}

// TestTraceHoldsNoCredential, whatever the way of the request and the words of the functions.
func TestTraceHoldsNoCredential(t *testing.T) {
	const secret = "Very-Secret-0123456789"
	var mu sync.Mutex
	var all []string
	change := func(c *setting) {
		c.ShowTrace = true
		c.Traces = func(trace *gateway.Trace) {
			text, err := json.Marshal(trace)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, string(text))
		}
	}
	keyed := strings.Replace(keyModeText, "first-key-0123456789", secret, 1)
	token := strings.Replace(modeText, "^Bearer [a-z-]+$", ".*", 1)
	request := strings.Replace(strings.Replace(requestModeText, "SOURCES", "", 1), "300", "0", 1)
	for _, test := range []struct{ mode, request string }{
		{token, "GET /test/things\nAuthorization: Bearer " + secret},
		{token, "GET /test/nowhere\nAuthorization: Bearer " + secret},
		{token, "GET /test/nowhere\nAuthorization: Basic " + secret},
		{token, "GET /test/things?token=" + secret + "\nAuthorization: Bearer all"},
		{request, "GET /test/things?token=" + secret + "\nAuthorization: Bearer all\nCookie: session=" + secret},
		{request, "GET /test/things\nAuthorization: Bearer all\nX-Api-Key: " + secret},
		{keyed, "GET /test/things\nX-Api-Key: " + secret},
		{iamModeText, "GET /test/things?X-Amz-Security-Token=" + secret},
		{iamModeText, "GET /test/things\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIAADMIN00000000000/20300317/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=" + secret},
	} {
		s := startStage(t, test.mode, change)
		s.token.code = func(event []byte) (string, error) {
			return `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}},"context":{"echo":"` + secret + `"},"usageIdentifierKey":"` + secret + `"}`, nil
		}
		got := s.send(t, test.request+"\nX-Portcullis-Trace: 1")
		if header := got.header.Get("X-Portcullis-Trace"); header == "" || strings.Contains(header, secret) && strings.Contains(test.request, secret) {
			t.Errorf("%s\nheader %s", test.request, header)
		}
	}
	for _, trace := range all {
		if strings.Contains(trace, secret) {
			t.Errorf("trace %s", trace)
		}
	}
}

// TestTraceIsBounded: a long event does not become a long header.
func TestTraceIsBounded(t *testing.T) {
	s := newStage(t, func(c *setting) { c.ShowTrace = true })
	s.token.code = func([]byte) (string, error) {
		return `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}},"context":{"long":"` + strings.Repeat("ü", 20_000) + `"}}`, nil
	}
	got, trace := s.traced(t, "GET /test/things\nAuthorization: Bearer all")
	if len(got.header.Get("X-Portcullis-Trace")) > 16<<10 || trace.Route != "GET /things" || got.status != 200 {
		t.Errorf("%d bytes, %+v", len(got.header.Get("X-Portcullis-Trace")), trace)
	}
}
