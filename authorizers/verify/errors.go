package verify

import (
	"fmt"
	"strings"
)

// ConfigError says what is wrong with a verifier's configuration.
type ConfigError struct {
	Issuer string // "" where it is not about one issuer
	Field  string // of Config or of Issuer, or the name of its JSON
	Reason string // what is wrong with it, and what would be right
}

// Error names the issuer, where it is about one, the field and the reason.
func (e *ConfigError) Error() string {
	if e.Issuer == "" {
		return fmt.Sprintf("verify: %s: %s", e.Field, e.Reason)
	}
	return fmt.Sprintf("verify: issuer %q: %s: %s", e.Issuer, e.Field, e.Reason)
}

// ConfigErrors is all that is wrong with a configuration. errors.As finds each [*ConfigError] in it.
type ConfigErrors []*ConfigError

// Error is the texts of all, with semicolons between them.
func (e ConfigErrors) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap gives the errors one by one.
func (e ConfigErrors) Unwrap() []error {
	all := make([]error, len(e))
	for i, err := range e {
		all[i] = err
	}
	return all
}

// orNil is nil where nothing is wrong, and the error itself where it is one.
func (e ConfigErrors) orNil() error {
	switch len(e) {
	case 0:
		return nil
	case 1:
		return e[0]
	}
	return e
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
