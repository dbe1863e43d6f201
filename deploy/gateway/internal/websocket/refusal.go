package websocket

import (
	"errors"
	"net/http"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/gateway/usage"
)

// refusal is what the gateway answers itself: to a handshake or a call of @connections with a status, to a message with a frame.
type refusal struct {
	kind      string // for $context.error.responseType
	status    int
	errorType string // x-amzn-ErrorType
	message   string
	named     bool // the body has the ids of the connection and the request
}

// The refusals. What clients of AWS show of a refused handshake is its status: bodies, types and headers are a choice, and those of REST
// APIs. So are the statuses of unsupported, of a throttled handshake and of one whose function takes too long, and 400 for an id that is
// none; the order of API key and authorizer is that of REST APIs.
var (
	notUpgraded        = refusal{"", 426, "UpgradeRequiredException", "Upgrade Required", false}
	notWebSocket       = refusal{"", 400, "BadRequestException", "Bad Request", false}
	uriTooLong         = refusal{"DEFAULT_4XX", 414, "RequestUriTooLongException", "Request URI too long", false}
	unknownStage       = refusal{"", 403, "ForbiddenException", "Forbidden", false}
	closed             = refusal{"", 503, "ServiceUnavailableException", "Service Unavailable", false}
	missingToken       = refusal{"MISSING_AUTHENTICATION_TOKEN", 403, "MissingAuthenticationTokenException", "Missing Authentication Token", false}
	invalidSignature   = refusal{"INVALID_SIGNATURE", 403, "InvalidSignatureException", "", false}
	expiredToken       = refusal{"EXPIRED_TOKEN", 403, "ExpiredTokenException", "", false}
	unauthorized       = refusal{"UNAUTHORIZED", 401, "UnauthorizedException", "Unauthorized", false}
	accessDenied       = refusal{"ACCESS_DENIED", 403, "AccessDeniedException", "Forbidden", false}
	authorizerFailed   = refusal{"AUTHORIZER_CONFIGURATION_ERROR", 500, "AuthorizerConfigurationException", "Internal server error", true}
	invalidKey         = refusal{"INVALID_API_KEY", 403, "ForbiddenException", "Forbidden", false}
	throttled          = refusal{"THROTTLED", 429, "TooManyRequestsException", "Too Many Requests", true}
	quotaExceeded      = refusal{"QUOTA_EXCEEDED", 429, "LimitExceededException", "Limit Exceeded", true}
	integrationTimeout = refusal{"INTEGRATION_TIMEOUT", 504, "InternalServerErrorException", "Endpoint request timed out", true}
	integrationFailed  = refusal{"INTEGRATION_FAILURE", 502, "InternalServerErrorException", "Internal server error", true}
	noRoute            = refusal{"RESOURCE_NOT_FOUND", 403, "ForbiddenException", "Forbidden", true}
	badBody            = refusal{"BAD_REQUEST_BODY", 400, "BadRequestException", "Bad request body", true}
	misconfigured      = refusal{"API_CONFIGURATION_ERROR", 500, "InternalServerErrorException", "Internal server error", true}
	unreadable         = refusal{"BAD_REQUEST_BODY", 400, "BadRequestException", "Bad Request", false}
	bodyTooLarge       = refusal{"REQUEST_TOO_LARGE", 413, "PayloadTooLargeException", "Payload Too Large", false}
	badID              = refusal{"BAD_REQUEST_PARAMETERS", 400, "BadRequestException", "Invalid connectionId", false}
	bufferFull         = refusal{"", 429, "LimitExceededException", "Limit Exceeded", false}
	gone               = refusal{"", 410, "GoneException", "", false} // without a body
)

// refusedBy is what a handshake gets that the function of $connect does not accept: the function's status, and the type that goes with it.
func refusedBy(status int) *refusal {
	errorType := unknownStage.errorType
	switch {
	case status == http.StatusUnauthorized:
		errorType = unauthorized.errorType
	case status >= http.StatusInternalServerError:
		errorType = integrationFailed.errorType
	}
	return &refusal{"", status, errorType, http.StatusText(status), false}
}

// body is JSON with the blanks that AWS has in it, before a message's ids and nowhere else.
func (r *refusal) body(x *stage.Exchange) []byte {
	switch {
	case r.message == "":
		return nil
	case !r.named:
		return []byte(`{"message":` + stage.QuotedJSON(r.message) + `}`)
	}
	return []byte(`{"message": ` + stage.QuotedJSON(r.message) + `, "connectionId":` + stage.QuotedJSON(x.Socket.ConnectionID) +
		`, "requestId":` + stage.QuotedJSON(x.ExtendedID) + `}`)
}

// frame is what a client gets whose message is refused: one that does not fit its model is named by its own id. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-request-validation.html.
func (r *refusal) frame(x *stage.Exchange) []byte {
	if *r != badBody {
		return r.body(x)
	}
	return []byte(`{"message" : ` + stage.QuotedJSON(r.message) + `, "connectionId": ` + stage.QuotedJSON(x.Socket.ConnectionID) +
		`, "messageId": ` + stage.QuotedJSON(x.Socket.MessageID) + `}`)
}

// refuse answers a request.
func refuse(x *stage.Exchange, r *refusal) {
	x.Fail(r.kind, r.message)
	header := x.Header()
	body := r.body(x)
	if len(body) > 0 {
		header.Set("Content-Type", "application/json")
	}
	if r.status == http.StatusUpgradeRequired {
		header.Set("Connection", "Upgrade")
		header.Set("Upgrade", "websocket") // RFC 9110, section 15.5.22
	}
	header["x-amzn-ErrorType"] = []string{r.errorType}
	header["x-amzn-RequestId"] = []string{x.ExtendedID}
	x.Send(r.status, body)
}

// refusalOf is what a verdict means; nil: the request may go on. action is what was asked for.
func refusalOf(x *stage.Exchange, v stage.Verdict, action string) *refusal {
	switch v.Decision {
	case stage.Allowed:
		return nil
	case stage.CannotTell:
		return &authorizerFailed
	}
	switch v.Reason {
	case stage.BadSignature:
		return signatureRefusal(v.Err)
	case stage.UnreadableBody:
		if errors.Is(v.Err, stage.ErrBodyTooLarge) {
			return &bodyTooLarge
		}
		return &unreadable
	case stage.Denied:
		return denial(x, v, action)
	}
	return &unauthorized
}

// signatureRefusal is what a bad signature gets.
func signatureRefusal(err error) *refusal {
	r, wrong := invalidSignature, (*sigv4.Error)(nil)
	if !errors.As(err, &wrong) {
		return &r
	}
	switch wrong.Code {
	case sigv4.MissingAuthenticationToken:
		r = missingToken
	case sigv4.ExpiredToken:
		r = expiredToken
	}
	r.errorType, r.message = string(wrong.Code), wrong.Message
	return &r
}

// denial is what a caller gets whose policy does not allow the request: one who signed is told who that is.
func denial(x *stage.Exchange, v stage.Verdict, action string) *refusal {
	r := accessDenied
	if who := v.Caller.Signer; who != nil {
		r.message = "User: " + who.ARN + " is not authorized to perform: " + action + " on resource: " + x.ARN()
	}
	if action == manageAction {
		r.errorType = "ForbiddenException"
	}
	return &r
}

// keyRefusal is what a handshake gets that no key and plan lets through.
func keyRefusal(why *usage.Refusal) *refusal {
	switch why.Reason {
	case usage.Throttled:
		return &throttled
	case usage.QuotaExceeded:
		return &quotaExceeded
	}
	return &invalidKey
}

// invokeRefusal is what comes of a function that does not answer.
func invokeRefusal(err error) *refusal {
	if errors.Is(err, lambda.ErrTimedOut) {
		return &integrationTimeout
	}
	return &integrationFailed
}
