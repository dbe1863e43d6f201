package eventsource_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"portcullis/deploy/emulators/eventsource"
)

const arn = "arn:aws:dynamodb:us-east-1:123456789012:table/things/stream/2026-03-01T12:00:00.000"

// source is a stream of shards in memory. Tests change it under its lock.
type source struct {
	lock   sync.Mutex
	shards []*shard
	ended  bool
	fails  error         // of Shards
	came   chan struct{} // is closed when something changes
}

type shard struct {
	eventsource.Shard
	records []eventsource.Record
	trimmed int // how many of them are no longer kept
}

func newSource(shards ...*shard) *source { return &source{shards: shards, came: make(chan struct{})} }

// oneShard is a source with one shard of n records.
func oneShard(n int) (*source, *shard) {
	one := &shard{Shard: eventsource.Shard{ID: "one"}}
	s := newSource(one)
	s.add(one, n)
	return s, one
}

// change changes the source, and wakes who reads it.
func (s *source) change(how func()) {
	s.lock.Lock()
	defer s.lock.Unlock()
	how()
	close(s.came)
	s.came = make(chan struct{})
}

// add has a shard get n records.
func (s *source) add(to *shard, n int) {
	s.change(func() {
		for range n {
			number := fmt.Sprintf("%03d", len(to.records)+1)
			text := fmt.Sprintf(`{"eventID":"%s-%s","dynamodb":{"SequenceNumber":%q}}`, to.ID, number, number)
			to.records = append(to.records, eventsource.Record{SequenceNumber: number, Made: time.Now(), JSON: []byte(text)})
		}
	})
}

func (s *source) ARN() string { return arn }

func (s *source) Shards(context.Context) (all []eventsource.Shard, ended bool, err error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, one := range s.shards {
		all = append(all, one.Shard)
	}
	return all, s.ended, s.fails
}

func (s *source) Open(_ context.Context, id string, latest bool) (eventsource.Reader, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, one := range s.shards {
		if one.ID == id {
			r := &reader{source: s, shard: one}
			if latest {
				r.at = len(one.records)
			}
			return r, nil
		}
	}
	return nil, errors.New("no such shard")
}

type reader struct {
	*source
	shard *shard
	at    int
}

func (r *reader) Next(ctx context.Context, limit int) ([]eventsource.Record, error) {
	for {
		r.lock.Lock()
		came, left, trimmed, closed := r.came, r.shard.records[r.at:], r.shard.trimmed, r.shard.Closed
		r.lock.Unlock()
		switch {
		case r.at < trimmed:
			r.at = trimmed
			return nil, eventsource.ErrTrimmed
		case len(left) > 0:
			left = left[:min(limit, len(left))]
			r.at += len(left)
			return left, nil
		case closed:
			return nil, io.EOF
		}
		select {
		case <-came:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// function notes the events that it gets, as the sequence numbers of their records, and answers as a test says.
type function struct {
	lock   sync.Mutex
	events []string
	answer func(n int, records []string) (string, error) // of the nth event, from 1 on; nil: null
}

func (f *function) Invoke(_ context.Context, event []byte) ([]byte, error) {
	var got struct {
		Records []struct {
			Dynamodb struct{ SequenceNumber string }
		}
	}
	if err := json.Unmarshal(event, &got); err != nil {
		return nil, err
	}
	var numbers []string
	for _, r := range got.Records {
		numbers = append(numbers, r.Dynamodb.SequenceNumber)
	}
	f.lock.Lock()
	f.events = append(f.events, strings.Join(numbers, " "))
	n := len(f.events)
	f.lock.Unlock()
	if f.answer == nil {
		return []byte("null"), nil
	}
	answer, err := f.answer(n, numbers)
	return []byte(answer), err
}

func (f *function) got() string {
	f.lock.Lock()
	defer f.lock.Unlock()
	return strings.Join(f.events, ", ")
}

// failures are what an on-failure destination was told.
type failures struct {
	lock sync.Mutex
	all  []eventsource.Failure
}

func (f *failures) add(one eventsource.Failure) {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.all = append(f.all, one)
}

func (f *failures) String() string {
	f.lock.Lock()
	defer f.lock.Unlock()
	var all []string
	for _, one := range f.all {
		all = append(all, fmt.Sprintf("%s-%s %s", one.First, one.Last, one.Condition))
	}
	return strings.Join(all, ", ")
}

// start runs a mapping in a bubble of synctest; stop ends it, and waits for its end.
func start(t *testing.T, c eventsource.Config) (stop func()) {
	t.Helper()
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	m, err := eventsource.New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		m.Run(ctx, t.Context())
	}()
	return func() {
		cancel()
		<-done
	}
}

// failing answers that a record has to come again.
func failing(number string) string {
	return `{"batchItemFailures":[{"itemIdentifier":"` + number + `"}]}`
}

// TestAnswers: what comes next, after each answer to a batch of 001 to 004. Where nothing does, all was done.
func TestAnswers(t *testing.T) {
	const all = "001 002 003 004"
	tests := []struct{ answer, next string }{
		{``, ""},
		{` null `, ""},
		{`{}`, ""},
		{`{"batchItemFailures":null}`, ""},
		{`{"batchItemFailures":[]}`, ""},
		{failing("003"), "003 004"},
		{failing("004"), "004"},
		{failing("001"), all},
		{`{"batchItemFailures":[{"itemIdentifier":"004"},{"itemIdentifier":"002"},{"itemIdentifier":"003"}]}`, "002 003 004"},
		{failing(""), all},
		{failing("005"), all},
		{`{"batchItemFailures":[{"itemIdentifier":"003"},{"itemIdentifier":"005"}]}`, all},
		{`{"batchItemFailures":[{"itemIdentifier":null}]}`, all},
		{`{"batchItemFailures":[{"itemIdentifier":3}]}`, all},
		{`{"batchItemFailures":[{"ItemIdentifier":"003"}]}`, all},
		{`{"batchItemFailures":[{}]}`, all},
		{`{"batchItemFailures":[null]}`, all},
		{`{"batchItemFailures":["003"]}`, all},
		{`{"batchItemFailures":"003"}`, all},
		{`{"BatchItemFailures":[]}`, all},
		{`{"statusCode":200}`, all},
		{`[]`, all},
		{`"done"`, all},
		{`true`, all},
		{`{"batchItemFailures":[]`, all},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			s, _ := oneShard(4)
			f := &function{answer: func(n int, _ []string) (string, error) {
				if n == 1 {
					return test.answer, nil
				}
				return "", nil
			}}
			stop := start(t, eventsource.Config{Source: s, Function: f, Report: true, Retries: -1})
			time.Sleep(time.Minute)
			stop()
			want := all
			if test.next != "" {
				want += ", " + test.next
			}
			if f.got() != want {
				t.Errorf("%s: got %s; want %s", test.answer, f.got(), want)
			}
		})
	}
}

// TestRules: which events the function gets of 4 records, and what is given up, by what it does and by the mapping's rules.
func TestRules(t *testing.T) {
	poison := func(bad string) func(int, []string) (string, error) { // it fails with each batch that has a record
		return func(_ int, records []string) (string, error) {
			if slices.Contains(records, bad) {
				return "", errors.New("poison")
			}
			return "", nil
		}
	}
	stuck := func(bad string) func(int, []string) (string, error) { // it asks for a record again and again
		return func(_ int, records []string) (string, error) {
			if slices.Contains(records, bad) {
				return failing(bad), nil
			}
			return "", nil
		}
	}
	tests := []struct {
		name            string
		config          eventsource.Config
		answer          func(int, []string) (string, error)
		events, givenUp string
	}{
		{"batches", eventsource.Config{BatchSize: 3}, nil, "001 002 003, 004", ""},
		{"no retry", eventsource.Config{BatchSize: 2}, poison("001"), "001 002, 003 004", "001-002 RetryAttemptsExhausted"},
		{"retries", eventsource.Config{BatchSize: 2, Retries: 2}, poison("002"), "001 002, 001 002, 001 002, 003 004", "001-002 RetryAttemptsExhausted"},
		{"an answer that is not asked for", eventsource.Config{}, stuck("001"), "001 002 003 004", ""},
		{"bisect", eventsource.Config{Bisect: true}, poison("003"), "001 002 003 004, 001 002, 003 004, 003, 004", "003-003 RetryAttemptsExhausted"},
		{"bisect and retries", eventsource.Config{Bisect: true, Retries: 1}, poison("001"), "001 002 003 004, 001 002, 001, 001, 002, 003 004", "001-001 RetryAttemptsExhausted"},
		{"report", eventsource.Config{Report: true, Retries: 1}, stuck("003"), "001 002 003 004, 003 004, 003 004", "003-004 RetryAttemptsExhausted"},
		{"report and bisect", eventsource.Config{Report: true, Bisect: true, Retries: 1}, stuck("003"), "001 002 003 004, 003 004, 003 004", "003-004 RetryAttemptsExhausted"},
		{"report, bisect and no sense", eventsource.Config{Report: true, Bisect: true}, stuck("none"), "001 002 003 004", ""},
		{"age", eventsource.Config{Retries: -1, MaxAge: time.Minute}, poison("001"), "", "001-004 RecordAgeExceeded"},
		{"a stream's age", eventsource.Config{Retries: -1}, poison("001"), "", "001-004 RecordAgeExceeded"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _ := oneShard(4)
				f, lost := &function{answer: test.answer}, &failures{}
				test.config.Source, test.config.Function, test.config.OnFailure = s, f, lost.add
				stop := start(t, test.config)
				time.Sleep(25 * time.Hour)
				stop()
				if got := f.got(); test.events != "" && got != test.events {
					t.Errorf("events %s; want %s", got, test.events)
				}
				if lost.String() != test.givenUp {
					t.Errorf("given up: %s; want %s", lost, test.givenUp)
				}
			})
		})
	}
}

// TestPauses: between attempts is a pause, which grows to half a minute.
func TestPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := oneShard(1)
		var at []time.Duration
		began := time.Now()
		f := &function{answer: func(int, []string) (string, error) {
			at = append(at, time.Since(began))
			return "", errors.New("down")
		}}
		stop := start(t, eventsource.Config{Source: s, Function: f, Retries: -1})
		time.Sleep(5 * time.Minute)
		stop()
		for i := 1; i < len(at); i++ {
			if got, want := at[i]-at[i-1], min(250*time.Millisecond<<(i-1), 30*time.Second); got != want {
				t.Errorf("pause %d is %s, want %s", i, got, want)
			}
		}
		if len(at) < 10 {
			t.Errorf("%d attempts", len(at))
		}
	})
}

// TestWindow: records are gathered until the window ends that the first one begins, or a batch is full.
func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, one := oneShard(1)
		f := &function{}
		stop := start(t, eventsource.Config{Source: s, Function: f, BatchSize: 3, Window: 10 * time.Second})
		time.Sleep(9 * time.Second)
		s.add(one, 1)
		if synctest.Wait(); f.got() != "" {
			t.Errorf("in the window: %s", f.got())
		}
		time.Sleep(time.Second)
		if synctest.Wait(); f.got() != "001 002" {
			t.Errorf("at its end: %s", f.got())
		}
		s.add(one, 3)
		if synctest.Wait(); f.got() != "001 002, 003 004 005" {
			t.Errorf("with a full batch: %s", f.got())
		}
		stop()
	})
}

// TestSize: no event is longer than Lambda takes, and no record waits for more of them because of that.
func TestSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, one := oneShard(8)
		for i := range one.records {
			one.records[i].JSON = append(one.records[i].JSON, strings.Repeat(" ", 1<<20)...)
		}
		longest := 0
		f := &function{}
		stop := start(t, eventsource.Config{Source: s, Function: measured(f, &longest)})
		synctest.Wait()
		if want := "001 002 003 004 005, 006 007 008"; f.got() != want || longest > 6<<20 {
			t.Errorf("events %s, the longest %d bytes; want %s", f.got(), longest, want)
		}
		stop()
	})
}

type invoke func(context.Context, []byte) ([]byte, error)

func (i invoke) Invoke(ctx context.Context, event []byte) ([]byte, error) { return i(ctx, event) }

// measured is a function, of whose events the longest is noted.
func measured(f *function, longest *int) eventsource.Function {
	return invoke(func(ctx context.Context, event []byte) ([]byte, error) {
		*longest = max(*longest, len(event))
		return f.Invoke(ctx, event)
	})
}

// TestShards: a shard is read when those before it were read to their end, also one that comes later, and at once with the others.
func TestShards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := &shard{Shard: eventsource.Shard{ID: "parent"}}
		child := &shard{Shard: eventsource.Shard{ID: "child", Parent: "parent"}}
		orphan := &shard{Shard: eventsource.Shard{ID: "orphan", Parent: "long gone"}}
		s := newSource(child, parent, orphan)
		for _, one := range s.shards {
			s.add(one, 1)
		}
		var order []string
		f := invoke(func(_ context.Context, event []byte) ([]byte, error) {
			for _, id := range []string{"parent", "child", "orphan", "later"} {
				if strings.Contains(string(event), id+"-") {
					s.lock.Lock()
					order = append(order, id)
					s.lock.Unlock()
				}
			}
			return nil, nil
		})
		stop := start(t, eventsource.Config{Source: s, Function: f})
		time.Sleep(time.Minute)
		synctest.Wait()
		if slices.Contains(order, "child") || len(order) != 2 {
			t.Errorf("before the parent's end: %v", order)
		}
		s.change(func() { parent.Closed = true })
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(order) != 3 || order[2] != "child" {
			t.Errorf("at its end: %v", order)
		}
		later := &shard{Shard: eventsource.Shard{ID: "later", Parent: "child"}}
		s.add(later, 1)
		s.change(func() { child.Closed, s.shards = true, append(s.shards, later) })
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(order) != 4 || order[3] != "later" {
			t.Errorf("with one that came later: %v", order)
		}
		stop()
	})
}

// TestLatest: only what comes from now on is read, and all of that, also of a shard that comes later.
func TestLatest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := &shard{Shard: eventsource.Shard{ID: "closed", Closed: true}}
		open := &shard{Shard: eventsource.Shard{ID: "open", Parent: "closed"}}
		s := newSource(closed, open)
		s.add(closed, 1)
		s.add(open, 2)
		f := &function{}
		stop := start(t, eventsource.Config{Source: s, Function: f, Latest: true})
		synctest.Wait()
		s.add(open, 1)
		synctest.Wait()
		later := &shard{Shard: eventsource.Shard{ID: "later"}}
		s.add(later, 1)
		s.change(func() { s.shards = append(s.shards, later) })
		time.Sleep(time.Minute)
		if f.got() != "003, 001" {
			t.Errorf("events %s", f.got())
		}
		stop()
	})
}

// TestEnd: Run returns when all records are read of a stream that has ended.
func TestEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, one := oneShard(3)
		f := &function{}
		m, err := eventsource.New(eventsource.Config{Source: s, Function: f, BatchSize: 2})
		if err != nil {
			t.Fatal(err)
		}
		s.change(func() { one.Closed, s.ended = true, true })
		m.Run(t.Context(), t.Context())
		if f.got() != "001 002, 003" {
			t.Errorf("events %s", f.got())
		}
	})
}

// TestEndOfMany: what of a shard that has ended does not fit one event comes in the next.
func TestEndOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, one := oneShard(8)
		for i := range one.records {
			one.records[i].JSON = append(one.records[i].JSON, strings.Repeat(" ", 1<<20)...)
		}
		f := &function{}
		m, err := eventsource.New(eventsource.Config{Source: s, Function: f, BatchSize: 10, Window: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		s.change(func() { one.Closed, s.ended = true, true })
		m.Run(t.Context(), t.Context())
		if want := "001 002 003 004 005, 006 007 008"; f.got() != want {
			t.Errorf("events %s, want %s", f.got(), want)
		}
	})
}

// TestStop: a function that has an event is waited for when a mapping stops, and gets no other one.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := oneShard(3)
		finish := make(chan struct{})
		f := &function{answer: func(int, []string) (string, error) {
			<-finish
			return "", errors.New("failed")
		}}
		stop := start(t, eventsource.Config{Source: s, Function: f, BatchSize: 1, Retries: -1})
		synctest.Wait()
		stopped := make(chan struct{})
		go func() {
			stop()
			close(stopped)
		}()
		synctest.Wait()
		select {
		case <-stopped:
			t.Error("the function is not waited for")
		default:
		}
		close(finish)
		<-stopped
		if f.got() != "001" {
			t.Errorf("events %s", f.got())
		}
	})
}

// TestHardStop: a function sees that nobody waits any more.
func TestHardStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := oneShard(1)
		f := invoke(func(ctx context.Context, _ []byte) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		})
		m, err := eventsource.New(eventsource.Config{Source: s, Function: f, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		m.Run(ctx, ctx)
	})
}

// TestTrouble: a stream that does not answer is asked again, and records that it lost are said in the log.
func TestTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, one := oneShard(3)
		s.fails = errors.New("out of reach")
		one.trimmed = 2
		var log strings.Builder
		f := &function{}
		stop := start(t, eventsource.Config{Source: s, Function: f, Log: slog.New(slog.NewTextHandler(&log, nil))})
		time.Sleep(time.Second)
		s.change(func() { s.fails = nil })
		time.Sleep(time.Minute)
		stop()
		if f.got() != "003" || !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "out of reach") || !strings.Contains(log.String(), `level=ERROR msg="records of a stream are lost"`) {
			t.Errorf("events %s\n%s", f.got(), &log)
		}
	})
}

// TestNothingLost: whatever a function answers, each record comes until the function is done with it or it is given up, and none
// before those in front of it.
func TestNothingLost(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 0))
		c := eventsource.Config{
			Report: random.IntN(4) > 0, Bisect: random.IntN(2) > 0, BatchSize: 1 + random.IntN(7), Retries: random.IntN(5) - 1, Window: time.Duration(random.IntN(2)) * time.Second,
		}
		synctest.Test(t, func(t *testing.T) {
			s, one := oneShard(1 + random.IntN(20))
			next := 1 // the record that has to come
			settle := func(first, last string) {
				t.Helper()
				if first != fmt.Sprintf("%03d", next) {
					t.Fatalf("seed %d: %s to %s, but record %d is next", seed, first, last, next)
				}
				fmt.Sscanf(last, "%d", &next)
				next++
			}
			c.Source, c.OnFailure = s, func(f eventsource.Failure) { settle(f.First, f.Last) }
			c.Function = &function{answer: func(_ int, records []string) (string, error) {
				if records[0] != fmt.Sprintf("%03d", next) {
					t.Fatalf("seed %d: %v comes, but record %d is next", seed, records, next)
				}
				switch at := random.IntN(len(records)); {
				case random.IntN(3) == 0:
					return "", errors.New("failed")
				case c.Report && random.IntN(2) == 0:
					if at > 0 {
						settle(records[0], records[at-1])
					}
					return failing(records[at]), nil
				case c.Report && random.IntN(3) == 0:
					return `{"batchItemFailures":[{}]}`, nil
				}
				settle(records[0], records[len(records)-1])
				return "", nil
			}}
			stop := start(t, c)
			time.Sleep(time.Hour)
			synctest.Wait()
			s.add(one, random.IntN(5))
			time.Sleep(time.Hour)
			synctest.Wait()
			stop()
			if next != len(one.records)+1 {
				t.Errorf("seed %d: record %d of %d is next", seed, next, len(one.records))
			}
		})
	}
}

// TestFailureRecord: what an on-failure destination gets is as Lambda's documentation shows it, but for the ID of a request.
func TestFailureRecord(t *testing.T) {
	want, err := os.ReadFile("testdata/failure.json")
	if err != nil {
		t.Fatal(err)
	}
	made := time.Date(2019, 11, 14, 0, 13, 19, 0, time.UTC)
	got, err := json.MarshalIndent(eventsource.Failure{
		Function: "arn:aws:lambda:us-east-2:123456789012:function:myfunction", Condition: eventsource.RetryAttemptsExhausted, Invoked: 1, Err: errors.New("secret"),
		At: made.Add(30*time.Second + 717*time.Millisecond), Stream: "arn:aws:dynamodb:us-east-2:123456789012:table/mytable/stream/2019-11-14T00:04:06.388",
		Shard: "shardId-00000001573689847184-864758bb", First: "800000000003126276362", Last: "800000000003126276362", Size: 1, Oldest: made, Newest: made,
	}, "", "    ")
	if err != nil || string(got) != strings.TrimSpace(string(want)) {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}

func TestConfigErrors(t *testing.T) {
	s, f := newSource(), &function{}
	tests := []struct {
		field string
		c     eventsource.Config
	}{
		{"Source", eventsource.Config{Function: f}},
		{"Function", eventsource.Config{Source: s}},
		{"BatchSize", eventsource.Config{Source: s, Function: f, BatchSize: -1}},
		{"BatchSize", eventsource.Config{Source: s, Function: f, BatchSize: 10_001}},
		{"Window", eventsource.Config{Source: s, Function: f, Window: 301 * time.Second}},
		{"Window", eventsource.Config{Source: s, Function: f, Window: -1}},
		{"Retries", eventsource.Config{Source: s, Function: f, Retries: 10_001}},
		{"MaxAge", eventsource.Config{Source: s, Function: f, MaxAge: time.Second}},
		{"MaxAge", eventsource.Config{Source: s, Function: f, MaxAge: 169 * time.Hour}},
	}
	for _, test := range tests {
		_, err := eventsource.New(test.c)
		if wrong, is := errors.AsType[*eventsource.ConfigError](err); !is || wrong.Field != test.field {
			t.Errorf("%s: %v", test.field, err)
		}
	}
}
