// Package apikeytest checks that an apikey.Store does what the interface says.
package apikeytest

import (
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"portcullis/authorizers/apikey"
)

// Run runs the suite, each part in a subtest with an empty store of its own from open.
func Run(t *testing.T, open func(t *testing.T) apikey.Store) {
	parts := []struct {
		name  string
		check func(t *testing.T, s apikey.Store)
	}{
		{"get what was created", getCreated},
		{"create only once", createOnce},
		{"create only good records", createGood},
		{"share no memory", shareNothing},
		{"find nothing", findNothing},
		{"disable and enable", disable},
		{"set the end", setExpires},
		{"refuse ends", refuseExpires},
		{"raise the day of last use", touch},
		{"delete", remove},
		{"change one thing at a time", changeApart},
		{"create at once", createAtOnce},
		{"change at once", changeAtOnce},
		{"replace", replace},
		{"replace nothing that was changed", replaceChanged},
		{"refuse replacements", replaceRefused},
		{"replace beside a deletion", replaceBesideDeletion},
		{"replace once", replaceOnce},
		{"delete what is as it was read", deleteAsRead},
		{"delete as read beside rotations", deleteBesideRotation},
		{"no seal", noSeal},
		{"the first seal", firstSeal},
		{"the first seal at once", firstSealAtOnce},
		{"renew the seal", renewSeal},
		{"renew the seal at once", renewAtOnce},
		{"a seal is no record", sealIsNoRecord},
		{"list nothing", listNothing},
		{"list in pages of every size", listEverySize},
		{"list after a deleted record", listAfterDeleted},
		{"refuse limits and cursors", refuseLists},
	}
	for _, part := range parts {
		t.Run(part.name, func(t *testing.T) { part.check(t, open(t)) })
	}
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// full returns a new record with something in each field.
func full(t *testing.T) apikey.Record {
	t.Helper()
	r := issue(t, apikey.Record{
		Owner: "zoë@example.com", Scopes: []string{"users/read", "users/self"}, Label: "Zoë's laptop",
		Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("192.0.2.7/32")},
		UsageKey: "usage-key-of-zoe-123", Expires: start.Add(time.Hour), Disabled: true,
	})
	r.LastUsed = apikey.DayOf(start)
	return r
}

// plain returns a new record with as little in it as may be.
func plain(t *testing.T) apikey.Record {
	t.Helper()
	return issue(t, apikey.Record{Owner: "a"})
}

func issue(t *testing.T, r apikey.Record) apikey.Record {
	t.Helper()
	_, r, err := apikey.NewSeal().Issue(r, start)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func create(t *testing.T, s apikey.Store, r apikey.Record) apikey.Record {
	t.Helper()
	wantError(t, "Create", s.Create(t.Context(), r), nil)
	return r
}

// wantStored checks that the store has exactly r, with the times of the same instant in UTC.
func wantStored(t *testing.T, s apikey.Store, r apikey.Record) {
	t.Helper()
	got, err := s.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	wantSame(t, "Get", got, r)
}

func wantSame(t *testing.T, call string, got, want apikey.Record) {
	t.Helper()
	if !reflect.DeepEqual(tidy(got), tidy(want)) {
		t.Errorf("%s = %+v, want %+v", call, got, want)
	}
}

// tidy makes empty lists nil.
func tidy(r apikey.Record) apikey.Record {
	if len(r.Scopes) == 0 {
		r.Scopes = nil
	}
	if len(r.Networks) == 0 {
		r.Networks = nil
	}
	return r
}

func wantError(t *testing.T, call string, err, want error) {
	t.Helper()
	if !isOneOf(err, want) {
		t.Errorf("%s: %v, want %v", call, err, want)
	}
}

func wantValueError(t *testing.T, call string, err error, field string) {
	t.Helper()
	var wrong *apikey.ValueError
	if !errors.As(err, &wrong) || wrong.Field != field {
		t.Errorf("%s: %v, want a *ValueError about %s", call, err, field)
	}
}
