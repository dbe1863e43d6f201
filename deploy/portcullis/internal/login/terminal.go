package login

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"portcullis/api/tokens"
	"portcullis/deploy/portcullis/internal/cli"
)

// terminal asks somebody. While it does, the terminal is in raw mode: it is set before the read and restored behind it,
// however that ends, so that no signal leaves it without echo.
type terminal struct {
	in     *os.File
	out    io.Writer
	editor *term.Terminal
}

func newTerminal(in *os.File, out io.Writer) *terminal {
	editor := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, "")
	if width, height, err := term.GetSize(int(in.Fd())); err == nil && width > 0 { // 0: it is not known
		_ = editor.SetSize(width, height)
	}
	return &terminal{in, out, editor}
}

func (*terminal) tries() int { return 3 }

func (t *terminal) line(ctx context.Context, prompt string) (string, error) {
	t.editor.SetPrompt(cli.OneLine(prompt) + ": ")
	return t.raw(ctx, t.editor.ReadLine)
}

func (t *terminal) secret(ctx context.Context, prompt string) (tokens.Secret, error) {
	text, err := t.raw(ctx, func() (string, error) { return t.editor.ReadPassword(cli.OneLine(prompt) + ": ") })
	return tokens.Secret(text), err
}

// raw reads in raw mode, in which Ctrl-C is a key: the editor's end of input.
func (t *terminal) raw(ctx context.Context, read func() (string, error)) (string, error) {
	before, err := term.MakeRaw(int(t.in.Fd()))
	if err != nil {
		return "", fmt.Errorf("terminal: %w", err)
	}
	text, err := cli.Await(ctx, read)
	if failed := term.Restore(int(t.in.Fd()), before); failed != nil && err == nil {
		err = fmt.Errorf("terminal: %w", failed)
	}
	switch {
	case errors.Is(err, io.EOF):
		interruptGroup()
		return "", cli.ErrInterrupted
	case errors.Is(err, cli.ErrInterrupted):
		fmt.Fprintln(t.out)
		return "", err
	case err == nil && text == "":
		return "", errors.New("nothing was typed")
	}
	return text, err
}
