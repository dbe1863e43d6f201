package stage

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// Exchange is one request on its way through the gateway: what was sent, who sent it, and what comes of it.
type Exchange struct {
	w http.ResponseWriter
	Request
	Caller
	Outcome
	Socket *Socket // nil: it has no part in a connection

	resource   *ResourceTrace // what the resource policy says; nil: there is none, or it was not asked yet
	trace      *Trace         // nil: nobody asked for it
	traceAsked bool           // in the answer's header
	toldTo     func(*Trace)   // gets the trace; nil: nobody does
}

// Outcome is what comes of a request.
type Outcome struct {
	integrated integration // what came of the function behind the method

	Status       int    // of the answer; 0: there is none yet
	length       int    // bytes of the answer's body
	responseType string // of an answer that the gateway makes itself, such as ACCESS_DENIED
	errorMessage string // of such an answer
	failed       bool   // there is such an answer
	why          string // of such an answer, in words; "": what came of the function, or the message, says it
	misfits      string // what of the body does not fit its model

	authorizerReason string // what an authorizer has against the request
	invocationID     string // of the authorizer that keeps the request from going on; "": it is not known
}

// Fail notes the answer that the gateway makes itself, by its type as in $context.error.responseType.
func (o *Outcome) Fail(responseType, message string) {
	o.failed, o.responseType, o.errorMessage = true, responseType, message
}

// Misfits notes what of the body does not fit its model, for $context.error.validationErrorString and the trace.
func (x *Exchange) Misfits(misfits []Misfit) {
	x.misfits = cutSecrets(listed(misfits), x.secrets())
	x.TraceValidation(placed(misfits))
}

// Blame notes what an authorizer has against the request, for $context.authorizer.error.
func (x *Exchange) Blame(reason string) { x.authorizerReason = cutSecrets(reason, x.secrets()) }

// Malformed notes what is wrong with the function's answer.
func (o *Outcome) Malformed(err error) { o.integrated.err = err.Error() }

// Answered notes the status that the function answered with.
func (o *Outcome) Answered(status int) { o.integrated.answered = status }

// integration is what came of the function behind a method.
type integration struct {
	called   bool
	latency  time.Duration
	status   int    // of the invocation: 200 where the function answered
	answered int    // the function's own status; 0: not known
	err      string // why it failed
}

// NewExchange begins with what was sent; headerLines are the headers as the client wrote them, nil where they are not known.
func (s *Stage) NewExchange(w http.ResponseWriter, r *http.Request, headerLines []byte) *Exchange {
	x := &Exchange{w: w, Request: s.newRequest(r, headerLines)}
	x.startTrace()
	return x
}

// The limits of API Gateway, in bytes. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
const (
	maxBody = 10 << 20 // of a request
	maxHead = 10_240   // of a request line and all header names and values
	maxARN  = 1600     // that a policy is evaluated for
)

// ErrBodyTooLarge and the others say why a body could not be read.
var (
	ErrBodyTooLarge = errors.New("the body is larger than 10 MB")
	errBodyCut      = errors.New("the body ended early")
	errBodySlow     = errors.New("the body took too long to come")
)

// ReadBody reads the body, once, into the request's Body. The error is ErrBodyTooLarge, or says that the body ended early, or came too
// slowly for the server's deadline.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
func (x *Exchange) ReadBody() error {
	if x.bodyRead {
		return nil
	}
	if x.HTTP.Body == http.NoBody {
		x.Body, x.bodyRead = []byte{}, true
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.HTTP.Body, maxBody))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		err = ErrBodyTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = errBodySlow
	case err != nil:
		err = errBodyCut
	}
	if err != nil {
		x.Because("%v", err)
		return err
	}
	x.Body, x.bodyRead = body, true
	return nil
}

// Header is the answer's header.
func (x *Exchange) Header() http.Header { return x.w.Header() }

// Finish writes the line of the access log, and hands on the trace. It is called when the answer is sent.
func (x *Exchange) Finish() {
	x.log.write(x)
	x.FinishUnlogged()
}

// FinishUnlogged is Finish for what the access log has no line of.
func (x *Exchange) FinishUnlogged() {
	x.logReason()
	x.reportTrace()
	x.trace, x.toldTo = nil, nil // an exchange may be kept as long as a connection
}

// Send writes the answer, once. Everything that is to be in its header is there already, but for the trace.
func (x *Exchange) Send(status int, body []byte) {
	x.Status, x.length = status, len(body)
	x.showTrace()
	x.w.WriteHeader(status)
	x.w.Write(body)
}

// KeepContentType sets a media type where a function says none, and sees to it that net/http adds none.
func (x *Exchange) KeepContentType(given http.Header, mediaType string) {
	header := x.Header()
	if !hasHeader(given, "Content-Type") {
		header.Set("Content-Type", mediaType)
	} else if _, canonical := header["Content-Type"]; !canonical {
		header["Content-Type"] = nil
	}
}

func hasHeader(headers http.Header, name string) bool {
	for given := range headers {
		if strings.EqualFold(given, name) {
			return true
		}
	}
	return false
}
