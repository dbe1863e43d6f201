// Package dynamo keeps the records of API keys in a DynamoDB table whose partition key is the string attribute "id",
// without a sort key, and whose TTL attribute is "expiresAt".
//
// Who checks keys needs the permissions dynamodb:GetItem and dynamodb:UpdateItem on the table. The second is for the day
// of the last use, and can be held to that with the condition
//
//	"ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "lastUsed"]},
//	"Null":                      {"dynamodb:Attributes": "false"},
//	"StringEqualsIfExists":      {"dynamodb:ReturnValues": "NONE"}
//
// Who administers keys needs dynamodb:GetItem, PutItem, UpdateItem, DeleteItem and Scan. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html.
//
// DynamoDB removes an item some time after its TTL, within days
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html). Until then it is read and listed.
package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/internal/tablename"
)

// Client is what a Store needs of *dynamodb.Client.
type Client interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
}

// callTimeout bounds each method of a Store, with all its attempts; an earlier deadline of the context counts.
const callTimeout = 4 * time.Second

// Store is an apikey.Store in a DynamoDB table. What it reads is strongly consistent. It is safe for concurrent use.
type Store struct {
	client Client
	table  string

	again, once func(*dynamodb.Options) // for calls that may be done twice, and for the others
}

// TableNameError says that Name cannot be a table's: 3 to 255 characters out of a-z A-Z 0-9 _ . -
// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html).
type TableNameError struct {
	Name string
}

func (e *TableNameError) Error() string {
	return fmt.Sprintf("%q is not the name of a DynamoDB table: want 3 to 255 characters out of a-z A-Z 0-9 _ . -", e.Name)
}

// New returns the store in a table, or a *TableNameError. It calls nobody: whether the table is there shows with the
// first key.
func New(client Client, table string) (*Store, error) {
	if client == nil {
		return nil, errors.New("dynamo: client is nil")
	}
	if !tablename.Valid(table) {
		return nil, &TableNameError{table}
	}
	return &Store{client: client, table: table, again: retrying(nil), once: retrying(throttled)}, nil
}

// Get implements apikey.Lookup. Its errors include *ItemError.
func (s *Store) Get(ctx context.Context, id string) (apikey.Record, error) {
	if !apikey.ValidID(id) {
		return apikey.Record{}, apikey.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &s.table,
		Key:            keyOf(id),
		ConsistentRead: aws.Bool(true),
	}, s.again)
	if err != nil {
		return apikey.Record{}, s.failed("GetItem", err)
	}
	if out.Item == nil {
		return apikey.Record{}, apikey.ErrNotFound
	}
	r, err := recordOf(out.Item)
	if err == nil && r.ID != id {
		return apikey.Record{}, &ItemError{r.ID, "id", nil}
	}
	return r, err
}

// Create implements apikey.Store.
func (s *Store) Create(ctx context.Context, r apikey.Record) error {
	if err := r.Validate(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           &s.table,
		Item:                itemOf(r),
		ConditionExpression: aws.String("attribute_not_exists(id)"),
	}, s.once)
	if conditionFailed(err) != nil {
		return apikey.ErrExists
	}
	return s.failed("PutItem", err)
}

// Delete implements apikey.Store.
func (s *Store) Delete(ctx context.Context, id string) error {
	if !apikey.ValidID(id) {
		return apikey.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:           &s.table,
		Key:                 keyOf(id),
		ConditionExpression: aws.String("attribute_exists(id)"),
	}, s.once)
	if conditionFailed(err) != nil {
		return apikey.ErrNotFound
	}
	return s.failed("DeleteItem", err)
}

// List implements apikey.Store. A page is one part of a scan, and its cursor is the last id that was read. Where items
// are no records, the error is a *PageError that names each, and the page is there all the same, with the other records
// and the next cursor: who wants the rest of the list can go on.
func (s *Store) List(ctx context.Context, limit int, cursor string) (apikey.Page, error) {
	if err := apikey.CheckLimit(limit); err != nil {
		return apikey.Page{}, err
	}
	in := &dynamodb.ScanInput{TableName: &s.table, Limit: aws.Int32(int32(limit)), ConsistentRead: aws.Bool(true)}
	if cursor != "" {
		if !apikey.ValidID(cursor) {
			return apikey.Page{}, apikey.ErrBadCursor
		}
		in.ExclusiveStartKey = keyOf(cursor)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	out, err := s.client.Scan(ctx, in, s.again)
	if err == nil && out.Items == nil {
		err = errNoItems
	}
	if err != nil {
		return apikey.Page{}, s.failed("Scan", err)
	}
	return pageOf(out)
}

func pageOf(out *dynamodb.ScanOutput) (apikey.Page, error) {
	var page apikey.Page
	var broken []error
	for _, item := range out.Items {
		if r, err := recordOf(item); err != nil {
			broken = append(broken, err)
		} else {
			page.Records = append(page.Records, r)
		}
	}
	if len(out.LastEvaluatedKey) > 0 {
		r := reader{item: out.LastEvaluatedKey}
		if page.Next = r.text("id"); !apikey.ValidID(page.Next) {
			return apikey.Page{}, &ItemError{page.Next, "id", nil}
		}
	}
	if len(broken) > 0 {
		return page, &PageError{broken}
	}
	return page, nil
}

// conditionFailed returns DynamoDB's refusal of a conditional write, or nil.
func conditionFailed(err error) *types.ConditionalCheckFailedException {
	var refused *types.ConditionalCheckFailedException
	errors.As(err, &refused)
	return refused
}
