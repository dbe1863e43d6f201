package usage

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Value is the text of an API key, which a client sends in X-API-Key. It prints as [redacted]; string(v) is the text.
// See https://docs.aws.amazon.com/apigateway/latest/api/API_ApiKey.html.
type Value string

const redacted = "[redacted]"

// Format prints [redacted], whatever the verb.
func (Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// String is [redacted].
func (Value) String() string { return redacted }

// LogValue is [redacted].
func (Value) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText gives [redacted]; encoding/json uses it.
func (Value) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// The bounds of a value and a name: see
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html.
const (
	minValue = 20
	maxValue = 128
	maxName  = 1024
)

// check gives what is wrong with the value; "": nothing. AWS documents letters and digits and takes more; here a value
// is any printable ASCII that stands in a header.
func (v Value) check() string {
	switch {
	case len(v) < minValue:
		return fmt.Sprintf("API Key value should be at least %d characters", minValue)
	case len(v) > maxValue:
		return fmt.Sprintf("API Key value should be at most %d characters", maxValue)
	case strings.ContainsFunc(string(v), func(r rune) bool { return r <= ' ' || r > '~' }):
		return "API Key value should have printable ASCII characters only, and no spaces"
	}
	return ""
}

// hash is what a value is looked up by, so that the time of a look-up tells nothing of the values that there are.
func (v Value) hash() [sha256.Size]byte { return sha256.Sum256([]byte(v)) }

// Key is an API key (AWS: ApiKey). See
// https://docs.aws.amazon.com/apigateway/latest/api/API_ApiKey.html.
type Key struct {
	ID          string // 10 characters; empty: made by the registry
	Name        string // at most 1024 characters
	Description string // for people
	CustomerID  string // of the AWS Marketplace
	Value       Value  // 20 to 128 characters, of no other key; empty: made by the registry
	Enabled     bool   // false: it admits nothing

	Created, Updated time.Time // set by the registry
}

func (k Key) check() string {
	if len(k.Name) > maxName {
		return fmt.Sprintf("API Key name should be at most %d characters", maxName)
	}
	return k.Value.check()
}

// newID makes an identifier of API Gateway's kind, of up to 26 characters.
func newID(length int) string { return strings.ToLower(rand.Text())[:length] }

// newValue makes the value of a key: 40 letters and digits.
func newValue() Value { return Value(rand.Text() + rand.Text()[:14]) }
