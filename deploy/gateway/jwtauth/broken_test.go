package jwtauth_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
)

// headerText is what error_description may hold (RFC 6750, section 3).
var headerText = regexp.MustCompile(`^[\x20-\x21\x23-\x5b\x5d-\x7e]+$`)

// TestBroken: every broken token is refused, but for those that API Gateway takes: a user pool's are for any app client,
// whatever resource an access token is bound to, a JWT authorizer knows no token_use and takes client_id where there is no aud,
// and neither asks for the key that a token is bound to.
func TestBroken(t *testing.T) {
	const tokenUse = "token-use-missing token-use-null token-use-empty token-use-refresh token-use-list token-use-other-case token-use-wrong-case"
	const bound = " bound-jkt bound-x5t bound-empty bound-false"
	oidc, access, id := (*verifytest.Issuer).OIDCClaims, (*verifytest.Issuer).CognitoAccessClaims, (*verifytest.Issuer).CognitoIDClaims
	tests := []struct {
		name      string
		algorithm string
		claims    func(*verifytest.Issuer, verifytest.Options) map[string]any
		of        gateway.TokenIssuer
		taken     string
	}{
		{"pool's access", "RS256", access, gateway.TokenIssuer{Use: "access"}, "client-id-other client-id-other-aud resource-other resource-others resource-null resource-number resource-empty"},
		{"pool's id", "RS256", id, gateway.TokenIssuer{Use: "id"}, "aud-other aud-any aud-longer aud-other-case aud-two-in-one"},
		{"JWT", "RS256", oidc, gateway.TokenIssuer{}, "aud-missing aud-wrong-case"},
		{"JWT", "RS384", oidc, gateway.TokenIssuer{}, "aud-missing aud-wrong-case"},
		{"JWT", "RS512", oidc, gateway.TokenIssuer{}, "aud-missing aud-wrong-case"},
		{"JWT, access", "RS256", access, gateway.TokenIssuer{}, tokenUse + " token-use-id client-id-as-aud client-id-other-aud"},
		{"JWT, id", "RS256", id, gateway.TokenIssuer{}, tokenUse + " token-use-access aud-as-client-id aud-list"},
	}
	for _, test := range tests {
		t.Run(test.name+" "+test.algorithm, func(t *testing.T) {
			issuer := newIssuer(t, test.algorithm)
			v := verifierOf(t, newTokens(t, issuer, nil), test.of)
			claims := test.claims(issuer, good(nil))
			if err := v.VerifyToken(t.Context(), issuer.Sign(claims)); err != nil {
				t.Fatalf("the good token: %v", err)
			}
			taken := strings.Fields(test.taken + bound)
			for _, broken := range issuer.Broken(claims) {
				err := v.VerifyToken(t.Context(), broken.Token)
				n := slices.Index(taken, broken.Name)
				switch why := refusal(err); {
				case n >= 0:
					taken = slices.Delete(taken, n, n+1)
					if why != "" {
						t.Errorf("%s is refused: %v", broken.Name, err)
					}
				case why == "" || why == "unavailable" || strings.HasPrefix(why, "other: "):
					t.Errorf("%s: %q, want a refusal: %s", broken.Name, why, broken.Why)
				case !headerText.MatchString(why):
					t.Errorf("%s: %q is no text for a header", broken.Name, why)
				}
			}
			if len(taken) > 0 || issuer.Lured() > 0 {
				t.Errorf("no broken tokens %v, %d fetches of keys that tokens led to", taken, issuer.Lured())
			}
		})
	}
}

// TestAlgorithms: tokens of other algorithms than RSA's with PKCS #1 are refused, and of a user pool all but RS256.
func TestAlgorithms(t *testing.T) {
	for _, algorithm := range verifytest.Algorithms() {
		issuer := newIssuer(t, algorithm)
		all := newTokens(t, issuer, nil)
		jwt, cognito := "signing method "+algorithm+" is invalid", "signing method "+algorithm+" is invalid"
		if strings.HasPrefix(algorithm, "RS") {
			jwt = ""
		}
		if algorithm == "RS256" {
			cognito = ""
		}
		token := issuer.CognitoAccess(good(nil))
		for want, of := range map[string]gateway.TokenIssuer{"JWT: " + jwt: {}, "Cognito: " + cognito: {Use: "access"}} {
			kind, want, _ := strings.Cut(want, ": ")
			if err := verifierOf(t, all, of).VerifyToken(t.Context(), token); refusal(err) != want {
				t.Errorf("%s, %s: %q, want %q", kind, algorithm, refusal(err), want)
			}
		}
	}
}

// TestDescriptions: what is told of broken tokens.
func TestDescriptions(t *testing.T) {
	issuer := newIssuer(t)
	v := verifierOf(t, newTokens(t, issuer, nil), gateway.TokenIssuer{Issuer: issuer.URL, Audience: []string{client}})
	claims := issuer.OIDCClaims(good(nil))
	tests := []struct {
		name, want string
		expired    bool
	}{
		{"two-parts", "token contains an invalid number of segments", false},
		{"empty", "token contains an invalid number of segments", false},
		{"large", "the token is too large", false},
		{"alg-none-signed", "signing method none is invalid", false},
		{"alg-named-es256", "signing method ES256 is invalid", false},
		{"alg-named-hs256", "signing method HS256 is invalid", false},
		{"alg-object", "signing method is invalid", false},
		{"kid-missing", "the token does not have a valid kid", false},
		{"iss-other", "issuer does not match", false},
		{"aud-other", "the token does not have a valid audience", false},
		{"exp-missing", "the token does not have a valid exp", false},
		{"exp-past", "the token has expired", true},
		{"nbf-future", "the token is not valid yet", false},
		{"iat-future", "the token is not valid yet", false},
		{"signature-of-other-claims", "signature is invalid", false},
		{"typ-dpop", "the token has an unacceptable header", false},
	}
	for _, test := range tests {
		err := v.VerifyToken(t.Context(), issuer.Break(test.name, claims))
		refused, ok := err.(*gateway.TokenError)
		if !ok || refused.Description != test.want || refused.Expired != test.expired {
			t.Errorf("%s: %#v, want %q", test.name, err, test.want)
		}
	}
}
