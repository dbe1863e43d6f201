package apikeytest

import (
	"net/netip"
	"testing"
	"time"

	"portcullis/authorizers/apikey"
)

func getCreated(t *testing.T, s apikey.Store) {
	first := create(t, s, full(t))
	second := create(t, s, plain(t))
	wantStored(t, s, first)
	wantStored(t, s, second)

	elsewhere := full(t)
	elsewhere.Created = elsewhere.Created.In(time.FixedZone("", 3600))
	elsewhere.Expires = elsewhere.Expires.In(time.FixedZone("", 7200))
	create(t, s, elsewhere)
	elsewhere.Created, elsewhere.Expires = elsewhere.Created.UTC(), elsewhere.Expires.UTC()
	wantStored(t, s, elsewhere)
}

func createOnce(t *testing.T, s apikey.Store) {
	first := create(t, s, full(t))
	second := plain(t)
	second.ID = first.ID
	wantError(t, "Create", s.Create(t.Context(), second), apikey.ErrExists)
	wantStored(t, s, first)
}

func createGood(t *testing.T, s apikey.Store) {
	bad := map[string]func(*apikey.Record){
		"id":       func(r *apikey.Record) { r.ID = "" },
		"hash":     func(r *apikey.Record) { r.Hash = [32]byte{} },
		"owner":    func(r *apikey.Record) { r.Owner = "" },
		"scopes":   func(r *apikey.Record) { r.Scopes = []string{"a b"} },
		"networks": func(r *apikey.Record) { r.Networks = []netip.Prefix{{}} },
		"created":  func(r *apikey.Record) { r.Created = time.Time{} },
		"expires":  func(r *apikey.Record) { r.Expires = r.Created },
	}
	for field, spoil := range bad {
		r := full(t)
		spoil(&r)
		wantValueError(t, "Create", s.Create(t.Context(), r), field)
	}
	listNothing(t, s)
}

// shareNothing changes what was given to the store, and what it gave.
func shareNothing(t *testing.T, s apikey.Store) {
	r := full(t)
	want := full(t)
	want.ID, want.Hash = r.ID, r.Hash
	create(t, s, r)
	spoil := func(r apikey.Record) { r.Scopes[0], r.Networks[0] = "root", netip.MustParsePrefix("0.0.0.0/0") }
	spoil(r)
	wantStored(t, s, want)
	got, err := s.Get(t.Context(), r.ID)
	if err != nil {
		t.Fatal(err)
	}
	spoil(got)
	page, err := s.List(t.Context(), 1, "")
	if err != nil || len(page.Records) != 1 {
		t.Fatalf("List = %+v, %v, want the record", page, err)
	}
	spoil(page.Records[0])
	wantStored(t, s, want)
}

func findNothing(t *testing.T, s apikey.Store) {
	r := create(t, s, full(t))
	for _, id := range []string{plain(t).ID, "", "x", r.ID[1:], r.ID + "0", r.ID + "\n", "#0123456789abcde"} {
		_, err := s.Get(t.Context(), id)
		wantError(t, "Get "+id, err, apikey.ErrNotFound)
		wantError(t, "SetDisabled "+id, s.SetDisabled(t.Context(), id, true), apikey.ErrNotFound)
		wantError(t, "SetExpires "+id, s.SetExpires(t.Context(), id, start.Add(time.Minute)), apikey.ErrNotFound)
		wantError(t, "SetExpires never "+id, s.SetExpires(t.Context(), id, time.Time{}), apikey.ErrNotFound)
		wantError(t, "Delete "+id, s.Delete(t.Context(), id), apikey.ErrNotFound)
		wantError(t, "Touch "+id, s.Touch(t.Context(), id, apikey.DayOf(start)), nil)
		_, err = s.Get(t.Context(), id)
		wantError(t, "Get again "+id, err, apikey.ErrNotFound)
	}
	wantListed(t, s, r.ID)
	wantStored(t, s, r)
}

func disable(t *testing.T, s apikey.Store) {
	r := create(t, s, full(t))
	for _, disabled := range []bool{true, false, false, true} {
		wantError(t, "SetDisabled", s.SetDisabled(t.Context(), r.ID, disabled), nil)
		r.Disabled = disabled
		wantStored(t, s, r)
	}
}

func setExpires(t *testing.T, s apikey.Store) {
	r := create(t, s, full(t))
	for _, expires := range []time.Time{start.Add(time.Second), {}, {}, start.AddDate(100, 0, 0), start.Add(time.Minute)} {
		wantError(t, "SetExpires", s.SetExpires(t.Context(), r.ID, expires.In(time.FixedZone("", 3600))), nil)
		r.Expires = expires
		wantStored(t, s, r)
	}
}

func refuseExpires(t *testing.T, s apikey.Store) {
	r := create(t, s, full(t))
	for _, expires := range []time.Time{
		start, start.Add(-time.Second), start.Add(time.Minute + 1), start.AddDate(8000, 0, 0), time.Unix(-1, 0), (time.Time{}).Add(time.Second),
	} {
		wantValueError(t, "SetExpires "+expires.String(), s.SetExpires(t.Context(), r.ID, expires), "expires")
	}
	wantStored(t, s, r)
}

func touch(t *testing.T, s apikey.Store) {
	r := create(t, s, plain(t))
	today := apikey.DayOf(start)
	steps := []struct{ day, want apikey.Day }{
		{0, 0}, {today, today}, {today, today}, {today - 1, today}, {0, today}, {-1, today}, {today + 1, today + 1}, {today + 400, today + 400},
	}
	for _, step := range steps {
		wantError(t, "Touch", s.Touch(t.Context(), r.ID, step.day), nil)
		r.LastUsed = step.want
		wantStored(t, s, r)
	}
}

func remove(t *testing.T, s apikey.Store) {
	first, second := create(t, s, full(t)), create(t, s, plain(t))
	wantError(t, "Delete", s.Delete(t.Context(), first.ID), nil)
	_, err := s.Get(t.Context(), first.ID)
	wantError(t, "Get", err, apikey.ErrNotFound)
	wantError(t, "Delete again", s.Delete(t.Context(), first.ID), apikey.ErrNotFound)
	wantStored(t, s, second)
	wantListed(t, s, second.ID)
	wantStored(t, s, create(t, s, first))
}

// changeApart: no change undoes another one.
func changeApart(t *testing.T, s apikey.Store) {
	r := create(t, s, plain(t))
	wantError(t, "SetDisabled", s.SetDisabled(t.Context(), r.ID, true), nil)
	wantError(t, "SetExpires", s.SetExpires(t.Context(), r.ID, start.Add(time.Hour)), nil)
	wantError(t, "Touch", s.Touch(t.Context(), r.ID, apikey.DayOf(start)), nil)
	r.Disabled, r.Expires, r.LastUsed = true, start.Add(time.Hour), apikey.DayOf(start)
	wantStored(t, s, r)
}
