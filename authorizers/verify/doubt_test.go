package verify_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// recheckEvery is how often an issuer is asked because of signatures that its keys did not make.
const recheckEvery = time.Minute

// forger signs as the issuer does, under the id of its key.
type forger struct {
	s  *scene
	of *verifytest.Issuer
}

func (s *scene) forger(algorithm string) forger {
	return forger{s, verifytest.New(s.issuer.URL, algorithm)}
}

// token is one whose claims are good but for those that are given.
func (f forger) token(claims map[string]any) string {
	header := f.of.Header()
	header["kid"] = f.s.issuer.KeyID()
	return f.of.SignHeader(header, f.of.CognitoAccessClaims(verifytest.Options{IssuedAt: f.s.now().Add(-time.Second), Lifetime: 48 * time.Hour, Extra: claims}))
}

// published is the forger's key under the id of the issuer's: what the issuer serves once it is no forger's any more.
func (f forger) published() answerer {
	text := strings.Replace(keySet(f.of), f.of.KeyID(), f.s.issuer.KeyID(), 1)
	return func(w http.ResponseWriter, r *http.Request, issuer http.Handler) {
		f.s.issuer.Handle(verifytest.KeySetPath, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }))
		issuer.ServeHTTP(w, r) // which counts it
	}
}

// TestAnotherKeyUnderTheOldID: it is found once the known set is a minute old, also where it is for another algorithm,
// and tokens of the key before it are refused from then on.
func TestAnotherKeyUnderTheOldID(t *testing.T) {
	for algorithm, refused := range map[string]authorizers.Code{"EdDSA": authorizers.CodeSignature, "ES256": authorizers.CodeKeyAlgorithm} {
		s := newScene(t, func(c *verify.Config) { c.Issuers[0].Algorithms = []string{"EdDSA", "ES256"} })
		old, next, fetches := s.token(), s.forger(algorithm), 0
		s.check("before", old, "")
		s.answers(next.published())
		s.check("at once", next.token(nil), string(refused))
		s.advance(recheckEvery - 1)
		s.check("within the minute", next.token(nil), string(refused))
		s.fetched("within the minute", &fetches, 1)
		s.advance(1)
		s.check("after it", next.token(nil), "")
		s.fetched("after it", &fetches, 1)
		s.check("and once more", next.token(nil), "")
		if _, err := s.verifier.Verify(t.Context(), old); code(err) != string(authorizers.CodeSignature) && code(err) != string(authorizers.CodeKeyAlgorithm) {
			t.Errorf("the old key's token: %v", err)
		}
		s.fetched("all that", &fetches, 0)
	}
}

// TestForgedSignatures: they cost the issuer one fetch in a minute, none for a token that is bad otherwise, and never
// turn into "cannot tell".
func TestForgedSignatures(t *testing.T) {
	s := newScene(t, nil)
	forger, fetches := s.forger("EdDSA"), 0
	invalid := string(authorizers.CodeSignature)
	s.check("before", s.token(), "")
	s.fetched("before", &fetches, 1)
	for range 3 {
		s.advance(recheckEvery - 1)
		s.check("too soon", forger.token(nil), invalid)
		s.advance(1)
		for name, claims := range map[string]map[string]any{
			"for another": {"client_id": "other"}, "expired": {"exp": s.now().Unix()}, "not yet": {"nbf": s.now().Unix() + 1},
			"of another use": {"token_use": "id"}, "of nobody": {"sub": ""},
		} {
			s.check(name, forger.token(claims), invalid)
		}
		s.fetched("tokens that are bad otherwise", &fetches, 0)
		for range 20 {
			s.check("forged", forger.token(nil), invalid)
		}
		s.fetched("forged", &fetches, 1)
	}
	s.issuer.Outage(true)
	s.advance(recheckEvery)
	const triesOfAFetch = 2
	s.check("while the issuer is down", forger.token(nil), invalid)
	s.fetched("while the issuer is down", &fetches, triesOfAFetch)
	for range 5 {
		s.advance(refetchEvery)
		s.check("while it is still down", forger.token(nil), invalid)
	}
	s.fetched("within the minute", &fetches, 0)
	s.advance(refetchEvery)
	s.check("a minute later", forger.token(nil), invalid)
	s.fetched("a minute later", &fetches, triesOfAFetch)
}

// TestForgersDoNotKeepOthersWaiting: neither kind of forged tokens delays what the other kind is about.
func TestForgersDoNotKeepOthersWaiting(t *testing.T) {
	s := newScene(t, nil)
	s.check("before", s.token(), "")
	s.advance(recheckEvery)
	forger, fetches := s.forger("EdDSA"), s.issuer.Fetches()
	s.check("a forged signature", forger.token(nil), string(authorizers.CodeSignature))
	s.issuer.Rotate()
	s.check("a new key at once", s.token(), "")
	s.fetched("both", &fetches, 2)

	s.advance(recheckEvery)
	s.check("a made-up key id", s.tokenOf("made-up"), string(authorizers.CodeKeyUnknown))
	next := s.forger("EdDSA")
	s.answers(next.published())
	for range 6 {
		if _, err := s.verifier.Verify(t.Context(), next.token(nil)); err == nil {
			return
		}
		s.advance(refetchEvery)
		s.check("another made-up key id", s.tokenOf("made-up"), string(authorizers.CodeKeyUnknown))
	}
	s.check("another key under the old id, a minute later", next.token(nil), "")
}

// TestOneFetchForForgedSignatures: however many come at once.
func TestOneFetchForForgedSignatures(t *testing.T) {
	transport := newStuck(t)
	s := newScene(t, func(c *verify.Config) { c.Client = &http.Client{Transport: transport} })
	s.check("before", s.token(), "")
	s.advance(recheckEvery)
	forger, next, fetches := s.forger("EdDSA"), s.forger("EdDSA"), s.issuer.Fetches()
	s.answers(next.published())
	release := transport.hold()
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() { s.check("forged", forger.token(nil), string(authorizers.CodeSignature)) })
	}
	good := s.verify(next.token(nil))
	good.begins(t, "a token of the new key", true)
	<-transport.asked
	s.check("a token of the key that is known", s.token(), "")
	transport.release.Store(nil)
	close(release)
	all.Wait()
	good.ends(t, "a token of the new key", "")
	s.fetched("all of them", &fetches, 1)
}

// TestExpiredAndForged: an expired token that its key did not sign is called forged where that key is at hand; where it
// is not, expired, and nobody is asked for the key.
func TestExpiredAndForged(t *testing.T) {
	expired, invalid := string(authorizers.CodeExpired), string(authorizers.CodeSignature)
	s := newScene(t, nil) // keys are fresh for an hour, and renewed after 48 minutes of it
	forger := s.forger("EdDSA")
	old := map[string]any{"exp": now.Unix() - 1}
	signed := func() string {
		return s.issuer.CognitoAccess(verifytest.Options{IssuedAt: now.Add(-time.Hour), Lifetime: 59 * time.Minute})
	}
	fetches := 0
	s.check("forged, before anything else", forger.token(old), expired)
	s.check("signed, before anything else", signed(), expired)
	s.fetched("expired tokens", &fetches, 0)
	s.check("before", s.token(), "")
	s.check("forged", forger.token(old), invalid)
	s.check("signed", signed(), expired)
	s.check("of an unknown key", s.issuer.SignHeader(changed(s.issuer.Header(), "kid", "made-up"), s.issuer.CognitoAccessClaims(extra(old))), expired)
	s.advance(recheckEvery)
	s.check("forged, a minute later", forger.token(old), invalid)
	s.fetched("all that", &fetches, 1)
	s.advance(48 * time.Minute)
	s.check("forged, while the keys are renewed", forger.token(old), invalid)
	s.verifier.Close()
	s.issuer.Outage(true)
	s.advance(3 * time.Hour)
	s.check("forged, with keys that cannot be renewed", forger.token(old), invalid)
	s.advance(30 * time.Hour)
	s.check("forged, with keys that are too old", forger.token(old), expired)
}

// TestForgersRotationAndOutageAtOnce: forged tokens of all kinds, rotations and outages at once never let a forged token in,
// never call a good one forged, and cost a bounded number of fetches.
func TestForgersRotationAndOutageAtOnce(t *testing.T) {
	s := newScene(t, func(c *verify.Config) { c.Issuers[0].KeyID = verify.KeyIDOptional })
	forger := s.forger("EdDSA")
	s.check("before", s.token(), "")
	fetches := s.issuer.Fetches()
	const rounds, step = 60, 2 * time.Second
	for round := range rounds {
		switch round % 12 {
		case 3:
			s.issuer.Rotate()
		case 6:
			s.issuer.Outage(true)
		case 9:
			s.issuer.Outage(false)
		}
		good := s.token()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if _, err := s.verifier.Verify(t.Context(), forger.token(nil)); code(err) != string(authorizers.CodeSignature) && code(err) != string(authorizers.CodeKeyUnknown) && code(err) != "unavailable" {
					t.Errorf("round %d, a forged signature: %v", round, err)
				}
			})
			all.Go(func() {
				if _, err := s.verifier.Verify(t.Context(), s.namelessBy(forger.of)); code(err) != string(authorizers.CodeSignature) {
					t.Errorf("round %d, a forged token without kid: %v", round, err)
				}
			})
			all.Go(func() {
				if _, err := s.verifier.Verify(t.Context(), s.tokenOf("made-up")); code(err) != string(authorizers.CodeKeyUnknown) && code(err) != "unavailable" {
					t.Errorf("round %d, a made-up kid: %v", round, err)
				}
			})
			all.Go(func() {
				if _, err := s.verifier.Verify(t.Context(), good); err != nil && code(err) != string(authorizers.CodeKeyUnknown) && code(err) != "unavailable" {
					t.Errorf("round %d, a good token: %v", round, err)
				}
			})
		}
		all.Wait()
		s.advance(step)
	}
	// In each 10 seconds one for an unknown kid or after a failure, of two tries; in each minute one for a signature.
	most := int(rounds*step/refetchEvery)*2 + int(rounds*step/recheckEvery)*2 + 2
	if n := s.issuer.Fetches() - fetches; n > most {
		t.Errorf("%d fetches, at most %d are due", n, most)
	}
	s.advance(refetchEvery)
	s.check("at the end", s.token(), "")
}
