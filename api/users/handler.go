package users

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"portcullis/api/internal/lambdaproxy"
)

// Config says what a Handler works with.
type Config struct {
	// Store keeps the users. It is required.
	Store Store
	// AllowedOrigins are the origins whose browser scripts may read answers: "*" alone, or a list of
	// scheme://host[:port] as browsers send them. None allows no other origin.
	AllowedOrigins []string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// NewID makes the id of a user that is created without one; nil makes UUIDs of version 7 (RFC 9562).
	// What it returns must pass CheckID.
	NewID func() string
	// Log receives failures of the store; nil means slog.Default().
	Log *slog.Logger
}

// Handler answers API Gateway's proxy events. It is safe for concurrent use.
type Handler struct {
	store Store
	cors  lambdaproxy.CORS
	now   func() time.Time
	newID func() string
	log   *slog.Logger
}

// browsers is what scripts of allowed origins may do.
var browsers = lambdaproxy.CORS{
	Methods: "GET,POST,PUT,DELETE,OPTIONS",
	Headers: "Content-Type,Authorization,X-Amz-Date,X-Amz-Security-Token,X-Api-Key",
	Exposed: "ETag,Location,Retry-After",
}

// New returns a Handler, or an error when the Store is missing, or an *OriginError.
func New(c Config) (*Handler, error) {
	if c.Store == nil {
		return nil, errors.New("users: Config.Store is missing")
	}
	cors, err := browsers.Allow(c.AllowedOrigins)
	if err != nil {
		return nil, err
	}
	h := &Handler{store: c.Store, cors: cors, now: c.Now, newID: c.NewID, log: c.Log}
	if h.now == nil {
		h.now = time.Now
	}
	if h.newID == nil {
		h.newID = func() string { return uuid.Must(uuid.NewV7()).String() }
	}
	if h.log == nil {
		h.log = slog.Default()
	}
	return h, nil
}

// Invoke answers one proxy event of a REST API, or of an HTTP API with payload version 1.0 or 2.0; it tells them
// apart. The answer has the shape {statusCode, headers, body, isBase64Encoded}. Requests that cannot be served are
// answered, too; only an event of another kind is an error, an *EventError.
func (h *Handler) Invoke(ctx context.Context, data []byte) ([]byte, error) {
	return lambdaproxy.Invoke(data, h.cors, func(e *lambdaproxy.Event) lambdaproxy.Answer {
		a, err := h.serve(ctx, event{e})
		if err != nil {
			return h.refuse(ctx, e, err)
		}
		return a
	})
}

func (h *Handler) serve(ctx context.Context, e event) (lambdaproxy.Answer, error) {
	switch e.Method() + " " + e.Route() {
	case "GET /users":
		return h.list(ctx, e)
	case "POST /users":
		return h.create(ctx, e)
	case "GET /users/{id}":
		return h.get(ctx, e)
	case "PUT /users/{id}":
		return h.update(ctx, e)
	case "DELETE /users/{id}":
		return h.remove(ctx, e)
	}
	return lambdaproxy.Answer{}, &InputError{Problem: "Invalid request"}
}
