package desk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/rogpeppe/go-internal/testscript"
)

// socketsKey is where a script has its connections, by their names.
type socketsKey struct{}

func socketsOf(ts *testscript.TestScript) map[string]*websocket.Conn {
	return ts.Value(socketsKey{}).(map[string]*websocket.Conn)
}

// socketTimeout is how long an answer of a connection may take.
const socketTimeout = time.Minute

// dial opens a connection, and prints the status, the subprotocol and, of one that is refused, the body of the answer:
// dial NAME PATH [HEADER: VALUE]...
func dial(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: dial NAME PATH [HEADER: VALUE]...")
	}
	options := &websocket.DialOptions{HTTPHeader: http.Header{}, HTTPClient: clientOf(ts)}
	for _, arg := range args[2:] {
		name, value, _ := strings.Cut(arg, ": ")
		if name == "Sec-WebSocket-Protocol" {
			options.Subprotocols = append(options.Subprotocols, strings.Split(value, ", ")...)
		} else {
			options.HTTPHeader.Add(name, value)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), socketTimeout)
	defer cancel()
	c, response, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(ts.Getenv("URL"), "http")+args[1], options)
	if response == nil {
		ts.Check(err)
	}
	fmt.Fprintf(ts.Stdout(), "%d\nprotocol: %s\n", response.StatusCode, response.Header.Get("Sec-WebSocket-Protocol"))
	if err != nil {
		body, _ := io.ReadAll(response.Body)
		fmt.Fprintf(ts.Stdout(), "%s\n", body)
		return
	}
	ts.Defer(func() { c.CloseNow() })
	socketsOf(ts)[args[0]] = c
}

// named is the connection of a name.
func named(ts *testscript.TestScript, name string) *websocket.Conn {
	c := socketsOf(ts)[name]
	if c == nil {
		ts.Fatalf("%s is not connected", name)
	}
	return c
}

// say sends texts over a connection: say NAME TEXT...
func say(ts *testscript.TestScript, neg bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), socketTimeout)
	defer cancel()
	for _, text := range args[1:] {
		ts.Check(named(ts, args[0]).Write(ctx, websocket.MessageText, []byte(text)))
	}
}

// hear prints the next text of a connection, or how it was closed: hear NAME
func hear(ts *testscript.TestScript, neg bool, args []string) {
	ctx, cancel := context.WithTimeout(context.Background(), socketTimeout)
	defer cancel()
	_, text, err := named(ts, args[0]).Read(ctx)
	if closed, is := errors.AsType[websocket.CloseError](err); is {
		fmt.Fprintf(ts.Stdout(), "closed: %d %s\n", closed.Code, closed.Reason)
		return
	}
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s\n", text)
}

// hangUp closes a connection as a client does, with a status and a reason: hang-up NAME
func hangUp(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(named(ts, args[0]).Close(websocket.StatusNormalClosure, "done"))
	delete(socketsOf(ts), args[0])
}
