package gateway

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// exchange is one request on its way through the gateway: what was sent, who sent it, and what comes of it.
type exchange struct {
	w http.ResponseWriter
	request
	caller
	outcome

	trace      *Trace // nil: nobody asked for it
	traceAsked bool   // in the answer's header
}

// outcome is what comes of a request.
type outcome struct {
	integrated integration // what came of the function behind the method

	status       int
	length       int    // bytes of the answer's body
	responseType string // of an answer that the gateway makes itself, such as ACCESS_DENIED
	errorMessage string // of such an answer

	authorizerReason string // what an HTTP API's authorizer has against the request
}

// fail notes the answer that the gateway makes itself, by its type as in $context.error.responseType.
func (o *outcome) fail(responseType, message string) {
	o.responseType, o.errorMessage = responseType, message
}

// blame notes what an authorizer has against the request, for $context.authorizer.error.
func (x *exchange) blame(reason string) { x.authorizerReason = cutSecrets(reason, x.secrets()) }

// malformed notes that the function's answer is none.
func (o *outcome) malformed(err error) { o.integrated.err = err.Error() }

// answered notes the status that the function answered with.
func (o *outcome) answered(status int) { o.integrated.answered = status }

// integration is what came of the function behind a method.
type integration struct {
	called   bool
	latency  time.Duration
	status   int    // of the invocation: 200 where the function answered
	answered int    // the function's own status; 0: not known
	err      string // why it failed
}

func (s *stage) newExchange(w http.ResponseWriter, r *http.Request, headerLines []byte) *exchange {
	x := &exchange{w: w, request: s.newRequest(r, headerLines)}
	x.startTrace()
	return x
}

// The limits of API Gateway, in bytes. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html and
// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const (
	maxBody    = 10 << 20 // of a request
	maxHead    = 10_240   // of a request line and all header names and values
	maxPayload = 6 << 20  // of a function's event and answer
	maxARN     = 1600     // that a policy is evaluated for
)

// errBodyTooLarge and errBodyCut say why a body could not be read.
var (
	errBodyTooLarge = errors.New("the body is larger than 10 MB")
	errBodyCut      = errors.New("the body ended early")
)

// readBody reads the body, once.
func (x *exchange) readBody() error {
	if x.bodyRead {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, maxBody))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return errBodyTooLarge
	case err != nil:
		return errBodyCut
	}
	x.body, x.bodyRead = body, true
	return nil
}

// header is the answer's header.
func (x *exchange) header() http.Header { return x.w.Header() }

// finish ends what an exchange has begun.
func (x *exchange) finish() {
	x.log.write(x)
	x.reportTrace()
}

// send writes the answer. Everything that is to be in its header is there already.
func (x *exchange) send(status int, body []byte) {
	x.status, x.length = status, len(body)
	x.showTrace()
	x.w.WriteHeader(status)
	x.w.Write(body)
}
