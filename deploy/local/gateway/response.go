package gateway

import (
	"encoding/json"
	"net/http"
	"strings"
)

// gatewayResponse is an answer that the gateway makes itself.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html.
type gatewayResponse struct {
	status    int
	errorType string // x-amzn-ErrorType
	message   string // of the body; the exchange may have a better one
	capital   bool   // the body's member is "Message", as for access that is denied
	null      bool   // the message is null
}

var (
	unknownStage       = gatewayResponse{403, "ForbiddenException", "Forbidden", false, false}
	missingToken       = gatewayResponse{403, "MissingAuthenticationTokenException", "Missing Authentication Token", false, false}
	badSignature       = gatewayResponse{403, "IncompleteSignatureException", "", false, false}
	unauthorized       = gatewayResponse{401, "UnauthorizedException", "Unauthorized", false, false}
	authorizerFailed   = gatewayResponse{500, "AuthorizerConfigurationException", "", false, true}
	accessDenied       = gatewayResponse{403, "AccessDeniedException", "User is not authorized to access this resource", true, false}
	uriTooLong         = gatewayResponse{414, "RequestUriTooLongException", "Request URI too long", false, false} // the type is a guess
	badRequest         = gatewayResponse{400, "BadRequestException", "Bad Request", false, false}
	requestTooLarge    = gatewayResponse{413, "RequestTooLargeException", "Request Too Long", false, false}
	integrationTimeout = gatewayResponse{504, "InternalServerErrorException", "Endpoint request timed out", false, false}
	integrationFailed  = gatewayResponse{502, "InternalServerErrorException", "Internal server error", false, false}
)

// fail answers with a gateway response; message replaces its own unless it is empty.
func (x *exchange) fail(response gatewayResponse, message string) {
	if message == "" {
		message = response.message
	}
	header := x.w.Header()
	header.Set("Content-Type", "application/json")
	header["x-amzn-ErrorType"] = []string{response.errorType}
	x.identify(header)
	if x.ours {
		x.cors.addToError(header)
	}
	member, value := "message", any(message)
	if response.capital {
		member = "Message"
	}
	if response.null {
		value = nil
	}
	body, _ := json.Marshal(map[string]any{member: value})
	x.status, x.errorType = response.status, response.errorType
	x.w.WriteHeader(response.status)
	x.w.Write(body)
}

// identify adds the headers that tell requests apart, as AWS writes them.
func (x *exchange) identify(header http.Header) {
	header["x-amzn-RequestId"] = []string{x.requestID}
	header["x-amz-apigw-id"] = []string{x.extendedID}
}

// failUnrouted answers a request that no method serves. API Gateway takes its Authorization for a signature,
// which anything else is not.
func (x *exchange) failUnrouted() {
	authorization := x.r.Header.Get("Authorization")
	if authorization == "" || strings.HasPrefix(authorization, "AWS4-HMAC-SHA256 ") {
		x.fail(missingToken, "")
		return
	}
	_, pair, cut := strings.Cut(authorization, " ")
	if !cut {
		pair = authorization
	}
	if strings.Contains(pair, "=") {
		x.fail(badSignature, "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. "+
			"Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a "+
			"'X-Amz-Date' or a 'Date' header. Authorization="+authorization)
		return
	}
	x.fail(badSignature, "'"+pair+"' not a valid key=value pair (missing equal-sign) in Authorization header: '"+authorization+"'.")
}
