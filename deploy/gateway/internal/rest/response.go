package rest

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/plan"
)

// gatewayResponse is an answer that a REST API makes itself, by its type.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html.
type gatewayResponse struct {
	kind      string // "": one that cannot be set, since there is no API yet that would set it
	status    int
	errorType string // x-amzn-ErrorType
	message   string // of the body; the exchange may have a better one
	capital   bool   // the body's member is "Message", as where access is denied
	null      bool   // the message is null
}

// The gateway responses. Where the type of an answer is not known from AWS, it was chosen here.
var (
	unknownStage       = gatewayResponse{"", 403, "ForbiddenException", "Forbidden", false, false}
	headTooLarge       = gatewayResponse{"", 431, "RequestHeaderSectionTooLargeException", "Request header section too large", false, false} // status and type are a choice
	missingToken       = gatewayResponse{"MISSING_AUTHENTICATION_TOKEN", 403, "MissingAuthenticationTokenException", "Missing Authentication Token", false, false}
	invalidSignature   = gatewayResponse{"INVALID_SIGNATURE", 403, "InvalidSignatureException", "", false, false}
	expiredToken       = gatewayResponse{"EXPIRED_TOKEN", 403, "ExpiredTokenException", "", false, false}
	unauthorized       = gatewayResponse{"UNAUTHORIZED", 401, "UnauthorizedException", "Unauthorized", false, false}
	authorizerFailed   = gatewayResponse{"AUTHORIZER_CONFIGURATION_ERROR", 500, "AuthorizerConfigurationException", "", false, true}
	accessDenied       = gatewayResponse{"ACCESS_DENIED", 403, "AccessDeniedException", "User is not authorized to access this resource", true, false}
	uriTooLong         = gatewayResponse{"DEFAULT_4XX", 414, "RequestUriTooLongException", "Request URI too long", false, false} // the types are a choice
	invalidKey         = gatewayResponse{"INVALID_API_KEY", 403, "ForbiddenException", "Forbidden", false, false}
	throttled          = gatewayResponse{"THROTTLED", 429, "TooManyRequestsException", "Too Many Requests", false, false}
	quotaExceeded      = gatewayResponse{"QUOTA_EXCEEDED", 429, "LimitExceededException", "Limit Exceeded", false, false}
	badParameters      = gatewayResponse{"BAD_REQUEST_PARAMETERS", 400, "BadRequestException", "Bad Request", false, false}
	badBody            = gatewayResponse{"BAD_REQUEST_BODY", 400, "BadRequestException", "Invalid request body", false, false}
	misconfigured      = gatewayResponse{"API_CONFIGURATION_ERROR", 500, "InternalServerErrorException", "Internal server error", false, false}
	unsupportedMedia   = gatewayResponse{"UNSUPPORTED_MEDIA_TYPE", 415, "BadRequestException", "Unsupported Media Type", false, false} // as in https://github.com/aws/aws-sdk-java-v2/issues/3188
	requestTooLarge    = gatewayResponse{"REQUEST_TOO_LARGE", 413, "RequestTooLargeException", "Request Too Long", false, false}
	integrationTimeout = gatewayResponse{"INTEGRATION_TIMEOUT", 504, "InternalServerErrorException", "Endpoint request timed out", false, false}
	integrationFailed  = gatewayResponse{"INTEGRATION_FAILURE", 502, "InternalServerErrorException", "Internal server error", false, false}
	cacheDenied        = gatewayResponse{"ACCESS_DENIED", 403, "AccessDeniedException", "User is not authorized to invalidate the cache", true, false} // the text is a choice
)

// refusal is a gateway response for one request.
type refusal struct {
	response gatewayResponse
	message  string
}

func refuse(response gatewayResponse) *refusal { return &refusal{response, response.message} }

func refuseWith(response gatewayResponse, message string) *refusal {
	return &refusal{response, message}
}

// gatewayResponses are those that the plan sets, with what stands for those that it does not.
type gatewayResponses map[string]customResponse

// customResponse is a gateway response that a plan sets.
type customResponse struct {
	status  int // 0: as it is
	headers map[string]stage.Template
	body    stage.Template // nil: as it is
}

func newGatewayResponses(r *plan.REST) gatewayResponses {
	all := gatewayResponses{}
	for kind, set := range r.GatewayResponses {
		custom := customResponse{status: set.StatusCode, headers: map[string]stage.Template{}}
		for name, value := range set.Headers {
			custom.headers[name] = parseMapping(value)
		}
		if set.Body != "" {
			custom.body = stage.ParseTemplate(set.Body)
		}
		all[kind] = custom
	}
	return all
}

// parseMapping reads a header's value: a text in single quotes, or a variable such as context.error.message.
func parseMapping(value string) stage.Template {
	if text, quoted := strings.CutPrefix(value, "'"); quoted {
		return stage.ParseTemplate(strings.TrimSuffix(text, "'"))
	}
	return stage.ParseTemplate("$" + value)
}

// find gives what is set for a response: for its type, or else for its class.
func (g gatewayResponses) find(response gatewayResponse) customResponse {
	if response.kind == "" {
		return customResponse{}
	}
	if custom, set := g[response.kind]; set {
		return custom
	}
	if response.status >= 500 {
		return g["DEFAULT_5XX"]
	}
	return g["DEFAULT_4XX"]
}

// refuse answers with a gateway response.
func (a *API) refuse(x *stage.Exchange, r *refusal) {
	x.Fail(r.response.kind, r.message)
	custom := a.responses.find(r.response)
	status := r.response.status
	if custom.status != 0 {
		status = custom.status
	}
	header := x.Header()
	header.Set("Content-Type", "application/json")
	header["x-amzn-ErrorType"] = []string{r.response.errorType}
	identify(x)
	if x.Ours {
		a.cors.addToError(header)
	}
	x.Status = status // for the variables
	for _, name := range slices.Sorted(maps.Keys(custom.headers)) {
		setAsWritten(header, name, string(stage.ASCIIOnly(custom.headers[name].Expand(x, ""))))
	}
	if custom.body != nil {
		x.Send(status, custom.body.Expand(x, ""))
		return
	}
	x.Send(status, r.body())
}

// setAsWritten sets a header under the name that a mode gives it, in the place of what is there in any case of letters. Of the media
// type net/http knows the canonical name only, and would add one.
func setAsWritten(header http.Header, name, value string) {
	maps.DeleteFunc(header, func(other string, _ []string) bool { return strings.EqualFold(other, name) })
	if strings.EqualFold(name, "Content-Type") {
		name = "Content-Type"
	}
	header[name] = []string{value}
}

// body is the body of a gateway response that nobody has set. AWS writes a space in those of what failed behind the gateway: their
// Content-Length tells, as in https://github.com/RhinoSecurityLabs/IPRotate_Burp_Extension/issues/17.
func (r *refusal) body() []byte {
	member, message := `"message":`, stage.QuotedJSON(r.message)
	switch {
	case r.response.capital:
		member = `"Message":`
	case r.response.errorType == integrationFailed.errorType:
		member = `"message": `
	}
	if r.response.null {
		message = "null"
	}
	return []byte("{" + member + message + "}")
}

// identify adds the headers that tell requests apart, as AWS writes them.
func identify(x *stage.Exchange) {
	header := x.Header()
	header["x-amzn-RequestId"] = []string{x.RequestID}
	header["x-amz-apigw-id"] = []string{x.ExtendedID}
}
