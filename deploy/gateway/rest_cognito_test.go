package gateway_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
	"portcullis/deploy/plan"
)

const cognitoMode = "name: test\ngateway: REST\nauthorization: COGNITO_USER_POOLS\nauthorizer: {}\n"

// userPools verifies the tokens of one user pool, for any of its clients, as API Gateway does.
type userPools struct {
	issuer *verifytest.Issuer
	now    func() time.Time
}

func (p userPools) Verifier(wanted gateway.TokenIssuer) (gateway.TokenVerifier, error) {
	v, err := verify.New(verify.Config{
		Issuers: []verify.Issuer{{Issuer: p.issuer.URL, JWKSURI: p.issuer.KeySetURL(), TokenUse: []string{wanted.Use}, InsecureAnyAudience: true}},
		Now:     p.now,
	})
	return verifying{v}, err
}

// newCognitoStage starts a stage whose GET /session asks for any token.
func newCognitoStage(t *testing.T) (*stage, *verifytest.Issuer, verifytest.Options) {
	t.Helper()
	contract, err := contract.Parse("contract.yaml", []byte(contractText+"  /session: {get: {security: [bearer: []]}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	issuer := verifytest.NewServer()
	t.Cleanup(issuer.Close)
	s := startStage(t, cognitoMode, func(c *setting) { c.Contract, c.Tokens = contract, userPools{issuer, c.Now} })
	return s, issuer, verifytest.Options{Subject: "me", Scopes: []string{"other", "things/read"}, IssuedAt: s.now.Add(-time.Minute)}
}

// TestCognitoWithoutScopes: a plan that does not say which scopes open an operation opens it to no token.
func TestCognitoWithoutScopes(t *testing.T) {
	c := (&stage{}).config(t, cognitoMode, nil)
	c.Functions, c.Tokens = map[string]gateway.Invoker{"things": stuck{}}, taking{}
	p, err := plan.Compile(c.Contract, c.Mode)
	if err != nil {
		t.Fatal(err)
	}
	o := p.Operations["GET /things"]
	o.AuthorizationScopes = nil
	p.Operations["GET /things"], c.Plan = o, p
	g, err := gateway.New(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	request, got := httptest.NewRequest("GET", "/test/things", nil), httptest.NewRecorder()
	request.Header.Set("Authorization", "a.e30.b")
	if g.ServeHTTP(got, request); got.Code != 401 {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

// taking is a verifier that takes every token.
type taking struct{}

func (taking) Verifier(gateway.TokenIssuer) (gateway.TokenVerifier, error) { return taking{}, nil }
func (taking) VerifyToken(context.Context, string) error                   { return nil }

// TestCognito: a method with scopes takes an access token with any of them, one without takes an ID token, and whoever
// has neither is unauthorized.
func TestCognito(t *testing.T) {
	s, issuer, options := newCognitoStage(t)
	read, id := issuer.CognitoAccess(options), issuer.CognitoID(options)
	without, scoped, old := options, options, options
	without.Scopes = nil
	scoped.Extra = map[string]any{"scope": "things/read"}
	old.IssuedAt = options.IssuedAt.Add(-48 * time.Hour)
	const unauthorized = `401 UnauthorizedException {"message":"Unauthorized"}`
	const expired = `401 UnauthorizedException {"message":"The incoming token has expired"}`
	for _, test := range []struct{ what, request, want string }{
		{"with the scope", "GET /test/things\nAuthorization: Bearer " + read, "200  /things"},
		{"without Bearer", "GET /test/things\nAuthorization: " + read, "200  /things"},
		{"any token, an ID token", "GET /test/session\nAuthorization: " + id, "200  /session"},
		{"public", "GET /test/open", "200  /open"},
		{"public, nonsense", "GET /test/open\nAuthorization: nonsense", "200  /open"},
		{"no token", "GET /test/things", unauthorized},
		{"no token, any is wanted", "GET /test/session", unauthorized},
		{"empty", "GET /test/things\nAuthorization: ", unauthorized},
		{"only Bearer", "GET /test/things\nAuthorization: Bearer", unauthorized},
		{"nonsense", "GET /test/things\nAuthorization: Bearer nonsense", unauthorized},
		{"Basic", "GET /test/things\nAuthorization: Basic " + read, unauthorized},
		{"a list", "GET /test/things\nAuthorization: " + read + "," + read, unauthorized},
		{"elsewhere", "GET /test/things?Authorization=" + read + "\nX-Authorization: " + read, unauthorized},
		{"twice, the last one counts", "GET /test/things\nAuthorization: " + read + "\nAuthorization: nonsense", unauthorized},
		{"without the scope", "GET /test/things\nAuthorization: Bearer " + issuer.CognitoAccess(without), unauthorized},
		{"an ID token for scopes", "GET /test/things\nAuthorization: Bearer " + id, unauthorized},
		{"an ID token with the scope", "GET /test/things\nAuthorization: Bearer " + issuer.CognitoID(scoped), unauthorized},
		{"any token, an access token", "GET /test/session\nAuthorization: " + read, unauthorized},
		{"expired", "GET /test/things\nAuthorization: Bearer " + issuer.CognitoAccess(old), expired},
		{"expired ID token", "GET /test/session\nAuthorization: Bearer " + issuer.CognitoID(old), expired},
		{"no path", "GET /test/nowhere\nAuthorization: x", `403 IncompleteSignatureException {"message":"Authorization header requires 'Credential' parameter.`},
	} {
		calls := s.things.calls()
		got := s.send(t, test.request)
		if text := fmt.Sprint(got.status, " ", got.header.Get("x-amzn-ErrorType"), " ", got.body); !strings.HasPrefix(text, test.want) {
			t.Errorf("%s: %s, want %s", test.what, text, test.want)
		}
		if called := s.things.calls() > calls; called != (got.status == 200) {
			t.Errorf("%s: the function was called: %v", test.what, called)
		}
	}
	issuer.Outage(true)
	issuer.Replace()
	if got := s.send(t, "GET /test/things\nAuthorization: Bearer "+issuer.CognitoAccess(options)); got.status != 500 || got.body != `{"message":null}` {
		t.Errorf("while the keys cannot be had: %+v", got)
	}
}

// TestCognitoBroken: no broken token passes, whatever is wrong with it.
func TestCognitoBroken(t *testing.T) {
	s, issuer, options := newCognitoStage(t)
	for path, claims := range map[string]map[string]any{"things": issuer.CognitoAccessClaims(options), "session": issuer.CognitoIDClaims(options)} {
		for _, broken := range issuer.Broken(claims) {
			if strings.ContainsAny(broken.Token, "\r\n\x00") || strings.TrimSpace(broken.Token) != broken.Token {
				continue // a header's value holds and keeps no such thing (RFC 9110, section 5.5)
			}
			if strings.HasPrefix(broken.Name, "client-id-other") || strings.HasPrefix(broken.Name, "aud-") {
				continue // any client of the pool will do
			}
			if strings.HasPrefix(broken.Name, "resource-") || strings.HasPrefix(broken.Name, "bound-") {
				continue // nor does the gateway ask for which API a token is, or for the key that it is bound to
			}
			if got := s.send(t, "GET /test/"+path+"\nAuthorization: Bearer "+broken.Token); got.status == 200 {
				t.Errorf("%s: %s (%s): %+v", path, broken.Name, broken.Why, got)
			}
		}
	}
}

// TestCognitoEvent: the function is told the claims, all of them texts, and nothing else.
func TestCognitoEvent(t *testing.T) {
	s, issuer, options := newCognitoStage(t)
	options.Groups, options.Extra = []string{"a", "b"}, map[string]any{"email_verified": true, "number": 7, "none": nil}
	s.send(t, "GET /test/session\nAuthorization: "+issuer.CognitoID(options))
	authorizer := member(t, s.things.last(t), "requestContext", "authorizer")
	keys(t, "authorizer", authorizer, "claims")
	claims := member(t, authorizer, "claims")
	for name, value := range claims {
		if _, isText := value.(string); !isText {
			t.Errorf("%s is %v, want a text", name, value)
		}
	}
	if claims["sub"] != "me" || claims["cognito:groups"] != "a,b" || claims["email_verified"] != "true" || claims["number"] != "7" || claims["token_use"] != "id" {
		t.Errorf("claims %v", claims)
	}
}
