package srp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"math/big"
)

// ErrPublicValue is for an SRP_A that is no number in hexadecimal, or one that would make the secret known: a multiple of
// the modulus (RFC 5054, section 2.5.4).
var ErrPublicValue = errors.New("srp: SRP_A is no hexadecimal number, or a multiple of the modulus")

// Exchange is one sign-in that waits for its proof. It prints as [redacted].
type Exchange struct {
	verifier Verifier
	a        *big.Int // the client's public value
	secret   *big.Int // b
	b        *big.Int // the server's public value
}

// Exchange begins with the client's public value in hexadecimal. The error is ErrPublicValue.
func (v Verifier) Exchange(srpA string) (*Exchange, error) {
	if len(srpA) == 0 || len(srpA) > 2*(modulus.BitLen()/8+1) || srpA[0] == '-' || srpA[0] == '+' {
		return nil, ErrPublicValue
	}
	a, ok := new(big.Int).SetString(srpA, 16)
	if !ok || new(big.Int).Mod(a, modulus).Sign() == 0 {
		return nil, ErrPublicValue
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	e := &Exchange{verifier: v, a: a, secret: new(big.Int).SetBytes(secret)}
	b := new(big.Int).Mul(multiplier, v.v)
	b.Add(b, power(generator, e.secret))
	e.b = b.Mod(b, modulus)
	return e, nil
}

// Salt is the challenge's SALT.
func (e *Exchange) Salt() string { return hexadecimal(e.verifier.salt) }

// B is the challenge's SRP_B.
func (e *Exchange) B() string { return hexadecimal(e.b) }

// String is [redacted].
func (e *Exchange) String() string { return "[redacted]" }

// GoString is [redacted].
func (e *Exchange) GoString() string { return "[redacted]" }

// Verify says whether the signature, in base64, is that of one who knows the password, over the bytes of SECRET_BLOCK and
// the TIMESTAMP as it was sent.
func (e *Exchange) Verify(block []byte, timestamp, signature string) bool {
	got, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, e.key())
	mac.Write([]byte(e.verifier.pool + e.verifier.user))
	mac.Write(block)
	mac.Write([]byte(timestamp))
	return hmac.Equal(mac.Sum(nil), got)
}

// key is derived from the secret S = (A v^u)^b.
func (e *Exchange) key() []byte {
	u := hashed(padded(e.a), padded(e.b))
	s := power(e.verifier.v, u)
	return derive(power(s.Mul(s, e.a), e.secret), u)
}
