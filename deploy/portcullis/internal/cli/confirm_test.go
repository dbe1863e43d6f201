//go:build unix

package cli_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"portcullis/deploy/portcullis/internal/cli"
)

// TestConfirm: what somebody at a terminal answers to the question, and what comes of it.
func TestConfirm(t *testing.T) {
	for answer, meant := range map[string]bool{"y\n": true, "YES\n": true, " yes \n": true, "\n": false, "n\n": false, "yesterday\n": false, "\x04": false} {
		keyboard, tty, err := pty.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(keyboard, answer); err != nil {
			t.Fatal(err)
		}
		var stderr strings.Builder
		s := &cli.Session{Getenv: os.Getenv, Stdin: tty, Stdout: io.Discard, Stderr: &stderr, Now: time.Now}
		err = s.Confirm(t.Context(), false, "Delete pk_ABCDEFGHIJKLMNOP_0123\nnow?")
		if no := (*cli.NoError)(nil); errors.As(err, &no) == meant || !meant && err.Error() != "nothing was done" {
			t.Errorf("%q: error %v", answer, err)
		}
		if got := stderr.String(); got != "Delete pk_ABCDEFGHIJKLMNOP_[redacted] now? [y/N] " {
			t.Errorf("%q: asked %q", answer, got)
		}
		keyboard.Close()
		tty.Close()
	}
}

// TestNothingComes: an interrupt ends the wait for an answer, and for a text, that does not come.
func TestNothingComes(t *testing.T) {
	keyboard, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close(); tty.Close() })
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	s := &cli.Session{Getenv: os.Getenv, Stdin: tty, Stdout: io.Discard, Stderr: io.Discard, Now: time.Now}
	if err := s.Confirm(ctx, false, "Delete it?"); !errors.Is(err, cli.ErrInterrupted) {
		t.Errorf("Confirm: error %v", err)
	}
	if text, err := s.ReadStdin(ctx, "token", 10); !errors.Is(err, cli.ErrInterrupted) || text != "" {
		t.Errorf("ReadStdin: %q, error %v", text, err)
	}
}

// TestReadStdin: a line a case: what stdin has, and what is read of it, or said about it.
func TestReadStdin(t *testing.T) {
	for stdin, want := range map[string]string{
		"":                      "",
		" \nabc\n":              "abc",
		"0123456789":            "0123456789",
		"0123456789\n":          "token: stdin has more than 10 bytes",
		strings.Repeat("x", 99): "token: stdin has more than 10 bytes",
	} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(writer, stdin)
		writer.Close()
		s := &cli.Session{Getenv: os.Getenv, Stdin: reader, Stdout: io.Discard, Stderr: io.Discard, Now: time.Now}
		text, err := s.ReadStdin(t.Context(), "token", 10)
		if err != nil {
			text = err.Error()
		}
		if text != want {
			t.Errorf("%q: %q, want %q", stdin, text, want)
		}
		reader.Close()
	}
	folder, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	s := &cli.Session{Getenv: os.Getenv, Stdin: folder, Stdout: io.Discard, Stderr: io.Discard, Now: time.Now}
	if _, err := s.ReadStdin(t.Context(), "token", 10); err == nil || !strings.HasPrefix(err.Error(), "token: read ") {
		t.Errorf("a folder: error %v", err)
	}
}

// TestReadStdinBytes: the space around a text is kept.
func TestReadStdinBytes(t *testing.T) {
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	_, _ = io.WriteString(writer, "\n  a:\n")
	writer.Close()
	s := &cli.Session{Getenv: os.Getenv, Stdin: reader, Stdout: io.Discard, Stderr: io.Discard, Now: time.Now}
	if text, err := s.ReadStdinBytes(t.Context(), "contract", 7); string(text) != "\n  a:\n" || err != nil {
		t.Errorf("%q, error %v", text, err)
	}
}
