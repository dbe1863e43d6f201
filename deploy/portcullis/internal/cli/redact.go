package cli

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// secrets matches what may be a JSON Web Token or its beginning (the base64url of {"), an API key behind its id, and what stands
// for a user and a password in a URL, even one that cannot be read.
var secrets = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`eyJ[A-Za-z0-9_.=-]*|(pk_[0-9A-Za-z]{0,16}_)[0-9A-Za-z]+|(://)[^\s"']*(@)`)
})

// Redact takes out of a text what may be a token, the secret of an API key, or the user and the password of a URL, wherever on
// the command line it stood. The id of a key stays.
func Redact(text string) string { return secrets().ReplaceAllString(text, "${1}${2}[redacted]${3}") }

// OneLine is a text without what breaks the line or steers a terminal.
func OneLine(text string) string {
	text = strings.TrimSpace(text)
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
