package dynamo_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/apikeytest"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/authorizers/dynamodb"
	local "portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
)

// TestStore runs the suite against moto and against the DynamoDB of the desk.
func TestStore(t *testing.T) {
	for name, start := range map[string]func(t *testing.T) string{
		"moto": func(t *testing.T) string { return testtools.MotoDynamoDB(t) },
		"desk": func(t *testing.T) string {
			h, err := local.New(local.Config{})
			if err != nil {
				t.Fatal(err)
			}
			return testtools.Serve(t, h)
		},
	} {
		t.Run(name, func(t *testing.T) {
			endpoint := start(t)
			client := testtools.DynamoDB(endpoint)
			apikeytest.Run(t, func(t *testing.T) apikey.Store {
				return open(t, endpoint, testtools.Table(t, client, "expiresAt"), nil)
			})
		})
	}
}

// open is the store in a table at an address; client may be nil.
func open(t testing.TB, endpoint, table string, client *http.Client) *dynamo.Store {
	t.Helper()
	opened, err := dynamodb.Open(dynamodb.Config{Table: table, Region: testtools.Region, Endpoint: endpoint, Credentials: testtools.Credentials, Client: client})
	if err != nil {
		t.Fatal(err)
	}
	return dynamo.New(opened)
}

// TestListWithBrokenItems: a list with items that are no records is an error that names each of them, and loses none
// of the records. Their ids are enough to delete them.
func TestListWithBrokenItems(t *testing.T) {
	endpoint := testtools.MotoDynamoDB(t)
	client := testtools.DynamoDB(endpoint)
	name := testtools.Table(t, client, "expiresAt")
	s := open(t, endpoint, name, nil)
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
func breakItem(t *testing.T, client *sdk.Client, table, id string) {
	t.Helper()
	item := map[string]types.AttributeValue{dynamodb.Key: &types.AttributeValueMemberS{Value: id}}
	if _, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &table, Item: item}); err != nil {
		t.Fatal(err)
	}
}
