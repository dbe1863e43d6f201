package sigv4

import (
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a secret access key or a session token. It prints as [redacted]; string(s) is its text.
type Secret string

// Format prints [redacted], whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// String is [redacted].
func (Secret) String() string { return redacted }

// LogValue is [redacted].
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText gives [redacted]; encoding/json uses it.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
