package verify_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

func kidOptional(c *verify.Config) { c.Issuers[0].KeyID = verify.KeyIDOptional }

// nameless is a token of the key that signs now, without kid.
func (s *scene) nameless() string { return s.namelessBy(s.issuer) }

func (s *scene) namelessBy(issuer *verifytest.Issuer) string {
	header := issuer.Header()
	delete(header, "kid")
	return issuer.SignHeader(header, s.issuer.CognitoAccessClaims(verifytest.Options{IssuedAt: s.now().Add(-time.Second), Lifetime: 48 * time.Hour}))
}

// TestKeyIDSetting: nothing but "optional" can be said, and that in so many letters.
func TestKeyIDSetting(t *testing.T) {
	for _, setting := range []string{"required", "Optional", "none", " "} {
		_, err := verify.New(verify.Config{Issuers: []verify.Issuer{{Issuer: "https://a.example", Audience: []string{"app"}, KeyID: setting}}})
		if wrong := (*verify.ConfigError)(nil); !errors.As(err, &wrong) || wrong.Field != "kid" || !strings.Contains(err.Error(), `want "optional"`) {
			t.Errorf("%q: error %v", setting, err)
		}
	}
	issuers, err := verify.ParseIssuers(`[{"issuer":"https://a.example","audience":["app"],"kid":"optional"}]`)
	if err != nil || issuers[0].KeyID != verify.KeyIDOptional {
		t.Errorf("%+v, error %v", issuers, err)
	}
}

// TestTokensWithoutKeyID: where they are allowed, and with which kid.
func TestTokensWithoutKeyID(t *testing.T) {
	tests := []struct {
		kid            any // nil: there is none
		must, optional authorizers.Code
	}{
		{nil, authorizers.CodeKeyID, ""},
		{"", authorizers.CodeKeyID, authorizers.CodeKeyID},
		{json.RawMessage("null"), authorizers.CodeKeyID, authorizers.CodeKeyID},
		{7, authorizers.CodeKeyID, authorizers.CodeKeyID},
		{"made-up", authorizers.CodeKeyUnknown, authorizers.CodeKeyUnknown},
	}
	must, optional := newScene(t, nil), newScene(t, kidOptional)
	for _, test := range tests {
		for s, want := range map[*scene]authorizers.Code{must: test.must, optional: test.optional} {
			header := s.issuer.Header()
			if header["kid"] = test.kid; test.kid == nil {
				delete(header, "kid")
			}
			token := s.issuer.SignHeader(header, s.issuer.CognitoAccessClaims(extra(nil)))
			s.check(fmt.Sprintf("kid %v", test.kid), token, string(want))
			s.check(fmt.Sprintf("kid %v once more", test.kid), token, string(want))
		}
	}
}

// TestKeysWithoutKeyID: they are for tokens without one alone.
func TestKeysWithoutKeyID(t *testing.T) {
	s := newScene(t, kidOptional)
	one, other := verifytest.New(s.issuer.URL, "EdDSA"), verifytest.New(s.issuer.URL, "EdDSA")
	set := `{"keys":[` + strings.Replace(onlyKey(one), `"kid"`, `"x-kid"`, 1) + `,` + strings.Replace(onlyKey(other), `"`+other.KeyID()+`"`, `null`, 1) + `]}`
	s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { fmt.Fprint(w, set) })
	s.check("one without kid", s.namelessBy(one), "")
	s.check("the other without kid", s.namelessBy(other), "")
	s.check("one with kid", one.SignHeader(one.Header(), s.issuer.CognitoAccessClaims(extra(nil))), string(authorizers.CodeKeyUnknown))
	s.check("a stranger's", s.namelessBy(verifytest.New(s.issuer.URL, "EdDSA")), string(authorizers.CodeSignature))
}

// TestRotationWithoutKeyID: keys that are published beside each other are all tried; one that takes the place of
// another is found once the set is a minute old, by one fetch; and one that was withdrawn is no longer used.
func TestRotationWithoutKeyID(t *testing.T) {
	s := newScene(t, kidOptional)
	old, fetches := s.nameless(), 0
	s.check("before", old, "")
	s.issuer.Rotate()
	next := s.nameless()
	s.check("a new key at once", next, string(authorizers.CodeSignature))
	s.fetched("at first", &fetches, 1)
	s.advance(recheckEvery)
	s.check("a new key", next, "")
	s.check("the key before it", old, "")
	s.fetched("a rotation", &fetches, 1)
	s.issuer.Replace()
	s.advance(recheckEvery)
	s.check("a key in the place of both", s.nameless(), "")
	s.check("a key that was withdrawn", old, string(authorizers.CodeSignature))
	s.check("another one", next, string(authorizers.CodeSignature))
	s.fetched("a replacement", &fetches, 1)
	for range 20 {
		s.check("a stranger's", s.namelessBy(verifytest.New(s.issuer.URL, "EdDSA")), string(authorizers.CodeSignature))
	}
	s.fetched("strangers", &fetches, 0)
}

// TestFourKeysAreTried: the first two and the last two of a token's algorithm, and no key that may not be used.
func TestFourKeysAreTried(t *testing.T) {
	s := newScene(t, func(c *verify.Config) {
		kidOptional(c)
		c.Issuers[0].Algorithms = []string{"EdDSA", "ES256"}
	})
	var published []string
	var signers []*verifytest.Issuer
	for i := range 6 {
		signer := verifytest.New(s.issuer.URL, "EdDSA")
		signers = append(signers, signer)
		published = append(published, onlyKey(signer), strings.Replace(onlyKey(signer), signer.KeyID(), fmt.Sprint("again-", i), 1), onlyKey(verifytest.New(s.issuer.URL, "ES256")))
	}
	withdrawn := verifytest.New(s.issuer.URL, "ES256")
	unusable := []string{strings.Replace(onlyKey(withdrawn), `"sig"`, `"enc"`, 1), strings.Replace(onlyKey(withdrawn), `{`, `{"d":"AQAB",`, 1)}
	published = append(unusable, published...)
	s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		fmt.Fprint(w, `{"keys":[`+strings.Join(published, ",")+`]}`)
	})
	for i, want := range []authorizers.Code{"", "", authorizers.CodeSignature, authorizers.CodeSignature, "", ""} {
		s.check(fmt.Sprint("key ", i), s.namelessBy(signers[i]), string(want))
	}
	s.check("a key that may not be used", s.namelessBy(withdrawn), string(authorizers.CodeSignature))
}

// TestDoubtfulKeysAreNotTried: two keys that have an id and an algorithm in common.
func TestDoubtfulKeysAreNotTried(t *testing.T) {
	s := newScene(t, kidOptional)
	one, other := verifytest.New(s.issuer.URL, "EdDSA"), verifytest.New(s.issuer.URL, "EdDSA")
	published := []string{onlyKey(one), strings.Replace(onlyKey(other), other.KeyID(), one.KeyID(), 1), onlyKey(s.issuer)}
	s.answers(func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		fmt.Fprint(w, `{"keys":[`+strings.Join(published, ",")+`]}`)
	})
	s.check("one", s.namelessBy(one), string(authorizers.CodeSignature))
	s.check("the other", s.namelessBy(other), string(authorizers.CodeSignature))
	s.check("a third", s.nameless(), "")
}

// TestBrokenWithoutKeyID: where tokens need not name their key, every broken token is refused but the one that names
// none.
func TestBrokenWithoutKeyID(t *testing.T) {
	for _, algorithm := range []string{"RS256", "EdDSA"} {
		issuer := verifytest.NewServer(algorithm)
		defer issuer.Close()
		v := newVerifier(t, issuer, func(c *verify.Config) {
			kidOptional(c)
			c.Issuers[0].Algorithms = []string{algorithm}
		})
		good := map[string]bool{"kid-missing": true, "kid-wrong-case-member": true}
		for _, broken := range issuer.Broken(issuer.CognitoAccessClaims(extra(nil))) {
			if _, err := v.Verify(t.Context(), broken.Token); (err == nil) != good[broken.Name] {
				t.Errorf("%s %s: error %v", algorithm, broken.Name, err)
			}
			delete(good, broken.Name)
		}
		for name := range maps.Keys(good) {
			t.Errorf("there is no broken token %q", name)
		}
	}
}
