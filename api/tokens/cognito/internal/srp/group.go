package srp

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"filippo.io/bigmod"
)

// modulus is the group's N of 3072 bits (RFC 3526, section 4), as Cognito's clients have it. The generator, 2, is not that of
// RFC 5054's group of the same N.
var modulus = newModulus(`
	FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD
	EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED
	EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F
	83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B
	E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510
	15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7
	ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C
	BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF`)

func newModulus(digits string) *bigmod.Modulus {
	bytes, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
	if err != nil {
		panic(err) // of a constant
	}
	m, err := bigmod.NewModulus(bytes)
	if err != nil {
		panic(err)
	}
	return m
}

func generator() *bigmod.Nat { return fixed([]byte{2}) }

// multiplier is k.
func multiplier() *bigmod.Nat {
	return fixed(hash(padded(modulus.Nat().Bytes(modulus)), []byte{2}))
}

// fixed is a number below the modulus, from its bytes.
func fixed(number []byte) *bigmod.Nat {
	n, err := bigmod.NewNat().SetBytes(number, modulus)
	if err != nil {
		panic(err) // of what is shorter than the modulus
	}
	return n
}

func power(base *bigmod.Nat, exponent []byte) *bigmod.Nat {
	return bigmod.NewNat().Exp(base, exponent, modulus)
}

// maxDigits are more than any number has that a server sends.
const maxDigits = 1024

// number reads digits in hexadecimal.
func number(digits string) ([]byte, bool) {
	if len(digits) == 0 || len(digits) > maxDigits {
		return nil, false
	}
	if len(digits)%2 == 1 {
		digits = "0" + digits
	}
	bytes, err := hex.DecodeString(digits)
	return bytes, err == nil
}

// public reads a public value of the server's, which is below the modulus and not 0.
func public(digits string) (*bigmod.Nat, bool) {
	value, ok := number(digits)
	if !ok {
		return nil, false
	}
	n, err := bigmod.NewNat().SetBytes(bytes.TrimLeft(value, "\x00"), modulus)
	return n, err == nil && n.IsZero() == 0
}

// padded are the bytes of a number as two's complement has them: as few as can be, and a zero byte before a first bit that
// is set.
func padded(number []byte) []byte {
	number = bytes.TrimLeft(number, "\x00")
	if len(number) == 0 || number[0] >= 0x80 {
		number = append([]byte{0}, number...)
	}
	return number
}

// hexadecimal is a number in hexadecimal, without zeros before it.
func hexadecimal(n *bigmod.Nat) string {
	return strings.TrimLeft(hex.EncodeToString(n.Bytes(modulus)), "0")
}

// hash is SHA-256 of the parts in a row.
func hash(parts ...[]byte) []byte {
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}

// private is x = H(salt, H(pool user ":" password)).
func private(c Challenge, password string, salt []byte) []byte {
	return hash(padded(salt), hash([]byte(c.Pool+c.User+":"+password)))
}

// derive is the key for signatures, of 16 bytes, from the secret and u (RFC 5869).
func derive(secret, u []byte) []byte {
	key, err := hkdf.Key(sha256.New, secret, u, "Caldera Derived Key", 16)
	if err != nil {
		panic(err) // of a length that is too long, which is a constant here
	}
	return key
}
