package environ

import (
	"fmt"
	"strconv"
	"time"
)

// The variables that say how API keys are checked, besides [APIKeysTable]. Package apikey tells what they mean.
const (
	APIKeysRemembered = "API_KEYS_REMEMBERED" // Go duration that a key that was found is believed, 0s to 1h; default 1m; 0s: the table is asked at each use
	APIKeysUnsealed   = "API_KEYS_UNSEALED"   // keys without the table's newest seal: "accept", the default, or "refuse"
	APIKeysUnknown    = "API_KEYS_UNKNOWN"    // how many keys that are not in the table are looked up in ten seconds, 1 to 1000000; default 1000
)

// The bounds of those variables, and what they are where they are not set.
const (
	DefaultAPIKeysRemembered = time.Minute
	maxAPIKeysRemembered     = time.Hour
	defaultAPIKeysUnknown    = 1000
	maxAPIKeysUnknown        = 1_000_000
)

// KeyChecks is how API keys are checked.
type KeyChecks struct {
	Remembered time.Duration // how long a key that was found is believed
	SealedOnly bool          // keys without the newest seal are refused
	Unknown    int           // how many keys that are not there are looked up in ten seconds
}

// ParseKeyChecks reads how API keys are checked. getenv gives a variable's value, "" where it is not set. The error holds an
// [*Error] for each variable that is wrong.
func ParseKeyChecks(getenv func(string) string) (KeyChecks, error) {
	var wrong Errors
	remembered, err := ParseAPIKeysRemembered(getenv(APIKeysRemembered))
	wrong.note(APIKeysRemembered, err)
	sealedOnly, err := parseUnsealed(getenv(APIKeysUnsealed))
	wrong.note(APIKeysUnsealed, err)
	unknown, err := parseUnknown(getenv(APIKeysUnknown))
	wrong.note(APIKeysUnknown, err)
	if err := wrong.orNil(); err != nil {
		return KeyChecks{}, err
	}
	return KeyChecks{remembered, sealedOnly, unknown}, nil
}

// ParseAPIKeysRemembered reads how long a key that was found is believed; an empty text is [DefaultAPIKeysRemembered].
func ParseAPIKeysRemembered(text string) (time.Duration, error) {
	if text == "" {
		return DefaultAPIKeysRemembered, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > maxAPIKeysRemembered {
		return 0, fmt.Errorf("want a duration from 0s to %s, got %.40q", maxAPIKeysRemembered, text)
	}
	return d, nil
}

// parseUnsealed tells whether sealed keys alone are accepted.
func parseUnsealed(text string) (sealedOnly bool, err error) {
	switch text {
	case "", "accept":
		return false, nil
	case "refuse":
		return true, nil
	}
	return false, fmt.Errorf(`want "accept" or "refuse", got %.40q`, text)
}

func parseUnknown(text string) (int, error) {
	if text == "" {
		return defaultAPIKeysUnknown, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxAPIKeysUnknown {
		return 0, fmt.Errorf("want a number of keys from 1 to %d, got %.40q", maxAPIKeysUnknown, text)
	}
	return n, nil
}
