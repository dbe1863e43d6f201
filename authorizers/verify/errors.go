package verify

import (
	"fmt"
	"strings"
)

// ConfigError says what is wrong with a verifier's configuration.
type ConfigError struct {
	Issuer string // "" where it is not about one issuer
	Field  string
	Reason string
}

func (e *ConfigError) Error() string {
	if e.Issuer == "" {
		return fmt.Sprintf("verify: %s: %s", e.Field, e.Reason)
	}
	return fmt.Sprintf("verify: issuer %q: %s: %s", e.Issuer, e.Field, e.Reason)
}

// short cuts a text that a stranger chose, for an error.
func short(text string) string {
	const most = 80
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// fetchError is why a fetch failed, in a text of bounded length: part of it may be the issuer's own.
type fetchError struct {
	err error
}

func (e *fetchError) Error() string {
	const most = 400
	text := strings.Map(func(r rune) rune {
		if isUnprintable(r) {
			return '?'
		}
		return r
	}, e.err.Error())
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

func (e *fetchError) Unwrap() error { return e.err }
