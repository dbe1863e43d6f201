package dynamodb_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"portcullis/authorizers/dynamodb"
	emulator "portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/faults"
)

func transacting(t *testing.T, endpoint, name string) *dynamodb.Table {
	t.Helper()
	table, err := dynamodb.Open(dynamodb.Config{Table: name, Region: testtools.Region, Endpoint: endpoint, Credentials: testtools.Credentials})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestTransact: all or nothing, with the reason of each write.
func TestTransact(t *testing.T) {
	h, err := emulator.New(emulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	endpoint := testtools.Serve(t, h)
	table := transacting(t, endpoint, testtools.Table(t, testtools.DynamoDB(endpoint), "ttl"))
	item := func(id string) dynamodb.Item { return dynamodb.Item{"id": dynamodb.Text(id)} }
	absent := dynamodb.Condition{Expression: "attribute_not_exists(id)", Old: true}
	mark := dynamodb.Condition{Expression: "attribute_exists(id)", Names: map[string]string{"#n": "n"}, Values: dynamodb.Item{":n": dynamodb.Text("x")}, Old: true}
	for _, test := range []struct {
		name   string
		writes []dynamodb.Write
		held   []bool // of each condition; nil: it is done
	}{
		{"two are added", []dynamodb.Write{dynamodb.Put{Item: item("a"), Condition: absent}, dynamodb.Put{Item: item("b"), Condition: absent}}, nil},
		{"one is there", []dynamodb.Write{dynamodb.Put{Item: item("c"), Condition: absent}, dynamodb.Put{Item: item("b"), Condition: absent}}, []bool{true, false}},
		{"one is missing", []dynamodb.Write{dynamodb.Update{ID: "c", Expression: "SET #n = :n", Condition: mark}, dynamodb.Put{Item: item("d")}}, []bool{false, true}},
		{"one is changed", []dynamodb.Write{dynamodb.Update{ID: "a", Expression: "SET #n = :n", Condition: mark}, dynamodb.Put{Item: item("e")}}, nil},
	} {
		err := table.Transact(t.Context(), test.writes...)
		canceled, _ := errors.AsType[*dynamodb.CanceledError](err)
		if (err != nil) != (test.held != nil) || (err != nil) != (canceled != nil) {
			t.Fatalf("%s: %v", test.name, err)
		}
		for i, held := range test.held {
			if c := canceled.Conditions[i]; (c == nil) != held || canceled.Conflict {
				t.Errorf("%s: condition %d: %v", test.name, i, c)
			}
		}
	}
	for id, there := range map[string]bool{"a": true, "b": true, "c": false, "d": false, "e": true} {
		got, err := table.Get(t.Context(), id)
		if err != nil || (got != nil) != there || id == "a" && got["n"].S == nil {
			t.Errorf("%s: %v, error %v", id, got, err)
		}
	}
}

// TestCanceled: a line a case: which answers say that conditions stood against a transaction of two writes. Of others nobody knows.
func TestCanceled(t *testing.T) {
	const prefix = `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","Message":"x"`
	for body, says := range map[string]bool{
		prefix + `,"CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed"}]}`:                          true,
		prefix + `,"CancellationReasons":[{"Code":"TransactionConflict"},{"Code":"None"}]}`:                             true,
		prefix + `,"CancellationReasons":[{"Code":"ValidationError"},{"Code":"ConditionalCheckFailed"}]}`:               false,
		prefix + `,"CancellationReasons":[{"Code":"ConditionalCheckFailed"}]}`:                                          false,
		prefix + `,"CancellationReasons":[{"Code":"None"},{"Code":"None"}]}`:                                            false,
		prefix + `,"CancellationReasons":"x"}`:                                                                          false,
		prefix + `}`:                                                                                                    false,
		strings.Replace(prefix, "Canceled", "InProgress", 1) + `,"CancellationReasons":[{"Code":"None"},{"Code":"x"}]}`: false,
	} {
		table := transacting(t, testtools.Serve(t, faults.Says(http.StatusBadRequest, body)), "keys")
		err := table.Transact(t.Context(), dynamodb.Put{Item: dynamodb.Item{"id": dynamodb.Text("a")}}, dynamodb.Put{Item: dynamodb.Item{"id": dynamodb.Text("b")}})
		if err == nil || errors.As(err, new(*dynamodb.CanceledError)) != says {
			t.Errorf("%s: %v", body, err)
		}
	}
}
