package dynamo_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/users"
	"portcullis/api/users/dynamo"
	"portcullis/api/users/userstest"
	"portcullis/deploy/testtools"
)

func TestStore(t *testing.T) {
	client := testtools.DynamoDB(testtools.MotoDynamoDB(t))
	userstest.Run(t, func(t *testing.T) users.Store { return open(t, client, testtools.Table(t, client, "")) })
}

func open(t testing.TB, client dynamo.Client, table string) *dynamo.Store {
	t.Helper()
	s, err := dynamo.New(client, table)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func person(id string) users.User {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return users.User{ID: id, Name: "Ann", CreatedAt: at, UpdatedAt: at, Version: 1}
}

func TestNewRefusesTableNames(t *testing.T) {
	client := testtools.DynamoDB("http://127.0.0.1:1")
	for _, name := range []string{"", "ab", "a b c", "users/x", ":memory:", "users\n", string(make([]byte, 256))} {
		var bad *dynamo.TableNameError
		if _, err := dynamo.New(client, name); !errors.As(err, &bad) || bad.Name != name {
			t.Errorf("New(%q): %v, want a *TableNameError", name, err)
		}
	}
	if _, err := dynamo.New(nil, "users"); err == nil {
		t.Error("New(nil) is no error")
	}
}

// TestBrokenItem: an item that is no user must show, and not be passed over.
func TestBrokenItem(t *testing.T) {
	client := testtools.DynamoDB(testtools.MotoDynamoDB(t))
	table := testtools.Table(t, client, "")
	s := open(t, client, table)
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: map[string]types.AttributeValue{
		"id": &types.AttributeValueMemberS{Value: "ann"}, "name": &types.AttributeValueMemberS{Value: "Ann"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var broken *dynamo.ItemError
	if _, err := s.Get(t.Context(), "ann"); !errors.As(err, &broken) || broken.Attribute != "createdAt" {
		t.Errorf("Get: %v, want an *ItemError about createdAt", err)
	}
	if _, err := s.List(t.Context(), 1, ""); !errors.As(err, &broken) {
		t.Errorf("List: %v, want an *ItemError", err)
	}
}

// consistency notes which reads are strongly consistent, and finds nothing.
type consistency struct {
	dynamo.Client
	gets, scans []bool
}

func (c *consistency) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	c.gets = append(c.gets, aws.ToBool(in.ConsistentRead))
	return &dynamodb.GetItemOutput{}, nil
}

func (c *consistency) Scan(_ context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	c.scans = append(c.scans, aws.ToBool(in.ConsistentRead))
	return &dynamodb.ScanOutput{Items: []map[string]types.AttributeValue{}}, nil
}

// TestConsistentReads looks at the requests, because the emulator is always consistent and DynamoDB is when asked.
func TestConsistentReads(t *testing.T) {
	c := &consistency{}
	s := open(t, c, "users")
	if _, err := s.Get(t.Context(), "ann"); !errors.Is(err, users.ErrNotFound) {
		t.Errorf("Get: %v", err)
	}
	if _, err := s.List(t.Context(), 1, ""); err != nil {
		t.Errorf("List: %v", err)
	}
	if !slices.Equal(c.gets, []bool{true}) || !slices.Equal(c.scans, []bool{true}) {
		t.Errorf("consistent GetItem %v and Scan %v, want one of each", c.gets, c.scans)
	}
}
