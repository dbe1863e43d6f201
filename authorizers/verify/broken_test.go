package verify_test

import (
	"bufio"
	"os"
	"regexp"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// refusal is how a broken token is refused.
type refusal struct {
	code string // by a verifier that accepts the issuer's algorithm alone
	all  string // by one that accepts all
}

// refusals reads testdata/codes.txt.
func refusals(t *testing.T) map[string]refusal {
	t.Helper()
	file, err := os.Open("testdata/codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all := map[string]refusal{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 0 || words[0] == "#":
		case len(words) == 2 && all[words[0]].code == "":
			all[words[0]] = refusal{words[1], words[1]}
		case len(words) == 3 && all[words[0]].code == "":
			all[words[0]] = refusal{words[1], words[2]}
		default:
			t.Fatalf("testdata/codes.txt: %q", lines.Text())
		}
	}
	return all
}

// kinds are the kinds of tokens, with the verifiers that accept them and nothing else.
var kinds = []struct {
	name     string
	claims   func(*verifytest.Issuer, verifytest.Options) map[string]any
	tokenUse []string
}{
	{"access", (*verifytest.Issuer).CognitoAccessClaims, []string{verify.UseAccess}},
	{"id", (*verifytest.Issuer).CognitoIDClaims, []string{verify.UseID}},
	{"oidc", (*verifytest.Issuer).OIDCClaims, nil},
}

// TestBroken: every broken token, of every algorithm and kind, is refused with the code that testdata/codes.txt
// names, while the good one that it was made from is accepted.
func TestBroken(t *testing.T) {
	want, met := refusals(t), map[string]bool{}
	for i, algorithm := range verifytest.Algorithms() {
		issuer := verifytest.NewServer(algorithm, algorithm)
		defer issuer.Close()
		kind := kinds[i%len(kinds)]
		claims := kind.claims(issuer, extra(nil))
		accepts := func(algorithms ...string) *verify.Verifier {
			return newVerifier(t, issuer, func(c *verify.Config) {
				c.Issuers[0].TokenUse, c.Issuers[0].Algorithms = kind.tokenUse, algorithms
			})
		}
		one, all := accepts(algorithm), accepts(verify.Algorithms()...)
		check := func(name, token string, want refusal) {
			if _, err := one.Verify(t.Context(), token); code(err) != want.code {
				t.Errorf("%s, %s token, %s: error %v, want %q", algorithm, kind.name, name, err, want.code)
			}
			if _, err := all.Verify(t.Context(), token); code(err) != want.all {
				t.Errorf("%s among all, %s token, %s: error %v, want %q", algorithm, kind.name, name, err, want.all)
			}
		}
		check("good", issuer.Sign(claims), refusal{})
		for _, broken := range issuer.Broken(claims) {
			refusal, listed := want[broken.Name]
			if !listed {
				t.Errorf("%s is not in testdata/codes.txt", broken.Name)
			}
			check(broken.Name, broken.Token, refusal)
			met[broken.Name] = true
		}
		if issuer.Fetches() > 4 || issuer.Lured() > 0 {
			t.Errorf("%s: %d fetches for the keys of two verifiers, and %d of keys that tokens led to", algorithm, issuer.Fetches(), issuer.Lured())
		}
	}
	for name := range want {
		if !met[name] {
			t.Errorf("testdata/codes.txt: there is no broken token %q", name)
		}
	}
}

// TestEveryCodeIsReached: no code of a refusal is without a token that causes it.
func TestEveryCodeIsReached(t *testing.T) {
	source, err := os.ReadFile("../tokenerror.go")
	if err != nil {
		t.Fatal(err)
	}
	reached := map[string]bool{}
	for _, refusal := range refusals(t) {
		reached[refusal.code], reached[refusal.all] = true, true
	}
	declared := regexp.MustCompile(`Code = "(.+)"`).FindAllStringSubmatch(string(source), -1)
	if len(declared) < 10 {
		t.Fatalf("%d codes are declared", len(declared))
	}
	reached[string(authorizers.CodeRequired)] = true // only an issuer's entry that requires a claim; see TestRequired
	for _, code := range declared {
		if !reached[code[1]] {
			t.Errorf("no token is refused with %s", code[1])
		}
	}
}
