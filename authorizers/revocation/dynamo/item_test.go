package dynamo_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/dynamo"
	"portcullis/deploy/testtools/faults"
)

var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const issuer = "https://issuer.example.com"

var entries = []revocation.Entry{
	revocation.OfToken(issuer, "token", at),
	revocation.OfFamily(issuer, "zoë\n\x00 🐙", at),
	revocation.OfUser(issuer, "ann", at, at.Add(time.Hour)),
	revocation.OfUser(issuer, "ann", time.Unix(0, 0), at),
	revocation.OfIssuer(issuer, at, at.Add(time.Hour)),
}

// item is an item in DynamoDB's JSON: the JSON of values by their attributes.
type item map[string]json.RawMessage

// written is the item that a store writes of an entry.
func written(t testing.TB, e revocation.Entry) item {
	t.Helper()
	return writtenBy(t, func(s *dynamo.Store) error { return s.Revoke(t.Context(), e) })
}

// writtenBy is the item that a store writes when it is told to revoke something.
func writtenBy(t testing.TB, revoke func(*dynamo.Store) error) item {
	t.Helper()
	var request struct{ Item item }
	s := talking(t, func(r *http.Request) string {
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			t.Error(err)
		}
		return "{}"
	})
	if err := revoke(s); err != nil {
		t.Fatal(err)
	}
	return request.Item
}

// read is what a store lists of a table with one item.
func read(t testing.TB, text string) (e revocation.Entry, err error) {
	t.Helper()
	s := talking(t, func(*http.Request) string { return `{"Items":[` + text + `]}` })
	n := 0
	for e, err = range s.Entries(t.Context()) {
		n++
	}
	if n != 1 {
		t.Fatalf("%s: %d entries and errors", text, n)
	}
	return e, err
}

// talking is a store in a table that gives an answer to each request.
func talking(t testing.TB, answer func(*http.Request) string) *dynamo.Store {
	return open(t, "http://127.0.0.1:1", "revocations", faults.Answer(answer))
}

func text(t testing.TB, i item) string {
	t.Helper()
	text, err := json.Marshal(i)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestItem: the shape of an item is what Terraform, and tables that are there, rely on.
func TestItem(t *testing.T) {
	for _, test := range []struct {
		of   int // of the entries
		want string
	}{
		{0, "expiresAt N, id S, issuer S, kind S, value S"},
		{2, "before N, expiresAt N, id S, issuer S, kind S, value S"},
		{4, "before N, expiresAt N, id S, issuer S, kind S"},
	} {
		i := written(t, entries[test.of])
		var got []string
		for _, name := range slices.Sorted(maps.Keys(i)) {
			got = append(got, fmt.Sprintf("%s %c", name, i[name][2]))
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%d: %s, want %s", test.of, got, test.want)
		}
	}
	if end := string(written(t, entries[0])[dynamo.TimeToLive]); end != `{"N":"1772367000"}` {
		t.Errorf("%s is %s, want seconds since 1970", dynamo.TimeToLive, end)
	}
}

// TestRoundTrip: what an entry becomes becomes that entry.
func TestRoundTrip(t *testing.T) {
	for _, e := range entries {
		text := text(t, written(t, e))
		if got, err := read(t, text); err != nil || got != e {
			t.Errorf("%s: %+v, error %v, want %+v", text, got, err, e)
		}
	}
}

// TestRevokes: a sign-in and a user are revoked by their entries.
func TestRevokes(t *testing.T) {
	family := writtenBy(t, func(s *dynamo.Store) error { return s.RevokeFamily(t.Context(), issuer, "sign-in", at) })
	user := writtenBy(t, func(s *dynamo.Store) error { return s.RevokeUser(t.Context(), issuer, "ann", at, at.Add(time.Hour)) })
	for _, test := range []struct {
		got  item
		want revocation.Entry
	}{{family, revocation.OfFamily(issuer, "sign-in", at)}, {user, revocation.OfUser(issuer, "ann", at, at.Add(time.Hour))}} {
		if want := written(t, test.want); !reflect.DeepEqual(test.got, want) {
			t.Errorf("%s, want %s", test.got, want)
		}
	}
}

// TestBroken: an item with one attribute that is missing or different is no entry, and the error names the attribute.
func TestBroken(t *testing.T) {
	tests := []struct {
		of        int // of the entries
		attribute string
		value     string // JSON; "": it is left out
		want      string // "": it is an entry still
	}{
		{2, "id", ``, "id"},
		{2, "id", `{"S":""}`, "id"},
		{2, "id", `{"N":"1"}`, "id"},
		{2, "id", `{"S":"sub-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`, "id"},
		{2, "kind", ``, "kind"},
		{2, "kind", `{"S":"SUB"}`, "kind"},
		{2, "kind", `{"S":"jti"}`, "before"},
		{2, "kind", `{"S":"iss"}`, "value"},
		{4, "kind", `{"S":"sub"}`, "value"},
		{0, "kind", `{"S":"origin_jti"}`, "id"},
		{0, "kind", `{"S":"sub"}`, "before"},
		{2, "issuer", ``, "issuer"},
		{2, "issuer", `{"S":""}`, "issuer"},
		{2, "issuer", `{"S":"https://issuer.example.org"}`, "id"},
		{2, "issuer", `{"SS":["https://issuer.example.com"]}`, "issuer"},
		{2, "value", ``, "value"},
		{2, "value", `{"S":""}`, "value"},
		{2, "value", `{"S":"bob"}`, "id"},
		{2, "value", `{"S":"ann","N":"1"}`, "value"},
		{2, "value", `{"NULL":true}`, "value"},
		{4, "value", `{"S":"ann"}`, "value"},
		{4, "value", `{"NULL":true}`, "value"},
		{2, "before", ``, "before"},
		{2, "before", `{"S":"1772366400"}`, "before"},
		{2, "before", `{"N":"1772366400.5"}`, "before"},
		{2, "before", `{"N":"-1"}`, "before"},
		{2, "before", `{"N":"1e300"}`, "before"},
		{2, "before", `{"N":"99999999999999999999"}`, "before"},
		{2, "before", `{"N":"253402300800"}`, "before"},
		{2, "before", `{"N":""}`, "before"},
		{2, "before", `{"BOOL":true}`, "before"},
		{2, "before", `{"N":"1","S":"1"}`, "before"},
		{2, "before", `{"N":"1"}`, ""},
		{4, "before", ``, "before"},
		{0, "before", `{"N":"1"}`, "before"},
		{0, "before", `{"NULL":true}`, "before"},
		{2, "expiresAt", ``, "expiresAt"},
		{2, "expiresAt", `{"S":"1"}`, "expiresAt"},
		{2, "expiresAt", `{"N":"-1"}`, "expiresAt"},
		{2, "expiresAt", `{"N":"1"}`, ""},
		{2, "note", `{"L":[{"S":"for people"}]}`, ""},
	}
	for _, test := range tests {
		i := written(t, entries[test.of])
		delete(i, test.attribute)
		if test.value != "" {
			i[test.attribute] = json.RawMessage(test.value)
		}
		got, err := read(t, text(t, i))
		var wrong *dynamo.ItemError
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%d, %s = %s: %v", test.of, test.attribute, test.value, err)
		case test.want != "" && (!errors.As(err, &wrong) || wrong.Attribute != test.want || !reflect.ValueOf(got).IsZero()):
			t.Errorf("%d, %s = %s: %+v, error %v, want one about %q", test.of, test.attribute, test.value, got, err, test.want)
		}
	}
	if _, err := read(t, fmt.Sprintf(`{"id":{"S":%q}}`, strings.Repeat("x\n", 1000))); err == nil || len(err.Error()) > 400 || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}

// FuzzItem: what is read of an item, whatever its JSON, is a valid entry of the item's own ID, and is written as it was read.
func FuzzItem(f *testing.F) {
	for _, e := range entries {
		f.Add(text(f, written(f, e)))
	}
	f.Add(`{"id":{"S":"sub-x"},"kind":{"S":"sub"},"issuer":{"S":"\ud800"},"value":{"BOOL":true},"before":{"N":"+1"}}`)
	f.Fuzz(func(t *testing.T, body string) {
		var i map[string]map[string]any
		if json.Unmarshal([]byte(body), &i) != nil || i == nil {
			return
		}
		e, err := read(t, body)
		if err != nil {
			return
		}
		if err := e.Validate(); err != nil || e.ID() != i["id"]["S"] {
			t.Errorf("%+v of %s: %v", e, body, err)
		}
		again := written(t, e)
		for name, value := range again {
			var said map[string]any
			if err := json.Unmarshal(value, &said); err != nil {
				t.Fatal(err)
			}
			if said["N"] == nil && !reflect.DeepEqual(said["S"], i[name]["S"]) { // "+1" and "01" are 1
				t.Errorf("%s: %s is written otherwise", body, name)
			}
		}
		if same, err := read(t, text(t, again)); err != nil || same != e {
			t.Errorf("%+v, error %v, want %+v", same, err, e)
		}
	})
}
