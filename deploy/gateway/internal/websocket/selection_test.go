package websocket

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzSelection: what is taken for an expression gives a text for every message that is JSON, and for no other; and text without
// variables gives itself.
func FuzzSelection(f *testing.F) {
	for _, expression := range []string{"$request.body.action", "${request.body.a}/${request.body.b.c}", `\$default`, "a$", "${request.body.a", `\${request.body.a}`} {
		for _, message := range []string{`{"a":"x","b":{"c":[1,null,"y"]},"action":true}`, "", "[", `{"a":{}} {}`, "1e400"} {
			f.Add(expression, message)
		}
	}
	f.Fuzz(func(t *testing.T, expression, message string) {
		s, err := parseSelection(expression)
		if err != nil {
			if !strings.Contains(expression, "$") {
				t.Errorf("%q: %v", expression, err)
			}
			return
		}
		text, ok := s.of(message)
		if ok != json.Valid([]byte(message)) {
			t.Errorf("%q of %q: %v", expression, message, ok)
		}
		if want := strings.ReplaceAll(expression, `\$`, "$"); ok && !strings.Contains(want, "$") && text != want {
			t.Errorf("%q of %q: %q", expression, message, text)
		}
	})
}
