package authorizers

import "fmt"

// The reasons to refuse an API key.
const (
	CodeAPIKeyMalformed Code = "api-key-malformed" // not of a key's form
	CodeAPIKeyMistyped  Code = "api-key-mistyped"  // of a key's form, and the check is not its own: mistyped, or made up
	CodeAPIKeyUnsealed  Code = "api-key-unsealed"  // without the seal of the keys, which is asked for
	CodeAPIKeyUnknown   Code = "api-key-unknown"   // no key has its id
	CodeAPIKeySecret    Code = "api-key-secret-mismatch"
	CodeAPIKeyExpired   Code = "api-key-expired"
	CodeAPIKeyDisabled  Code = "api-key-disabled"
	CodeAPIKeyNetwork   Code = "api-key-network" // used from an address that it is not for
)

// KeyError says why an API key is refused. It never holds the key.
type KeyError struct {
	Code  Code   // why
	KeyID string // by which the key is found; "" where the key has none
}

// Error is the code, behind the key's id where there is one.
func (e *KeyError) Error() string {
	if e.KeyID == "" {
		return "API key: " + string(e.Code)
	}
	return fmt.Sprintf("API key %s: %s", e.KeyID, e.Code)
}

// Is tells whether target is a *KeyError of the same code and, if target names a key id, of the same key:
//
//	errors.Is(err, &authorizers.KeyError{Code: authorizers.CodeAPIKeyExpired})
func (e *KeyError) Is(target error) bool {
	t, ok := target.(*KeyError)
	return ok && t.Code == e.Code && (t.KeyID == "" || t.KeyID == e.KeyID)
}

// KeysUnavailableError says that an API key could be neither accepted nor refused: the keys could not be read.
type KeysUnavailableError struct {
	Err   error // of the store
	Flood bool  // so many unknown keys were looked up a moment ago that this one was not; the decision log has a code of its own for it
}

// Error says that keys are unavailable, and the cause.
func (e *KeysUnavailableError) Error() string {
	return fmt.Sprintf("API keys are unavailable: %v", e.Err)
}

// Unwrap gives the cause.
func (e *KeysUnavailableError) Unwrap() error { return e.Err }
