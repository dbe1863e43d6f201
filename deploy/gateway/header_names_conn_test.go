package gateway_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/gateway"
)

// TestKeepHeaderNamesChains: hooks that were set before are called still, and the end of a connection is handed on.
func TestKeepHeaderNamesChains(t *testing.T) {
	type key struct{}
	states := make(chan http.ConnState, 100)
	w := newWire(t, func(s *http.Server) {
		s.ConnState = func(_ net.Conn, state http.ConnState) { states <- state }
		s.ConnContext = func(ctx context.Context, _ net.Conn) context.Context { return context.WithValue(ctx, key{}, "mine") }
		handler := s.Handler
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Context().Value(key{}) != "mine" {
				t.Error("the context is not of the hook that was set before")
			}
			handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), key{}, "another")))
		})
	})
	w.send(t, "GET /test/open HTTP/1.1\nHost: a.example\nx-a: 1\nconnection: close\n\n")
	w.answer(t, 200)
	w.expect(t, "chained", `{"x-a":"1"}`, `{"x-a":["1"]}`)
	if _, err := w.answers.ReadByte(); err != io.EOF {
		t.Errorf("%v, want the connection's end", err)
	}
	for _, want := range []http.ConnState{http.StateNew, http.StateActive, http.StateClosed} {
		if got := <-states; got != want {
			t.Errorf("state %s, want %s", got, want)
		}
	}
}

// TestKeepHeaderNamesEndsWriting: a client that has not sent all of its body yet can read the answer, since the server ends
// its own side first.
func TestKeepHeaderNamesEndsWriting(t *testing.T) {
	client, conn := net.Pipe()
	defer client.Close()
	ended := make(chan bool, 1)
	listener := &onlyConn{conn: make(chan net.Conn, 1), done: make(chan struct{})}
	listener.conn <- closeWriter{conn, ended}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.ReadAll(http.MaxBytesReader(w, r.Body, 1))
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	})}
	go server.Serve(gateway.KeepHeaderNames(server, listener))
	defer server.Close()
	go io.WriteString(client, "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1000000\r\n\r\n"+strings.Repeat("x", 50))
	client.SetDeadline(time.Now().Add(time.Minute))
	answers := bufio.NewReader(client)
	answer, err := http.ReadResponse(answers, nil)
	if err != nil || answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Fatalf("%v, %v", answer, err)
	}
	io.Copy(io.Discard, answers) // until the connection's end
	select {
	case <-ended:
	default:
		t.Error("the connection was closed before its side for writing was")
	}
}

// closeWriter is a connection that tells when its side for writing is closed.
type closeWriter struct {
	net.Conn
	ended chan bool
}

func (c closeWriter) CloseWrite() error {
	c.ended <- true
	return nil
}
