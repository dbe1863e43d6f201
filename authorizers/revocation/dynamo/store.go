// Package dynamo writes the entries of package revocation to a DynamoDB table, which package item describes, and lists them.
// Authorizers read it with package lookup, which links no client of DynamoDB.
//
// Who takes tokens back needs the permission dynamodb:PutItem on the table. Who administers it needs dynamodb:DeleteItem
// and Scan too, and authorizers need dynamodb:BatchGetItem.
//
// DynamoDB removes an item some time after its TTL, within days
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html). Until then it is read, counts,
// and is listed.
package dynamo

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers/internal/tablename"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/item"
)

// Client is what a Store needs of *dynamodb.Client.
type Client interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
}

const (
	// callTimeout bounds each call, with all its attempts; an earlier deadline of the context counts.
	callTimeout = 4 * time.Second

	maxAttempts = 3
	maxBackoff  = 100 * time.Millisecond
	maxRaces    = 10 // how often an entry is widened by one that another wrote meanwhile
)

// Store is a revocation.Store in a DynamoDB table. It is safe for concurrent use.
type Store struct {
	client Client
	table  string
}

// TableNameError says that Name cannot be a table's: 3 to 255 characters out of a-z A-Z 0-9 _ . -
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html).
type TableNameError struct {
	Name string
}

func (e *TableNameError) Error() string {
	return fmt.Sprintf("%.40q is not the name of a DynamoDB table: want 3 to 255 characters out of a-z A-Z 0-9 _ . -", e.Name)
}

// New returns the store in a table, or a *TableNameError. It calls nobody: whether the table is there shows with the
// first entry.
func New(client Client, table string) (*Store, error) {
	if client == nil {
		return nil, errors.New("dynamo: client is nil")
	}
	if !tablename.Valid(table) {
		return nil, &TableNameError{table}
	}
	return &Store{client, table}, nil
}

// throttled are the errors after which DynamoDB has surely done nothing.
var throttled = []retry.IsErrorRetryable{retry.RetryableErrorCode{Codes: retry.DefaultThrottleErrorCodes}}

// retrying sets after what a call is done again; nil stands for all that may pass.
func retrying(retryables []retry.IsErrorRetryable) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) {
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = maxAttempts
			o.Backoff = retry.NewExponentialJitterBackoff(maxBackoff)
			if retryables != nil {
				o.Retryables = retryables
			}
		})
	}
}

// failed returns err with what failed.
func (s *Store) failed(operation string, err error) error {
	return fmt.Errorf("%s on table %q: %w", operation, s.table, err)
}

// Revoke implements revocation.Store. Its errors include *item.Error, where what stands in the table already is no entry.
func (s *Store) Revoke(ctx context.Context, e revocation.Entry) error {
	if err := e.Validate(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	for range maxRaces {
		there, err := s.put(ctx, e)
		if err != nil {
			return s.failed("PutItem", err)
		}
		if there == nil {
			return nil
		}
		old, err := entryOf(there)
		if err != nil {
			return s.failed("PutItem", err)
		}
		if e = e.Widen(old); e == old {
			return nil
		}
	}
	return s.failed("PutItem", errors.New("others write the same entry all the time"))
}

// put writes an entry, unless that would take something back that stands in the table: then it gives the item there.
func (s *Store) put(ctx context.Context, e revocation.Entry) (there attributes, err error) {
	values := toSDK(item.Of(e))
	in := &dynamodb.PutItemInput{
		TableName: &s.table, Item: values,
		ConditionExpression:                 aws.String("attribute_not_exists(id) OR #expires <= :expires"),
		ExpressionAttributeNames:            map[string]string{"#expires": item.Expires},
		ExpressionAttributeValues:           attributes{":expires": values[item.Expires]},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if before, timed := values[item.Before]; timed {
		in.ConditionExpression = aws.String("attribute_not_exists(id) OR (#expires <= :expires AND #before <= :before)")
		in.ExpressionAttributeNames["#before"] = item.Before
		in.ExpressionAttributeValues[":before"] = before
	}
	_, err = s.client.PutItem(ctx, in, retrying(nil))
	if refused, ok := errors.AsType[*types.ConditionalCheckFailedException](err); ok && len(refused.Item) > 0 {
		return refused.Item, nil
	}
	return nil, err
}

// Undo implements revocation.Store. An item that is no entry is removed as well.
func (s *Store) Undo(ctx context.Context, id string) error {
	if !revocation.ValidID(id) {
		return revocation.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	out, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:    &s.table,
		Key:          toSDK(item.Item{item.ID: {S: &id}}),
		ReturnValues: types.ReturnValueAllOld,
	}, retrying(throttled)) // one that was done would find nothing the second time
	if err != nil {
		return s.failed("DeleteItem", err)
	}
	if len(out.Attributes) == 0 {
		return revocation.ErrNotFound
	}
	return nil
}

// Entries implements revocation.Store. It scans the whole table. Its errors include *item.Error.
func (s *Store) Entries(ctx context.Context) iter.Seq2[revocation.Entry, error] {
	return func(yield func(revocation.Entry, error) bool) {
		var behind attributes
		for {
			out, err := s.scan(ctx, behind)
			if err != nil {
				yield(revocation.Entry{}, s.failed("Scan", err))
				return
			}
			for _, values := range out.Items {
				if !yield(entryOf(values)) {
					return
				}
			}
			if behind = out.LastEvaluatedKey; len(behind) == 0 {
				return
			}
		}
	}
}

func (s *Store) scan(ctx context.Context, behind attributes) (*dynamodb.ScanOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	out, err := s.client.Scan(ctx, &dynamodb.ScanInput{TableName: &s.table, ExclusiveStartKey: behind, ConsistentRead: aws.Bool(true)}, retrying(nil))
	if err == nil && out.Items == nil { // an empty table has an empty list
		err = errors.New("the answer has no list of items")
	}
	return out, err
}
