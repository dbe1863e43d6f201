package verify_test

import (
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"flag"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

var update = flag.Bool("update", false, "write testdata/vectors anew, with new keys")

// vectors are tokens of one issuer at one time, and what becomes of them.
type vectors struct {
	Issuer   verify.Issuer   `json:"issuer"`
	Time     int64           `json:"time"` // seconds since 1970
	KeySet   json.RawMessage `json:"keySet"`
	Accepted []vector        `json:"accepted"`
	Refused  []vector        `json:"refused"`
}

type vector struct {
	Name  string `json:"name"`
	Why   string `json:"why,omitempty"`
	Code  string `json:"code,omitempty"`
	Token string `json:"token"`
}

// TestVectors verifies the tokens of testdata/vectors, each with a verifier that trusts the issuer beside
// them, at the time that is named there.
func TestVectors(t *testing.T) {
	if *update {
		writeVectors(t)
	}
	files, err := filepath.Glob("testdata/vectors/*.json")
	if err != nil || len(files) != len(verifytest.Algorithms()) {
		t.Fatalf("%d files of vectors, want one for each algorithm; error %v", len(files), err)
	}
	for _, file := range files {
		var all vectors
		text, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(text, &all)
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		v := newVerifier(t, &verifytest.Issuer{}, func(c *verify.Config) {
			c.Issuers = []verify.Issuer{all.Issuer}
			c.Now = func() time.Time { return time.Unix(all.Time, 0) }
			c.Client = &http.Client{Transport: serves(all.KeySet)}
		})
		for _, vector := range append(all.Accepted, all.Refused...) {
			if _, err := v.Verify(t.Context(), vector.Token); code(err) != vector.Code {
				t.Errorf("%s: %s: error %v, want %q", file, vector.Name, err, vector.Code)
			}
		}
	}
}

// writeVectors writes a file for each algorithm: with all broken tokens for RS256, and for the others with
// those that may depend on the algorithm or on the kind of token. The codes are those of testdata/codes.txt.
func writeVectors(t *testing.T) {
	codes := refusals(t)
	depends := regexp.MustCompile("^(alg|aud|token-use|client-id)-")
	for i, algorithm := range verifytest.Algorithms() {
		kind := kinds[i%len(kinds)]
		issuer := verifytest.New("https://issuer.example.com/"+kind.name, algorithm)
		all := vectors{
			Issuer: verify.Issuer{
				Issuer: issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: kind.tokenUse,
				JWKSURI: issuer.KeySetURL(), Algorithms: []string{algorithm},
			},
			Time: now.Unix(),
		}
		claims := kind.claims(issuer, extra(nil))
		all.Accepted = acceptable(issuer, claims)
		for _, broken := range issuer.Broken(claims) {
			if algorithm == "RS256" || broken.Part == "signature" || depends.MatchString(broken.Name) {
				all.Refused = append(all.Refused, vector{broken.Name, broken.Why, codes[broken.Name].code, broken.Token})
			}
		}
		all.KeySet = json.RawMessage(keySet(issuer)) // with the keys that some of the tokens are signed by
		text, err := json.MarshalIndent(all, "", "\t")
		if err == nil {
			err = os.WriteFile(filepath.Join("testdata/vectors", algorithm+".json"), append(text, '\n'), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// acceptable are tokens that look odd and are good.
func acceptable(issuer *verifytest.Issuer, claims map[string]any) []vector {
	with := func(name, member string, value any) vector {
		return vector{Name: name, Token: issuer.Sign(changed(claims, member, value))}
	}
	withHeader := func(name, member string, value any) vector {
		return vector{Name: name, Token: issuer.SignHeader(changed(issuer.Header(), member, value), claims)}
	}
	all := []vector{
		{Name: "good", Token: issuer.Sign(claims)},
		with("a fraction of a second in exp", "exp", float64(now.Unix())+60.5),
		with("exp with an exponent", "exp", json.RawMessage("1.90000006e9")),
		with("nbf now", "nbf", now.Unix()),
		with("letters of all kinds", "name", "Zoë Ωμέγα 日本 🐙"),
		with("an escaped pair of surrogates", "name", json.RawMessage(`"\ud83d\udc19"`)),
		with("a claim that looks like exp", "Exp", 1),
		with("nested claims", "address", map[string]any{"lines": []any{"1 Main St", nil, 7, true}}),
		withHeader("typ JWT", "typ", "JWT"),
		withHeader("typ of an access token", "typ", "application/at+jwt"),
		withHeader("typ of any token in compact form", "typ", "JOSE"),
		withHeader("a header member that nobody knows", "x-odd", []any{1}),
		withHeader("jku that is never fetched", "jku", "http://127.0.0.1:1/keys"),
	}
	if other, named := map[string]string{"ES256": "ESP256", "ES384": "ESP384", "ES512": "ESP512", "EdDSA": "Ed25519"}[issuer.Algorithm()]; named {
		all = append(all, withHeader("the other name of the algorithm", "alg", other))
	}
	if _, cognito := claims["token_use"]; !cognito {
		all = append(all, with("aud is a list with the audience in it", "aud", []any{"other", verifytest.DefaultClientID}))
	}
	if public, ok := issuer.PublicKey().(*ecdsa.PublicKey); ok {
		all = append(all, vector{Name: "the other s of the same signature", Token: otherS(public, all[0].Token)})
	}
	return all
}

func changed(members map[string]any, member string, value any) map[string]any {
	changed := map[string]any{member: value}
	for name, value := range members {
		if name != member {
			changed[name] = value
		}
	}
	return changed
}

// otherS replaces s of an ECDSA signature by N-s, which anybody can do and which verifies as well: a token's
// text does not identify it.
func otherS(public *ecdsa.PublicKey, token string) string {
	dot := strings.LastIndexByte(token, '.')
	signature := mustDecode(token[dot+1:])
	half := len(signature) / 2
	s := new(big.Int).SetBytes(signature[half:])
	s.Sub(public.Params().N, s).FillBytes(signature[half:])
	return token[:dot+1] + base64.RawURLEncoding.EncodeToString(signature)
}
