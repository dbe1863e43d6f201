package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
)

// maxRecorded is how many bytes of a request are looked through for its header names. The gateways take smaller heads.
const maxRecorded = 64 << 10

// KeepHeaderNames lets the gateways behind a server tell functions the names of headers as clients wrote them, as REST
// APIs do; net/http knows them in Go's canonical case only. The server serves the listener that it gives:
//
//	err := server.Serve(gateway.KeepHeaderNames(server, listener))
//
// It sets the server's ConnContext and ConnState, and calls those that were set before. Only the case of letters depends
// on it: which headers there are, and their values, is for net/http to say. Names stay in the canonical case where the server itself
// speaks TLS (http.Server.ServeTLS), with HTTP/2 and in requests that were sent before an earlier one was answered. With a listener
// that speaks TLS, such as that of tls.NewListener, they are kept.
func KeepHeaderNames(server *http.Server, listener net.Listener) net.Listener {
	connContext, connState := server.ConnContext, server.ConnState
	server.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if connContext != nil {
			ctx = connContext(ctx, c)
		}
		if recorded, ours := c.(recorder); ours {
			ctx = context.WithValue(ctx, recordedConnKey{}, recorded.recorder())
		}
		return ctx
	}
	server.ConnState = func(c net.Conn, state http.ConnState) {
		if recorded, ours := c.(recorder); ours {
			recorded.recorder().enter(state)
		}
		if connState != nil {
			connState(c, state)
		}
	}
	return recordedListener{listener}
}

type recordedListener struct{ net.Listener }

func (l recordedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	recorded := &recordedConn{Conn: c}
	if secure, is := c.(secureConn); is {
		return recordedSecureConn{recorded, secure}, nil
	}
	return recorded, nil
}

// recorder is a connection that is recorded, or holds one that is.
type recorder interface{ recorder() *recordedConn }

// secureConn is a connection that speaks TLS. By its state net/http tells handlers that a request came so.
type secureConn interface{ ConnectionState() tls.ConnectionState }

// recordedSecureConn is a recordedConn of what TLS carries.
type recordedSecureConn struct {
	*recordedConn
	secureConn
}

// recordedConnKey is the key of a request's *recordedConn in its context.
type recordedConnKey struct{}

// recordedConn is a connection that keeps what it read of the request that it is at.
type recordedConn struct {
	net.Conn

	mu     sync.Mutex
	inHead bool   // a request is awaited, or its head is coming in
	head   []byte // what was read since then; after that it stays as it is, and the next request has another one
	ahead  []byte // the byte that net/http read last while a request was handled: it may be the next one's first
}

func (c *recordedConn) recorder() *recordedConn { return c }

func (c *recordedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.inHead:
		c.head = append(c.head, p[:min(n, maxRecorded-len(c.head))]...)
	case len(p) == 1: // as net/http does to learn of a client that leaves
		c.ahead = append(c.ahead[:0], p[:n]...)
	default:
		c.ahead = c.ahead[:0]
	}
	return n, err
}

// enter notes what net/http says of the connection: it is active once a request's head was read.
func (c *recordedConn) enter(state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inHead = state == http.StateNew || state == http.StateIdle; c.inHead {
		c.head = bytes.Clone(c.ahead)
		c.ahead = c.ahead[:0]
	}
}

// recorded is what was read of the request that the connection is at.
func (c *recordedConn) recorded() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.head
}

// CloseWrite ends a connection as net/http does after answering a request that it did not read to its end.
func (c *recordedConn) CloseWrite() error {
	if closer, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return closer.CloseWrite()
	}
	return nil
}

// headerLines are the lines of a request's headers as the client wrote them; nil where they are not known.
func headerLines(r *http.Request) []byte {
	c, ok := r.Context().Value(recordedConnKey{}).(*recordedConn)
	if !ok {
		return nil
	}
	line, rest, _ := bytes.Cut(bytes.TrimLeft(c.recorded(), "\r\n"), []byte("\n")) // net/http passes over empty lines before a request
	method, line, _ := bytes.Cut(line, []byte(" "))
	target, proto, _ := bytes.Cut(line, []byte(" "))
	if string(method) != r.Method || string(target) != r.RequestURI || string(bytes.TrimSuffix(proto, []byte("\r"))) != r.Proto {
		return nil // it is another request's
	}
	return rest
}

// AmbiguousLength tells whether a request says by both Content-Length and Transfer-Encoding where its body ends. net/http goes by the latter
// and a program in front of it may go by the former, so that what follows is another request to one of them only; a server may refuse
// it, and has to close the connection (RFC 9112, section 6.1). net/http tells handlers of one of the two only: it is known of requests to
// a server with [KeepHeaderNames]. Where a request's head is not known whole, one with a Transfer-Encoding is ambiguous.
func AmbiguousLength(r *http.Request) bool {
	length, encoding := false, len(r.TransferEncoding) > 0
	if r.ContentLength == 0 && !encoding && r.ProtoAtLeast(1, 1) {
		return false // no body is looked for; in HTTP/1.0 net/http passes over Transfer-Encoding
	}
	for line := range bytes.Lines(headerLines(r)) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			return length && encoding
		}
		name, _, _ := bytes.Cut(line, []byte(":"))
		length = length || bytes.EqualFold(name, []byte("Content-Length"))
		encoding = encoding || bytes.EqualFold(name, []byte("Transfer-Encoding"))
	}
	return encoding
}
