package gateway_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

var id = regexp.MustCompile(`[A-Za-z0-9_-]{15}=`)

// withMode is a configuration with another mode.
func withMode(t *testing.T, text string) func(*setting) {
	t.Helper()
	m, err := modes.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return func(s *setting) { s.Mode = m }
}

// TestWebSocketHandshake: who connects, and what the others get. ID stands for ids.
func TestWebSocketHandshake(t *testing.T) {
	patient, hasty := newChat(t, chatMode, nil), newChat(t, chatMode, func(c *setting) { c.Timeout = 2 * time.Second })
	const failed = `{"message": "Internal server error", "connectionId":"ID", "requestId":"ID"}`
	const forbidden, unauthorized = `{"message":"Forbidden"}`, `{"message":"Unauthorized"}`
	tests := []struct {
		name, target string
		status       int
		body         string
		called       bool // the function behind $connect
	}{
		{"allowed for this route", "/test?token=this", 101, "", true},
		{"allowed everything", "/test?token=all", 101, "", true},
		{"with a slash", "/test/?token=all", 101, "", true},
		{"another stage", "/other?token=all", 403, forbidden, false},
		{"a path behind the stage", "/test/chat?token=all", 403, forbidden, false},
		{"an ARN with a verb", "/test?token=things", 403, forbidden, false},
		{"a Deny", "/test?token=deny", 403, forbidden, false},
		{"exactly Unauthorized", "/test?token=unauthorized", 401, unauthorized, false},
		{"the authorizer fails", "/test?token=broken", 500, failed, false},
		{"the authorizer's error in lower case", "/test?token=lower-case", 500, failed, false},
		{"no policy", "/test?token=no-policy", 500, failed, false},
		{"no principal", "/test?token=no-principal", 500, failed, false},
		{"a list in the context", "/test?token=bad-context", 500, failed, false},
		{"the function answers 201", "/test?token=all&connect=201", 101, "", true},
		{"the function answers 299", "/test?token=all&connect=299", 101, "", true},
		{"the function answers 301", "/test?token=all&connect=301", 301, `{"message":"Moved Permanently"}`, true},
		{"the function answers 400", "/test?token=all&connect=400", 400, `{"message":"Bad Request"}`, true},
		{"the function answers 401", "/test?token=all&connect=401", 401, unauthorized, true},
		{"the function answers 403", "/test?token=all&connect=403", 403, forbidden, true},
		{"the function answers 501", "/test?token=all&connect=501", 501, `{"message":"Not Implemented"}`, true},
		{"the function throws", "/test?token=all&connect=exc", 502, failed, true},
		{"the function answers null", "/test?token=all&connect=null", 502, failed, true},
		{"the function takes too long", "/test?token=all&connect=stuck", 504, `{"message": "Endpoint request timed out", "connectionId":"ID", "requestId":"ID"}`, true},
		{"an address of 4,096 characters", "/test?token=all&" + strings.Repeat("a", 4096-len("/test?token=all&")), 101, "", true},
		{"an address of 4,097 characters", "/test?token=all&" + strings.Repeat("a", 4097-len("/test?token=all&")), 414, `{"message":"Request URI too long"}`, false},
	}
	for _, test := range tests {
		s := patient
		if test.status == 504 {
			s = hasty
		}
		c, err := s.dial(test.target, nil)
		if c.response == nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		var body []byte
		if err == nil {
			c.CloseNow()
		} else {
			body, _ = io.ReadAll(c.response.Body)
		}
		if got := id.ReplaceAllString(string(body), "ID"); c.response.StatusCode != test.status || got != test.body {
			t.Errorf("%s: %d %s, want %d %s", test.name, c.response.StatusCode, got, test.status, test.body)
		}
		if test.called {
			s.next(t, "CONNECT")
		}
		if test.status == 101 {
			s.next(t, "DISCONNECT")
		} else if c.response.Header.Get("X-Amzn-Errortype") == "" || !id.MatchString(c.response.Header.Get("X-Amzn-Requestid")) {
			t.Errorf("%s: headers %v", test.name, c.response.Header)
		}
		s.quiet(t, test.name)
	}
}

// TestWebSocketRefusedByFunction: the type of a refusal goes with the status that the function answers.
func TestWebSocketRefusedByFunction(t *testing.T) {
	s := newChat(t, chatMode, nil)
	for status, want := range map[int]string{
		301: "ForbiddenException", 400: "ForbiddenException", 401: "UnauthorizedException", 403: "ForbiddenException",
		499: "ForbiddenException", 500: "InternalServerErrorException", 503: "InternalServerErrorException",
	} {
		c, err := s.dial(fmt.Sprintf("/test?token=all&connect=%d", status), nil)
		if err == nil || c.response == nil {
			t.Fatalf("%d: error %v", status, err)
		}
		if got := c.response.Header.Get("X-Amzn-Errortype"); c.response.StatusCode != status || got != want {
			t.Errorf("%d: %d %s, want %s", status, c.response.StatusCode, got, want)
		}
		s.next(t, "CONNECT")
	}
}

// TestWebSocketPlainHTTP: what does not ask for a connection is told to, whatever it asks for, and what asks wrongly is refused before
// anybody is called.
func TestWebSocketPlainHTTP(t *testing.T) {
	s := newChat(t, chatMode, nil)
	const upgrade = "\nConnection: keep-alive, Upgrade\nUpgrade: websocket"
	const key = "\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
	for _, test := range []struct {
		request string
		status  int
	}{
		{"GET /test?token=all", 426},
		{"GET /test/a/b", 426},
		{"GET /", 426},
		{"GET /other", 426},
		{"GET /other/a", 426},
		{"GET /test?token=all\nConnection: Upgrade\nUpgrade: h2c", 426},
		{"GET /test?token=all\nUpgrade: websocket", 426},
		{"GET /test?token=all" + upgrade + key, 400},
		{"GET /test?token=all" + upgrade + key + "\nSec-WebSocket-Version: 12", 400},
		{"GET /test?token=all" + upgrade + "\nSec-WebSocket-Version: 13", 400},
		{"GET /test?token=all" + upgrade + "\nSec-WebSocket-Key: abcd\nSec-WebSocket-Version: 13", 400},
		{"GET /test?token=all" + upgrade + key + key + "\nSec-WebSocket-Version: 13", 400},
		{"POST /test?token=all" + upgrade + key + "\nSec-WebSocket-Version: 13", 400},
	} {
		got := s.send(t, test.request)
		if got.status != test.status || s.token.calls() != 0 {
			t.Errorf("%s: %d %s, want %d; the authorizer was asked %d times", test.request, got.status, got.body, test.status, s.token.calls())
		}
		if test.status == 426 && got.header.Get("Upgrade") != "websocket" {
			t.Errorf("%s: headers %v", test.request, got.header)
		}
	}
	s.quiet(t, "plain HTTP")
}

// TestWebSocketHandshakeWithBody: a handshake that says that a body follows is refused at once, though the body does not come.
func TestWebSocketHandshakeWithBody(t *testing.T) {
	s := newChat(t, chatMode, nil)
	for _, header := range []string{"Content-Length: 5", "Transfer-Encoding: chunked"} {
		c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(time.Minute))
		io.WriteString(c, strings.Replace(upgradeRequest, "x-own: 1", header, 1))
		response, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil || response.StatusCode != 400 || !response.Close || s.token.calls() != 0 {
			t.Errorf("%s: %+v, error %v; the authorizer was asked %d times", header, response, err, s.token.calls())
		}
	}
	s.gateway.Close()
	s.quiet(t, "handshakes with a body")
}

// TestWebSocketSubprotocol: of the headers of the function's answer one reaches the client, and it is the function's to give.
func TestWebSocketSubprotocol(t *testing.T) {
	s := newChat(t, chatMode, nil)
	offer := &websocket.DialOptions{Subprotocols: []string{"token", "eyJhbGciOi.e.f"}, CompressionMode: websocket.CompressionContextTakeover}
	for target, want := range map[string]string{"/test?token=all&connect=protocol": "token", "/test?token=all": ""} {
		c, err := s.dial(target, offer)
		if err != nil {
			t.Fatal(err)
		}
		header := c.response.Header
		if got := c.Subprotocol(); got != want || header.Get("Set-Cookie")+header.Get("X-Own")+header.Get("Sec-WebSocket-Extensions") != "" {
			t.Errorf("%s: the subprotocol is %q, headers %v", target, got, header)
		}
		c.CloseNow()
		if e := s.next(t, "CONNECT"); e.Headers["Sec-WebSocket-Protocol"] != "token,eyJhbGciOi.e.f" {
			t.Errorf("the function sees %v", e.Headers)
		}
		s.next(t, "DISCONNECT")
	}
}

// TestWebSocketWithoutFunction: without a function behind $connect, who may connect does, and nobody is told.
func TestWebSocketWithoutFunction(t *testing.T) {
	s := newChat(t, chatMode, withContract(t, with(chatContract, "  connect: {function: things}\n", "")))
	if c, err := s.dial("/test?token=deny", nil); err == nil || c.response.StatusCode != 403 {
		t.Errorf("a caller who may not connects: %v", err)
	}
	c, err := s.dial("/test?token=this", nil)
	if err != nil {
		t.Fatal(err)
	}
	c.say(t, `{"action":"echo"}`)
	if text, err := c.hear(); err != nil || text != `{"action":"echo"}` {
		t.Errorf("%s, error %v", text, err)
	}
	s.next(t, "MESSAGE")
	c.Close(websocket.StatusNormalClosure, "")
	s.gateway.Close()
	s.quiet(t, "an API without a function behind $connect")
}

// TestWebSocketIdentitySources: each has to be there, or the authorizer is not asked; without any it is asked of everybody, and for every
// handshake anew.
func TestWebSocketIdentitySources(t *testing.T) {
	mode := with(chatMode, "{function: token}", "{function: token, identitySource: [route.request.header.X-One, route.request.querystring.token, stageVariables.alias, context.identity.sourceIp]}") + "stageVariables: {alias: live}\n"
	s := newChat(t, mode, nil)
	for _, test := range []struct {
		target, header string
		status         int
	}{
		{"/test?token=all", "1", 101},
		{"/test?token=all", "", 401},
		{"/test?token=", "1", 401},
		{"/test?Token=all", "1", 401},
		{"/test", "1", 401},
	} {
		before := s.token.calls()
		c, err := s.dial(test.target, &websocket.DialOptions{HTTPHeader: http.Header{"X-One": {test.header}}})
		asked := s.token.calls() > before
		if c.response.StatusCode != test.status || asked != (test.status == 101) {
			t.Errorf("%v: %d (%v), the authorizer was asked: %v", test, c.response.StatusCode, err, asked)
		}
		if err == nil {
			c.CloseNow()
		}
	}
	none := newChat(t, mode, withMode(t, with(mode, "stageVariables: {alias: live}", "stageVariables: {other: live}")))
	if c, err := none.dial("/test?token=all", &websocket.DialOptions{HTTPHeader: http.Header{"X-One": {"1"}}}); err == nil || c.response.StatusCode != 401 || none.token.calls() > 0 {
		t.Errorf("without the stage variable: %v", err)
	}
	open := newChat(t, chatMode, nil)
	for range 3 {
		open.open(t)
	}
	if open.token.calls() != 3 {
		t.Errorf("3 handshakes, and the authorizer was asked %d times", open.token.calls())
	}
}

// TestWebSocketLargeAnswer: an authorizer's answer of more than 8 KB is none.
func TestWebSocketLargeAnswer(t *testing.T) {
	s := newChat(t, chatMode, nil)
	const form = `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}},"context":{"a":""}}`
	for size, status := range map[int]int{8192: 101, 8193: 500} {
		s.token.code = func([]byte) (string, error) {
			return strings.Replace(form, `"a":"`, `"a":"`+strings.Repeat("a", size-len(form)), 1), nil
		}
		c, err := s.dial("/test", nil)
		if c.response.StatusCode != status {
			t.Errorf("%d bytes: %d, error %v", size, c.response.StatusCode, err)
		}
		if err == nil {
			c.CloseNow()
		}
	}
}

// TestWebSocketPolicies: all statements of the authorizer's policy count, and what each is about, for this route alone.
func TestWebSocketPolicies(t *testing.T) {
	s := newChat(t, chatMode, nil)
	const allow, deny = `{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"ARN"}`, `{"Effect":"Deny","Action":"execute-api:Invoke","Resource":"ARN"}`
	of := func(statement, resource string) string { return strings.Replace(statement, "ARN", resource, 1) }
	for statements, status := range map[string]int{
		of(allow, arnPrefix+"$connect"):                                    101,
		of(allow, arnPrefix+"*"):                                           101,
		of(deny, arnPrefix+"send") + "," + of(allow, arnPrefix+"$connect"): 101, // of which messages know nothing
		of(allow, "*") + "," + of(deny, arnPrefix+"$connect"):              403,
		of(allow, arnPrefix+"*/*"):                                         403,
		of(allow, arnPrefix+"$default"):                                    403,
		of(allow, strings.Replace(arnPrefix, "/test/", "/other/", 1)+"*"):  403,
		strings.Replace(of(allow, "*"), "Invoke", "ManageConnections", 1):  403,
	} {
		s.token.code = func([]byte) (string, error) {
			return `{"principalId":"me","policyDocument":{"Statement":[` + statements + `]}}`, nil
		}
		c, err := s.dial("/test", nil)
		if c.response.StatusCode != status {
			t.Errorf("%s: %d, error %v", statements, c.response.StatusCode, err)
		}
		if err != nil {
			continue
		}
		s.next(t, "CONNECT")
		c.say(t, `{"action":"send"}`)
		s.next(t, "MESSAGE")
		c.CloseNow()
		s.next(t, "DISCONNECT")
	}
}

// TestWebSocketPublic: where the contract opens $connect, everybody connects, and nobody is asked.
func TestWebSocketPublic(t *testing.T) {
	s := newChat(t, chatMode, withContract(t, with(chatContract, "{function: things}", "{function: things, security: []}")))
	c, err := s.dial("/test", nil)
	if err != nil || s.token.calls() != 0 {
		t.Fatalf("error %v, the authorizer was asked %d times", err, s.token.calls())
	}
	c.CloseNow()
	if e := s.next(t, "CONNECT"); e.RequestContext.Authorizer != nil {
		t.Errorf("%s", e.text)
	}
}

// TestWebSocketAuthorizations: what a WebSocket API has no authorizer for lets nobody connect: there is no gateway.
func TestWebSocketAuthorizations(t *testing.T) {
	for _, authorization := range []string{plan.Token, plan.JWT, plan.Cognito, "CUSTOM", ""} {
		p := compiledChat(t)
		p.Authorization = authorization
		s := &stage{token: &function{}, things: &function{}}
		config := s.config(t, modeText, nil)
		config.Plan = p
		if _, err := gateway.New(config.Config); !errors.As(err, new(*gateway.ConfigError)) {
			t.Errorf("%q: error %v", authorization, err)
		}
	}
}

const keyedChatMode = `name: test
gateway: WEBSOCKET
authorization: NONE
apiKeyRequired: true
usagePlan:
  quota: {limit: 2, period: DAY}
  localKeys:
    - {name: first, value: first-key-0123456789}
    - {name: off, value: disabled-key-0123456789, disabled: true}
`

// TestWebSocketKeys: an API key is asked for where a client connects, and nowhere else.
func TestWebSocketKeys(t *testing.T) {
	s := newChat(t, keyedChatMode, nil)
	for _, test := range []struct {
		key    string
		status int
	}{
		{"", 403}, {"unknown-key-0123456789", 403}, {"disabled-key-0123456789", 403},
		{"first-key-0123456789", 101}, {"first-key-0123456789", 101}, {"first-key-0123456789", 429},
	} {
		c, err := s.dial("/test", &websocket.DialOptions{HTTPHeader: http.Header{"X-Api-Key": {test.key}}})
		if c.response.StatusCode != test.status {
			t.Errorf("key %q: %d, error %v", test.key, c.response.StatusCode, err)
		}
		if err != nil {
			continue
		}
		connect := s.next(t, "CONNECT")
		c.say(t, "hello") // by which nothing is counted
		message := s.next(t, "MESSAGE")
		c.CloseNow()
		for _, e := range []event{connect, message, s.next(t, "DISCONNECT")} {
			if who := e.RequestContext.Identity; who["apiKey"] != test.key || who["apiKeyId"] == nil {
				t.Errorf("%s", e.text)
			}
		}
	}
	s = newChat(t, with(keyedChatMode, "NONE", "REQUEST\nauthorizer: {function: token}\napiKeySource: AUTHORIZER"), nil)
	for token, status := range map[string]int{"keyed": 101, "other": 403, "all": 403} {
		c, err := s.dial("/test?token="+token, &websocket.DialOptions{HTTPHeader: http.Header{"X-Api-Key": {"first-key-0123456789"}}})
		if c.response.StatusCode != status {
			t.Errorf("%s: %d, error %v", token, c.response.StatusCode, err)
		}
		if err == nil {
			c.CloseNow()
		}
	}
}

// TestWebSocketIAM: a signature, in headers or in the query, is asked for where a client connects, and the signer's policy for $connect.
func TestWebSocketIAM(t *testing.T) {
	mode := strings.NewReplacer("REST", "WEBSOCKET", "requestValidation: {body: true}\n", "",
		`"arn:aws:execute-api:*:*:*/*/GET/*"`, `"arn:aws:execute-api:*:*:*/*/$connect"`).Replace(iamModeText)
	s := newChat(t, mode, nil)
	for _, test := range []struct {
		name   string
		by     signing
		status int
	}{
		{"admin", asAdmin.to("GET /test?a=b"), 101},
		{"admin, presigned", asAdmin.to("GET /test?a=b").but(func(b *signing) { b.presign = true }), 101},
		{"reader, with a session", asReader.to("GET /test"), 101},
		{"nobody may", signing{key: "AKIANOBODY0000000000", secret: "secret-of-nobody"}.to("GET /test"), 403},
		{"unsigned", signing{}.to("GET /test"), 403},
		{"a wrong secret", asAdmin.to("GET /test").but(func(b *signing) { b.secret = "another-secret-0000" }), 403},
		{"another service", asAdmin.to("GET /test").but(func(b *signing) { b.service = "s3" }), 403},
		{"too old", asAdmin.to("GET /test").but(func(b *signing) { b.age = time.Hour }), 403},
	} {
		request := s.signed(t, test.by)
		c, err := s.dial(request.URL.RequestURI(), &websocket.DialOptions{HTTPHeader: request.Header})
		if c.response.StatusCode != test.status {
			t.Errorf("%s: %d, error %v", test.name, c.response.StatusCode, err)
		}
		if err != nil {
			continue
		}
		who := s.next(t, "CONNECT").RequestContext.Identity
		if arn, _ := who["userArn"].(string); !strings.HasPrefix(arn, "arn:aws:") || who["accessKey"] != test.by.key || who["accountId"] != "123456789012" {
			t.Errorf("%s: identity %v", test.name, who)
		}
		c.CloseNow()
		s.next(t, "DISCONNECT")
	}
	if strings.Contains(strings.Join(slices.Concat(s.things.events, s.token.events), ""), "secret-of") {
		t.Error("a secret is in an event")
	}
}

// TestWebSocketThrottledHandshake: what connects counts against the limit of $connect, and not what is said.
func TestWebSocketThrottledHandshake(t *testing.T) {
	s := newChat(t, chatMode+"throttle: {rateLimit: 0, burstLimit: 2, methods: {$connect: {rateLimit: 0, burstLimit: 1}}}\n", nil)
	c := s.open(t)
	refused, err := s.dial("/test?token=all", nil)
	if err == nil || refused.response.StatusCode != 429 {
		t.Errorf("the second: %v", err)
	}
	for i, want := range []string{"hello", "hello", `{"message": "Too Many Requests", "connectionId":"ID", "requestId":"ID"}`} {
		c.say(t, "hello")
		if text, err := c.hear(); err != nil || id.ReplaceAllString(text, "ID") != want {
			t.Errorf("message %d: %s, error %v", i, text, err)
		}
	}
}
