package authorizers

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"portcullis/policy"
)

// decision gathers what the decision log says of one invocation. Nothing of a credential is ever in it.
type decision struct {
	log       *slog.Logger
	arn       policy.ARN
	route     string     // the route's key or resource; "" where the event names none
	requestID string     // the gateway's; "" where the event names none
	principal *Principal // nil where there is none
	verdict   string     // of a simple answer; "" for a policy, which is not this request's alone
}

// done writes the line of the decision log, and gives the error that the gateway is to see.
func (d *decision) done(ctx context.Context, err error, start time.Time) error {
	end := outcomeOf(err)
	if err == nil && d.verdict != "" {
		end.decision = d.verdict
	}
	attributes := []slog.Attr{
		slog.String("decision", end.decision),
		slog.String("reason", end.reason),
		slog.String("api", d.arn.API),
		slog.String("stage", d.arn.Stage),
		slog.String("method", d.arn.Method),
		slog.String("path", d.arn.Path),
		slog.Float64("durationMs", float64(time.Since(start).Microseconds())/1000),
	}
	attributes = append(attributes, present("route", d.route, "requestId", d.requestID)...)
	if p := d.principal; p != nil {
		attributes = append(attributes, present("sub", p.ID, "issuer", p.Context[ContextIssuer],
			"scheme", p.Context[ContextScheme], "keyId", p.Context[ContextKeyID])...)
		attributes = append(attributes, slog.Bool("remembered", p.Remembered))
	}
	var (
		token *TokenError
		key   *KeyError
	)
	switch {
	case errors.As(err, &token):
		attributes = append(attributes, slog.String("claim", token.Claim))
	case errors.As(err, &key):
		attributes = append(attributes, present("keyId", key.KeyID)...)
	case end.decision == decisionUnavailable:
		attributes = append(attributes, slog.String("error", err.Error()))
	}
	level := slog.LevelInfo
	if end.decision == decisionUnavailable {
		level = slog.LevelError
	}
	d.log.LogAttrs(ctx, level, "decision", attributes...)
	return end.answer
}

// present makes attributes of names and values, without the empty ones.
func present(pairs ...string) []slog.Attr {
	var attributes []slog.Attr
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			attributes = append(attributes, slog.String(pairs[i], pairs[i+1]))
		}
	}
	return attributes
}
