package apigateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/coder/websocket"

	"portcullis/api/contract"
	"portcullis/api/live/manage"
	"portcullis/api/live/manage/apigateway"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
	"portcullis/deploy/testtools/faults"
)

const contractText = `openapi: 3.1.0
info: {title: Things, version: "1"}
x-function: things
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
security: [bearer: []]
paths: {/things: {get: {}}}
x-websocket: {connect: {function: things}, routes: {ping: {reply: {}}}}
`

const modeText = `name: test
gateway: WEBSOCKET
authorization: REQUEST
authorizer: {function: things}
localCallers:
  - accessKeyId: AKIASENDER0000000000
    secretAccessKey: secret-of-the-sender
    arn: arn:aws:iam::123456789012:user/sender
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: execute-api:ManageConnections, Resource: ["arn:aws:execute-api:*:*:*/test/POST/@connections/*", "arn:aws:execute-api:*:*:*/test/DELETE/@connections/*"]}]}
`

// opened lets everybody connect, and is told the IDs of connections.
type opened chan string

func (o opened) Invoke(_ context.Context, event []byte) ([]byte, error) {
	var e struct {
		MethodARN      string
		RequestContext struct{ EventType, ConnectionID string }
	}
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, err
	}
	if e.MethodARN != "" {
		const allow = `{"principalId":"me","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*"}]}}`
		return []byte(allow), nil
	}
	if e.RequestContext.EventType == "CONNECT" {
		o <- e.RequestContext.ConnectionID
	}
	return []byte(`{"statusCode":200}`), nil
}

// serve starts a stage of a WebSocket API, and gives its address.
func serve(t *testing.T, function gateway.Invoker) string {
	t.Helper()
	c, err := contract.Parse("contract.yaml", []byte(contractText))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse("test.yaml", []byte(modeText))
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := plan.Compile(c, m)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gateway.New(gateway.Config{Plan: compiled, Functions: map[string]gateway.Invoker{"things": function}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	t.Cleanup(func() { g.Close() })
	return server.URL + "/test"
}

func clientOf(secret string) *apigatewaymanagementapi.Client {
	return apigatewaymanagementapi.New(apigatewaymanagementapi.Options{
		Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIASENDER0000000000", secret, ""),
	})
}

func sender(t *testing.T, endpoint, secret string) *apigateway.Sender {
	t.Helper()
	s, err := apigateway.New(clientOf(secret), endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestGateway: what clients have of what is sent to them, and of the end, and what is said of those who are gone.
func TestGateway(t *testing.T) {
	ids := make(opened, 1)
	endpoint := serve(t, ids)
	s := sender(t, endpoint, "secret-of-the-sender")
	c, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(endpoint, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	c.SetReadLimit(-1)
	id := <-ids
	for _, text := range []string{`{"event":"thing.created"}`, "é", strings.Repeat("a", manage.MaxText)} {
		if err := s.Send(t.Context(), id, text); err != nil {
			t.Fatalf("%.20s: %v", text, err)
		}
		if kind, got, err := c.Read(t.Context()); kind != websocket.MessageText || string(got) != text {
			t.Errorf("the client has %.20q, %v; want %.20q", got, err, text)
		}
	}
	for _, s := range []*apigateway.Sender{s, sender(t, faults.ClosedPort, "secret")} { // nobody has to be asked
		if err := s.Send(t.Context(), id, strings.Repeat("a", manage.MaxText+1)); !errors.Is(err, manage.ErrTooLarge) {
			t.Errorf("a byte too many: %v", err)
		}
	}
	if err := sender(t, endpoint, "another-secret-00000").Send(t.Context(), id, "hello"); err == nil || errors.Is(err, manage.ErrGone) || mayPass(err) {
		t.Errorf("with a wrong secret: %v", err)
	}
	if err := s.Close(t.Context(), id); err != nil {
		t.Error(err)
	}
	if _, text, err := c.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("the client has %q, %v; want its end", text, err)
	}
	for _, id := range []string{id, "R0oXAdfD0kwCH6w=", "a/b?c"} {
		if err := s.Send(t.Context(), id, "hello"); !errors.Is(err, manage.ErrGone) {
			t.Errorf("send to %s: %v", id, err)
		}
		if err := s.Close(t.Context(), id); !errors.Is(err, manage.ErrGone) {
			t.Errorf("close %s: %v", id, err)
		}
	}
}

func mayPass(err error) bool {
	return errors.As(err, new(*manage.BusyError)) || errors.As(err, new(*manage.UnavailableError))
}

// TestFaults: what is made of answers that AWS documents or users report, and how often a call is made.
func TestFaults(t *testing.T) {
	refuses := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Amzn-ErrorType", kind)
			faults.Says(status, body)(w, r)
		}
	}
	none := func(err error) bool { return err == nil }
	gone := func(err error) bool { return errors.Is(err, manage.ErrGone) }
	busy := func(err error) bool { return errors.As(err, new(*manage.BusyError)) }
	unavailable := func(err error) bool { return errors.As(err, new(*manage.UnavailableError)) }
	lasting := func(err error) bool { return err != nil && !gone(err) && !mayPass(err) }
	for name, test := range map[string]struct {
		answers []http.HandlerFunc
		is      func(error) bool
		calls   int32
	}{
		"gone":                     {[]http.HandlerFunc{refuses(410, "GoneException", "")}, gone, 1},
		"gone, without JSON":       {[]http.HandlerFunc{refuses(410, "", "<html>")}, gone, 1},
		"client's buffer is full":  {[]http.HandlerFunc{refuses(429, "LimitExceededException", `{"message":"Limit Exceeded"}`)}, busy, 1},
		"throttled, without JSON":  {[]http.HandlerFunc{refuses(429, "", "<html>")}, busy, 1},
		"throttled, with 400":      {[]http.HandlerFunc{refuses(400, "ThrottlingException", `{}`)}, busy, 1},
		"too large":                {[]http.HandlerFunc{refuses(413, "PayloadTooLargeException", `{}`)}, func(err error) bool { return errors.Is(err, manage.ErrTooLarge) }, 1},
		"not allowed":              {[]http.HandlerFunc{refuses(403, "ForbiddenException", `{"message":"hidden"}`)}, lasting, 1},
		"no such stage":            {[]http.HandlerFunc{refuses(404, "", `{}`)}, lasting, 1},
		"fails":                    {[]http.HandlerFunc{refuses(500, "InternalServerError", `{}`)}, unavailable, 3},
		"fails once":               {[]http.HandlerFunc{refuses(503, "", ``), faults.Says(200, "")}, none, 2},
		"hangs up":                 {[]http.HandlerFunc{faults.HangsUp}, unavailable, 3},
		"hangs up once":            {[]http.HandlerFunc{faults.HangsUp, faults.Says(204, "")}, none, 2},
		"fails once, then is busy": {[]http.HandlerFunc{refuses(500, "", ``), refuses(429, "LimitExceededException", `{}`)}, busy, 2},
	} {
		for call, do := range map[string]func(*apigateway.Sender) error{
			"Send":  func(s *apigateway.Sender) error { return s.Send(t.Context(), "R0oXAdfD0kwCH6w=", "hello") },
			"Close": func(s *apigateway.Sender) error { return s.Close(t.Context(), "R0oXAdfD0kwCH6w=") },
		} {
			endpoint, calls := faults.Serve(t, test.answers...)
			if err := do(sender(t, endpoint, "secret")); !test.is(err) || calls.Load() != test.calls {
				t.Errorf("%s: %s: %v after %d calls, want %d", name, call, err, calls.Load(), test.calls)
			}
		}
	}
}

// TestDeadline: what never answers does not outlive the context.
func TestDeadline(t *testing.T) {
	endpoint, _ := faults.Serve(t, faults.Silent)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := sender(t, endpoint, "secret").Send(ctx, "R0oXAdfD0kwCH6w=", "hello"); !errors.As(err, new(*manage.UnavailableError)) {
		t.Errorf("%v", err)
	}
}

func TestEndpoints(t *testing.T) {
	for endpoint, ok := range map[string]bool{
		"https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/live": true,
		"https://live.example.com":                                    true,
		"https://live.example.com/v1":                                 true,
		"http://127.0.0.1:8080/websocket":                             true,
		"http://[::1]:8080/websocket":                                 true,
		"http://localhost/websocket":                                  true,
		"":                                                            false,
		"/live":                                                       false,
		"https://":                                                    false,
		"https:///live":                                               false,
		"wss://live.example.com/v1":                                   false,
		"http://live.example.com/v1":                                  false,
		"https://live.example.com/v1/":                                false,
		"https://live.example.com/v1/@connections":                    false,
		"https://live.example.com/v1?a=b":                             false,
		"https://live.example.com/v1?":                                false,
		"https://live.example.com/v1#":                                false,
		"https://me:secret@live.example.com/v1":                       false,
	} {
		_, err := apigateway.New(clientOf("secret"), endpoint)
		if (err == nil) != ok || err != nil && !errors.Is(err, apigateway.ErrEndpoint) {
			t.Errorf("%q: %v", endpoint, err)
		}
	}
	if _, err := apigateway.New(nil, "https://live.example.com"); err == nil {
		t.Error("without a client there is no error")
	}
}

var (
	_ manage.Sender     = (*apigateway.Sender)(nil)
	_ apigateway.Client = (*apigatewaymanagementapi.Client)(nil)
)
