package userstest

import (
	"fmt"
	"testing"

	"portcullis/api/users"
)

// Sizes are how many users the stores have whose pages are compared.
var Sizes = []int{1_000, 100_000, 1_000_000}

// BenchmarkPages runs a benchmark for each of the first, a middle and the last page of a store with so many users: one that costs
// more where there are more users, or further behind, shows.
func BenchmarkPages(b *testing.B, s users.Store, size int) {
	b.Helper()
	var cursors []string
	for cursor, seen := "", 0; ; {
		cursors = append(cursors, cursor)
		page, err := s.List(b.Context(), users.MaxPage, cursor)
		if err != nil {
			b.Fatal(err)
		}
		seen += len(page.Users)
		if cursor = page.Next; cursor != "" {
			continue
		}
		if seen != size || len(page.Users) != users.MaxPage {
			b.Fatalf("%d users are listed, %d on the last page; want %d, and full pages", seen, len(page.Users), size)
		}
		break
	}
	for _, at := range []struct {
		name string
		page int
	}{{"first", 0}, {"middle", len(cursors) / 2}, {"last", len(cursors) - 1}} {
		b.Run(fmt.Sprintf("%d/%s", size, at.name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.List(b.Context(), users.MaxPage, cursors[at.page]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
