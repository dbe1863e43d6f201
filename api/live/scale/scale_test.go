// Package scale_test simulates a feed of changes with up to a million connections: package feed, its function, the store of connections in
// DynamoDB and the sender by @connections are those that run, and what they call is simulated, with its limits, in the time of
// testing/synctest. README.md shows what comes of it;
//
//	go test -run TestScale -update -timeout 1h ./api/live/scale
//
// writes its tables and scale.svg anew.
package scale_test

import (
	"flag"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var update = flag.Bool("update", false, "make all runs, and write README.md and scale.svg")

// result is what a run showed.
type result struct {
	counts
	messages float64       // a second, while all lanes had something to do
	p50, p99 time.Duration // from a change to a message of it
	behind   time.Duration // from the last change to the last message
}

// simulate makes a run, in a bubble's time.
func simulate(t *testing.T, m model) (done result) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, m)
		began := time.Now()
		var lanes sync.WaitGroup
		for number := range m.lanes {
			lanes.Go(func() { r.lane(t, number) })
		}
		lanes.Wait()
		slices.Sort(r.delays)
		done = result{
			counts: r.counts, messages: float64(r.sent) / r.busy.Sub(began).Seconds(),
			p50: r.delays[len(r.delays)/2], p99: r.delays[len(r.delays)*99/100], behind: r.last.Sub(began) - span(m),
		}
	})
	return done
}

// span is how long changes are made.
func span(m model) time.Duration {
	if m.rate == 0 {
		return 0
	}
	return time.Duration(float64(m.changes) / m.rate * float64(time.Second))
}

// deployed is what is deployed, in an account as it is at first.
func deployed(connections int) model {
	return model{
		connections: connections, lanes: 1, batch: 100, atOnce: 32, memory: 1024, timeout: time.Minute,
		remembered: 10 * time.Second, calls: 10_000, reads: 3000,
	}
}

// messagesOf is how many messages a change has.
func messagesOf(m model) int { return m.connections/100 + 1 }

// TestCounts: a case that can be counted by hand. Of 200 connections two have all that changes; three changes are of different connections.
func TestCounts(t *testing.T) {
	m := deployed(200)
	m.changes, m.atOnce = 3, 1
	got := simulate(t, m).counts
	want := counts{
		queries: 1 + 3, queryUnits: 1 + 3, // of things/*, once in the batch, and of three things
		batchGets: 5, nameUnits: 4 + 4*3, // of each connection that is sent something, once; iss is the same of all
		posts: 3 * 3, invocations: 1,
	}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestPages: 4,000 subscribers are read in two queries. The first has as many as fill a megabyte, and counts 257 units, the second has the others.
func TestPages(t *testing.T) {
	m := deployed(400_000)
	m.changes, m.remembered = 1, 0
	size := 0
	synctest.Test(t, func(t *testing.T) { size = sizeOf(start(t, m).table.items["topic#things/*"][0]) })
	if size < 200 || size > 500 {
		t.Fatalf("a subscriber has %d bytes", size)
	}
	first := maxPage/size + 1
	got := simulate(t, m).counts
	want := counts{queries: 2 + 1, queryUnits: 257 + ((4000-first)*size+4095)/4096 + 1, posts: 4001, invocations: 1}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestOthersCostNothing: who is connected, and subscribed to what does not change, is not read.
func TestOthersCostNothing(t *testing.T) {
	m := deployed(1000)
	m.changes = 20
	alone := simulate(t, m)
	m.idle = 3000
	if among := simulate(t, m); among.counts != alone.counts {
		t.Errorf("%+v among others, and %+v alone", among.counts, alone.counts)
	}
}

// TestLimits: the services take no more than they say.
func TestLimits(t *testing.T) {
	m := deployed(10_000)
	m.changes, m.remembered = 20, 0
	free := simulate(t, m)
	if free.refused+free.throttled+free.again > 0 {
		t.Fatalf("%+v", free)
	}
	t.Run("calls of the account", func(t *testing.T) {
		m := m
		m.calls = 500
		if r := simulate(t, m); r.refused == 0 || r.messages > 500+250/r.behind.Seconds()+1 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("a partition's reads", func(t *testing.T) {
		m := m
		m.batch, m.reads = 1, 10 // of 7 units each
		if r := simulate(t, m); r.throttled == 0 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("the processor", func(t *testing.T) {
		m := m
		m.memory = 128
		if r := simulate(t, m); r.messages > 128/1769.0/180e-6 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("calls at once", func(t *testing.T) {
		m := m
		m.atOnce = 4
		if r := simulate(t, m); r.messages > 4/0.01 {
			t.Errorf("%+v", r)
		}
	})
}

// TestTimeEnds: a batch for which there is not the time is done in parts.
func TestTimeEnds(t *testing.T) {
	m := deployed(10_000)
	m.changes, m.timeout = 100, time.Second
	if r := simulate(t, m); r.again == 0 || r.posts < 100*messagesOf(m) || r.invocations > 20 {
		t.Errorf("%+v", r)
	}
}

// TestScale: README.md says what a run shows, of the smallest number of connections, but for a twentieth; or, with -update, of all.
func TestScale(t *testing.T) {
	if *update {
		write(t)
		return
	}
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	row := capacity(t, sizes[0]).row()
	_, tables, _ := strings.Cut(string(text), begin)
	if !slices.ContainsFunc(strings.Split(tables, "\n"), func(line string) bool { return alike(line, row) }) {
		t.Errorf("README.md does not have\n%s\nMake it anew: go test -run TestScale -update -timeout 1h ./api/live/scale", row)
	}
}

// alike tells whether two rows of a table have the same numbers, but for a twentieth.
func alike(a, b string) bool {
	return slices.EqualFunc(numbers(a), numbers(b), func(x, y float64) bool { return math.Abs(x-y) <= max(x, y)/20 })
}

func numbers(row string) (all []float64) {
	for cell := range strings.SplitSeq(row, "|") {
		if x, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(cell), ",", ""), 64); err == nil {
			all = append(all, x)
		}
	}
	return all
}
