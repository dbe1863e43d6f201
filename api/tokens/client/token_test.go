package client_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"portcullis/api/tokens/client"
)

// TestValidToken compares with the pattern of RFC 6750, section 2.1, on texts of its characters and of others.
func TestValidToken(t *testing.T) {
	pattern := regexp.MustCompile(`^[-A-Za-z0-9._~+/]+=*$`)
	pieces := []string{"aZ0", "-._~+/", "=", "==", "a", "", "=", " ", "\n", "é", "\xff", "\ufffd", "@", "[", "`", "{", "/", ":", "Bearer "}
	random, seen := rand.New(rand.NewPCG(1, 2)), map[bool]int{}
	for range 5000 {
		var text string
		for range random.IntN(5) {
			text += pieces[random.IntN(min(len(pieces), 5+random.IntN(2)*len(pieces)))]
		}
		want := pattern.MatchString(text)
		seen[want]++
		if client.ValidToken(text) != want {
			t.Errorf("%q: %v, want %v", text, !want, want)
		}
	}
	if seen[true] < 500 || seen[false] < 500 {
		t.Errorf("%d tokens and %d others", seen[true], seen[false])
	}
	for length, want := range map[int]bool{1: true, 8192: true, 8193: false} {
		if text := strings.Repeat("a", length); client.ValidToken(text) != want {
			t.Errorf("%d bytes: %v, want %v", length, !want, want)
		}
	}
}
