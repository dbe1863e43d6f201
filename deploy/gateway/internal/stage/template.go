package stage

import (
	"fmt"
	"strings"
)

// Template is a text with $context variables.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html.
type Template []part

// part is a literal, or the variable after it.
type part struct {
	literal, variable string
}

// ParseTemplate reads a text in which $context.NAME stands for a variable's value.
func ParseTemplate(text string) Template {
	var t Template
	for {
		before, after, found := strings.Cut(text, "$context.")
		if !found {
			return append(t, part{literal: text})
		}
		length := strings.IndexFunc(after+" ", isNotVariable)
		name := strings.TrimRight(after[:length], ".")
		t = append(t, part{before, name})
		text = after[len(name):]
	}
}

func isNotVariable(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._:-", r))
}

// typicalLine is how long most lines of an access log are at most, in bytes.
const typicalLine = 1 << 10

// Expand puts the variables' values in; a variable without one becomes none. Values are escaped as in a JSON text, so
// that what a client sent neither ends a member nor a line.
func (t Template) Expand(x *Exchange, none string) []byte {
	out := make([]byte, 0, typicalLine)
	for _, p := range t {
		out = append(out, p.literal...)
		if p.variable == "" {
			continue
		}
		switch value := x.variable(p.variable); {
		case value == "":
			out = append(out, none...)
		case p.variable == "error.messageString":
			out = append(out, value...)
		default:
			out = appendEscaped(out, value)
		}
	}
	return out
}

// appendEscaped appends a text as it stands within a JSON text.
func appendEscaped(out []byte, text string) []byte {
	if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		return append(out, text...)
	}
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r < ' ' || r > '~' && r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = append(out, string(r)...)
		}
	}
	return out
}
