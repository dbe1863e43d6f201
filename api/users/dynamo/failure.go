package dynamo

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/internal/awsfailure"
	"portcullis/api/users"
)

// retryAfter is what clients are asked to wait for; DynamoDB does not say.
const retryAfter = time.Second

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
