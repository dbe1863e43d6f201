package dynamo

import (
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

const (
	maxAttempts = 3
	maxBackoff  = 100 * time.Millisecond
)

// errNoItems is the error of an answer that does not say what is in the table. One that says that nothing is has an empty list.
var errNoItems = errors.New("the answer has no list of items")

// throttled are the errors after which DynamoDB has surely done nothing. A write that finds its own item when it is done
// a second time is tried again after these only: it would report that the key exists, or is gone.
var throttled = []retry.IsErrorRetryable{retry.RetryableErrorCode{Codes: retry.DefaultThrottleErrorCodes}}

// retrying sets what is tried again; nil stands for all that may pass.
func retrying(retryables []retry.IsErrorRetryable) func(*dynamodb.Options) {
	r := retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.Backoff = retry.NewExponentialJitterBackoff(maxBackoff)
		if retryables != nil {
			o.Retryables = retryables
		}
	})
	return func(o *dynamodb.Options) { o.Retryer = r }
}

// failed returns nil for nil, and otherwise err with what failed.
func (s *Store) failed(operation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s on table %q: %w", operation, s.table, err)
}
