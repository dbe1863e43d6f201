// Package srp has the client's half of the Secure Remote Password protocol, SRP-6a, in the form that Amazon Cognito user pools
// speak it (flow USER_SRP_AUTH): it proves that a password is known without sending it.
//
//	client, err := srp.New(nil)
//	...                            // client.A() goes out as SRP_A, PASSWORD_VERIFIER comes back
//	signature, err := client.Sign(challenge, password, time.Now())
//
// It differs from RFC 5054 in the hash (SHA-256), in how numbers are padded, and in the proof: a signature with a key
// that HKDF derives from the secret, over pool, user, a block of the server's and a time. Source: Amazon Cognito developer
// guide, "Sign-in with persistent passwords and secure payload"; what it leaves open is as in Amazon's
// amazon-cognito-identity-js, AuthenticationHelper.
//
// What is computed with the password and the secret takes the same time whatever they are.
//
// The user pool of deploy/emulators has an implementation of its own, of both halves: what is deployed imports nothing of
// deploy, and two that were written apart from the same source check each other, which one could not.
package srp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"time"

	"filippo.io/bigmod"
)

// ErrChallenge is for a challenge whose SALT, SRP_B or SECRET_BLOCK cannot be read, or whose SRP_B would make the secret known
// to somebody without the verifier: a multiple of the modulus (RFC 5054, section 2.5.3).
var ErrChallenge = errors.New("srp: the challenge's SALT, SRP_B or SECRET_BLOCK is not valid")

// TimestampLayout is that of TIMESTAMP, for a time in UTC. A day below 10 has one digit.
const TimestampLayout = "Mon Jan 2 15:04:05 UTC 2006"

// The sizes of the client's secret and of a salt, in bytes.
const (
	secretSize = 128
	saltSize   = 16
)

// Client is one sign-in of somebody who knows the password. It prints as [redacted].
type Client struct {
	secret []byte // a
	a      *bigmod.Nat
}

// Challenge is what is answered: of PASSWORD_VERIFIER's parameters those of the same names, and the name after the
// underscore of the pool's ID.
type Challenge struct {
	Pool        string // such as AbCdEf123 of eu-west-1_AbCdEf123
	User        string // USER_ID_FOR_SRP
	Salt        string // SALT
	B           string // SRP_B
	SecretBlock string // SECRET_BLOCK
}

// New makes a client with a secret of 1,024 bits from random; nil means crypto/rand. The errors are those of random.
func New(random io.Reader) (*Client, error) {
	if random == nil {
		random = rand.Reader
	}
	c := &Client{secret: make([]byte, secretSize)}
	if _, err := io.ReadFull(random, c.secret); err != nil {
		return nil, err
	}
	c.a = power(generator(), c.secret)
	return c, nil
}

// A is InitiateAuth's SRP_A.
func (c *Client) A() string { return hexadecimal(c.a) }

// String is [redacted].
func (c *Client) String() string { return "[redacted]" }

// GoString is [redacted].
func (c *Client) GoString() string { return "[redacted]" }

// Verifier is what a server is told of a password, so that it can ask for a proof and does not know the password: a salt of its own, from
// random, and the verifier, both as bytes. nil means crypto/rand. The errors are those of random.
func Verifier(pool, user, password string, random io.Reader) (verifier, salt []byte, err error) {
	if random == nil {
		random = rand.Reader
	}
	salt = make([]byte, saltSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, nil, err
	}
	salt = padded(salt)
	x := private(Challenge{Pool: pool, User: user}, password, salt)
	return padded(power(generator(), x).Bytes(modulus)), salt, nil
}

// standard makes base64 in either alphabet one of the standard alphabet without padding, as Amazon's client takes it.
var standard = strings.NewReplacer("-", "+", "_", "/", "=", "")

// Sign gives PASSWORD_CLAIM_SIGNATURE for a TIMESTAMP that is now in TimestampLayout. The error is ErrChallenge.
func (c *Client) Sign(challenge Challenge, password string, now time.Time) (string, error) {
	block, err := base64.RawStdEncoding.DecodeString(standard.Replace(challenge.SecretBlock))
	salt, ok := number(challenge.Salt)
	b, ok2 := public(challenge.B)
	if err != nil || !ok || !ok2 {
		return "", ErrChallenge
	}
	x := private(challenge, password, salt)
	mac := hmac.New(sha256.New, c.key(b, x))
	mac.Write([]byte(challenge.Pool + challenge.User))
	mac.Write(block)
	mac.Write([]byte(now.UTC().Format(TimestampLayout)))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// key is derived from the secret S = (B - k g^x)^(a + u x), which is computed as (B - k g^x)^a times (B - k g^x)^(u x).
func (c *Client) key(b *bigmod.Nat, x []byte) []byte {
	u := hash(padded(c.a.Bytes(modulus)), padded(b.Bytes(modulus)))
	base := power(generator(), x)
	base.Mul(multiplier(), modulus)
	base = fixed(b.Bytes(modulus)).Sub(base, modulus)
	secret := power(power(base, x), u)
	secret.Mul(power(base, c.secret), modulus)
	return derive(padded(secret.Bytes(modulus)), padded(u))
}
