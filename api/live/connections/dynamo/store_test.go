package dynamo_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/live/connections"
	"portcullis/api/live/connections/connectionstest"
	"portcullis/api/live/connections/dynamo"
	"portcullis/deploy/testtools"
)

func TestStore(t *testing.T) {
	client := testtools.DynamoDB(testtools.MotoDynamoDB(t))
	connectionstest.Run(t, func(t *testing.T) connections.Store { return open(t, client, testtools.ConnectionsTable(t, client)) })
}

func open(t *testing.T, client dynamo.Client, table string) *dynamo.Store {
	t.Helper()
	s, err := dynamo.New(client, table)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestNewRefusesTableNames(t *testing.T) {
	client := testtools.DynamoDB("http://127.0.0.1:1")
	for _, name := range []string{"", "ab", "a b c", "live/x"} {
		if _, err := dynamo.New(client, name); !errors.As(err, new(*dynamo.TableNameError)) {
			t.Errorf("New(%q): %v, want a *TableNameError", name, err)
		}
	}
	if _, err := dynamo.New(nil, "connections"); err == nil {
		t.Error("New(nil) is no error")
	}
}

// TestBrokenItems: an item that cannot be read must show where it is met, and hides no other.
func TestBrokenItems(t *testing.T) {
	client := testtools.DynamoDB(testtools.MotoDynamoDB(t))
	table := testtools.ConnectionsTable(t, client)
	s := open(t, client, table)
	for _, id := range []string{"a", "c"} {
		c := connections.Connection{ID: id, OpenedAt: noon, Ends: noon}
		if err := errors.Join(s.Open(t.Context(), c), s.Subscribe(t.Context(), id, "things")); err != nil {
			t.Fatal(err)
		}
	}
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	for _, item := range []map[string]types.AttributeValue{
		{"pk": text("connection#b"), "sk": text("b"), "grant": text(""), "openedAt": &types.AttributeValueMemberN{Value: "1.5"}, "endsAt": &types.AttributeValueMemberN{Value: "1"}},
		{"pk": text("topic#things"), "sk": text("b"), "endsAt": text("soon")},
		{"pk": text("topic#things"), "sk": text("d"), "endsAt": &types.AttributeValueMemberN{Value: "1"}, "issuedAt": text("soon")},
	} {
		if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	var broken *connections.BrokenError
	if _, err := s.Get(t.Context(), "b"); !errors.As(err, &broken) || *broken != (connections.BrokenError{ID: "b", Attribute: "openedAt"}) {
		t.Errorf("Get: %v", err)
	}
	var got []string
	for found, err := range s.Subscribers(t.Context(), "things") {
		if errors.As(err, &broken) {
			found.ID = broken.ID + " " + broken.Attribute
		} else if err != nil {
			t.Fatal(err)
		}
		got = append(got, found.ID)
	}
	if want := "a,b endsAt,c,d issuedAt"; strings.Join(got, ",") != want {
		t.Errorf("subscribed are %q, want %s", got, want)
	}
}

// TestDown: what nobody answers is an *UnavailableError.
func TestDown(t *testing.T) {
	s := open(t, testtools.DynamoDB("http://127.0.0.1:1"), "connections")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, get := s.Get(ctx, "a")
	calls := map[string]error{
		"Open": s.Open(ctx, connections.Connection{ID: "a", OpenedAt: noon, Ends: noon}), "Get": get, "Subscribe": s.Subscribe(ctx, "a", "things"),
		"Unsubscribe": s.Unsubscribe(ctx, "a", "things"), "Forget": s.Forget(ctx, "a"),
	}
	for _, err := range s.Subscribers(ctx, "things") {
		calls["Subscribers"] = err
	}
	for _, err := range s.Revoked(ctx, "all") {
		calls["Revoked"] = err
	}
	for _, err := range s.Ended(ctx, noon) {
		calls["Ended"] = err
	}
	if len(calls) != 8 {
		t.Errorf("of %d calls there is an error", len(calls))
	}
	for call, err := range calls {
		if !errors.As(err, new(*connections.UnavailableError)) {
			t.Errorf("%s: %v", call, err)
		}
	}
}

// counting counts the reads of a table: calls, and the capacity that they take.
type counting struct {
	*dynamodb.Client
	queries int
}

func (c *counting) Query(ctx context.Context, in *dynamodb.QueryInput, options ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	c.queries++
	return c.Client.Query(ctx, in, options...)
}

// TestReads: a topic that few of many connections are subscribed to is read in one query, and so is one that nobody is.
func TestReads(t *testing.T) {
	client := &counting{Client: testtools.DynamoDB(testtools.MotoDynamoDB(t))}
	s := open(t, client, testtools.ConnectionsTable(t, client.Client))
	for _, id := range strings.Split("abcdefghijklmnopqrst", "") {
		if err := s.Open(t.Context(), connections.Connection{ID: id, OpenedAt: noon, Ends: noon}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Subscribe(t.Context(), "k", "things"); err != nil {
		t.Fatal(err)
	}
	for topic, want := range map[string]int{"things": 1, "others": 0} {
		client.queries = 0
		got := 0
		for range s.Subscribers(t.Context(), topic) {
			got++
		}
		if got != want || client.queries != 1 {
			t.Errorf("%s: %d subscribers by %d queries", topic, got, client.queries)
		}
	}
}

// TestTimeToLive: nothing is left in the table for good.
func TestTimeToLive(t *testing.T) {
	client := testtools.DynamoDB(testtools.MotoDynamoDB(t))
	table := testtools.ConnectionsTable(t, client)
	s := open(t, client, table)
	c := connections.Connection{ID: "a", OpenedAt: noon, Ends: noon.Add(time.Hour), Revocations: []string{"all"}}
	if err := errors.Join(s.Open(t.Context(), c), s.Subscribe(t.Context(), "a", "things")); err != nil {
		t.Fatal(err)
	}
	all, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)})
	if err != nil || len(all.Items) != 3 {
		t.Fatalf("%d items, %v", len(all.Items), err)
	}
	for _, item := range all.Items {
		if ttl, is := item[dynamo.TimeToLive].(*types.AttributeValueMemberN); !is || ttl.Value != "1772456400" {
			t.Errorf("%v goes at %v", item["pk"], item[dynamo.TimeToLive])
		}
	}
}
