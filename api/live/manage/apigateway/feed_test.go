package apigateway_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"portcullis/api/live/connections"
	"portcullis/api/live/ends"
	"portcullis/api/live/feed"
)

// TestFeed sends changes through a gateway to one client that reads, one that does not, and one that has gone: the first has all in order,
// and the store forgets the others. Then the first one's connection ends.
func TestFeed(t *testing.T) {
	ids, store := make(opened, 1), connections.NewMemory()
	endpoint := serve(t, ids)
	s := sender(t, endpoint, "secret-of-the-sender")
	now := time.Now().Truncate(time.Second)
	connect := func() (*websocket.Conn, string) {
		c, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(endpoint, "http"), nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.CloseNow() })
		c.SetReadLimit(-1)
		id := <-ids
		err = store.Open(t.Context(), connections.Connection{ID: id, OpenedAt: now, Ends: now.Add(time.Hour), Revocations: []string{"r"}})
		if err := errors.Join(err, store.Subscribe(t.Context(), id, "things")); err != nil {
			t.Fatal(err)
		}
		return c, id
	}
	reads, readsID := connect()
	_, stuckID := connect()
	gone, goneID := connect()
	gone.CloseNow()

	const count = 200 // more than what waits for a client, in the gateway and the system
	var batch []feed.Change
	for i := range count {
		batch = append(batch, feed.Change{Key: "a", Topics: []string{"things"}, Event: fmt.Sprintf("%0100000d", i), Position: fmt.Sprint(i)})
	}
	wrong := make(chan error, 1)
	go func() {
		for i := range count {
			if _, text, err := reads.Read(t.Context()); err != nil || string(text) != batch[i].Event {
				wrong <- fmt.Errorf("change %d is %d bytes: %w", i, len(text), err)
				return
			}
		}
		wrong <- nil
	}()
	log := slog.New(slog.DiscardHandler)
	f, err := feed.New(feed.Config{Store: store, Sender: s, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	if o := f.Deliver(t.Context(), batch); o.From != count || o.Gone != 1 || o.Closed != 1 || o.Sent < count {
		t.Errorf("%+v", o)
	}
	if err := <-wrong; err != nil {
		t.Error(err)
	}
	for _, id := range []string{stuckID, goneID} {
		if _, err := store.Get(t.Context(), id); !errors.Is(err, connections.ErrNotFound) {
			t.Errorf("%s is kept: %v", id, err)
		}
	}
	closer, err := ends.New(ends.Config{Store: store, Sender: s, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	if err := closer.Revoked(t.Context(), "r", time.Time{}); err != nil {
		t.Error(err)
	}
	if _, _, err := reads.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("the client has %v, want its end", err)
	}
	if _, err := store.Get(t.Context(), readsID); !errors.Is(err, connections.ErrNotFound) {
		t.Errorf("%s is kept: %v", readsID, err)
	}
}
