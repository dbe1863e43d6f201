package eventsource

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Function handles events.
type Function interface {
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}

// Config says what a mapping does, by Lambda's names and with its defaults.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html.
type Config struct {
	// Source is the stream; required.
	Source Source
	// Function gets the records; required.
	Function Function
	// FunctionARN names it in a Failure.
	FunctionARN string

	// Latest is StartingPosition: the records that come from now on, and not all that are kept.
	Latest bool
	// BatchSize is how many records an event has at most, 1 to 10,000; zero: 100.
	BatchSize int
	// Window is MaximumBatchingWindowInSeconds: how long records are gathered behind the first one of an event, at most 300 s; zero:
	// not at all.
	Window time.Duration
	// Report is ReportBatchItemFailures: the function's answers say which records have to come again. Otherwise an answer is a success.
	Report bool
	// Bisect is BisectBatchOnFunctionError: a batch that fails is cut into two, which does not count as an attempt.
	Bisect bool
	// Retries is MaximumRetryAttempts, how often a batch comes again, at most 10,000; negative: until it is done with. Zero: never.
	Retries int
	// MaxAge is MaximumRecordAgeInSeconds: records that are older are given up, 60 s to 7 days; zero: those that are older than a
	// stream keeps them.
	MaxAge time.Duration
	// OnFailure is told of records that are given up; nil: only the log is.
	OnFailure func(Failure)

	// Log receives a line for each batch that fails or is given up, and for what the stream refuses; nil means slog.Default().
	Log *slog.Logger
}

// ConfigError says what is wrong with a configuration.
type ConfigError struct {
	Field  string // of the configuration
	Reason string // what is wrong with it
}

// Error is the field and the reason.
func (e *ConfigError) Error() string { return "eventsource: " + e.Field + " " + e.Reason }

func (c *Config) check() error {
	switch {
	case c.Source == nil:
		return &ConfigError{"Source", "is missing"}
	case c.Function == nil:
		return &ConfigError{"Function", "is missing"}
	case c.BatchSize < 0 || c.BatchSize > 10_000:
		return &ConfigError{"BatchSize", fmt.Sprintf("is %d: want 1 to 10000", c.BatchSize)}
	case c.Window < 0 || c.Window > 300*time.Second:
		return &ConfigError{"Window", fmt.Sprintf("is %s: want at most 5m", c.Window)}
	case c.Retries > 10_000:
		return &ConfigError{"Retries", fmt.Sprintf("is %d: want at most 10000", c.Retries)}
	case c.MaxAge != 0 && (c.MaxAge < time.Minute || c.MaxAge > 7*24*time.Hour):
		return &ConfigError{"MaxAge", fmt.Sprintf("is %s: want 1m to 168h", c.MaxAge)}
	}
	return nil
}

// retention is how long DynamoDB keeps the records of a stream.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html.
const retention = 24 * time.Hour

// Mapping is an event source mapping.
type Mapping struct {
	config Config
}

// New returns a mapping, which does nothing until it runs, or a [*ConfigError].
func New(c Config) (*Mapping, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.BatchSize == 0 {
		c.BatchSize = 100
	}
	if c.MaxAge == 0 || c.MaxAge > retention {
		c.MaxAge = retention
	}
	if c.OnFailure == nil {
		c.OnFailure = func(Failure) {}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Mapping{c}, nil
}

// discovery is how often a source is asked for its shards.
const discovery = 10 * time.Second

// Run has the function handle the records until ctx ends, or the stream does. What was begun when ctx ends is finished: a function
// that has an event is waited for, unless hardStop ends too. A batch that is not done with then comes not again.
// It is called once.
func (m *Mapping) Run(ctx, hardStop context.Context) {
	r := &run{mapping: m, ctx: ctx, hardStop: hardStop, known: map[string]bool{}, ended: map[string]bool{}, ends: make(chan string)}
	var workers sync.WaitGroup
	defer workers.Wait()
	for wait := (pause{}); ; {
		over, err := r.discover(&workers)
		if over || ctx.Err() != nil {
			return
		}
		interval := discovery
		if err != nil {
			m.config.Log.Warn("the stream does not tell its shards", slog.String("stream", m.config.Source.ARN()), slog.Any("error", err))
			interval = wait.next()
		} else {
			wait.reset()
		}
		select {
		case <-ctx.Done():
			return
		case id := <-r.ends:
			r.ended[id] = true
		case <-time.After(interval):
		}
	}
}

// run is what a mapping that runs knows of the shards.
type run struct {
	mapping       *Mapping
	ctx, hardStop context.Context
	listed        bool            // the shards were listed before
	known         map[string]bool // shards that are read, or were
	ended         map[string]bool // those that were read to their end
	ends          chan string     // has the shards that were read to their end just now
}

// discover begins with the shards that are new, and are not to be read after another one. It tells whether all has been read of a stream that has
// ended.
func (r *run) discover(workers *sync.WaitGroup) (over bool, err error) {
	shards, ended, err := r.mapping.config.Source.Shards(r.ctx)
	if err != nil {
		return false, err
	}
	latest := r.mapping.config.Latest && !r.listed
	there := map[string]bool{}
	for _, s := range shards {
		there[s.ID] = true
		if latest && s.Closed { // it has nothing that comes from now on
			r.known[s.ID], r.ended[s.ID] = true, true
		}
	}
	over = ended
	for _, s := range shards {
		if !r.known[s.ID] && (!there[s.Parent] || r.ended[s.Parent]) {
			reader, err := r.mapping.config.Source.Open(r.ctx, s.ID, latest)
			if err != nil {
				return false, err
			}
			r.known[s.ID] = true
			workers.Go(func() { r.work(s.ID, reader) })
		}
		over = over && r.ended[s.ID]
	}
	r.listed = true
	return over, nil
}

// work reads a shard to its end.
func (r *run) work(shard string, reader Reader) {
	w := &worker{config: &r.mapping.config, hardStop: r.hardStop, shard: shard, reader: reader}
	if !w.run(r.ctx) {
		return
	}
	select {
	case r.ends <- shard:
	case <-r.ctx.Done():
	}
}

// The pauses after failures, each twice as long as the one before. Lambda says that there are some, and not how long.
const (
	firstPause = time.Second / 4
	maxPause   = 30 * time.Second
)

// pause is how long to wait after a failure.
type pause struct{ failures int }

func (p *pause) reset() { p.failures = 0 }

// next is how long to wait after one more failure.
func (p *pause) next() time.Duration {
	p.failures++
	return min(firstPause<<min(p.failures-1, 20), maxPause)
}
