package authorizers

import "fmt"

// Code says in a stable word why a token is refused.
type Code string

// The reasons to refuse a token.
const (
	CodeTooLarge     Code = "token-too-large"
	CodeMalformed    Code = "token-malformed"        // not the compact form, or a part that is no strict JSON object
	CodeHeader       Code = "header-unacceptable"    // crit, b64, zip, cty, or a typ of another kind
	CodeAlgorithm    Code = "algorithm-not-allowed"  // none, or not one of the issuer's
	CodeKeyID        Code = "key-id-invalid"         // no kid where one must be, or one that can be none
	CodeKeyUnknown   Code = "key-unknown"            // the issuer publishes no such key that may be used
	CodeKeyAlgorithm Code = "key-algorithm-mismatch" // the key is for another algorithm
	CodeSignature    Code = "signature-invalid"
	CodeIssuer       Code = "issuer-unknown"
	CodeAudience     Code = "audience-mismatch"
	CodeTokenUse     Code = "token-use-mismatch"
	CodeExpired      Code = "token-expired"
	CodeNotYet       Code = "token-not-yet-valid"
	CodeClaim        Code = "claim-invalid"  // a claim is missing or of the wrong type
	CodeRequired     Code = "claim-mismatch" // a claim has none of the values that are required of it
	CodeBound        Code = "token-bound"    // it is bound to a key of its sender, which a bearer cannot prove to have
)

// TokenError says why a token is refused. It never holds the token, nor its key id.
type TokenError struct {
	Code  Code   // which rule it breaks
	Claim string // the claim or header member at fault, "" where it is the whole token
	Got   string // what it held, cut to a short text, or "missing"; "" where that does not help
	Want  string // what would have been right
	Hint  string // what to change in the configuration, for whoever runs the authorizer; "" for most
}

// Error is the code, the claim, what it held and what would have been right, as far as they are set. It leaves Hint out.
func (e *TokenError) Error() string {
	text := "token: " + string(e.Code)
	if e.Claim != "" {
		text += ": " + e.Claim
	}
	if e.Got != "" {
		text += fmt.Sprintf(" is %q", e.Got)
	}
	if e.Want != "" {
		text += ", want " + e.Want
	}
	return text
}

// Is tells whether target is a *TokenError of the same code and, if target names a claim, of the same claim:
//
//	errors.Is(err, &authorizers.TokenError{Code: authorizers.CodeExpired})
func (e *TokenError) Is(target error) bool {
	t, ok := target.(*TokenError)
	return ok && t.Code == e.Code && (t.Claim == "" || t.Claim == e.Claim)
}

// UnavailableError says that a token could be neither accepted nor refused: no usable keys of its issuer
// could be had.
type UnavailableError struct {
	Issuer string // iss
	Err    error  // why there are none
}

// Error names the issuer and the cause.
func (e *UnavailableError) Error() string {
	return fmt.Sprintf("token: keys of %s are unavailable: %v", e.Issuer, e.Err)
}

// Unwrap gives the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }
