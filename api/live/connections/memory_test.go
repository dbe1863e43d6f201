package connections_test

import (
	"testing"

	"portcullis/api/live/connections"
	"portcullis/api/live/connections/connectionstest"
)

func TestMemory(t *testing.T) {
	connectionstest.Run(t, func(*testing.T) connections.Store { return connections.NewMemory() })
}
