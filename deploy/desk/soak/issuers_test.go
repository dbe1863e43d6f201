package soak_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/authorizers/verify/verifytest"
)

const (
	issuerCount  = 50
	rotating     = issuerCount / 2 // of the issuers, the first ones get new keys; nobody makes tokens up for these
	audience     = "https://api.example.com/soak"
	rotationEach = 2 * time.Second // one issuer after the other

	// refetchAfter is how long a process may refuse a key that is new, having asked its issuer a moment before the key was there: see package verify.
	refetchAfter = 10 * time.Second
)

// algorithmOf gives an issuer's algorithm. RSA signatures cost their maker some 1 ms, so few issuers have them.
func algorithmOf(i int) string {
	switch i % 10 {
	case 0:
		return "RS256"
	case 1, 2, 3:
		return "ES256"
	}
	return "EdDSA"
}

// issuer is one that the functions trust.
type issuer struct {
	*verifytest.Issuer
	rotates bool
	forger  *verifytest.Issuer // signs for it by keys that it never had

	mu      sync.RWMutex
	rotated time.Time // when it got the key that signs now
}

// issuers are all of them.
type issuers struct {
	all     []*issuer
	serials atomic.Int64 // of tokens
}

func startIssuers(t *testing.T) *issuers {
	s := &issuers{}
	for i := range issuerCount {
		made := verifytest.NewServer(algorithmOf(i))
		t.Cleanup(made.Close)
		s.all = append(s.all, &issuer{Issuer: made, rotates: i < rotating, forger: verifytest.New(made.URL, algorithmOf(i))})
	}
	return s
}

// variable is what the functions are told of them.
func (s *issuers) variable(t *testing.T) string {
	var list []map[string]any
	for _, i := range s.all {
		list = append(list, map[string]any{
			"issuer": i.URL, "audience": []string{audience}, "algorithms": []string{i.Algorithm()}, "scopes": []string{"users/read", "users/write", "users/self"}, "owners": true,
		})
	}
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return "ISSUERS=" + string(text)
}

// maxRotations of an issuer: a key set of more than 100 keys is refused as a whole, and the old ones stay published here.
const maxRotations = 90

// rotate gives one issuer after the other a new key, until the context ends.
func (s *issuers) rotate(ctx context.Context, rotations *atomic.Int64) {
	for n := 0; n < rotating*maxRotations && sleep(ctx, rotationEach); n++ {
		i := s.all[n%rotating]
		i.mu.Lock()
		i.Rotate()
		i.rotated = time.Now()
		i.mu.Unlock()
		rotations.Add(1)
	}
}

// fetches are how often key sets were asked for.
func (s *issuers) fetches() int {
	n := 0
	for _, i := range s.all {
		n += i.Fetches()
	}
	return n
}

// kind says what a token is, and what becomes of a call for the user by it.
type kind struct {
	name   string
	share  int // of 1,000 tokens
	want   int // status
	scopes []string
	forged bool // made up by somebody else, or broken
	lasts  time.Duration
	make   func(i *issuer, o verifytest.Options) string // nil: the issuer signs it
}

// known is the user that is asked for.
const known = "7"

var kinds = []kind{
	{name: "may read", share: 860, want: 200, scopes: []string{"users/read"}},
	{name: "is the user", share: 40, want: 200, scopes: []string{"users/self"}},
	{name: "may write alone", share: 30, want: 403, scopes: []string{"users/write"}},
	{name: "may nothing", share: 10, want: 403},
	{name: "ends in seconds", share: 10, want: 200, scopes: []string{"users/read"}, lasts: shortLife},
	{name: "expired", share: 10, want: 401, scopes: []string{"users/read"}, lasts: -time.Minute},
	{name: "for another API", share: 10, want: 401, scopes: []string{"users/read"}, make: func(i *issuer, o verifytest.Options) string {
		o.Audience = []string{"https://other.example.com"}
		return i.OIDC(o)
	}},
	{name: "forged", share: 10, want: 401, forged: true, scopes: []string{"users/read"}, make: func(i *issuer, o verifytest.Options) string { return i.forger.OIDC(o) }},
	{name: "altered", share: 20, want: 401, forged: true, scopes: []string{"users/read"}, make: func(i *issuer, o verifytest.Options) string { return altered(i.OIDC(o)) }},
}

// shortLife is how long tokens are good that end while they are in use.
const shortLife = 5 * time.Second

// altered is a token with another signature of the same length.
func altered(token string) string {
	b := []byte(token)
	at := len(b) - 20
	if b[at] == 'A' {
		b[at] = 'B'
	} else {
		b[at] = 'A'
	}
	return string(b)
}

// token is one, and what is to become of calls by it.
type token struct {
	*kind
	text    string
	mode    string
	subject string
	id      string // jti
	issuer  *issuer
	ends    time.Time // when it stops being good
	settled time.Time // until then its key may be too new
}

// make makes a token that nobody has seen before.
func (s *issuers) make(r *rand.Rand, k *kind, mode string) *token {
	i := s.all[r.IntN(len(s.all))]
	if k.forged {
		i = s.all[rotating+r.IntN(len(s.all)-rotating)]
	}
	serial := s.serials.Add(1)
	t := &token{kind: k, mode: mode, issuer: i, subject: fmt.Sprint("p", serial), id: fmt.Sprint("t", serial)}
	if len(k.scopes) == 1 && k.scopes[0] == "users/self" {
		t.subject = known
	}
	lasts := k.lasts
	if lasts == 0 {
		lasts = 2 * time.Hour
	}
	o := verifytest.Options{Subject: t.subject, Scopes: k.scopes, Audience: []string{audience}, IssuedAt: time.Now().Add(min(lasts, 0) - time.Minute), Lifetime: time.Minute + max(lasts, time.Second), Extra: map[string]any{"jti": t.id}}
	t.ends = time.Unix(o.IssuedAt.Add(o.Lifetime).Unix(), 0)
	i.mu.RLock()
	defer i.mu.RUnlock()
	if i.rotates {
		t.settled = i.rotated.Add(refetchAfter)
	}
	if k.make != nil {
		t.text = k.make(i, o)
	} else {
		t.text = i.OIDC(o)
	}
	return t
}

// allows tells whether an answer is right that was asked for and came between two times.
func (t *token) allows(status int, asked, answered time.Time) bool {
	switch {
	case t.want == 200 && !asked.Before(t.ends):
		return status == 401 || status == 403
	case t.want == 200 && !answered.Before(t.ends):
		return status == 200 || status == 401 || status == 403
	case status == 401 && asked.Before(t.settled):
		return true
	}
	return status == t.want
}

// choose draws a kind of token.
func choose(r *rand.Rand) *kind {
	n := r.IntN(1000)
	for k := range kinds {
		if n -= kinds[k].share; n < 0 {
			return &kinds[k]
		}
	}
	panic("the shares are less than 1,000")
}

// sleep waits, and tells whether the context goes on.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
