package verifytest

import (
	"bytes"
	"slices"
)

// keySetBreakages are signed by keys that the issuer publishes and that nobody may use. To make such a token is to
// publish its key.
var keySetBreakages = []breakage{
	{"key-roca", "The token is signed by a published key that can be factored: it has the pattern of CVE-2017-15361.", onlyRSA, byWeakKey(rocaKey)},
	{"key-even-modulus", "The token is signed by a published key whose modulus is even.", onlyRSA, byWeakKey(evenKey)},
	{"kid-of-two-keys", "Two different keys of the same algorithm are published under the kid, and the token is signed by the first.", condition{}, byRival(0)},
	{"kid-of-two-keys-second", "Two different keys of the same algorithm are published under the kid, and the token is signed by the second.", condition{}, byRival(1)},
}

func byWeakKey(weak weakKey) func(*good) string {
	return func(g *good) string {
		jwk, id := publicJWK(g.key.algorithm, weak.public(), g.issuer.keys.like)
		g.issuer.publishOnce(jwk)
		header := g.key.header()
		header["kid"] = id
		input := encode(mustJSON(header)) + "." + encode(g.payload(""))
		digest, size := g.key.digest([]byte(input)), weak.public().Size()
		encoded := padded(append(digestInfo(g.key.hash), digest...), size)
		if g.key.kind == pss {
			encoded = newPSSEncoding(g.key.hash, size).encode(digest)
		}
		return input + "." + encode(weak.sign(encoded))
	}
}

// byRival signs by one of two keys that have the kid in common.
func byRival(which int) func(*good) string {
	return func(g *good) string {
		rivals := g.issuer.rivalsOf(g.key.algorithm)
		for _, rival := range rivals {
			g.issuer.publishOnce(rival.jwk)
		}
		return rivals[which].token(rivals[which].header(), g.claims)
	}
}

// rivalsOf returns the two keys of an algorithm that have the kid in common.
func (i *Issuer) rivalsOf(a algorithm) [2]key {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.rivals == nil {
		i.rivals = map[string][2]key{}
	}
	rivals, made := i.rivals[a.name]
	if !made {
		rivals = [2]key{i.keys.make(a, "rival"), i.keys.make(a, "rival")}
		rivals[1].id, rivals[1].jwk["kid"] = rivals[0].id, rivals[0].id
		i.rivals[a.name] = rivals
	}
	return rivals
}

// publishOnce adds a key to the end of the published set, unless it is there.
func (i *Issuer) publishOnce(jwk map[string]any) {
	text := mustJSON(jwk)
	i.mu.Lock()
	defer i.mu.Unlock()
	if !slices.ContainsFunc(i.published, func(p published) bool { return bytes.Equal(p.jwk, text) }) {
		i.published = append(i.published, published{jwk: text})
	}
}
