package desk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/desk"
	"portcullis/deploy/gateway"
)

// heard is an event of the console's stream.
type heard struct {
	id, event string
	Seq       int64
	Time      time.Time
	Mode      string
	Bench     bool
	Trace     *gateway.Trace
	Why       string
	Change    string
}

// stream is the calls of a desk as they come.
type stream struct {
	events chan heard // is closed when the stream ends
	leave  context.CancelFunc
}

// follow follows the calls of a desk behind an event, until the test ends; "": from the first that is kept.
func follow(t *testing.T, d *running, after string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, "GET", d.url+"/_console/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	if after != "" {
		request.Header.Set("Last-Event-ID", after)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	if got := response.Header.Get("Content-Type"); response.StatusCode != 200 || got != "text/event-stream" {
		t.Fatalf("%s %s", response.Status, got)
	}
	s := &stream{make(chan heard, 10_000), cancel}
	go func() {
		defer close(s.events)
		defer response.Body.Close()
		s.read(t, response.Body)
	}()
	return s
}

// read reads events (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
func (s *stream) read(t *testing.T, from io.Reader) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, 1<<20)
	var e heard
	for lines.Scan() {
		switch name, value, _ := strings.Cut(lines.Text(), ": "); name {
		case "id":
			e.id = value
		case "event":
			e.event = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e); err != nil {
				t.Errorf("%v in %s", err, value)
			}
		case "":
			if e.event != "" {
				s.events <- e
			}
			e = heard{}
		}
	}
}

// next is the next event.
func (s *stream) next(t *testing.T) heard {
	t.Helper()
	select {
	case e, more := <-s.events:
		if !more {
			t.Fatal("the stream has ended")
		}
		return e
	case <-time.After(time.Minute):
		t.Fatal("no event comes")
	}
	return heard{}
}

// paths are those of so many calls.
func (s *stream) paths(t *testing.T, count int) string {
	t.Helper()
	var all []string
	for range count {
		all = append(all, s.next(t).Trace.Path)
	}
	return strings.Join(all, " ")
}

// TestConsoleLive: who follows is told of calls as they come, of what it has missed, and of nothing twice.
func TestConsoleLive(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	get(t, d, "/rest-token/users?before") // which nobody looks at
	first := follow(t, d, "")
	token := "Authorization: Bearer " + accessToken(t, d.url, "reader")
	send(t, d, "GET", "/rest-token/users", "", token)
	e := first.next(t)
	if e.event != "call" || e.id != fmt.Sprint(e.Seq) || e.Mode != "rest-token" || e.Why != "" || e.Change != "" || time.Since(e.Time) > time.Hour {
		t.Errorf("%+v", e)
	}
	if a := e.Trace.Authorizer; e.Trace.Status != 200 || e.Trace.Route != "GET /users" || a == nil || a.Context["username"] != "reader" || a.Event == nil {
		t.Errorf("%+v", e.Trace)
	}
	get(t, d, "/http-jwt/users")
	get(t, d, "/nowhere")
	if e := first.next(t); e.Mode != "http-jwt" || e.Trace.Status != 401 {
		t.Errorf("%+v", e)
	}
	if e := first.next(t); e.Mode != "" || e.Trace.Status != 403 {
		t.Errorf("%+v", e)
	}
	second := follow(t, d, e.id)
	if got := second.paths(t, 2); got != "/http-jwt/users /nowhere" {
		t.Errorf("behind %s: %s", e.id, got)
	}
	if got := follow(t, d, "not a number").paths(t, 3); got != "/rest-token/users /http-jwt/users /nowhere" {
		t.Errorf("from the first: %s", got)
	}
	first.leave()
	second.leave()
	get(t, d, "/rest-token/users?later") // which is traced though nobody follows, as a page is that comes back
	if got := follow(t, d, e.id).paths(t, 3); got != "/http-jwt/users /nowhere /rest-token/users" {
		t.Errorf("after a while: %s", got)
	}
}

// TestConsoleLiveKeeps the last 200 calls of clients, and beside them the last 50 of the workbench.
func TestConsoleLiveKeeps(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{Log: desk.LogText}) // by which calls are kept that come before somebody follows
	for i := range 203 {
		get(t, d, fmt.Sprint("/rest-token/n", i))
	}
	token := object{"kind": "token", "token": accessToken(t, d.url, "admin")}
	if status, text := ask(t, d, "broken", object{"credential": token, "mode": "http-lambda", "method": "GET", "path": "/users/tried", "kinds": slices.Repeat([]string{"alg-none"}, 60)}, nil); status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	get(t, d, "/rest-token/n203")
	s := follow(t, d, "")
	for i := 4; i < 203; i++ {
		if e, want := s.next(t), fmt.Sprint("/rest-token/n", i); e.Trace.Path != want || e.Bench {
			t.Fatalf("%s, %t, want %s", e.Trace.Path, e.Bench, want)
		}
	}
	for range 50 {
		if e := s.next(t); !e.Bench || e.Mode != "http-lambda" || e.Trace.Path != "/http-lambda/users/tried" || e.Trace.Status != 401 {
			t.Errorf("%+v", e)
		}
	}
	if e := s.next(t); e.Bench || e.Trace.Path != "/rest-token/n203" {
		t.Errorf("%+v", e)
	}
	if said := d.stderr.String(); strings.Count(said, "/users/tried ") < 60 {
		t.Errorf("the workbench's calls are not written: %.300s", said)
	}
}

// TestConsoleLiveSockets: events of connections are calls too.
func TestConsoleLiveSockets(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	s := follow(t, d, "")
	c := connect(t, d, "websocket")
	c.say(t, `{"action":"whoami"}`)
	c.hears(t, `{"action":"whoami"`)
	c.say(t, `{"action":"subscribe","users":7}`)
	c.hears(t, `{"`)
	c.CloseNow()
	var all []string
	id := ""
	for range 4 {
		e := s.next(t)
		all = append(all, fmt.Sprint(e.Trace.EventType, " ", e.Trace.Route, " ", e.Trace.Status))
		if id == "" {
			id = e.Trace.ConnectionID
		}
		if e.Mode != "websocket" || e.Trace.ConnectionID != id || id == "" {
			t.Errorf("%+v", e.Trace)
		}
	}
	if got := strings.Join(all, ", "); got != "CONNECT $connect 200, MESSAGE whoami 200, MESSAGE subscribe 400, DISCONNECT $disconnect 200" {
		t.Error(got)
	}
}

// TestConsoleLiveEnds: streams end with the desk, which does not wait for them, nor for one that nobody reads.
func TestConsoleLiveEnds(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	s := follow(t, d, "")
	unread, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer unread.Close()
	unread.(*net.TCPConn).SetReadBuffer(1)
	io.WriteString(unread, "GET /_console/live HTTP/1.1\r\nHost: "+strings.TrimPrefix(d.url, "http://")+"\r\n\r\n")
	const calls = 500 // which are more than sockets hold, as an authorizer's event has the query three times
	for range calls {
		get(t, d, "/rest-request/users?x="+strings.Repeat("x", 7000))
	}
	size := 0
	for range calls {
		size += len(s.next(t).Trace.Authorizer.Event)
	}
	if size < 7<<20 {
		t.Errorf("%d bytes are told, which a socket may hold", size)
	}
	d.stop()
	for range s.events { // until it is closed
	}
	if err := <-d.ended; err != nil {
		t.Error(err)
	}
	if said := d.stderr.String(); strings.Contains(said, "waiting for the requests") {
		t.Errorf("the desk waits: %s", said[max(0, len(said)-500):])
	}
}

// TestConsoleLiveReloads: who follows is told that the desk serves something else, and goes on to be told of calls.
func TestConsoleLiveReloads(t *testing.T) {
	d := startOrders(t)
	s := follow(t, d, "")
	write(t, "contract.yaml", ordersContract+"  /more: {get: {security: []}}\n")
	if e := s.next(t); e.event != "desk" || e.id != "" {
		t.Errorf("%+v", e)
	}
	get(t, d, "/own/more")
	if e := s.next(t); e.Trace.Route != "GET /more" || e.Trace.Status != 200 {
		t.Errorf("%+v", e.Trace)
	}
}

// TestConsoleState: kept answers, counters and connections are told as they are, and flushed answers are gone.
func TestConsoleState(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	admin := "Authorization: Bearer " + accessToken(t, d.url, "admin")
	send(t, d, "GET", "/rest-token/users", "", admin)
	send(t, d, "GET", "/http-lambda/users", "", admin)
	for range 3 {
		send(t, d, "GET", "/rest-api-key/users", "", demoKey)
	}
	c := connect(t, d, "websocket")
	c.say(t, `{"action":"whoami"}`)
	c.hears(t, `{"action":"whoami"`)
	state := stateOf(t, d)
	rest, http := state.entries(t, "rest-token"), state.entries(t, "http-lambda")
	const adminID = "a0000000-0000-4000-8000-000000000001"
	if len(rest) != 1 || len(http) != 1 || rest[0].Principal != adminID || rest[0].Identity != http[0].Identity || rest[0].Until <= time.Now().UnixMilli() {
		t.Errorf("%+v", state.Caches)
	}
	if strings.Contains(admin, rest[0].Identity) {
		t.Errorf("the identity is of the token: %s", rest[0].Identity)
	}
	keys := state.keys("rest-api-key")
	if k := keys["demo"]; k.Used != 3 || k.Remaining != 99_997 || k.Tokens < 17 || k.Tokens > 20 || !k.Enabled || keys["disabled"].Enabled || len(keys) != 2 {
		t.Errorf("%+v", keys)
	}
	if len(state.Sockets) != 1 || state.Sockets[0].Mode != "websocket" || state.Sockets[0].Principal != adminID || state.Sockets[0].Received != 1 || state.Sockets[0].Sent != 1 {
		t.Errorf("%+v", state.Sockets)
	}
	for _, step := range []struct {
		body   string
		status int
		want   string
		left   int // entries of http-lambda
	}{
		{`{"mode":"nowhere"}`, 404, `{"error":"there is no mode \"nowhere\"; there are http-iam, http-jwt, `, 1},
		{`{"modes":"rest-token"}`, 400, `{"error":"json: unknown field \"modes\""}`, 1},
		{`{"mode":"rest-token"}`, 200, `{"flushed":1,"authorizers":1,"answers":0}`, 1},
		{`{"mode":""}`, 200, `{"flushed":1,"authorizers":1,"answers":0}`, 0},
	} {
		status, body := send(t, d, "POST", "/_console/flush", step.body, "Content-Type: application/json")
		if status != step.status || !strings.HasPrefix(body, step.want) {
			t.Errorf("%s: %d %s, want %d %s", step.body, status, body, step.status, step.want)
		}
		if got := len(stateOf(t, d).entries(t, "http-lambda")); got != step.left {
			t.Errorf("%s: %d entries of http-lambda are left, want %d", step.body, got, step.left)
		}
	}
	if status, _ := send(t, d, "POST", "/_console/flush", `{}`, formType); status != 415 {
		t.Errorf("a form flushes: %d", status)
	}
	if status, _ := send(t, d, "GET", "/_console/live", "", "Sec-Fetch-Site: cross-site"); status != 403 {
		t.Errorf("another site follows: %d", status)
	}
}

// consoleState is what /_console/state tells.
type consoleState struct {
	Caches []struct {
		Mode    string
		TTL     float64
		Entries []stateEntry
	}
	Plans []struct {
		Mode string
		Keys []stateKey
	}
	Sockets []struct {
		Mode, Principal string
		Received, Sent  int
	}
}

type stateEntry struct {
	Principal, Identity string
	Until               int64
}

type stateKey struct {
	Name            string
	Enabled         bool
	Used, Remaining int
	Tokens          float64
}

func stateOf(t *testing.T, d *running) consoleState {
	t.Helper()
	status, body := get(t, d, "/_console/state")
	var s consoleState
	if err := json.Unmarshal([]byte(body), &s); err != nil || status != 200 {
		t.Fatalf("%d %s: %v", status, body, err)
	}
	return s
}

func (s consoleState) entries(t *testing.T, mode string) []stateEntry {
	t.Helper()
	for _, c := range s.Caches {
		if c.Mode == mode && c.TTL == 300 {
			return c.Entries
		}
	}
	t.Errorf("no cache of %s is told of in %+v", mode, s.Caches)
	return nil
}

func (s consoleState) keys(mode string) map[string]stateKey {
	all := map[string]stateKey{}
	for _, p := range s.Plans {
		for _, key := range p.Keys {
			if p.Mode == mode {
				all[key.Name] = key
			}
		}
	}
	return all
}
