package apikey_test

import (
	"errors"
	"hash/crc32"
	"math/big"
	"os"
	"regexp"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// withSum appends the checksum to a key's body, computed in another way than the package does.
func withSum(body string) string {
	return body + base62(big.NewInt(int64(crc32.ChecksumIEEE([]byte(body)))), 6)
}

// base62 writes a number with so many digits, in the alphabet of keys.
func base62(n *big.Int, digits int) string {
	text := n.Text(62) // with lower case before upper
	text = strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, text)
	return strings.Repeat("0", digits-len(text)) + text
}

const (
	id     = "0123456789ABCDef"
	secret = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg"
	body   = "pk_" + id + "_" + secret
)

func TestParse(t *testing.T) {
	good := withSum(body)
	tests := []struct {
		name, text string
		want       authorizers.Code
	}{
		{"a key", good, ""},
		{"another", withSum("pk_" + strings.Repeat("z", 16) + "_" + strings.Repeat("0", 43)), ""},
		{"nothing", "", authorizers.CodeAPIKeyMalformed},
		{"a prefix only", "pk_", authorizers.CodeAPIKeyMalformed},
		{"another prefix", withSum("sk_" + id + "_" + secret), authorizers.CodeAPIKeyMalformed},
		{"prefix in capitals", withSum("PK_" + id + "_" + secret), authorizers.CodeAPIKeyMalformed},
		{"no prefix", good[3:], authorizers.CodeAPIKeyMalformed},
		{"short id", withSum("pk_" + id[1:] + "_" + secret), authorizers.CodeAPIKeyMalformed},
		{"long id", withSum("pk_" + id + "0_" + secret[1:]), authorizers.CodeAPIKeyMalformed},
		{"id with _", withSum("pk_" + id[:15] + "__" + secret), authorizers.CodeAPIKeyMalformed},
		{"short secret", withSum("pk_" + id + "_" + secret[1:]), authorizers.CodeAPIKeyMalformed},
		{"long secret", withSum(body + "0"), authorizers.CodeAPIKeyMalformed},
		{"secret with -", withSum("pk_" + id + "_" + secret[1:] + "-"), authorizers.CodeAPIKeyMalformed},
		{"secret with é", withSum("pk_" + id + "_" + secret[2:] + "é"), authorizers.CodeAPIKeyMalformed},
		{"secret with NUL", withSum("pk_" + id + "_" + secret[1:] + "\x00"), authorizers.CodeAPIKeyMalformed},
		{"no separator", withSum("pk_" + id + "0" + secret), authorizers.CodeAPIKeyMalformed},
		{"no checksum", body, authorizers.CodeAPIKeyMalformed},
		{"a space before", " " + good, authorizers.CodeAPIKeyMalformed},
		{"a line break behind", good + "\n", authorizers.CodeAPIKeyMalformed},
		{"a long text", strings.Repeat(good, 1000), authorizers.CodeAPIKeyMalformed},
		{"whatever check", body + "000000", ""},
	}
	for _, test := range tests {
		key, err := apikey.Parse(test.text)
		if test.want == "" {
			if err != nil || key.Reveal() != test.text || key.ID() != test.text[3:19] {
				t.Errorf("%s: id %q, error %v", test.name, key.ID(), err)
			}
			continue
		}
		if !errors.Is(err, &authorizers.KeyError{Code: test.want}) || key != (apikey.Key{}) {
			t.Errorf("%s: error %v, want %s", test.name, err, test.want)
		}
	}
}

// TestOneChangedCharacter tries every other character in every place of a key: none of it is a key, and nothing is looked up
// to tell.
func TestOneChangedCharacter(t *testing.T) {
	s := newScene(t, nil)
	for name, key := range map[string]apikey.Key{"sealed": s.key(apikey.Record{}), "old": s.old(apikey.Record{})} {
		s.check(name, key, "")
		s.wantReads(name, 1)
		text := key.Reveal()
		for i := range text {
			for _, c := range alphabet + "_-. \x00\x80" {
				changed := text[:i] + string(c) + text[i+1:]
				if _, err := s.checker.VerifyKey(t.Context(), changed); (err == nil) != (changed == text) {
					t.Errorf("%s: %q at %d: %v", name, c, i, err)
				}
			}
			if _, err := s.checker.VerifyKey(t.Context(), text[:i]+text[i+1:]); err == nil {
				t.Errorf("%s: accepted without the character at %d", name, i)
			}
		}
		s.wantReads(name+", changed", 0)
	}
}

// TestNew also looks at what is random in a key: no two are alike, and each character is about as frequent as the others.
func TestNew(t *testing.T) {
	const keys = 5000
	pattern := regexp.MustCompile(apikey.Pattern)
	seal, seen, counts := apikey.NewSeal(), map[string]bool{}, map[rune]int{}
	for range keys {
		key := seal.New()
		text := key.Reveal()
		parsed, err := apikey.Parse(text)
		if err != nil || parsed.Reveal() != text || parsed.ID() != key.ID() || !seal.Sealed(parsed) {
			t.Fatalf("%s: %v", text, err)
		}
		if len(text) != apikey.KeyLength || !apikey.ValidID(key.ID()) || pattern.FindString("API_KEY="+text+"\n") != text {
			t.Fatalf("%s has not the form of a key", text)
		}
		if seen[key.ID()] || seen[text[20:63]] {
			t.Fatalf("%s: id or secret again", text)
		}
		seen[key.ID()], seen[text[20:63]] = true, true
		for _, c := range text[3:19] + text[20:] {
			counts[c]++
		}
	}
	mean := float64(keys*(16+43+6)) / float64(len(alphabet)) // 5242, of which the standard deviation is 72
	for _, c := range alphabet {
		if n := float64(counts[c]); n < 0.9*mean || n > 1.1*mean {
			t.Errorf("%q is there %v times, want about %v", c, n, mean)
		}
	}
}

// FuzzParse: what parses has one spelling, and the pattern finds it.
func FuzzParse(f *testing.F) {
	f.Add(withSum(body))
	f.Add(body + "000000")
	f.Add(anything().Reveal())
	f.Add("pk_")
	pattern := regexp.MustCompile("^" + apikey.Pattern + "$")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := apikey.Parse(text)
		canonical := pattern.MatchString(text) && len(text) == 69
		if (err == nil) != canonical {
			t.Fatalf("%q: error %v, want a key: %v", text, err, canonical)
		}
		if err == nil && (key.Reveal() != text || key.ID() != text[3:19]) {
			t.Errorf("%q: revealed %q", text, key.Reveal())
		}
		if err != nil && len(text) > 8 && strings.Contains(err.Error(), text) {
			t.Errorf("the error holds the text: %v", err)
		}
	})
}

// TestREADME: README gives the pattern to who looks for leaked keys.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil || !strings.Contains(string(readme), "`"+apikey.Pattern+"`") {
		t.Errorf("README does not give the pattern, error %v", err)
	}
}
