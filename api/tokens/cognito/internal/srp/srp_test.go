package srp_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"
	"time"

	"portcullis/api/tokens/cognito/internal/srp"
	server "portcullis/deploy/emulators/cognito/srp"
)

// vector is one answer of an implementation that is not this one.
type vector struct {
	Name, Pool, User, Password  string
	Secret, A, Salt, B          string
	Block, Timestamp, Signature string
}

// TestSignsAsAmazonsDoes: with the same secret, SRP_A and signature are those of amazon-cognito-identity-js.
func TestSignsAsAmazonsDoes(t *testing.T) {
	text, err := os.ReadFile("../../../../../deploy/emulators/cognito/srp/testdata/srpvectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(text, &all); err != nil || len(all) < 5 {
		t.Fatalf("%d vectors: %v", len(all), err)
	}
	for _, v := range all {
		t.Run(v.Name, func(t *testing.T) {
			secret, err := hex.DecodeString(strings.Repeat("0", 256-len(v.Secret)) + v.Secret)
			if err != nil {
				t.Fatal(err)
			}
			client, err := srp.New(bytes.NewReader(secret))
			if err != nil || client.A() != v.A {
				t.Fatalf("SRP_A = %s, want %s: %v", client.A(), v.A, err)
			}
			now, err := time.Parse(srp.TimestampLayout, v.Timestamp)
			if err != nil {
				t.Fatal(err)
			}
			challenge := srp.Challenge{Pool: v.Pool, User: v.User, Salt: v.Salt, B: v.B, SecretBlock: v.Block}
			if got, err := client.Sign(challenge, v.Password, now); err != nil || got != v.Signature {
				t.Errorf("signature %q, want %q: %v", got, v.Signature, err)
			}
			if got, _ := client.Sign(challenge, v.Password+"x", now); got == v.Signature {
				t.Error("another password has the same signature")
			}
		})
	}
}

var now = time.Date(2025, 11, 4, 9, 5, 7, 0, time.UTC)

// TestExchange: a server that has another implementation takes what is signed with the right password, and nothing else. Salts
// and public values differ each time, so that some begin with zeros or a set bit.
func TestExchange(t *testing.T) {
	block := make([]byte, 40)
	for range 12 {
		rand.Read(block)
		for password, want := range map[string]bool{"Passw0rd!": true, "passw0rd!": false, "": false} {
			exchange, client := begin(t)
			signature, err := client.Sign(challengeOf(exchange, block), password, now)
			if got := exchange.Verify(block, "Tue Nov 4 09:05:07 UTC 2025", signature); err != nil || got != want {
				t.Errorf("%q: %v, %v", password, got, err)
			}
		}
	}
}

func begin(t *testing.T) (*server.Exchange, *srp.Client) {
	t.Helper()
	client, err := srp.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	exchange, err := server.NewVerifier("local", "ann", "Passw0rd!").Exchange(client.A())
	if err != nil {
		t.Fatal(err)
	}
	return exchange, client
}

func challengeOf(e *server.Exchange, block []byte) srp.Challenge {
	return srp.Challenge{Pool: "local", User: "ann", Salt: e.Salt(), B: e.B(), SecretBlock: base64.StdEncoding.EncodeToString(block)}
}

// TestBadChallenges: what a server must not send is not answered.
func TestBadChallenges(t *testing.T) {
	exchange, client := begin(t)
	good := challengeOf(exchange, []byte("block"))
	modulus := modulusOf(t)
	twice := new(big.Int).Lsh(modulus, 1)
	cases := map[string]func(*srp.Challenge){
		"B is 0":                  func(c *srp.Challenge) { c.B = "0" },
		"B is 00":                 func(c *srp.Challenge) { c.B = "00" },
		"B is the modulus":        func(c *srp.Challenge) { c.B = modulus.Text(16) },
		"B is twice the modulus":  func(c *srp.Challenge) { c.B = twice.Text(16) },
		"B is above the modulus":  func(c *srp.Challenge) { c.B = new(big.Int).Add(modulus, big.NewInt(5)).Text(16) },
		"B is empty":              func(c *srp.Challenge) { c.B = "" },
		"B is negative":           func(c *srp.Challenge) { c.B = "-2" },
		"B is no number":          func(c *srp.Challenge) { c.B = "xyz" },
		"B is long":               func(c *srp.Challenge) { c.B = strings.Repeat("0", 2000) + "2" },
		"salt is empty":           func(c *srp.Challenge) { c.Salt = "" },
		"salt is no number":       func(c *srp.Challenge) { c.Salt = "0x12" },
		"salt is long":            func(c *srp.Challenge) { c.Salt = strings.Repeat("1", 2000) },
		"block is no base64":      func(c *srp.Challenge) { c.SecretBlock = "?" },
		"block is half of base64": func(c *srp.Challenge) { c.SecretBlock = "a" },
	}
	if _, err := client.Sign(good, "Passw0rd!", now); err != nil {
		t.Fatal(err)
	}
	for name, change := range cases {
		bad := good
		change(&bad)
		if signature, err := client.Sign(bad, "Passw0rd!", now); !errors.Is(err, srp.ErrChallenge) || signature != "" {
			t.Errorf("%s: %q, %v", name, signature, err)
		}
	}
}

// modulusOf is the modulus, as the source has it.
func modulusOf(t *testing.T) *big.Int {
	t.Helper()
	text, err := os.ReadFile("group.go")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "newModulus(`")
	digits, _, _ := strings.Cut(rest, "`)")
	n, ok := new(big.Int).SetString(strings.Join(strings.Fields(digits), ""), 16)
	if !ok || n.BitLen() != 3072 {
		t.Fatal("the modulus is not where it was")
	}
	return n
}

func TestClientPrintsRedacted(t *testing.T) {
	client, err := srp.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, client); got != "[redacted]" {
			t.Errorf("%s = %s", verb, got)
		}
	}
	if _, err := srp.New(bytes.NewReader(make([]byte, 10))); err == nil {
		t.Error("a secret of 10 bytes is taken")
	}
}
