// Package dynamo keeps users in a DynamoDB table whose partition key is the string attribute "id", without a sort
// key. It needs the permissions dynamodb:GetItem, PutItem, UpdateItem, DeleteItem and Scan on the table, and no other.
//
// One item of the table, "#cursor-key", is the store's own: the secret that seals the cursors of this table. It is
// no user and is never listed.
package dynamo

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/internal/dynamotable"
	"portcullis/api/users"
)

// Client is what a Store needs of *dynamodb.Client.
type Client interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
	Scan(context.Context, *dynamodb.ScanInput, ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error)
}

// callTimeout bounds each method of a Store, with all its attempts and pages; an earlier deadline of the context counts.
const callTimeout = 5 * time.Second

// Store is a users.Store in a DynamoDB table. What it reads is strongly consistent. It is safe for concurrent use.
type Store struct {
	client    Client
	table     string
	cursorKey atomic.Pointer[users.CursorKey]

	read, write func(*dynamodb.Options)
}

// TableNameError says that a name cannot be a table's.
type TableNameError = dynamotable.NameError

// New returns the store in a table, or a *TableNameError. It calls nobody: whether the table is there shows with the
// first user.
func New(client Client, table string) (*Store, error) {
	if client == nil {
		return nil, errors.New("dynamo: client is nil")
	}
	if err := dynamotable.CheckName(table); err != nil {
		return nil, err
	}
	// An update that was made twice would be counted twice, and a create that was would find its own user.
	return &Store{client: client, table: table, read: dynamotable.Again(), write: dynamotable.AgainIfUndone()}, nil
}

// Create implements users.Store.
func (s *Store) Create(ctx context.Context, u users.User) error {
	if err := users.CheckID(u.ID); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           &s.table,
		Item:                itemOf(u),
		ConditionExpression: aws.String("attribute_not_exists(id)"),
	}, s.write)
	if dynamotable.Refused(err) != nil {
		return users.ErrExists
	}
	return s.failed("PutItem", err)
}

// Get implements users.Store.
func (s *Store) Get(ctx context.Context, id string) (users.User, error) {
	if users.CheckID(id) != nil {
		return users.User{}, users.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	item, err := s.getItem(ctx, id)
	if err != nil {
		return users.User{}, err
	}
	if item == nil {
		return users.User{}, users.ErrNotFound
	}
	u, err := userOf(item)
	if err == nil && u.ID != id {
		return users.User{}, &ItemError{u.ID, "id"}
	}
	return u, err
}

// getItem returns nil when there is no such item.
func (s *Store) getItem(ctx context.Context, id string) (map[string]types.AttributeValue, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &s.table,
		Key:            keyOf(id),
		ConsistentRead: aws.Bool(true),
	}, s.read)
	if err != nil {
		return nil, s.failed("GetItem", err)
	}
	return out.Item, nil
}

// Update implements users.Store.
func (s *Store) Update(ctx context.Context, id string, c users.Change, seen *users.User) (users.User, error) {
	if users.CheckID(id) != nil {
		return users.User{}, users.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	e := updateOf(c, seen)
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                           &s.table,
		Key:                                 keyOf(id),
		UpdateExpression:                    &e.update,
		ConditionExpression:                 &e.condition,
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, s.write)
	if refused := dynamotable.Refused(err); refused != nil {
		return users.User{}, refusal(id, seen, refused)
	}
	if err != nil {
		return users.User{}, s.failed("UpdateItem", err)
	}
	return userOf(out.Attributes)
}

// Delete implements users.Store.
func (s *Store) Delete(ctx context.Context, id string, seen *users.User) error {
	if users.CheckID(id) != nil {
		return users.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	e := conditionOf(seen)
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                           &s.table,
		Key:                                 keyOf(id),
		ConditionExpression:                 &e.condition,
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, s.write)
	if refused := dynamotable.Refused(err); refused != nil {
		return refusal(id, seen, refused)
	}
	return s.failed("DeleteItem", err)
}
