package functions

import (
	"context"
	"log/slog"
)

// labelled has a log's lines say at their end which function they are of, as those of a binary do.
type labelled struct {
	slog.Handler
	name string
}

// logOf is the log of a function.
func logOf(name string, log *slog.Logger) *slog.Logger {
	return slog.New(labelled{log.Handler(), name})
}

// Handle adds the name.
func (l labelled) Handle(ctx context.Context, record slog.Record) error {
	record = record.Clone()
	record.AddAttrs(slog.String("function", l.name))
	return l.Handler.Handle(ctx, record)
}

// WithAttrs adds to what stands before the name.
func (l labelled) WithAttrs(attributes []slog.Attr) slog.Handler {
	return labelled{l.Handler.WithAttrs(attributes), l.name}
}

// WithGroup has the name stand in the group, too.
func (l labelled) WithGroup(name string) slog.Handler {
	return labelled{l.Handler.WithGroup(name), l.name}
}
