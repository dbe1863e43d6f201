package desk_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"portcullis/deploy/desk"
)

// wire sends a text to a desk as it is, and gives what answers it. No more comes from this side until the desk closes the connection.
func wire(t *testing.T, d *running, text string) (statuses []int, closed bool) {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(connection, text); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(connection)
	for {
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			return statuses, err == io.EOF || err == io.ErrUnexpectedEOF
		}
		io.Copy(io.Discard, answer.Body)
		statuses = append(statuses, answer.StatusCode)
	}
}

// TestAmbiguousLength: what two programs in a row could take for requests of different lengths is refused, and nothing that follows is served.
func TestAmbiguousLength(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{Modes: []string{"rest-token"}})
	const smuggled = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
	const end = "Connection: close\r\n\r\n0\r\n\r\n"
	for _, test := range []struct {
		name, request string
		want          string // the statuses
	}{
		{"both", "POST /rest-token/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, "[400]"},
		{"in the other order", "POST /_cognito HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n" + smuggled, "[400]"},
		{"no length", "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n" + smuggled, "[400]"},
		{"HTTP/1.0", "POST /_aws HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + smuggled, "[400]"},
		{"HTTP/1.0 and no length", "GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + smuggled, "[400]"},
		{"without carriage returns", "POST /_aws HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\nContent-Length: 5\n\n0\r\n\r\n" + smuggled, "[400]"},
		{"behind a request that is not answered yet",
			"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, "[200 400]"},
		{"behind what is not looked at", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + strings.Repeat("x", 70_000) + "\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, "[400]"},
		{"an encoding alone", "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n" + end, "[200]"},
		{"a length alone", "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n" + end, "[200]"},
		{"a length in the body", "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n14\r\nContent-Length: 5\r\n\r\n\r\n0\r\n\r\n", "[200]"},
	} {
		if statuses, closed := wire(t, d, test.request); fmt.Sprint(statuses) != test.want || !closed {
			t.Errorf("%s: %v, closed %v, want %s", test.name, statuses, closed, test.want)
		}
	}
	if !strings.Contains(d.stderr.String(), "both Content-Length and Transfer-Encoding") {
		t.Errorf("nobody is told, in\n%s", d.stderr)
	}
}

// TestSlowBodies: a body that does not come is not waited for, whoever would read it.
func TestSlowBodies(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{Modes: []string{"rest-api-key", "http-iam"}, BodyTimeout: time.Second})
	const key = "X-Api-Key: local-demo-key-not-secret\r\n"
	for _, test := range []struct{ name, head, want string }{
		{"to a function", "POST /rest-api-key/users HTTP/1.1\r\n" + key + "Content-Length: 100\r\n", "[400]"},
		{"in chunks", "POST /rest-api-key/users HTTP/1.1\r\n" + key + "Transfer-Encoding: chunked\r\n", "[400]"},
		{"to be signed", "POST /http-iam/users HTTP/1.1\r\nContent-Length: 100\r\n", "[400]"},
		{"that is not read", "GET / HTTP/1.1\r\nContent-Length: 100\r\n", "[200]"},
		{"to a stage that there is not", "POST /none HTTP/1.1\r\nContent-Length: 100\r\n", "[403]"},
	} {
		statuses, closed := wire(t, d, test.head+"Host: localhost\r\n\r\n1\r\n{\r\n")
		if fmt.Sprint(statuses) != test.want || !closed {
			t.Errorf("%s: %v, closed %v, want %s", test.name, statuses, closed, test.want)
		}
	}
	if !strings.Contains(d.stderr.String(), `"reason":"the body took too long to come"`) {
		t.Errorf("nobody is told why, in\n%s", d.stderr)
	}
}

// TestSlowAnswers: only bodies are bounded: not what functions take, nor how long a connection is kept or a WebSocket is open.
func TestSlowAnswers(t *testing.T) {
	t.Parallel()
	const timeout = time.Second
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(2 * timeout)
		io.WriteString(w, `{"statusCode":201}`)
	}))
	t.Cleanup(slow.Close)
	d := start(t, desk.Config{Modes: []string{"rest-api-key", "websocket"}, BodyTimeout: timeout, Functions: []desk.Function{{Name: "users", Where: slow.URL}}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	socket, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(d.url, "http")+"/websocket?token="+accessToken(t, d.url, "admin"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	for range 2 { // over one connection
		if status, text := send(t, d, "POST", "/rest-api-key/users", `{"name":"Ada"}`, "X-Api-Key: local-demo-key-not-secret"); status != 201 {
			t.Errorf("%d %s", status, text)
		}
	}
	if err := socket.Write(ctx, websocket.MessageText, []byte(`{"action":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	if _, answer, err := socket.Read(ctx); err != nil || string(answer) != `{"action":"ping"}` {
		t.Errorf("%s, %v", answer, err)
	}
}
