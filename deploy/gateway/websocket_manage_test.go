package gateway_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"
)

const managedChatMode = chatMode + `localCallers:
  - accessKeyId: AKIAADMIN00000000000
    secretAccessKey: secret-of-the-admin
    arn: arn:aws:iam::123456789012:user/staff/admin
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: execute-api:ManageConnections, Resource: "arn:aws:execute-api:*:*:*/test/*/@connections/*"}]}
  - accessKeyId: ASIAREADER0000000000
    secretAccessKey: secret-of-the-reader
    sessionToken: session-of-the-reader
    arn: arn:aws:sts::123456789012:assumed-role/reader/desk
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: execute-api:ManageConnections, Resource: "arn:aws:execute-api:*:*:*/*/GET/@connections/*"}]}
  - accessKeyId: AKIANOBODY0000000000
    secretAccessKey: secret-of-nobody
    arn: arn:aws:iam::123456789012:user/nobody
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: execute-api:Invoke, Resource: "*"}]}
`

// TestWebSocketManagement: who may do what with connections, and what comes of it. ID stands for the id of one that is open.
func TestWebSocketManagement(t *testing.T) {
	s := newChat(t, managedChatMode, nil)
	c, err := s.dial("/test?token=this", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	open := url.QueryEscape(s.next(t, "CONNECT").RequestContext.ConnectionID)
	asNobody := signing{key: "AKIANOBODY0000000000", secret: "secret-of-nobody"}
	const missing = `{"message":"Missing Authentication Token"}`
	tests := []struct {
		name      string
		by        signing
		status    int
		body      string // "-": not compared
		errorType string
		sent      string // to the client; "-": nothing
	}{
		{"post", asAdmin.to("POST /test/@connections/ID\n\nhello"), 200, "", "", "hello"},
		{"post, encoded as SDKs do", asAdmin.to("POST /test/%40connections/ID\n\nhello"), 200, "", "", "hello"},
		{"post, as sent by hand", asAdmin.to("POST /test/@connections/" + strings.ReplaceAll(open, "%3D", "=") + "\n\nhello"), 200, "", "", "hello"},
		{"post nothing", asAdmin.to("POST /test/@connections/ID"), 200, "", "", ""},
		{"post 128 KB", asAdmin.to("POST /test/@connections/ID\n\n" + strings.Repeat("a", 128<<10)), 200, "", "", strings.Repeat("a", 128<<10)},
		{"post 128 KB and a byte", asAdmin.to("POST /test/@connections/ID\n\n" + strings.Repeat("a", 128<<10+1)), 413, `{"message":"Payload Too Large"}`, "PayloadTooLargeException", "-"},
		{"get", asReader.to("GET /test/@connections/ID"), 200, "-", "", "-"},
		{"post, no UTF-8", asAdmin.to("POST /test/@connections/ID\n\na\xff\xfe\u00e9\xc3"), 200, "", "", "a\uFFFD\u00e9\uFFFD"},
		{"the reader posts", asReader.to("POST /test/@connections/ID\n\nhello"), 403, "-", "ForbiddenException", "-"},
		{"the reader deletes", asReader.to("DELETE /test/@connections/ID"), 403, "-", "ForbiddenException", "-"},
		{"who may invoke", asNobody.to("POST /test/@connections/ID\n\nhello"), 403, "-", "ForbiddenException", "-"},
		{"unsigned", signing{}.to("POST /test/@connections/ID\n\nhello"), 403, missing, "MissingAuthenticationTokenException", "-"},
		{"a wrong secret", asAdmin.to("POST /test/@connections/ID\n\nhello").but(func(b *signing) { b.secret = "another-secret-0000" }), 403, "-", "InvalidSignatureException", "-"},
		{"two Authorizations beside a signature", asAdmin.to("POST /test/@connections/ID\n\nhello").but(func(b *signing) { b.presign, b.after = true, addAuthorizations }), 401, unauthorized, "UnauthorizedException", "-"},
		{"signed, and another Authorization", asAdmin.to("DELETE /test/@connections/ID").but(func(b *signing) { b.after = func(r *http.Request) { r.Header.Add("Authorization", "Bearer all") } }), 401, unauthorized, "UnauthorizedException", "-"},
		{"never there", asAdmin.to("POST /test/@connections/R0oXAdfD0kwCH6w%3D\n\nhello"), 410, "", "GoneException", "-"},
		{"never there, get", asAdmin.to("GET /test/@connections/R0oXAdfD0kwCH6w%3D"), 410, "", "GoneException", "-"},
		{"never there, delete", asAdmin.to("DELETE /test/@connections/R0oXAdfD0kwCH6w%3D"), 410, "", "GoneException", "-"},
		{"no id", asAdmin.to("POST /test/@connections/nobody\n\nhello"), 400, `{"message":"Invalid connectionId"}`, "BadRequestException", "-"},
		{"an empty id", asAdmin.to("POST /test/@connections/\n\nhello"), 400, `{"message":"Invalid connectionId"}`, "BadRequestException", "-"},
		{"another method", asAdmin.to("PUT /test/@connections/ID\n\nhello"), 403, missing, "MissingAuthenticationTokenException", "-"},
		{"another stage", asAdmin.to("POST /other/@connections/ID\n\nhello"), 403, `{"message":"Forbidden"}`, "ForbiddenException", "-"},
		{"another stage, encoded", signing{}.to("DELETE /other/%40connections/ID"), 403, `{"message":"Forbidden"}`, "ForbiddenException", "-"},
		{"below something", asAdmin.to("POST /test/below/@connections/ID\n\nhello"), 426, "-", "-", "-"},
	}
	for _, test := range tests {
		test.by.request = strings.Replace(test.by.request, "connections/ID", "connections/"+open, 1)
		got := s.sendSigned(t, test.by)
		if got.status != test.status || test.body != "-" && got.body != test.body || test.errorType != "-" && got.header.Get("X-Amzn-Errortype") != test.errorType {
			t.Errorf("%s: %d %s %v", test.name, got.status, got.body, got.header)
		}
		if test.sent == "-" {
			c.say(t, `{"action":"echo"}`)
			s.next(t, "MESSAGE")
			test.sent = `{"action":"echo"}`
		}
		if text, err := c.hear(); err != nil || text != test.sent {
			t.Errorf("%s: the client gets %.40s, error %v", test.name, text, err)
		}
	}
	if s.quiet(t, "calls of @connections"); s.token.calls() != 1 {
		t.Errorf("the authorizer was asked %d times", s.token.calls())
	}
}

// TestWebSocketGet: what is told of a connection.
func TestWebSocketGet(t *testing.T) {
	s := newChat(t, managedChatMode, nil)
	wire := s.wire(t, upgradeRequest)
	open := url.QueryEscape(s.next(t, "CONNECT").RequestContext.ConnectionID)
	wire.frame(0x81, "hello")
	s.next(t, "MESSAGE")
	got := s.sendSigned(t, asAdmin.to("GET /test/@connections/"+open))
	if want := `{"connectedAt":"2030-03-17T17:46:40.000Z","identity":{"userAgent":"Mozilla/5.0","sourceIp":"127.0.0.1"},"lastActiveAt":"2030-03-17T17:46:40.000Z"}`; got.body != want {
		t.Errorf("%s, want %s", got.body, want)
	}
}

// TestWebSocketDelete: the client is told that its connection is closed, then the function is; and then there is none.
func TestWebSocketDelete(t *testing.T) {
	s := newChat(t, managedChatMode, nil)
	c, err := s.dial("/test?token=this", nil)
	if err != nil {
		t.Fatal(err)
	}
	open := "/test/@connections/" + url.QueryEscape(s.next(t, "CONNECT").RequestContext.ConnectionID)
	if got := s.sendSigned(t, asAdmin.to("DELETE "+open)); got.status != 204 || got.body != "" {
		t.Errorf("%d %s", got.status, got.body)
	}
	_, err = c.hear()
	if closed := (websocket.CloseError{}); !errors.As(err, &closed) || closed.Code != 1000 || closed.Reason != "Connection Closed Normally" {
		t.Errorf("the client gets %v", err)
	}
	if e := s.next(t, "DISCONNECT").RequestContext; e.DisconnectStatusCode != 1000 || *e.DisconnectReason != "Connection Closed Normally" || e.Authorizer["principalId"] != "me" {
		t.Errorf("the function is told %+v", e)
	}
	for _, request := range []string{"POST " + open + "\n\nhello", "GET " + open, "DELETE " + open} {
		if got := s.sendSigned(t, asAdmin.to(request)); got.status != 410 {
			t.Errorf("%s: %d %s", request, got.status, got.body)
		}
	}
}

// TestWebSocketPostWhileConnecting: before $connect has answered, there is no connection to send to.
func TestWebSocketPostWhileConnecting(t *testing.T) {
	s := newChat(t, managedChatMode, nil)
	status := 0
	s.things.code = func(text []byte) (string, error) {
		var e event
		json.Unmarshal(text, &e)
		if e.RequestContext.EventType == "CONNECT" {
			status = s.sendSigned(t, asAdmin.to("POST /test/@connections/"+url.QueryEscape(e.RequestContext.ConnectionID)+"\n\nhello")).status
		}
		return "{}", nil
	}
	c, err := s.dial("/test?token=this", nil)
	if err != nil || status != 410 {
		t.Fatalf("error %v, status %d", err, status)
	}
	c.CloseNow()
}

// TestWebSocketAccessLog: a line for each event of a connection, and none for what functions do with it.
func TestWebSocketAccessLog(t *testing.T) {
	var log safeBuffer
	format := `accessLogFormat: '$context.requestId $context.extendedRequestId $context.connectionId $context.eventType $context.routeKey $context.messageId $context.status $context.connectedAt $context.authorizer.principalId $context.error.responseType $context.integration.status'` + "\n"
	s := newChat(t, managedChatMode+format, func(c *setting) { c.AccessLog = &log })
	s.dial("/test?token=deny", nil)
	c, err := s.dial("/test?token=this", nil)
	if err != nil {
		t.Fatal(err)
	}
	open := url.QueryEscape(s.next(t, "CONNECT").RequestContext.ConnectionID)
	for _, message := range []string{`{"action":"echo"}`, `{"action":"checked"}`, `{"action":"echo","do":"exc"}`, `{"action":"echo","do":"201"}`} {
		c.say(t, message)
		if _, err := c.hear(); err != nil {
			t.Fatal(err)
		}
	}
	s.sendSigned(t, asAdmin.to("DELETE /test/@connections/"+open))
	c.hear()
	s.gateway.Close()
	got := id.ReplaceAllString(log.String(), "ID")
	want := []string{
		"ID ID ID CONNECT $connect - 403 1900000000000 me ACCESS_DENIED -",
		"ID ID ID CONNECT $connect - 200 1900000000000 me - 200",
		"ID ID ID MESSAGE echo ID 200 1900000000000 me - 200",
		"ID ID ID MESSAGE checked ID 400 1900000000000 me BAD_REQUEST_BODY -",
		"ID ID ID MESSAGE echo ID 502 1900000000000 me INTEGRATION_FAILURE -",
		"ID ID ID MESSAGE echo ID 200 1900000000000 me - 201",
		"ID ID ID DISCONNECT $disconnect - 200 1900000000000 me - 200",
	}
	lines := strings.Split(strings.TrimSpace(got), "\n")
	slices.Sort(lines) // a line is written when its answer is out already
	slices.Sort(want)
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	for line := range strings.SplitSeq(strings.TrimSpace(log.String()), "\n") {
		if ids := regexp.MustCompile(`^(\S+) (\S+) `).FindStringSubmatch(line); ids[1] != ids[2] {
			t.Errorf("%s: two ids", line)
		}
	}
}
