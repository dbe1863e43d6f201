package localtls

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Listener speaks TLS with who connects. note is told in a line what kept a client from being served that speaks none, or that does not
// trust the certificate, and what becomes of the certificate when it has to be renewed. A handshake is done with the first that is read, and takes as long as that may. Nobody's listener, of a nil
// Identity, speaks plain http, and tells note of who speaks TLS to it.
func (i *Identity) Listener(inner net.Listener, note func(line string)) net.Listener {
	if i == nil {
		return plainListener{inner, note}
	}
	config := i.Config()
	config.Certificates, config.GetCertificate = nil, (&renewed{note: note, current: i}).certificate
	return secureListener{inner, config, i.Trust, note}
}

type secureListener struct {
	net.Listener
	config *tls.Config
	trust  string
	note   func(string)
}

// Accept waits for who connects next.
func (l secureListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &secureConn{Conn: tls.Server(c, l.config), listener: l}, nil
}

// secureConn is a connection that says why its handshake failed.
type secureConn struct {
	*tls.Conn
	listener secureListener
	once     sync.Once
}

// Read does the handshake first.
func (c *secureConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil && !c.ConnectionState().HandshakeComplete {
		c.once.Do(func() { c.explain(err) })
		return 0, io.EOF // so that nothing is answered to who does not understand it
	}
	return n, err
}

// explain tells of a client that cannot be served.
func (c *secureConn) explain(err error) {
	var plain tls.RecordHeaderError
	var told *net.OpError
	switch from := c.RemoteAddr(); {
	case errors.As(err, &plain) && plain.Conn != nil && isHTTP(plain.RecordHeader):
		refusePlain(plain.Conn)
		c.listener.note(fmt.Sprintf("%s sent plain http, and got 400: what is here is called by https://", from))
	case errors.As(err, &told) && told.Op == "remote error":
		c.listener.note(fmt.Sprintf("%s ended the TLS handshake: %v; %s", from, told.Err, c.advice()))
	case errors.Is(err, io.EOF), errors.As(err, &told): // who looks whether something listens, or is gone
	default:
		c.listener.note(fmt.Sprintf("%s: TLS handshake: %v", from, err))
	}
}

func (c *secureConn) advice() string {
	if c.listener.trust == "" {
		return "it may not trust who signed the certificate"
	}
	return "it may not trust " + c.listener.trust + " yet"
}

// isHTTP tells whether what came in the place of a record begins a request.
func isHTTP(header [5]byte) bool {
	switch string(header[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "PATCH", "DELET", "OPTIO":
		return true
	}
	return false
}

const refusal = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" +
	"This is plain http, and what is here is served over https: call it by https://.\n"

// refusePlain answers a request in plain HTTP, and waits a little for the client to read that: what it has still sent would have the
// system take the answer back.
func refusePlain(c net.Conn) {
	c.SetDeadline(time.Now().Add(time.Second))
	io.WriteString(c, refusal)
	if half, ok := c.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
		io.Copy(io.Discard, io.LimitReader(c, 1<<20))
	}
}

// plainListener speaks no TLS, and tells note in a line of who does.
type plainListener struct {
	net.Listener
	note func(string)
}

// Accept waits for who connects next.
func (l plainListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &plainConn{Conn: c, note: l.note}, nil
}

// plainConn is a connection whose first byte is looked at.
type plainConn struct {
	net.Conn
	note func(string) // nil: it was looked at
}

// handshakeRecord is the type of the record that TLS begins with (RFC 8446, section 5.1). No request does.
const handshakeRecord = 22

// Read is for one goroutine at a time, as net/http has it.
func (c *plainConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && c.note != nil {
		if p[0] == handshakeRecord {
			c.note(fmt.Sprintf("%s spoke TLS: what is here is called by http://, and by https:// where it is started with %s", c.RemoteAddr(), optionTLS))
		}
		c.note = nil
	}
	return n, err
}

// CloseWrite ends a connection as net/http does after a request that it did not read to its end.
func (c *plainConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
