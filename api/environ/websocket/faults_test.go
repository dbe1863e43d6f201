package websocket_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	dynamodbclient "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/environ/websocket"
	"portcullis/api/live"
	"portcullis/api/users"
	"portcullis/api/users/changes"
	usersdynamo "portcullis/api/users/dynamo"
	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/dynamo"
	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/emulators/eventsource"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/faults"
)

// unreliable stands before a service. While it is on, it fails a part of the requests, one by one and in rows, as an outage does: it refuses
// them, ends the connection before or after they are done, or has them wait.
type unreliable struct {
	next http.Handler
	busy http.HandlerFunc // the service's refusal of too many requests

	mu     sync.Mutex
	random *rand.Rand
	on     bool
	row    int    // how many requests more the outage fails
	failed int    // how many requests were failed
	down   string // an operation of DynamoDB's that is refused; "": none
}

func (u *unreliable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); u.isDown(operation) {
		faults.DynamoDB(http.StatusInternalServerError, "InternalServerError")(w, r)
		return
	}
	switch u.draw() {
	case 0:
		faults.HangsUp(w, r)
	case 1:
		u.next.ServeHTTP(httptest.NewRecorder(), r)
		faults.HangsUp(w, r)
	case 2:
		u.busy(w, r)
	case 3:
		faults.Says(http.StatusServiceUnavailable, "")(w, r)
	case 4:
		time.Sleep(20 * time.Millisecond)
		u.next.ServeHTTP(w, r)
	default:
		u.next.ServeHTTP(w, r)
	}
}

// draw is what becomes of a request: a failure's number, or another one.
func (u *unreliable) draw() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	fails := u.row > 0 || u.on && u.random.IntN(8) == 0
	switch {
	case !fails:
		return -1
	case u.row > 0:
		u.row--
	case u.random.IntN(20) == 0:
		u.row = 10
	}
	u.failed++
	return u.random.IntN(5)
}

func (u *unreliable) isDown(operation string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.down != "" && u.down == operation
}

// refuse has it refuse an operation, and no other one any more; "": none.
func (u *unreliable) refuse(operation string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.down = operation
}

// turn turns it on or off, and gives how many requests it has failed.
func (u *unreliable) turn(on bool) (failed int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.on, u.row = on, 0
	return u.failed
}

// sockets are the clients that @connections knows.
type sockets struct {
	mu    sync.Mutex
	open  map[string]*listener // by the IDs of their connections
	keeps bool                 // none may be closed
}

// listener is a client, and what it has heard.
type listener struct {
	id, connection string
	all            bool // it is allowed to hear of all, or else of the user of its own ID
	grant, names   string
	opened         time.Time
	closed         bool   // by the function
	from, until    string // it is subscribed behind and up to these positions; "": not yet, or to the end

	heard []string // IDs of events
}

func (s *sockets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.open[strings.TrimPrefix(r.URL.Path, "/prod/@connections/")]
	switch {
	case err != nil:
	case l == nil:
		w.WriteHeader(http.StatusGone)
	case r.Method == http.MethodDelete && s.keeps:
		w.WriteHeader(http.StatusForbidden)
	case r.Method == http.MethodDelete:
		l.closed = true
		delete(s.open, l.connection)
		w.WriteHeader(http.StatusNoContent)
	default:
		var event struct{ EventID string }
		if json.Unmarshal(body, &event) == nil {
			l.heard = append(l.heard, event.EventID)
		}
	}
}

// keep has none closed, or lets them be.
func (s *sockets) keep(keeps bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keeps = keeps
}

// heard is the position of the last thing that a client has heard of.
func (s *sockets) heard(l *listener, all []changes.Change) (position string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range all {
		if len(l.heard) > 0 && c.ID == l.heard[len(l.heard)-1] {
			position = c.Position
		}
	}
	return position
}

// told is what happened, as the stream of the table has it.
func told(t *testing.T, stream *dynamodb.Stream) (all []changes.Change) {
	t.Helper()
	records, err := stream.Read("", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records {
		text, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		c, shown, err := changes.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		if shown {
			all = append(all, c)
		}
	}
	return all
}

// missing tells of what it should have heard and has not, by what happened.
func (l *listener) missing(all []changes.Change) (n int) {
	for _, c := range all {
		if l.concerns(c) && c.Position > l.from && !slices.Contains(l.heard, c.ID) {
			n++
		}
	}
	return n
}

func (l *listener) concerns(c changes.Change) bool { return l.all || c.Key == l.id }

// wrong is what is wrong with what it has heard; "": nothing.
func (l *listener) wrong(all []changes.Change) string {
	last := map[string]string{} // positions by keys
	for i, id := range l.heard {
		at := slices.IndexFunc(all, func(c changes.Change) bool { return c.ID == id })
		switch {
		case at < 0:
			return "an event of nothing that happened: " + id
		case !l.concerns(all[at]):
			return "another one's event: " + all[at].Event
		case l.until != "" && all[at].Position > l.until:
			return fmt.Sprintf("an event of what happened later than its end: %s behind %s", all[at].Position, l.until)
		case slices.Contains(l.heard[:i], id):
			continue
		case all[at].Position < last[all[at].Key]:
			return "an event before an earlier one: " + all[at].Event
		}
		last[all[at].Key] = all[at].Position
	}
	return ""
}

// unreliableStage is the function with all its tables, behind services that fail.
type unreliableStage struct {
	*live.Events
	sockets           sockets
	database, gateway *unreliable
	direct            *dynamodbclient.Client // of the database, without failures
	kept              string                 // the table of connections
	revocations       *dynamo.Store
	users             *dynamodb.Stream
	revoked           *dynamodb.Stream
}

func newUnreliableStage(t *testing.T) *unreliableStage {
	t.Helper()
	desk(t)
	h, err := dynamodb.New(dynamodb.Config{Tables: []dynamodb.Table{
		{Name: "users", PartitionKey: "id", Stream: "NEW_AND_OLD_IMAGES"}, {Name: "revocations", PartitionKey: "id", Stream: "NEW_IMAGE"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := &unreliableStage{sockets: sockets{open: map[string]*listener{}}}
	s.database = &unreliable{next: h, busy: faults.DynamoDB(http.StatusBadRequest, "ProvisionedThroughputExceededException"), random: rand.New(rand.NewPCG(1, 1))}
	s.gateway = &unreliable{next: &s.sockets, busy: faults.Says(http.StatusTooManyRequests, ""), random: rand.New(rand.NewPCG(2, 2))}
	address := testtools.Serve(t, h)
	s.direct = testtools.DynamoDB(address)
	s.kept = testtools.ConnectionsTable(t, s.direct)
	variables := map[string]string{
		"RULES": file(t), "CONNECTIONS_TABLE": s.kept, "USERS_TABLE": "users", "REVOCATION_TABLE": "revocations", "CONNECTIONS_ENDPOINT": testtools.Serve(t, s.gateway) + "/prod",
	}
	open := func(ctx context.Context, cfg aws.Config, table string) (each, remembered live.Revocations, err error) {
		store, err := dynamo.Open(ctx, cfg, table)
		return revocation.ByName{Entries: store}, revocation.ByName{Entries: store}, err // what is remembered would be late
	}
	s.Events, err = websocket.Live(t.Context(), func(name string) string { return variables[name] }, open, slog.New(slog.DiscardHandler), config.WithBaseEndpoint(testtools.Serve(t, s.database)))
	if err != nil {
		t.Fatal(err)
	}
	if s.revocations, err = dynamo.Open(t.Context(), aws.Config{BaseEndpoint: &address, Region: testtools.Region, Credentials: testtools.Credentials}, "revocations"); err != nil {
		t.Fatal(err)
	}
	if s.users, err = h.Stream("users"); err != nil {
		t.Fatal(err)
	}
	if s.revoked, err = h.Stream("revocations"); err != nil {
		t.Fatal(err)
	}
	return s
}

// run has the function get the records of both streams until the test ends.
func (s *unreliableStage) run(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, stream := range []*dynamodb.Stream{s.users, s.revoked} {
		mapping, err := eventsource.New(eventsource.Config{
			Source: eventsource.OfTable(stream), Function: s, Latest: true, Report: true, Bisect: true, BatchSize: 10, Retries: -1, Log: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			t.Fatal(err)
		}
		all.Go(func() { mapping.Run(ctx, ctx) })
	}
	t.Cleanup(func() {
		cancel()
		all.Wait()
	})
}

// event is one of a client's connection, as text.
func (s *unreliableStage) event(l *listener, kind, route, body string) string {
	said := map[string]any{"grant": l.grant}
	if l.names != "" {
		said["revocations"] = l.names
	}
	text, err := json.Marshal(map[string]any{"body": body, "requestContext": map[string]any{
		"connectionId": l.connection, "eventType": kind, "routeKey": route, "connectedAt": l.opened.UnixMilli(), "authorizer": said,
	}})
	if err != nil {
		panic(err) // it has texts alone
	}
	return string(text)
}

// send has the function take an event of a client, and gives its answer; "": it failed.
func (s *unreliableStage) send(l *listener, kind, route, body string) string {
	answer, err := s.Invoke(context.Background(), []byte(s.event(l, kind, route, body)))
	if err != nil {
		return ""
	}
	return string(answer)
}

// issuer is that of all tokens.
const issuer = "https://issuer.example.com"

// newListener is a client whose token was issued a minute ago.
func newListener(id string, all bool, ends time.Time) *listener {
	issued := time.Now().Add(-time.Minute)
	scope := "users/self"
	if all {
		scope = "users/read"
	}
	return &listener{
		id: id, all: all, opened: time.Now(), grant: fmt.Sprintf("1;%d;%s;bearer=%s;", ends.Unix(), id, scope), names: fmt.Sprint(issued.Unix(), " ", revocation.OfUser(issuer, id, issued, ends).ID()),
	}
}

// connect opens a client's connection and subscribes it to what it may hear, as often as it takes; false: it is refused.
func (s *unreliableStage) connect(t *testing.T, l *listener) bool {
	for tries := 0; ; tries++ {
		l.connection = fmt.Sprintf("%s.%d=", l.id, tries)
		answer := s.send(l, "CONNECT", "$connect", "")
		if answer == `{"statusCode":200}` {
			break
		}
		if !strings.HasPrefix(answer, `{"statusCode":503`) || tries == 1000 {
			t.Logf("%s connects: %q", l.id, answer)
			return false
		}
	}
	s.sockets.mu.Lock()
	s.sockets.open[l.connection] = l
	s.sockets.mu.Unlock()
	what := l.id
	if l.all {
		what = "*"
	}
	answer := s.ask(l, "subscribe", what)
	l.from = s.users.Latest()
	return strings.Contains(answer, `{\"action\":\"subscribe\",\"until\":`)
}

// ask sends a message of a client until the function answers it, and gives the answer.
func (s *unreliableStage) ask(l *listener, action, what string) (answer string) {
	for tries := 0; answer == "" && tries < 1000; tries++ {
		answer = s.send(l, "MESSAGE", action, fmt.Sprintf(`{"action":%q,"users":%q}`, action, what))
	}
	return answer
}

// left are the keys of what is in the table of connections.
func (s *unreliableStage) left(t *testing.T) (keys []string) {
	t.Helper()
	out, err := s.direct.Scan(t.Context(), &dynamodbclient.ScanInput{TableName: &s.kept})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range out.Items {
		keys = append(keys, fmt.Sprint(item["pk"].(*types.AttributeValueMemberS).Value, " ", item["sk"].(*types.AttributeValueMemberS).Value))
	}
	return keys
}

// until waits for something.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not after a minute", what)
		}
	}
}

// TestFaults: while DynamoDB and @connections are down, slow, too busy, or lose answers, and clients come, unsubscribe, go without a word, end and
// are revoked, who stays hears of all that it may hear of, of each user in order; nobody hears of another's, or of what happened after it had
// unsubscribed, ended or been revoked, though nobody can be closed; and when the faults are over, who had to be closed is, and nothing is kept of who has gone.
func TestFaults(t *testing.T) {
	s := newUnreliableStage(t)
	s.run(t)
	s.database.turn(true)
	s.gateway.turn(true)

	const each = 4
	kinds := map[string][]*listener{}
	in := func(d time.Duration) time.Time { return time.Now().Add(d) }
	var connecting sync.WaitGroup
	connect := func(kind, id string, all bool, lasts time.Duration) {
		for i := range each {
			l := newListener(fmt.Sprint(id, "-", i), all, in(lasts))
			kinds[kind] = append(kinds[kind], l)
			connecting.Go(func() {
				for lasts := 2 * lasts; !s.connect(t, l); lasts *= 2 { // one that has ended meanwhile
					*l = *newListener(l.id, all, in(lasts))
				}
			})
		}
		connecting.Wait()
	}
	connect("stays, of all", "watcher", true, time.Hour)
	connect("stays", "user", false, time.Hour)
	connect("unsubscribes", "leaver", true, time.Hour)
	connect("goes", "gone", true, time.Hour)
	connect("is revoked", "revoked", true, time.Hour)
	connect("ends", "ended", true, 3*time.Second)

	happened := func() { // some of which is heard of when it returns, and some is on its way
		t.Helper()
		from := s.users.Latest()
		var writing sync.WaitGroup
		for writer := range each {
			writing.Go(func() { s.write(t, writer) })
		}
		writing.Wait()
		all := told(t, s.users)
		until(t, "changes that are heard of", func() bool {
			return slices.ContainsFunc(kinds["stays, of all"], func(l *listener) bool { return s.sockets.heard(l, all) > from })
		})
	}
	refused := func(l *listener, what string) {
		t.Helper()
		if answer := s.ask(l, "subscribe", what); !strings.Contains(answer, "Forbidden") {
			t.Errorf("%s subscribes to %s: %s", l.id, what, answer)
		}
	}
	happened()
	for i := range each {
		refused(kinds["stays"][i], fmt.Sprint("user-", (i+1)%each))
		refused(kinds["stays"][i], "*")
		l := kinds["unsubscribes"][i]
		if answer := s.ask(l, "unsubscribe", "*"); !strings.Contains(answer, `{\"action\":\"unsubscribe\"`) {
			t.Fatalf("%s unsubscribes: %s", l.id, answer)
		}
		l.until = s.users.Latest()
		s.sockets.mu.Lock()
		delete(s.sockets.open, kinds["goes"][i].connection)
		s.sockets.mu.Unlock()
	}
	happened()
	s.sockets.keep(true)
	for _, l := range kinds["is revoked"] {
		if err := s.revocations.RevokeUser(t.Context(), issuer, l.id, time.Now(), in(time.Hour)); err != nil {
			t.Fatal(err)
		}
		l.until = s.users.Latest()
		refused(l, "*")
	}
	happened()
	for _, l := range kinds["ends"] {
		until(t, "the end of "+l.id, func() bool { return strings.Contains(s.ask(l, "subscribe", "*"), "Forbidden") })
		l.until = s.users.Latest()
	}
	happened()
	if _, err := s.Invoke(t.Context(), []byte(recorded(t, "scheduled"))); err != nil {
		t.Log("the schedule fails, and comes again:", err)
	}
	s.sockets.keep(false)
	if database, gateway := s.database.turn(false), s.gateway.turn(false); database < 50 || gateway < 50 {
		t.Errorf("%d requests of DynamoDB failed, and %d of @connections: nothing was tested", database, gateway)
	}

	all := told(t, s.users)
	for _, kind := range []string{"stays, of all", "stays"} {
		for _, l := range kinds[kind] {
			until(t, l.id+" hears of all", func() bool {
				s.sockets.mu.Lock()
				defer s.sockets.mu.Unlock()
				return l.closed || l.missing(all) == 0
			})
		}
	}
	until(t, "the revoked are closed", func() bool {
		s.sockets.mu.Lock()
		defer s.sockets.mu.Unlock()
		return !slices.ContainsFunc(kinds["is revoked"], func(l *listener) bool { return !l.closed })
	})
	if _, err := s.Invoke(t.Context(), []byte(recorded(t, "scheduled"))); err != nil {
		t.Error(err)
	}
	s.check(t, kinds, all)
}

// write changes a user some times, and makes, changes and deletes another one.
func (s *unreliableStage) write(t *testing.T, writer int) {
	store, err := usersdynamo.New(s.direct, "users")
	if err != nil {
		t.Error(err)
		return
	}
	ctx, stays, goes := t.Context(), fmt.Sprint("user-", writer), fmt.Sprint("other-", writer)
	create := func(id string) error {
		return store.Create(ctx, users.User{ID: id, Name: "Ann", Version: 1, CreatedAt: time.Now(), UpdatedAt: time.Now()})
	}
	update := func(id string) error {
		_, err := store.Update(ctx, id, users.Change{Name: fmt.Sprint("Ann ", rand.Int()), At: time.Now()}, nil)
		return err
	}
	if err := create(stays); err != nil && !errors.Is(err, users.ErrExists) {
		t.Error(err)
	}
	if err := errors.Join(update(stays), create(goes), update(stays), update(goes), update(stays), store.Delete(ctx, goes, nil), update(stays)); err != nil {
		t.Error(err)
	}
}

// check checks what each client has heard, when all is done.
func (s *unreliableStage) check(t *testing.T, kinds map[string][]*listener, all []changes.Change) {
	t.Helper()
	s.sockets.mu.Lock()
	heard, stay := 0, 0
	for kind, list := range kinds {
		for _, l := range list {
			heard += len(l.heard)
			if wrong := l.wrong(all); wrong != "" {
				t.Errorf("%s, who %s: %s", l.id, kind, wrong)
			}
			if !l.closed && strings.HasPrefix(kind, "stays") {
				stay++
			}
			if !l.closed && kind == "ends" {
				t.Errorf("%s is open, though it has ended", l.id)
			}
		}
	}
	s.sockets.mu.Unlock()
	t.Logf("%d changes, %d messages; %d clients that stay", len(all), heard, stay)
	if stay < 4 {
		t.Error("nearly all were closed as clients that take nothing")
	}
	for kind, list := range kinds {
		for _, l := range list {
			if kind != "goes" && !l.closed && s.send(l, "DISCONNECT", "$disconnect", "") != `{"statusCode":200}` {
				t.Errorf("%s cannot leave", l.id)
			}
		}
	}
	for _, key := range s.left(t) {
		for _, list := range kinds {
			for _, l := range list {
				if strings.HasSuffix(key, " "+l.connection) { // of who was refused, the time to live removes it
					t.Errorf("left of %s: %s", l.id, key)
				}
			}
		}
	}
}
