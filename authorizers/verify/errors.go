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
