package stage

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"strconv"
	"time"
)

// Socket is what an event of a connection has beyond a request.
type Socket struct {
	ConnectionID string
	ConnectedAt  time.Time
	EventType    string // CONNECT, MESSAGE or DISCONNECT
	MessageID    string // of a MESSAGE
}

// idBytes is how many random bytes an id has, of which base64 makes 16 characters.
const idBytes = 11

// NewID makes an id of a connection, or of one of its events.
func (s *Stage) NewID() string {
	var random [idBytes]byte
	rand.Read(random[:])
	return s.encoding().EncodeToString(random[:])
}

// Handshake is what all events of a connection have of the exchange that opened it: what was sent, and who sent it. It knows no stage,
// since another one may be deployed while the connection is open.
type Handshake struct {
	Request
	Caller
}

// Handshake is that of an exchange which opens a connection. ctx is that of the connection, and of all that comes of it.
func (x *Exchange) Handshake(ctx context.Context) *Handshake {
	h := &Handshake{Request: x.Request, Caller: x.Caller}
	h.Stage, h.HTTP = nil, x.HTTP.WithContext(ctx)
	h.Method, h.Parameters, h.invoked, h.Body = nil, nil, "", nil
	return h
}

// Who says who connected, without credentials: the principal of a Lambda authorizer, the ARN of who signed, or the id of an API key; "":
// nobody was asked.
func (h *Handshake) Who() string {
	x := Exchange{Request: h.Request, Caller: h.Caller}
	if id := x.principalID(); id != "" {
		return x.withoutSecrets(id)
	}
	return cmp.Or(x.signed().ARN, x.admitted().Key.ID)
}

// NewEvent begins with what happens to a connection: it has the request and the caller of the handshake, and a time and ids of its own.
func (s *Stage) NewEvent(h *Handshake, about Socket) *Exchange {
	e := &Exchange{Request: h.Request, Caller: h.Caller, Socket: &about}
	e.Stage = s
	e.Start, e.ExtendedID = s.Config.Now(), s.NewID()
	e.startTrace()
	return e
}

// HandOver notes the status of an answer that somebody else writes, and gives what it is written to. All that is to be in its header
// otherwise is there already, but for the trace.
func (x *Exchange) HandOver(status int) http.ResponseWriter {
	x.Status = status
	x.showTrace()
	return x.w
}

// HasFunction tells whether there is a function behind the method.
func (x *Exchange) HasFunction() bool { return x.Method != nil && x.Method.function != nil }

// socket is that of the exchange, or none.
func (x *Exchange) socket() Socket {
	if x.Socket == nil {
		return Socket{}
	}
	return *x.Socket
}

func (x *Exchange) connectedAt() string {
	if x.Socket == nil {
		return ""
	}
	return strconv.FormatInt(x.Socket.ConnectedAt.UnixMilli(), 10)
}
