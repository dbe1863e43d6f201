package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"portcullis/api/internal/schema"
	"portcullis/policy"
)

// Handler takes an event and gives an answer, both JSON. It is aws-lambda-go's lambda.Handler: lambda.NewHandler makes one of a
// function, and lambda.Start takes one.
type Handler interface {
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}

// Config says what a Guard works with.
type Config struct {
	// Rules are the contract's; required.
	Rules *policy.Rules
	// Next gets the events of messages that may be sent, and those of $connect and $disconnect; required.
	Next Handler
	// Revocations is asked about each message that the rules allow, of a connection whose credential something would revoke; nil: nobody
	// revokes.
	Revocations Revocations
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log receives a line for each message, and for each connection that is refused; nil means slog.Default().
	Log *slog.Logger
}

// ConfigError says what is wrong with a configuration.
type ConfigError struct {
	Field  string // of the configuration
	Reason string // what is wrong with it
}

// Error is the field and the reason.
func (e *ConfigError) Error() string { return fmt.Sprintf("live: Config.%s: %s", e.Field, e.Reason) }

// Guard lets messages through to the next handler that their senders may send. It is safe for concurrent use. The zero Guard
// lets nothing through.
type Guard struct {
	config Config
	routes map[string]route // by key
	open   bool             // everybody may connect, so that API Gateway asks no authorizer
}

// route is what a Guard looks at of a route of messages.
type route struct {
	public bool
	owner  []string       // the names that lead to the member; none: there is no owner
	schema *schema.Schema // nil: there is none
}

// New returns a Guard, or a [*ConfigError].
func New(c Config) (*Guard, error) {
	if c.Rules == nil {
		return nil, &ConfigError{"Rules", "are missing"}
	}
	if c.Next == nil {
		return nil, &ConfigError{"Next", "is missing"}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	g := &Guard{config: c, routes: map[string]route{}}
	for _, rule := range c.Rules.RouteKeys() {
		if rule.Route.Method == policy.RouteConnect {
			g.open = rule.Access.Public
			continue
		}
		r := route{public: rule.Access.Public}
		r.owner, _ = policy.MessageMember(rule.Owner)
		if rule.Message != "" {
			var err error
			if r.schema, err = schema.Parse([]byte(rule.Message)); err != nil {
				return nil, &ConfigError{"Rules", fmt.Sprintf("%s: the schema of its messages: %s", rule.Route, err)}
			}
		}
		g.routes[rule.Route.Method] = r
	}
	return g, nil
}

// Why a message is let through or not, as the log says it.
const (
	reasonAllowed      = "allowed"
	reasonNotAllowed   = "not-allowed"
	reasonRoute        = "route-unknown"
	reasonGrantMissing = "grant-missing"
	reasonGrantInvalid = "grant-invalid"
	reasonGrantEnded   = "grant-ended"
	reasonBody         = "body-invalid"

	reasonRevoked                = "revoked"
	reasonRevocationsInvalid     = "revocations-invalid"
	reasonRevocationsUnavailable = "revocations-unavailable"
)

// Invoke takes one event of a WebSocket API. A message that may not be sent is answered in the words of API Gateway, which are
// sent on a two-way route; a client of a one-way route hears nothing, as it does of its messages that are taken. A client that
// connects without a grant is refused, unless everybody may connect: an API whose $connect has lost its authorizer opens to
// nobody. The error is an [*EventError] for an event of another kind, a [*RevocationsUnavailableError] for a message of which it
// cannot be told whether its sender may still send, or the next handler's.
func (g *Guard) Invoke(ctx context.Context, text []byte) ([]byte, error) {
	e, err := parse(text)
	if err != nil {
		return nil, err
	}
	if g.config.Next == nil {
		return nil, &ConfigError{"Next", "is missing"}
	}
	if !e.isMessage() {
		return g.lifecycle(ctx, e, text)
	}
	caller, reason, detail := g.decide(e)
	if reason == reasonAllowed {
		if reason, err = g.recheck(ctx, e, caller); err != nil {
			detail = err.Error()
		}
	}
	g.log(ctx, "message", e, reason, detail)
	if err != nil {
		return nil, err
	}
	switch reason {
	case reasonAllowed:
		return g.config.Next.Invoke(context.WithValue(ctx, callerKey{}, caller), text)
	case reasonBody:
		return json.Marshal(frame(badBodyFrame, e.Context.ConnectionID, e.Context.MessageID))
	}
	return json.Marshal(frame(forbiddenFrame, e.Context.ConnectionID, e.Context.RequestID))
}

// lifecycle hands on what API Gateway tells of a connection, but for one that opens without what the authorizer says of the client.
// Whether that suffices to connect the authorizer's policy has said.
func (g *Guard) lifecycle(ctx context.Context, e *event, text []byte) ([]byte, error) {
	if e.Context.EventType == eventConnect {
		if reason := g.unfit(e); reason != "" {
			g.log(ctx, "connect", e, reason, "")
			return json.Marshal(forbidden)
		}
	}
	return g.config.Next.Invoke(ctx, text)
}

// unfit tells why a connection may not open with what the authorizer says of the client; "": it may.
func (g *Guard) unfit(e *event) (reason string) {
	if _, reason = grantOf(e); reason != "" && !g.open {
		return reason
	}
	_, _, reason = revocationsOf(e)
	return reason
}

// recheck tells of a message that the rules allow whether its sender's credential is still good. The clock is looked at once more, since
// asking takes time. The error is a [*RevocationsUnavailableError].
func (g *Guard) recheck(ctx context.Context, e *event, caller policy.Caller) (reason string, err error) {
	names, issuedAt, reason := revocationsOf(e)
	if reason != "" {
		return reason, nil
	}
	if g.config.Revocations == nil || len(names) == 0 {
		return reasonAllowed, nil
	}
	revoked, err := g.config.Revocations.Revoked(ctx, names, issuedAt)
	switch {
	case err != nil:
		return reasonRevocationsUnavailable, &RevocationsUnavailableError{err}
	case revoked:
		return reasonRevoked, nil
	case hasEnded(caller, g.config.Now()):
		return reasonGrantEnded, nil
	}
	return reasonAllowed, nil
}

// decide tells who sends a message, and whether it is let through: the one reason for which it is, or why not, and more of that.
func (g *Guard) decide(e *event) (caller policy.Caller, reason, detail string) {
	r, known := g.routes[e.Context.RouteKey]
	if !known {
		return policy.Caller{}, reasonRoute, ""
	}
	value, notJSON := schema.Decode([]byte(e.Body))
	if e.IsBase64Encoded {
		value, notJSON = nil, schema.ErrJSON
	}
	caller, reason = g.sender(e, r)
	if reason == "" {
		m := policy.Message{Key: e.Context.RouteKey, Owner: ownerOf(value, r.owner), At: g.config.Now()}
		reason = g.decideMessage(caller, m)
	}
	if reason != reasonAllowed || r.schema == nil {
		return caller, reason, ""
	}
	if notJSON != nil {
		return caller, reasonBody, notJSON.Error()
	}
	if err := r.schema.Check(value); err != nil {
		return caller, reasonBody, err.Error()
	}
	return caller, reasonAllowed, ""
}

// sender tells who sends a message. A reason says that it decides already: that there is no good grant, or that everybody may
// connect and send, so that nobody is asked for one.
func (g *Guard) sender(e *event, r route) (caller policy.Caller, reason string) {
	if caller, reason = grantOf(e); reason == reasonGrantMissing && g.open && r.public {
		return policy.Caller{}, reasonAllowed
	}
	return caller, reason
}

// grantOf reads the grant; a reason says why there is no good one.
func grantOf(e *event) (caller policy.Caller, reason string) {
	grant, there := e.Context.Authorizer[contextGrant]
	if !there {
		return policy.Caller{}, reasonGrantMissing
	}
	text, _ := grant.(string)
	caller, err := policy.DecodeGrant(text)
	if err != nil {
		return policy.Caller{}, reasonGrantInvalid
	}
	return caller, ""
}

func (g *Guard) decideMessage(caller policy.Caller, m policy.Message) string {
	switch {
	case g.config.Rules.DecideMessage(caller, m) == policy.Allow:
		return reasonAllowed
	case hasEnded(caller, m.At):
		return reasonGrantEnded
	}
	return reasonNotAllowed
}

func hasEnded(caller policy.Caller, at time.Time) bool {
	return !caller.Expires.IsZero() && !at.Before(caller.Expires)
}

// ownerOf is the text of a member of a message, by the names that lead to it; "", nobody's, where that is no text. So it is
// where another name in its object differs from one of them in its case only: some readers, encoding/json among them, would
// take that one's value.
func ownerOf(value any, names []string) string {
	if len(names) == 0 {
		return ""
	}
	for _, name := range names {
		members, is := value.(map[string]any)
		if !is {
			return ""
		}
		for other := range members {
			if other != name && strings.EqualFold(other, name) {
				return ""
			}
		}
		value = members[name]
	}
	text, _ := value.(string)
	return text
}

// OwnerOf is whom a Guard takes a message to be about: the text of the member that a route's rule names as its owner, such as
// $request.body.user. It is "", nobody's, where the message is no JSON, has no such member, or one that is no text.
func OwnerOf(message []byte, member string) string {
	names, _ := policy.MessageMember(member)
	value, err := schema.Decode(message)
	if err != nil {
		return ""
	}
	return ownerOf(value, names)
}

// log writes the line of a message, or of a connection that is refused.
func (g *Guard) log(ctx context.Context, what string, e *event, reason, detail string) {
	decision := policy.Deny
	if reason == reasonAllowed {
		decision = policy.Allow
	}
	attributes := []slog.Attr{slog.String("decision", decision.String()), slog.String("reason", reason), slog.String("route", cut(e.Context.RouteKey)),
		slog.String("connectionId", cut(e.Context.ConnectionID)), slog.String("requestId", cut(e.Context.RequestID))}
	for _, more := range []slog.Attr{slog.String("sub", cut(e.text(contextSubject))), slog.String("detail", cut(detail))} {
		if more.Value.String() != "" {
			attributes = append(attributes, more)
		}
	}
	level := slog.LevelInfo
	if reason == reasonRevocationsUnavailable {
		level = slog.LevelError
	}
	g.config.Log.LogAttrs(ctx, level, what, attributes...)
}

// maxLogged bounds each text of the log, in bytes.
const maxLogged = 512

func cut(text string) string {
	if len(text) <= maxLogged {
		return text
	}
	return strings.ToValidUTF8(text[:maxLogged], "") + "…"
}

// callerKey is the key of the sender in a handler's context.
type callerKey struct{}

// ErrNoCaller says that no Guard let a message through to here.
var ErrNoCaller = errors.New("live: the context is not that of a message that a Guard let through")

// CallerOf gives who sends the message that a handler was called with, as the grant says it: the schemes, the scopes that
// rules of messages ask for under each, when it ends, and the id that it owns things by ("*" where it owns nothing). It is the
// zero Caller where API Gateway asks nobody who connects. The error is [ErrNoCaller].
func CallerOf(ctx context.Context) (policy.Caller, error) {
	caller, ok := ctx.Value(callerKey{}).(policy.Caller)
	if !ok {
		return policy.Caller{}, ErrNoCaller
	}
	return caller, nil
}
