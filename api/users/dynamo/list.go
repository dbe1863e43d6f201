package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/users"
)

// List implements users.Store. It reads one user more than the page holds, to know whether another page follows,
// and as many parts of the scan as that takes: two at most, unless DynamoDB cuts parts short.
func (s *Store) List(ctx context.Context, limit int, cursor string) (users.Page, error) {
	if err := users.CheckLimit(limit); err != nil {
		return users.Page{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	position, err := s.open(ctx, cursor)
	if err != nil {
		return users.Page{}, err
	}
	var list []users.User
	for len(list) <= limit {
		var more []users.User
		more, position, err = s.scan(ctx, limit+1-len(list), position)
		if err != nil {
			return users.Page{}, err
		}
		list = append(list, more...)
		if position == nil {
			break
		}
	}
	return s.page(ctx, list, limit)
}

// scan reads up to limit items behind a position, and returns the users among them and the position behind them;
// nil is the beginning and the end.
func (s *Store) scan(ctx context.Context, limit int, position map[string]types.AttributeValue) (
	[]users.User, map[string]types.AttributeValue, error,
) {
	out, err := s.client.Scan(ctx, &dynamodb.ScanInput{
		TableName:         &s.table,
		Limit:             aws.Int32(int32(limit)),
		ExclusiveStartKey: position,
		ConsistentRead:    aws.Bool(true),
	}, s.read)
	if err == nil && out.Items == nil { // an empty table has an empty list
		err = errors.New("the answer has no list of items")
	}
	if err != nil {
		return nil, nil, s.failed("Scan", err)
	}
	var list []users.User
	for _, item := range out.Items {
		if isCursorKey(item) {
			continue
		}
		u, err := userOf(item)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, u)
	}
	if len(out.LastEvaluatedKey) == 0 {
		return list, nil, nil
	}
	return list, out.LastEvaluatedKey, nil
}

// page keeps the first users of a list, and seals the position of the last that it keeps when some are left.
func (s *Store) page(ctx context.Context, list []users.User, limit int) (users.Page, error) {
	if len(list) <= limit {
		return users.Page{Users: list}, nil
	}
	key, err := s.key(ctx)
	if err != nil {
		return users.Page{}, err
	}
	return users.Page{Users: list[:limit], Next: key.Seal(list[limit-1].ID)}, nil
}

// open returns the position of a cursor, nil for "". A table without a key has made no cursor.
func (s *Store) open(ctx context.Context, cursor string) (map[string]types.AttributeValue, error) {
	if cursor == "" {
		return nil, nil
	}
	key, err := s.storedKey(ctx)
	if err != nil {
		return nil, err
	}
	if key == nil {
		return nil, users.ErrBadCursor
	}
	id, err := key.Open(cursor)
	if err != nil {
		return nil, err
	}
	return keyOf(id), nil
}
