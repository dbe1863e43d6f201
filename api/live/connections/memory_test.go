package connections_test

import (
	"strings"
	"testing"
	"time"

	"portcullis/api/live/connections"
	"portcullis/api/live/connections/connectionstest"
)

func TestMemory(t *testing.T) {
	connectionstest.Run(t, func(*testing.T) connections.Store { return connections.NewMemory() })
}

// TestOwnedBy: the name is what the table has already, differs from owner to owner, and can be kept whatever the ID is.
func TestOwnedBy(t *testing.T) {
	if name, want := connections.OwnedBy("ann"), "owner-SZFeDX1LQC4wF9AQvBwOg8rGx5fWwW5mNA_jJoaTpqE"; name != want {
		t.Errorf("of ann: %s, want %s", name, want)
	}
	names := map[string]bool{}
	for _, id := range []string{"ann", "Ann", "", "ann ", strings.Repeat("a", 5000), "\xff"} {
		name := connections.OwnedBy(id)
		if names[name] {
			t.Errorf("%.10q has the name of another one", id)
		}
		names[name] = true
		noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		if err := (connections.Connection{ID: "a", OpenedAt: noon, Ends: noon, Revocations: []string{name}}).Validate(); err != nil {
			t.Errorf("%.10q: %v", id, err)
		}
	}
}
