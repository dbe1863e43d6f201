package lambda

import (
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// Error is what Lambda's Invoke answers of an invocation that failed: what the function reported, or
// what became of its process. Its text is exactly Message, so that `Unauthorized` stays that.
// See https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
type Error struct {
	Type    string // errorType: the Go type that the function reported, or one like Runtime.ExitError
	Message string // errorMessage
}

// Error is Message, and nothing more.
func (e *Error) Error() string { return e.Message }

// StartError tells that an environment did not come to poll for an invocation.
type StartError struct {
	Function string // its name
	Err      error  // an *Error if the process had started
	Output   string // what the process wrote last, at most 4 KB
}

// Error names the function, and says the cause and what the process wrote last.
func (e *StartError) Error() string {
	if e.Output == "" {
		return fmt.Sprintf("function %s did not start: %v", e.Function, e.Err)
	}
	return fmt.Sprintf("function %s did not start: %v; it wrote last:\n%s", e.Function, e.Err, e.Output)
}

// Unwrap returns the cause.
func (e *StartError) Unwrap() error { return e.Err }

// invocationError is what an invocation answers whose new environment did not start: the *Error alone,
// as in Lambda, where there is one.
func invocationError(err error) error {
	if failure, ok := errors.AsType[*Error](err); ok {
		return failure
	}
	if errors.Is(err, ErrClosed) {
		return ErrClosed
	}
	return err
}

// The texts below are those of Lambda's Invoke API.

func timedOut(requestID string, after time.Duration) *Error {
	return &Error{"Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", requestID, after.Seconds())}
}

func exited(requestID string, err error) *Error {
	cause := "Runtime exited without providing a reason"
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		cause = "Runtime exited with error: " + err.Error()
	}
	return &Error{"Runtime.ExitError", fmt.Sprintf("RequestId: %s Error: %s", requestID, cause)}
}

func responseTooLarge() *Error {
	return &Error{"Function.ResponseSizeTooLarge",
		fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxPayload)}
}
