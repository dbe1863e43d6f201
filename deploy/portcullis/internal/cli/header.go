package cli

import "strings"

// IsToken tells whether a text is a token of HTTP (RFC 9110, section 5.6.2), as the names of headers and subprotocols are.
func IsToken(text string) bool {
	const signs = "!#$%&'*+-.^_`|~"
	isNot := func(c rune) bool {
		return !('0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || strings.ContainsRune(signs, c))
	}
	return text != "" && !strings.ContainsFunc(text, isNot)
}

// IsHeaderValue tells whether a text may be a header's value: it has no control characters but tabs (RFC 9110, section 5.5).
func IsHeaderValue(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f })
}
