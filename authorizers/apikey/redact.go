package apikey

import (
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Format prints [redacted], whatever the verb.
func (Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// String is [redacted].
func (Key) String() string { return redacted }

// LogValue is [redacted].
func (Key) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText gives [redacted]; encoding/json uses it.
func (Key) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Format prints [redacted], whatever the verb.
func (Seal) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// String is [redacted].
func (Seal) String() string { return redacted }

// LogValue is [redacted].
func (Seal) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText gives [redacted]; encoding/json uses it.
func (Seal) MarshalText() ([]byte, error) { return []byte(redacted), nil }
