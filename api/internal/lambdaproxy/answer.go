package lambdaproxy

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"time"

	"portcullis/api/lambdajson"
)

// Answer is what an operation says to the client.
type Answer struct {
	Status  int               // of HTTP
	Headers map[string]string // beside those of CORS and Content-Type
	Body    any               // written as JSON, or JSON that is written already
}

// JSON is a body that is written already: the text of one JSON value.
type JSON []byte

// Failure is the body of an answer that is an error.
type Failure struct {
	Error string `json:"error"` // what is wrong, for people
}

// Fail is an error's answer.
func Fail(status int, text string) Answer { return Answer{Status: status, Body: Failure{text}} }

// Invoke has serve answer one proxy event. The answer has the shape {statusCode, headers, body, isBase64Encoded}, with what
// c says to browsers. The error is an [*EventError], or that of a body which has no JSON form.
func Invoke(data []byte, c CORS, serve func(e *Event) Answer) ([]byte, error) {
	e, err := parse(data)
	if err != nil {
		return nil, err
	}
	return serve(e).encode(e, c)
}

// encode gives the answer in the shape that REST APIs and HTTP APIs take from a function
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html).
func (a Answer) encode(e *Event, c CORS) ([]byte, error) {
	body, written := a.Body.(JSON)
	if !written {
		var err error
		if body, err = json.Marshal(a.Body); err != nil {
			return nil, err
		}
	}
	headers := map[string]string{"Content-Type": "application/json"}
	for name, value := range a.Headers {
		headers[name] = value
	}
	c.apply(headers, e.Header("Origin"))
	w := lambdajson.NewWriter(lambdajson.SizeOfAnswer)
	w.Number("statusCode", int64(a.Status))
	w.Texts("headers", headers)
	w.Text("body", string(body))
	w.Bool("isBase64Encoded", false)
	return w.End()
}

// RetryAfter is the header of that name: whole seconds, at least one (RFC 9110, section 10.2.3).
func RetryAfter(wait time.Duration) map[string]string {
	seconds := max(1, int64((wait+time.Second-1)/time.Second))
	return map[string]string{"Retry-After": strconv.FormatInt(seconds, 10)}
}

// Report logs a failure of the function's. The request's path, query, headers and body stay out of it.
func (e *Event) Report(ctx context.Context, log *slog.Logger, level slog.Level, err error) {
	log.LogAttrs(ctx, level, "request failed",
		slog.String("requestId", e.RequestContext.RequestID),
		slog.String("method", e.Method()),
		slog.String("route", e.Route()),
		slog.String("error", err.Error()))
}
