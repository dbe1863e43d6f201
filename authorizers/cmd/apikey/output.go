package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// print writes to stdout.
func (s *session) print(text []byte) error {
	if _, err := s.stdout.Write(text); err != nil {
		return fmt.Errorf("stdout: %w", err)
	}
	return nil
}

// printJSON writes a value to stdout as indented JSON.
func (s *session) printJSON(value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return s.print(append(text, '\n'))
}

// note writes a line to stderr.
func (s *session) note(format string, args ...any) {
	fmt.Fprintln(s.stderr, "apikey:", withoutKeys(fmt.Sprintf(format, args...)))
}

// keyLike matches what may be a key, or its beginning up to some of the secret.
var keyLike = regexp.MustCompile(`(pk_[0-9A-Za-z]{16}_)[0-9A-Za-z]+`)

// withoutKeys is a text as one line in which no key stands, wherever on the command line it stood.
func withoutKeys(text string) string {
	return strings.ReplaceAll(keyLike.ReplaceAllString(text, "${1}[redacted]"), "\n", " ")
}
