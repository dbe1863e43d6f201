package live

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

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
	// Log receives a line for each connection that is refused or ends; nil means slog.Default().
	Log *slog.Logger
}

// DefaultProtocol is the subprotocol behind which the authorizer looks for a token unless it is told another one.
const DefaultProtocol = "token"

// Function is what this module's contract names as the function live: it lets clients connect, is told that they are gone, and
// answers the messages whoami and ping. It stands behind a [Guard]. It is safe for concurrent use.
type Function struct {
	origins   lambdaproxy.CORS
	protocols []string
	log       *slog.Logger
}

// NewFunction returns a Function, or an [*OriginError].
func NewFunction(c FunctionConfig) (*Function, error) {
	origins, err := lambdaproxy.CORS{}.Allow(c.AllowedOrigins)
	if err != nil {
		return nil, err
	}
	f := &Function{origins: origins, protocols: c.Protocols, log: c.Log}
	if f.protocols == nil {
		f.protocols = []string{DefaultProtocol}
	}
	if f.log == nil {
		f.log = slog.Default()
	}
	return f, nil
}

// OriginError says that an allowed origin is none.
type OriginError = lambdaproxy.OriginError

// Invoke answers one event of a WebSocket API. The error is an [*EventError] for an event of another kind, a route that the
// function does not serve, or a message that comes by no Guard.
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
	return answer{StatusCode: http.StatusOK}, nil
}

// connect lets a client connect whose page's origin is allowed. A client that names none is no browser: those name it in every
// handshake (RFC 6455, section 4.1). Of the subprotocols that the client offers, that before its token is taken: a browser
// closes a connection for which none is, and the token itself must not be.
func (f *Function) connect(ctx context.Context, e *event) answer {
	for _, origin := range e.header("Origin") {
		if !f.origins.Allows(origin) {
			f.log.LogAttrs(ctx, slog.LevelInfo, "refused", slog.String("reason", "origin-not-allowed"), slog.String("origin", cut(origin)),
				slog.String("connectionId", cut(e.Context.ConnectionID)))
			return forbidden
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
