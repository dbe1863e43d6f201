package dynamo_test

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func record(t *testing.T) apikey.Record {
	t.Helper()
	_, r, err := apikey.Issue(apikey.Record{
		Owner: "ann", Scopes: []string{"users/read"}, Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		Label: "laptop", UsageKey: "usage-key", Expires: start.Add(time.Hour),
	}, start)
	if err != nil {
		t.Fatal(err)
	}
	r.LastUsed = apikey.DayOf(start)
	return r
}

// table is a DynamoDB with one item, which notes what it is asked.
type table struct {
	dynamo.Client
	item   map[string]types.AttributeValue
	get    *dynamodb.GetItemInput
	put    *dynamodb.PutItemInput
	update *dynamodb.UpdateItemInput
	scan   *dynamodb.ScanInput
}

type options = func(*dynamodb.Options)

func (t *table) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...options) (*dynamodb.GetItemOutput, error) {
	t.get = in
	return &dynamodb.GetItemOutput{Item: t.item}, nil
}

func (t *table) PutItem(_ context.Context, in *dynamodb.PutItemInput, _ ...options) (*dynamodb.PutItemOutput, error) {
	t.put = in
	return &dynamodb.PutItemOutput{}, nil
}

func (t *table) UpdateItem(_ context.Context, in *dynamodb.UpdateItemInput, _ ...options) (*dynamodb.UpdateItemOutput, error) {
	t.update = in
	return &dynamodb.UpdateItemOutput{}, nil
}

func (t *table) Scan(_ context.Context, in *dynamodb.ScanInput, _ ...options) (*dynamodb.ScanOutput, error) {
	t.scan = in
	return &dynamodb.ScanOutput{Items: []map[string]types.AttributeValue{t.item}}, nil
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }

func list(values ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: values}
}

// stored returns a table with the item of a record, and the store on it.
func stored(t *testing.T, r apikey.Record) (*table, *dynamo.Store) {
	t.Helper()
	client := &table{}
	s := open(t, client, "keys")
	if err := s.Create(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	client.item = client.put.Item
	return client, s
}

// TestItem: the shape of an item is what Terraform, and tables that are there, rely on.
func TestItem(t *testing.T) {
	r := record(t)
	client, _ := stored(t, r)
	want := map[string]string{"id": "S", "hash": "B", "owner": "S", "scopes": "L", "label": "S", "networks": "L", "usageKey": "S",
		"createdAt": "N", "expiresAt": "N", "disabled": "BOOL", "lastUsed": "S"}
	got := map[string]string{}
	for name, value := range client.item {
		switch value.(type) {
		case *types.AttributeValueMemberS:
			got[name] = "S"
		case *types.AttributeValueMemberN:
			got[name] = "N"
		case *types.AttributeValueMemberB:
			got[name] = "B"
		case *types.AttributeValueMemberL:
			got[name] = "L"
		case *types.AttributeValueMemberBOOL:
			got[name] = "BOOL"
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("attributes %v, want %v", got, want)
	}
	if end := client.item["expiresAt"].(*types.AttributeValueMemberN).Value; end != "1772370000" {
		t.Errorf("expiresAt is %s, want seconds since 1970", end)
	}
	r.Expires, r.Label, r.UsageKey, r.LastUsed, r.Scopes, r.Networks = time.Time{}, "", "", 0, nil, nil
	client, _ = stored(t, r)
	names := slices.Sorted(maps.Keys(client.item))
	if !slices.Equal(names, []string{"createdAt", "disabled", "hash", "id", "networks", "owner", "scopes"}) {
		t.Errorf("attributes of the least record: %v", names)
	}
}

// TestBrokenItem: an item that is no record must show, and never be read as one with less in it.
func TestBrokenItem(t *testing.T) {
	null := &types.AttributeValueMemberNULL{Value: true}
	tests := []struct {
		attribute string
		values    []types.AttributeValue // nil: the attribute is not there
	}{
		{"id", []types.AttributeValue{nil, number("1"), null}},
		{"hash", []types.AttributeValue{nil, text("x"), null, &types.AttributeValueMemberB{}, &types.AttributeValueMemberB{Value: make([]byte, 31)}}},
		{"owner", []types.AttributeValue{nil, number("1"), null}},
		{"scopes", []types.AttributeValue{nil, text("a"), null, list(number("1")), list(text("a"), null), &types.AttributeValueMemberSS{Value: []string{"a"}}}},
		{"networks", []types.AttributeValue{nil, text("10.0.0.0/8"), null, list(null), list(text("10.0.0.0")), list(text("")), list(text("x/8"))}},
		{"label", []types.AttributeValue{number("1"), null}},
		{"usageKey", []types.AttributeValue{number("1"), null}},
		{"createdAt", []types.AttributeValue{nil, text("1772366400"), null, number("1e9"), number("1.5"), number("-1"), number("99999999999999999999")}},
		{"expiresAt", []types.AttributeValue{text("1772370000"), null, number("x"), number("1.5"), number("-62135596800")}},
		{"disabled", []types.AttributeValue{nil, text("false"), null, number("0")}},
		{"lastUsed", []types.AttributeValue{number("20513"), null, text(""), text("never"), text("2026-3-1")}},
	}
	for _, test := range tests {
		for _, value := range test.values {
			client, s := stored(t, record(t))
			if client.item[test.attribute] = value; value == nil {
				delete(client.item, test.attribute)
			}
			wantBroken(t, s, test.attribute, value)
		}
	}
}

func wantBroken(t *testing.T, s *dynamo.Store, attribute string, value types.AttributeValue) {
	t.Helper()
	var broken *dynamo.ItemError
	r, err := s.Get(t.Context(), "0123456789abcdef")
	if !errors.As(err, &broken) || broken.Attribute != attribute || r.ID != "" {
		t.Errorf("%s %#v: Get gives %v, error %v", attribute, value, r, err)
	}
	if _, err := s.List(t.Context(), 1, ""); !errors.As(err, &broken) {
		t.Errorf("%s %#v: List gives the error %v", attribute, value, err)
	}
}

// TestInvalidItem: what is of the right type and no valid record is refused as well.
func TestInvalidItem(t *testing.T) {
	tests := map[string]struct {
		value types.AttributeValue
		field string
	}{
		"id":        {text("#settings"), "id"},
		"hash":      {&types.AttributeValueMemberB{Value: make([]byte, 32)}, "hash"},
		"owner":     {text(""), "owner"},
		"scopes":    {list(text("a b")), "scopes"},
		"networks":  {list(text("10.0.0.1/8")), "networks"},
		"label":     {text("\n"), "label"},
		"usageKey":  {text(" "), "usage key"},
		"createdAt": {number("999999999999999"), "created"},
		"expiresAt": {number("0"), "expires"},
	}
	for attribute, test := range tests {
		client, s := stored(t, record(t))
		client.item[attribute] = test.value
		var broken *dynamo.ItemError
		var wrong *apikey.ValueError
		_, err := s.Get(t.Context(), "0123456789abcdef")
		if !errors.As(err, &broken) || !errors.As(err, &wrong) || wrong.Field != test.field {
			t.Errorf("%s: %v, want an *ItemError about %s", attribute, err, test.field)
		}
	}
}

// TestRequests looks at the requests: the emulator is always consistent, and DynamoDB is when asked. A Touch names no
// attribute but id and lastUsed, which is all that a role for checks may write.
func TestRequests(t *testing.T) {
	r := record(t)
	client, s := stored(t, r)
	if _, err := s.Get(t.Context(), r.ID); err != nil || !aws.ToBool(client.get.ConsistentRead) {
		t.Errorf("Get: %v, consistent %v", err, aws.ToBool(client.get.ConsistentRead))
	}
	if _, err := s.List(t.Context(), 1, ""); err != nil || !aws.ToBool(client.scan.ConsistentRead) {
		t.Errorf("List: %v, consistent %v", err, aws.ToBool(client.scan.ConsistentRead))
	}
	if err := s.Touch(t.Context(), r.ID, r.LastUsed); err != nil {
		t.Fatal(err)
	}
	if names := client.update.ExpressionAttributeNames; !maps.Equal(names, map[string]string{"#lastUsed": "lastUsed"}) {
		t.Errorf("Touch names %v", names)
	}
	if client.update.ReturnValues != "" || client.update.ReturnValuesOnConditionCheckFailure != "" {
		t.Error("Touch asks for attributes")
	}
}

func TestNewRefuses(t *testing.T) {
	for _, name := range []string{"", "ab", "a b c", "keys/x", ":memory:", "keys\n", string(make([]byte, 256))} {
		var bad *dynamo.TableNameError
		if _, err := dynamo.New(&table{}, name); !errors.As(err, &bad) || bad.Name != name {
			t.Errorf("New(%q): %v, want a *TableNameError", name, err)
		}
	}
	if _, err := dynamo.New(nil, "keys"); err == nil {
		t.Error("New(nil) is no error")
	}
}

var _ apikey.Store = (*dynamo.Store)(nil)
