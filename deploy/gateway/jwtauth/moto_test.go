package jwtauth_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"portcullis/api/contract"
	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/jwtauth"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
	"portcullis/deploy/testtools"
)

// motoPool is a user pool of an emulator of AWS, with a user who has signed in.
type motoPool struct {
	arn, issuer, clientID string
	access, id            string // the user's tokens
}

func newMotoPool(t *testing.T, endpoint string) motoPool {
	t.Helper()
	ctx := t.Context()
	client := idp.New(idp.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	pool, err := client.CreateUserPool(ctx, &idp.CreateUserPoolInput{PoolName: aws.String("pool")})
	must(err)
	app, err := client.CreateUserPoolClient(ctx, &idp.CreateUserPoolClientInput{UserPoolId: pool.UserPool.Id, ClientName: aws.String("app")})
	must(err)
	const password = "Passw0rd!"
	_, err = client.AdminCreateUser(ctx, &idp.AdminCreateUserInput{UserPoolId: pool.UserPool.Id, Username: aws.String("ada")})
	must(err)
	_, err = client.AdminSetUserPassword(ctx, &idp.AdminSetUserPasswordInput{UserPoolId: pool.UserPool.Id, Username: aws.String("ada"), Password: aws.String(password), Permanent: true})
	must(err)
	signedIn, err := client.AdminInitiateAuth(ctx, &idp.AdminInitiateAuthInput{
		UserPoolId: pool.UserPool.Id, ClientId: app.UserPoolClient.ClientId, AuthFlow: types.AuthFlowTypeAdminNoSrpAuth,
		AuthParameters: map[string]string{"USERNAME": "ada", "PASSWORD": password},
	})
	must(err)
	return motoPool{
		arn: *pool.UserPool.Arn, issuer: "https://cognito-idp.us-east-1.amazonaws.com/" + *pool.UserPool.Id, clientID: *app.UserPoolClient.ClientId,
		access: *signedIn.AuthenticationResult.AccessToken, id: *signedIn.AuthenticationResult.IdToken,
	}
}

// tokens are those of a desk whose own pool is this one, of an emulator.
func (p motoPool) tokens(t *testing.T, endpoint string) *jwtauth.Tokens {
	t.Helper()
	made, err := jwtauth.New(jwtauth.Config{UserPool: jwtauth.UserPool{
		Issuer: p.issuer, ClientIDs: []string{p.clientID},
		KeySet: endpoint + strings.TrimPrefix(p.issuer, "https://cognito-idp.us-east-1.amazonaws.com") + "/.well-known/jwks.json",
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.Close)
	return made
}

// TestMotoTokens: tokens of an emulated pool, by each kind of verifier.
func TestMotoTokens(t *testing.T) {
	endpoint := testtools.Moto(t)
	pool, stranger := newMotoPool(t, endpoint), newMotoPool(t, endpoint)
	all := pool.tokens(t, endpoint)
	pools := func(arn, use string) gateway.TokenIssuer { return gateway.TokenIssuer{UserPool: arn, Use: use} }
	const use, audience, issuer = "the token does not have a valid use", "the token does not have a valid audience", "issuer does not match"
	for _, test := range []struct {
		name, token string
		of          gateway.TokenIssuer
		want        string
	}{
		{"access", pool.access, pools("", "access"), ""},
		{"access by ARN", pool.access, pools(pool.arn, "access"), ""},
		{"id", pool.id, pools(pool.arn, "id"), ""},
		{"id as access", pool.id, pools("", "access"), use},
		{"access as id", pool.access, pools("", "id"), use},
		{"access by JWT", pool.access, gateway.TokenIssuer{}, ""},
		{"id by JWT", pool.id, gateway.TokenIssuer{}, ""},
		{"by JWT of this issuer", pool.access, gateway.TokenIssuer{Issuer: pool.issuer, Audience: []string{pool.clientID}}, ""},
		{"for another client", pool.access, gateway.TokenIssuer{Issuer: pool.issuer, Audience: []string{stranger.clientID}}, audience},
		{"another pool's", stranger.access, pools("", "access"), issuer},
		{"another pool's by JWT", stranger.access, gateway.TokenIssuer{}, issuer},
		{"changed", pool.access[:len(pool.access)-4] + "AAAA", pools("", "access"), "signature is invalid"},
	} {
		if err := verifierOf(t, all, test.of).VerifyToken(t.Context(), test.token); refusal(err) != test.want {
			t.Errorf("%s: %q, want %q", test.name, refusal(err), test.want)
		}
	}
}

const motoContract = `openapi: 3.1.0
info: {title: Things, version: "1"}
x-function: things
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
paths:
  /any: {get: {security: [bearer: []]}}
  /user: {get: {security: [bearer: [aws.cognito.signin.user.admin]]}}
  /scoped: {get: {security: [bearer: [things/read]]}}
`

// call is a request with a token, and what comes of it.
type call struct{ path, token, want string }

// TestMotoThroughGateway: a REST API takes an emulated pool's ID tokens where no scope is asked for, and its access tokens
// with the scope elsewhere. An HTTP API takes both where no scope is asked for, and forbids what lacks one.
func TestMotoThroughGateway(t *testing.T) {
	endpoint := testtools.Moto(t)
	pool, stranger := newMotoPool(t, endpoint), newMotoPool(t, endpoint)
	all := pool.tokens(t, endpoint)
	checkCalls(t, newStage(t, all, "name: test\ngateway: REST\nauthorization: COGNITO_USER_POOLS\nauthorizer: {identitySource: method.request.header.Authorization}\n"), []call{
		{"/any", pool.id, "200 ada"},
		{"/any", "Bearer " + pool.id, "200 ada"},
		{"/any", pool.access, `401 {"message":"Unauthorized"}`},
		{"/any", stranger.id, `401 {"message":"Unauthorized"}`},
		{"/any", "", `401 {"message":"Unauthorized"}`},
		{"/user", "Bearer " + pool.access, "200 ada"},
		{"/user", pool.id, `401 {"message":"Unauthorized"}`},
		{"/user", stranger.access, `401 {"message":"Unauthorized"}`},
		{"/scoped", pool.access, `401 {"message":"Unauthorized"}`},
	})
	checkCalls(t, newStage(t, all, "name: test\ngateway: HTTP\nauthorization: JWT\nauthorizer: {identitySource: $request.header.Authorization}\n"), []call{
		{"/any", pool.id, "200 ada"},
		{"/any", "Bearer " + pool.access, "200 ada"},
		{"/any", stranger.id, `401 {"message":"Unauthorized"}`},
		{"/any", "", `401 {"message":"Unauthorized"}`},
		{"/user", "Bearer " + pool.access, "200 ada"},
		{"/user", pool.id, `403 {"message":"Forbidden"}`},
		{"/user", stranger.access, `401 {"message":"Unauthorized"}`},
		{"/scoped", pool.access, `403 {"message":"Forbidden"}`},
	})
}

func checkCalls(t *testing.T, stage http.Handler, calls []call) {
	t.Helper()
	for _, test := range calls {
		r := httptest.NewRequest("GET", "/test"+test.path, nil)
		if test.token != "" {
			r.Header.Set("Authorization", test.token)
		}
		answer := httptest.NewRecorder()
		stage.ServeHTTP(answer, r)
		if got := fmt.Sprintf("%d %s", answer.Code, answer.Body); got != test.want {
			t.Errorf("%s with %.20s…: %s, want %s", test.path, test.token, got, test.want)
		}
	}
}

// newStage makes a stage of a mode whose function answers with the username of the token's claims.
func newStage(t *testing.T, all gateway.Tokens, text string) http.Handler {
	t.Helper()
	contract, err := contract.Parse("contract.yaml", []byte(motoContract))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(contract, m)
	if err != nil {
		t.Fatal(err)
	}
	stage, err := gateway.New(gateway.Config{Plan: p, Tokens: all, Functions: map[string]gateway.Invoker{"things": username{}}})
	if err != nil {
		t.Fatal(err)
	}
	return stage
}

// username is a function.
type username struct{}

func (username) Invoke(_ context.Context, event []byte) ([]byte, error) {
	var e struct {
		RequestContext struct {
			Authorizer struct {
				Claims map[string]string
				JWT    struct{ Claims map[string]string }
			}
		}
	}
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, err
	}
	rest, api := e.RequestContext.Authorizer.Claims, e.RequestContext.Authorizer.JWT.Claims
	name := rest["cognito:username"] + rest["username"] + api["cognito:username"] + api["username"]
	return json.Marshal(map[string]any{"statusCode": 200, "body": name})
}
