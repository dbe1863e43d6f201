package srp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"time"
)

// ErrChallenge is for a challenge whose SALT, SRP_B or SECRET_BLOCK cannot be read, or whose SRP_B would make the secret known
// to somebody without the verifier: a multiple of the modulus (RFC 5054, section 2.5.3).
var ErrChallenge = errors.New("srp: the challenge's SALT, SRP_B or SECRET_BLOCK is not valid")

// TimestampLayout is that of TIMESTAMP, for a time in UTC. A day below 10 has one digit.
const TimestampLayout = "Mon Jan 2 15:04:05 UTC 2006"

// Client is the other half: one sign-in of somebody who knows the password. It prints as [redacted].
type Client struct {
	secret *big.Int // a
	a      *big.Int
}

// Challenge is what a client answers: of PASSWORD_VERIFIER's parameters those of the same names, and the name after the
// underscore of the pool's ID.
type Challenge struct {
	Pool        string // such as AbCdEf123 of eu-west-1_AbCdEf123
	User        string // USER_ID_FOR_SRP
	Salt        string // SALT
	B           string // SRP_B
	SecretBlock string // SECRET_BLOCK
}

// NewClient makes a client with a secret of 1,024 bits from random; nil means crypto/rand. The errors are those of random.
func NewClient(random io.Reader) (*Client, error) {
	if random == nil {
		random = rand.Reader
	}
	secret := make([]byte, 128)
	if _, err := io.ReadFull(random, secret); err != nil {
		return nil, err
	}
	c := &Client{secret: new(big.Int).SetBytes(secret)}
	c.a = power(generator, c.secret)
	return c, nil
}

// A is InitiateAuth's SRP_A.
func (c *Client) A() string { return c.a.Text(16) }

// String is [redacted].
func (c *Client) String() string { return "[redacted]" }

// GoString is [redacted].
func (c *Client) GoString() string { return "[redacted]" }

// Sign gives PASSWORD_CLAIM_SIGNATURE for a TIMESTAMP that is now in TimestampLayout. The error is ErrChallenge.
func (c *Client) Sign(challenge Challenge, password string, now time.Time) (string, error) {
	block, err := base64.StdEncoding.DecodeString(challenge.SecretBlock)
	salt, ok := new(big.Int).SetString(challenge.Salt, 16)
	b, ok2 := new(big.Int).SetString(challenge.B, 16)
	if err != nil || !ok || !ok2 || salt.Sign() < 0 || b.Sign() < 0 || new(big.Int).Mod(b, modulus).Sign() == 0 {
		return "", ErrChallenge
	}
	mac := hmac.New(sha256.New, c.key(challenge, password, salt, b))
	mac.Write([]byte(challenge.Pool + challenge.User))
	mac.Write(block)
	mac.Write([]byte(now.UTC().Format(TimestampLayout)))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// key is derived from the secret S = (B - k g^x)^(a + u x).
func (c *Client) key(challenge Challenge, password string, salt, b *big.Int) []byte {
	u, x := hashed(padded(c.a), padded(b)), private(challenge.Pool, challenge.User, password, salt)
	base := new(big.Int).Mul(multiplier, power(generator, x))
	base.Sub(b, base).Mod(base, modulus)
	exponent := new(big.Int).Mul(u, x)
	return derive(power(base, exponent.Add(exponent, c.secret)), u)
}
