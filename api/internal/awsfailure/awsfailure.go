// Package awsfailure tells what the API's functions must know of failed calls of AWS: whether they may pass by themselves,
// and what may be logged of them.
package awsfailure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Throttles are the errors after which a service has surely done nothing, for a retryer.
var Throttles = retry.IsErrorRetryables{retry.RetryableErrorCode{Codes: retry.DefaultThrottleErrorCodes}}

// MayPass reports whether err comes from a throttle, a failure inside the service, a connection or a deadline.
func MayPass(err error) bool {
	if Throttles.IsErrorRetryable(err) == aws.TrueTernary {
		return true
	}
	var (
		unsent   *smithyhttp.RequestSendError
		response *smithyhttp.ResponseError
		network  net.Error
	)
	switch {
	case errors.As(err, &unsent), errors.As(err, &network):
		return true
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, io.ErrUnexpectedEOF):
		return true
	case errors.As(err, &response):
		status := response.HTTPStatusCode()
		return status >= http.StatusInternalServerError || status == http.StatusTooManyRequests
	}
	return false
}

// Loggable returns err, or another error in its place where its text would hold a part of the answer. That one wraps what ended
// the connection, the deadline or the answer, if that is why it cannot be read.
func Loggable(err error) error {
	unread, response := (*smithy.DeserializationError)(nil), (*smithyhttp.ResponseError)(nil)
	if !errors.As(err, &unread) {
		return err
	}
	failure := "the answer cannot be read"
	if errors.As(err, &response) {
		failure = fmt.Sprintf("the answer, of status %d, cannot be read", response.HTTPStatusCode())
	}
	if end := endOf(unread); end != nil {
		return fmt.Errorf("%s: %w", failure, end)
	}
	return errors.New(failure)
}

// endOf is what ended an answer before all of it was read, whose text has addresses and nothing of the answer; nil: all was read.
func endOf(err error) error {
	if network := (*net.OpError)(nil); errors.As(err, &network) {
		return network
	}
	for _, end := range []error{context.DeadlineExceeded, context.Canceled, io.ErrUnexpectedEOF} {
		if errors.Is(err, end) {
			return end
		}
	}
	return nil
}
