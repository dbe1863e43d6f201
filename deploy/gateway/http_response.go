package gateway

import (
	"net/http"
	"strconv"
)

// httpFailure is an answer that an HTTP API makes itself.
type httpFailure struct {
	kind    string // $context.error.responseType; HTTP APIs share the types of REST APIs' gateway responses
	status  int
	message string
}

// The answers that an HTTP API makes itself, each the only one for what it stands for. AWS documents few of them; the
// others were seen, or chosen where the comment says so.
var (
	notFound            = httpFailure{"RESOURCE_NOT_FOUND", 404, "Not Found"}               // no stage, or no route; the type is a choice
	badRequest          = httpFailure{"BAD_REQUEST_PARAMETERS", 400, "Bad Request"}         // a choice: a path or a body that cannot be read
	httpHeadTooLarge    = httpFailure{"", 431, "Request Header Fields Too Large"}           // a choice
	httpUnauthorized    = httpFailure{"UNAUTHORIZED", 401, "Unauthorized"}                  // no identity, or a bad one
	forbidden           = httpFailure{"ACCESS_DENIED", 403, "Forbidden"}                    // by a policy, a verdict or a scope; that a bad signature gets it too is a choice
	authorizerError     = httpFailure{"AUTHORIZER_FAILURE", 500, "Internal Server Error"}   // the authorizer cannot tell, or answers what is none
	tooManyRequests     = httpFailure{"THROTTLED", 429, "Too Many Requests"}                // of the stage or the route
	entityTooLarge      = httpFailure{"REQUEST_TOO_LARGE", 413, "Request Entity Too Large"} // a choice: a body over 10 MB, or an event over 6 MB
	serviceUnavailable  = httpFailure{"INTEGRATION_TIMEOUT", 503, "Service Unavailable"}    // a choice: the function takes too long
	internalServerError = httpFailure{"INTEGRATION_FAILURE", 500, "Internal Server Error"}  // the function fails, or answers what is none
)

// httpRefusal is such an answer to one request.
type httpRefusal struct {
	failure   httpFailure
	challenge string // www-authenticate; "": none
	reason    string // what an authorizer has against the request, for $context.authorizer.error
}

func refuseHTTP(failure httpFailure) *httpRefusal { return &httpRefusal{failure: failure} }

// refuse answers with a failure.
func (a *httpAPI) refuse(x *exchange, r *httpRefusal) {
	x.fail(r.failure.kind, r.failure.message)
	if r.reason != "" {
		x.blame(r.reason)
	}
	if r.challenge != "" {
		x.header()["www-authenticate"] = []string{r.challenge}
	}
	a.send(x, r.failure.status, "application/json", []byte(`{"message":`+quotedPlain(r.failure.message)+`}`))
}

// send completes the header and writes the answer. That errors have CORS headers too is a choice: pages could not read
// them otherwise.
func (a *httpAPI) send(x *exchange, status int, mediaType string, body []byte) {
	header := x.header()
	if mediaType != "" {
		header.Set("Content-Type", mediaType)
	}
	header["apigw-requestid"] = []string{x.extendedID}
	if x.ours {
		a.cors.add(header, x.r.Header.Get("Origin"))
	}
	if status != http.StatusNoContent {
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	x.send(status, body)
}
