package cognito

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// digest stands for a token or a handle, so that no store holds one that could be used.
type digest [sha256.Size]byte

func digestOf(token string) digest { return sha256.Sum256([]byte(token)) }

// randomToken has 256 random bits, in base64url.
func randomToken() string {
	secret := make([]byte, 32)
	rand.Read(secret)
	return base64.RawURLEncoding.EncodeToString(secret)
}

// sameSecret compares secrets in a time that tells neither their lengths nor where they differ.
func sameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// encodeBlock and decodeBlock are for SECRET_BLOCK, which is in base64.
func encodeBlock(handle string) string { return base64.StdEncoding.EncodeToString([]byte(handle)) }

// decodeBlock gives nothing, which stands for no challenge, for what is no base64.
func decodeBlock(block string) []byte {
	bytes, err := base64.StdEncoding.DecodeString(block)
	if err != nil {
		return nil
	}
	return bytes
}
