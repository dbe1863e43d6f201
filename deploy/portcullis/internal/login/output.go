package main

import (
	"fmt"
	"strings"
	"unicode"
)

// print writes to stdout.
func (s *session) print(text string) error {
	if _, err := s.stdout.Write([]byte(text)); err != nil {
		return fmt.Errorf("stdout: %w", err)
	}
	return nil
}

// note writes a line to stderr.
func (s *session) note(format string, args ...any) {
	fmt.Fprintln(s.stderr, "login: "+oneLine(fmt.Sprintf(format, args...)))
}

// oneLine is a text without what breaks the line or steers a terminal.
func oneLine(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsPrint(c):
			return c
		case unicode.IsSpace(c):
			return ' '
		}
		return -1
	}, text)
}
