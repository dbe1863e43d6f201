package usage

import (
	"crypto/sha256"
	"maps"
	"slices"
	"sync"
	"time"
)

// The most that an account has of each:
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
const (
	maxKeys  = 10_000
	maxPlans = 300
)

// Config is what a registry begins with.
type Config struct {
	Plans   []Plan              // usage plans
	Keys    []Key               // API keys
	Members map[string][]string // by a plan's id: the ids of its keys; both must be given in Plans and Keys

	Now func() time.Time // nil: time.Now
}

// Registry keeps the API keys and usage plans of one account. Its methods may be called by many goroutines at once.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html.
type Registry struct {
	now func() time.Time

	mu      sync.RWMutex
	keys    map[string]*key
	byValue map[[sha256.Size]byte]*key
	plans   map[string]*plan
}

type key struct {
	Key
	members map[string]*member // by the plan's id
}

type plan struct {
	Plan
	stages     map[StageID]map[method]Throttle
	quotaSince day
	members    map[string]*member // by the key's id
}

// member is a key in a plan.
type member struct {
	key     *key
	plan    *plan
	bucket  *Bucket
	methods map[StageID]map[method]*Bucket
	counter counter
}

// New makes a registry. The error is an [*Error].
func New(c Config) (*Registry, error) {
	r := &Registry{
		now:     clock(c.Now),
		keys:    map[string]*key{},
		byValue: map[[sha256.Size]byte]*key{},
		plans:   map[string]*plan{},
	}
	for _, p := range c.Plans {
		if _, err := r.CreatePlan(p); err != nil {
			return nil, err
		}
	}
	for _, k := range c.Keys {
		if _, err := r.CreateKey(k); err != nil {
			return nil, err
		}
	}
	for _, planID := range slices.Sorted(maps.Keys(c.Members)) {
		for _, keyID := range c.Members[planID] {
			if _, err := r.Join(planID, keyID); err != nil {
				return nil, err
			}
		}
	}
	return r, nil
}

// values are the values of a map, in the order of its keys.
func values[V any](m map[string]V) []V {
	all := make([]V, 0, len(m))
	for _, id := range slices.Sorted(maps.Keys(m)) {
		all = append(all, m[id])
	}
	return all
}
