package apikeytest

import (
	"slices"
	"testing"

	"portcullis/authorizers/apikey"
)

// maxPages is more than any list of this suite has.
const maxPages = 100

// follow lists to the end and returns the records in the order they came.
func follow(t *testing.T, s apikey.Store, limit int) []apikey.Record {
	t.Helper()
	var records []apikey.Record
	cursor := ""
	for range maxPages {
		page, err := s.List(t.Context(), limit, cursor)
		if err != nil {
			t.Fatalf("List(%d): %v", limit, err)
		}
		if len(page.Records) > limit {
			t.Fatalf("List(%d): %d records", limit, len(page.Records))
		}
		records = append(records, page.Records...)
		if cursor = page.Next; cursor == "" {
			return records
		}
	}
	t.Fatalf("List(%d) does not end after %d pages", limit, maxPages)
	return nil
}

// wantListed checks that the store has the records with these ids, each once, in whatever order.
func wantListed(t *testing.T, s apikey.Store, ids ...string) {
	t.Helper()
	if got := idsOf(follow(t, s, apikey.MaxPage)); !slices.Equal(got, slices.Sorted(slices.Values(ids))) {
		t.Errorf("listed %v, want %v", got, ids)
	}
}

func idsOf(records []apikey.Record) []string {
	var ids []string
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	return ids
}

func listNothing(t *testing.T, s apikey.Store) {
	t.Helper()
	page, err := s.List(t.Context(), apikey.MaxPage, "")
	if err != nil || len(page.Records) > 0 || page.Next != "" {
		t.Errorf("List = %+v, %v, want nothing", page, err)
	}
}

func listEverySize(t *testing.T, s apikey.Store) {
	const count = 9
	want := map[string]apikey.Record{}
	for i := range count {
		r := plain(t)
		if i%2 == 0 {
			r = full(t)
		}
		want[r.ID] = create(t, s, r)
	}
	for limit := 1; limit <= count+1; limit++ {
		records := follow(t, s, limit)
		if ids := slices.Compact(idsOf(records)); len(records) != count || len(ids) != count {
			t.Fatalf("limit %d: %v, want each of %d records once", limit, ids, count)
		}
		for _, r := range records {
			wantSame(t, "List", r, want[r.ID])
		}
	}
}

func listAfterDeleted(t *testing.T, s apikey.Store) {
	for range 7 {
		create(t, s, plain(t))
	}
	page, err := s.List(t.Context(), 3, "")
	if err != nil || len(page.Records) != 3 || page.Next == "" {
		t.Fatalf("List = %+v, %v, want 3 records and a cursor", page, err)
	}
	wantError(t, "Delete", s.Delete(t.Context(), page.Records[2].ID), nil)
	rest, err := s.List(t.Context(), apikey.MaxPage, page.Next)
	if err != nil || len(rest.Records) != 4 {
		t.Errorf("after a deleted record: %d records, error %v, want 4", len(rest.Records), err)
	}
}

func refuseLists(t *testing.T, s apikey.Store) {
	create(t, s, plain(t))
	for _, limit := range []int{-1, 0, apikey.MaxPage + 1} {
		_, err := s.List(t.Context(), limit, "")
		wantValueError(t, "List", err, "limit")
	}
	for _, cursor := range []string{"x", "0123456789abcde", "0123456789abcdef0", "0123456789abcde\n", "0123456789abcde#"} {
		_, err := s.List(t.Context(), 1, cursor)
		wantError(t, "List "+cursor, err, apikey.ErrBadCursor)
	}
}
