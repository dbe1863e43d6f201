package authorizers

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"portcullis/policy"
)

// decision gathers what the decision log says of one invocation. Nothing of a credential is ever in it.
type decision struct {
	log       *slog.Logger
	hints     *hints
	arn       policy.ARN
	route     string        // the route's key or resource; "" where the event names none
	requestID string        // the gateway's; "" where the event names none
	principal *Principal    // nil where there is none
	verdict   string        // of a simple answer; "" for a policy, which is not this request's alone
	elsewhere bool          // an API key is used from a network that it is not for, and the policy refuses that
	refused   *connectError // why who has a good credential does not connect to a WebSocket API; nil elsewhere
	source    string        // the places where credentials stood, joined by commas
	looked    []string      // the places where credentials were looked for
}

// done writes the line of the decision log, and gives the error that the gateway is to see.
func (d *decision) done(ctx context.Context, err error, start time.Time) error {
	end := outcomeOf(err)
	if err == nil && d.verdict != "" {
		end.decision = d.verdict
	}
	level := slog.LevelInfo
	switch {
	case end.decision == decisionUnavailable:
		level = slog.LevelError
	case d.refused != nil:
		level, end.decision, end.reason = slog.LevelWarn, policy.Deny.String(), d.refused.reason
	case d.elsewhere && err == nil:
		end.decision, end.reason = decisionDenied, string(CodeAPIKeyNetwork)
	}
	attributes := append(make([]slog.Attr, 0, 16), slog.String("decision", end.decision), slog.String("reason", end.reason))
	attributes = append(attributes, d.what()...)
	attributes = append(attributes, slog.Float64("durationMs", float64(time.Since(start).Microseconds())/1000))
	attributes = append(attributes, d.who()...)
	attributes = append(attributes, d.why(err, end)...)
	if d.refused != nil {
		attributes = append(attributes, slog.Int("bytes", d.refused.bytes))
	}
	d.log.LogAttrs(ctx, level, "decision", attributes...)
	return end.answer
}

// found notes the place of a credential; "" is none.
func (d *decision) found(source string) {
	if d.source != "" && source != "" {
		d.source += ","
	}
	d.source += source
}

// what tells of the request.
func (d *decision) what() []slog.Attr {
	attributes := []slog.Attr{
		slog.String("api", cut(d.arn.API)),
		slog.String("stage", cut(d.arn.Stage)),
		slog.String("method", cut(d.arn.Method)),
		slog.String("path", cut(d.arn.Path)),
	}
	return append(attributes, present("route", d.route, "requestId", d.requestID, "source", d.source)...)
}

// who tells of the principal, where there is one.
func (d *decision) who() []slog.Attr {
	p := d.principal
	if p == nil {
		return nil
	}
	attributes := present("sub", p.ID, "issuer", p.Context[ContextIssuer], "scheme", p.Context[ContextScheme], "keyId", p.Context[ContextKeyID])
	attributes = append(attributes, slog.Bool("remembered", p.Remembered))
	if p.claims == nil {
		return attributes
	}
	if stale := p.claims.KeysStale; stale > 0 {
		attributes = append(attributes, slog.Int64("keysStaleSeconds", max(int64(stale/time.Second), 1)))
	}
	return append(attributes, present("unread", strings.Join(p.claims.Unread, "; "))...)
}

// why tells more of an error than its reason does.
func (d *decision) why(err error, end outcome) []slog.Attr {
	if err == nil {
		return nil
	}
	var (
		token      *TokenError
		key        *KeyError
		credential *CredentialError
	)
	switch {
	case end.decision == decisionUnavailable:
		return present("error", err.Error())
	case errors.As(err, &token):
		attributes := []slog.Attr{slog.String("claim", cut(token.Claim))}
		if d.hints.isDue(token.Hint, time.Now()) {
			attributes = append(attributes, slog.String("hint", cut(token.Hint)))
		}
		return attributes
	case errors.As(err, &key):
		return present("keyId", key.KeyID)
	case errors.As(err, &credential):
		return append(present("detail", credential.Reason), slog.String("looked", cut(strings.Join(d.looked, ","))))
	}
	return nil
}

// maxLogged bounds each text of the decision log, in bytes: paths and the like are the client's own text. What
// control characters it holds is for the log's handler to escape, as those of package slog do.
const maxLogged = 512

// cut shortens a text to what may stand in the log, and says so with an ellipsis.
func cut(text string) string {
	if len(text) <= maxLogged {
		return text
	}
	return strings.ToValidUTF8(text[:maxLogged], "") + "…"
}

// present makes attributes of names and values, which are cut, without the empty ones.
func present(pairs ...string) []slog.Attr {
	var attributes []slog.Attr
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			attributes = append(attributes, slog.String(pairs[i], cut(pairs[i+1])))
		}
	}
	return attributes
}
