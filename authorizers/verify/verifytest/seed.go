package verifytest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"sync"
)

// Keys say how an issuer's keys are made. The zero value is how [New] makes one.
type Keys struct {
	// Algorithms are those of the first keys, as New takes them.
	Algorithms []string

	// Seed is the text of which all keys are derived: issuers of the same Seed have the same first key of an algorithm, the same
	// second one, and so on, on every machine. Whoever knows it can sign. Empty: keys are random.
	Seed string

	// Like is the provider in whose form the kid is written. Empty: it is the key's RFC 7638 thumbprint.
	Like Like
}

// signs is what the issuer's own keys are for. Others have purposes of their own, so that none of them moves what the next of
// its own is.
const signs = "sign"

// keyMaker makes the keys of one issuer.
type keyMaker struct {
	seed string
	like Like

	mu   sync.Mutex
	made map[string]int // how many, by what they are derived of beside the seed
}

func newKeyMaker(keys Keys) *keyMaker {
	if keys.Like != "" {
		mustShape(keys.Like)
	}
	return &keyMaker{seed: keys.Seed, like: keys.Like, made: map[string]int{}}
}

// make makes the next key of an algorithm for a purpose.
func (m *keyMaker) make(a algorithm, purpose string) key {
	private := a.generate
	if m.seed != "" {
		label := m.next(a.name + " " + purpose)
		private = func() crypto.Signer { return a.derive(m.seed, label, rsaBits) }
	}
	return m.keyOf(a, private())
}

func (m *keyMaker) keyOf(a algorithm, private crypto.Signer) key {
	jwk, id := publicJWK(a, private.Public(), m.like)
	return key{algorithm: a, id: id, jwk: jwk, private: private}
}

// next is a text that no key before it was derived of.
func (m *keyMaker) next(label string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made[label]++
	return label + " " + strconv.Itoa(m.made[label])
}

// derive makes the private key that a seed and a label stand for. It uses none of the standard library's ways to make a key
// from a reader of random bytes: they are free to read as many as they like, which has changed from release to release.
func (a algorithm) derive(seed, label string, bits int) crypto.Signer {
	switch a.kind {
	case ec:
		return deriveEC(a, seed, label)
	case eddsa:
		return ed25519.NewKeyFromSeed(expand(seed, label, ed25519.SeedSize))
	default:
		return deriveRSA(seed, label, bits)
	}
}

// expand is HKDF (RFC 5869) with SHA-256. A seed may hold less than a key's strength: these keys are for tests.
func expand(seed, label string, size int) []byte {
	text, err := hkdf.Key(sha256.New, []byte(seed), nil, "portcullis verifytest "+label, size)
	must(err)
	return text
}

// deriveEC takes the private scalar from eight more bytes than it has (FIPS 186-5, appendix A.2.1).
func deriveEC(a algorithm, seed, label string) *ecdsa.PrivateKey {
	order := a.curve.Params().N
	size := (order.BitLen() + 7) / 8
	one := big.NewInt(1)
	d := new(big.Int).SetBytes(expand(seed, label, size+8))
	d.Mod(d, new(big.Int).Sub(order, one)).Add(d, one)
	private, err := ecdsa.ParseRawPrivateKey(a.curve, d.FillBytes(make([]byte, size)))
	must(err)
	return private
}

// deriveRSA takes the first prime from a derived number on for each half. Which number is a prime is the same in every release.
func deriveRSA(seed, label string, bits int) *rsa.PrivateKey {
	p, q := derivePrime(seed, label+" p", bits/2), derivePrime(seed, label+" q", bits/2)
	one := big.NewInt(1)
	totient := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	private := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: rsaExponent}, Primes: []*big.Int{p, q}}
	private.D = new(big.Int).ModInverse(big.NewInt(rsaExponent), totient)
	must(private.Validate())
	private.Precompute()
	return private
}

const rsaExponent = 65537

// derivePrime is the first prime from a derived number on that an RSA key of this exponent may have. The number's two highest
// bits are set, so that the product of two has all its bits.
func derivePrime(seed, label string, bits int) *big.Int {
	p := new(big.Int).SetBytes(expand(seed, label, bits/8))
	for _, bit := range []int{0, bits - 1, bits - 2} {
		p.SetBit(p, bit, 1)
	}
	two, exponent := big.NewInt(2), big.NewInt(rsaExponent)
	for ; ; p.Add(p, two) {
		if hasSmallFactor(p) || !p.ProbablyPrime(10) {
			continue
		}
		if rest := new(big.Int).Sub(p, big.NewInt(1)); rest.Mod(rest, exponent).Sign() != 0 {
			return p
		}
	}
}

// hasSmallFactor spares most numbers the costly test.
func hasSmallFactor(n *big.Int) bool {
	m, rest := new(big.Int), new(big.Int)
	for factor := int64(3); factor < 2000; factor += 2 {
		if rest.Mod(n, m.SetInt64(factor)).Sign() == 0 {
			return true
		}
	}
	return false
}

// keyIDLike is a kid as a provider writes it, of the SHA-256 hash of the key. Providers say that it is any text; these are the
// forms that are met: a verifier that takes one for something else, such as a part of an address, is found out by them.
func keyIDLike(like Like, sum [sha256.Size]byte) string {
	switch like {
	case LikeCognito, LikeCognitoMachine, LikeCognitoBound, LikeCognitoID:
		return base64.StdEncoding.EncodeToString(sum[:]) // with + and /, and = at the end
	case LikeEntra, LikeEntraApp, LikeEntraV1, LikeADFS:
		return encode(sum[:20]) // as of a certificate's SHA-1 thumbprint
	case LikeGoogle, LikeKubernetes:
		return hex.EncodeToString(sum[:20])
	case LikeGitHub:
		return fmt.Sprintf("%X", sum[:20])
	case LikeAuth0, LikeAuth0Machine:
		return encode(sum[:])[:21]
	case LikeZitadel:
		return fmt.Sprint(new(big.Int).SetBytes(sum[:]))[:18]
	}
	return encode(sum[:])
}
