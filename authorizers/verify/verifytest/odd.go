package verifytest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// OddKey is a key that an issuer may publish beside its own, and that a verifier has to live with.
type OddKey struct {
	Name string // stable, in kebab-case, such as "rsa-1024"
	Why  string // what is odd, and what a verifier is to make of it, as a sentence

	// Signs tells that [Issuer.SignOdd] makes tokens of it.
	Signs bool

	// Disturbs tells that no token of the key that signs now is good as long as this one is published.
	Disturbs bool
}

// oddity is an odd key, and how it is made.
type oddity struct {
	OddKey
	make func(i *Issuer) oddKeys
}

// oddKeys are the members of the key set, and the key that signs.
type oddKeys struct {
	jwks []map[string]any
	key  key
}

func oddities() []oddity {
	return []oddity{
		{OddKey{"kty-unknown", "The type of the key is none that there is: it is passed over, and the others of the set count.", false, false},
			fixed(map[string]any{"kty": "XYZ", "kid": "odd-kty-unknown", "use": "sig", "xyz": "AAAA"})},
		{OddKey{"symmetric", "The key is a secret that everybody can read: no token is good by it.", false, false},
			fixed(map[string]any{"kty": "oct", "kid": "odd-symmetric", "alg": "HS256", "use": "sig", "k": encode([]byte("a secret that everybody can read"))})},
		{OddKey{"kid-missing", "The key has no kid: no token that names its key is of it.", true, false},
			changedKey(func(_ *Issuer, k *key) { delete(k.jwk, "kid") })},
		{OddKey{"kid-twice", "Two different keys of one algorithm have one kid: no token is good by either.", true, false}, func(i *Issuer) oddKeys {
			rivals := i.rivalsOf(i.current().algorithm)
			return oddKeys{[]map[string]any{rivals[0].jwk, rivals[1].jwk}, rivals[0]}
		}},
		{OddKey{"kid-ours", "Another key of the same algorithm has the kid of the key that signs: no token is good by either.", true, true},
			changedKey(func(i *Issuer, k *key) {
				k.id = i.KeyID()
				k.jwk["kid"] = k.id
			})},
		{OddKey{"rsa-1024", "The key is RSA of 1024 bits, fewer than RS256 may have (RFC 7518 section 3.3): no token is good by it.", true, false}, func(i *Issuer) oddKeys {
			return oneKey(i.keys.weak())
		}},
		{OddKey{"use-enc", "The key is for encryption: no token is good by it.", true, false},
			changedKey(func(_ *Issuer, k *key) { k.jwk["use"] = "enc" })},
		{OddKey{"ec", "The key is a good one, on the curve P-256: a token by it is good where ES256 is accepted.", true, false}, func(i *Issuer) oddKeys {
			return oneKey(i.keys.make(mustAlgorithm("ES256"), "odd"))
		}},
		{OddKey{"null-members", "The key is a good one, with null and texts where lists belong: a token by it is good, or the key is passed over.", true, false},
			changedKey(func(_ *Issuer, k *key) {
				maps.Copy(k.jwk, map[string]any{"x5c": "none", "x5t": nil, "x5u": nil})
			})},
	}
}

// fixed is a key that signs nothing.
func fixed(jwk map[string]any) func(*Issuer) oddKeys {
	return func(*Issuer) oddKeys { return oddKeys{jwks: []map[string]any{jwk}} }
}

// changedKey is a key as the issuer's own, with a change.
func changedKey(change func(*Issuer, *key)) func(*Issuer) oddKeys {
	return func(i *Issuer) oddKeys {
		k := i.keys.make(i.current().algorithm, "odd")
		change(i, &k)
		return oneKey(k)
	}
}

func oneKey(k key) oddKeys { return oddKeys{[]map[string]any{k.jwk}, k} }

// weak makes an RSA key that is too small.
func (m *keyMaker) weak() key {
	const bits = 1024
	a := mustAlgorithm("RS256")
	if m.seed != "" {
		return m.keyOf(a, a.derive(m.seed, m.next("rsa-1024"), bits))
	}
	private, err := rsa.GenerateKey(rand.Reader, bits)
	must(err)
	return m.keyOf(a, crypto.Signer(private))
}

// OddKeys are all odd keys that there are.
func OddKeys() []OddKey {
	var all []OddKey
	for _, o := range oddities() {
		all = append(all, o.OddKey)
	}
	return all
}

func mustOddity(name string) oddity {
	all := oddities()
	n := slices.IndexFunc(all, func(o oddity) bool { return o.Name == name })
	if n < 0 {
		var names []string
		for _, o := range all {
			names = append(names, o.Name)
		}
		panic(fmt.Sprintf("verifytest: no odd key %q; there are %s", name, strings.Join(names, ", ")))
	}
	return all[n]
}

// PublishOdd makes one of [OddKeys], once for each key that signs, and publishes it behind the others, until [Issuer.Replace].
// It panics if there is none of that name.
func (i *Issuer) PublishOdd(name string) {
	for _, jwk := range i.oddKeys(name).jwks {
		i.publishOnce(jwk)
	}
}

// SignOdd is [Issuer.PublishOdd], and signs the claims with that key, under its kid. It panics if the key signs nothing.
func (i *Issuer) SignOdd(name string, claims map[string]any) string {
	if !mustOddity(name).Signs {
		panic(fmt.Sprintf("verifytest: the odd key %q signs nothing", name))
	}
	i.PublishOdd(name)
	k := i.oddKeys(name).key
	header := k.header()
	if k.jwk["kid"] == nil {
		delete(header, "kid")
	}
	return k.token(header, claims)
}

// oddKeys are those of a name, for the key that signs now.
func (i *Issuer) oddKeys(name string) oddKeys {
	i.oddMu.Lock()
	defer i.oddMu.Unlock()
	id := name + " " + i.KeyID()
	made, ok := i.odd[id]
	if !ok {
		if i.odd == nil {
			i.odd = map[string]oddKeys{}
		}
		made = mustOddity(name).make(i)
		i.odd[id] = made
	}
	return made
}
