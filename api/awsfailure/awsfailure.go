// Package awsfailure tells what the API's functions must know of failed calls of AWS: whether they may pass by themselves.
package awsfailure

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
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
