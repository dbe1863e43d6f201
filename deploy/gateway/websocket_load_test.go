//go:build unix

package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"portcullis/api/live"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
)

// witness stands behind the guard. It makes sure that each event of a connection has what the authorizer said when that connection was
// opened, that a message names the caller whose it is, and that a connection ends once.
type witness struct {
	function *live.Function

	mu             sync.Mutex
	open           map[string]string // what the authorizer said, by connection
	connects, ends int
	messages       int
	wrong          []string
}

func (w *witness) Invoke(ctx context.Context, text []byte) ([]byte, error) {
	var e struct {
		Body           string
		RequestContext struct {
			ConnectionID, EventType, RouteKey string
			Authorizer                        json.RawMessage
		}
	}
	var said struct{ Sub, PrincipalID, Grant string }
	var sent struct{ ID string }
	json.Unmarshal(text, &e)
	json.Unmarshal(e.RequestContext.Authorizer, &said)
	json.Unmarshal([]byte(e.Body), &sent)
	c := e.RequestContext
	if why := w.see(c.ConnectionID, c.EventType, string(c.Authorizer)); why != "" {
		w.blame(why, text)
	}
	if c.EventType != "MESSAGE" {
		return w.function.Invoke(ctx, text)
	}
	if who, _, _ := strings.Cut(sent.ID, "#"); who != said.Sub || said.PrincipalID == "" || said.Grant == "" {
		w.blame("a message of another one", text)
	}
	switch c.RouteKey {
	case "whoami", "ping":
		return w.function.Invoke(ctx, text)
	case "fail":
		return nil, errors.New("broken")
	}
	body, _ := json.Marshal(answerOf(c.RouteKey, sent.ID, c.ConnectionID))
	return []byte(`{"statusCode":200,"body":` + string(body) + `}`), nil
}

func answerOf(route, id, connection string) string {
	return fmt.Sprintf("%s of %s over %s", route, id, connection)
}

// see notes an event, and tells what is wrong with it.
func (w *witness) see(connection, kind, authorizer string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	before, open := w.open[connection]
	switch {
	case kind == "CONNECT" && open:
		return "connects twice"
	case kind == "CONNECT":
		w.connects++
		w.open[connection] = authorizer
	case !open:
		return "is not open, or no more"
	case before != authorizer:
		return "has another one's context"
	case kind == "MESSAGE":
		w.messages++
	case kind == "DISCONNECT":
		w.ends++
		delete(w.open, connection)
	}
	return ""
}

func (w *witness) blame(why string, event []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrong = append(w.wrong, fmt.Sprintf("%s: %s", why, event))
}

// crowd is many callers of a gateway, which may be replaced by another one.
type crowd struct {
	*stage
	*credentials
	*witness
	address string
	calls   *http.Client // of @connections
	serving atomic.Pointer[generation]
	opened  atomic.Int64
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	function, err := live.NewFunction(live.FunctionConfig{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	c := &crowd{credentials: newCredentials(t), witness: &witness{function: function, open: map[string]string{}}, calls: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.serving.Load().ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	t.Cleanup(c.calls.CloseIdleConnections)
	c.stage, c.address = &stage{url: server.URL, now: time.Now()}, strings.TrimPrefix(server.URL, "http://")
	return c
}

// replace puts another gateway in the place of the one that serves, and gives it. It takes over the connections of those before.
func (c *crowd) replace(t *testing.T, scope string, before ...*gateway.Gateway) *generation {
	g := &generation{newLive(t, c.credentials, scope, c.witness), scope}
	for _, old := range before {
		g.TakeOver(old)
	}
	c.serving.Store(g)
	return g
}

// generation is a gateway, and the scope that it asks of those who write.
type generation struct {
	*gateway.Gateway
	scope string
}

// caller is a caller with a connection.
type caller struct {
	framed
	*crowd
	random *rand.Rand

	sub, scheme string
	scopes      []string
	expires     string // in the answer to whoami
	asking      string // lines of the handshake, with the credential
	query       string

	asked      string // the scope that was asked of those who write when it came: a grant has no other one
	served     *generation
	connection string // its id
	n          int    // messages
}

// begin draws what a caller has: a token in one of three places, or a key, and some of the scopes.
func (m *caller) begin() (err error) {
	m.scheme = "bearer"
	for _, scope := range []string{"chat/new", "chat/self", "chat/write"} {
		if m.random.IntN(2) == 0 {
			m.scopes = append(m.scopes, scope)
		}
	}
	way := m.random.IntN(4)
	if way == 0 {
		key, err := m.key(m.sub, m.scopes...)
		m.scheme, m.asking = "apiKey", "X-Api-Key: "+key+"\r\n"
		return err
	}
	if len(m.scopes) == 0 {
		m.scopes = []string{"other"} // or it has one that an issuer gives by itself
	}
	issued := time.Now()
	token := m.issuer.CognitoAccess(verifytest.Options{Subject: m.sub, Scopes: m.scopes, IssuedAt: issued, Lifetime: time.Hour})
	m.expires = fmt.Sprintf(`,"expires":%d`, issued.Add(time.Hour).Unix())
	switch way {
	case 1:
		m.asking = "Authorization: Bearer " + token + "\r\n"
	case 2:
		m.query = "?token=" + token
	case 3:
		m.asking = "Sec-WebSocket-Protocol: token, " + token + "\r\n"
	}
	return nil
}

func (m *caller) dial(query, asking string) (framed, int, error) {
	c, err := net.Dial("tcp", m.address)
	if err != nil {
		return framed{}, 0, err
	}
	return shake(c, "GET /test"+query+" HTTP/1.1\r\n"+handshakeLines+asking+"\r\n")
}

// come opens the caller's connection, asks for its id, and talks. Some try with something else first.
func (m *caller) come() error {
	if m.scheme == "" {
		if err := m.begin(); err != nil {
			return err
		}
	}
	if m.random.IntN(10) == 0 {
		bad := []string{"", "Authorization: Bearer " + m.issuer.Break("alg-none", m.issuer.CognitoAccessClaims(verifytest.Options{Subject: m.sub})) + "\r\n", "X-Api-Key: " + m.sub + "\r\n"}
		if _, status, err := m.dial("", bad[m.random.IntN(len(bad))]); err != nil || status != 401 {
			return fmt.Errorf("without credentials: %d, %w", status, err)
		}
	}
	m.served = m.serving.Load()
	m.asked = m.served.scope
	var status int
	var err error
	if m.framed, status, err = m.dial(m.query, m.asking); err != nil || status != 101 {
		return fmt.Errorf("connecting: %d, %w", status, err)
	}
	m.opened.Add(1)
	m.say(`{"action":"none"}`)
	_, frame, err := m.hear()
	found := regexp.MustCompile(`"connectionId":"([^"]+)"`).FindStringSubmatch(frame)
	if err != nil || found == nil {
		return fmt.Errorf("%q, %w", frame, err)
	}
	m.connection = found[1]
	return m.talk()
}

// The frames that the gateway and the guard send, with the ids in them as masked has them.
const (
	forbiddenOwn = `{"message": "Forbidden", "connectionId":"OWN", "requestId":"ID"}`
	failedOwn    = `{"message": "Internal server error", "connectionId":"OWN", "requestId":"ID"}`
	badBodyOwn   = `{"message" : "Bad request body", "connectionId": "OWN", "messageId": "ID"}`
)

// masked puts constants in the place of the caller's own connection, and of ids that are made up.
func (m *caller) masked(frame string) string {
	if !strings.HasPrefix(frame, `{"message"`) {
		return frame
	}
	return id.ReplaceAllString(strings.ReplaceAll(frame, m.connection, "OWN"), "ID")
}

// message draws a message, and gives what has to come back.
func (m *caller) message() (text, want string) {
	m.n++
	own := fmt.Sprintf("%s#%d", m.sub, m.n)
	done := func(route string, may bool) string {
		if may {
			return answerOf(route, own, m.connection)
		}
		return forbiddenOwn
	}
	switch m.random.IntN(9) {
	case 0:
		scopes, _ := json.Marshal(append([]string{}, m.scopes...))
		return fmt.Sprintf(`{"action":"whoami","id":%q}`, own), fmt.Sprintf(`{"action":"whoami","id":%q,"sub":%q,"schemes":[%q],"scopes":%s%s}`, own, m.sub, m.scheme, scopes, m.expires)
	case 1:
		text := fmt.Sprintf(`{"action":"ping","id":%q}`, own)
		return text, text
	case 2, 3:
		return fmt.Sprintf(`{"action":"write","id":%q}`, own), done("write", m.asked == m.served.scope && slices.Contains(m.scopes, m.asked))
	case 4:
		return fmt.Sprintf(`{"action":"rename","id":%q,"user":%q}`, own, m.sub), done("rename", slices.Contains(m.scopes, "chat/self"))
	case 5:
		return fmt.Sprintf(`{"action":"rename","id":%q,"user":"user-0a"}`, own), forbiddenOwn
	case 6:
		return fmt.Sprintf(`{"action":"whoami","id":%q,"more":1}`, own), badBodyOwn
	case 7:
		return fmt.Sprintf(`{"action":"fail","id":%q}`, own), failedOwn
	}
	return own, forbiddenOwn // no JSON
}

// talk sends some messages at once, and has some sent to it; what comes back has to be what is wanted of them, and no more.
func (m *caller) talk() error {
	m.SetDeadline(time.Now().Add(time.Minute))
	want := map[string]int{}
	for range 1 + m.random.IntN(3) {
		text, answer := m.message()
		want[answer]++
		if err := m.say(text); err != nil {
			return err
		}
	}
	if m.random.IntN(4) == 0 && m.served == m.serving.Load() {
		text := fmt.Sprintf("to %s, %d", m.connection, m.n)
		want[text]++
		if status, err := m.call("POST", text); err != nil || status != 200 {
			return fmt.Errorf("POST: %d, %w", status, err)
		}
	}
	for frames := sum(want); frames > 0; frames-- {
		first, frame, err := m.hear()
		if frame = m.masked(frame); err != nil || first != 0x81 || want[frame] == 0 {
			return fmt.Errorf("%x %s, %w: want one of %v", first, frame, err, want)
		}
		want[frame]--
	}
	return nil
}

func sum(counts map[string]int) (n int) {
	for _, count := range counts {
		n += count
	}
	return n
}

// call calls @connections for the caller's connection.
func (m *caller) call(method, body string) (int, error) {
	by := asAdmin.to(method + " /test/@connections/" + url.QueryEscape(m.connection) + "\n\n" + body)
	request, err := m.sign(by)
	if err != nil {
		return 0, err
	}
	response, err := m.calls.Do(request)
	if err != nil {
		return 0, err
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
	return response.StatusCode, nil
}

// leave ends the connection in one of the ways that there are.
func (m *caller) leave() error {
	defer m.hangUp()
	switch way := m.random.IntN(3); {
	case way == 0:
		m.Conn.(*net.TCPConn).SetLinger(0) // a reset, and no close frame
		return nil
	case way == 1 && m.served == m.serving.Load():
		if status, err := m.call("DELETE", ""); err != nil || status != 204 {
			return fmt.Errorf("DELETE: %d, %w", status, err)
		}
		return m.told("\x03\xe8Connection Closed Normally")
	}
	m.SetDeadline(time.Now().Add(time.Minute)) // that of its last message may have passed
	if _, err := io.WriteString(m, frameOf(0x88, "\x0f\xa0"+m.sub)); err != nil {
		return fmt.Errorf("a close frame: %w", err)
	}
	return m.told("\x0f\xa0" + m.sub)
}

// hangUp closes the connection, if there is one.
func (m *caller) hangUp() {
	if m.Conn != nil {
		m.Close()
	}
}

// gone is the caller whose gateway closes.
func (m *caller) gone() error {
	defer m.hangUp()
	return m.told("\x03\xe9Going away")
}

// stay is a round of a caller: some talk, and some leave and come again.
func (m *caller) stay() error {
	if m.random.IntN(8) == 0 {
		if err := m.leave(); err != nil {
			return err
		}
		return m.come()
	}
	if m.random.IntN(2) == 0 {
		return m.talk()
	}
	return nil
}

// told reads the close frame, and answers it.
func (m *caller) told(want string) error {
	m.SetDeadline(time.Now().Add(time.Minute))
	first, payload, err := m.hear()
	if err != nil || first != 0x88 || payload != want {
		return fmt.Errorf("%x %q, %w: want to be closed with %q", first, payload, err, want)
	}
	io.WriteString(m, frameOf(0x88, payload[:2])) // which may come too late
	return nil
}

// each does something with some callers, many at once.
func each(t *testing.T, callers []*caller, what string, do func(*caller) error) {
	t.Helper()
	start := time.Now()
	var all sync.WaitGroup
	const workers = 24
	for worker := range workers {
		all.Go(func() {
			for i := worker; i < len(callers); i += workers {
				if err := do(callers[i]); err != nil {
					t.Errorf("%s: %s over %s: %v", what, callers[i].sub, callers[i].connection, err)
					return
				}
			}
		})
	}
	all.Wait()
	t.Logf("%s: %d in %v", what, len(callers), time.Since(start).Round(time.Millisecond))
	if t.Failed() {
		t.FailNow()
	}
}

// memory is what the process has in use, in bytes.
type memory struct{ heap, stacks int }

// per is how much more that is than before, for each of some.
func (m memory) per(before memory, n int) memory {
	return memory{(m.heap - before.heap) / n, (m.stacks - before.stacks) / n}
}

func (m memory) String() string {
	return fmt.Sprintf("%d bytes of the heap and %d of stacks", m.heap, m.stacks)
}

// footprint is what the process has in use, and how many goroutines.
func footprint() (memory, int) {
	runtime.GC()
	runtime.GC() // for what pools keep
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return memory{int(stats.HeapAlloc), int(stats.StackInuse)}, runtime.NumGoroutine()
}

// files is how many connections a test may open, whose both ends are in this process.
func files(t *testing.T) int {
	t.Helper()
	const others = 500
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil { // the runtime has raised it to the most that is allowed
		t.Fatal(err)
	}
	return (int(min(limit.Cur, 1<<20)) - others) / 2
}

// TestWebSocketCrowd: thousands of callers with tokens and keys of their own connect, send what they may and may not, are sent to, leave
// in all ways, and come again, while their gateway is replaced by one with other rules, and that by one that takes its connections over.
// Each gets what is its own and no more; the function sees each connection with its own caller, from its beginning to its one end; and
// what an open connection takes is the same after all of it.
func TestWebSocketCrowd(t *testing.T) {
	_, before := footprint()
	t.Run("a crowd", crowded)
	if t.Failed() {
		return
	}
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines are left of %d", runtime.NumGoroutine(), before)
		}
	}
}

// crowded is as many callers as there may be open files, and as are served in less than a minute.
func crowded(t *testing.T) {
	const most, few, enough = 5000, 100, 40 * time.Second
	c := newCrowd(t)
	start, _ := footprint()
	callers := make([]*caller, min(most, max(2*few, files(t))))
	for i := range callers {
		callers[i] = &caller{crowd: c, random: rand.New(rand.NewPCG(uint64(i), 1)), sub: fmt.Sprintf("user-%d", i)}
	}
	t.Cleanup(func() {
		for _, m := range callers {
			m.hangUp()
		}
	})
	old, began := c.replace(t, "chat/write"), time.Now()
	each(t, callers[:few], "the first", (*caller).come)
	callers = callers[:min(len(callers), max(2*few, int(few*enough/2/time.Since(began))))] // connecting is half of it all
	if n := len(callers); n < most {
		t.Logf("%d callers and not %d, since this machine has no more files, or is busy", n, most)
	}
	early := callers[:max(few, len(callers)/5)]
	each(t, early[few:], "connecting", (*caller).come)
	serving := c.replace(t, "chat/new")
	each(t, callers[len(early):], "connecting to another gateway", (*caller).come)
	each(t, callers, "a first round", (*caller).stay)
	first, goroutines := footprint()
	t.Logf("%v for each connection and its client, %d goroutines", first.per(start, len(callers)), goroutines)

	closed := make(chan error)
	go func() { closed <- old.Close() }()
	left := slices.DeleteFunc(slices.Clone(early), func(m *caller) bool { return m.served != old })
	each(t, left, "the end of the first gateway", (*caller).gone)
	<-closed
	each(t, left, "connecting again", (*caller).come)
	before := serving
	serving = c.replace(t, "chat/write", before.Gateway)
	before.Close() // which ends no connection any more
	for _, m := range callers {
		m.served = serving // by whose rules the grants of those who have come may be too small
	}
	each(t, callers, "a last round, by a deployment that took over", (*caller).stay)
	last, after := footprint()
	more := last.per(first, len(callers))
	t.Logf("%v more for each than after the first round, %d goroutines", more, after)
	const own = 2 << 20 // bytes that the process itself may come to
	if more.heap+more.stacks > 1<<10+own/len(callers) || after > goroutines+100 {
		t.Errorf("a connection takes %v more after some rounds, and there are %d goroutines and not %d", more, after, goroutines)
	}

	rest := callers[:len(callers)*2/5] // the race detector takes 8,128 goroutines, and closing takes two for each
	each(t, callers[len(rest):], "leaving", (*caller).leave)
	go func() { closed <- serving.Close() }()
	each(t, rest, "the end", (*caller).gone)
	<-closed
	for _, wrong := range c.wrong[:min(len(c.wrong), 5)] {
		t.Errorf("one of %d events that are wrong: %s", len(c.wrong), wrong)
	}
	if opened := int(c.opened.Load()); c.connects != opened || c.ends != opened {
		t.Errorf("%d connections were opened; the function was told of %d, and of the end of %d", opened, c.connects, c.ends)
	}
	t.Logf("%d connections in all, %d messages", c.connects, c.messages)
}
