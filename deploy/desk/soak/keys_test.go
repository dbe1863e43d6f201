package soak_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"portcullis/authorizers/apikey"
	keysdynamo "portcullis/authorizers/apikey/dynamo"
	"portcullis/authorizers/dynamodb"
	"portcullis/deploy/testtools"
)

// atDesk is the SDK's configuration for a desk's tables.
func atDesk(address string) aws.Config {
	endpoint := "http://" + address + "/_aws"
	return aws.Config{BaseEndpoint: &endpoint, Region: testtools.Region, Credentials: testtools.Credentials}
}

// keyCount is how many API keys are in use at a time.
const keyCount = 200

// keyChange is how often a key is made, replaced, disabled, enabled or deleted.
const keyChange = 500 * time.Millisecond

// key is an API key that callers use.
type key struct {
	id, text string
	ended    atomic.Bool // it is to end, and may be refused from now on
}

// keys are those in use.
type keys struct {
	store *keysdynamo.Store

	mu  sync.RWMutex
	all []*key
}

func makeKeys(t *testing.T, address string) *keys {
	config, err := dynamodb.OfSDK(t.Context(), atDesk(address), "api-keys")
	if err != nil {
		t.Fatal(err)
	}
	table, err := dynamodb.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	s := &keys{store: keysdynamo.New(table)}
	for range keyCount {
		k, err := s.create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.all = append(s.all, k)
	}
	return s
}

func (s *keys) create(ctx context.Context) (*key, error) {
	made, _, err := apikey.Issue(ctx, s.store, apikey.Record{Owner: "soak", Scopes: []string{"users/read"}}, time.Now())
	if err != nil {
		return nil, err
	}
	return &key{id: made.ID(), text: made.Reveal()}, nil
}

// any gives one of the keys in use.
func (s *keys) any(r *rand.Rand) *key {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.all[r.IntN(len(s.all))]
}

// take takes a key out of use.
func (s *keys) take(r *rand.Rand) *key {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := r.IntN(len(s.all))
	k := s.all[n]
	k.ended.Store(true)
	s.all = slices.Delete(s.all, n, n+1)
	return k
}

func (s *keys) put(k *key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, k)
}

// churn ends keys in each way that there is, and has others in their place, which are good at once. What has ended is refused when no
// function remembers it any more.
func (s *keys) churn(ctx context.Context, w *watch, changes *atomic.Int64) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 0; sleep(ctx, keyChange); n++ {
		if err := s.change(ctx, w, r, n); err != nil && ctx.Err() == nil {
			w.tally.isWrong("a change of a key: %v", err)
		}
		changes.Add(1)
	}
}

func (s *keys) change(ctx context.Context, w *watch, r *rand.Rand, n int) error {
	next, err := s.create(ctx)
	if err != nil {
		return err
	}
	w.expect(time.Now(), keyCall(next, "a new key", 200))
	old := s.take(r)
	s.put(next)
	switch n % 3 {
	case 0: // rotated
		err = s.store.SetExpires(ctx, old.id, time.Now().Add(time.Second).Truncate(time.Second))
	case 1:
		err = s.store.SetDisabled(ctx, old.id, true)
	case 2:
		err = s.store.Delete(ctx, old.id)
	}
	if err != nil {
		return err
	}
	refused := keyCall(old, "a key that ended", 401)
	if n%6 == 1 { // it is enabled again when it has been refused
		refused.then = func() {
			if err := s.store.SetDisabled(ctx, old.id, false); err != nil {
				w.tally.isWrong("to enable a key: %v", err)
				return
			}
			w.expect(time.Now().Add(apikey.FoundFor), keyCall(old, "a key that was enabled again", 200))
		}
	}
	w.expect(time.Now().Add(apikey.FoundFor+time.Second), refused)
	return nil
}

func keyCall(k *key, name string, want int) *expectation {
	return &expectation{name: name, mode: "rest-request", header: "X-Api-Key", credential: k.text, want: want}
}
