// Package dynamotable has what the API's stores in DynamoDB tables share: what a table can be called, and when a call is made again.
package dynamotable

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"portcullis/api/internal/awsfailure"
)

// NameError says that Name cannot be a table's: 3 to 255 characters out of a-z A-Z 0-9 _ . -
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html).
type NameError struct {
	Name string
}

// Error quotes the name, and says what a table can be called.
func (e *NameError) Error() string {
	return fmt.Sprintf("%q is not the name of a DynamoDB table: want 3 to 255 characters out of a-z A-Z 0-9 _ . -", e.Name)
}

// CheckName returns nil for what a table can be called, and otherwise a [*NameError]. Package authorizers/dynamodb has the same for
// its tables: between the authorizers and the API there is no arrow.
func CheckName(text string) error {
	const characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
	if len(text) < 3 || len(text) > 255 || strings.Trim(text, characters) != "" {
		return &NameError{text}
	}
	return nil
}

// How often a call is made, and how long is waited between.
const (
	maxAttempts = 3
	maxBackoff  = 100 * time.Millisecond
)

// Again makes calls again whose failure may pass. It is for reads, and for writes that may be done twice.
func Again() func(*dynamodb.Options) { return retrying(nil) }

// AgainIfUndone makes calls again that were surely not done: DynamoDB throttled them. It is for writes of which the second one would
// be counted too, or find what the first one left.
func AgainIfUndone() func(*dynamodb.Options) { return retrying(awsfailure.Throttles) }

// retrying makes a call again after errors that are retryable; nil: after those that the SDK takes for such.
func retrying(retryable retry.IsErrorRetryables) func(*dynamodb.Options) {
	retryer := retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.Backoff = retry.NewExponentialJitterBackoff(maxBackoff)
		if retryable != nil {
			o.Retryables = retryable
		}
	})
	return func(o *dynamodb.Options) {
		o.Retryer = retryer
		o.APIOptions = append(o.APIOptions, wantContent)
	}
}

// wantContent has the answers of DynamoDB read as such only where there are any: the SDK takes no bytes for {}, which of GetItem would say
// that there is no such item. DynamoDB itself never answers so.
func wantContent(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("WantContent", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		response, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok || response.StatusCode != http.StatusOK {
			return out, metadata, err
		}
		content := bufio.NewReader(response.Body)
		if _, err := content.Peek(1); errors.Is(err, io.EOF) {
			return out, metadata, fmt.Errorf("the answer has no content: %w", io.ErrUnexpectedEOF)
		}
		response.Body = struct {
			io.Reader
			io.Closer
		}{content, response.Body}
		return out, metadata, nil
	}), middleware.After)
}

// Refused returns DynamoDB's refusal of a conditional write, or nil.
func Refused(err error) *types.ConditionalCheckFailedException {
	var refused *types.ConditionalCheckFailedException
	errors.As(err, &refused)
	return refused
}
