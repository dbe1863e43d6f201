package usage_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/deploy/gateway/usage"
)

// clock is a clock that stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func at(text string) *clock {
	now, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return &clock{now: now}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *clock) set(text string) { c.now = at(text).now }

var (
	stage = usage.StageID{API: "api", Name: "dev"}
	other = usage.StageID{API: "api", Name: "prod"}
)

const value = usage.Value("a-value-of-twenty-chars")

// config is one key in one plan of the stage.
func config(c *clock, plan usage.Plan) usage.Config {
	plan.ID, plan.Name = "plan", "Plan"
	if plan.Stages == nil {
		plan.Stages = []usage.PlanStage{{StageID: stage}}
	}
	return usage.Config{
		Now:     c.Now,
		Plans:   []usage.Plan{plan},
		Keys:    []usage.Key{{ID: "key", Name: "Key", Value: value, Enabled: true}},
		Members: map[string][]string{"plan": {"key"}},
	}
}

func newRegistry(t testing.TB, c usage.Config) *usage.Registry {
	t.Helper()
	r, err := usage.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// admitted is how many of n requests for GET /users are let through, one after the other, and the last refusal.
func admitted(r *usage.Registry, n int) (passed int, last *usage.Refusal) {
	for range n {
		if _, refusal := r.Admit(stage, value, "GET", "/users"); refusal != nil {
			last = refusal
		} else {
			passed++
		}
	}
	return passed, last
}

// check fails the test unless the error is of the kind and says what it should.
func check(t *testing.T, err error, kind usage.Kind, want string) {
	t.Helper()
	failure, ok := errors.AsType[*usage.Error](err)
	if !ok || failure.Kind != kind || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v (%+v), want kind %d and %q", err, failure, kind, want)
	}
}
