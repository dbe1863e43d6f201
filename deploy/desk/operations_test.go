package desk_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/deploy/desk"
)

// TestManyRoutes: the greeting and the page list routes, as many as people read, and say how many more there are.
func TestManyRoutes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "many.yaml")
	text := "openapi: 3.1.0\ncomponents: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\nsecurity: [bearer: [things]]\npaths:\n"
	for i := range 300 {
		text += fmt.Sprintf("  /things%d: {get: {}}\n", i)
	}
	write(t, file, text)
	d := start(t, desk.Config{Contract: file, Modes: []string{"http-jwt"}})
	_, page := send(t, d, "GET", "/", "", "Accept: text/html")
	for where, test := range map[string]struct{ text, more string }{"greeting": {d.greeting, "and 270 more\n"}, "page": {page, "And 270 more."}} {
		if n := strings.Count(test.text, "a token with things"); n != 30 || !strings.Contains(test.text, test.more) {
			t.Errorf("%s: %d routes, in\n%.3000s", where, n, test.text)
		}
	}
}
