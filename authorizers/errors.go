package authorizers

import (
	"errors"
	"fmt"

	"portcullis/policy"
)

// ErrUnauthorized is what the gateway makes a 401 from. Its text is the gateway's protocol: any other text,
// even in another case, becomes a 500.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html.
var ErrUnauthorized = errors.New("Unauthorized")

// CredentialError says that there is no usable credential where one must be.
type CredentialError struct {
	Reason string
}

// Error is the reason. It holds no part of a credential.
func (e *CredentialError) Error() string { return "authorizers: " + e.Reason }

// EventError says that an event is not of the kind that the function serves.
type EventError struct {
	Reason string
}

// Error is the reason.
func (e *EventError) Error() string { return "authorizers: " + e.Reason }

// ConfigError says what is wrong with an authorizer's configuration.
type ConfigError struct {
	Field  string // of Config
	Reason string // what is wrong with it
}

// Error is the field and the reason.
func (e *ConfigError) Error() string { return fmt.Sprintf("authorizers: %s: %s", e.Field, e.Reason) }

// The codes of decisions that no bad token caused; a bad token's is its [Code].
const (
	reasonVerified      = "verified"
	reasonNoCredential  = "credential-missing"
	reasonKeysMissing   = "keys-unavailable"
	reasonAPIKeys       = "api-keys-unavailable"
	reasonAPIKeysFlood  = "api-keys-flood"
	reasonRevocations   = "revocations-unavailable"
	reasonCache         = "answer-not-cacheable"
	reasonEvent         = "event-unknown"
	reasonPolicy        = "policy-failed"
	reasonGrant         = "grant-too-large"
	reasonAnswer        = "answer-too-large"
	reasonOther         = "failed"
	decisionPolicy      = "policy"
	decisionDenied      = "unauthorized"
	decisionUnavailable = "cannot-tell"
)

// outcome is how an invocation ended: in the decision log, and for the gateway.
type outcome struct {
	decision, reason string
	answer           error // what the gateway gets; nil: a policy
}

// outcomeOf tells what an error is to the gateway and in the decision log. It is the one place that turns
// errors into ErrUnauthorized.
func outcomeOf(err error) outcome {
	if err == nil {
		return outcome{decisionPolicy, reasonVerified, nil}
	}
	var (
		credential  *CredentialError
		token       *TokenError
		key         *KeyError
		unavailable *UnavailableError
		apiKeys     *KeysUnavailableError
		revocations *RevocationsUnavailableError
		cache       *CacheError
		event       *EventError
		size        *policy.SizeError
	)
	switch {
	case errors.As(err, &unavailable): // before all else: "cannot tell" is never a 401
		return outcome{decisionUnavailable, reasonKeysMissing, err}
	case errors.As(err, &apiKeys) && apiKeys.Flood:
		return outcome{decisionUnavailable, reasonAPIKeysFlood, err}
	case errors.As(err, &apiKeys):
		return outcome{decisionUnavailable, reasonAPIKeys, err}
	case errors.As(err, &revocations):
		return outcome{decisionUnavailable, reasonRevocations, err}
	case errors.As(err, &cache):
		return outcome{decisionUnavailable, reasonCache, err}
	case errors.As(err, &credential):
		return outcome{decisionDenied, reasonNoCredential, ErrUnauthorized}
	case errors.As(err, &key):
		return outcome{decisionDenied, string(key.Code), ErrUnauthorized}
	case errors.As(err, &token):
		return outcome{decisionDenied, string(token.Code), ErrUnauthorized}
	case errors.As(err, &event):
		return outcome{decisionUnavailable, reasonEvent, err}
	case errors.As(err, &size):
		return outcome{decisionUnavailable, reasonPolicy, err}
	}
	// Another package's error may have the very text that means 401.
	return outcome{decisionUnavailable, reasonOther, fmt.Errorf("authorizers: %w", err)}
}
