package verify_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// TestSeenTokenExpires: a token that is remembered is refused the moment it expires.
func TestSeenTokenExpires(t *testing.T) {
	s := newScene(t, nil)
	token := s.issuer.CognitoAccess(verifytest.Options{IssuedAt: now, Lifetime: 30 * time.Second})
	s.check("at first", token, "")
	s.advance(30*time.Second - 1)
	s.check("just before it expires", token, "")
	s.advance(1)
	s.check("when it expires", token, string(authorizers.CodeExpired))
}

// TestSeenTokenIsItsWholeText: no other text gets what the token got.
func TestSeenTokenIsItsWholeText(t *testing.T) {
	s := newScene(t, nil)
	token := s.token()
	s.check("the token", token, "")
	for i := range token {
		changed := []byte(token)
		changed[i] ^= 1
		if _, err := s.verifier.Verify(t.Context(), string(changed)); err == nil {
			t.Errorf("accepted with a change at %d", i)
		}
		if _, err := s.verifier.Verify(t.Context(), token[:i]); err == nil {
			t.Errorf("accepted when cut at %d", i)
		}
	}
}

// TestSeenClaimsAreTheCallers: what a caller does to the claims of a token does not change the next ones.
func TestSeenClaimsAreTheCallers(t *testing.T) {
	s := newScene(t, nil)
	token := s.issuer.CognitoAccess(verifytest.Options{IssuedAt: now, Scopes: []string{"read"}, Groups: []string{"readers"}})
	for range 3 {
		claims, err := s.verifier.Verify(t.Context(), token)
		if err != nil || fmt.Sprint(claims.Scopes, claims.Groups) != "[read] [readers]" || claims.Subject != verifytest.DefaultSubject {
			t.Fatalf("%+v, error %v", claims, err)
		}
		claims.Subject, claims.Scopes[0], claims.Groups[0] = "root", "write", "admins"
	}
}

// TestSeenTokensAreBounded counts allocations, by which a token that is recognised differs from one that is
// verified: at most 5 against more than 15.
func TestSeenTokensAreBounded(t *testing.T) {
	tests := []struct {
		name     string
		remember int
		step     time.Duration // between two tokens
		seen     bool
	}{
		{"all are remembered", 100, 0, true},
		{"by default", 0, 0, true},
		{"too many", 10, 0, false},
		{"none", -1, 0, false},
		{"for a minute and no more", 100, time.Minute, false},
		{"never before they were verified", 100, -time.Minute, false},
	}
	for _, test := range tests {
		s := newScene(t, func(c *verify.Config) { c.Remember = test.remember })
		var tokens []string
		for range 40 {
			tokens = append(tokens, s.issuer.CognitoAccess(verifytest.Options{
				IssuedAt: now.Add(-24 * time.Hour), Lifetime: 48 * time.Hour, Scopes: []string{"read"}, Groups: []string{"readers"},
			}))
			s.check("at first", tokens[len(tokens)-1], "")
		}
		next := 0
		s.recognised(test.name, len(tokens), test.seen, func() string {
			s.advance(test.step)
			next++
			return tokens[(next-1)%len(tokens)]
		})
	}
}

// recognised verifies so many tokens and checks whether they are recognised, all or none.
func (s *scene) recognised(what string, tokens int, want bool, token func() string) {
	s.t.Helper()
	allocations := testing.AllocsPerRun(tokens, func() {
		if _, err := s.verifier.Verify(context.Background(), token()); err != nil {
			s.t.Errorf("%s: %v", what, err)
		}
	})
	if want && allocations > 5 || !want && allocations <= 6 {
		s.t.Errorf("%s: %v allocations a token", what, allocations)
	}
}

// TestLargeTokensAreNotRemembered: one of more than 4 KB takes too much memory.
func TestLargeTokensAreNotRemembered(t *testing.T) {
	s := newScene(t, nil)
	for size, want := range map[int]bool{4 << 10: true, 4<<10 + 1: false, 8 << 10: false} {
		token := s.tokenOfSize(size)
		s.check("at first", token, "")
		s.recognised(fmt.Sprint(size, " bytes"), 20, want, func() string { return token })
	}
}

// tokenOfSize is a token of so many bytes. Four of them are three of header or claims.
func (s *scene) tokenOfSize(size int) string {
	header := s.issuer.Header()
	claims := s.issuer.CognitoAccessClaims(verifytest.Options{IssuedAt: now, Scopes: []string{"read"}, Groups: []string{"readers"}})
	claims["fill"] = ""
	most := (size - len(s.issuer.Sign(claims))) / 4 * 3
	for i := range 64 {
		header["fill"], claims["fill"] = strings.Repeat("x", i%4), strings.Repeat("x", most-24+i/4)
		if token := s.issuer.SignHeader(header, claims); len(token) == size {
			return token
		}
	}
	s.t.Fatalf("no token has %d bytes", size)
	return ""
}

// TestSeenWithinTheSkew: a token is recognised for as long as it is accepted, not until it expires.
func TestSeenWithinTheSkew(t *testing.T) {
	s := newScene(t, func(c *verify.Config) { c.ClockSkew = time.Minute })
	token := s.issuer.CognitoAccess(verifytest.Options{IssuedAt: now.Add(-time.Hour), Lifetime: time.Hour - 10*time.Second})
	s.check("expired 10 seconds ago", token, "")
	s.advance(49 * time.Second)
	s.recognised("and 49 seconds later", 20, true, func() string { return token })
	s.advance(time.Second)
	s.check("and one more", token, string(authorizers.CodeExpired))
}

// TestSeenForAMinute: also a token that is about to expire, with the skew to come.
func TestSeenForAMinute(t *testing.T) {
	s := newScene(t, func(c *verify.Config) { c.ClockSkew = time.Minute })
	token := s.issuer.CognitoAccess(verifytest.Options{IssuedAt: now, Lifetime: 50 * time.Second})
	s.check("at first", token, "")
	for _, test := range []struct {
		step time.Duration
		want bool
	}{{time.Minute - 1, true}, {1, false}, {0, true}} {
		s.advance(test.step)
		if claims, err := s.verifier.Verify(t.Context(), token); err != nil || claims.Remembered != test.want {
			t.Errorf("%s after it: %+v, error %v", s.now().Sub(now), claims, err)
		}
	}
}
