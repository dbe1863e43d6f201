package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/term"
)

// ReadStdin reads no more of stdin than so many bytes, without the space around them: more is an error. What it is for is
// named in the error, unless that is [ErrInterrupted].
func (s *Session) ReadStdin(ctx context.Context, what string, most int) (string, error) {
	text, err := s.ReadStdinBytes(ctx, what, most)
	return strings.TrimSpace(string(text)), err
}

// ReadStdinBytes is [Session.ReadStdin] with the space around them.
func (s *Session) ReadStdinBytes(ctx context.Context, what string, most int) ([]byte, error) {
	text, err := Await(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(s.Stdin, int64(most)+1)) })
	switch {
	case errors.Is(err, ErrInterrupted):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%s: %w", what, err)
	case len(text) > most:
		return nil, Usage("%s: stdin has more than %d bytes", what, most)
	}
	return text, nil
}

// Await does what reads, which nothing but input ends, and waits for it no longer than ctx: then the error is [ErrInterrupted].
func Await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	var text T
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		text, err = read()
	}()
	select {
	case <-done:
		return text, err
	case <-ctx.Done():
		return *new(T), ErrInterrupted
	}
}

// AtTerminal tells whether somebody can be asked: stdin is a terminal.
func (s *Session) AtTerminal() bool { return s.Stdin != nil && term.IsTerminal(int(s.Stdin.Fd())) }
