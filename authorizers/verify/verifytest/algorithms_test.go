package verifytest_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/verify/verifytest"
)

func TestEveryAlgorithmVerifiesByItsPublishedKey(t *testing.T) {
	members := map[string]string{"RS": "RSA", "PS": "RSA", "ES256": "EC P-256", "ES384": "EC P-384", "ES512": "EC P-521", "EdDSA": "OKP Ed25519"}
	for _, algorithm := range verifytest.Algorithms() {
		t.Run(algorithm, func(t *testing.T) {
			issuer := verifytest.New("https://idp.example/pool", algorithm)
			key := signingKey(t, issuer)
			kind, known := members[algorithm]
			if !known {
				kind = members[algorithm[:2]]
			}
			if got := strings.TrimSpace(key.Kty + " " + key.Crv); got != kind || key.Alg != algorithm || key.Use != "sig" || key.Kid != thumbprint(key) {
				t.Errorf("published %+v, want %s and thumbprint %s", key, kind, thumbprint(key))
			}
			public := key.public(t)
			if !reflect.DeepEqual(public, issuer.PublicKey()) {
				t.Errorf("published %v, PublicKey %v", public, issuer.PublicKey())
			}
			for range 8 { // a short r, s or coordinate is rare
				token := issuer.CognitoAccess(verifytest.Options{})
				parts := strings.Split(token, ".")
				if !strict(algorithm, public, parts[0]+"."+parts[1], decode(t, parts[2])) {
					t.Error("the signature is not the published key's")
				}
				if header := part(t, token, 0); header["alg"] != algorithm || header["kid"] != key.Kid {
					t.Errorf("header %v", header)
				}
			}
		})
	}
}

// thumbprint is RFC 7638's, written out by hand.
func thumbprint(k jsonKey) string {
	text := map[string]string{
		"RSA": fmt.Sprintf(`{"e":%q,"kty":"RSA","n":%q}`, k.E, k.N),
		"EC":  fmt.Sprintf(`{"crv":%q,"kty":"EC","x":%q,"y":%q}`, k.Crv, k.X, k.Y),
		"OKP": fmt.Sprintf(`{"crv":%q,"kty":"OKP","x":%q}`, k.Crv, k.X),
	}[k.Kty]
	hash := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(hash[:])
}

func TestKeysOfSeveralAlgorithms(t *testing.T) {
	issuer := newServer(t, "ES256", "EdDSA")
	steps := []struct {
		name      string
		do        func()
		signs     string
		published string
	}{
		{"at first the first signs", func() {}, "ES256", "ES256 EdDSA"},
		{"Use of a published one", func() { issuer.Use("EdDSA") }, "EdDSA", "ES256 EdDSA"},
		{"Rotate keeps the algorithm", issuer.Rotate, "EdDSA", "ES256 EdDSA EdDSA"},
		{"Use of a new one", func() { issuer.Use("ES384") }, "ES384", "ES256 EdDSA EdDSA ES384"},
		{"Use again", func() { issuer.Use("ES256") }, "ES256", "ES256 EdDSA EdDSA ES384"},
		{"Replace keeps the algorithm", issuer.Replace, "ES256", "ES256"},
	}
	for _, step := range steps {
		step.do()
		var published, listed []string
		for _, k := range publishedKeys(t, issuer) {
			published = append(published, k.Alg)
		}
		if got := strings.Join(published, " "); got != step.published || issuer.Algorithm() != step.signs || signingKey(t, issuer).Alg != step.signs {
			t.Errorf("%s: %s signs, published are %s; want %s, %s", step.name, issuer.Algorithm(), got, step.signs, step.published)
		}
		for _, name := range published {
			if !slices.Contains(listed, name) {
				listed = append(listed, name)
			}
		}
		if got := discovered(t, issuer); !slices.Equal(got, listed) {
			t.Errorf("%s: discovery lists %v, want %v", step.name, got, listed)
		}
	}
}

func TestUseTakesTheNewestKey(t *testing.T) {
	issuer := verifytest.New("https://idp.example/pool", "EdDSA")
	issuer.Rotate()
	newest := issuer.KeyID()
	issuer.Use("ES256")
	issuer.Use("EdDSA")
	if issuer.KeyID() != newest {
		t.Error("Use signs with another key than the newest")
	}
}

func discovered(t *testing.T, issuer *verifytest.Issuer) []string {
	t.Helper()
	var document struct {
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
	}
	_, body := get(t, issuer.URL+verifytest.DiscoveryPath)
	if err := json.Unmarshal(body, &document); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return document.Algorithms
}

func TestUnknownAlgorithmsPanic(t *testing.T) {
	issuer := verifytest.New("https://idp.example", "EdDSA")
	for _, name := range []string{"", "none", "HS256", "rs256", "Ed25519"} {
		expectPanic(t, name, func() { verifytest.New("https://idp.example", "EdDSA", name) })
		expectPanic(t, name, func() { verifytest.NewServer(name) })
		expectPanic(t, name, func() { issuer.Use(name) })
	}
}

func TestSignRawSignsAnyBytes(t *testing.T) {
	issuer := verifytest.New("https://idp.example", "EdDSA")
	header, payload := `{"alg":1,"alg":2}`, "\xef\xbb\xbf no JSON \xff"
	parts := strings.Split(issuer.SignRaw([]byte(header), []byte(payload)), ".")
	if string(decode(t, parts[0])) != header || string(decode(t, parts[1])) != payload {
		t.Errorf("parts %q", parts)
	}
	if !strict("EdDSA", issuer.PublicKey(), parts[0]+"."+parts[1], decode(t, parts[2])) {
		t.Error("bad signature")
	}
}

// expectPanic wants a panic whose text quotes what it is about.
func expectPanic(t *testing.T, quoted string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if text := fmt.Sprint(recover()); !strings.Contains(text, fmt.Sprintf("%q", quoted)) {
			t.Errorf("panic %s, want one with %q in it", text, quoted)
		}
	}()
	f()
}
