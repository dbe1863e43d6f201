package policy_test

import (
	"testing"
	"unicode/utf8"

	"portcullis/policy"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		pattern, text string
		want          bool
	}{
		{"a/*", "a/b", true},
		{"a/*", "a/b/c", true}, // '*' runs over slashes
		{"a/*", "a/", true},
		{"a/*", "a", false},
		{"a/*/c", "a/x/y/c", true},
		{"a/*/c", "a/x/y", false},
		{"a?c", "abc", true},
		{"a?c", "aäc", true}, // a character, not a byte
		{"a?c", "ac", false},
		{"*", "", true},
		{"", "", true},
		{"", "a", false},
		{"A", "a", false},
		{"*a*b", "xxaxxbxab", true},
		{"*a*b", "xxaxxbxa", false},
		{"*a?b*", "aab", true},
		{"*??", "ä", false},
		{"*??", "€", false},
		{"a*", "*", false},
		{"**", "a", true},
		{"a**b?", "abb", true},
		{"a/*/b", "a/b", false},
		{"\xc3*", "ä", false}, // a byte of a character is not the character
		{"*\xa4", "ä", false},
		{"\xc3*", "\xc3b", true},
		{"?", "\xff", true},
		{"$default", "$default", true},
		{"${*}", "${a}", true}, // escapes are not Match's
	}
	for _, test := range tests {
		if got := policy.Match(test.pattern, test.text); got != test.want {
			t.Errorf("Match(%q, %q) = %v", test.pattern, test.text, got)
		}
	}
}

// naiveMatch says the same as Match in another way: reach[i] tells whether the pattern so far can stand for
// the text's first i characters.
func naiveMatch(pattern, text string) bool {
	characters := split(text)
	reach := make([]bool, len(characters)+1)
	reach[0] = true
	for _, p := range split(pattern) {
		next := make([]bool, len(reach))
		for i := range reach {
			switch {
			case p == "*":
				next[i] = reach[i] || i > 0 && next[i-1]
			case i > 0:
				next[i] = reach[i-1] && (p == "?" || p == characters[i-1])
			}
		}
		reach = next
	}
	return reach[len(characters)]
}

// split cuts a text into characters; a byte that is not UTF-8 is one.
func split(text string) []string {
	var characters []string
	for text != "" {
		_, length := utf8.DecodeRuneInString(text)
		characters = append(characters, text[:length])
		text = text[length:]
	}
	return characters
}

// TestMatchAgrees compares Match with a simpler one on all short patterns and texts.
func TestMatchAgrees(t *testing.T) {
	patterns := words([]string{"*", "?", "a", "/", "ä", "\xc3", "\xa4"}, 4)
	texts := words([]string{"*", "a", "/", "ä", "\xc3"}, 4)
	matched := 0
	for _, pattern := range patterns {
		for _, text := range texts {
			got := policy.Match(pattern, text)
			if got != naiveMatch(pattern, text) {
				t.Fatalf("Match(%q, %q) = %v", pattern, text, got)
			}
			if got {
				matched++
			}
		}
	}
	if matched < 10000 {
		t.Errorf("only %d of %d match: the test says little", matched, len(patterns)*len(texts))
	}
}

// words lists all words of at most n letters.
func words(letters []string, n int) []string {
	all, last := []string{""}, []string{""}
	for range n {
		var longer []string
		for _, word := range last {
			for _, letter := range letters {
				longer = append(longer, word+letter)
			}
		}
		all, last = append(all, longer...), longer
	}
	return all
}

// FuzzMatch: Match and a simpler one agree.
func FuzzMatch(f *testing.F) {
	f.Add("a/*/c?", "a/b/cd")
	f.Add("*a*b", "xxaxxbxab")
	f.Add("\xc3*\xa4", "ä")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern)*len(text) > 1<<16 {
			return
		}
		if got := policy.Match(pattern, text); got != naiveMatch(pattern, text) {
			t.Errorf("Match(%q, %q) = %v", pattern, text, got)
		}
	})
}
