package verifytest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
)

// key is one signing key. Another algorithm is another constructor beside newRS256.
type key struct {
	id        string
	algorithm string            // the header's alg (RFC 7518 section 3.1)
	public    map[string]string // the public JWK (RFC 7517 section 4)
	signer    crypto.Signer
	sign      func(input []byte) ([]byte, error)
}

// Rotate begins to sign with a new key. Those before it stay published, so that tokens of theirs
// stay good: what a provider's planned rotation looks like.
func (i *Issuer) Rotate() {
	fresh := newRS256()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = append(i.keys, fresh)
}

// Replace begins to sign with a new key and publishes it alone, so that all tokens before it are no
// longer good: what a provider does whose key was stolen.
func (i *Issuer) Replace() {
	fresh := newRS256()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = []key{fresh}
}

// KeyID is the kid of the key that signs now: the key's RFC 7638 thumbprint.
func (i *Issuer) KeyID() string { return i.current().id }

// PublicKey is the public half of the key that signs now; an *rsa.PublicKey.
func (i *Issuer) PublicKey() crypto.PublicKey { return i.current().signer.Public() }

func (i *Issuer) current() key {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys[len(i.keys)-1]
}

// newRS256 makes a key for RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3), of the size that
// Cognito's have.
func newRS256() key {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic("verifytest: " + err.Error())
	}
	n := encode(private.N.Bytes())
	e := encode(big.NewInt(int64(private.E)).Bytes())
	id := thumbprint(map[string]string{"e": e, "kty": "RSA", "n": n})
	return key{
		id:        id,
		algorithm: "RS256",
		public:    map[string]string{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": id, "n": n, "e": e},
		signer:    private,
		sign: func(input []byte) ([]byte, error) {
			digest := sha256.Sum256(input)
			return private.Sign(rand.Reader, digest[:], crypto.SHA256)
		},
	}
}

// thumbprint is RFC 7638's, of a JWK's required members: encoding/json sorts them as it asks.
func thumbprint(required map[string]string) string {
	sum := sha256.Sum256(mustJSON(required))
	return encode(sum[:])
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
