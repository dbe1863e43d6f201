package verify_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
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
	rival := verifytest.New(issuer.URL).PublicKey().(*rsa.PublicKey).N
	other := key(map[string]any{"kid": "other", "n": number(rival)})
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
		{"the kid of an odd one", []any{map[string]any{"kty": "LMS", "kid": issuer.KeyID()}, key(nil)}, true},
		{"the kid of a key that cannot be read", []any{json.RawMessage(`{"kty":"a","kty":"b","kid":"` + issuer.KeyID() + `"}`), key(nil), other}, false},
		{"the kid of a symmetric one", []any{map[string]any{"kty": "oct", "kid": issuer.KeyID(), "k": "AAAA"}, key(nil)}, true},
		{"the kid of a weak one", []any{key(map[string]any{"n": number(new(big.Int).Rsh(public.N, 1024))}), key(nil)}, true},
		{"the kid of one for encryption", []any{key(map[string]any{"alg": "RSA-OAEP-256"}), key(map[string]any{"use": "enc"}), key(map[string]any{"key_ops": []any{"wrapKey"}}), key(nil)}, true},
		{"the kid of another of its kind", []any{key(map[string]any{"n": number(rival)}), key(nil), other}, false},
		{"the kid of another of its kind, behind it", []any{key(nil), key(map[string]any{"n": number(rival)}), other}, false},
		{"the kid of another of its kind, between", []any{key(nil), key(map[string]any{"n": number(rival)}), key(nil), other}, false},
		{"the kid of another of its kind that says no algorithm", []any{key(nil), without(key(map[string]any{"n": number(rival)}), "alg"), other}, false},
		{"the kid of another algorithm's", []any{key(map[string]any{"n": number(rival), "alg": "PS256"}), key(nil)}, true},
		{"the kid of another curve's", []any{map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": issuer.KeyID(), "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "alg": "EdDSA"}, key(nil)}, true},
		{"another kid of the same key", []any{key(map[string]any{"kid": "again"}), key(nil)}, true},
		{"x5c as a text", []any{key(map[string]any{"x5c": "MIIB"})}, true},
		{"x5c of a number", []any{key(map[string]any{"x5c": []any{7}})}, true},
		{"x5t a list", []any{key(map[string]any{"x5t": []any{"a"}, "x5t#S256": map[string]any{}, "x5u": 7})}, true},
		{"null members", []any{key(map[string]any{"x5c": nil, "x5t": nil, "key_ops": nil, "d": nil, "p": nil, "k": nil, "crv": nil, "oth": nil})}, true},
		{"null use and alg", []any{key(map[string]any{"use": nil, "alg": nil})}, true},
		{"members of other kinds of keys", []any{key(map[string]any{"crv": 7, "x": []any{}, "y": "!"})}, true},
		{"null n", []any{key(map[string]any{"n": nil}), other}, false},
		{"e a number", []any{key(map[string]any{"e": 65537}), other}, false},
		{"use a list", []any{key(map[string]any{"use": []any{"sig"}}), other}, false},
		{"private", []any{key(map[string]any{"d": "AQAB"}), other}, false},
		{"private and public", []any{key(map[string]any{"d": "AQAB", "kid": "another"}), key(nil), other}, false},
		{"public and private", []any{key(nil), key(map[string]any{"q": "AQAB", "alg": "PS256"}), other}, false},
		{"even modulus", []any{key(map[string]any{"n": number(new(big.Int).Sub(public.N, big.NewInt(1)))}), other}, false},
		{"among odd ones", []any{map[string]any{"kty": "LMS", "kid": "a"}, map[string]any{"kty": "oct", "kid": "b", "k": "AAAA"}, "text", 7, key(nil)}, true},
		{"for encryption", []any{key(map[string]any{"use": "enc"}), other}, false},
		{"key_ops without verify", []any{key(map[string]any{"key_ops": []any{"encrypt"}}), other}, false},
		{"of another kid", []any{other}, false},
		{"without kid", []any{key(map[string]any{"kid": ""}), other}, false},
		{"twice", []any{key(nil), key(nil)}, true},
		{"three times", []any{key(nil), without(key(nil), "alg"), key(map[string]any{"key_ops": []any{"verify"}})}, true},
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

// TestOneKeyForSeveralAlgorithms: a key that is listed for several algorithms under one kid is used for these and for no
// other.
func TestOneKeyForSeveralAlgorithms(t *testing.T) {
	issuer := newIssuer(t)
	claims, own := issuer.CognitoAccessClaims(extra(nil)), onlyKey(issuer)
	listed := []string{own}
	for _, algorithm := range []string{"RS384", "RS512"} {
		listed = append(listed, strings.Replace(own, "RS256", algorithm, 1))
	}
	v := newVerifier(t, issuer, func(c *verify.Config) {
		c.Issuers[0].Algorithms = verify.Algorithms()
		c.Client = &http.Client{Transport: serves(`{"keys":[` + strings.Join(listed, ",") + `]}`)}
	})
	tokens := map[string]string{"good": issuer.Sign(claims)}
	for _, broken := range issuer.Broken(claims) {
		tokens[broken.Name] = broken.Token
	}
	for name, want := range map[string]authorizers.Code{
		"good": "", "alg-swapped-rs384": "", "alg-swapped-rs512": "",
		"alg-swapped-ps256": authorizers.CodeKeyAlgorithm, "alg-swapped-ps512": authorizers.CodeKeyAlgorithm,
		"alg-named-rs384": authorizers.CodeSignature, "alg-named-es256": authorizers.CodeKeyAlgorithm,
	} {
		for range 2 {
			if _, err := v.Verify(t.Context(), tokens[name]); code(err) != string(want) {
				t.Errorf("%s: error %v, want %q", name, err, want)
			}
		}
	}
}

// TestNamesOfAlgorithms: the names of RFC 9864 mean the same as the older ones, in the configuration, in the key and in
// the token; no other two names do.
func TestNamesOfAlgorithms(t *testing.T) {
	names := map[string][]string{"ES256": {"ES256", "ESP256"}, "ES384": {"ES384", "ESP384"}, "ES512": {"ES512", "ESP512"}, "EdDSA": {"EdDSA", "Ed25519"}, "RS256": {"RS256"}}
	const other = `{"kty":"OKP","crv":"Ed25519","kid":"other","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`
	all := append(verify.Algorithms(), "Ed448", "ES256K", "ESB256", "es256", "ED25519", "ESP512 ", "")
	for algorithm, same := range names {
		issuer := verifytest.New("http://127.0.0.1:1/pool", algorithm)
		claims, good := issuer.CognitoAccessClaims(extra(nil)), onlyKey(issuer)
		check := func(configured, ofKey, ofToken string, want ...authorizers.Code) {
			t.Helper()
			v := newVerifier(t, issuer, func(c *verify.Config) {
				c.Issuers[0].Algorithms = []string{configured}
				c.Client = &http.Client{Transport: serves(`{"keys":[` + strings.Replace(good, `"`+algorithm+`"`, `"`+ofKey+`"`, 1) + `,` + other + `]}`)}
			})
			_, err := v.Verify(t.Context(), issuer.SignHeader(changed(issuer.Header(), "alg", ofToken), claims))
			if !slices.Contains(want, authorizers.Code(code(err))) {
				t.Errorf("%s by the configuration %s, by the key %s, by the token %q: error %v, want one of %q", algorithm, configured, ofKey, ofToken, err, want)
			}
		}
		for _, configured := range same {
			for _, ofKey := range same {
				for _, ofToken := range all {
					if slices.Contains(same, ofToken) {
						check(configured, ofKey, ofToken, "")
					} else {
						check(configured, ofKey, ofToken, authorizers.CodeAlgorithm)
					}
				}
			}
			for _, ofKey := range all {
				if !slices.Contains(same, ofKey) {
					check(configured, ofKey, algorithm, authorizers.CodeKeyUnknown, authorizers.CodeKeyAlgorithm)
				}
			}
		}
	}
}

// TestROCA: keys of the pattern of CVE-2017-15361 are refused, of whatever size; ordinary ones are not.
func TestROCA(t *testing.T) {
	usable := func(n *big.Int) bool {
		set := fmt.Sprintf(`{"keys":[{"kty":"RSA","kid":"a","n":%q,"e":"AQAB"}]}`, number(n))
		_, err := verify.New(verify.Config{Issuers: []verify.Issuer{{Issuer: "https://a.example", Audience: []string{"app"}, JWKSURI: "data:application/json," + set}}})
		if err != nil && !strings.Contains(err.Error(), "no usable key") {
			t.Fatal(err)
		}
		return err == nil
	}
	product := func(primes int) *big.Int {
		m := big.NewInt(1)
		for n := int64(2); primes > 0; n++ {
			if p := big.NewInt(n); p.ProbablyPrime(20) {
				m.Mul(m, p)
				primes--
			}
		}
		return m
	}
	random := func(bits int) *big.Int {
		n := make([]byte, bits/8)
		rand.Read(n)
		n[0] |= 0xc0
		return new(big.Int).SetBytes(n)
	}
	// A prime of such a key is k·M + (65537^a mod M); that it is one matters to nobody here.
	for bits, primes := range map[int]int{2048: 126, 2560: 126, 3072: 126, 4096: 225, 8192: 225} {
		m := product(primes)
		prime := func() *big.Int {
			power := new(big.Int).Exp(big.NewInt(65537), random(256), m)
			k := new(big.Int).Div(random(bits/2), m)
			return power.Add(power, k.Mul(k, m))
		}
		for range 10 {
			p, q := prime(), prime()
			n := new(big.Int).Mul(p, q)
			if n.BitLen() < 2048 || n.BitLen() > 8192 || n.Bit(0) == 0 {
				t.Fatalf("a modulus of %d bits", n.BitLen())
			}
			if usable(n) {
				t.Errorf("%d bits: a key with the pattern is used", n.BitLen())
			}
		}
	}
	for range 2000 {
		n := random(2048)
		if n.SetBit(n, 0, 1); !usable(n) {
			t.Errorf("an ordinary modulus is refused: %x", n)
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
