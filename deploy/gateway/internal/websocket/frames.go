package websocket

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"sync/atomic"
)

// hijacked lets a connection be taken over as one whose frames are measured.
type hijacked struct {
	http.ResponseWriter
	frames *frames // nil: it is not taken over yet
}

// Hijack takes the connection over; what was read of it already is read again.
func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, buffers, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	ahead, err := buffers.Reader.Peek(buffers.Reader.Buffered())
	if err != nil {
		return nil, nil, err
	}
	h.frames = &frames{Conn: c, ahead: append([]byte(nil), ahead...)}
	buffers.Reader.Reset(h.frames)
	return h.frames, buffers, nil
}

// frames is a connection that looks at the headers of the frames that come in (RFC 6455, section 5.2).
type frames struct {
	net.Conn
	ahead []byte // what was read before

	header  []byte // what is there of a frame's header
	payload uint64 // how much of the frame is still to come

	messages int64        // that have begun
	long     atomic.Int64 // which of them has the first frame that is longer than API Gateway takes; 0: none
}

// Read reads on. The network's end is none that a message may have: the reader of messages takes io.EOF for that of a message, though it
// is in the midst of one.
func (f *frames) Read(p []byte) (int, error) {
	if len(f.ahead) > 0 {
		n := copy(p, f.ahead)
		f.ahead = f.ahead[n:]
		f.measure(p[:n])
		return n, nil
	}
	n, err := f.Conn.Read(p)
	f.measure(p[:n])
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// The opcodes of frames that begin a message (RFC 6455, section 5.2).
const opText, opBinary = 1, 2

// measure goes through what was read, which may be of several messages.
func (f *frames) measure(text []byte) {
	for len(text) > 0 {
		if f.payload > 0 {
			n := min(f.payload, uint64(len(text)))
			f.payload, text = f.payload-n, text[n:]
			continue
		}
		f.header, text = append(f.header, text[0]), text[1:]
		if length, ok := payloadLength(f.header); ok {
			if opcode := f.header[0] & 0x0f; opcode == opText || opcode == opBinary {
				f.messages++
			}
			if length > maxFrame {
				f.long.CompareAndSwap(0, f.messages)
			}
			f.payload, f.header = length, f.header[:0]
		}
	}
}

// payloadLength is how long the payload of a frame is, which is masked as clients' are; false: the header goes on.
func payloadLength(header []byte) (uint64, bool) {
	if len(header) < 2 {
		return 0, false
	}
	const mask = 4
	length, own := uint64(header[1]&0x7f), 2
	switch length {
	case 126:
		own += 2
	case 127:
		own += 8
	}
	if header[1]&0x80 != 0 && len(header) < own+mask || len(header) < own {
		return 0, false
	}
	switch own {
	case 4:
		length = uint64(binary.BigEndian.Uint16(header[2:]))
	case 10:
		length = binary.BigEndian.Uint64(header[2:])
	}
	return length, true
}
