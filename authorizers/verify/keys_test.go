package verify_test

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// TestKeysAreNotPooled: an issuer's key does not serve another one, and a forger with a key of its own and
// the right key id gets nowhere.
func TestKeysAreNotPooled(t *testing.T) {
	ours, theirs := newIssuer(t), newIssuer(t)
	v := newVerifier(t, ours, func(c *verify.Config) {
		c.Issuers = append(c.Issuers, verify.Issuer{Issuer: theirs.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Scopes: []string{}})
		c.Issuers[0].Scopes = []string{}
	})
	posing := theirs.CognitoAccess(extra(map[string]any{"iss": ours.URL}))
	if _, err := v.Verify(t.Context(), posing); code(err) != string(authorizers.CodeKeyUnknown) {
		t.Errorf("a token of one issuer signed by another: %v", err)
	}
	forger := verifytest.New(ours.URL)
	forged := forger.SignHeader(ours.Header(), forger.CognitoAccessClaims(extra(nil)))
	if _, err := v.Verify(t.Context(), forged); code(err) != string(authorizers.CodeSignature) {
		t.Errorf("a forged token: %v", err)
	}
}

// TestKeysOfOtherKinds: a key that may not verify RS256 is not used, and does not spoil the set.
func TestKeysOfOtherKinds(t *testing.T) {
	issuer := verifytest.New("http://127.0.0.1:1/pool")
	public := issuer.PublicKey().(*rsa.PublicKey)
	key := func(change map[string]any) map[string]any {
		k := map[string]any{"kty": "RSA", "kid": issuer.KeyID(), "use": "sig", "alg": "RS256", "n": number(public.N), "e": "AQAB"}
		maps.Copy(k, change)
		return k
	}
	other := key(map[string]any{"kid": "other"})
	tests := []struct {
		name string
		keys []any
		good bool
	}{
		{"good", []any{key(nil)}, true},
		{"no use, no alg", []any{without(key(nil), "use", "alg")}, true},
		{"empty use", []any{key(map[string]any{"use": ""}), other}, false},
		{"empty alg", []any{key(map[string]any{"alg": ""}), other}, false},
		{"empty key_ops", []any{key(map[string]any{"key_ops": []any{}}), other}, false},
		{"key_ops with verify", []any{key(map[string]any{"key_ops": []any{"verify"}})}, true},
		{"exponent that wraps around", []any{key(map[string]any{"e": number(new(big.Int).SetBytes([]byte{1, 0, 0, 0, 0, 0, 1, 0, 1}))}), other}, false},
		{"the kid of an odd one", []any{map[string]any{"kty": "LMS", "kid": issuer.KeyID()}, key(nil), other}, false},
		{"among odd ones", []any{map[string]any{"kty": "LMS", "kid": "a"}, map[string]any{"kty": "oct", "kid": "b", "k": "AAAA"}, "text", 7, key(nil)}, true},
		{"for encryption", []any{key(map[string]any{"use": "enc"}), other}, false},
		{"key_ops without verify", []any{key(map[string]any{"key_ops": []any{"encrypt"}}), other}, false},
		{"of another kid", []any{other}, false},
		{"without kid", []any{key(map[string]any{"kid": ""}), other}, false},
		{"twice", []any{key(nil), key(nil), other}, false},
		{"three times", []any{key(nil), key(nil), key(nil), other}, false},
		{"twice, once for encryption", []any{key(map[string]any{"use": "enc"}), key(nil), other}, false},
		{"exponent 3", []any{key(map[string]any{"e": "Aw"}), other}, false},
		{"exponent 17", []any{key(map[string]any{"e": "EQ"}), other}, false},
		{"exponent 65535", []any{key(map[string]any{"e": "__8"}), other}, false},
		{"even exponent", []any{key(map[string]any{"e": "AQAC"}), other}, false},
		{"short modulus", []any{key(map[string]any{"n": number(new(big.Int).Rsh(public.N, 1024))}), other}, false},
		{"long modulus", []any{key(map[string]any{"n": number(new(big.Int).Lsh(public.N, 8000))}), other}, false},
		{"symmetric", []any{map[string]any{"kty": "oct", "kid": issuer.KeyID(), "k": number(public.N)}, other}, false},
	}
	for _, test := range tests {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			json.NewEncoder(w).Encode(map[string]any{"keys": test.keys})
		}))
		v := newVerifier(t, issuer, func(c *verify.Config) { c.Issuers[0].JWKSURI = server.URL })
		_, err := v.Verify(t.Context(), issuer.CognitoAccess(extra(nil)))
		server.Close()
		if want := map[bool]string{true: "", false: string(authorizers.CodeKeyUnknown)}[test.good]; code(err) != want {
			t.Errorf("%s: error %v, want %q", test.name, err, want)
		}
	}
}

// TestKeysOfOtherAlgorithms: row by row a change of the published key, and whether its tokens are good with it.
func TestKeysOfOtherAlgorithms(t *testing.T) {
	issuers := map[string]*verifytest.Issuer{}
	for _, algorithm := range []string{"PS256", "ES256", "ES384", "EdDSA"} {
		issuers[algorithm] = verifytest.New("http://127.0.0.1:1/pool", algorithm)
	}
	const mismatch, unknown = string(authorizers.CodeKeyAlgorithm), string(authorizers.CodeKeyUnknown)
	zeros := encode(make([]byte, 32))
	tests := []struct {
		algorithm, member string
		value             any // nil: the member is left out
		want              string
	}{
		{"PS256", "alg", nil, mismatch}, // it is bound to the first algorithm that fits, RS256
		{"PS256", "alg", "RS256", mismatch},
		{"PS256", "alg", "PS384", mismatch},
		{"PS256", "alg", "RSA-OAEP", unknown},
		{"ES256", "kid", "", unknown},
		{"ES256", "alg", nil, ""},
		{"ES256", "alg", "ES384", unknown},
		{"ES256", "alg", "RS256", unknown},
		{"ES256", "alg", "ECDH-ES", unknown},
		{"ES256", "alg", 7, unknown},
		{"ES256", "use", "enc", unknown},
		{"ES256", "key_ops", []any{"deriveKey"}, unknown},
		{"ES256", "key_ops", "verify", unknown},
		{"ES256", "crv", "P-384", unknown},
		{"ES256", "crv", "secp256k1", unknown},
		{"ES256", "crv", nil, unknown},
		{"ES256", "y", zeros, unknown}, // off the curve
		{"ES256", "x", nil, unknown},
		{"ES256", "x", encode(make([]byte, 500)), unknown},
		{"ES256", "kty", "RSA", unknown},
		{"ES256", "d", zeros, unknown}, // a private key that is published is anybody's
		{"ES384", "alg", nil, ""},
		{"ES384", "crv", "P-256", unknown},
		{"EdDSA", "alg", nil, ""},
		{"EdDSA", "alg", "ES256", unknown},
		{"EdDSA", "crv", "X25519", unknown},
		{"EdDSA", "crv", "Ed448", unknown},
		{"EdDSA", "x", zeros, unknown},                                             // order 4
		{"EdDSA", "x", "AQ" + zeros[2:], unknown},                                  // order 1
		{"EdDSA", "x", "7P___________________________________________38", unknown}, // order 2
		{"EdDSA", "x", "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU", unknown},     // order 8
		{"EdDSA", "x", "7v___________________________________________38", unknown}, // not reduced
		{"EdDSA", "x", encode(make([]byte, 31)), unknown},
	}
	for _, test := range tests {
		issuer := issuers[test.algorithm]
		var set struct{ Keys []map[string]any }
		if err := json.Unmarshal([]byte(keySet(issuer)), &set); err != nil {
			t.Fatal(err)
		}
		set.Keys[0][test.member] = test.value
		if test.value == nil {
			delete(set.Keys[0], test.member)
		}
		other := map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": "other", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
		published, err := json.Marshal(map[string]any{"keys": []any{set.Keys[0], other}})
		if err != nil {
			t.Fatal(err)
		}
		v := newVerifier(t, issuer, func(c *verify.Config) {
			c.Issuers[0].Algorithms = verify.Algorithms()
			c.Client = &http.Client{Transport: serves(published)}
		})
		if _, err := v.Verify(t.Context(), issuer.CognitoAccess(extra(nil))); code(err) != test.want {
			t.Errorf("%s with %s = %v: error %v, want %q", test.algorithm, test.member, test.value, err, test.want)
		}
	}
}

func without(key map[string]any, members ...string) map[string]any {
	for _, member := range members {
		delete(key, member)
	}
	return key
}

func number(n *big.Int) string { return encode(n.Bytes()) }

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }
