package verifytest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256" // for the hashes that algorithms names
	_ "crypto/sha512"
	"fmt"
	"slices"
	"strings"
)

// algorithm is a signature algorithm of RFC 7518 section 3.1 or RFC 8037 section 3.1.
type algorithm struct {
	name  string // the header's alg
	kind  kind
	hash  crypto.Hash    // none for EdDSA
	curve elliptic.Curve // for ECDSA
}

type kind int

const (
	pkcs1 kind = iota + 1 // RSASSA-PKCS1-v1_5
	pss                   // RSASSA-PSS
	ec                    // ECDSA
	eddsa                 // Ed25519
)

var algorithms = []algorithm{
	{"RS256", pkcs1, crypto.SHA256, nil},
	{"RS384", pkcs1, crypto.SHA384, nil},
	{"RS512", pkcs1, crypto.SHA512, nil},
	{"PS256", pss, crypto.SHA256, nil},
	{"PS384", pss, crypto.SHA384, nil},
	{"PS512", pss, crypto.SHA512, nil},
	{"ES256", ec, crypto.SHA256, elliptic.P256()},
	{"ES384", ec, crypto.SHA384, elliptic.P384()},
	{"ES512", ec, crypto.SHA512, elliptic.P521()},
	{"EdDSA", eddsa, 0, nil},
}

// Algorithms returns the names of the algorithms that an Issuer can sign with: RS256, RS384, RS512,
// PS256, PS384, PS512, ES256, ES384, ES512 (RFC 7518 section 3.1), and EdDSA, which is Ed25519 here
// (RFC 8037 section 3.1).
func Algorithms() []string {
	names := make([]string, len(algorithms))
	for n, a := range algorithms {
		names[n] = a.name
	}
	return names
}

func mustAlgorithm(name string) algorithm {
	n := slices.IndexFunc(algorithms, func(a algorithm) bool { return a.name == name })
	if n < 0 {
		panic(fmt.Sprintf("verifytest: algorithm %q is none of %s", name, strings.Join(Algorithms(), ", ")))
	}
	return algorithms[n]
}

// rsaBits is the size of RSA keys, that of Cognito's.
const rsaBits = 2048

// generate makes a private key.
func (a algorithm) generate() crypto.Signer {
	var private crypto.Signer
	var err error
	switch a.kind {
	case ec:
		private, err = ecdsa.GenerateKey(a.curve, rand.Reader)
	case eddsa:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	default:
		private, err = rsa.GenerateKey(rand.Reader, rsaBits)
	}
	must(err)
	return private
}

// sign signs by RFC 7518 sections 3.3 to 3.5 or RFC 8037 section 3.1. The key need not be of a's own
// curve.
func (a algorithm) sign(private crypto.Signer, input []byte) []byte {
	var signature []byte
	var err error
	switch a.kind {
	case pkcs1:
		signature, err = private.Sign(rand.Reader, a.digest(input), a.hash)
	case pss:
		options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: a.hash}
		signature, err = private.Sign(rand.Reader, a.digest(input), options)
	case ec:
		return signECDSA(private.(*ecdsa.PrivateKey), a.digest(input))
	case eddsa:
		signature, err = private.Sign(nil, input, crypto.Hash(0))
	}
	must(err)
	return signature
}

func (a algorithm) digest(input []byte) []byte {
	h := a.hash.New()
	h.Write(input)
	return h.Sum(nil)
}

// signECDSA gives r and s in full length, one behind the other (RFC 7518 section 3.4).
func signECDSA(private *ecdsa.PrivateKey, digest []byte) []byte {
	r, s, err := ecdsa.Sign(rand.Reader, private, digest)
	must(err)
	size := coordinateSize(private.Curve)
	return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
}

func coordinateSize(curve elliptic.Curve) int { return (curve.Params().BitSize + 7) / 8 }

func must(err error) {
	if err != nil {
		panic("verifytest: " + err.Error())
	}
}
