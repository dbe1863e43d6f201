package dynamo

import (
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/internal/awsfailure"
	"portcullis/api/users"
)

const (
	maxAttempts = 3
	maxBackoff  = 100 * time.Millisecond
	// retryAfter is what clients are asked to wait for; DynamoDB does not say.
	retryAfter = time.Second
)

func readRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.Backoff = retry.NewExponentialJitterBackoff(maxBackoff)
	})
}

// writeRetryer does not try again when a write may have been done: the second one would be counted as another update,
// or find its own user and report that the id is taken.
func writeRetryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.Backoff = retry.NewExponentialJitterBackoff(maxBackoff)
		o.Retryables = awsfailure.Throttles
	})
}

func retrying(r aws.Retryer) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) { o.Retryer = r }
}

// failed returns nil for nil, and otherwise err with what failed, as a *users.UnavailableError where it may pass.
func (s *Store) failed(operation string, err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s on table %q: %w", operation, s.table, err)
	if awsfailure.MayPass(err) {
		return &users.UnavailableError{RetryAfter: retryAfter, Err: err}
	}
	return err
}

// conditionFailed returns DynamoDB's refusal of a conditional write, or nil.
func conditionFailed(err error) *types.ConditionalCheckFailedException {
	var refused *types.ConditionalCheckFailedException
	errors.As(err, &refused)
	return refused
}

// refusal says why a conditional write was refused, by the item that stood in its way.
func refusal(id string, seen *users.User, refused *types.ConditionalCheckFailedException) error {
	if len(refused.Item) == 0 {
		return users.ErrNotFound
	}
	stored, err := userOf(refused.Item)
	if err != nil {
		return err
	}
	if seen == nil {
		return fmt.Errorf("item %q is there, but a write that asks for it was refused", id)
	}
	return &users.ConflictError{ID: id, Seen: seen.Version, Stored: stored.Version}
}
