package verify_test

import (
	"context"
	"fmt"
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
		allocations := testing.AllocsPerRun(len(tokens), func() {
			s.advance(test.step)
			if _, err := s.verifier.Verify(context.Background(), tokens[next%len(tokens)]); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			next++
		})
		if test.seen && allocations > 5 || !test.seen && allocations <= 15 {
			t.Errorf("%s: %v allocations a token", test.name, allocations)
		}
	}
}
