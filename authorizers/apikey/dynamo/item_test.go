package dynamo_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/deploy/testtools/faults"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func record(t *testing.T) apikey.Record {
	t.Helper()
	_, r, err := apikey.NewSeal().Issue(apikey.Record{
		Owner: "ann", Scopes: []string{"users/read"}, Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		Label: "laptop", UsageKey: "usage-key", Expires: start.Add(time.Hour),
	}, start)
	if err != nil {
		t.Fatal(err)
	}
	r.LastUsed, r.Successor = apikey.DayOf(start), "ABCDEFGHIJKLMNOP"
	return r
}

// item is an item in DynamoDB's JSON: the JSON of values by their attributes.
type item map[string]json.RawMessage

// table is a DynamoDB with one item, which notes what it is asked.
type table struct {
	item  item
	asked map[string]map[string]json.RawMessage // requests by their operations
}

func (c *table) answer(r *http.Request) string {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var request map[string]json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		panic(err)
	}
	c.asked[operation] = request
	text, err := json.Marshal(map[string]any{"Item": c.item, "Items": []item{c.item}})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// stored returns a table with the item of a record, and the store on it.
func stored(t *testing.T, r apikey.Record) (*table, *dynamo.Store) {
	t.Helper()
	c := &table{asked: map[string]map[string]json.RawMessage{}}
	s := open(t, "http://127.0.0.1:1", "keys", faults.Answer(c.answer))
	if err := s.Create(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(c.asked["PutItem"]["Item"], &c.item); err != nil {
		t.Fatal(err)
	}
	return c, s
}

// TestItem: the shape of an item is what Terraform, and tables that are there, rely on.
func TestItem(t *testing.T) {
	r := record(t)
	c, _ := stored(t, r)
	want := map[string]string{"id": "S", "hash": "B", "owner": "S", "scopes": "L", "label": "S", "networks": "L", "usageKey": "S",
		"createdAt": "N", "expiresAt": "N", "disabled": "BOOL", "lastUsed": "S", "successor": "S"}
	got := map[string]string{}
	for name, value := range c.item {
		got[name], _, _ = strings.Cut(strings.TrimPrefix(string(value), `{"`), `"`)
	}
	if !maps.Equal(got, want) {
		t.Errorf("attributes %v, want %v", got, want)
	}
	if end := string(c.item["expiresAt"]); end != `{"N":"1772370000"}` {
		t.Errorf("expiresAt is %s, want seconds since 1970", end)
	}
	r.Expires, r.Label, r.UsageKey, r.LastUsed, r.Successor, r.Scopes, r.Networks = time.Time{}, "", "", 0, "", nil, nil
	c, _ = stored(t, r)
	names := slices.Sorted(maps.Keys(c.item))
	if !slices.Equal(names, []string{"createdAt", "disabled", "hash", "id", "networks", "owner", "scopes"}) {
		t.Errorf("attributes of the least record: %v", names)
	}
	if string(c.item["scopes"]) != `{"L":[]}` {
		t.Errorf("no scopes are %s", c.item["scopes"])
	}
}

// TestBrokenItem: an item that is no record must show, and never be read as one with less in it.
func TestBrokenItem(t *testing.T) {
	const null = `{"NULL":true}`
	tests := []struct {
		attribute string
		values    []string // JSON; "": the attribute is not there
	}{
		{"id", []string{"", number("1"), null}},
		{"hash", []string{"", text("x"), null, `{"B":""}`, `{"B":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="}`}},
		{"owner", []string{"", number("1"), null}},
		{"scopes", []string{"", text("a"), null, list(number("1")), list(text("a"), null), `{"SS":["a"]}`}},
		{"networks", []string{"", text("10.0.0.0/8"), null, list(null), list(text("10.0.0.0")), list(text("")), list(text("x/8"))}},
		{"label", []string{number("1"), null}},
		{"usageKey", []string{number("1"), null}},
		{"createdAt", []string{"", text("1772366400"), null, number("1e9"), number("1.5"), number("-1"), number("99999999999999999999")}},
		{"expiresAt", []string{text("1772370000"), null, number("x"), number("1.5"), number("-62135596800")}},
		{"disabled", []string{"", text("false"), null, number("0")}},
		{"successor", []string{number("1"), null}},
		{"lastUsed", []string{number("20513"), null, text(""), text("never"), text("2026-3-1")}},
	}
	for _, test := range tests {
		for _, value := range test.values {
			c, s := stored(t, record(t))
			if c.item[test.attribute] = json.RawMessage(value); value == "" {
				delete(c.item, test.attribute)
			}
			wantBroken(t, s, test.attribute, value)
		}
	}
}

func wantBroken(t *testing.T, s *dynamo.Store, attribute string, value string) {
	t.Helper()
	var broken *dynamo.ItemError
	r, err := s.Get(t.Context(), "0123456789abcdef")
	if !errors.As(err, &broken) || broken.Attribute != attribute || r.ID != "" {
		t.Errorf("%s %s: Get gives %v, error %v", attribute, value, r, err)
	}
	if _, err := s.List(t.Context(), 1, ""); !errors.As(err, &broken) {
		t.Errorf("%s %s: List gives the error %v", attribute, value, err)
	}
}

// TestInvalidItem: what is of the right type and no valid record is refused as well.
func TestInvalidItem(t *testing.T) {
	tests := map[string]struct {
		value string
		field string
	}{
		"id":        {text("#settings"), "id"},
		"hash":      {`{"B":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}`, "hash"},
		"owner":     {text(""), "owner"},
		"scopes":    {list(text("a b")), "scopes"},
		"networks":  {list(text("10.0.0.1/8")), "networks"},
		"label":     {text("\n"), "label"},
		"usageKey":  {text(" "), "usage key"},
		"createdAt": {number("999999999999999"), "created"},
		"expiresAt": {number("0"), "expires"},
		"successor": {text("ABC"), "successor"},
	}
	for attribute, test := range tests {
		c, s := stored(t, record(t))
		c.item[attribute] = json.RawMessage(test.value)
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
	c, s := stored(t, r)
	if _, err := s.Get(t.Context(), r.ID); err != nil || string(c.asked["GetItem"]["ConsistentRead"]) != "true" {
		t.Errorf("Get: %v, consistent %s", err, c.asked["GetItem"]["ConsistentRead"])
	}
	if _, err := s.List(t.Context(), 1, ""); err != nil || string(c.asked["Scan"]["ConsistentRead"]) != "true" {
		t.Errorf("List: %v, consistent %s", err, c.asked["Scan"]["ConsistentRead"])
	}
	if err := s.Touch(t.Context(), r.ID, r.LastUsed); err != nil {
		t.Fatal(err)
	}
	touch := c.asked["UpdateItem"]
	if names := string(touch["ExpressionAttributeNames"]); names != `{"#lastUsed":"lastUsed"}` {
		t.Errorf("Touch names %s", names)
	}
	if touch["ReturnValues"] != nil || touch["ReturnValuesOnConditionCheckFailure"] != nil {
		t.Error("Touch asks for attributes")
	}
}

var _ apikey.Store = (*dynamo.Store)(nil)

func text(s string) string { return fmt.Sprintf(`{"S":%q}`, s) }

func number(n string) string { return fmt.Sprintf(`{"N":%q}`, n) }

func list(values ...string) string { return `{"L":[` + strings.Join(values, ",") + `]}` }
