package tokens

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"time"

	"portcullis/api/internal/invocation"
	"portcullis/api/internal/lambdaproxy"
)

// Config says what a Handler works with.
type Config struct {
	// Identity is the identity provider. It is required.
	Identity Identity
	// Revocations is told what is revoked; nil: authorizers accept tokens until they expire.
	Revocations Revocations
	// AllowedOrigins are the origins whose browser scripts may read answers: "*" alone, or a list of
	// scheme://host[:port] as browsers send them. None allows no other origin.
	AllowedOrigins []string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Wait returns when so much of the clock's time has passed, or the context ends; nil waits.
	Wait func(ctx context.Context, d time.Duration)
	// Log receives failures that are not the client's; nil means slog.Default().
	Log *slog.Logger
}

// Handler answers API Gateway's proxy events. It is safe for concurrent use.
type Handler struct {
	identity    Identity
	revocations Revocations
	cors        lambdaproxy.CORS
	now         func() time.Time
	wait        func(context.Context, time.Duration)
	log         *slog.Logger
}

// browsers is what scripts of allowed origins may do. They may read the challenge under the name that API Gateway gives it, too.
var browsers = lambdaproxy.CORS{
	Methods: "POST,OPTIONS", Headers: "Content-Type,Authorization", Exposed: "Retry-After,WWW-Authenticate,x-amzn-Remapped-WWW-Authenticate",
}

// New returns a Handler, or an error when the Identity is missing, or an *OriginError.
func New(c Config) (*Handler, error) {
	if c.Identity == nil {
		return nil, errors.New("tokens: Config.Identity is missing")
	}
	cors, err := browsers.Allow(c.AllowedOrigins)
	if err != nil {
		return nil, err
	}
	h := &Handler{identity: c.Identity, revocations: c.Revocations, cors: cors, now: c.Now, wait: c.Wait, log: c.Log}
	if h.now == nil {
		h.now = time.Now
	}
	if h.wait == nil {
		h.wait = wait
	}
	if h.log == nil {
		h.log = slog.Default()
	}
	return h, nil
}

// wait waits for as long as it may.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Invoke answers one proxy event of a REST API, or of an HTTP API with payload version 1.0 or 2.0; it tells them
// apart. The answer has the shape {statusCode, headers, body, isBase64Encoded}, and must not be cached. Requests that
// cannot be served are answered, too; only an event of another kind is an error, an *EventError. What is not done a second
// before the context's deadline, or a tenth of the time before, is a 503: a sign-in takes several calls, and each may be slow.
func (h *Handler) Invoke(ctx context.Context, data []byte) ([]byte, error) {
	return lambdaproxy.Invoke(data, h.cors, func(e *lambdaproxy.Event) lambdaproxy.Answer {
		inTime, cancel := invocation.BeforeItEnds(ctx)
		defer cancel()
		a, err := h.serve(inTime, e)
		if err != nil {
			a = h.refuse(ctx, e, err)
		}
		return uncached(a)
	})
}

// uncached keeps an answer out of caches (RFC 6749, section 5.1).
func uncached(a lambdaproxy.Answer) lambdaproxy.Answer {
	headers := map[string]string{"Cache-Control": "no-store"}
	maps.Copy(headers, a.Headers)
	a.Headers = headers
	return a
}

func (h *Handler) serve(ctx context.Context, e *lambdaproxy.Event) (lambdaproxy.Answer, error) {
	switch e.Method() + " " + e.Route() {
	case "POST /tokens":
		return h.signIn(ctx, e)
	case "POST /tokens/refresh":
		return h.refresh(ctx, e)
	case "POST /tokens/revoke":
		return h.revoke(ctx, e)
	case "POST /tokens/sign-out":
		return h.signOut(ctx, e)
	}
	return lambdaproxy.Answer{}, &InputError{Problem: "Invalid request"}
}
