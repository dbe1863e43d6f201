package srp_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/emulators/cognito/srp"
)

// vector is one answer of an implementation that is not this one: see testdata/srpvectors.js.
type vector struct {
	Name, Pool, User, Password  string
	Secret, A, Salt, B          string
	Block, Timestamp, Signature string
}

func vectors(t *testing.T) (list []vector) {
	t.Helper()
	text, err := os.ReadFile("testdata/srpvectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestClientSignsAsAmazonsDoes(t *testing.T) {
	all := vectors(t)
	if len(all) < 5 {
		t.Fatalf("%d vectors", len(all))
	}
	for _, v := range all {
		t.Run(v.Name, func(t *testing.T) {
			secret, err := hex.DecodeString(strings.Repeat("0", 256-len(v.Secret)) + v.Secret)
			if err != nil {
				t.Fatal(err)
			}
			client, err := srp.NewClient(bytes.NewReader(secret))
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

func TestExchange(t *testing.T) {
	const timestamp = "Tue Nov 4 09:05:07 UTC 2025"
	block := []byte("block")
	tests := []struct {
		name                      string
		user, password, timestamp string
		block                     string
		want                      bool
	}{
		{"right", "admin", "Passw0rd!", timestamp, "block", true},
		{"wrong password", "admin", "passw0rd!", timestamp, "block", false},
		{"empty password", "admin", "", timestamp, "block", false},
		{"other user", "reader", "Passw0rd!", timestamp, "block", false},
		{"other time", "admin", "Passw0rd!", "Tue Nov 4 09:05:08 UTC 2025", "block", false},
		{"other block", "admin", "Passw0rd!", timestamp, "clock", false},
	}
	verifier := srp.NewVerifier("local", "admin", "Passw0rd!")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			client, exchange := begin(t, verifier)
			challenge := srp.Challenge{Pool: "local", User: test.user, Salt: exchange.Salt(), B: exchange.B(), SecretBlock: base64.StdEncoding.EncodeToString([]byte(test.block))}
			signature, err := client.Sign(challenge, test.password, now)
			if err != nil {
				t.Fatal(err)
			}
			if got := exchange.Verify(block, test.timestamp, signature); got != test.want {
				t.Errorf("Verify = %v", got)
			}
		})
	}
}

func TestNoPasswordFitsADecoy(t *testing.T) {
	decoy := srp.Decoy([]byte("key"), "local", "nobody")
	client, exchange := begin(t, decoy)
	signature, err := client.Sign(srp.Challenge{Pool: "local", User: "nobody", Salt: exchange.Salt(), B: exchange.B()}, "", now)
	if err != nil || exchange.Verify(nil, now.Format(srp.TimestampLayout), signature) || decoy.Matches("") {
		t.Errorf("a decoy is a verifier: %v", err)
	}
	_, again := begin(t, srp.Decoy([]byte("key"), "local", "nobody"))
	_, other := begin(t, srp.Decoy([]byte("key"), "local", "somebody"))
	_, elsewhere := begin(t, srp.Decoy([]byte("other key"), "local", "nobody"))
	if again.Salt() != exchange.Salt() || other.Salt() == exchange.Salt() || elsewhere.Salt() == exchange.Salt() {
		t.Error("a decoy's salt tells that it is one")
	}
}

func TestMatches(t *testing.T) {
	verifier := srp.NewVerifier("local", "admin", "Passw0rd!")
	for password, want := range map[string]bool{"Passw0rd!": true, "passw0rd!": false, "Passw0rd!!": false, "": false} {
		if got := verifier.Matches(password); got != want {
			t.Errorf("Matches(%q) = %v", password, got)
		}
	}
}

func TestExchangeRefusesPublicValues(t *testing.T) {
	modulus := "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF"
	verifier := srp.NewVerifier("local", "admin", "Passw0rd!")
	for _, a := range []string{"", "0", "00", "-1", "+1", "x", "1 ", "0x1", "1_0", modulus, strings.ToLower(modulus), "00" + modulus, strings.Repeat("1", 2000)} {
		if _, err := verifier.Exchange(a); !errors.Is(err, srp.ErrPublicValue) {
			t.Errorf("SRP_A %.20q: %v", a, err)
		}
	}
	client, _ := begin(t, verifier)
	for _, c := range []srp.Challenge{{Salt: "1", B: "0"}, {Salt: "1", B: modulus}, {Salt: "1", B: "x"}, {Salt: "x", B: "1"}, {B: "1"}, {Salt: "1", B: "1", SecretBlock: "?"}} {
		if _, err := client.Sign(c, "Passw0rd!", now); !errors.Is(err, srp.ErrChallenge) {
			t.Errorf("%.40v: %v", c, err)
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	verifier := srp.NewVerifier("local", "admin", "Passw0rd!")
	client, exchange := begin(t, verifier)
	for _, secret := range []any{verifier, exchange, client} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if got := fmt.Sprintf(verb, secret); got != "[redacted]" {
				t.Errorf("%s of %T = %s", verb, secret, got)
			}
		}
	}
}

// FuzzExchange: without the password no public value and no signature is accepted.
func FuzzExchange(f *testing.F) {
	verifier := srp.NewVerifier("local", "admin", "Passw0rd!")
	f.Add("2", "AAAA")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, a, signature string) {
		exchange, err := verifier.Exchange(a)
		if err != nil {
			return
		}
		if exchange.Verify([]byte("block"), now.Format(srp.TimestampLayout), signature) {
			t.Errorf("SRP_A %q with signature %q is accepted", a, signature)
		}
	})
}

func begin(t *testing.T, verifier srp.Verifier) (*srp.Client, *srp.Exchange) {
	t.Helper()
	client, err := srp.NewClient(nil)
	if err != nil {
		t.Fatal(err)
	}
	exchange, err := verifier.Exchange(client.A())
	if err != nil {
		t.Fatal(err)
	}
	return client, exchange
}
