package revocation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/revocation"
)

// nameScene is a checker by names with a store, whose reads are counted, and a clock that the test turns.
type nameScene struct {
	*revocation.MemoryStore
	*revocation.NameChecker
	reads atomic.Int64
	at    atomic.Int64
	fails atomic.Bool
	late  time.Duration // how long each read takes
}

func newNameScene(t *testing.T, most int) *nameScene {
	t.Helper()
	s := &nameScene{MemoryStore: revocation.NewMemoryStore()}
	var err error
	s.NameChecker, err = revocation.NewNameChecker(revocation.NameConfig{
		Entries: s, MaxRemembered: most, Now: func() time.Time { return second.Add(time.Duration(s.at.Load())) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Read implements revocation.Reader.
func (s *nameScene) Read(ctx context.Context, ids []string) ([]revocation.Entry, error) {
	s.reads.Add(1)
	s.at.Add(int64(s.late))
	if s.fails.Load() {
		return nil, errors.New("table down")
	}
	return s.MemoryStore.Read(ctx, ids)
}

func (s *nameScene) revoke(t *testing.T, e revocation.Entry) {
	t.Helper()
	if err := s.Revoke(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

// want asks about a token's names, and checks how often the store has been read in all.
func (s *nameScene) want(t *testing.T, what string, c *authorizers.Claims, want string, reads int64) {
	t.Helper()
	got := "good"
	switch revoked, err := s.Revoked(t.Context(), revocation.NamesOf(c), c.IssuedAt); {
	case errors.As(err, new(*authorizers.RevocationsUnavailableError)) && !revoked:
		got = "cannot tell"
	case err != nil:
		got = fmt.Sprint(revoked, err)
	case revoked:
		got = "revoked"
	}
	if got != want || s.reads.Load() != reads {
		t.Errorf("%s: %s after %d reads, want %s after %d", what, got, s.reads.Load(), want, reads)
	}
}

// TestNamesRemembered: an answer is believed for ten seconds and not a moment longer, either answer, and a failure never.
func TestNamesRemembered(t *testing.T) {
	s, token := newNameScene(t, 0), claims(nil)
	s.want(t, "at first", token, "good", 1)
	s.revoke(t, revocation.OfToken(issuer, "token", ends))
	s.at.Add(int64(revocation.RememberedFor - 1))
	s.want(t, "a moment before the end", token, "good", 1)
	s.at.Add(1)
	s.want(t, "at the end", token, "revoked", 2)
	s.fails.Store(true)
	s.at.Add(int64(revocation.RememberedFor - 1))
	s.want(t, "revoked, which is remembered", token, "revoked", 2)
	s.at.Add(1)
	s.want(t, "a failure", token, "cannot tell", 3)
	s.want(t, "a failure is not remembered", token, "cannot tell", 4)
	s.fails.Store(false)
	s.want(t, "after a failure", token, "revoked", 5)
	s.late = revocation.RememberedFor
	s.at.Add(int64(revocation.RememberedFor))
	s.want(t, "an answer that took as long as it would be believed", token, "cannot tell", 6)
}

// TestNamesRememberedApart: an answer about a token is none about one that has another name beside the same ones, or that was issued at
// another time; in which order names come does not matter.
func TestNamesRememberedApart(t *testing.T) {
	s := newNameScene(t, 0)
	s.revoke(t, revocation.OfUser(issuer, "ann", second, ends))
	s.revoke(t, revocation.OfFamily(issuer, "other", ends))
	at := func(d time.Duration, family string) *authorizers.Claims {
		return claims(func(c *authorizers.Claims) { c.IssuedAt, c.OriginTokenID = second.Add(d), family })
	}
	s.want(t, "in the second", at(999*time.Millisecond, "family"), "revoked", 1)
	s.want(t, "in the same second", at(0, "family"), "revoked", 1)
	s.want(t, "a second later", at(time.Second, "family"), "good", 2)
	s.want(t, "a second later, of another family", at(time.Second, "other"), "revoked", 3)
	s.want(t, "a second later, without family", at(time.Second, ""), "good", 4)
	s.want(t, "at a time that nobody knows", claims(func(c *authorizers.Claims) { c.IssuedAt = time.Time{} }), "revoked", 5)
	names := revocation.NamesOf(at(time.Second, "family"))
	slices.Reverse(names)
	if revoked, err := s.Revoked(t.Context(), names, second.Add(time.Second)); revoked || err != nil || s.reads.Load() != 5 {
		t.Errorf("the other way round: revoked: %v, error %v, %d reads", revoked, err, s.reads.Load())
	}
}

// TestNamesRememberedAreBounded: no more tokens are remembered than was said, and the last ones are.
func TestNamesRememberedAreBounded(t *testing.T) {
	s := newNameScene(t, 10)
	numbered := func(i int) *authorizers.Claims {
		return claims(func(c *authorizers.Claims) { c.TokenID = fmt.Sprint(i) })
	}
	const all = 102
	for i := range all {
		s.want(t, "new", numbered(i), "good", int64(i+1))
	}
	for i := range 5 {
		s.want(t, "one of the last", numbered(all-1-i), "good", all)
	}
	for i := range all - 10 {
		s.want(t, "one of the first", numbered(all-11-i), "good", int64(all+1+i))
	}
}

// slowReader reads when it is released, unless nobody wants it to any more.
type slowReader struct {
	*revocation.MemoryStore
	release chan struct{}
	reads   atomic.Int64
}

// Read implements revocation.Reader.
func (s *slowReader) Read(ctx context.Context, ids []string) ([]revocation.Entry, error) {
	s.reads.Add(1)
	select {
	case <-s.release:
		return s.MemoryStore.Read(ctx, ids)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// TestNamesReadOnce: however many ask about a token at a time, the store is read once, and each gets the answer; who does not wait
// for it gets none, and what that one does to the names then changes nothing.
func TestNamesReadOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowReader{MemoryStore: revocation.NewMemoryStore(), release: make(chan struct{})}
		if err := s.Revoke(t.Context(), revocation.OfToken(issuer, "token", ends)); err != nil {
			t.Fatal(err)
		}
		checker, err := revocation.NewNameChecker(revocation.NameConfig{Entries: s})
		if err != nil {
			t.Fatal(err)
		}
		names := revocation.NamesOf(claims(nil))
		impatient, leave := context.WithCancel(t.Context())
		left := make(chan error, 1)
		go func() {
			own := slices.Clone(names)
			_, err := checker.Revoked(impatient, own, second)
			clear(own)
			left <- err
		}()
		synctest.Wait()
		var all sync.WaitGroup
		var told atomic.Int64
		for range 20 {
			all.Go(func() {
				if revoked, err := checker.Revoked(t.Context(), names, second); err == nil && revoked {
					told.Add(1)
				}
			})
		}
		synctest.Wait()
		leave()
		if err := <-left; !errors.As(err, new(*authorizers.RevocationsUnavailableError)) || !errors.Is(err, context.Canceled) {
			t.Errorf("who leaves gets %v", err)
		}
		close(s.release)
		all.Wait()
		if s.reads.Load() != 1 || told.Load() != 20 {
			t.Errorf("%d reads, %d of 20 are told", s.reads.Load(), told.Load())
		}
	})
}

func TestNameConfig(t *testing.T) {
	for _, config := range []revocation.NameConfig{{}, {Entries: revocation.NewMemoryStore(), MaxRemembered: -1}} {
		if _, err := revocation.NewNameChecker(config); !errors.As(err, new(*authorizers.ConfigError)) {
			t.Errorf("%+v: %v", config, err)
		}
	}
}

// ExampleNameChecker tells of a token that is long gone whether it was revoked, from what was kept of it.
func ExampleNameChecker() {
	store := revocation.NewMemoryStore()
	checker, err := revocation.NewNameChecker(revocation.NameConfig{Entries: store})
	if err != nil {
		panic(err)
	}
	token := &authorizers.Claims{Issuer: "https://issuer.example.com", Subject: "ann", IssuedAt: time.Unix(1772366400, 0)}
	names, issuedAt := revocation.NamesOf(token), token.IssuedAt
	if err := store.Revoke(context.Background(), revocation.OfUser("https://issuer.example.com", "ann", time.Unix(1772366460, 0), time.Unix(1772370000, 0))); err != nil {
		panic(err)
	}
	fmt.Println(checker.Revoked(context.Background(), names, issuedAt))
	fmt.Println(checker.Revoked(context.Background(), names, issuedAt.Add(time.Hour)))
	// Output:
	// true <nil>
	// false <nil>
}

// BenchmarkNames is the check of a token's names that are remembered.
func BenchmarkNames(b *testing.B) {
	checker, err := revocation.NewNameChecker(revocation.NameConfig{Entries: revocation.NewMemoryStore()})
	if err != nil {
		b.Fatal(err)
	}
	names := revocation.NamesOf(claims(nil))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := checker.Revoked(b.Context(), names, second); err != nil {
			b.Fatal(err)
		}
	}
}
