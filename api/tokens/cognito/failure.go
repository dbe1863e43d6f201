package cognito

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"portcullis/api/internal/awsfailure"
	"portcullis/api/tokens"
)

// retryAfter is what clients are asked to wait for; Cognito does not say.
const retryAfter = time.Second

// The operations, as errors name them.
const (
	initiateAuth  = "InitiateAuth"
	respond       = "RespondToAuthChallenge"
	getTokens     = "GetTokensFromRefreshToken"
	revokeToken   = "RevokeToken"
	getUser       = "GetUser"
	globalSignOut = "GlobalSignOut"
	confirmDevice = "ConfirmDevice"
)

// invalidParameter is the exception for what Cognito cannot make anything of.
const invalidParameter = "InvalidParameterException"

// kind is what an exception of Cognito's means for a client.
type kind int

const (
	unknown     kind = iota // the configuration is wrong, or Cognito says what it never said
	refused                 // tokens.ErrRefused
	replaced                // tokens.ErrReplaced
	throttled               // *tokens.ThrottledError
	unavailable             // *tokens.UnavailableError
)

// kinds are those of exceptions, whatever the operation
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html, "Errors", and those of
// the other operations).
var kinds = map[string]kind{
	"NotAuthorizedException":            refused,
	"UserNotFoundException":             refused,
	"UserNotConfirmedException":         refused,
	"PasswordResetRequiredException":    refused,
	"UserLambdaValidationException":     refused,
	"CodeMismatchException":             refused,
	"ExpiredCodeException":              refused,
	"MFAMethodNotFoundException":        refused,
	"SoftwareTokenMFANotFoundException": refused,
	"InvalidPasswordException":          refused, // other than of a new password

	"RefreshTokenReuseException": replaced,

	"TooManyRequestsException":       throttled,
	"LimitExceededException":         throttled,
	"TooManyFailedAttemptsException": throttled,
	"ThrottlingException":            throttled,

	"InternalErrorException": unavailable,
	"ForbiddenException":     unavailable, // a web ACL of the user pool's
}

// inputs are what exceptions say of an answer to a challenge.
var inputs = map[string]*tokens.InputError{
	"InvalidPasswordException":                {Field: "answer.newPassword", Problem: "is not as the user pool's password policy asks"},
	"PasswordHistoryPolicyViolationException": {Field: "answer.newPassword", Problem: "was used before"},
	"AliasExistsException":                    {Field: "answer.attributes", Problem: "has a value that must be another one"},
	invalidParameter:                          {Field: "answer", Problem: "is not what the challenge asks for"},
}

// failed returns nil for nil, and otherwise what err means. It keeps the exception's name and nothing of its message, which
// may repeat what was sent.
func failed(operation string, err error) error {
	if err == nil {
		return nil
	}
	if challenge := (*tokens.ChallengeError)(nil); errors.As(err, &challenge) {
		return challenge
	}
	exception := smithy.APIError(nil)
	if !errors.As(err, &exception) {
		return unsent(operation, err)
	}
	code := exception.ErrorCode()
	if refusesDevice(operation, exception) {
		return errDevice
	}
	if refusesHash(operation, exception) {
		return errHash
	}
	if refusesSecret(operation, exception) {
		return &secretError{operation}
	}
	if saysEnded(operation, exception) {
		return tokens.ErrEnded
	}
	if saysDisabled(operation, exception) {
		return tokens.ErrDisabled
	}
	if input := inputOf(operation, code); input != nil {
		return input
	}
	named := &ExceptionError{operation, code}
	switch kindOf(operation, code) {
	case refused:
		return tokens.ErrRefused
	case replaced:
		return tokens.ErrReplaced
	case throttled:
		return &tokens.ThrottledError{RetryAfter: retryAfter, Err: named}
	case unavailable:
		return &tokens.UnavailableError{RetryAfter: retryAfter, Err: named}
	}
	if awsfailure.MayPass(err) {
		return &tokens.UnavailableError{RetryAfter: retryAfter, Err: named}
	}
	return named
}

// kindOf is the kind of an exception. A token that Cognito cannot read is a parameter that is not valid.
func kindOf(operation, code string) kind {
	if code == invalidParameter && operation != initiateAuth {
		return refused
	}
	return kinds[code]
}

func inputOf(operation, code string) error {
	switch {
	case operation == respond && inputs[code] != nil:
		return inputs[code]
	case operation == revokeToken && code == "UnsupportedTokenTypeException":
		return &tokens.InputError{Field: "refreshToken", Problem: "must be a refresh token, as it was given"}
	}
	return nil
}

// refusesDevice tells a device that is not known from an app client that is not: Cognito has one exception for both.
func refusesDevice(operation string, exception smithy.APIError) bool {
	return (operation == initiateAuth || operation == respond || operation == getTokens) && exception.ErrorCode() == "ResourceNotFoundException" &&
		strings.Contains(strings.ToLower(exception.ErrorMessage()), "device")
}

// saysEnded tells an access token that Cognito gave, and that a sign-out or the revocation of its refresh token ended, from one that it did
// not give: only the message does, "Access Token has been revoked" (https://github.com/aws-amplify/amplify-js/issues/3540). Should it say
// something else one day, the token is refused as any other.
func saysEnded(operation string, exception smithy.APIError) bool {
	return (operation == getUser || operation == globalSignOut) && isNotAuthorized(exception, "Access Token has been revoked")
}

// saysDisabled tells an access token that Cognito gave to a user who is disabled by now from one that it did not give. It knows the user by
// the token alone, and says another thing of one whose signature is not its own. AdminDisableUser ends access tokens, so that Cognito may say
// that they were revoked as well
// (https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDisableUser.html).
func saysDisabled(operation string, exception smithy.APIError) bool {
	return operation == getUser && isNotAuthorized(exception, "User is disabled")
}

// isNotAuthorized tells whether an exception is a NotAuthorizedException that says this and no more.
func isNotAuthorized(exception smithy.APIError, message string) bool {
	return exception.ErrorCode() == "NotAuthorizedException" && strings.EqualFold(strings.TrimSuffix(exception.ErrorMessage(), "."), message)
}

// unsent is a failure without an answer of Cognito's that can be read. The error's text may hold the endpoint's address, and
// nothing of the answer.
func unsent(operation string, err error) error {
	named := fmt.Errorf("%s: %w", operation, awsfailure.Loggable(err))
	if awsfailure.MayPass(err) {
		return &tokens.UnavailableError{RetryAfter: retryAfter, Err: named}
	}
	return named
}

// ExceptionError is an exception of Cognito's, by its name.
type ExceptionError struct{ Operation, Code string }

// Error names the operation and the exception, cut to 64 bytes. The exception's own text, which may name a user, is no part of it.
func (e *ExceptionError) Error() string { return fmt.Sprintf("%s: %.64q", e.Operation, e.Code) }

// secretError says that Cognito did not accept the client, because of its secret or of its having none.
type secretError struct{ operation string }

func (e *secretError) Error() string {
	return e.operation + ": the app client has another secret than it was given, or none, or the token is another app client's"
}

// errHash is for a reply whose secret hash Cognito does not accept. It may be that of another username than the challenge's, such as an alias,
// or of a secret that another one took the place of, although InitiateAuth was called with the right one: in another process.
var errHash = fmt.Errorf("%w: the secret hash of a reply", tokens.ErrRefused)

// refusesHash tells a reply's secret hash that is wrong from a secret that is missing.
func refusesHash(operation string, exception smithy.APIError) bool {
	return operation == respond && exception.ErrorCode() == "NotAuthorizedException" &&
		strings.Contains(strings.ToLower(exception.ErrorMessage()), "unable to verify secret hash")
}

// refusesSecret tells an app client that is not accepted from a user who is not. Only RevokeToken has an exception of its own for it.
func refusesSecret(operation string, exception smithy.APIError) bool {
	switch exception.ErrorCode() {
	case "NotAuthorizedException":
		return strings.Contains(strings.ToLower(exception.ErrorMessage()), "secret")
	case "UnauthorizedException":
		return operation == revokeToken
	}
	return false
}

func isSecretError(err error) bool {
	wrong := (*secretError)(nil)
	return errors.As(err, &wrong)
}
