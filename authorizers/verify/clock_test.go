package verify_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// TestEndsWhileItWaits: a token whose time ends while its key is fetched is not accepted, whether the fetch takes that
// long or the process is frozen meanwhile; nor is one that ends while a newer key is.
func TestEndsWhileItWaits(t *testing.T) {
	const expired, invalid = string(authorizers.CodeExpired), string(authorizers.CodeSignature)
	for name, test := range map[string]struct {
		takes time.Duration
		newer string // what becomes of a token of a newer key: an answer that is too late tells nothing of it
	}{"a slow answer": {2 * time.Second, expired}, "a frozen process": {time.Hour, invalid}} {
		transport := newStuck(t)
		s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} })
		ends := func() string {
			return s.issuer.CognitoAccess(verifytest.Options{IssuedAt: s.now().Add(-time.Second), Lifetime: 3 * time.Second})
		}
		wait := func(what, token, want string) {
			t.Helper()
			release := transport.hold()
			one := s.verify(token)
			<-transport.asked
			s.advance(test.takes)
			transport.release.Store(nil)
			close(release)
			one.ends(t, name+", "+what, want)
		}
		wait("the first token", ends(), expired)
		s.check(name+": the keys are fetched", s.token(), "")
		s.advance(recheckEvery)
		next := s.forger("EdDSA")
		s.answers(next.published())
		wait("a new key under the old id", next.token(map[string]any{"exp": s.now().Unix() + 2}), test.newer)
	}
}

// TestFrozenLookup: a look-up that the process was frozen in says nothing of its key, which is looked for once more.
func TestFrozenLookup(t *testing.T) {
	for _, frozen := range []time.Duration{5 * time.Second, time.Minute, 3 * time.Hour} {
		transport := newStuck(t)
		s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} })
		s.check("before", s.token(), "")
		before := keySet(s.issuer)
		s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { w.Write([]byte(before)) })
		s.issuer.Rotate()
		release := transport.hold()
		one := s.verify(s.token())
		<-transport.asked
		s.advance(frozen)
		s.answer.Store(nil)
		transport.release.Store(nil)
		close(release)
		one.ends(t, "a new key, after "+frozen.String(), "")
	}
}

// TestClockOnTheWall: the age of keys is what the wall's clock says, also where the monotonic one stood still, as it
// does on some machines while the process is frozen.
func TestClockOnTheWall(t *testing.T) {
	start := time.Now()
	var passed atomic.Int64 // seconds
	s := newScene(t, func(c *verify.Config) { c.Now = func() time.Time { return onTheWall(t, start, passed.Load()) } })
	token := s.issuer.CognitoAccess(verifytest.Options{IssuedAt: start.Add(-time.Hour), Lifetime: 24 * time.Hour})
	s.check("before", token, "")
	s.issuer.Replace()
	passed.Store(2 * 60 * 60) // the keys are fresh for one hour
	s.check("a key that was withdrawn meanwhile", token, string(authorizers.CodeKeyUnknown))
}

// onTheWall is a time some seconds later on the wall, at the same time of the monotonic clock. Seconds stand from bit
// 30 on in the first word of a time that has both.
func onTheWall(t *testing.T, at time.Time, seconds int64) time.Time {
	later := at
	*(*uint64)(unsafe.Pointer(&later)) += uint64(seconds) << 30
	if later.Sub(at) != 0 || later.Unix()-at.Unix() != seconds {
		t.Fatalf("no time with two clocks: %v and %v", at, later)
	}
	return later
}
