package verifytest_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/verify/verifytest"
)

// TestBrokenSignaturesTemptTheLenient: each is what its name says, so that a verifier with just that
// leniency accepts it. A token that nobody could take for good would test nothing.
func TestBrokenSignaturesTemptTheLenient(t *testing.T) {
	tests := []struct {
		algorithm, name string
		accepts         func(public crypto.PublicKey, input string, signature []byte) bool
	}{
		{"RS256", "rsa-zero-stripped", func(public crypto.PublicKey, input string, s []byte) bool {
			return strict("RS256", public, input, append([]byte{0}, s...))
		}},
		{"RS256", "rsa-plus-modulus", func(public crypto.PublicKey, input string, s []byte) bool {
			n := public.(*rsa.PublicKey).N
			return strict("RS256", public, input, new(big.Int).Mod(new(big.Int).SetBytes(s), n).FillBytes(make([]byte, 256)))
		}},
		{"RS256", "signature-zero-before", func(public crypto.PublicKey, input string, s []byte) bool {
			return strict("RS256", public, input, s[1:])
		}},
		{"RS256", "alg-swapped-rs512", like("RS512")},
		{"RS256", "alg-swapped-ps384", like("PS384")},
		{"RS256", "pkcs1-null-missing", opens(`00 01 ff* 00 302f300b0609608648016503040201 0420 HASH`)},
		{"RS256", "pkcs1-null-other", opens(`00 01 ff* 00 3031300d0609608648016503040201 0400 0420 HASH`)},
		{"RS256", "pkcs1-ber-length", opens(`00 01 ff* 00 308131300d0609608648016503040201 0500 0420 HASH`)},
		{"RS256", "pkcs1-other-hash", opens(`00 01 ff* 00 3031300d0609608648016503040208 0500 0420 HASH`)},
		{"RS256", "pkcs1-hash-alone", opens(`00 01 ff* 00 HASH`)},
		{"RS256", "pkcs1-bytes-after-hash", opens(`00 01 ff* 00 3031300d0609608648016503040201 0500 0420 HASH 00*`)},
		{"RS256", "pkcs1-padding-short", opens(`00* 01 ff* 00 3031300d0609608648016503040201 0500 0420 HASH`)},
		{"RS256", "pkcs1-padding-byte", opens(`00 01 ff* fe ff* 00 3031300d0609608648016503040201 0500 0420 HASH`)},
		{"RS256", "pkcs1-padding-zeros", opens(`00 01 00* 3031300d0609608648016503040201 0500 0420 HASH`)},
		{"RS256", "pkcs1-block-type", opens(`00 02 ff* 00 3031300d0609608648016503040201 0500 0420 HASH`)},
		{"PS256", "pss-salt-empty", anySalt},
		{"PS256", "pss-salt-short", anySalt},
		{"PS256", "pss-salt-long", anySalt},
		{"PS256", "pss-salt-maximal", anySalt},
		{"PS256", "alg-swapped-rs256", like("RS256")},
		{"ES384", "ecdsa-der", func(public crypto.PublicKey, input string, s []byte) bool {
			return ecdsa.VerifyASN1(public.(*ecdsa.PublicKey), sum(crypto.SHA384, input), s)
		}},
		{"ES384", "ecdsa-wide", func(public crypto.PublicKey, input string, s []byte) bool {
			return strict("ES384", public, input, slices.Concat(s[1:49], s[50:]))
		}},
		{"ES256", "alg-swapped-es512", like("ES512")},
		{"ES512", "ecdsa-s-plus-order", func(public crypto.PublicKey, input string, s []byte) bool {
			n := public.(*ecdsa.PublicKey).Params().N
			reduced := new(big.Int).Sub(new(big.Int).SetBytes(s[66:]), n)
			return strict("ES512", public, input, append(s[:66], reduced.FillBytes(make([]byte, 66))...))
		}},
		{"EdDSA", "ed25519-s-not-reduced", func(public crypto.PublicKey, input string, s []byte) bool {
			order, _ := new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)
			slices.Reverse(s[32:])
			reduced := new(big.Int).Sub(new(big.Int).SetBytes(s[32:]), order).FillBytes(make([]byte, 32))
			slices.Reverse(reduced)
			return ed25519.Verify(public.(ed25519.PublicKey), []byte(input), append(s[:32], reduced...))
		}},
		{"ES256", "hs256-pem", func(public crypto.PublicKey, input string, s []byte) bool {
			der, _ := x509.MarshalPKIXPublicKey(public)
			return maced(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), input, s)
		}},
		{"EdDSA", "hs256-raw", func(public crypto.PublicKey, input string, s []byte) bool {
			return maced(public.(ed25519.PublicKey), input, s)
		}},
		{"RS256", "hs256-raw", func(public crypto.PublicKey, input string, s []byte) bool {
			return maced(public.(*rsa.PublicKey).N.Bytes(), input, s)
		}},
	}
	issuer := verifytest.New("https://idp.example/pool", verifytest.Algorithms()...)
	claims := kinds(issuer)["oidc"]
	for _, test := range tests {
		t.Run(test.algorithm+"/"+test.name, func(t *testing.T) {
			issuer.Use(test.algorithm)
			parts := strings.Split(issuer.Break(test.name, claims), ".")
			if !test.accepts(issuer.PublicKey(), parts[0]+"."+parts[1], decode(t, parts[2])) {
				t.Error("is broken in another way, too")
			}
		})
	}
}

// TestBrokenKeysTemptTheLenient: the tokens that are signed by keys which nobody may use hold for the keys that are
// published under their kid.
func TestBrokenKeysTemptTheLenient(t *testing.T) {
	tests := []struct {
		algorithm, name string
		keys, which     int // with its kid, and the one that signed
		accepts         func(public crypto.PublicKey, input string, signature []byte) bool
	}{
		{"RS256", "key-roca", 1, 0, like("RS256")},
		{"RS512", "key-roca", 1, 0, like("RS512")},
		{"PS384", "key-roca", 1, 0, like("PS384")},
		{"RS256", "key-even-modulus", 1, 0, opens(`00 01 ff* 00 3031300d0609608648016503040201 0500 0420 HASH`)},
		{"RS256", "kid-of-two-keys", 2, 0, like("RS256")},
		{"RS256", "kid-of-two-keys-second", 2, 1, like("RS256")},
		{"ES384", "kid-of-two-keys", 2, 0, like("ES384")},
		{"EdDSA", "kid-of-two-keys-second", 2, 1, like("EdDSA")},
	}
	for _, test := range tests {
		issuer := verifytest.New("https://idp.example/pool", test.algorithm)
		token := issuer.Break(test.name, kinds(issuer)["oidc"])
		issuer.Broken(kinds(issuer)["oidc"]) // publishes nothing twice
		var named []jsonKey
		for _, k := range publishedKeys(t, issuer) {
			if k.Kid == part(t, token, 0)["kid"] {
				named = append(named, k)
			}
		}
		if len(named) != test.keys {
			t.Errorf("%s %s: %d keys with its kid", test.algorithm, test.name, len(named))
			continue
		}
		parts := strings.Split(token, ".")
		if !test.accepts(named[test.which].public(t), parts[0]+"."+parts[1], decode(t, parts[2])) {
			t.Errorf("%s %s: the signature is not that of its key", test.algorithm, test.name)
		}
	}
}

// like is strict for an algorithm that is not the key's.
func like(algorithm string) func(crypto.PublicKey, string, []byte) bool {
	return func(public crypto.PublicKey, input string, signature []byte) bool {
		key, elliptic := public.(*ecdsa.PublicKey)
		if !elliptic {
			return strict(algorithm, public, input, signature)
		}
		half := len(signature) / 2
		r, s := new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])
		return ecdsa.Verify(key, sum(hashes[algorithm[2:]], input), r, s)
	}
}

func anySalt(public crypto.PublicKey, input string, signature []byte) bool {
	options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}
	return rsa.VerifyPSS(public.(*rsa.PublicKey), crypto.SHA256, sum(crypto.SHA256, input), signature, options) == nil
}

func maced(secret []byte, input string, mac []byte) bool {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(input))
	return hmac.Equal(h.Sum(nil), mac)
}

// opens wants what the signature opens to with the public key (RFC 8017 section 5.2.2) to be as the
// pattern: bytes in hexadecimal, HASH, and one byte with a star for a run of it.
func opens(pattern string) func(crypto.PublicKey, string, []byte) bool {
	return func(public crypto.PublicKey, input string, signature []byte) bool {
		key := public.(*rsa.PublicKey)
		opened := new(big.Int).Exp(new(big.Int).SetBytes(signature), big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, 256))
		for _, word := range strings.Fields(pattern) {
			run, isRun := strings.CutSuffix(word, "*")
			want := unhex(run)
			if word == "HASH" {
				want = sum(crypto.SHA256, input)
			}
			rest, found := bytes.CutPrefix(opened, want)
			for found && isRun && bytes.HasPrefix(rest, want) {
				rest = rest[len(want):]
			}
			if !found {
				return false
			}
			opened = rest
		}
		return len(opened) == 0
	}
}

func unhex(text string) []byte {
	n, ok := new(big.Int).SetString("1"+text, 16) // 1 keeps zeros in front
	if !ok {
		return nil
	}
	return n.Bytes()[1:]
}
