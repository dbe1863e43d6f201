package gateway_test

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// byHand is a client that writes frames by hand (RFC 6455, section 5.2).
type byHand struct {
	net.Conn
	t      *testing.T
	reader *bufio.Reader
}

// wire connects with a handshake that it sends as it is; more may follow it.
func (s *chat) wire(t *testing.T, request string) *byHand {
	t.Helper()
	c, err := s.connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	w := &byHand{c, t, bufio.NewReader(c)}
	io.WriteString(c, request)
	response, err := http.ReadResponse(w.reader, &http.Request{Method: "GET"})
	if err != nil || response.StatusCode != 101 {
		t.Fatalf("%+v, error %v", response, err)
	}
	return w
}

// frame writes a frame: the first byte, and a payload that is masked by nothing.
func (w *byHand) frame(first byte, payload string) {
	w.t.Helper()
	if _, err := w.Write([]byte(frameOf(first, payload))); err != nil {
		w.t.Error(err)
	}
}

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

// next reads the next frame.
func (w *byHand) next() (first byte, payload string) {
	w.t.Helper()
	head := make([]byte, 2)
	if _, err := io.ReadFull(w.reader, head); err != nil {
		w.t.Fatal(err)
	}
	length := uint64(head[1])
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(w.bytes(2)))
	case 127:
		length = binary.BigEndian.Uint64(w.bytes(8))
	}
	return head[0], string(w.bytes(int(length)))
}

func (w *byHand) bytes(n int) []byte {
	w.t.Helper()
	text := make([]byte, n)
	if _, err := io.ReadFull(w.reader, text); err != nil {
		w.t.Fatal(err)
	}
	return text
}
