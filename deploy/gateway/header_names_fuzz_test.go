package gateway_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/gateway"
)

// FuzzHeaderNames: whatever is sent, an event has the same headers as without KeepHeaderNames, but for the case of names.
func FuzzHeaderNames(f *testing.F) {
	f.Add("x-A: 1\r\nX-a: 2\r\n")
	f.Add("x-a: 1\n\ty: 2\r\nX-FORWARDED-for: 1\r\n")
	f.Add("\u212a-a: 1\r\nk-A: 2\r\n")
	things := &function{code: func([]byte) (string, error) { return `{"statusCode":200}`, nil }}
	g := newOpen(f, things)
	f.Fuzz(func(t *testing.T, headers string) {
		text := "GET /test/open HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n" + headers + "\r\n\r\n"
		status, plain := exchangeText(g, things, text, false)
		keptStatus, kept := exchangeText(g, things, text, true)
		respelled := map[string][]string{}
		for name, values := range kept {
			respelled[http.CanonicalHeaderKey(name)] = values
			if !strings.Contains(text, name+":") && !strings.HasPrefix(name, "X-Forwarded-") {
				t.Errorf("%q was not written so in %q", name, text)
			}
		}
		if status != keptStatus || len(kept) != len(plain) || len(plain) > 0 && !reflect.DeepEqual(respelled, plain) {
			t.Errorf("%q: %s %q\nwith names: %s %q", text, status, plain, keptStatus, kept)
		}
	})
}

// exchangeText sends a text to a server that keeps header names or does not, and gives the answer's status and the headers
// of the function's event.
func exchangeText(g http.Handler, things *function, text string, keep bool) (string, map[string][]string) {
	client, conn := net.Pipe()
	listener := &onlyConn{conn: make(chan net.Conn, 1), done: make(chan struct{})}
	listener.conn <- conn
	server := &http.Server{Handler: g}
	serving := net.Listener(listener)
	if keep {
		serving = gateway.KeepHeaderNames(server, listener)
	}
	go server.Serve(serving)
	defer server.Close()
	go io.WriteString(client, text)
	answer, err := http.ReadResponse(bufio.NewReader(client), nil)
	if err != nil {
		return err.Error(), nil
	}
	defer answer.Body.Close()
	things.mu.Lock()
	defer things.mu.Unlock()
	defer func() { things.events = nil }()
	var event struct{ MultiValueHeaders map[string][]string }
	if len(things.events) > 0 {
		json.Unmarshal([]byte(things.events[0]), &event)
	}
	delete(event.MultiValueHeaders, "X-Amzn-Trace-Id")
	return answer.Status, event.MultiValueHeaders
}

// newOpen makes a gateway of the fixture, to be used without an authorizer.
func newOpen(t testing.TB, things gateway.Invoker) *gateway.Gateway {
	t.Helper()
	s := &stage{now: time.Unix(1_900_000_000, 0)}
	g, err := s.config(t, modeText, func(c *setting) {
		c.Functions = map[string]gateway.Invoker{"token": stuck{}, "things": things}
	}).serve()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// onlyConn is a listener with one connection.
type onlyConn struct {
	conn chan net.Conn
	done chan struct{}
}

func (l *onlyConn) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *onlyConn) Addr() net.Addr { return &net.TCPAddr{} }

func (l *onlyConn) Close() error {
	select {
	case <-l.done:
	default:
		close(l.done)
	}
	return nil
}

// BenchmarkHeaderNames is a request on a connection that is kept, as its head comes in, with the names of its headers and
// without.
func BenchmarkHeaderNames(b *testing.B) {
	const request = "GET /test/open HTTP/1.1\r\nHost: a.example\r\nuser-agent: benchmark\r\naccept: */*\r\naccept-language: en\r\n" +
		"accept-encoding: gzip\r\nx-custom-one: 1\r\nx-custom-two: 2\r\ncookie: a=b\r\nreferer: http://a.example/\r\n\r\n"
	things := invoker(func([]byte) ([]byte, error) { return []byte(`{"statusCode":200}`), nil })
	g := newOpen(b, things)
	for _, keep := range []bool{false, true} {
		b.Run(map[bool]string{false: "canonical", true: "as written"}[keep], func(b *testing.B) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			server, address := &http.Server{Handler: g}, listener.Addr().String()
			if keep {
				listener = gateway.KeepHeaderNames(server, listener)
			}
			go server.Serve(listener)
			defer server.Close()
			c, err := net.Dial("tcp", address)
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			answers := bufio.NewReader(c)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := io.WriteString(c, request); err != nil {
					b.Fatal(err)
				}
				answer, err := http.ReadResponse(answers, nil)
				if err != nil || answer.StatusCode != 200 {
					b.Fatalf("%v, %v", answer, err)
				}
				io.Copy(io.Discard, answer.Body)
			}
		})
	}
}
