package verify

import (
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/internal/span"
)

const (
	seenFor = time.Minute // the longest that a token is remembered
	maxSeen = 4 << 10     // the largest token that is remembered, in bytes: its claims take several times as much
)

// fingerprint stands for the whole text of a token.
type fingerprint [sha256.Size]byte

// verified is a token that was verified.
type verified struct {
	claims *authorizers.Claims
	issuer *trusted
	keyID  string
	key    *key      // whose signature it has
	good   span.Span // the token needs no second look, if its key still is the issuer's
}

// copyClaims gives the claims; the caller may change them.
func (v *verified) copyClaims(remembered bool) *authorizers.Claims {
	claims := *v.claims
	claims.Remembered = remembered
	claims.Scopes, claims.Groups, claims.Unread = slices.Clone(claims.Scopes), slices.Clone(claims.Groups), slices.Clone(claims.Unread)
	return &claims
}

// seen remembers the tokens that were verified last. It holds two generations: when the young one is full
// it becomes the old one, and the old one is forgotten.
type seen struct {
	half int // how many tokens a generation holds; 0: none are remembered

	mu         sync.Mutex
	young, old map[fingerprint]*verified
}

func newSeen(most int) *seen {
	return &seen{half: (most + 1) / 2, young: map[fingerprint]*verified{}}
}

// takes tells whether a token would be remembered.
func (s *seen) takes(token string) bool { return s.half > 0 && len(token) <= maxSeen }

// find gives the token that was remembered, or nil.
func (s *seen) find(f fingerprint) *verified {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.young[f]; ok {
		return v
	}
	return s.old[f]
}

func (s *seen) remember(f fingerprint, v *verified) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.young) >= s.half {
		s.young, s.old = map[fingerprint]*verified{}, s.young
	}
	s.young[f] = v
}
