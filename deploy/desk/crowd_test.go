package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/coder/websocket"

	"portcullis/authorizers/revocation"
	"portcullis/authorizers/revocation/dynamo"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/desk"
	"portcullis/deploy/testtools"
)

// feedDesk is a desk that trusts an issuer of many people.
type feedDesk struct {
	*running
	issuer      *verifytest.Issuer
	revocations *dynamo.Store
	tables      *dynamodb.Client
}

func startCrowd(t *testing.T) *feedDesk {
	t.Helper()
	f := &feedDesk{issuer: verifytest.NewServer("EdDSA")}
	t.Cleanup(f.issuer.Close)
	f.running = start(t, desk.Config{Environ: append(os.Environ(), "AWS_REGION="+testtools.Region,
		fmt.Sprintf(`ISSUERS=[{"issuer":%q,"audience":[%q],"tokenUse":["access"],"algorithms":["EdDSA"],"scopes":["users/read","users/self","users/write"],"owners":true}]`, f.issuer.URL, verifytest.DefaultClientID))})
	at := f.url + "/_aws"
	var err error
	if f.revocations, err = dynamo.Open(t.Context(), aws.Config{BaseEndpoint: &at, Region: testtools.Region, Credentials: testtools.Credentials}, "revocations"); err != nil {
		t.Fatal(err)
	}
	f.tables = testtools.DynamoDB(at)
	return f
}

// token is one that was issued a while ago, and ends after some time from now.
func (f *feedDesk) token(subject string, lasts time.Duration, scopes ...string) string {
	const ago = time.Minute
	return f.issuer.CognitoAccess(verifytest.Options{Subject: subject, Scopes: scopes, IssuedAt: time.Now().Add(-ago), Lifetime: ago + lasts})
}

// kept counts the items in the table of connections.
func (f *feedDesk) kept(t *testing.T) int {
	t.Helper()
	out, err := f.tables.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("connections")})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.Items)
}

// told is an event as a client gets it.
type told struct {
	Event, ID string
	Version   int
}

// hearer is a client of the feed. It notes what it is told.
type hearer struct {
	socket
	of      string // whose events it is subscribed to; "*": all
	answers chan string
	ended   chan struct{} // closed when the connection is

	mu   sync.Mutex
	told []told
	end  websocket.CloseError // of the connection; zero: it was closed by no frame
}

// hear opens a connection by a token, and listens to it.
func (f *feedDesk) hear(t *testing.T, token, of string) *hearer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), socketTimeout)
	defer cancel()
	c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(f.url, "http")+"/websocket", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
	if err != nil {
		t.Fatalf("%v: %s", err, f.stderr)
	}
	t.Cleanup(func() { c.CloseNow() })
	h := &hearer{socket: socket{c}, of: of, answers: make(chan string, 100), ended: make(chan struct{})}
	go h.listen()
	return h
}

func (h *hearer) listen() {
	defer close(h.ended)
	for {
		_, text, err := h.Read(context.Background())
		if err != nil {
			h.mu.Lock()
			errors.As(err, &h.end)
			h.mu.Unlock()
			return
		}
		var e told
		if json.Unmarshal(text, &e); e.Event == "" {
			h.answers <- string(text)
			continue
		}
		h.mu.Lock()
		h.told = append(h.told, e)
		h.mu.Unlock()
	}
}

// asks sends a message, whose answer has to begin so.
func (h *hearer) asks(t *testing.T, message, want string) {
	t.Helper()
	h.say(t, message)
	select {
	case answer := <-h.answers:
		if !strings.HasPrefix(answer, want) {
			t.Errorf("%s: %s, want %s", message, answer, want)
		}
	case <-h.ended:
		t.Errorf("%s: closed: %v", message, h.end)
	case <-time.After(socketTimeout):
		t.Errorf("%s: no answer", message)
	}
}

func (h *hearer) subscribe(t *testing.T) {
	t.Helper()
	h.asks(t, fmt.Sprintf(`{"action":"subscribe","users":%q}`, h.of), `{"action":"subscribe","until":`)
}

// isEnded makes sure that the connection is closed, as API Gateway does for a backend.
func (h *hearer) isEnded(t *testing.T, who string) {
	t.Helper()
	select {
	case <-h.ended:
		if h.end.Code != websocket.StatusNormalClosure {
			t.Errorf("%s: closed with %v", who, h.end)
		}
	case <-time.After(socketTimeout):
		t.Errorf("%s is open", who)
	}
}

// heard is what it was told until now.
func (h *hearer) heard() []told {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.told)
}

// versions are those of users that are written, by the users' IDs.
type versions struct {
	mu sync.Mutex
	of map[string]int
}

// now are the versions that there are at least.
func (v *versions) now() map[string]int {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := map[string]int{}
	for id, version := range v.of {
		all[id] = version
	}
	return all
}

// write makes a user, or its next version.
func (f *feedDesk) write(t *testing.T, token string, v *versions, id string) {
	t.Helper()
	version := v.now()[id] + 1 // nobody else writes it
	method, path, body, want := "PUT", "/rest-token/users/"+id, fmt.Sprintf(`{"name":"Ann %d"}`, version), 200
	if version == 1 {
		method, path, body, want = "POST", "/rest-token/users", fmt.Sprintf(`{"id":%q,"name":"Ann"}`, id), 201
	}
	if status, answer := send(t, f.running, method, path, body, "Authorization: Bearer "+token, "Content-Type: application/json"); status != want {
		t.Errorf("%s %s: %d %s", method, path, status, answer)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.of[id] = version
}

// wrong is what is wrong with what a client was told, which began behind some versions and ended, where it has, at some: the ones that were
// being written then may be among it.
func (h *hearer) wrong(from, until, all map[string]int) string {
	last := map[string]int{}
	for _, e := range h.heard() {
		switch {
		case h.of != "*" && h.of != e.ID:
			return fmt.Sprintf("of another one: %v", e)
		case until != nil && e.Version > until[e.ID]+1:
			return fmt.Sprintf("after its end: %v, and %s was at %d", e, e.ID, until[e.ID])
		case e.Version <= last[e.ID]:
			return fmt.Sprintf("again, or before an earlier one: %v behind %d", e, last[e.ID])
		case last[e.ID] > 0 && e.Version != last[e.ID]+1, last[e.ID] == 0 && e.Version > from[e.ID]+2:
			return fmt.Sprintf("without one before it: %v behind %d", e, max(last[e.ID], from[e.ID]))
		}
		last[e.ID] = e.Version
	}
	if until != nil {
		return ""
	}
	for id, version := range all {
		if (h.of == "*" || h.of == id) && last[id] != version && version > from[id]+1 {
			return fmt.Sprintf("%s is at %d, and it heard of %d", id, version, last[id])
		}
	}
	return ""
}

// TestFeedCrowd: hundreds of clients, some of whom hear of all users and some of their own, come, unsubscribe, leave and are signed out while
// users are written by several at once. Each hears, once and in order, of what it may and what happened while it was subscribed; nothing is
// left of them.
func TestFeedCrowd(t *testing.T) {
	before := runtime.NumGoroutine()
	t.Run("a crowd", feedCrowd)
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines are left of %d\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func feedCrowd(t *testing.T) {
	const most, few, writers = 80, 40, 4
	crowd := few
	f := startCrowd(t)
	v := &versions{of: map[string]int{}}
	admin := f.token("admin", time.Hour, "users/write")
	name := func(i int) string { return fmt.Sprint("user-", i) }

	var clients [most]*hearer
	var from, until [most]map[string]int
	come := func(i int) {
		of, scope := "*", "users/read"
		if i%10 > 0 {
			of, scope = name(i), "users/self"
		}
		clients[i] = f.hear(t, f.token(name(i), time.Hour, scope), of)
		if i%10 < 5 {
			clients[i].subscribe(t)
			from[i] = v.now()
		}
	}
	each := func(of func(i int) bool, do func(i int)) {
		var all sync.WaitGroup
		for worker := range 8 {
			all.Go(func() {
				for i := worker; i < crowd && !t.Failed(); i += 8 {
					if of(i) {
						do(i)
					}
				}
			})
		}
		all.Wait()
	}
	began := time.Now()
	each(func(int) bool { return true }, come)
	if crowd = min(most, max(2*few, int(few*3*time.Second/time.Since(began))/few*few)); crowd < most {
		t.Logf("%d clients and not %d, since this machine is busy", crowd, most)
	}
	early := func(i int) bool { return i < crowd*3/4 }
	each(func(i int) bool { return early(i) && clients[i] == nil }, come)

	stop := make(chan struct{})
	var writing sync.WaitGroup
	for w := range writers {
		random := rand.New(rand.NewPCG(uint64(w), 1))
		writing.Go(func() {
			for n := 0; n < 20 || !isClosed(stop); n++ {
				f.write(t, admin, v, name(random.IntN(crowd/10)*10+w+1))
				time.Sleep(10 * time.Millisecond) // which leaves the others some of the machine
			}
		})
	}
	each(func(i int) bool { return !early(i) }, come)
	each(early, func(i int) {
		switch h := clients[i]; i / 10 % 4 {
		case 0:
			return // it stays
		case 1:
			h.asks(t, fmt.Sprintf(`{"action":"unsubscribe","users":%q}`, h.of), `{"action":"unsubscribe",`)
		case 2:
			if err := f.revocations.RevokeUser(t.Context(), f.issuer.URL, name(i), time.Now(), time.Now().Add(time.Hour)); err != nil {
				t.Error(err)
			}
			h.isEnded(t, name(i))
		case 3:
			h.Close(websocket.StatusNormalClosure, "done")
		}
		until[i] = v.now()
	})
	close(stop)
	writing.Wait()

	all := v.now()
	heard := 0
	for i, h := range clients[:crowd] {
		if t.Failed() {
			return
		}
		if from[i] == nil {
			if told := h.heard(); len(told) > 0 {
				t.Errorf("%s is told of %v, and never subscribed", name(i), told)
			}
			continue
		}
		for deadline := time.Now().Add(time.Minute); h.wrong(from[i], until[i], all) != "" && time.Now().Before(deadline) && until[i] == nil; time.Sleep(5 * time.Millisecond) {
		}
		if wrong := h.wrong(from[i], until[i], all); wrong != "" {
			t.Errorf("%s: %s", name(i), wrong)
		}
		heard += len(h.heard())
	}
	t.Logf("%d users, %d messages", len(all), heard)
	for _, h := range clients[:crowd] {
		h.Close(websocket.StatusNormalClosure, "done")
	}
	for deadline := time.Now().Add(time.Minute); f.kept(t) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d items are left in the table of connections", f.kept(t))
		}
	}
	f.stop()
	if err := <-f.ended; err != nil {
		t.Error(err)
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// TestFeedEnds: a sign-out, the revocation of all tokens of an issuer, and the removal of a user close the connections that they are about, and
// no other ones; from its token's end on, a connection that is not closed yet is answered no message and told of nothing.
func TestFeedEnds(t *testing.T) {
	f := startCrowd(t)
	v := &versions{of: map[string]int{}}
	admin := accessToken(t, f.url, "admin")
	witness := f.hear(t, admin, "*")
	witness.subscribe(t)
	hears := func(id string, version int) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !slices.ContainsFunc(witness.heard(), func(e told) bool { return e.ID == id && e.Version == version }); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("the witness does not hear of %s %d", id, version)
			}
		}
	}
	const ping = `{"action":"ping"}`

	short := f.hear(t, f.token("short", 3*time.Second, "users/read"), "*")
	short.subscribe(t)
	for forbidden := false; !forbidden; {
		short.say(t, ping)
		select {
		case answer := <-short.answers:
			forbidden = strings.HasPrefix(answer, `{"message": "Forbidden"`)
		case <-short.ended:
			t.Fatal("closed before it was refused: ", short.end)
		}
	}
	before := len(short.heard())
	f.write(t, admin, v, "after")
	hears("after", 1)
	if got := short.heard(); len(got) > before {
		t.Errorf("told of %v after its token's end", got[before:])
	}

	reader := accessToken(t, f.url, "reader")
	out := f.hear(t, reader, "*")
	out.subscribe(t)
	if status, body := send(t, f.running, "POST", "/rest-token/tokens/sign-out", "", "Authorization: Bearer "+reader); status != 200 {
		t.Fatalf("sign-out: %d %s", status, body)
	}
	out.isEnded(t, "who signed out")

	mine := f.token("mine", time.Hour, "users/self")
	f.write(t, admin, v, "mine")
	hears("mine", 1)
	removed, other := f.hear(t, mine, "mine"), f.hear(t, f.token("mine-too", time.Hour, "users/self"), "mine-too")
	removed.subscribe(t)
	other.subscribe(t)
	if status, body := send(t, f.running, "DELETE", "/rest-token/users/mine", "", "Authorization: Bearer "+admin); status != 200 {
		t.Fatalf("removing: %d %s", status, body)
	}
	removed.isEnded(t, "who was removed")
	if got := removed.heard(); len(got) != 1 || got[0] != (told{"user.deleted", "mine", 1}) {
		t.Errorf("who was removed is told of %v", got)
	}
	other.asks(t, ping, ping)
	f.hear(t, mine, "mine").asks(t, ping, ping) // a removal revokes no token

	if err := f.revocations.Revoke(t.Context(), revocation.OfIssuer(f.issuer.URL, time.Now(), time.Now().Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	other.isEnded(t, "one of the issuer")
	witness.asks(t, ping, ping)
	f.write(t, admin, v, "after")
	hears("after", 2)
	if got := out.heard(); slices.ContainsFunc(got, func(e told) bool { return e.ID == "mine" }) {
		t.Errorf("who signed out is told of %v", got)
	}
}

// TestWatchOfSubscriptions: who is subscribed stays so when the contract changes: it is told of changes though it might not subscribe any more, of
// none while the contract has no message for it, and of those after that again.
func TestWatchOfSubscriptions(t *testing.T) {
	copyModule(t, t.TempDir())
	const file = "api/openapi.yaml"
	original, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d := start(t, desk.Config{Watch: true})
	f, v, admin := &feedDesk{running: d}, &versions{of: map[string]int{}}, accessToken(t, d.url, "admin")
	reloads := 0
	reload := func(text string) {
		t.Helper()
		write(t, file, text)
		for reloads++; strings.Count(d.stderr.String(), "local: reloaded "+file+"\n") < reloads; time.Sleep(5 * time.Millisecond) {
			if t.Context().Err() != nil {
				t.Fatal(d.stderr)
			}
		}
	}
	h := f.hear(t, accessToken(t, d.url, "reader"), "*")
	h.subscribe(t)
	hears := func(want ...told) {
		t.Helper()
		for deadline := time.Now().Add(time.Minute); !slices.Equal(h.heard(), want); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("told of %v, want %v", h.heard(), want)
			}
		}
	}
	first, last := told{"user.created", "7", 1}, told{"user.updated", "7", 3}

	before, after, _ := strings.Cut(string(original), "\n    subscribe:\n")
	reload(before + "\n    subscribe:\n" + strings.Replace(after, "users/read", "users/write", 1))
	h.asks(t, `{"action":"subscribe","users":"*"}`, `{"message": "Forbidden"`)
	f.write(t, admin, v, "7")
	hears(first)

	reload(before + "\n    follow:\n" + after)
	waitForLog(t, d, "has no message subscribe of the function live")
	h.asks(t, `{"action":"ping"}`, `{"action":"ping"}`)
	f.write(t, admin, v, "7")

	reload(string(original))
	f.write(t, admin, v, "7")
	hears(first, last)
}
