package verifytest_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"portcullis/authorizers/verify/verifytest"
)

// What the tests check signatures with: the standard library alone.

type jsonKey struct{ Kty, Use, Alg, Kid, N, E, Crv, X, Y string }

// publishedKeys asks the issuer for its keys, without a network.
func publishedKeys(t *testing.T, issuer *verifytest.Issuer) (keys []jsonKey) {
	t.Helper()
	address, err := url.Parse(issuer.KeySetURL())
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	issuer.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, address.Path, nil))
	var set struct{ Keys []jsonKey }
	if err := json.Unmarshal(answer.Body.Bytes(), &set); err != nil {
		t.Fatalf("key set: %v", err)
	}
	return set.Keys
}

// signingKey is the published key with the kid of the issuer's header.
func signingKey(t *testing.T, issuer *verifytest.Issuer) jsonKey {
	t.Helper()
	keys := publishedKeys(t, issuer)
	n := slices.IndexFunc(keys, func(k jsonKey) bool { return k.Kid == issuer.KeyID() })
	if n < 0 {
		t.Fatalf("the key that signs is not published: %v", keys)
	}
	return keys[n]
}

// curves by crv, with the length of a coordinate in base64url.
var curves = map[string]struct {
	elliptic.Curve
	length int
}{"P-256": {elliptic.P256(), 43}, "P-384": {elliptic.P384(), 64}, "P-521": {elliptic.P521(), 88}}

func (k jsonKey) public(t *testing.T) crypto.PublicKey {
	t.Helper()
	switch k.Kty {
	case "RSA":
		return &rsa.PublicKey{N: new(big.Int).SetBytes(decode(t, k.N)), E: int(new(big.Int).SetBytes(decode(t, k.E)).Int64())}
	case "EC":
		curve := curves[k.Crv]
		if len(k.X) != curve.length || len(k.Y) != curve.length {
			t.Errorf("coordinates of %d and %d characters, want %d", len(k.X), len(k.Y), curve.length)
		}
		point := slices.Concat([]byte{4}, decode(t, k.X), decode(t, k.Y))
		public, err := ecdsa.ParseUncompressedPublicKey(curve.Curve, point)
		if err != nil {
			t.Fatal(err)
		}
		return public
	case "OKP":
		return ed25519.PublicKey(decode(t, k.X))
	}
	t.Fatalf("kty %q", k.Kty)
	return nil
}

var hashes = map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}

// strict checks a signature exactly as RFC 7518 and RFC 8037 ask.
func strict(algorithm string, public crypto.PublicKey, input string, signature []byte) bool {
	if algorithm == "EdDSA" {
		return ed25519.Verify(public.(ed25519.PublicKey), []byte(input), signature)
	}
	hash := hashes[algorithm[2:]]
	digest := sum(hash, input)
	switch algorithm[:2] {
	case "RS":
		return rsa.VerifyPKCS1v15(public.(*rsa.PublicKey), hash, digest, signature) == nil
	case "PS":
		return rsa.VerifyPSS(public.(*rsa.PublicKey), hash, digest, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
	}
	key := public.(*ecdsa.PublicKey)
	size := (key.Params().BitSize + 7) / 8
	if len(signature) != 2*size {
		return false
	}
	return ecdsa.Verify(key, digest, new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:]))
}

func sum(hash crypto.Hash, input string) []byte {
	h := hash.New()
	h.Write([]byte(input))
	return h.Sum(nil)
}

func decode(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return b
}
