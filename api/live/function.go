package live

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"portcullis/api/internal/lambdaproxy"
	"portcullis/policy"
)

// FunctionConfig says what a Function works with.
type FunctionConfig struct {
	// AllowedOrigins are the origins whose pages may connect: "*" alone, or a list of scheme://host[:port] as browsers send
	// them. None allows no page of any.
	AllowedOrigins []string
	// Protocols are the subprotocols behind which clients put a token, as the authorizer reads it; nil means
	// DefaultProtocol alone.
	Protocols []string
	// Store keeps the connections that are open, so that they can be sent something and closed; nil: none is kept.
	Store Store
	// Revocations is asked about a connection when it has just been kept, and has to look anew each time; nil: nobody revokes.
	Revocations Revocations
	// Topics are what a connection may be subscribed to, by the member of a message that says it: they give the topic of its value, or an
	// error that says to the client what is wrong with it. None, or no Store: nobody is told of anything.
	Topics map[string]func(value string) (topic string, err error)
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log receives a line for each connection that is refused or ends, and for each that cannot be kept; nil means slog.Default().
	Log *slog.Logger
}

// DefaultProtocol is the subprotocol behind which the authorizer looks for a token unless it is told another one.
const DefaultProtocol = "token"

// Function is what this module's contract names as the function live: it lets clients connect, is told that they are gone, and
// answers the messages whoami, ping, subscribe and unsubscribe. It stands behind a [Guard]. It is safe for concurrent use.
type Function struct {
	origins     lambdaproxy.CORS
	protocols   []string
	store       Store
	revocations Revocations
	topics      map[string]func(value string) (topic string, err error)
	now         func() time.Time
	log         *slog.Logger
}

// NewFunction returns a Function, or an [*OriginError].
func NewFunction(c FunctionConfig) (*Function, error) {
	origins, err := lambdaproxy.CORS{}.Allow(c.AllowedOrigins)
	if err != nil {
		return nil, err
	}
	f := &Function{origins: origins, protocols: c.Protocols, store: c.Store, revocations: c.Revocations, topics: c.Topics, now: c.Now, log: c.Log}
	if f.protocols == nil {
		f.protocols = []string{DefaultProtocol}
	}
	if f.now == nil {
		f.now = time.Now
	}
	if f.log == nil {
		f.log = slog.Default()
	}
	return f, nil
}

// OriginError says that an allowed origin is none.
type OriginError = lambdaproxy.OriginError

// Invoke answers one event of a WebSocket API. The error is an [*EventError] for an event of another kind, a route that the
// function does not serve, or a message that comes by no Guard; or the Store's, where it cannot do what a message asks for, or forget who
// is gone. A client that cannot be kept is refused with 503.
func (f *Function) Invoke(ctx context.Context, text []byte) ([]byte, error) {
	e, err := parse(text)
	if err != nil {
		return nil, err
	}
	a, err := f.serve(ctx, e)
	if err != nil {
		return nil, err
	}
	return json.Marshal(a)
}

func (f *Function) serve(ctx context.Context, e *event) (answer, error) {
	switch {
	case e.isMessage():
		return f.message(ctx, e)
	case e.Context.EventType == eventConnect:
		return f.connect(ctx, e), nil
	}
	f.log.LogAttrs(ctx, slog.LevelInfo, "disconnected", slog.String("connectionId", cut(e.Context.ConnectionID)),
		slog.Int("status", e.Context.DisconnectStatusCode), slog.String("reason", cut(e.Context.DisconnectReason)))
	if f.store == nil {
		return answer{StatusCode: http.StatusOK}, nil
	}
	return answer{StatusCode: http.StatusOK}, f.store.Forget(ctx, e.Context.ConnectionID)
}

// connect lets a client connect whose page's origin is allowed. A client that names none is no browser: those name it in every
// handshake (RFC 6455, section 4.1). Of the subprotocols that the client offers, that before its token is taken: a browser
// closes a connection for which none is, and the token itself must not be. Where there is a store, who cannot be kept does not connect.
func (f *Function) connect(ctx context.Context, e *event) answer {
	for _, origin := range e.header("Origin") {
		if !f.origins.Allows(origin) {
			f.log.LogAttrs(ctx, slog.LevelInfo, "refused", slog.String("reason", "origin-not-allowed"), slog.String("origin", cut(origin)),
				slog.String("connectionId", cut(e.Context.ConnectionID)))
			return forbidden
		}
	}
	if f.store != nil {
		if refused := f.keep(ctx, e); refused != nil {
			return *refused
		}
	}
	a := answer{StatusCode: http.StatusOK}
	offered := strings.Split(strings.Join(e.header("Sec-WebSocket-Protocol"), ","), ",")
	for i, protocol := range offered {
		if name := strings.TrimSpace(protocol); i+1 < len(offered) && slices.Contains(f.protocols, name) {
			a.Headers = map[string]string{"Sec-WebSocket-Protocol": name}
			break
		}
	}
	return a
}

// header gives all values of a header, whatever the case of its name.
func (e *event) header(name string) (values []string) {
	for other, list := range e.MultiValueHeaders {
		if strings.EqualFold(other, name) {
			values = append(values, list...)
		}
	}
	for other, value := range e.Headers {
		if strings.EqualFold(other, name) && !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	return values
}

// reply is what is sent back for a message.
type reply struct {
	Action string `json:"action"`
	ID     string `json:"id,omitempty"` // as the message has it
}

// identity is the reply to whoami.
type identity struct {
	reply
	Subject string   `json:"sub,omitempty"`
	Schemes []string `json:"schemes"`
	Scopes  []string `json:"scopes"`
	Expires int64    `json:"expires,omitempty"` // seconds since 1970
}

func (f *Function) message(ctx context.Context, e *event) (answer, error) {
	caller, err := CallerOf(ctx)
	if err != nil {
		return answer{}, &EventError{err.Error()}
	}
	sent := struct{ ID string }{}
	if json.Unmarshal([]byte(e.Body), &sent) != nil {
		return answer{}, &EventError{"the body is no message"}
	}
	back := reply{e.Context.RouteKey, sent.ID}
	switch e.Context.RouteKey {
	case "ping":
		return send(back)
	case "whoami":
		return send(identityOf(back, e, caller))
	case "subscribe", "unsubscribe":
		return f.subscribe(ctx, e, back, caller)
	}
	return answer{}, &EventError{fmt.Sprintf("no route %.100q is served here", e.Context.RouteKey)}
}

// identityOf tells a caller by what credentials it is known, and until when. Its name and scopes are those that the authorizer
// tells people.
func identityOf(back reply, e *event, caller policy.Caller) identity {
	who := identity{reply: back, Subject: e.text(contextSubject), Schemes: append([]string{}, caller.Schemes...), Scopes: append([]string{}, strings.Fields(e.text(contextScopes))...)}
	if !caller.Expires.IsZero() {
		who.Expires = caller.Expires.Unix()
	}
	return who
}

func send(body any) (answer, error) {
	text, err := json.Marshal(body)
	return answer{StatusCode: http.StatusOK, Body: string(text)}, err
}
