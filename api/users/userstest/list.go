package userstest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"portcullis/api/users"
)

// fill creates users with the numbers from first to last, several at a time.
func fill(t *testing.T, s users.Store, first, last int) {
	t.Helper()
	err := errors.Join(race(func(i int) error {
		for n := first + i; n <= last; n += racers {
			if err := s.Create(t.Context(), person(numbered(n))); err != nil {
				return err
			}
		}
		return nil
	})...)
	if err != nil {
		t.Fatal(err)
	}
}

// maxPages is more than any list of this suite has.
const maxPages = 1000

// follow lists to the end, calling between after each page, and returns the ids in the order they came.
func follow(t *testing.T, s users.Store, limit int, between func(page int)) []string {
	t.Helper()
	var ids []string
	for cursor, number := "", 1; ; number++ {
		page, err := s.List(t.Context(), limit, cursor)
		if err != nil {
			t.Fatalf("List(%d), page %d: %v", limit, number, err)
		}
		if len(page.Users) > limit || len(page.Users) == 0 && page.Next != "" {
			t.Fatalf("List(%d), page %d: %d users, next %q", limit, number, len(page.Users), page.Next)
		}
		for _, u := range page.Users {
			if u != person(u.ID) {
				t.Errorf("listed %+v, want %+v", u, person(u.ID))
			}
			ids = append(ids, u.ID)
		}
		if page.Next == "" {
			return ids
		}
		if number == maxPages {
			t.Fatalf("List(%d) does not end after %d pages", limit, number)
		}
		if strings.Contains(page.Next, page.Users[len(page.Users)-1].ID) {
			t.Errorf("cursor %q shows an id", page.Next)
		}
		between(number)
		cursor = page.Next
	}
}

func nothing(int) {}

func listNobody(t *testing.T, s users.Store) {
	t.Helper()
	page, err := s.List(t.Context(), users.MaxPage, "")
	if err != nil || len(page.Users) > 0 || page.Next != "" {
		t.Errorf("List = %+v, %v, want nobody", page, err)
	}
}

func listEverySize(t *testing.T, s users.Store) {
	const count = 12
	fill(t, s, 1, count)
	order := follow(t, s, users.MaxPage, nothing)
	if sorted := slices.Sorted(slices.Values(order)); len(sorted) != count || len(slices.Compact(sorted)) != count {
		t.Fatalf("listed %v, want each of %d once", order, count)
	}
	for limit := 1; limit <= count+1; limit++ {
		pages := 0
		got := follow(t, s, limit, func(page int) { pages = page })
		if !slices.Equal(got, order) {
			t.Errorf("limit %d: %v, want %v", limit, got, order)
		}
		if full := (count+limit-1)/limit - 1; pages != full {
			t.Errorf("limit %d: %d pages have a next one, want %d", limit, pages, full)
		}
	}
}

func listWhileWriting(t *testing.T, s users.Store) {
	const count = 250
	fill(t, s, 1, count)
	ids := follow(t, s, 20, func(page int) {
		create(t, s, person(fmt.Sprintf("new-%04d", page)))
		create(t, s, person(fmt.Sprintf("zzz-%04d", page)))
	})
	seen := map[string]int{}
	for _, id := range ids {
		seen[id]++
	}
	for n := 1; n <= count; n++ {
		if seen[numbered(n)] != 1 {
			t.Errorf("%s was listed %d times", numbered(n), seen[numbered(n)])
		}
	}
	for id, times := range seen {
		if times > 1 {
			t.Errorf("%s was listed %d times", id, times)
		}
	}
}

func listAfterDeleted(t *testing.T, s users.Store) {
	fill(t, s, 1, 9)
	order := follow(t, s, users.MaxPage, nothing)
	page, err := s.List(t.Context(), 3, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), page.Users[2].ID, nil); err != nil {
		t.Fatal(err)
	}
	rest, err := s.List(t.Context(), users.MaxPage, page.Next)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range rest.Users {
		got = append(got, u.ID)
	}
	if !slices.Equal(got, order[3:]) {
		t.Errorf("after a deleted user: %v, want %v", got, order[3:])
	}
}

func refuseLimits(t *testing.T, s users.Store) {
	for _, limit := range []int{-1, 0, users.MaxPage + 1} {
		if _, err := s.List(t.Context(), limit, ""); !errors.As(err, new(*users.InputError)) {
			t.Errorf("List(%d): %v, want an *InputError", limit, err)
		}
	}
}

// cursorOf returns a cursor of s that works.
func cursorOf(t *testing.T, s users.Store) string {
	t.Helper()
	fill(t, s, 1, 3)
	page, err := s.List(t.Context(), 1, "")
	if err != nil || page.Next == "" {
		t.Fatalf("List = %+v, %v, want a next page", page, err)
	}
	if _, err := s.List(t.Context(), 1, page.Next); err != nil {
		t.Fatalf("List with its own cursor: %v", err)
	}
	return page.Next
}

func refuseAltered(t *testing.T, s users.Store) {
	good := cursorOf(t, s)
	altered := []string{
		good[1:], good[:len(good)-1], good + "A", good + "=", good + "\n", " " + good, good + good, "A", "user-0001",
		strings.ToUpper(good), strings.Repeat("A", 10_000), strings.Repeat("A", 60),
	}
	for i := range good {
		other := byte('A')
		if good[i] == other {
			other = 'B'
		}
		altered = append(altered, good[:i]+string(other)+good[i+1:])
	}
	for _, cursor := range altered {
		_, err := s.List(t.Context(), 1, cursor)
		wantError(t, "List "+cursor, err, users.ErrBadCursor)
	}
}

func refuseForeign(t *testing.T, ours, theirs users.Store) {
	foreign := cursorOf(t, theirs)
	_, err := ours.List(t.Context(), 1, foreign)
	wantError(t, "List of an empty store with a foreign cursor", err, users.ErrBadCursor)
	cursorOf(t, ours)
	_, err = ours.List(t.Context(), 1, foreign)
	wantError(t, "List with a foreign cursor", err, users.ErrBadCursor)
}
