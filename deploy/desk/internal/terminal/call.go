// Package terminal writes what a desk tells of calls, and what its functions log, for people at a terminal: short lines in place of JSON.
package terminal

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"portcullis/deploy/gateway"
)

// Call is a line about a call, or about an event of a connection: its method, path, mode and function, the status and how long it took,
// whether an answer was cached, and why the gateway answered itself. It has nothing of the query, which may hold a token.
func Call(t *gateway.Trace, color bool) []byte {
	mode, path := split(t.Path)
	if t.EventType == "MESSAGE" {
		path = t.Route
	}
	function := "-"
	if t.Integration != nil {
		function = t.Integration.Function
	}
	style := styleOf(t.Status)
	if !color {
		style = plain
	}
	line := fmt.Sprintf("%-10s %-32s %-13s %-8s %s%d%s %8.1f ms  %-7s %s", short(cmp.Or(t.EventType, t.Method)), short(path), short(mode), short(function),
		style.on, t.Status, style.off, t.Milliseconds, cached(t), Printable(because(t)))
	return []byte(strings.TrimRight(line, " ") + "\n")
}

// Printable is a text without what would end a line, or steer a terminal.
func Printable(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsPrint(c):
			return c
		case unicode.IsSpace(c):
			return ' '
		}
		return utf8.RuneError
	}, text)
}

// split cuts the mode off a path; "-": there is none.
func split(path string) (mode, rest string) {
	mode, rest, _ = strings.Cut(strings.TrimLeft(path, "/"), "/")
	return cmp.Or(mode, "-"), "/" + rest
}

// mostColumn is how many characters of a column are shown.
const mostColumn = 60

func short(text string) string {
	text = Printable(text)
	if utf8.RuneCountInString(text) <= mostColumn {
		return text
	}
	return string([]rune(text)[:mostColumn-1]) + "…"
}

// cached says what came out of a cache: the authorizer's answer, or that of the function; asked is that the authorizer was.
func cached(t *gateway.Trace) string {
	switch {
	case t.Cache == "hit":
		return "hit"
	case t.Authorizer == nil || t.Authorizer.Function == "":
		return ""
	case t.Authorizer.Cached:
		return "cached"
	case t.Authorizer.Event != nil:
		return "asked"
	}
	return ""
}

func because(t *gateway.Trace) string {
	if t.Reason == "" || t.ResponseType == "" {
		return t.Reason
	}
	return t.ResponseType + ": " + t.Reason
}

// style is how a terminal shows a text (ECMA-48, SGR); zero: as any other.
type style struct{ on, off string }

var (
	plain style
	good  = style{"\x1b[32m", "\x1b[0m"}
	other = style{"\x1b[36m", "\x1b[0m"}
	wrong = style{"\x1b[33m", "\x1b[0m"}
	bad   = style{"\x1b[31m", "\x1b[0m"}
)

func styleOf(status int) style {
	switch {
	case status >= 500:
		return bad
	case status >= 400:
		return wrong
	case status >= 300 || status < 200:
		return other
	}
	return good
}
