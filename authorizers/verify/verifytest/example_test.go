package verifytest_test

import (
	"fmt"
	"strings"
	"time"

	"portcullis/authorizers/verify/verifytest"
)

func Example() {
	issuer := verifytest.NewServer()
	defer issuer.Close()

	good := issuer.CognitoAccess(verifytest.Options{Username: "ada", Groups: []string{"admins"}})
	old := issuer.CognitoAccess(verifytest.Options{IssuedAt: time.Now().Add(-2 * time.Hour)})
	forged := verifytest.New(issuer.URL).CognitoAccess(verifytest.Options{Username: "ada"})

	for _, token := range []string{good, old, forged} {
		fmt.Println(strings.Count(token, "."), "dots")
	}
	// Output:
	// 2 dots
	// 2 dots
	// 2 dots
}

// A test that needs a token with one thing wrong alters a good one.
func ExampleIssuer_Sign() {
	issuer := verifytest.New("https://login.example.com")

	claims := issuer.OIDCClaims(verifytest.Options{ClientID: "shop", Scopes: []string{"users/read"}})
	delete(claims, "exp")
	immortal := issuer.Sign(claims)

	header := issuer.Header()
	header["alg"] = "none"
	unsigned := issuer.SignHeader(header, claims)

	fmt.Println(claims["iss"], claims["aud"], claims["scope"])
	fmt.Println(immortal != unsigned)
	// Output:
	// https://login.example.com shop users/read
	// true
}
