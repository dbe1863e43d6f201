package verifytest_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
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

// The algorithm is that of the key which signs; each has a key of its own.
func ExampleIssuer_Use() {
	issuer := verifytest.New("https://login.example.com", "ES256", "EdDSA")
	fmt.Println(issuer.Algorithm(), issuer.Header()["alg"])
	issuer.Use("EdDSA")
	fmt.Println(issuer.Algorithm(), issuer.Header()["alg"])
	// Output:
	// ES256 ES256
	// EdDSA EdDSA
}

// A verifier has to refuse every one. This one looks at the claim iss alone, and its faults are many.
func ExampleIssuer_Broken() {
	issuer := verifytest.New("https://login.example.com", "EdDSA")
	verify := func(token string) error {
		var claims struct{ Iss string }
		parts := strings.Split(token+"..", ".")
		text, _ := base64.RawURLEncoding.DecodeString(parts[1])
		if err := json.Unmarshal(text, &claims); err != nil || claims.Iss != issuer.URL {
			return fmt.Errorf("refused")
		}
		return nil
	}
	for _, broken := range issuer.Broken(issuer.OIDCClaims(verifytest.Options{})) {
		if strings.HasPrefix(broken.Name, "claims-case") || strings.HasPrefix(broken.Name, "alg-none-m") {
			if err := verify(broken.Token); err == nil {
				fmt.Printf("%s is accepted: %s\n", broken.Name, broken.Why)
			}
		}
	}
	// Output:
	// claims-case-overrides-exp is accepted: The token has expired, and a claim EXP behind exp is in the future.
	// claims-case-overrides-iss is accepted: The iss is another one, and a claim ISS behind it is the right one.
	// alg-none-mixed is accepted: The alg is nOnE, and the signature is empty.
}

func ExampleIssuer_Break() {
	issuer := verifytest.New("https://login.example.com", "EdDSA")
	token := issuer.Break("alg-none-no-kid", issuer.OIDCClaims(verifytest.Options{}))
	header, _, _ := strings.Cut(token, ".")
	text, _ := base64.RawURLEncoding.DecodeString(header)
	fmt.Printf("%s\n", text)
	// Output: {"alg":"none"}
}

func ExampleIssuer_Rotate() {
	issuer := verifytest.New("https://login.example.com", "EdDSA")
	before := issuer.KeyID()
	issuer.Rotate() // the old key stays published
	fmt.Println(issuer.KeyID() != before)
	issuer.Replace() // no old key does
	// Output: true
}

func ExampleIssuer_Outage() {
	issuer := verifytest.NewServer("EdDSA")
	defer issuer.Close()
	issuer.Outage(true)
	answer, err := http.Get(issuer.KeySetURL())
	if err != nil {
		fmt.Println(err)
		return
	}
	answer.Body.Close()
	fmt.Println(answer.Status)
	// Output: 503 Service Unavailable
}

// A client that waits less than the issuer takes.
func ExampleIssuer_Slow() {
	issuer := verifytest.NewServer("EdDSA")
	defer issuer.Close()
	issuer.Slow(time.Hour)
	client := http.Client{Timeout: 10 * time.Millisecond}
	_, err := client.Get(issuer.KeySetURL())
	fmt.Println(os.IsTimeout(err))
	// Output: true
}

func ExampleIssuer_Handle() {
	issuer := verifytest.NewServer("EdDSA")
	defer issuer.Close()
	issuer.Handle(verifytest.KeySetPath, http.RedirectHandler("https://other.example/keys", http.StatusFound))
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get(issuer.KeySetURL())
	if err != nil {
		fmt.Println(err)
		return
	}
	answer.Body.Close()
	fmt.Println(answer.Status, answer.Header.Get("Location"))
	// Output: 302 Found https://other.example/keys
}

// Keys that are the same each time, so that a key id may stand in a file, under a kid as Cognito writes it.
func ExampleNewWithKeys() {
	keys := verifytest.Keys{Algorithms: []string{"EdDSA"}, Seed: "fixture", Like: verifytest.LikeCognito}
	issuer := verifytest.NewWithKeys("https://login.example.com", keys)
	fmt.Println(issuer.KeyID())
	// Output: h2MAeNRU896Yw32sS7e1Xe9efPElDuYh7v3lGCH8Ww4=
}

// A key that a verifier has to pass over, and a token by it.
func ExampleIssuer_SignOdd() {
	issuer := verifytest.New("https://login.example.com", "EdDSA")
	token := issuer.SignOdd("rsa-1024", issuer.OIDCClaims(verifytest.Options{}))
	_, signature, _ := strings.Cut(token[strings.Index(token, ".")+1:], ".")
	bytes, _ := base64.RawURLEncoding.DecodeString(signature)
	fmt.Println(len(bytes)*8, "bits")
	// Output: 1024 bits
}
