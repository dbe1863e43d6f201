package httpapi

import (
	"net/http"
	"strconv"

	"portcullis/deploy/gateway/internal/stage"
)

// failure is an answer that an HTTP API makes itself.
type failure struct {
	kind    string // $context.error.responseType; HTTP APIs share the types of REST APIs' gateway responses
	status  int
	message string
}

// The answers that an HTTP API makes itself, each the only one for what it stands for. AWS documents few of them; the
// others were seen, or chosen where the comment says so.
var (
	notFound            = failure{"RESOURCE_NOT_FOUND", 404, "Not Found"}               // no stage, or no route; the type is a choice
	badRequest          = failure{"BAD_REQUEST_PARAMETERS", 400, "Bad Request"}         // a choice: a path or a body that cannot be read
	headTooLarge        = failure{"", 431, "Request Header Fields Too Large"}           // a choice
	unauthorized        = failure{"UNAUTHORIZED", 401, "Unauthorized"}                  // no identity, or a bad one
	forbidden           = failure{"ACCESS_DENIED", 403, "Forbidden"}                    // by a policy, a verdict or a scope; that a bad signature gets it too is a choice
	authorizerError     = failure{"AUTHORIZER_FAILURE", 500, "Internal Server Error"}   // the authorizer cannot tell, or answers what is none
	tooManyRequests     = failure{"THROTTLED", 429, "Too Many Requests"}                // of the stage or the route
	entityTooLarge      = failure{"REQUEST_TOO_LARGE", 413, "Request Entity Too Large"} // a choice: a body over 10 MB, or an event over 6 MB
	serviceUnavailable  = failure{"INTEGRATION_TIMEOUT", 503, "Service Unavailable"}    // a choice: the function takes too long
	internalServerError = failure{"INTEGRATION_FAILURE", 500, "Internal Server Error"}  // the function fails, or answers what is none
)

// refusal is such an answer to one request.
type refusal struct {
	failure   failure
	challenge string // www-authenticate; "": none
	reason    string // what an authorizer has against the request, for $context.authorizer.error
}

func refuse(failure failure) *refusal { return &refusal{failure: failure} }

// refuse answers with a failure.
func (a *API) refuse(x *stage.Exchange, r *refusal) {
	x.Fail(r.failure.kind, r.failure.message)
	if r.reason != "" {
		x.Blame(r.reason)
	}
	if r.challenge != "" {
		x.Header()["www-authenticate"] = []string{r.challenge}
	}
	a.send(x, r.failure.status, "application/json", []byte(`{"message":`+stage.QuotedJSON(r.failure.message)+`}`))
}

// send completes the header and writes the answer. That errors have CORS headers too is a choice: pages could not read
// them otherwise.
func (a *API) send(x *stage.Exchange, status int, mediaType string, body []byte) {
	header := x.Header()
	if mediaType != "" {
		header.Set("Content-Type", mediaType)
	}
	header["apigw-requestid"] = []string{x.ExtendedID}
	if x.Ours {
		a.cors.add(header, x.HTTP.Header.Get("Origin"))
	}
	if status != http.StatusNoContent {
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	x.Send(status, body)
}
