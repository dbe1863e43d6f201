package live

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"portcullis/api/live/connections"
	"portcullis/policy"
)

// Store is what a Function needs of a [connections.Store].
type Store interface {
	Open(ctx context.Context, c connections.Connection) error
	Get(ctx context.Context, id string) (connections.Connection, error)
	Forget(ctx context.Context, id string) error
	Subscribe(ctx context.Context, id, topic string) error
	Unsubscribe(ctx context.Context, id, topic string) error
}

// maxOpen is how long API Gateway leaves a connection open. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html.
const maxOpen = 2 * time.Hour

// nobody is the ID of a caller who owns nothing, as [policy.DecodeGrant] gives it.
const nobody = "*"

// Why a client that wants to connect is refused, beside what a Guard finds.
const (
	reasonTaken       = "connection-id-taken"
	reasonUnavailable = "unavailable"
)

// keep keeps a connection that opens; or gives the refusal of one that cannot be, of which nothing is kept then. When it is kept its credential is
// looked up once more: what revoked it since the authorizer looked found no connection to end.
func (f *Function) keep(ctx context.Context, e *event) (refused *answer) {
	names, issuedAt, reason := revocationsOf(e)
	if reason != "" {
		return f.refuse(ctx, e, reason)
	}
	c, reason := f.connectionOf(e, names, issuedAt)
	if reason != "" {
		return f.refuse(ctx, e, reason)
	}
	switch same, err := f.open(ctx, c); {
	case err != nil:
		return f.cannotTell(ctx, e, err)
	case !same:
		return f.refuse(ctx, e, reasonTaken)
	case f.revocations == nil || len(names) == 0:
		return nil
	}
	switch revoked, err := f.revocations.Revoked(ctx, names, issuedAt); {
	case err != nil:
		return f.cannotTell(ctx, e, &RevocationsUnavailableError{err})
	case revoked:
		f.forget(ctx, e)
		return f.refuse(ctx, e, reasonRevoked)
	}
	return nil
}

// connectionOf is the connection that an event opens. One that everybody may open has no grant, and ends when API Gateway closes it.
func (f *Function) connectionOf(e *event, names []string, issuedAt time.Time) (c connections.Connection, reason string) {
	caller, reason := grantOf(e)
	if reason != "" && reason != reasonGrantMissing {
		return c, reason
	}
	c = connections.Connection{
		ID: e.Context.ConnectionID, Grant: e.text(contextGrant), OpenedAt: e.connectedAt(), Ends: endsOf(e, caller), IssuedAt: issuedAt, Revocations: slices.Clone(names),
	}
	if caller.ID != "" && caller.ID != nobody {
		c.Revocations = append(c.Revocations, connections.OwnedBy(caller.ID))
	}
	if !f.now().Before(c.Ends) {
		return c, reasonGrantEnded
	}
	return c, ""
}

// connectedAt is when the connection was opened, in whole seconds.
func (e *event) connectedAt() time.Time {
	return time.UnixMilli(e.Context.ConnectedAt).UTC().Truncate(time.Second)
}

// endsOf is from when on nothing is taken from the connection of an event, or sent to it: its credential has ended, or API Gateway closes it.
func endsOf(e *event, caller policy.Caller) time.Time {
	closed := e.connectedAt().Add(maxOpen)
	if caller.Expires.IsZero() || closed.Before(caller.Expires) {
		return closed
	}
	return caller.Expires
}

// open keeps a connection, and tells whether it is the one that is kept: an invocation that comes again finds what the first one has kept.
func (f *Function) open(ctx context.Context, c connections.Connection) (same bool, err error) {
	err = f.store.Open(ctx, c)
	if !errors.Is(err, connections.ErrExists) {
		return err == nil, err
	}
	kept, err := f.store.Get(ctx, c.ID)
	if err != nil {
		return false, err
	}
	slices.Sort(c.Revocations)
	return kept.Grant == c.Grant && kept.OpenedAt.Equal(c.OpenedAt) && kept.IssuedAt.Equal(c.IssuedAt) && slices.Equal(kept.Revocations, c.Revocations), nil // when it ends follows
}

// refuse refuses a client that may not connect.
func (f *Function) refuse(ctx context.Context, e *event, reason string) *answer {
	f.log.LogAttrs(ctx, slog.LevelInfo, "refused", slog.String("reason", reason), slog.String("connectionId", cut(e.Context.ConnectionID)))
	return &forbidden
}

// cannotTell refuses a client of whom it cannot be told whether it may connect, or that cannot be kept.
func (f *Function) cannotTell(ctx context.Context, e *event, err error) *answer {
	f.log.LogAttrs(ctx, slog.LevelError, "refused", slog.String("reason", reasonUnavailable), slog.String("connectionId", cut(e.Context.ConnectionID)),
		slog.String("error", err.Error()))
	f.forget(ctx, e)
	return &unavailable
}

// forget removes what may be kept of a client that is refused. What cannot be removed is closed when it ends, as any connection is.
func (f *Function) forget(ctx context.Context, e *event) {
	if err := f.store.Forget(ctx, e.Context.ConnectionID); err != nil {
		f.log.LogAttrs(ctx, slog.LevelError, "not forgotten", slog.String("connectionId", cut(e.Context.ConnectionID)), slog.String("error", err.Error()))
	}
}
