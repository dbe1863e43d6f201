package users

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"portcullis/api/internal/lambdaproxy"
)

type message struct {
	Message string `json:"message"`
}

// refuse is the one place that turns errors into answers.
func (h *Handler) refuse(ctx context.Context, e *lambdaproxy.Event, err error) lambdaproxy.Answer {
	var (
		input       *InputError
		conflict    *ConflictError
		unavailable *UnavailableError
	)
	switch {
	case errors.As(err, &input):
		return lambdaproxy.Fail(http.StatusBadRequest, input.Error())
	case errors.Is(err, ErrNotFound):
		return lambdaproxy.Fail(http.StatusNotFound, "User not found")
	case errors.Is(err, ErrExists):
		return lambdaproxy.Fail(http.StatusConflict, "User already exists")
	case errors.Is(err, errPrecondition), errors.As(err, &conflict):
		return lambdaproxy.Fail(http.StatusPreconditionFailed, "User is not at the version that If-Match names")
	case errors.As(err, &unavailable):
		e.Report(ctx, h.log, slog.LevelWarn, err)
		a := lambdaproxy.Fail(http.StatusServiceUnavailable, "Users are unavailable, try again later")
		a.Headers = lambdaproxy.RetryAfter(unavailable.RetryAfter)
		return a
	default:
		e.Report(ctx, h.log, slog.LevelError, err)
		return lambdaproxy.Fail(http.StatusInternalServerError, "Internal error")
	}
}
