package modes

import (
	"slices"
	"strings"
)

// madeOf tells whether a text is of least to most of ASCII's letters and digits, and of more.
func madeOf(text, more string, least, most int) bool {
	return least <= len(text) && len(text) <= most && !strings.ContainsFunc(text, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune(more, c))
	})
}

// forms are those of names with a fixed part before them.
type forms []struct {
	before string
	more   string // what may stand in the name, beside letters and digits
}

func (f forms) match(text string) bool {
	for _, form := range f {
		if name, ok := strings.CutPrefix(text, form.before); ok && madeOf(name, form.more, 1, len(name)) {
			return true
		}
	}
	return false
}

// methods are those of a method's settings.
var methods = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "ANY"}

func isMethodAndPath(text string) bool {
	method, path, _ := strings.Cut(text, " ")
	return slices.Contains(methods, method) && strings.HasPrefix(path, "/") && !strings.ContainsAny(path, " \t\n\f\r")
}

// isRouteKey knows the keys of a WebSocket API's routes, and those of the API's own.
func isRouteKey(text string) bool {
	return madeOf(text, "!#$%&'()+,-./:;<=>@[]^_`{|}~", 1, 128)
}

// isHeaderName knows the token of RFC 9110, section 5.6.2.
func isHeaderName(text string) bool { return madeOf(text, "!#$%&'*+.^_`|~-", 1, len(text)) }

// isMediaType knows the restricted names of RFC 6838, section 4.2, and *, which stands for all of a kind.
func isMediaType(text string) bool {
	kind, subtype, _ := strings.Cut(text, "/")
	return madeOf(kind, "!#$&^_.+*-", 1, len(kind)) && madeOf(subtype, "!#$&^_.+*-", 1, len(subtype))
}

// beginsWith tells whether a variable is the one of a name, or is that where a reader takes less of what follows it for a name.
func beginsWith(variable, name string) bool {
	rest, begins := strings.CutPrefix(variable, name)
	return begins && (rest == "" || !madeOf(rest[:1], "", 1, 1))
}

// contextVariables are the names behind $context. in a text: as many letters, digits and ._:- as follow it, but for points at the end.
func contextVariables(text string) []string {
	var names []string
	for i, after := range strings.Split(text, "$context.") {
		if end := strings.IndexFunc(after+" ", func(c rune) bool { return !madeOf(string(c), "._:-", 1, 1) }); i > 0 {
			names = append(names, strings.TrimRight(after[:end], "."))
		}
	}
	return names
}
