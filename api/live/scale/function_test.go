package scale_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	management "github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi/types"

	"portcullis/api/internal/dynamostream"
	"portcullis/api/live/connections"
	"portcullis/api/live/connections/dynamo"
	"portcullis/api/live/feed"
	"portcullis/api/live/manage/apigateway"
)

// callbacks are API Gateway's @connections, for one instance of the function.
type callbacks struct {
	*services
	*processor
	pushed func(text string)
}

func (c *callbacks) PostToConnection(ctx context.Context, in *apigatewaymanagementapi.PostToConnectionInput, _ ...func(*apigatewaymanagementapi.Options)) (*apigatewaymanagementapi.PostToConnectionOutput, error) {
	if err := c.call(ctx, *in.ConnectionId+string(in.Data), 4500*time.Microsecond, 5*time.Millisecond); err != nil {
		return nil, err
	}
	if !c.accept(&c.posts) {
		return nil, &management.LimitExceededException{}
	}
	c.pushed(string(in.Data))
	return &apigatewaymanagementapi.PostToConnectionOutput{}, nil
}

func (c *callbacks) DeleteConnection(ctx context.Context, in *apigatewaymanagementapi.DeleteConnectionInput, _ ...func(*apigatewaymanagementapi.Options)) (*apigatewaymanagementapi.DeleteConnectionOutput, error) {
	if err := c.call(ctx, *in.ConnectionId, 4500*time.Microsecond, 5*time.Millisecond); err != nil {
		return nil, err
	}
	if !c.accept(&c.deletes) {
		return nil, &management.LimitExceededException{}
	}
	return &apigatewaymanagementapi.DeleteConnectionOutput{}, nil
}

// memory answers whether names are revoked, which none is, and remembers for a while that it has read so, from before it asks.
type memory struct {
	*client
	mu    sync.Mutex
	known map[string]time.Time
}

func (m *memory) Revoked(ctx context.Context, names []string, _ time.Time) (bool, error) {
	now := time.Now()
	m.mu.Lock()
	unknown := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		at, known := m.known[name]
		return known && now.Sub(at) < m.remembered
	})
	m.mu.Unlock()
	if len(unknown) == 0 {
		return false, nil
	}
	if err := m.reading(ctx, unknown, 1, fmt.Sprint(unknown, now), 0); err != nil {
		return false, err
	}
	m.count(&m.batchGets, 1)
	m.count(&m.nameUnits, len(unknown))
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range unknown {
		m.known[name] = now
	}
	return false, nil
}

// run is one that is made.
type run struct {
	*services
	table  *table
	stream [][]record // by lanes

	mu     sync.Mutex
	made   map[string]time.Time // changes, by their text
	delays []time.Duration      // from a change to each of its messages
	last   time.Time            // when the last message was taken
	busy   time.Time            // until when all lanes had something to do
	sent   int                  // messages until then
}

// record is one of the stream.
type record struct {
	text json.RawMessage
	at   time.Time
}

// seen is a change's message that a connection has.
func (r *run) seen(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = time.Now()
	r.delays = append(r.delays, r.last.Sub(r.made[text]))
}

// instance is the function as one lane has it.
func (r *run) instance(t *testing.T) *feed.Function {
	p := newProcessor(r.clock, r.memory)
	c := &client{r.services, r.table, p}
	store, err := dynamo.New(c, "connections")
	sender, failed := apigateway.New(&callbacks{r.services, p, r.seen}, "https://live.example.com/live")
	if err := errors.Join(err, failed); err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	config := feed.Config{Store: store, Sender: sender, AtOnce: r.atOnce, Log: quiet}
	if r.remembered > 0 {
		config.Revocations = &memory{client: c, known: map[string]time.Time{}}
	}
	f, err := feed.New(config)
	if err != nil {
		t.Fatal(err)
	}
	function, err := feed.NewFunction(feed.FunctionConfig{Feed: f, Read: read, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	return function
}

// read gives the change of a record: of things that each have an ID and a text.
func read(text []byte) (feed.Change, bool, error) {
	r, err := dynamostream.Read(text)
	id, _ := r.Change.Keys.Text("id")
	event, is := r.Change.NewImage.Text("text")
	return feed.Change{ID: r.EventID, Key: id, Topics: []string{"things/*", "things/" + id}, Event: event}, is, err
}

// open opens a connection by the function's own store, and subscribes it.
func (r *run) open(t *testing.T, store *dynamo.Store, number int, topic string) {
	now := time.Now().Truncate(time.Second)
	id := fmt.Sprintf("PJq%09dRcCHlw=", number)
	c := connections.Connection{ID: id, OpenedAt: now, Ends: now.Add(2 * time.Hour), Grant: "1;1767225600;7;bearer=things/read;"}
	for _, name := range []string{"jti-" + id, "origin_jti-" + id, "sub-" + id} {
		c.Revocations = append(c.Revocations, name+strings.Repeat("x", 43-len(id))) // as long as a SHA-256 in base64
	}
	c.Revocations = append(c.Revocations, "iss-"+strings.Repeat("x", 43))
	if err := errors.Join(store.Open(t.Context(), c), store.Subscribe(t.Context(), id, topic)); err != nil {
		t.Fatal(err)
	}
}

// start opens the connections, and writes the stream. A change is about what is one connection's own; of those connections, the ones are
// opened of which there is a change, since no read sees the others.
func start(t *testing.T, m model) *run {
	r := &run{services: newServices(m), table: &table{items: map[string][]item{}}, stream: make([][]record, m.lanes), made: map[string]time.Time{}}
	store, err := dynamo.New(&client{r.services, r.table, nil}, "connections")
	if err != nil {
		t.Fatal(err)
	}
	toAll := m.connections / 100
	for number := range toAll {
		r.open(t, store, number, "things/*")
	}
	for number := range m.idle {
		r.open(t, store, m.connections+number, "things/nothing")
	}
	began, opened := time.Now(), map[int]bool{}
	for i := range m.changes {
		at := began
		if m.rate > 0 {
			at = began.Add(time.Duration((float64(i) + chance("a change"+strconv.Itoa(i))) / m.rate * float64(time.Second)))
		}
		of := toAll + int(chance("whose"+strconv.Itoa(i))*float64(m.connections-toAll))
		if !opened[of] {
			opened[of] = true
			r.open(t, store, of, "things/"+strconv.Itoa(of))
		}
		text := fmt.Sprintf("%d of %d %s", i, of, strings.Repeat("x", 300))
		r.made[text] = at
		image := fmt.Sprintf(`{"id":{"S":"%d"},"text":{"S":"%s"}}`, of, text)
		lane := of % m.lanes
		r.stream[lane] = append(r.stream[lane], record{json.RawMessage(fmt.Sprintf(
			`{"eventID":"%d","eventName":"MODIFY","eventSource":"aws:dynamodb","dynamodb":{"SequenceNumber":"%d","Keys":{"id":{"S":"%d"}},"OldImage":%s,"NewImage":%s}}`,
			i, i, of, image, image)), at})
	}
	return r
}

// lane is what an event source mapping does with one shard, or one part of it: it polls, hands on what there is, and hands it on again from
// where the function says.
func (r *run) lane(t *testing.T, number int) {
	function := r.instance(t)
	time.Sleep(pollEvery * time.Duration(number) / time.Duration(r.lanes))
	for left := r.stream[number]; len(left) > 0; {
		batch := r.next(left)
		if len(batch) == 0 {
			time.Sleep(pollEvery)
			continue
		}
		time.Sleep(invoking)
		left = left[r.invoke(t, function, batch):]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy.IsZero() {
		r.busy, r.sent = time.Now(), len(r.delays)
	}
}

// next are the records that there are now, as many as one event has.
func (r *run) next(left []record) []record {
	now, size := time.Now(), 0
	for i, one := range left {
		if size += len(one.text); i == r.batch || one.at.After(now) || size > maxPayload {
			return left[:i]
		}
	}
	return left
}

// invoke invokes the function, and tells how many records it is done with.
func (r *run) invoke(t *testing.T, function *feed.Function, batch []record) int {
	event := struct{ Records []json.RawMessage }{}
	for _, one := range batch {
		event.Records = append(event.Records, one.text)
	}
	text, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), r.timeout)
	defer cancel()
	r.count(&r.invocations, 1)
	answer, err := function.Invoke(ctx, text)
	var failures struct {
		BatchItemFailures []struct{ ItemIdentifier string }
	}
	if err := errors.Join(err, json.Unmarshal(answer, &failures)); err != nil {
		t.Fatal(err)
	}
	if len(failures.BatchItemFailures) == 0 {
		return len(batch)
	}
	from := slices.IndexFunc(batch, func(one record) bool {
		return dynamostream.SequenceNumber(one.text) == failures.BatchItemFailures[0].ItemIdentifier
	})
	r.count(&r.again, len(batch)-from)
	return from
}
