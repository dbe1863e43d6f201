package gateway_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// framed is a connection whose frames are written and read by hand (RFC 6455, section 5.2).
type framed struct {
	net.Conn
	reader *bufio.Reader
}

// shake sends a handshake as it is; more may follow it. It gives the status of the answer; where that is not 101, the connection is closed.
func shake(c net.Conn, request string) (framed, int, error) {
	f := framed{c, bufio.NewReaderSize(c, 1<<10)}
	c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.WriteString(c, request); err != nil {
		c.Close()
		return f, 0, err
	}
	response, err := http.ReadResponse(f.reader, &http.Request{Method: "GET"})
	if err != nil {
		c.Close()
		return f, 0, err
	}
	if response.StatusCode != http.StatusSwitchingProtocols {
		c.Close()
	}
	return f, response.StatusCode, nil
}

// say writes a text.
func (f framed) say(text string) error {
	_, err := io.WriteString(f, frameOf(0x81, text))
	return err
}

// hear reads a frame: its first byte, and its payload.
func (f framed) hear() (first byte, payload string, err error) {
	var head [8]byte
	if _, err := io.ReadFull(f.reader, head[:2]); err != nil {
		return 0, "", err
	}
	first = head[0]
	length := uint64(head[1])
	switch length {
	case 126:
		_, err = io.ReadFull(f.reader, head[:2])
		length = uint64(binary.BigEndian.Uint16(head[:2]))
	case 127:
		_, err = io.ReadFull(f.reader, head[:])
		length = binary.BigEndian.Uint64(head[:])
	}
	if err != nil {
		return first, "", err
	}
	if length > 1<<20 {
		return first, "", fmt.Errorf("a frame of %d bytes", length)
	}
	text := make([]byte, length)
	_, err = io.ReadFull(f.reader, text)
	return first, string(text), err
}

// frameOf is a frame of a first byte, and a payload that is masked by nothing.
func frameOf(first byte, payload string) string {
	head := []byte{first}
	switch n := len(payload); {
	case n < 126:
		head = append(head, 0x80|byte(n))
	case n < 1<<16:
		head = binary.BigEndian.AppendUint16(append(head, 0x80|126), uint16(n))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 0x80|127), uint64(n))
	}
	return string(head) + "\x00\x00\x00\x00" + payload
}

// byHand is a client of a test that ends where something fails.
type byHand struct {
	framed
	t *testing.T
}

// wire connects with a handshake that it sends as it is; more may follow it.
func (s *chat) wire(t *testing.T, request string) *byHand {
	t.Helper()
	c, err := s.connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	f, status, err := shake(c, request)
	if err != nil || status != 101 {
		t.Fatalf("%d, error %v", status, err)
	}
	return &byHand{f, t}
}

// frame writes a frame.
func (w *byHand) frame(first byte, payload string) {
	w.t.Helper()
	if _, err := io.WriteString(w, frameOf(first, payload)); err != nil {
		w.t.Error(err)
	}
}

// next reads the next frame.
func (w *byHand) next() (first byte, payload string) {
	w.t.Helper()
	first, payload, err := w.hear()
	if err != nil {
		w.t.Fatal(err)
	}
	return first, payload
}
