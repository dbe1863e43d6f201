package apikeytest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"portcullis/authorizers/apikey"
)

func replace(t *testing.T, s apikey.Store) {
	end := start.Add(time.Hour)
	for _, end := range []struct {
		disabled bool
		expires  time.Time
	}{{false, end}, {true, time.Time{}}, {true, end}, {false, time.Time{}}} {
		for _, old := range []apikey.Record{full(t), plain(t)} {
			create(t, s, old)
			successor := full(t)
			r := apikey.Replacement{New: successor, Old: old, Disabled: end.disabled, Expires: end.expires.In(time.FixedZone("", 3600))}
			if end.expires.IsZero() {
				r.Expires = time.Time{}
			}
			wantError(t, "Replace", s.Replace(t.Context(), r), nil)
			old.Disabled, old.Expires, old.Successor = end.disabled, end.expires, successor.ID
			wantStored(t, s, old)
			wantStored(t, s, successor)
			wantError(t, "Replace again", s.Replace(t.Context(), r), anyOf(apikey.ErrChanged, apikey.ErrExists))
			wantStored(t, s, old)
			wantStored(t, s, successor)
		}
	}
}

// changes are what others do to a record between its reading and a write on condition of that, and what the write says then.
func changes(t *testing.T, s apikey.Store) map[string]change {
	return map[string]change{
		"deleted":         {func(id string) error { return s.Delete(t.Context(), id) }, apikey.ErrNotFound, false},
		"disabled":        {func(id string) error { return s.SetDisabled(t.Context(), id, true) }, apikey.ErrChanged, false},
		"an earlier end":  {func(id string) error { return s.SetExpires(t.Context(), id, start.Add(time.Minute)) }, apikey.ErrChanged, false},
		"a later end":     {func(id string) error { return s.SetExpires(t.Context(), id, start.Add(2*time.Hour)) }, apikey.ErrChanged, false},
		"no end any more": {func(id string) error { return s.SetExpires(t.Context(), id, time.Time{}) }, apikey.ErrChanged, false},
		"a first end":     {func(id string) error { return s.SetExpires(t.Context(), id, start.Add(time.Hour)) }, apikey.ErrChanged, true},
		"no end, as ever": {func(id string) error { return s.SetExpires(t.Context(), id, time.Time{}) }, nil, true},
		"used":            {func(id string) error { return s.Touch(t.Context(), id, apikey.DayOf(start)+9) }, nil, false},
		"the same end":    {func(id string) error { return s.SetExpires(t.Context(), id, start.Add(time.Hour)) }, nil, false},
		"rotated": {func(id string) error {
			now, err := s.Get(t.Context(), id)
			if err != nil {
				return err
			}
			return s.Replace(t.Context(), apikey.Replacement{New: plain(t), Old: now, Disabled: now.Disabled, Expires: now.Expires})
		}, apikey.ErrChanged, false},
	}
}

type change struct {
	do      func(id string) error
	want    error
	endless bool // the record had no end when it was read
}

// record is a new one that can be changed so.
func (c change) record(t *testing.T) apikey.Record {
	t.Helper()
	r := full(t)
	r.Disabled = false
	if c.endless {
		r.Expires = time.Time{}
	}
	return r
}

// replaceChanged: of what is no longer as it was read, nothing is replaced, and no key is added.
func replaceChanged(t *testing.T, s apikey.Store) {
	for name, test := range changes(t, s) {
		old := create(t, s, test.record(t))
		wantError(t, name, test.do(old.ID), nil)
		before, gone := s.Get(t.Context(), old.ID)
		successor := plain(t)
		err := s.Replace(t.Context(), apikey.Replacement{New: successor, Old: old, Disabled: true, Expires: start.Add(2 * time.Hour)})
		wantError(t, "Replace what was "+name, err, test.want)
		if test.want == nil {
			continue
		}
		_, err = s.Get(t.Context(), successor.ID)
		wantError(t, "Get what was not made", err, apikey.ErrNotFound)
		if gone == nil {
			wantStored(t, s, before)
		}
	}
}

// deleteAsRead: what is no longer as it was read stays, and what is, with or without an end and a successor, goes.
func deleteAsRead(t *testing.T, s apikey.Store) {
	for name, test := range changes(t, s) {
		for _, rotated := range []bool{false, true} {
			r := create(t, s, test.record(t))
			if rotated {
				wantError(t, "Replace", s.Replace(t.Context(), apikey.Replacement{New: plain(t), Old: r, Expires: r.Expires}), nil)
				r, _ = s.Get(t.Context(), r.ID)
			}
			wantError(t, name, test.do(r.ID), nil)
			before, gone := s.Get(t.Context(), r.ID)
			r.Expires = r.Expires.In(time.FixedZone("", 3600)) // which is the same time
			wantError(t, "DeleteAsRead what was "+name, s.DeleteAsRead(t.Context(), r), test.want)
			if test.want != nil && gone == nil {
				wantStored(t, s, before)
				continue
			}
			_, err := s.Get(t.Context(), r.ID)
			wantError(t, "Get what was deleted", err, apikey.ErrNotFound)
		}
	}
	r := create(t, s, plain(t))
	unlike := r
	unlike.Hash[0]++
	wantError(t, "DeleteAsRead another key of the same id", s.DeleteAsRead(t.Context(), unlike), apikey.ErrChanged)
	wantStored(t, s, r)
	wantError(t, "DeleteAsRead", s.DeleteAsRead(t.Context(), r), nil)
	wantError(t, "DeleteAsRead again", s.DeleteAsRead(t.Context(), r), apikey.ErrNotFound)
	wantError(t, "DeleteAsRead nothing", s.DeleteAsRead(t.Context(), apikey.Record{}), apikey.ErrNotFound)
}

// deleteBesideRotation: of a deletion and rotations of what all have read, at once, one is done at most.
func deleteBesideRotation(t *testing.T, s apikey.Store) {
	for range 6 {
		old := create(t, s, plain(t))
		done := 0
		for _, err := range race(func(i int) error {
			if i == 0 {
				return s.DeleteAsRead(t.Context(), old)
			}
			return s.Replace(t.Context(), apikey.Replacement{New: plainOf(old), Old: old})
		}) {
			if err == nil {
				done++
				continue
			}
			wantError(t, "beside another", err, anyOf(apikey.ErrChanged, apikey.ErrNotFound))
		}
		if done > 1 {
			t.Errorf("%d were done to a key as it was read", done)
		}
	}
}

// replaceRefused: what may not be replaced leaves everything as it was.
func replaceRefused(t *testing.T, s apikey.Store) {
	old, other := create(t, s, full(t)), create(t, s, plain(t))
	missing, unlike, taken, itself, broken := plain(t), old, plain(t), plain(t), plain(t)
	unlike.Hash[0]++
	taken.ID, itself.ID, broken.Owner = other.ID, old.ID, ""
	later := start.Add(2 * time.Hour)
	for name, test := range map[string]struct {
		r    apikey.Replacement
		want error
	}{
		"what is not there":          {apikey.Replacement{New: plain(t), Old: missing, Expires: later}, apikey.ErrNotFound},
		"nothing":                    {apikey.Replacement{New: plain(t), Expires: later}, apikey.ErrNotFound},
		"another key of the same id": {apikey.Replacement{New: plain(t), Old: unlike, Expires: later}, apikey.ErrChanged},
		"by an id that is taken":     {apikey.Replacement{New: taken, Old: old, Expires: later}, apikey.ErrExists},
		"by itself":                  {apikey.Replacement{New: itself, Old: old, Expires: later}, apikey.ErrExists},
	} {
		wantError(t, "Replace "+name, s.Replace(t.Context(), test.r), test.want)
	}
	wantValueError(t, "Replace", s.Replace(t.Context(), apikey.Replacement{New: broken, Old: old}), "owner")
	wantValueError(t, "Replace", s.Replace(t.Context(), apikey.Replacement{New: plain(t), Old: old, Expires: old.Created}), "expires")
	wantStored(t, s, old)
	wantStored(t, s, other)
	wantListed(t, s, old.ID, other.ID)
}

// replaceBesideDeletion: of a deletion or a disabling, and rotations, at once, no rotation that came after it has left a key.
func replaceBesideDeletion(t *testing.T, s apikey.Store) {
	for round := range 6 {
		old := create(t, s, plain(t))
		successors := make([]apikey.Record, racers)
		errs := race(func(i int) error {
			switch {
			case i > 0:
				successors[i] = plainOf(old)
				return s.Replace(t.Context(), apikey.Replacement{New: successors[i], Old: old, Expires: start.Add(time.Duration(i) * time.Hour)})
			case round%2 == 0:
				return s.Delete(t.Context(), old.ID)
			}
			return s.SetDisabled(t.Context(), old.ID, true)
		})
		made := 0
		for i, err := range errs[1:] {
			_, getErr := s.Get(t.Context(), successors[i+1].ID)
			switch {
			case err == nil:
				made++
				wantError(t, "Get the new key", getErr, nil)
			case !errors.Is(err, apikey.ErrChanged) && !errors.Is(err, apikey.ErrNotFound):
				t.Errorf("Replace: %v", err)
			default:
				wantError(t, "Get a key that was not made", getErr, apikey.ErrNotFound)
			}
		}
		if made > 1 {
			t.Errorf("%d keys are in the place of one", made)
		}
		if made == 0 && errs[0] != nil {
			t.Errorf("neither: %v", errs[0])
		}
	}
}

// plainOf is a successor of a record.
func plainOf(old apikey.Record) apikey.Record {
	_, r, err := apikey.NewSeal().Issue(old, start)
	if err != nil {
		panic(err)
	}
	return r
}

// replaceOnce: of rotations at once, one is done.
func replaceOnce(t *testing.T, s apikey.Store) {
	old := create(t, s, plain(t))
	won := 0
	for _, err := range race(func(i int) error {
		return s.Replace(t.Context(), apikey.Replacement{New: plainOf(old), Old: old, Disabled: i%2 == 0, Expires: start.Add(time.Duration(1+i) * time.Minute)})
	}) {
		if err == nil {
			won++
			continue
		}
		wantError(t, "Replace", err, apikey.ErrChanged)
	}
	if records := follow(t, s, apikey.MaxPage); won > 1 || len(records) != 1+won {
		t.Errorf("%d were done, and there are %d records", won, len(records))
	}
}

// anyError is one of several errors.
type anyError []error

func anyOf(errs ...error) error { return anyError(errs) }

func (a anyError) Error() string { return errors.Join(a...).Error() }

// isOneOf tells whether an error is one of those that are wanted.
func isOneOf(err, want error) bool {
	if several, ok := want.(anyError); ok {
		return slices.ContainsFunc(several, func(w error) bool { return errors.Is(err, w) })
	}
	return errors.Is(err, want)
}
