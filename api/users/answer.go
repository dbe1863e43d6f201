package users

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// answer is what an operation says to the client.
type answer struct {
	status  int
	headers map[string]string
	body    any
}

// proxyAnswer is the shape that REST APIs and HTTP APIs take from a function
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html).
type proxyAnswer struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

type message struct {
	Message string `json:"message"`
}

type failure struct {
	Error string `json:"error"`
}

func (h *Handler) encode(a answer, origin []string) ([]byte, error) {
	body, err := json.Marshal(a.body)
	if err != nil {
		return nil, err
	}
	headers := map[string]string{"Content-Type": "application/json"}
	for name, value := range a.headers {
		headers[name] = value
	}
	h.cors.apply(headers, origin)
	return json.Marshal(proxyAnswer{StatusCode: a.status, Headers: headers, Body: string(body)})
}

// refuse is the one place that turns errors into answers.
func (h *Handler) refuse(ctx context.Context, e *event, err error) answer {
	var (
		input       *InputError
		conflict    *ConflictError
		unavailable *UnavailableError
	)
	switch {
	case errors.As(err, &input):
		return answer{status: http.StatusBadRequest, body: failure{input.Error()}}
	case errors.Is(err, ErrNotFound):
		return answer{status: http.StatusNotFound, body: failure{"User not found"}}
	case errors.Is(err, ErrExists):
		return answer{status: http.StatusConflict, body: failure{"User already exists"}}
	case errors.Is(err, errPrecondition), errors.As(err, &conflict):
		return answer{status: http.StatusPreconditionFailed, body: failure{"User is not at the version that If-Match names"}}
	case errors.As(err, &unavailable):
		h.report(ctx, slog.LevelWarn, e, err)
		return answer{http.StatusServiceUnavailable, retryAfter(unavailable.RetryAfter), failure{"Users are unavailable, try again later"}}
	default:
		h.report(ctx, slog.LevelError, e, err)
		return answer{status: http.StatusInternalServerError, body: failure{"Internal error"}}
	}
}

// retryAfter is in whole seconds, at least one (RFC 9110, section 10.2.3).
func retryAfter(wait time.Duration) map[string]string {
	seconds := max(1, int64((wait+time.Second-1)/time.Second))
	return map[string]string{"Retry-After": strconv.FormatInt(seconds, 10)}
}

// report logs a failure of ours. The request's path, query, headers and body stay out of it.
func (h *Handler) report(ctx context.Context, level slog.Level, e *event, err error) {
	h.log.LogAttrs(ctx, level, "request failed",
		slog.String("requestId", e.RequestContext.RequestID),
		slog.String("method", e.method()),
		slog.String("route", e.route()),
		slog.String("error", err.Error()))
}
