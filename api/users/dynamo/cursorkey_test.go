package dynamo_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/users"
	"portcullis/api/users/dynamo"
	"portcullis/deploy/testtools"
)

// filledTable is a table with three users.
func filledTable(t *testing.T, client *dynamodb.Client) string {
	t.Helper()
	table := testtools.Table(t, client, "")
	s := open(t, client, table)
	for _, id := range []string{"ann", "bob", "cy"} {
		if err := s.Create(t.Context(), person(id)); err != nil {
			t.Fatal(err)
		}
	}
	return table
}

func next(t *testing.T, s users.Store, cursor string) string {
	t.Helper()
	page, err := s.List(t.Context(), 1, cursor)
	if err != nil || len(page.Users) != 1 {
		t.Errorf("List = %+v, %v, want one user", page, err)
	}
	return page.Next
}

// TestCursorKeyIsShared lets several function instances need the table's first key at once: each must take the
// cursors of every other.
func TestCursorKeyIsShared(t *testing.T) {
	client := testtools.DynamoDB(testtools.MotoDynamoDB(t))
	table := filledTable(t, client)
	cursors := make([]string, 8)
	var wait sync.WaitGroup
	for i := range cursors {
		s := open(t, client, table)
		wait.Go(func() { cursors[i] = next(t, s, "") })
	}
	wait.Wait()
	for _, cursor := range cursors {
		s := open(t, client, table)
		if end := next(t, s, next(t, s, cursor)); end != "" {
			t.Errorf("cursor %q does not lead to the end", cursor)
		}
	}
}

// reading counts the reads of items, and fails them while down is set.
type reading struct {
	dynamo.Client
	reads atomic.Int32
	down  atomic.Bool
}

func (r *reading) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	r.reads.Add(1)
	if r.down.Load() {
		return nil, context.DeadlineExceeded
	}
	return r.Client.GetItem(ctx, in, opts...)
}

// TestCursorKeyIsReadOnce: a failure to read the key is not kept, and a key is.
func TestCursorKeyIsReadOnce(t *testing.T) {
	client := testtools.DynamoDB(testtools.MotoDynamoDB(t))
	counted := &reading{Client: client}
	table := filledTable(t, client)
	cursor := next(t, open(t, client, table), "")
	s := open(t, counted, table)

	counted.down.Store(true)
	for _, c := range []string{"", cursor} {
		if _, err := s.List(t.Context(), 1, c); !errors.As(err, new(*users.UnavailableError)) {
			t.Errorf("List without the key: %v, want an *UnavailableError", err)
		}
	}
	counted.down.Store(false)
	counted.reads.Store(0)
	for range 5 {
		next(t, s, next(t, s, cursor))
	}
	if n := counted.reads.Load(); n != 1 {
		t.Errorf("the key was read %d times, want 1", n)
	}
}

// TestBadCursorKey: an item that holds no key is an error, and neither a bad cursor nor a reason to make a new key.
func TestBadCursorKey(t *testing.T) {
	client := testtools.DynamoDB(testtools.MotoDynamoDB(t))
	for _, secret := range []types.AttributeValue{
		&types.AttributeValueMemberB{Value: make([]byte, 16)},
		&types.AttributeValueMemberS{Value: "00000000000000000000000000000000"},
	} {
		table := filledTable(t, client)
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{
			"id": &types.AttributeValueMemberS{Value: "#cursor-key"}, "secret": secret,
		}})
		if err != nil {
			t.Fatal(err)
		}
		for _, cursor := range []string{"", "AAAA"} {
			if _, err := open(t, client, table).List(t.Context(), 1, cursor); !errors.As(err, new(*dynamo.ItemError)) {
				t.Errorf("List with cursor %q: %v, want an *ItemError", cursor, err)
			}
		}
	}
}
