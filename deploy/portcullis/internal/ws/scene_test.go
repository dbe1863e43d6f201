package ws_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"portcullis/api/contract"
	"portcullis/api/live"
	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// scene is two servers: a peer that does as a path says, and the WebSocket API of this module's contract.
type scene struct {
	peer, api string // what their URLs begin with
	tokens    *verifytest.Issuer
	closes    chan websocket.StatusCode // with which clients closed the connections of the peer's echo
	arrived   chan struct{}             // a handshake that the peer does not answer
	closers   []func()
}

func newScene() (*scene, error) {
	s := &scene{tokens: verifytest.NewServer(), closes: make(chan websocket.StatusCode, 100), arrived: make(chan struct{}, 100)}
	s.closers = append(s.closers, s.tokens.Close)
	s.peer = s.serve(http.HandlerFunc(s.answer))
	handler, err := s.newAPI()
	if err != nil {
		s.Close()
		return nil, err
	}
	s.closers = append(s.closers, func() { handler.Close() })
	s.api = s.serve(handler) + "/websocket"
	return s, nil
}

func (s *scene) serve(h http.Handler) string {
	server := httptest.NewServer(h)
	s.closers = append(s.closers, server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http")
}

// Close ends the servers.
func (s *scene) Close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		s.closers[i]()
	}
}

const modeText = `name: websocket
gateway: WEBSOCKET
authorization: REQUEST
authorizer: {function: request}
`

// newAPI is the contract's WebSocket API, with its function and an authorizer of the issuer's tokens.
func (s *scene) newAPI() (*gateway.Gateway, error) {
	parsed, err1 := contract.Load("../../../../api/openapi.yaml")
	mode, err2 := modes.Parse("websocket.yaml", []byte(modeText))
	verifier, err3 := verify.New(verify.Config{Issuers: []verify.Issuer{{
		Issuer: s.tokens.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess},
	}}})
	function, err4 := live.NewFunction(live.FunctionConfig{AllowedOrigins: []string{"https://app.example.com"}})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	rules, err := parsed.Rules()
	if err != nil {
		return nil, err
	}
	authorizer, err1 := authorizers.NewRequest(authorizers.Config{Rules: rules, Tokens: verifier})
	guarded, err2 := live.New(live.Config{Rules: rules, Next: function})
	compiled, err3 := plan.Compile(parsed, mode)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	return gateway.New(gateway.Config{Plan: compiled, Functions: map[string]gateway.Invoker{"request": authorizer, "live": guarded}})
}

// token is one that the API accepts.
func (s *scene) token() string { return s.tokens.CognitoAccess(verifytest.Options{}) }

// answer does as the path says.
func (s *scene) answer(w http.ResponseWriter, r *http.Request) {
	what, argument, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch what {
	case "repeat":
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusUnauthorized)
		whole := r.Header.Get("Authorization")
		_, token, _ := strings.Cut(whole, " ")
		fmt.Fprintf(w, "not %s, %s nor %s", whole, token, r.URL.Query().Get("x"))
		return
	case "unaccepted":
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket")
		w.WriteHeader(http.StatusSwitchingProtocols)
		return
	case "stuck":
		s.arrived <- struct{}{}
		<-r.Context().Done()
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"chat.v2", "chat.v1"}, InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(-1)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if what == "echo" {
		s.closes <- echo(ctx, conn)
		return
	}
	conn.Read(ctx)
	said(ctx, conn, r, what, argument)
}

// echo sends back what comes, until bye, and gives how the client closed.
func echo(ctx context.Context, conn *websocket.Conn) websocket.StatusCode {
	for {
		kind, message, err := conn.Read(ctx)
		if err != nil {
			return websocket.CloseStatus(err)
		}
		if string(message) == "bye" {
			conn.Close(websocket.StatusNormalClosure, "good bye")
			return -1
		}
		conn.Write(ctx, kind, message)
	}
}

// said does what is done after the first message.
func said(ctx context.Context, conn *websocket.Conn, r *http.Request, what, argument string) {
	argument, reason, _ := strings.Cut(argument, ",")
	number, _ := strconv.Atoi(argument)
	switch what {
	case "handshake": // what was sent, without what each handshake has
		header := r.Header.Clone()
		for _, name := range []string{"Connection", "Upgrade", "Sec-Websocket-Key", "Sec-Websocket-Version", "Accept-Encoding"} {
			header.Del(name)
		}
		text, _ := json.Marshal(map[string]any{"host": strings.SplitN(r.Host, ":", 2)[0], "query": r.URL.RawQuery, "header": header})
		conn.Write(ctx, websocket.MessageText, text)
		conn.Close(websocket.StatusNormalClosure, "")
	case "close":
		conn.Close(websocket.StatusCode(number), reason+r.URL.Query().Get("reason"))
	case "vanish":
	case "text":
		conn.Write(ctx, websocket.MessageText, []byte(strings.Repeat("x", number)))
		conn.Close(websocket.StatusNormalClosure, "")
	case "bytes":
		unquoted, _ := strconv.Unquote(`"` + r.URL.Query().Get("text") + `"`)
		conn.Write(ctx, websocket.MessageText, []byte(unquoted))
		conn.Close(websocket.StatusNormalClosure, "")
	case "binary":
		conn.Write(ctx, websocket.MessageBinary, []byte{0, 1, 0xff})
		conn.Write(ctx, websocket.MessageBinary, nil)
		conn.Close(websocket.StatusNormalClosure, "")
	}
}

// poll tries something until it holds, or for a time that is long on a busy machine.
func poll(holds func() bool) bool {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return true
		}
	}
	return false
}

// environment are the variables of a process with a home of its own.
func environment(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + home, "HOME=" + home, "XDG_CONFIG_HOME=" + home}
}
