package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/internal/dynamotable"
	"portcullis/api/users"
)

// cursorKeyID is the id of the table's own item. No user can have it: see users.CheckID.
const cursorKeyID = "#cursor-key"

// secretAttribute is the attribute that holds the secret, in bytes.
const secretAttribute = "secret"

func isCursorKey(item map[string]types.AttributeValue) bool {
	id, ok := item["id"].(*types.AttributeValueMemberS)
	return ok && id.Value == cursorKeyID
}

// key returns the table's cursor key, and makes it when the table has none.
func (s *Store) key(ctx context.Context) (*users.CursorKey, error) {
	key, err := s.storedKey(ctx)
	if key != nil || err != nil {
		return key, err
	}
	if err := s.makeKey(ctx); err != nil {
		return nil, err
	}
	key, err = s.storedKey(ctx)
	if key == nil && err == nil {
		err = &ItemError{cursorKeyID, secretAttribute}
	}
	return key, err
}

// storedKey returns the table's cursor key, nil when the table has none. It is read once; a failure is not kept.
func (s *Store) storedKey(ctx context.Context) (*users.CursorKey, error) {
	if key := s.cursorKey.Load(); key != nil {
		return key, nil
	}
	item, err := s.getItem(ctx, cursorKeyID)
	if item == nil || err != nil {
		return nil, err
	}
	secret, ok := item[secretAttribute].(*types.AttributeValueMemberB)
	if !ok {
		return nil, &ItemError{cursorKeyID, secretAttribute}
	}
	key, err := users.NewCursorKey(secret.Value)
	if err != nil {
		return nil, &ItemError{cursorKeyID, secretAttribute}
	}
	s.cursorKey.Store(&key)
	return &key, nil
}

// makeKey gives the table a key unless it has one already: of several processes that try, one wins.
func (s *Store) makeKey(ctx context.Context) error {
	item := keyOf(cursorKeyID)
	item[secretAttribute] = &types.AttributeValueMemberB{Value: users.NewCursorSecret()}
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           &s.table,
		Item:                item,
		ConditionExpression: aws.String("attribute_not_exists(id)"),
	}, s.read)
	if dynamotable.Refused(err) != nil {
		return nil
	}
	return s.failed("PutItem", err)
}
