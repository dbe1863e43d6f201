package vectors_test

import (
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"portcullis/authorizers/verify/vectors"
	"portcullis/authorizers/verify/verifytest"
)

// The times of all tokens: they were issued in 2023 and end in 2100, so that a verifier without a clock of its own to set can be tried, too.
const (
	issued = 1_700_000_000
	ends   = 4_102_444_800
)

// seed is that of all keys: they are nobody's secret.
const seed = "portcullis test vectors"

// kind is a kind of tokens: its issuer, its claims, and what a verifier has to check.
type kind struct {
	name, issuer         string
	like                 verifytest.Like
	claims               func(*verifytest.Issuer, verifytest.Options) map[string]any
	audience, audienceIn string
	wants                map[string]string
}

const pool = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example1"

var (
	oidc = kind{vectors.KindOIDC, "https://issuer.example.com/oidc", "", (*verifytest.Issuer).OIDCClaims,
		verifytest.DefaultAudience, "aud", map[string]string{}}
	cognitoAccess = kind{vectors.KindCognitoAccess, pool, verifytest.LikeCognito, (*verifytest.Issuer).CognitoAccessClaims,
		verifytest.DefaultClientID, "client_id", map[string]string{"token_use": "access"}}
	cognitoID = kind{vectors.KindCognitoID, pool, verifytest.LikeCognito, (*verifytest.Issuer).CognitoIDClaims,
		verifytest.DefaultClientID, "aud", map[string]string{"token_use": "id"}}
)

// scene is an issuer of vectors, and the claims of its good token.
type scene struct {
	kind
	*verifytest.Issuer
	good map[string]any
}

// newScene makes an issuer with two keys, as one has that rotates them. Those of one kind and algorithm have the same keys.
func newScene(t *testing.T, k kind, algorithm string) scene {
	cryptotest.SetGlobalRandom(t, 1)
	issuer := verifytest.NewWithKeys(k.issuer, verifytest.Keys{Seed: seed, Like: k.like, Algorithms: []string{algorithm, algorithm}})
	o := verifytest.Options{
		IssuedAt: time.Unix(issued, 0), Lifetime: (ends - issued) * time.Second, Scopes: []string{"orders/read", "orders/write"},
	}
	if k.name == vectors.KindOIDC {
		o.Audience = []string{k.audience}
	}
	return scene{k, issuer, k.claims(issuer, o)}
}

// group is a group with no cases. Its key set is that of now.
func (s scene) group(name string) vectors.Group {
	required := []string{"iss", "exp", s.audienceIn}
	if s.wants["token_use"] != "" {
		required = append(required, "token_use")
	}
	return vectors.Group{
		Name: name, Issuer: s.URL, KeySetURL: s.KeySetURL(), Algorithms: []string{s.Algorithm()},
		Audience: s.audience, AudienceIn: s.audienceIn, Claims: s.wants, Required: required, KeySet: s.KeySet(),
	}
}

func accept(name, why, token string) vectors.Case {
	return vectors.Case{Name: name, Result: vectors.Accept, Why: why, Token: token}
}

// acceptable are tokens that look odd and are good, behind one that does not.
func (s scene) acceptable() []vectors.Case {
	with := func(name, why, member string, value any) vectors.Case {
		return accept(name, why, s.Sign(changed(s.good, member, value)))
	}
	withHeader := func(name, why, member string, value any) vectors.Case {
		return accept(name, why, s.SignHeader(changed(s.Header(), member, value), s.good))
	}
	all := []vectors.Case{
		accept("good", "Nothing is odd.", s.Sign(s.good)),
		with("exp-fraction", "The exp has a fraction of a second (RFC 7519 section 2, NumericDate).", "exp", json.RawMessage("4102444800.5")),
		with("exp-exponent", "The exp is written with an exponent, as a number of JSON may be.", "exp", json.RawMessage("4.1024448e9")),
		with("nbf-now", "The nbf is when the token was issued, and it is good from then on.", "nbf", issued),
		with("letters", "There are letters of all kinds in a claim.", "name", "Zoë Ωμέγα 日本 🐙"),
		with("surrogate-pair", "A character is written as the escapes of a pair of surrogates.", "name", json.RawMessage(`"\ud83d\udc19"`)),
		with("claim-like-exp", "There is a claim Exp, which is another one than exp.", "Exp", 1),
		with("nested-claims", "A claim is an object with lists in it.", "address", map[string]any{"lines": []any{"1 Main St", nil, 7, true}}),
		withHeader("typ-jwt", "The typ is JWT (RFC 7519 section 5.1).", "typ", "JWT"),
		withHeader("typ-at-jwt", "The typ is that of an access token, in its long form (RFC 9068 section 2.1).", "typ", "application/at+jwt"),
		withHeader("header-unknown", "There is a header member that nobody knows, which is passed over (RFC 7515 section 4).", "x-odd", []any{1}),
		withHeader("jku-unused", "There is a jku, from which nothing may be fetched, and the signature is by the issuer's key.", "jku", "http://127.0.0.1:1/keys"),
	}
	if s.name == vectors.KindOIDC {
		all = append(all, with("aud-list-with-ours", "The aud is a list with the audience in it (RFC 7519 section 4.1.3).", "aud", []any{"other", s.audience}))
	}
	if public, ok := s.PublicKey().(*ecdsa.PublicKey); ok {
		all = append(all, accept("ecdsa-other-s", "The s is N-s of another signature of the same token: both are good.", otherS(public, all[0].Token)))
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

// otherS replaces s of an ECDSA signature by N-s, which anybody can do and which verifies as well: a token's text does not identify it.
func otherS(public *ecdsa.PublicKey, token string) string {
	dot := strings.LastIndexByte(token, '.')
	signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	must(err)
	half := len(signature) / 2
	s := new(big.Int).SetBytes(signature[half:])
	s.Sub(public.Params().N, s).FillBytes(signature[half:])
	return token[:dot+1] + encode(signature)
}
