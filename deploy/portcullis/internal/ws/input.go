package ws

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"unicode/utf8"

	"portcullis/deploy/portcullis/internal/cli"
)

// input are the lines of stdin.
type input struct {
	lines *bufio.Scanner
	read  int // how many were
}

func newInput(from *os.File) *input {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxMessage+len("\r\n")+1)
	return &input{lines: lines}
}

// next gives the next line; false at the end.
func (i *input) next() (line string, there bool, err error) {
	i.read++
	if i.lines.Scan() {
		return i.lines.Text(), true, nil
	}
	switch err := i.lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return "", false, fmt.Errorf("line %d of stdin: %w", i.read, errTooLarge)
	case err != nil:
		return "", false, errors.New("stdin cannot be read")
	}
	return "", false, nil
}

// message gives the next line that is not empty; false at the end.
func (i *input) message() (text string, there bool, err error) {
	for {
		if text, there, err = i.next(); !there {
			return "", false, err
		}
		if text == "" {
			continue
		}
		if err := checkMessage(text); err != nil {
			return "", false, fmt.Errorf("line %d of stdin: %w", i.read, err)
		}
		return text, true, nil
	}
}

// key gives the first line, which is an API key. The error does not repeat it.
func (i *input) key() (string, error) {
	text, there, err := i.next()
	if err == nil && (!there || text == "" || !cli.IsHeaderValue(text)) {
		err = errors.New("--api-key-stdin: the first line of stdin is no API key")
	}
	return text, err
}

var errTooLarge = fmt.Errorf("a message of more than %d bytes, the most that API Gateway takes", maxMessage)

// checkMessage says what is wrong with a message.
func checkMessage(text string) error {
	switch {
	case len(text) > maxMessage:
		return errTooLarge
	case !utf8.ValidString(text):
		return errors.New("a message that is not UTF-8, as texts are (RFC 6455, section 5.6)")
	}
	return nil
}
