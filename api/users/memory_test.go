package users_test

import (
	"fmt"
	"slices"
	"testing"

	"portcullis/api/users"
	"portcullis/api/users/userstest"
)

func TestMemoryStore(t *testing.T) {
	userstest.Run(t, func(*testing.T) users.Store { return users.NewMemoryStore() })
}

// TestMemoryStoreOrder creates and deletes in no order, enough that ids are moved between blocks, and lists the rest.
func TestMemoryStoreOrder(t *testing.T) {
	s := users.NewMemoryStore()
	var want []string
	for i := range 5000 {
		if err := s.Create(t.Context(), users.User{ID: scattered(i)}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 5000 {
		if i%3 == 0 || i < 1000 {
			want = append(want, scattered(i))
		} else if err := s.Delete(t.Context(), scattered(i), nil); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(want)
	var got []string
	for cursor := ""; len(got) <= len(want); {
		page, err := s.List(t.Context(), 7, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range page.Users {
			got = append(got, u.ID)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %d users, want %d in the order of their ids", len(got), len(want))
	}
}

// BenchmarkMemoryStoreList shows that the first, a middle and the last page cost the same, in a small store and in large ones.
func BenchmarkMemoryStoreList(b *testing.B) {
	for _, size := range userstest.Sizes {
		s := users.NewMemoryStore()
		for i := range size {
			if err := s.Create(b.Context(), users.User{ID: scattered(i)}); err != nil {
				b.Fatal(err)
			}
		}
		userstest.BenchmarkPages(b, s, size)
	}
}

// BenchmarkMemoryStoreCreate fills a store with users whose ids come in no order.
func BenchmarkMemoryStoreCreate(b *testing.B) {
	s := users.NewMemoryStore()
	for i := 0; b.Loop(); i++ {
		if err := s.Create(b.Context(), users.User{ID: scattered(i)}); err != nil {
			b.Fatal(err)
		}
	}
}

// scattered returns a different id for each i, far from that of i+1.
func scattered(i int) string { return fmt.Sprintf("%016x", uint64(i)*0x9e3779b97f4a7c15) }
