package dynamo_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/apikeytest"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/deploy/testtools"
)

func TestStore(t *testing.T) {
	client := clientOf(testtools.MotoDynamoDB(t))
	apikeytest.Run(t, func(t *testing.T) apikey.Store { return open(t, client, newTable(t, client)) })
}

func open(t *testing.T, client dynamo.Client, table string) *dynamo.Store {
	t.Helper()
	s, err := dynamo.New(client, table)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestListWithBrokenItems: a list with items that are no records is an error that names each of them, and loses none
// of the records. Their ids are enough to delete them.
func TestListWithBrokenItems(t *testing.T) {
	client := clientOf(testtools.MotoDynamoDB(t))
	name := newTable(t, client)
	s := open(t, client, name)
	var broken []string
	for i := range 5 {
		r := record(t)
		if err := s.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if i%2 == 1 {
			broken = append(broken, r.ID)
			breakItem(t, client, name, r.ID)
		}
	}
	page, err := s.List(t.Context(), apikey.MaxPage, "")
	if failed := (*dynamo.PageError)(nil); !errors.As(err, &failed) || len(failed.Items) != len(broken) || len(page.Records) != 3 {
		t.Errorf("%d records, error %v; want 3, and an error about %v", len(page.Records), err, broken)
	}
	for _, id := range broken {
		if err == nil || !strings.Contains(err.Error(), id) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error %v does not name %s in one line", err, id)
		}
		if err := s.Delete(t.Context(), id); err != nil {
			t.Errorf("delete %s: %v", id, err)
		}
	}
	if page, err = s.List(t.Context(), apikey.MaxPage, ""); err != nil || len(page.Records) != 3 {
		t.Errorf("after that: %d records, error %v", len(page.Records), err)
	}

	// Page by page, nobody loses a record either.
	breakItem(t, client, name, page.Records[1].ID)
	read, cursor := 0, ""
	for range 10 {
		page, err := s.List(t.Context(), 1, cursor)
		if failed := (*dynamo.PageError)(nil); err != nil && !errors.As(err, &failed) {
			t.Fatal(err)
		}
		read += len(page.Records)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if read != 2 {
		t.Errorf("page by page there are %d records, want 2", read)
	}
}

// breakItem leaves nothing of an item but its id.
func breakItem(t *testing.T, client *dynamodb.Client, table, id string) {
	t.Helper()
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{"id": text(id)}}); err != nil {
		t.Fatal(err)
	}
}
