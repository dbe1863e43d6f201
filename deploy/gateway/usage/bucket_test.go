package usage_test

import (
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/deploy/gateway/usage"
)

func TestBucket(t *testing.T) {
	start := at("2026-03-01T12:00:00Z").now
	tests := []struct {
		name     string
		throttle usage.Throttle
		after    time.Duration // after 1000 requests at the start
		atStart  int           // how many of those pass
		later    int           // how many of another 1000 pass
	}{
		{"full at the start", usage.Throttle{Rate: 1, Burst: 5}, 0, 5, 0},
		{"a token a second", usage.Throttle{Rate: 1, Burst: 5}, 2 * time.Second, 5, 2},
		{"no whole token yet", usage.Throttle{Rate: 1, Burst: 5}, 999 * time.Millisecond, 5, 0},
		{"never over the capacity", usage.Throttle{Rate: 1, Burst: 5}, time.Hour, 5, 5},
		{"a part of a token a second", usage.Throttle{Rate: 0.5, Burst: 1}, 4 * time.Second, 1, 1},
		{"many tokens a second", usage.Throttle{Rate: 100, Burst: 10}, 50 * time.Millisecond, 10, 5},
		{"no rate: the burst and no more", usage.Throttle{Rate: 0, Burst: 3}, 1000 * time.Hour, 3, 0},
		{"no burst: nothing", usage.Throttle{Rate: 100, Burst: 0}, time.Hour, 0, 0},
		{"zero: nothing", usage.Throttle{}, time.Hour, 0, 0},
		{"no limit", usage.Throttle{Rate: usage.NoLimit, Burst: usage.NoLimit}, 0, 1000, 1000},
		{"half a limit: nothing", usage.Throttle{Rate: usage.NoLimit, Burst: 5}, time.Hour, 0, 0},
		{"not a number: nothing", usage.Throttle{Rate: math.NaN(), Burst: 5}, time.Hour, 0, 0},
		{"below zero: nothing", usage.Throttle{Rate: -2, Burst: -2}, time.Hour, 0, 0},
		{"a clock that goes back", usage.Throttle{Rate: 1, Burst: 5}, -time.Hour, 5, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bucket := usage.NewBucket(test.throttle, start)
			if got := take(bucket, start, 1000); got != test.atStart {
				t.Errorf("at the start %d, want %d", got, test.atStart)
			}
			if got := take(bucket, start.Add(test.after), 1000); got != test.later {
				t.Errorf("later %d, want %d", got, test.later)
			}
		})
	}
}

func take(b *usage.Bucket, now time.Time, n int) (taken int) {
	for range n {
		if b.Take(now) {
			taken++
		}
	}
	return taken
}

func TestZeroBucketLetsNothingThrough(t *testing.T) {
	if take(&usage.Bucket{}, time.Now(), 10) != 0 {
		t.Error("the zero bucket has tokens")
	}
}

// A clock that went back and came again brings no token twice.
func TestBucketCountsNoTimeTwice(t *testing.T) {
	start := at("2026-03-01T12:00:00Z").now
	bucket := usage.NewBucket(usage.Throttle{Rate: 1, Burst: 10}, start)
	take(bucket, start, 10)
	passed := take(bucket, start.Add(2*time.Second), 10)
	passed += take(bucket, start.Add(-5*time.Second), 10)
	passed += take(bucket, start.Add(2*time.Second), 10)
	if passed != 2 {
		t.Errorf("%d requests passed in 2 seconds at 1 a second", passed)
	}
	full := usage.NewBucket(usage.Throttle{Rate: 1, Burst: 10}, start)
	if got := take(full, start.Add(-time.Hour), 20); got != 10 {
		t.Errorf("a clock that goes back leaves %d of 10 tokens", got)
	}
}

// Over every interval of t seconds at most burst + rate*t requests pass.
func TestBucketHoldsOverEveryInterval(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		throttle := usage.Throttle{Rate: math.Exp(random.Float64()*12 - 4), Burst: random.IntN(30)}
		now := at("2026-03-01T12:00:00Z").now
		bucket := usage.NewBucket(throttle, now)
		var passed []time.Time
		for range 400 {
			now = now.Add(time.Duration(random.ExpFloat64() * float64(time.Second) / throttle.Rate))
			if bucket.Take(now) {
				passed = append(passed, now)
			}
		}
		for i := range passed {
			for j := i; j < len(passed); j++ {
				most := float64(throttle.Burst) + throttle.Rate*passed[j].Sub(passed[i]).Seconds()
				if float64(j-i+1) > most+1e-6 {
					t.Fatalf("seed %d, %+v: %d passed in %v, most is %g", seed, throttle, j-i+1, passed[j].Sub(passed[i]), most)
				}
			}
		}
		if throttle.Burst > 0 && len(passed) == 0 {
			t.Fatalf("seed %d: %+v let nothing through", seed, throttle)
		}
	}
}

func TestBucketInParallel(t *testing.T) {
	start := at("2026-03-01T12:00:00Z").now
	bucket := usage.NewBucket(usage.Throttle{Rate: 1000, Burst: 137}, start)
	if got := parallel(8, 500, func() bool { return bucket.Take(start) }); got != 137 {
		t.Errorf("%d passed, want 137", got)
	}
}

// parallel is how many calls of a function, by some goroutines at once, give true.
func parallel(goroutines, calls int, call func() bool) int {
	var passed atomic.Int64
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for range calls {
				if call() {
					passed.Add(1)
				}
			}
		})
	}
	all.Wait()
	return int(passed.Load())
}

func TestStage(t *testing.T) {
	c := at("2026-03-01T12:00:00Z")
	s, err := usage.NewStage(usage.StageConfig{
		Now:     c.Now,
		Default: &usage.Throttle{Rate: 1, Burst: 2},
		Methods: map[string]usage.Throttle{
			"/users/{id}/GET": {Rate: 1, Burst: 3},
			"//POST":          {Rate: usage.NoLimit, Burst: usage.NoLimit},
			"/closed/GET":     {},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		verb, resource string
		want           int
	}{
		{"GET", "/users/{id}", 3},
		{"GET", "/users", 2},
		{"PUT", "/users/{id}", 0}, // shares the bucket of the line above
		{"POST", "/", 50},
		{"GET", "/closed", 0},
	} {
		got := 0
		for range 50 {
			if s.Take(test.verb, test.resource) {
				got++
			}
		}
		if got != test.want {
			t.Errorf("%s %s: %d passed, want %d", test.verb, test.resource, got, test.want)
		}
	}
	c.move(time.Second)
	if !s.Take("PUT", "/users/{id}") || s.Take("GET", "/users") || !s.Take("GET", "/users/{id}") {
		t.Error("after a second there is not one token for each bucket")
	}
}

func TestStageWithoutLimit(t *testing.T) {
	s, err := usage.NewStage(usage.StageConfig{})
	if err != nil || !s.Take("GET", "/") {
		t.Error("a stage without settings refuses", err)
	}
}

func TestStageRefusesWrongSettings(t *testing.T) {
	for _, test := range []struct {
		config usage.StageConfig
		want   string
	}{
		{usage.StageConfig{Default: &usage.Throttle{Rate: -2}}, "stage: rate limit -2 and burst limit 0: want limits of 0 or more"},
		{usage.StageConfig{Default: &usage.Throttle{Rate: usage.NoLimit}}, "want both to be -1 for no limit, or neither"},
		{usage.StageConfig{Default: &usage.Throttle{Rate: math.Inf(1)}}, "want limits of 0 or more"},
		{usage.StageConfig{Methods: map[string]usage.Throttle{"GET /users": {}}}, `method "GET /users": want a resource and a verb`},
		{usage.StageConfig{Methods: map[string]usage.Throttle{"/users/get": {}}}, `method "/users/get"`},
		{usage.StageConfig{Methods: map[string]usage.Throttle{"/GET": {}}}, `method "/GET"`},
		{usage.StageConfig{Methods: map[string]usage.Throttle{"/users/GET": {Burst: -7}}}, "method /users/GET: rate limit 0 and burst limit -7"},
	} {
		_, err := usage.NewStage(test.config)
		check(t, err, usage.Invalid, test.want)
	}
}

func BenchmarkTake(b *testing.B) {
	bucket := usage.NewBucket(usage.Throttle{Rate: 1e9, Burst: 1e9}, time.Now())
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if !bucket.Take(time.Now()) {
				b.Error("refused")
			}
		}
	})
}
