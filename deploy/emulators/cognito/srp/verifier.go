// Package srp has both halves of the Secure Remote Password protocol, SRP-6a, in the form that Amazon Cognito user pools
// speak it: whoever knows the password proves it without sending it, and the server keeps a verifier, which is no password.
//
// The server's half:
//
//	verifier := srp.NewVerifier("local", "admin", password) // once
//	exchange, err := verifier.Exchange(srpA)                // InitiateAuth's SRP_A
//	...                                                     // SALT and SRP_B go out, PASSWORD_VERIFIER comes back
//	ok := exchange.Verify(block, timestamp, signature)
//
// The client's, where SRP_A is client.A():
//
//	client, err := srp.NewClient(nil)
//	signature, err := client.Sign(challenge, password, time.Now())
//
// It differs from RFC 5054 in the hash (SHA-256), in how numbers are padded, and in the proof: a signature with a key
// that HKDF derives from the secret (info "Caldera Derived Key"), over pool, user, a block of the server's and a time.
// Source: Amazon Cognito developer guide, "Sign-in with persistent passwords and secure payload"; what it leaves open is as
// in Amazon's amazon-cognito-identity-js, AuthenticationHelper.
//
// Both are for an emulator on a desk and its tests: math/big does not compute in constant time. The client that is deployed has
// an implementation of its own, and is tested against this one.
package srp

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"math/big"
)

// Verifier is what a server keeps of a password. It prints as [redacted].
type Verifier struct {
	pool, user string
	salt, v    *big.Int
}

// NewVerifier makes a verifier with a salt of its own. The pool is the name after the underscore of its ID, and user is what
// the server sends as USER_ID_FOR_SRP.
func NewVerifier(pool, user, password string) Verifier {
	salt := make([]byte, 16)
	rand.Read(salt)
	verifier := Verifier{pool: pool, user: user, salt: new(big.Int).SetBytes(salt)}
	verifier.v = verifier.of(password)
	return verifier
}

// VerifierOf is the verifier that a client made, from its bytes and the salt's. The error is ErrVerifier.
func VerifierOf(pool, user string, verifier, salt []byte) (Verifier, error) {
	v := new(big.Int).SetBytes(verifier)
	if v.Sign() == 0 || v.Cmp(modulus) >= 0 || len(salt) == 0 || len(salt) > maxSalt {
		return Verifier{}, ErrVerifier
	}
	return Verifier{pool: pool, user: user, salt: new(big.Int).SetBytes(salt), v: v}, nil
}

// ErrVerifier is for a verifier that is none of the group's, or a salt that is empty or too long.
var ErrVerifier = errors.New("srp: the verifier is not between 0 and the modulus, or its salt is empty or too long")

// maxSalt is that of a salt's bytes.
const maxSalt = 64

// Decoy is a verifier that no password fits, for a user that there is not: the same one for the same key, pool and user, so
// that its salt does not tell. The key is the server's secret.
func Decoy(key []byte, pool, user string) Verifier {
	bytes, err := hkdf.Key(sha256.New, key, []byte(pool+"\x00"+user), "decoy", 16+modulus.BitLen()/8)
	if err != nil {
		panic(err) // of a length that is too long, which is a constant here
	}
	salt, v := new(big.Int).SetBytes(bytes[:16]), new(big.Int).SetBytes(bytes[16:])
	return Verifier{pool: pool, user: user, salt: salt, v: v.Mod(v, modulus)}
}

// Matches says whether the verifier is that of the password.
func (v Verifier) Matches(password string) bool {
	return subtle.ConstantTimeCompare(fixed(v.of(password)), fixed(v.v)) == 1
}

// String is [redacted].
func (v Verifier) String() string { return "[redacted]" }

// GoString is [redacted].
func (v Verifier) GoString() string { return "[redacted]" }

// of is g^x.
func (v Verifier) of(password string) *big.Int {
	return power(generator, private(v.pool, v.user, password, v.salt))
}

// fixed are the bytes of a number below the modulus, as many for each of them.
func fixed(n *big.Int) []byte { return n.FillBytes(make([]byte, modulus.BitLen()/8)) }
