package scale_test

import (
	"context"
	"hash/fnv"
	"math"
	"sync"
	"time"
)

// model is what a run assumes. README.md says where each figure is from.
type model struct {
	connections int     // that are open; one in a hundred is subscribed to all things, each other one to its own
	idle        int     // connections beside, which are subscribed to what does not change
	rate        float64 // changes a second; 0: all are there at the start
	changes     int
	lanes       int // batches at a time: shards times the mapping's parallelization factor
	batch       int // records, at most
	atOnce      int // feed.Config.AtOnce
	memory      int // MB of the function
	timeout     time.Duration
	remembered  time.Duration // how long what was read of revocations counts; 0: revocations are not asked for
	calls       float64       // a second that API Gateway takes of the account
	others      float64       // of them that the account makes besides
	reads       float64       // units a second that DynamoDB gives of one partition
}

// The figures that no run changes.
const (
	pollEvery  = 250 * time.Millisecond
	invoking   = 5 * time.Millisecond   // from records that are there to the function that has them
	callCPU    = 180 * time.Microsecond // of a processor, for a call of AWS
	wholeCPU   = 1769.0                 // MB with which a function has one processor
	burstShare = 0.5                    // of a second's calls that API Gateway takes at once
	maxPayload = 6 << 20
	maxPage    = 1 << 20
	readUnit   = 4 << 10
)

// services are what the function's calls meet. They count them.
type services struct {
	model
	*clock
	mu         sync.Mutex
	account    bucket
	partitions map[string]*bucket
	counts
}

// counts are what was asked for.
type counts struct {
	queries, queryUnits  int
	batchGets, nameUnits int // of the table of revocations
	throttled            int // reads that were refused
	posts, refused       int // calls of @connections that were taken, and that were not
	deletes              int
	invocations, again   int // again: records that came once more
}

func newServices(m model) *services {
	return &services{model: m, clock: newClock(), account: newBucket(m.calls-m.others, m.calls*burstShare), partitions: map[string]*bucket{}}
}

// bucket is a token bucket.
type bucket struct {
	rate, most, has float64
	at              time.Time
}

func newBucket(rate, most float64) bucket { return bucket{rate, most, most, time.Now()} }

// take takes tokens, if there is one: the last taker may leave a debt.
func (b *bucket) take(tokens float64) bool {
	now := time.Now()
	b.has = min(b.most, b.has+b.rate*now.Sub(b.at).Seconds())
	if b.at = now; b.has < min(1, tokens) {
		return false
	}
	b.has -= tokens
	return true
}

// read takes units of a partition.
func (s *services) read(partition string, units int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.partitions[partition]
	if b == nil {
		made := newBucket(s.reads, s.reads)
		b = &made
		s.partitions[partition] = b
	}
	if !b.take(float64(units)) {
		s.throttled++
		return false
	}
	return true
}

// accept takes a call of @connections.
func (s *services) accept(counter *int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.account.take(1) {
		s.refused++
		return false
	}
	*counter++
	return true
}

func (s *services) count(counter *int, more int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*counter += more
}

// processor is that of one instance of the function: calls take it one after the other.
type processor struct {
	*clock
	mu      sync.Mutex
	perCall time.Duration
	free    time.Time
}

func newProcessor(c *clock, memory int) *processor {
	return &processor{clock: c, perCall: time.Duration(float64(callCPU) * wholeCPU / float64(memory)), free: time.Now()}
}

// call is what a call of AWS takes: of the processor, and of time on the way and at the other end: at least some, up to a millisecond beside,
// and an exponentially distributed time of some mean. That depends on what the call is about, so that runs are alike.
func (p *processor) call(ctx context.Context, about string, least, mean time.Duration) error {
	if err := p.wait(ctx, time.Duration(chance("the way"+about)*float64(time.Millisecond))); err != nil {
		return err
	}
	p.mu.Lock()
	now := time.Now()
	if p.free.Before(now) {
		p.free = now
	}
	p.free = p.free.Add(p.perCall)
	until := p.free.Sub(now)
	p.mu.Unlock()
	return p.wait(ctx, until+least+time.Duration(-math.Log(1-chance(about))*float64(mean)))
}

// clock lets no two waits end at the same instant, where chance would say who goes on first.
type clock struct {
	mu   sync.Mutex
	ends map[time.Time]bool
}

func newClock() *clock { return &clock{ends: map[time.Time]bool{}} }

// wait is time.Sleep that ends with the context.
func (c *clock) wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	end := time.Now().Add(d)
	for c.ends[end] {
		end = end.Add(1)
	}
	c.ends[end] = true
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.ends, end)
	}()
	timer := time.NewTimer(time.Until(end))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// chance is between 0 and 1, and the same for the same text.
func chance(about string) float64 {
	h := fnv.New64a()
	h.Write([]byte(about))
	x := h.Sum64()
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9 // as splitmix64 ends
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return float64((x^x>>31)>>11) / (1 << 53)
}
