// Package lambdalog makes the log of the authorizer functions: JSON lines, each with the id of the invocation that it
// belongs to, since an event of type TOKEN has no id of its own. It is for mains only.
package lambdalog

import (
	"context"
	"io"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// New makes a log that writes to w. A line that is logged with an invocation's context has its id as invocationId, by
// which Lambda's own lines name it too.
// See https://docs.aws.amazon.com/lambda/latest/dg/golang-context.html.
func New(w io.Writer) *slog.Logger { return slog.New(handler{slog.NewJSONHandler(w, nil)}) }

type handler struct {
	slog.Handler
}

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		record.AddAttrs(slog.String("invocationId", invocation.AwsRequestID))
	}
	return h.Handler.Handle(ctx, record)
}

func (h handler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attributes)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.Handler.WithGroup(name)} }
