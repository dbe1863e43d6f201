package verify

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"math/big"
	"strings"
)

// algorithm is a signature algorithm of JWS (RFC 7518, section 3.1; RFC 8037, section 3.1).
type algorithm struct {
	name  string
	other string         // another name of the same; "": there is none
	hash  crypto.Hash    // 0 for EdDSA
	curve elliptic.Curve // of ECDSA keys
	check func(a *algorithm, public crypto.PublicKey, signed string, signature []byte) bool
}

// algorithms are all that are supported. Those with a shared secret are not, and never can be: whoever
// could check a token could sign one. Ed25519 is the name of RFC 9864, section 2.2, for EdDSA on that curve;
// ESP256, ESP384 and ESP512 are COSE's names (section 2.1) for what ES256, ES384 and ES512 are in JOSE.
var algorithms = []*algorithm{
	{"RS256", "", crypto.SHA256, nil, checkPKCS1},
	{"RS384", "", crypto.SHA384, nil, checkPKCS1},
	{"RS512", "", crypto.SHA512, nil, checkPKCS1},
	{"PS256", "", crypto.SHA256, nil, checkPSS},
	{"PS384", "", crypto.SHA384, nil, checkPSS},
	{"PS512", "", crypto.SHA512, nil, checkPSS},
	{"ES256", "ESP256", crypto.SHA256, elliptic.P256(), checkECDSA},
	{"ES384", "ESP384", crypto.SHA384, elliptic.P384(), checkECDSA},
	{"ES512", "ESP512", crypto.SHA512, elliptic.P521(), checkECDSA},
	{"EdDSA", "Ed25519", 0, nil, checkEd25519},
}

// Algorithms gives the values that [Issuer].Algorithms may hold: RS256, RS384, RS512, PS256, PS384, PS512, ES256,
// ES384, ES512, EdDSA (RFC 7518, section 3.1; RFC 8037, section 3.1), and behind them other names of some of these:
// ESP256, ESP384, ESP512 and Ed25519 (RFC 9864). Both names of an algorithm mean the same wherever they stand: in the
// configuration, in a key and in a token.
func Algorithms() []string {
	var names, others []string
	for _, a := range algorithms {
		names = append(names, a.name)
		if a.other != "" {
			others = append(others, a.other)
		}
	}
	return append(names, others...)
}

// isNamed tells whether a text is a name of the algorithm, in exactly this casing.
func (a *algorithm) isNamed(name string) bool {
	return name == a.name || name == a.other && name != ""
}

// algorithmNamed gives the algorithm of this name in exactly this casing, or nil.
func algorithmNamed(name string) *algorithm { return oneNamed(name, algorithms) }

// oneNamed gives the one of some algorithms that has this name, or nil.
func oneNamed(name string, among []*algorithm) *algorithm {
	for _, a := range among {
		if a.isNamed(name) {
			return a
		}
	}
	return nil
}

// fits tells whether a key is of the kind, and on the curve, that the algorithm works with.
func (a *algorithm) fits(public crypto.PublicKey) bool {
	switch public := public.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(a.name, "RS") || strings.HasPrefix(a.name, "PS")
	case *ecdsa.PublicKey:
		return a.curve == public.Curve
	case ed25519.PublicKey:
		return a.name == "EdDSA"
	}
	return false
}

// verifies tells whether the signature of a text is that of the key, which fits the algorithm.
func (a *algorithm) verifies(public crypto.PublicKey, signed string, signature []byte) bool {
	return a.check(a, public, signed, signature)
}

// digest is the hash of a text. The functions of the hashes themselves spare what crypto.Hash.New makes.
func (a *algorithm) digest(text string) []byte {
	switch a.hash {
	case crypto.SHA256:
		sum := sha256.Sum256([]byte(text))
		return sum[:]
	case crypto.SHA384:
		sum := sha512.Sum384([]byte(text))
		return sum[:]
	}
	sum := sha512.Sum512([]byte(text))
	return sum[:]
}

func checkPKCS1(a *algorithm, public crypto.PublicKey, signed string, signature []byte) bool {
	return rsa.VerifyPKCS1v15(public.(*rsa.PublicKey), a.hash, a.digest(signed), signature) == nil
}

// checkPSS asks for a salt as long as the hash (RFC 7518, section 3.5).
func checkPSS(a *algorithm, public crypto.PublicKey, signed string, signature []byte) bool {
	options := rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
	return rsa.VerifyPSS(public.(*rsa.PublicKey), a.hash, a.digest(signed), signature, &options) == nil
}

// checkECDSA takes r and s at their full length, one behind the other (RFC 7518, section 3.4).
func checkECDSA(a *algorithm, public crypto.PublicKey, signed string, signature []byte) bool {
	size := (a.curve.Params().BitSize + 7) / 8
	if len(signature) != 2*size {
		return false
	}
	r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
	return ecdsa.Verify(public.(*ecdsa.PublicKey), a.digest(signed), r, s)
}

// checkEd25519 refuses also what the standard library lets pass: a commitment of small order.
func checkEd25519(_ *algorithm, public crypto.PublicKey, signed string, signature []byte) bool {
	return len(signature) == ed25519.SignatureSize && !isWeakPoint(signature[:32]) &&
		ed25519.Verify(public.(ed25519.PublicKey), []byte(signed), signature)
}
