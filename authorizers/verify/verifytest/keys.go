package verifytest

import (
	"crypto"
	"encoding/json"
	"slices"
)

// key is one signing key.
type key struct {
	algorithm
	id      string
	jwk     map[string]any // public (RFC 7517 section 4)
	private crypto.Signer
}

// published is a member of the key set; key is nil where it came by Publish.
type published struct {
	jwk json.RawMessage
	key *key
}

func ours(k key) published { return published{mustJSON(k.jwk), &k} }

func (k key) sign(input string) []byte { return k.algorithm.sign(k.private, []byte(input)) }

// Rotate begins to sign with a new key, of the algorithm that signs now. Those before it stay
// published, so that tokens of theirs stay good: what a provider's planned rotation looks like.
func (i *Issuer) Rotate() {
	fresh := i.keys.make(i.current().algorithm, signs)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.signing = fresh
	i.published = append(i.published, ours(fresh))
}

// Replace begins to sign with a new key, of the algorithm that signs now, and publishes it alone, so
// that all tokens before it are no longer good: what a provider does whose key was stolen.
func (i *Issuer) Replace() {
	fresh := i.keys.make(i.current().algorithm, signs)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.signing = fresh
	i.published = []published{ours(fresh)}
}

// Use begins to sign with the newest published key of an algorithm, and makes and publishes one if
// there is none. It panics if the algorithm is not one of [Algorithms].
func (i *Issuer) Use(algorithm string) {
	a := mustAlgorithm(algorithm)
	if i.use(algorithm) {
		return
	}
	fresh := i.keys.make(a, signs)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.signing = fresh
	i.published = append(i.published, ours(fresh))
}

func (i *Issuer) use(algorithm string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, p := range slices.Backward(i.published) {
		if p.key != nil && p.key.name == algorithm {
			i.signing = *p.key
			return true
		}
	}
	return false
}

// Publish adds a key to the end of the published set, exactly as it is: an odd one, one for
// encryption, one with the kid of another. It stays until [Issuer.Replace] or [Issuer.Unpublish]. It panics if jwk cannot be
// written as JSON. For a set that is no set, see [Issuer.Handle].
func (i *Issuer) Publish(jwk map[string]any) {
	text := mustJSON(object(jwk))
	i.mu.Lock()
	defer i.mu.Unlock()
	i.published = append(i.published, published{jwk: text})
}

// PublishFirst is [Issuer.Publish] at the beginning of the set.
func (i *Issuer) PublishFirst(jwk map[string]any) {
	text := mustJSON(object(jwk))
	i.mu.Lock()
	defer i.mu.Unlock()
	i.published = slices.Insert(i.published, 0, published{jwk: text})
}

// Unpublish takes out of the published set what is not the issuer's own: what came by Publish, PublishFirst and PublishOdd, and the keys
// of broken tokens.
func (i *Issuer) Unpublish() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.published = slices.DeleteFunc(slices.Clone(i.published), func(p published) bool { return p.key == nil })
}

// KeyID is the kid of the key that signs now: the key's RFC 7638 thumbprint, unless [Keys] says otherwise.
func (i *Issuer) KeyID() string { return i.current().id }

// Algorithm is the alg of the key that signs now.
func (i *Issuer) Algorithm() string { return i.current().name }

// PublicKey is the public half of the key that signs now: an *rsa.PublicKey, an *ecdsa.PublicKey or
// an ed25519.PublicKey.
func (i *Issuer) PublicKey() crypto.PublicKey { return i.current().private.Public() }

func (i *Issuer) current() key {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.signing
}

// publishedAlgorithms are those of the issuer's own keys, in the order of the key set.
func (i *Issuer) publishedAlgorithms() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	names := []string{}
	for _, p := range i.published {
		if p.key != nil && !slices.Contains(names, p.key.name) {
			names = append(names, p.key.name)
		}
	}
	return names
}
