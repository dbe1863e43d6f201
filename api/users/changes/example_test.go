package changes_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"portcullis/api/live/connections"
	"portcullis/api/live/feed"
	"portcullis/api/users/changes"
)

// printed is a manage.Sender that prints what it sends.
type printed struct{}

func (printed) Send(_ context.Context, id, text string) error {
	fmt.Println(id, text)
	return nil
}

func (printed) Close(context.Context, string) error { return nil }

// A function on the stream of the users table, which sends what became of users to those who are subscribed to them. The store of
// connections is in memory, and the sender prints: in a function they are those of packages connections/dynamo and manage/apigateway.
func Example() {
	ctx, store := context.Background(), connections.NewMemory()
	now := time.Now().Truncate(time.Second)
	for id, topic := range map[string]string{"anns": changes.Topic("ann"), "bobs": changes.Topic("bob")} {
		if err := store.Open(ctx, connections.Connection{ID: id, OpenedAt: now, Ends: now.Add(time.Hour)}); err != nil {
			fmt.Println(err)
		}
		if err := store.Subscribe(ctx, id, topic); err != nil {
			fmt.Println(err)
		}
	}
	f, err := feed.New(feed.Config{Store: store, Sender: printed{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println(err)
		return
	}
	function, err := feed.NewFunction(feed.FunctionConfig{Feed: f, Read: func(record []byte) (feed.Change, bool, error) {
		c, shown, err := changes.Read(record)
		return feed.Change(c), shown, err
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	event, err := os.ReadFile("testdata/deleted.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := function.Invoke(ctx, event)
	fmt.Println(string(answer), err)
	// Output:
	// anns {"event":"user.deleted","id":"ann","user":{"id":"ann","version":3},"version":3,"eventId":"f07f8ca4b0b26cb9c4e5e77e00000005"}
	// {"batchItemFailures":[]} <nil>
}
