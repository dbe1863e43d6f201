package desk_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/deploy/desk"
)

// TestManyRoutes: the greeting lists routes, as many as people read, and says how many more there are.
func TestManyRoutes(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "many.yaml")
	text := "openapi: 3.1.0\ncomponents: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\nsecurity: [bearer: [things]]\npaths:\n"
	for i := range 300 {
		text += fmt.Sprintf("  /things%d: {get: {}}\n", i)
	}
	write(t, file, text)
	d := start(t, desk.Config{Contract: file, Modes: []string{"http-jwt"}})
	if n := strings.Count(d.greeting, "a token with things"); n != 30 || !strings.Contains(d.greeting, "and 270 more\n") {
		t.Errorf("%d routes, in\n%.3000s", n, d.greeting)
	}
}
