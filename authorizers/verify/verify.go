package verify

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"net/http"
	"slices"
	"time"

	"portcullis/authorizers"
)

// Verifier verifies tokens of the issuers it was made with. It may be used concurrently.
type Verifier struct {
	issuers map[string]*trusted // by the exact value of iss
	skew    time.Duration
	most    int
	now     func() time.Time
}

// trusted is an issuer and its keys, which serve no other issuer.
type trusted struct {
	Issuer
	keys *keySet
}

// New makes a verifier. It makes no network call. The error is a [*ConfigError].
func New(config Config) (*Verifier, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	v := &Verifier{issuers: map[string]*trusted{}, skew: config.ClockSkew, most: config.MaxToken, now: config.Now}
	if v.most == 0 {
		v.most = defaultMaxToken
	}
	if v.now == nil {
		v.now = time.Now
	}
	client := fetchClient(config.Client)
	for _, issuer := range config.Issuers {
		if len(issuer.Algorithms) == 0 {
			issuer.Algorithms = []string{"RS256"}
		}
		v.issuers[issuer.Issuer] = &trusted{issuer, newKeySet(issuer, client, v.now)}
	}
	return v, nil
}

// fetchClient is the client for key sets. A redirect is never followed: it could lead to another host.
func fetchClient(given *http.Client) *http.Client {
	client := http.Client{}
	if given != nil {
		client = *given
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// Verify checks a token in its compact form, without any "Bearer" before it, and gives its claims.
// The error is an [*authorizers.TokenError] or an [*authorizers.UnavailableError]; the context ends the waiting
// for keys, not a fetch that others wait for as well.
func (v *Verifier) Verify(ctx context.Context, raw string) (*authorizers.Claims, error) {
	t, err := parse(raw, v.most)
	if err != nil {
		return nil, err
	}
	algorithm, keyID, err := t.checkHeader()
	if err != nil {
		return nil, err
	}
	iss, _ := t.claims["iss"].(string)
	issuer, known := v.issuers[iss]
	if !known {
		return nil, &authorizers.TokenError{Code: authorizers.CodeIssuer, Claim: "iss", Got: short(iss), Want: "a configured issuer"}
	}
	if !slices.Contains(issuer.Algorithms, algorithm) {
		return nil, &authorizers.TokenError{Code: authorizers.CodeAlgorithm, Claim: "alg", Got: short(algorithm), Want: "an algorithm of the issuer's"}
	}
	key, err := issuer.keys.key(ctx, keyID)
	if err != nil {
		return nil, err
	}
	if err := checkSignature(key, t); err != nil {
		return nil, err
	}
	return issuer.accept(t.claims, v.now(), v.skew)
}

// checkSignature checks an RS256 signature (RFC 7518, section 3.3). That the token's algorithm is RS256 has
// been checked; key sets hold keys for RS256 only.
func checkSignature(key *rsa.PublicKey, t *token) error {
	digest := sha256.Sum256([]byte(t.signed))
	if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], t.signature); err != nil {
		return &authorizers.TokenError{Code: authorizers.CodeSignature}
	}
	return nil
}
