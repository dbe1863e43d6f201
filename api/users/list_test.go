package users_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"testing"

	"portcullis/api/users"
)

type listing struct {
	Users []users.User `json:"users"`
	Next  *string      `json:"next"`
}

// TestPages follows next through the events of each gateway.
func TestPages(t *testing.T) {
	for _, kind := range kinds {
		h := handlerOf(t, users.Config{Store: users.NewMemoryStore()})
		wantPages(t, h, kind, "/users", 0)
		for n := range 250 {
			invoke(t, h, eventOf(t, kind, call{method: "POST", path: "/users", body: fmt.Sprintf(`{"id":"u%d","name":"x"}`, n)}))
		}
		wantPages(t, h, kind, "/users", 100, 100, 50)
		wantPages(t, h, kind, "/users?limit=90", 90, 90, 70)
		wantPages(t, h, kind, "/users?limit=50", 50, 50, 50, 50, 50)
	}
}

func wantPages(t *testing.T, h *users.Handler, kind, path string, sizes ...int) {
	t.Helper()
	seen := map[string]bool{}
	separator := map[bool]string{true: "?", false: "&"}[path == "/users"]
	address := path
	for i, size := range sizes {
		a := invoke(t, h, eventOf(t, kind, call{method: "GET", path: address}))
		var page listing
		if err := json.Unmarshal([]byte(a.Body), &page); err != nil || a.StatusCode != 200 || page.Users == nil {
			t.Fatalf("%s: %s: %d %.100s, %v", kind, address, a.StatusCode, a.Body, err)
		}
		for _, u := range page.Users {
			seen[u.ID] = true
		}
		if last := i == len(sizes)-1; len(page.Users) != size || (page.Next == nil) != last {
			t.Fatalf("%s: %s: %d users, next %v, want %d and next %v", kind, address, len(page.Users), page.Next, size, !last)
		}
		if page.Next != nil {
			address = path + separator + "next=" + url.QueryEscape(*page.Next)
		}
	}
	total := 0
	for _, size := range sizes {
		total += size
	}
	if len(seen) != total {
		t.Errorf("%s: %s: %d different users, want %d", kind, path, len(seen), total)
	}
}

var uuid7 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// TestMadeUUIDs: without NewID, ids are UUIDs of version 7 (RFC 9562, section 5.7), each another.
func TestMadeUUIDs(t *testing.T) {
	h, err := users.New(users.Config{Store: users.NewMemoryStore()})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for range 100 {
		a := invoke(t, h, eventOf(t, "rest", call{method: "POST", path: "/users", body: `{"name":"x"}`}))
		var created struct{ ID string }
		if err := json.Unmarshal([]byte(a.Body), &created); err != nil || !uuid7.MatchString(created.ID) || seen[created.ID] {
			t.Fatalf("%d %s, %v, want a new UUID of version 7", a.StatusCode, a.Body, err)
		}
		seen[created.ID] = true
	}
}
