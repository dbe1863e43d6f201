package srp_test

import (
	"encoding/base64"
	"fmt"
	"time"

	"portcullis/deploy/emulators/cognito/srp"
)

func Example() {
	verifier := srp.NewVerifier("local", "admin", "Passw0rd!")

	client, err := srp.NewClient(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	exchange, err := verifier.Exchange(client.A())
	if err != nil {
		fmt.Println(err)
		return
	}
	block := []byte("what the server knows the exchange by")
	challenge := srp.Challenge{Pool: "local", User: "admin", Salt: exchange.Salt(), B: exchange.B(), SecretBlock: base64.StdEncoding.EncodeToString(block)}

	now := time.Now()
	for _, password := range []string{"Passw0rd!", "guess"} {
		signature, err := client.Sign(challenge, password, now)
		fmt.Println(exchange.Verify(block, now.UTC().Format(srp.TimestampLayout), signature), err)
	}
	// Output:
	// true <nil>
	// false <nil>
}
