package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers/verify/verifytest"
)

// TestEveryoneDoesTheSameJob: all contestants accept the token and read the same of it, twice, and refuse what
// is wrong in any way that they are to check.
func TestEveryoneDoesTheSameJob(t *testing.T) {
	for _, algorithm := range algorithms {
		t.Run(algorithm, func(t *testing.T) {
			s := newTestSetting(t, algorithm)
			good, bad := s.issuer.Sign(s.claims()), badTokens(t, s)
			want := claims{
				verifytest.DefaultSubject, []string{"openid", "profile", "users/read", "users/write"},
				[]string{"admins", "support", "eu-west"},
			}
			for _, c := range s.contestants {
				for range 2 {
					got, err := c.verify(good)
					if err != nil || fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
						t.Errorf("%s read %q, %v; want %q", c.name, got, err, want)
					}
				}
				for what, raw := range bad {
					if got, err := c.verify(raw); err == nil {
						t.Errorf("%s accepts a token that is %s: %q", c.name, what, got)
					}
				}
			}
		})
	}
}

func TestFloor(t *testing.T) {
	for _, algorithm := range algorithms {
		t.Run(algorithm, func(t *testing.T) {
			s := newTestSetting(t, algorithm)
			tokens := badTokens(t, s)
			tokens["good"] = s.issuer.Sign(s.claims())
			for what, want := range map[string]bool{"good": true, "forged": false, "altered": false} {
				floor, err := newFloor(algorithm, s.issuer.PublicKey(), tokens[what])
				if err != nil {
					t.Fatal(err)
				}
				if err := floor(); (err == nil) != want {
					t.Errorf("%s: error %v, want it accepted: %v", what, err, want)
				}
			}
		})
	}
}

// TestRunners: what is measured fails where its contestant does, and the names are there once each.
func TestRunners(t *testing.T) {
	s := newTestSetting(t, algorithms[0])
	runners, err := s.runners()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range runners {
		if err := r.do(); err != nil {
			t.Errorf("%s: %v", r.name, err)
		}
		names = append(names, r.name)
	}
	want := []string{"floor", "portcullis-first-seen", "portcullis-seen", "jwx", "golang-jwt+keyfunc", "go-oidc"}
	if !slices.Equal(names, want) {
		t.Errorf("runners %q, want %q", names, want)
	}
}

func newTestSetting(t *testing.T, algorithm string) *setting {
	t.Helper()
	s, err := newSetting(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// badTokens are tokens with one thing wrong, by what it is.
func badTokens(t *testing.T, s *setting) map[string]string {
	t.Helper()
	forger := verifytest.NewServer(s.algorithm)
	t.Cleanup(forger.Close)
	with := func(change map[string]any) string {
		claims := s.claims()
		maps.Copy(claims, change)
		return s.issuer.Sign(claims)
	}
	noExpiry := s.claims()
	delete(noExpiry, "exp")
	another := strings.Split(with(map[string]any{"sub": "another"}), ".")
	good := strings.Split(with(nil), ".")
	return map[string]string{
		"forged":               forger.SignHeader(s.issuer.Header(), s.claims()),
		"altered":              good[0] + "." + another[1] + "." + good[2],
		"unsigned":             good[0] + "." + good[1] + ".",
		"of another issuer":    with(map[string]any{"iss": "https://other.example"}),
		"for another audience": with(map[string]any{"aud": "other"}),
		"expired":              with(map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}),
		"without expiry":       s.issuer.Sign(noExpiry),
	}
}
