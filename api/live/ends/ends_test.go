package ends_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"portcullis/api/internal/dynamostream"
	"portcullis/api/live/connections"
	"portcullis/api/live/ends"
	"portcullis/api/live/manage"
)

var (
	noon     = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	issued   = noon.Add(-2 * time.Hour)
	errTest  = errors.New("made by a test")
	errDown  = &manage.UnavailableError{Err: errTest}
	errBusy  = &manage.BusyError{Err: errTest}
	errTable = &connections.UnavailableError{Err: errTest}
	errItem  = &connections.BrokenError{ID: "bob", Attribute: "issuedAt"}
)

// gateway closes connections.
type gateway struct {
	mu     sync.Mutex
	closed []string
	fails  map[string]error // of connections
	takes  time.Duration
}

func (g *gateway) Send(context.Context, string, string) error { panic("nothing is sent") }

func (g *gateway) Close(ctx context.Context, id string) error {
	if g.takes > 0 {
		select {
		case <-time.After(g.takes):
		case <-ctx.Done():
			return &manage.UnavailableError{Err: ctx.Err()}
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.fails[id]; err != nil {
		return err
	}
	if slices.Contains(g.closed, id) {
		return manage.ErrGone
	}
	g.closed = append(g.closed, id)
	return nil
}

// table is a store that fails as it is told.
type table struct {
	*connections.Memory
	ended, revoked error            // behind what it finds
	forget         map[string]error // of connections
}

func (s *table) Ended(ctx context.Context, at time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for id, err := range s.Memory.Ended(ctx, at) {
			if !yield(id, err) {
				return
			}
		}
		if s.ended != nil {
			yield("", s.ended)
		}
	}
}

func (s *table) Revoked(ctx context.Context, name string) iter.Seq2[connections.Subscriber, error] {
	return func(yield func(connections.Subscriber, error) bool) {
		if s.revoked != nil && !yield(connections.Subscriber{IssuedAt: noon}, s.revoked) {
			return
		}
		s.Memory.Revoked(ctx, name)(yield)
	}
}

func (s *table) Forget(ctx context.Context, id string) error {
	if err := s.forget[id]; err != nil {
		return err
	}
	return s.Memory.Forget(ctx, id)
}

// stage has connections: ann has ended, bob ends now, cy in a second. ann and cy are ended by r1, and all by r2, sub-all and iss-all. The credential of ann
// was issued two hours ago, that of bob a second later, and that of cy nobody knows when. ann and bob are the owners' of these names.
func stage(t *testing.T) (*gateway, *table) {
	t.Helper()
	s := &table{Memory: connections.NewMemory(), forget: map[string]error{}}
	for id, c := range map[string]connections.Connection{
		"ann": {Ends: noon.Add(-time.Hour), IssuedAt: issued, Revocations: []string{"r1", "r2", "sub-all", "iss-all", connections.OwnedBy("ann")}},
		"bob": {Ends: noon, IssuedAt: issued.Add(time.Second), Revocations: []string{"r2", "sub-all", "iss-all", connections.OwnedBy("bob")}},
		"cy":  {Ends: noon.Add(time.Second), Revocations: []string{"r1", "r2", "sub-all", "iss-all"}},
	} {
		c.ID, c.OpenedAt = id, issued
		if err := s.Open(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	return &gateway{fails: map[string]error{}}, s
}

func closer(t *testing.T, g *gateway, s *table, log *strings.Builder) *ends.Closer {
	t.Helper()
	c := ends.Config{Store: s, Sender: g, Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler)}
	if log != nil {
		c.Log = slog.New(slog.NewTextHandler(log, nil))
	}
	made, err := ends.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// kept are the connections that are not forgotten.
func kept(t *testing.T, s *table) string {
	t.Helper()
	var ids []string
	for _, id := range []string{"ann", "bob", "cy"} {
		switch _, err := s.Get(t.Context(), id); {
		case err == nil:
			ids = append(ids, id)
		case !errors.Is(err, connections.ErrNotFound):
			t.Fatal(err)
		}
	}
	return strings.Join(ids, " ")
}

func closed(g *gateway) string { return strings.Join(slices.Sorted(slices.Values(g.closed)), " ") }

func TestCloser(t *testing.T) {
	type call func(*ends.Closer, context.Context) error
	ended := func(c *ends.Closer, ctx context.Context) error { return c.Ended(ctx) }
	revokedBefore := func(name string, before time.Time) call {
		return func(c *ends.Closer, ctx context.Context) error { return c.Revoked(ctx, name, before) }
	}
	revoked := func(name string) call { return revokedBefore(name, time.Time{}) }
	for name, test := range map[string]struct {
		do     call
		set    func(*gateway, *table)
		closed string
		kept   string
		left   int
		err    error
	}{
		"ended":            {ended, nil, "ann bob", "cy", 0, nil},
		"revoked":          {revoked("r1"), nil, "ann cy", "bob", 0, nil},
		"all are revoked":  {revoked("r2"), nil, "ann bob cy", "", 0, nil},
		"none are revoked": {revoked("r"), nil, "", "ann bob cy", 0, nil},
		"before any":       {revokedBefore("r2", issued.Add(-time.Second)), nil, "cy", "ann bob", 0, nil},
		"before 1970":      {revokedBefore("r2", time.Unix(0, 0)), nil, "cy", "ann bob", 0, nil},
		"before ann's":     {revokedBefore("r2", issued.Add(-1)), nil, "cy", "ann bob", 0, nil},
		"at ann's":         {revokedBefore("r2", issued), nil, "ann cy", "bob", 0, nil},
		"before bob's":     {revokedBefore("r2", issued.Add(time.Second-1)), nil, "ann cy", "bob", 0, nil},
		"at bob's":         {revokedBefore("r2", issued.Add(time.Second)), nil, "ann bob cy", "", 0, nil},
		"one is broken":    {revokedBefore("r1", issued.Add(-time.Second)), func(_ *gateway, s *table) { s.revoked = errItem }, "bob cy", "ann", 0, nil},
		"gone already":     {ended, func(g *gateway, _ *table) { g.fails["ann"] = manage.ErrGone }, "bob", "cy", 0, nil},
		"one fails":        {ended, func(g *gateway, _ *table) { g.fails["ann"] = errDown }, "bob", "ann cy", 1, errDown},
		"one is busy":      {revoked("r2"), func(g *gateway, _ *table) { g.fails["bob"] = errBusy }, "ann cy", "bob", 1, errBusy},
		"all fail":         {revoked("r2"), func(g *gateway, _ *table) { g.fails["ann"], g.fails["bob"], g.fails["cy"] = errTest, errTest, errTest }, "", "ann bob cy", 3, errTest},
		"not forgotten":    {ended, func(_ *gateway, s *table) { s.forget["bob"] = errTable }, "ann bob", "bob cy", 1, errTable},
		"not all found":    {ended, func(_ *gateway, s *table) { s.ended = errTable }, "ann bob", "cy", 1, errTable},
		"not all, of some": {revokedBefore("r1", issued), func(_ *gateway, s *table) { s.revoked = errTable }, "ann cy", "bob", 1, errTable},
		"one is unknown":   {revoked("r1"), func(_ *gateway, s *table) { s.revoked = errTable }, "ann cy", "bob", 1, errTable},
	} {
		g, s := stage(t)
		if test.set != nil {
			test.set(g, s)
		}
		c := closer(t, g, s, nil)
		err := test.do(c, t.Context())
		left := 0
		if some := (*ends.LeftError)(nil); errors.As(err, &some) {
			left = some.Left
		}
		if left != test.left || !errors.Is(err, test.err) || (err == nil) != (left == 0) || left > 0 && !strings.Contains(err.Error(), fmt.Sprintf("at least %d ", left)) {
			t.Errorf("%s: %v", name, err)
		}
		if closed(g) != test.closed || kept(t, s) != test.kept {
			t.Errorf("%s: closed %q, kept %q; want %q, %q", name, closed(g), kept(t, s), test.closed, test.kept)
		}
		// What was left is done by the next call, and nothing is done twice.
		g.fails, s.ended, s.revoked, s.forget = nil, nil, nil, nil
		if err := test.do(c, t.Context()); err != nil {
			t.Errorf("%s: again: %v", name, err)
		}
		want, others := map[string]string{"one fails": "cy", "one is busy": "", "all fail": "", "not forgotten": "cy"}[name]
		if !others {
			want = test.kept
		}
		if kept(t, s) != want {
			t.Errorf("%s: again: kept %q, want %q", name, kept(t, s), want)
		}
	}
}

// TestAtOnce: connections are closed several at once, and no more than that.
func TestAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, g := connections.NewMemory(), &gateway{takes: time.Second}
		for i := range 10 {
			if err := s.Open(t.Context(), connections.Connection{ID: fmt.Sprint(i), OpenedAt: noon, Ends: noon, Revocations: []string{"r"}}); err != nil {
				t.Fatal(err)
			}
		}
		c, err := ends.New(ends.Config{Store: s, Sender: g, AtOnce: 4, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := c.Revoked(t.Context(), "r", time.Time{}); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("10 calls of a second, 4 at once, take %v: %v", time.Since(start), err)
		}
	})
}

func record(number, name, key string) string {
	return fmt.Sprintf(`{"eventID":"e%s","eventName":%q,"dynamodb":{"Keys":{"id":{"S":%q}},"SequenceNumber":%q}}`, number, name, key, number)
}

// entry is the record of an entry of the table of revocations with an attribute before, as JSON; "": it has none.
func entry(name, before string) string {
	if before != "" {
		before = `,"before":` + before
	}
	return fmt.Sprintf(`{"eventID":"e1","eventName":"INSERT","dynamodb":{"Keys":{"id":{"S":%q}},"NewImage":{"id":{"S":%[1]q}%s},"SequenceNumber":"1"}}`, name, before)
}

// onStream is what a function makes of an event's records: its answer, and the log.
func onStream(t *testing.T, f dynamostream.Handler, log *strings.Builder, records ...string) (answer string) {
	t.Helper()
	text, err := f.Invoke(t.Context(), []byte(`{"Records":[`+strings.Join(records, ",")+`]}`))
	if err != nil || strings.Contains(log.String(), "hidden") {
		t.Errorf("%v, the log has %s", err, log)
	}
	return string(text)
}

// TestOnRevocationBefore: of a subject or an issuer, those end whose credential is not later than the entry says, and all where it does not say,
// or in no way that is understood; of all else all end.
func TestOnRevocationBefore(t *testing.T) {
	at := func(d time.Duration) string { return fmt.Sprintf(`{"N":"%d"}`, issued.Add(d).Unix()) }
	for name, test := range map[string]struct {
		name, before string
		closed       string
		errors       int
	}{
		"before all":         {"sub-all", at(-time.Second), "cy", 0},
		"before all, 1970":   {"sub-all", `{"N":"0"}`, "cy", 0},
		"at ann's":           {"sub-all", at(0), "ann cy", 0},
		"at bob's":           {"sub-all", at(time.Second), "ann bob cy", 0},
		"the latest":         {"sub-all", `{"N":"253402300799"}`, "ann bob cy", 0},
		"later":              {"sub-all", `{"N":"253402300800"}`, "ann bob cy", 1},
		"too late to count":  {"sub-all", `{"N":"9223372036854775807"}`, "ann bob cy", 1},
		"no number":          {"sub-all", `{"N":"hidden"}`, "ann bob cy", 1},
		"of parts":           {"sub-all", `{"N":"1.5"}`, "ann bob cy", 1},
		"negative":           {"sub-all", `{"N":"-1"}`, "ann bob cy", 1},
		"empty":              {"sub-all", `{"N":""}`, "ann bob cy", 1},
		"a text":             {"sub-all", `{"S":"1"}`, "ann bob cy", 1},
		"null":               {"sub-all", `{"NULL":true}`, "ann bob cy", 1},
		"missing":            {"sub-all", "", "ann bob cy", 1},
		"of an issuer":       {"iss-all", at(0), "ann cy", 0},
		"of another one":     {"iss-", at(0), "", 0},
		"of any age":         {"r1", at(-time.Hour), "ann cy", 0},
		"of any age, broken": {"r1", `{"S":"hidden"}`, "ann cy", 0},
	} {
		g, s := stage(t)
		var log strings.Builder
		answer := onStream(t, ends.OnRevocation{Closer: closer(t, g, s, &log)}, &log, entry(test.name, test.before))
		if answer != `{"batchItemFailures":[]}` || closed(g) != test.closed {
			t.Errorf("%s: %s, closed %q", name, answer, closed(g))
		}
		if strings.Count(log.String(), "level=ERROR") != test.errors || test.errors > 0 && !strings.Contains(log.String(), "sequenceNumber=1") {
			t.Errorf("%s: the log has %s", name, &log)
		}
	}
}

// TestOnRemoval: who is removed has no connection from then on.
func TestOnRemoval(t *testing.T) {
	const all = `{"batchItemFailures":[]}`
	for name, test := range map[string]struct {
		records []string
		fails   string // the connection that cannot be closed
		want    string
		closed  string
		errors  int
	}{
		"removed":          {[]string{record("1", "REMOVE", "ann")}, "", all, "ann", 0},
		"made":             {[]string{record("1", "INSERT", "ann")}, "", all, "", 0},
		"changed":          {[]string{record("1", "MODIFY", "ann")}, "", all, "", 0},
		"another":          {[]string{record("1", "REMOVE", "cy"), record("2", "REMOVE", connections.OwnedBy("ann"))}, "", all, "", 0},
		"one fails":        {[]string{record("1", "REMOVE", "cy"), record("2", "REMOVE", "ann"), record("3", "REMOVE", "bob")}, "ann", `{"batchItemFailures":[{"itemIdentifier":"2"}]}`, "bob", 0},
		"broken ones":      {[]string{`null`, record("1", "hidden", "ann"), record("2", "REMOVE", ""), record("3", "REMOVE", "ann")}, "", all, "ann", 3},
		"one has no place": {[]string{record("", "REMOVE", "ann")}, "", all, "ann", 1},
	} {
		g, s := stage(t)
		g.fails[test.fails] = errDown
		var log strings.Builder
		answer := onStream(t, ends.OnRemoval{Closer: closer(t, g, s, &log)}, &log, test.records...)
		if answer != test.want || closed(g) != test.closed || strings.Count(log.String(), "level=ERROR") != test.errors {
			t.Errorf("%s: %s, closed %q; the log has %s", name, answer, closed(g), &log)
		}
	}
}

// TestAnswersInTime: what is left when the function is about to be ended comes again, and nothing else.
func TestAnswersInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, s := stage(t)
		g.takes = 5 * time.Second
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		answer, err := ends.OnRemoval{Closer: closer(t, g, s, nil)}.Invoke(ctx, []byte(`{"Records":[`+record("1", "REMOVE", "ann")+`,`+record("2", "REMOVE", "bob")+`]}`))
		if string(answer) != `{"batchItemFailures":[{"itemIdentifier":"2"}]}` || err != nil || ctx.Err() != nil || closed(g) != "ann" {
			t.Errorf("%s, %v, closed %q", answer, err, closed(g))
		}
	})
}

func TestOnRevocation(t *testing.T) {
	const all = `{"batchItemFailures":[]}`
	for name, test := range map[string]struct {
		records []string
		fails   string // the connection that cannot be closed
		want    string
		closed  string
		errors  int
	}{
		"made":             {[]string{record("1", "INSERT", "r1")}, "", all, "ann cy", 0},
		"changed":          {[]string{record("1", "MODIFY", "r1")}, "", all, "ann cy", 0},
		"removed":          {[]string{record("1", "REMOVE", "r1")}, "", all, "", 0},
		"none":             {nil, "", all, "", 0},
		"one fails":        {[]string{record("1", "INSERT", "other"), record("2", "INSERT", "r1"), record("3", "INSERT", "r2")}, "cy", `{"batchItemFailures":[{"itemIdentifier":"2"}]}`, "ann bob", 0},
		"broken ones":      {[]string{`null`, `7`, record("1", "hidden", "r1"), record("2", "INSERT", ""), `{"eventID":"hidden","eventName":"INSERT","dynamodb":{"SequenceNumber":"3"}}`, record("4", "INSERT", "r1")}, "", all, "ann cy", 5},
		"one has no place": {[]string{record("", "INSERT", "r1")}, "", all, "ann cy", 1},
	} {
		g, s := stage(t)
		g.fails[test.fails] = errDown
		var log strings.Builder
		answer := onStream(t, ends.OnRevocation{Closer: closer(t, g, s, &log)}, &log, test.records...)
		if answer != test.want || closed(g) != test.closed || strings.Count(log.String(), "level=ERROR") != test.errors {
			t.Errorf("%s: %s, closed %q; the log has %s", name, answer, closed(g), &log)
		}
	}
	g, s := stage(t)
	if answer, err := (ends.OnRevocation{Closer: closer(t, g, s, nil)}).Invoke(t.Context(), []byte(`{}`)); !errors.Is(err, dynamostream.ErrEvent) {
		t.Errorf("no event: %s, %v", answer, err)
	}
}

func TestNew(t *testing.T) {
	g, s := stage(t)
	wrong := map[string]ends.Config{"Store": {Sender: g}, "Sender": {Store: s}, "AtOnce": {Store: s, Sender: g, AtOnce: -1}}
	for _, field := range slices.Sorted(maps.Keys(wrong)) {
		var refused *ends.ConfigError
		if _, err := ends.New(wrong[field]); !errors.As(err, &refused) || refused.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
