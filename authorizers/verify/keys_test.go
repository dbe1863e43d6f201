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
		c.Issuers = append(c.Issuers, verify.Issuer{Issuer: theirs.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}})
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
		{"even exponent", []any{key(map[string]any{"e": "AQAC"}), other}, false},
		{"short modulus", []any{key(map[string]any{"n": number(new(big.Int).Rsh(public.N, 1024))}), other}, false},
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

func without(key map[string]any, members ...string) map[string]any {
	for _, member := range members {
		delete(key, member)
	}
	return key
}

func number(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }
