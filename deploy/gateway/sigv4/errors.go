package sigv4

// Code says why a signature was refused. Its text is the x-amzn-ErrorType of API Gateway's answer, which always has
// status 403. See https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html.
type Code string

// The codes of an [Error].
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html.
const (
	MissingAuthenticationToken Code = "MissingAuthenticationTokenException" // no signature at all
	IncompleteSignature        Code = "IncompleteSignatureException"        // a signature that cannot be read
	InvalidSignature           Code = "InvalidSignatureException"           // wrong scope, wrong time, or no match
	UnrecognizedClient         Code = "UnrecognizedClientException"         // unknown access key, or not its session token
	ExpiredToken               Code = "ExpiredTokenException"               // the session of the credentials is over
)

// Error is a refused signature.
type Error struct {
	Code Code // why, for x-amzn-ErrorType
	// Message is the text that API Gateway answers with. It may quote parts of a signature, such as the credential's scope, but never
	// a header that is none.
	Message string
	// Reason says what was wrong, for logs. It quotes no credential.
	Reason string
}

// Error gives the code and the reason, not the message.
func (e *Error) Error() string { return "sigv4: " + string(e.Code) + ": " + e.Reason }

func refuse(code Code, message string) *Error { return &Error{code, message, message} }

const mismatchText = "The request signature we calculated does not match the signature you provided. " +
	"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

// mismatch is a signature that is not the request's. AWS goes on with the canonical request, which is left out.
func mismatch(reason string) *Error { return &Error{InvalidSignature, mismatchText, reason} }

// unrecognized is what AWS says of an unknown access key and of a wrong session token alike.
func unrecognized(reason string) *Error {
	return &Error{UnrecognizedClient, "The security token included in the request is invalid.", reason}
}
