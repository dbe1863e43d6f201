package vectors_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"

	"portcullis/authorizers/verify/vectors"
	"portcullis/authorizers/verify/verifytest"
)

type oddKey struct {
	name, why string
	jwk       func(other map[string]any) map[string]any
	token     func(s scene, other *verifytest.Issuer) string // nil for a key by which no signature holds
}

// moreOddKeys are keys that verifytest does not make: what they are made of is another issuer's key, and a token by them, where there can be
// one, is of the claims of the good token.
var moreOddKeys = []oddKey{
	{"key-ops-encrypt", "Its key_ops says that it is for encryption alone: no token is good by it.", func(other map[string]any) map[string]any {
		delete(other, "use")
		return changed(other, "key_ops", []string{"encrypt"})
	}, func(s scene, other *verifytest.Issuer) string { return other.Sign(s.good) }},
	{"rsa-exponent-1", "Its exponent is 1, so that anybody makes signatures that hold: no token is good by it.", func(other map[string]any) map[string]any {
		return changed(other, "e", "AQ")
	}, func(s scene, other *verifytest.Issuer) string { return s.byExponent1(other) }},
	{"point-off-curve", "It is no point of its curve: it is passed over, and the others of the set count.", func(map[string]any) map[string]any {
		one := encode(append(make([]byte, 31), 1))
		return map[string]any{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "odd-point-off-curve", "x": one, "y": one}
	}, nil},
}

// moreOddGroup has one of them beside the issuer's own keys, and a token by each.
func (g *generator) moreOddGroup(odd oddKey) vectors.Group {
	s := newScene(g.t, oidc, "RS256")
	other := verifytest.NewWithKeys(s.URL, verifytest.Keys{Seed: seed + " " + odd.name})
	s.Publish(odd.jwk(onlyKey(other)))
	group := s.group("odd-" + odd.name)
	group.Cases = []vectors.Case{accept("good", "The token is by the issuer's own key, beside an odd one that spoils no other. The odd key: "+odd.why, s.Sign(s.good))}
	if odd.token != nil {
		g.part[group.Name] = "keys"
		group.Cases = append(group.Cases, vectors.Case{
			Name: group.Name, Result: vectors.Refuse, Why: "The token is by an odd key of the set. " + odd.why, Code: "key-unknown", Token: odd.token(s, other),
		})
	}
	return group
}

// onlyKey is the key of an issuer that has one.
func onlyKey(issuer *verifytest.Issuer) map[string]any {
	var set struct{ Keys []map[string]any }
	must(json.Unmarshal(issuer.KeySet(), &set))
	return set.Keys[0]
}

// byExponent1 is a token that is signed as by another issuer's key with the exponent 1: the signature is the encoded message itself
// (RFC 8017 sections 5.2.2 and 9.2).
func (s scene) byExponent1(other *verifytest.Issuer) string {
	input := s.inputBy(other.Header())
	digest := sha256.Sum256([]byte(input))
	info := []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
	t := append(info, digest[:]...)
	const size = 256
	return input + "." + encode(slices.Concat([]byte{0, 1}, bytes.Repeat([]byte{0xff}, size-len(t)-3), []byte{0}, t))
}

// maced is a token of HS256 by the symmetric key of the key set.
func (s scene) maced() string {
	var set struct{ Keys []struct{ Kid, K string } }
	must(json.Unmarshal(s.KeySet(), &set))
	last := set.Keys[len(set.Keys)-1]
	secret, err := base64.RawURLEncoding.DecodeString(last.K)
	must(err)
	input := s.inputBy(map[string]any{"alg": "HS256", "kid": last.Kid})
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return input + "." + encode(mac.Sum(nil))
}

// inputBy is what the signature of a token of the good claims is over.
func (s scene) inputBy(header map[string]any) string {
	first, err := json.Marshal(header)
	must(err)
	claims, err := json.Marshal(s.good)
	must(err)
	return encode(first) + "." + encode(claims)
}
