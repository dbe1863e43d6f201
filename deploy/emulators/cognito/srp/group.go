package srp

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"math/big"
	"strings"
)

// modulus is the group's N of 3072 bits (RFC 3526, section 4), and generator its g, as Cognito's clients have them. The
// generator is not that of RFC 5054's group of the same N.
var (
	modulus = number(`
		FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD
		EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED
		EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F
		83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B
		E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510
		15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7
		ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C
		BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF`)
	generator  = big.NewInt(2)
	multiplier = hashed(padded(modulus), padded(generator)) // k
)

func number(digits string) *big.Int {
	n, ok := new(big.Int).SetString(strings.Join(strings.Fields(digits), ""), 16)
	if !ok {
		panic("srp: no number: " + digits)
	}
	return n
}

// padded are the bytes of a number as two's complement has them: a zero byte comes before a first bit that is set.
func padded(n *big.Int) []byte {
	bytes := n.Bytes()
	if len(bytes) == 0 || bytes[0] >= 0x80 {
		bytes = append([]byte{0}, bytes...)
	}
	return bytes
}

// hashed is SHA-256 of the parts in a row, as a number.
func hashed(parts ...[]byte) *big.Int {
	hash := sha256.New()
	for _, part := range parts {
		hash.Write(part)
	}
	return new(big.Int).SetBytes(hash.Sum(nil))
}

// hexadecimal is the padded number in hexadecimal, as SALT and SRP_B are sent.
func hexadecimal(n *big.Int) string { return hex.EncodeToString(padded(n)) }

func power(base, exponent *big.Int) *big.Int { return new(big.Int).Exp(base, exponent, modulus) }

// private is x = H(salt, H(pool user ":" password)).
func private(pool, user, password string, salt *big.Int) *big.Int {
	inner := sha256.Sum256([]byte(pool + user + ":" + password))
	return hashed(padded(salt), inner[:])
}

// derive is the key for signatures, of 16 bytes, from the secret and u (RFC 5869).
func derive(secret, u *big.Int) []byte {
	key, err := hkdf.Key(sha256.New, padded(secret), padded(u), "Caldera Derived Key", 16)
	if err != nil {
		panic(err) // of a length that is too long, which is a constant here
	}
	return key
}
