package tokens

import (
	"fmt"
	"log/slog"
)

// Secret is a password, a token, a code or a session. It prints as [redacted]; string(s) is its text.
type Secret string

const redacted = "[redacted]"

// Format prints [redacted], whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// String is [redacted].
func (Secret) String() string { return redacted }

// LogValue is [redacted].
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText gives [redacted]; encoding/json uses it.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
