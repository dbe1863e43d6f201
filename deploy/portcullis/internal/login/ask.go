package login

import (
	"context"
	"errors"
	"io"

	"portcullis/api/tokens"
	"portcullis/deploy/portcullis/internal/cli"
)

// asker asks for what only a user knows. What is empty is an error, and so is the end of ctx, [cli.ErrInterrupted].
type asker interface {
	line(ctx context.Context, prompt string) (string, error)
	secret(ctx context.Context, prompt string) (tokens.Secret, error)
	// tries is how often the same may be asked.
	tries() int
}

// asker asks at the terminal, or reads lines of stdin where flags say so.
func (s *session) asker(o options) (asker, error) {
	const unasked = "stdin is no terminal to ask for a password at; --password-stdin reads it from stdin"
	switch terminal := s.AtTerminal(); {
	case terminal && o.passwordStdin:
		return nil, cli.Usage("--password-stdin with a terminal as stdin: leave it out to be asked without echo")
	case terminal:
		return newTerminal(s.Stdin, s.Stderr), nil
	case o.passwordStdin:
		return lines{s.Stdin}, nil
	case o.force:
		return nil, cli.Usage("--force: %s", unasked)
	}
	return nil, &cli.NoError{Err: errors.New("nobody is signed in, and " + unasked)}
}

// lines are the answers, in the order of the questions.
type lines struct{ from io.Reader }

func (lines) tries() int { return 1 }

func (l lines) secret(ctx context.Context, prompt string) (tokens.Secret, error) {
	text, err := l.line(ctx, prompt)
	return tokens.Secret(text), err
}

func (l lines) line(ctx context.Context, _ string) (string, error) {
	return cli.Await(ctx, func() (string, error) { return readLine(l.from) })
}

// maxLine is more than any answer has, in bytes.
const maxLine = 4096

// readLine reads no more than the line, so that the next one is there for whoever reads on.
func readLine(from io.Reader) (string, error) {
	var line []byte
	for one := make([]byte, 1); len(line) <= maxLine; {
		n, err := from.Read(one)
		switch {
		case n == 1 && one[0] != '\n':
			line = append(line, one[0])
			continue
		case n == 0 && err == nil:
			continue
		case n == 0 && err != io.EOF:
			return "", errors.New("stdin cannot be read")
		}
		if end := len(line) - 1; end >= 0 && line[end] == '\r' {
			line = line[:end]
		}
		if len(line) == 0 {
			return "", errors.New("stdin has no further line, or an empty one, where an answer is asked for")
		}
		return string(line), nil
	}
	return "", errors.New("stdin has a line that is too long")
}
