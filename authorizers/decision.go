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
	principal *Principal // nil where there is none
}

// done writes the line of the decision log, and gives the error that the gateway is to see.
func (d *decision) done(ctx context.Context, err error, start time.Time) error {
	end := outcomeOf(err)
	attributes := []slog.Attr{
		slog.String("decision", end.decision),
		slog.String("reason", end.reason),
		slog.String("api", d.arn.API),
		slog.String("stage", d.arn.Stage),
		slog.String("method", d.arn.Method),
		slog.String("path", d.arn.Path),
		slog.Float64("durationMs", float64(time.Since(start).Microseconds())/1000),
	}
	if p := d.principal; p != nil {
		attributes = append(attributes, slog.String("sub", p.ID),
			slog.String("issuer", p.Context[ContextIssuer]), slog.String("scheme", p.Context[ContextScheme]))
	}
	var token *TokenError
	switch {
	case errors.As(err, &token):
		attributes = append(attributes, slog.String("claim", token.Claim))
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
