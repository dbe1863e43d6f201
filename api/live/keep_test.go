package live_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/api/live"
	"portcullis/api/live/connections"
)

// What the event connect says: when its connection was opened, and its ID. Its token ends at end.
var opened = time.Unix(1705751697, 0).UTC()

const connectionID = "R1kmxc2VNjMCFIA="

// The names of what would revoke a token, and the authorizer's text of them.
var (
	jti, sub = "jti-" + strings.Repeat("a", 43), "sub-" + strings.Repeat("b", 43)
	revoking = "1705751600 " + jti + " " + sub
)

var errTest = errors.New("made by a test")

// table is a store whose calls fail as it is told, by their names.
type table struct {
	*connections.Memory
	fails map[string]error
}

func newTable() *table { return &table{connections.NewMemory(), map[string]error{}} }

func (s *table) Open(ctx context.Context, c connections.Connection) error {
	return errors.Join(s.Memory.Open(ctx, c), s.fails["Open"]) // some of it is written, or all
}

func (s *table) Get(ctx context.Context, id string) (connections.Connection, error) {
	if err := s.fails["Get"]; err != nil {
		return connections.Connection{}, err
	}
	return s.Memory.Get(ctx, id)
}

func (s *table) Forget(ctx context.Context, id string) error {
	if err := s.fails["Forget"]; err != nil {
		return err
	}
	return s.Memory.Forget(ctx, id)
}

func (s *table) Subscribe(ctx context.Context, id, topic string) error {
	if err := s.fails["Subscribe"]; err != nil {
		return err
	}
	return s.Memory.Subscribe(ctx, id, topic)
}

// kept is what is kept of the connection; nil: nothing is.
func (s *table) kept(t *testing.T) *connections.Connection {
	t.Helper()
	c, err := s.Memory.Get(t.Context(), connectionID)
	if errors.Is(err, connections.ErrNotFound) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return &c
}

// looker looks revocations up, and notes with what it was asked, and whether the connection was kept then.
type looker struct {
	store   *table
	revoked bool
	err     error
	asked   [][]string
	at      time.Time
	kept    bool
}

func (l *looker) Revoked(ctx context.Context, names []string, issuedAt time.Time) (bool, error) {
	_, err := l.store.Memory.Get(ctx, connectionID)
	l.asked, l.at, l.kept = append(l.asked, names), issuedAt, err == nil
	return l.revoked, l.err
}

// keeping is a function that keeps connections, without a guard, at a time.
func keeping(t *testing.T, s live.Store, r live.Revocations, at time.Time, log *bytes.Buffer) *live.Function {
	t.Helper()
	f, err := live.NewFunction(live.FunctionConfig{
		AllowedOrigins: []string{"https://app.example.com"}, Store: s, Revocations: r, Now: func() time.Time { return at }, Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestKept: what is kept of a connection that opens.
func TestKept(t *testing.T) {
	owned, issued, ends, twoHours := connections.OwnedBy("7"), time.Unix(1705751600, 0).UTC(), end.UTC(), opened.Add(2*time.Hour)
	const granted = "1;1705755297;7;bearer=chat,users/self;"
	for _, test := range []struct {
		name   string
		change []change
		want   connections.Connection
	}{
		{"by a token", []change{revocations(revoking)}, connections.Connection{Grant: granted, Ends: ends, IssuedAt: issued, Revocations: []string{jti, owned, sub}}},
		{"by one that does not say when it was issued", []change{revocations("0 " + sub)}, connections.Connection{Grant: granted, Ends: ends, Revocations: []string{owned, sub}}},
		{"by what nothing revokes", nil, connections.Connection{Grant: granted, Ends: ends, Revocations: []string{owned}}},
		{"by what does not end", []change{grant("1;;7;apiKey=;")}, connections.Connection{Grant: "1;;7;apiKey=;", Ends: twoHours, Revocations: []string{owned}}},
		{"by what ends later than API Gateway closes", []change{grant("1;1705758898;7;bearer=;")}, connections.Connection{Grant: "1;1705758898;7;bearer=;", Ends: twoHours, Revocations: []string{owned}}},
		{"by who owns nothing", []change{grant("1;;;apiKey=;")}, connections.Connection{Grant: "1;;;apiKey=;", Ends: twoHours}},
		{"by everybody", []change{func(c, _ map[string]any) { delete(c, "authorizer") }}, connections.Connection{Ends: twoHours}},
	} {
		s := newTable()
		r := &looker{store: s}
		test.want.ID, test.want.OpenedAt = connectionID, opened
		output, err := keeping(t, s, r, before, &bytes.Buffer{}).Invoke(t.Context(), eventOf(t, "connect", test.change...))
		if err != nil || string(output) != `{"statusCode":200}` {
			t.Errorf("%s: %s, %v", test.name, output, err)
			continue
		}
		if got := s.kept(t); got == nil || !reflect.DeepEqual(*got, test.want) {
			t.Errorf("%s: kept %+v, want %+v", test.name, got, test.want)
		}
		names := slices.DeleteFunc(slices.Clone(test.want.Revocations), func(name string) bool { return name == owned })
		if len(names) == 0 && r.asked != nil || len(names) > 0 && (len(r.asked) != 1 || !slices.Equal(r.asked[0], names) || !r.kept || !r.at.Equal(test.want.IssuedAt)) {
			t.Errorf("%s: asked about %v of %v, kept: %v; want once, about %v, when it is kept", test.name, r.asked, r.at, r.kept, names)
		}
	}
}

// TestNotKept: who cannot be kept, or was revoked meanwhile, does not connect, and nothing is kept of it.
func TestNotKept(t *testing.T) {
	down := &connections.UnavailableError{Err: errTest}
	const forbidden, unavailable = `{"statusCode":403,"body":"{\"message\":\"Forbidden\"}"}`, `{"statusCode":503,"body":"{\"message\":\"Service Unavailable\"}"}`
	token := revocations(revoking)
	for _, test := range []struct {
		name    string
		change  []change
		at      time.Time
		revoked bool
		unknown error            // whether it is revoked
		fails   map[string]error // of the store's calls
		want    string
		log     []string // a line each
	}{
		{"revoked meanwhile", []change{token}, before, true, nil, nil, forbidden, []string{`"INFO","msg":"refused","reason":"revoked"`}},
		{"revocations cannot tell", []change{token}, before, false, errTest, nil, unavailable, []string{`"ERROR","msg":"refused","reason":"unavailable","connectionId":"R1kmxc2VNjMCFIA=","error":"live: revocations are unavailable: made by a test"`}},
		{"revocations cannot tell, and say yes", []change{token}, before, true, errTest, nil, unavailable, []string{`"ERROR","msg":"refused","reason":"unavailable","connectionId":"R1kmxc2VNjMCFIA=","error":"live: revocations are unavailable: made by a test"`}},
		{"the store cannot", nil, before, false, nil, map[string]error{"Open": down}, unavailable, []string{`"ERROR","msg":"refused","reason":"unavailable"`}},
		{"the store cannot, nor forget", nil, before, false, nil, map[string]error{"Open": down, "Forget": down}, unavailable, []string{`"ERROR","msg":"refused","reason":"unavailable"`, `"ERROR","msg":"not forgotten"`}},
		{"the store cannot forget who is revoked", []change{token}, before, true, nil, map[string]error{"Forget": down}, forbidden, []string{`"ERROR","msg":"not forgotten"`, `"INFO","msg":"refused","reason":"revoked"`}},
		{"ended", nil, end, false, nil, nil, forbidden, []string{`"INFO","msg":"refused","reason":"grant-ended"`}},
		{"over", []change{grant("1;;7;apiKey=;")}, opened.Add(2 * time.Hour), false, nil, nil, forbidden, []string{`"INFO","msg":"refused","reason":"grant-ended"`}},
		{"a broken grant", []change{grant("1;;7")}, before, false, nil, nil, forbidden, []string{`"INFO","msg":"refused","reason":"grant-invalid"`}},
		{"broken revocations", []change{revocations(jti)}, before, false, nil, nil, forbidden, []string{`"INFO","msg":"refused","reason":"revocations-invalid"`}},
		{"no time", []change{set("connectedAt", -7_300_000)}, time.Unix(-7_000, 0), false, nil, nil, unavailable, []string{`"ERROR","msg":"refused","reason":"unavailable"`}},
		{"another origin", []change{token, header("Origin", "https://evil.example")}, before, false, nil, nil, forbidden, []string{`"INFO","msg":"refused","reason":"origin-not-allowed"`}},
	} {
		var log bytes.Buffer
		s := newTable()
		s.fails = test.fails
		output, err := keeping(t, s, &looker{store: s, revoked: test.revoked, err: test.unknown}, test.at, &log).Invoke(t.Context(), eventOf(t, "connect", test.change...))
		if err != nil || string(output) != test.want {
			t.Errorf("%s: %s, %v; want %s", test.name, output, err, test.want)
		}
		if kept := s.kept(t); kept != nil && test.fails["Forget"] == nil {
			t.Errorf("%s: kept %+v", test.name, kept)
		}
		lines := strings.Split(strings.TrimSpace(log.String()), "\n")
		if len(lines) != len(test.log) || strings.Contains(log.String(), jti) {
			t.Errorf("%s: logged %s", test.name, &log)
			continue
		}
		for i, want := range test.log {
			if !strings.Contains(lines[i], `"level":`+want) {
				t.Errorf("%s: logged %s, want %s", test.name, lines[i], want)
			}
		}
	}
}

// TestConnectAgain: an invocation that comes again finds the same connection, and looks its revocation up again; another connection of the same ID
// is refused, and the first one stays.
func TestConnectAgain(t *testing.T) {
	token := revocations(revoking)
	for _, test := range []struct {
		name   string
		change []change // of the second event
		fails  error    // of reading
		status string
		kept   bool
		asked  int // about the second one
	}{
		{"the same", []change{token}, nil, `{"statusCode":200`, true, 1},
		{"of another grant", []change{token, grant("1;1705755297;7;bearer=;")}, nil, `{"statusCode":403`, true, 0},
		{"of another end", []change{token, grant("1;1705755298;7;bearer=chat,users/self;")}, nil, `{"statusCode":403`, true, 0},
		{"opened later", []change{token, set("connectedAt", 1705751698419)}, nil, `{"statusCode":403`, true, 0},
		{"of other revocations", []change{revocations("1705751600 " + sub)}, nil, `{"statusCode":403`, true, 0},
		{"of a token issued later", []change{revocations("1705751601 " + jti + " " + sub)}, nil, `{"statusCode":403`, true, 0},
		{"that cannot be read", []change{token}, errTest, `{"statusCode":503`, false, 0},
	} {
		s := newTable()
		r := &looker{store: s}
		f := keeping(t, s, r, before, &bytes.Buffer{})
		if output, err := f.Invoke(t.Context(), eventOf(t, "connect", token)); err != nil || string(output) != `{"statusCode":200}` {
			t.Fatalf("%s, %v", output, err)
		}
		first := s.kept(t)
		r.asked, s.fails = nil, map[string]error{"Get": test.fails}
		output, err := f.Invoke(t.Context(), eventOf(t, "connect", test.change...))
		if err != nil || !strings.HasPrefix(string(output), test.status) || len(r.asked) != test.asked {
			t.Errorf("%s: %s, %v, asked %d times", test.name, output, err, len(r.asked))
		}
		if kept := s.kept(t); test.kept && !reflect.DeepEqual(kept, first) || !test.kept && kept != nil {
			t.Errorf("%s: kept %+v, and first %+v", test.name, kept, first)
		}
	}
}

// TestForgotten: who has disconnected is forgotten; where that cannot be, the invocation fails.
func TestForgotten(t *testing.T) {
	s := newTable()
	f := keeping(t, s, nil, before, &bytes.Buffer{})
	if output, err := f.Invoke(t.Context(), eventOf(t, "connect", revocations(revoking))); err != nil || string(output) != `{"statusCode":200}` || s.kept(t) == nil {
		t.Fatalf("%s, %v", output, err)
	}
	s.fails["Forget"] = errTest
	if output, err := f.Invoke(t.Context(), eventOf(t, "disconnect")); !errors.Is(err, errTest) {
		t.Errorf("%s, %v", output, err)
	}
	s.fails["Forget"] = nil
	for range 2 {
		if output, err := f.Invoke(t.Context(), eventOf(t, "disconnect")); err != nil || string(output) != `{"statusCode":200}` || s.kept(t) != nil {
			t.Errorf("%s, %v, kept %+v", output, err, s.kept(t))
		}
	}
}
