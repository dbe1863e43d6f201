package item_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/item"
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

// TestRoundTrip: what an entry becomes becomes that entry, in JSON too.
func TestRoundTrip(t *testing.T) {
	for _, e := range entries {
		text, err := json.Marshal(item.Of(e))
		if err != nil {
			t.Fatal(err)
		}
		var i item.Item
		if err := json.Unmarshal(text, &i); err != nil {
			t.Fatal(err)
		}
		if got, err := i.Entry(); err != nil || got != e {
			t.Errorf("%s: %+v, error %v, want %+v", text, got, err, e)
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
		i := item.Of(entries[test.of])
		delete(i, test.attribute)
		if test.value != "" {
			var value item.Attribute
			if err := json.Unmarshal([]byte(test.value), &value); err != nil {
				t.Fatal(err)
			}
			i[test.attribute] = value
		}
		got, err := i.Entry()
		var wrong *item.Error
		switch {
		case test.want == "" && err != nil:
			t.Errorf("%d, %s = %s: %v", test.of, test.attribute, test.value, err)
		case test.want != "" && (!errors.As(err, &wrong) || wrong.Attribute != test.want || !reflect.ValueOf(got).IsZero()):
			t.Errorf("%d, %s = %s: %+v, error %v, want one about %q", test.of, test.attribute, test.value, got, err, test.want)
		}
	}
	long := item.Item{item.ID: {S: new(strings.Repeat("x\n", 1000))}}
	if _, err := long.Entry(); err == nil || len(err.Error()) > 400 || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v", err)
	}
}

// FuzzEntry: what is read of an item, whatever its JSON, is a valid entry of the item's own ID, and is written as it was read.
func FuzzEntry(f *testing.F) {
	for _, e := range entries {
		text, err := json.Marshal(item.Of(e))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"id":{"S":"sub-x"},"kind":{"S":"sub"},"issuer":{"S":"\ud800"},"value":{"BOOL":true},"before":{"N":"+1"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var i item.Item
		if json.Unmarshal(text, &i) != nil {
			return
		}
		e, err := i.Entry()
		if err != nil {
			if !errors.As(err, new(*item.Error)) {
				t.Errorf("error %v", err)
			}
			return
		}
		if err := e.Validate(); err != nil || e.ID() != *i[item.ID].S {
			t.Errorf("%+v of %s: %v", e, text, err)
		}
		for name, value := range item.Of(e) {
			if name == item.Before || name == item.Expires {
				continue // "+1" and "01" are 1
			}
			if !reflect.DeepEqual(i[name], value) {
				t.Errorf("%s: %s is written otherwise", text, name)
			}
		}
		if again, err := item.Of(e).Entry(); err != nil || again != e {
			t.Errorf("%+v, error %v, want %+v", again, err, e)
		}
	})
}
