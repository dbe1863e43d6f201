package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"portcullis/api/contract"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
)

// chatContract has a route of each kind: one that answers, one that does not, one with a schema, and the one for all others.
const chatContract = `openapi: 3.1.0
info: {title: Chat, version: "1"}
x-function: things
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
security: [bearer: [chat]]
paths: {/rooms: {get: {}}}
x-websocket:
  connect: {function: things}
  routes:
    echo: {reply: {}}
    send: {}
    checked: {reply: {}, message: {type: object, required: [text], properties: {text: {type: string, maxLength: 5}}}}
    $default: {reply: {}}
`

const chatMode = `name: test
gateway: WEBSOCKET
authorization: REQUEST
authorizer: {function: token}
`

// chat is a stage of a WebSocket API.
type chat struct {
	*stage
	gateway *gateway.Gateway
	events  chan string   // of the function
	stuck   chan struct{} // what a function waits for that does not answer
	connect func() (net.Conn, error)
}

// newChat starts a stage of chatContract. Its authorizer answers by the query's token, as authorizerAnswer has it. Its function connects
// as the query's connect says, and answers a message as its member "do" says: with the message, where there is none.
func newChat(t *testing.T, modeText string, change func(*setting)) *chat {
	t.Helper()
	s := makeChat(t, modeText, change)
	s.serve(t, httptest.NewUnstartedServer(s.handler))
	return s
}

// serve puts the stage behind a server, whose connections end before it waits for them.
func (s *chat) serve(t *testing.T, server *httptest.Server) {
	server.Start()
	t.Cleanup(server.Close)
	s.url = server.URL
	t.Cleanup(func() {
		close(s.stuck)
		s.gateway.Close()
	})
}

// makeChat is newChat without a server.
func makeChat(t testing.TB, modeText string, change func(*setting)) *chat {
	t.Helper()
	c, err := contract.Parse("contract.yaml", []byte(chatContract))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse("test.yaml", []byte(modeText))
	if err != nil {
		t.Fatal(err)
	}
	s := &chat{events: make(chan string, 10_000), stuck: make(chan struct{})}
	s.stage = makeStage(t, modeText, func(config *setting) {
		config.Contract, config.Mode = c, m
		if change != nil {
			change(config)
		}
	})
	s.gateway = s.handler.(*gateway.Gateway)
	s.connect = func() (net.Conn, error) { return net.Dial("tcp", strings.TrimPrefix(s.url, "http://")) }
	s.token.code = func(event []byte) (string, error) {
		var e struct {
			QueryStringParameters map[string]string
			MethodARN             string
		}
		json.Unmarshal(event, &e)
		return authorizerAnswer(e.QueryStringParameters["token"], e.MethodARN)
	}
	s.things.code = s.answer
	return s
}

func (s *chat) answer(event []byte) (string, error) {
	s.events <- string(event)
	var e struct {
		QueryStringParameters map[string]string
		Body                  string
	}
	json.Unmarshal(event, &e)
	var message struct{ Do string }
	json.Unmarshal([]byte(e.Body), &message)
	switch do := e.QueryStringParameters["connect"] + message.Do; do {
	case "":
		body, err := json.Marshal(e.Body)
		return `{"statusCode":200,"body":` + string(body) + `}`, err
	case "exc":
		return "", errors.New("broken")
	case "stuck":
		<-s.stuck
		return "{}", nil
	case "null", `"hello"`, "nothing":
		return do, nil
	case "protocol":
		return `{"statusCode":200,"headers":{"sec-websocket-protocol":"token","Set-Cookie":"a=b","X-Own":"1"}}`, nil
	default:
		return fmt.Sprintf(`{"statusCode":%s,"body":"body of %s"}`, do, do), nil
	}
}

// socket is a client's connection.
type socket struct {
	*websocket.Conn
	response *http.Response
}

// dial connects; the error is that of a refused handshake.
func (s *chat) dial(target string, options *websocket.DialOptions) (socket, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, response, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.url, "http")+target, options)
	if err == nil {
		c.SetReadLimit(-1)
	}
	return socket{c, response}, err
}

// open connects as somebody whom the authorizer lets in.
func (s *chat) open(t *testing.T) socket {
	t.Helper()
	c, err := s.dial("/test?token=this", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	s.next(t, "CONNECT")
	return c
}

// say sends a text.
func (c socket) say(t *testing.T, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

// hear gives the next text; or why there is none.
func (c socket) hear() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	kind, text, err := c.Read(ctx)
	if err == nil && kind != websocket.MessageText {
		err = errors.New("the frame is no text")
	}
	return string(text), err
}

// event is what the function is told, of which a test looks at this.
type event struct {
	text           string
	Headers        map[string]string
	StageVariables map[string]string
	Body           string
	RequestContext struct {
		RouteKey, EventType, ConnectionID, MessageID, RequestID, ExtendedRequestID, APIID string
		ConnectedAt, RequestTimeEpoch                                                     int64
		DisconnectReason                                                                  *string
		DisconnectStatusCode                                                              int
		Authorizer                                                                        map[string]any
		Identity                                                                          map[string]any
	}
}

// next is the function's next event, which has to be of a kind.
func (s *chat) next(t *testing.T, kind string) event {
	t.Helper()
	select {
	case text := <-s.events:
		e := event{text: text}
		if err := json.Unmarshal([]byte(text), &e); err != nil || e.RequestContext.EventType != kind {
			t.Fatalf("%s, %v: want a %s", text, err, kind)
		}
		return e
	case <-time.After(time.Minute):
		t.Fatalf("no %s comes", kind)
	}
	return event{}
}

// quiet makes sure that the function was told nothing more.
func (s *chat) quiet(t *testing.T, after string) {
	t.Helper()
	select {
	case text := <-s.events:
		t.Errorf("%s: the function is told %s", after, text)
	default:
	}
}
