package cognito_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"portcullis/authorizers"
	"portcullis/authorizers/revocation/cognito"
	"portcullis/deploy/testtools"
)

// userPool is moto's, with a user "ann".
type userPool struct {
	*cognitoidentityprovider.Client
	pool, app *string
}

const password = "Passw0rd!"

func newCognito(t *testing.T, endpoint string) *userPool {
	t.Helper()
	client := cognitoidentityprovider.New(cognitoidentityprovider.Options{
		BaseEndpoint: &endpoint, Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	pool, err := client.CreateUserPool(t.Context(), &cognitoidentityprovider.CreateUserPoolInput{PoolName: aws.String("pool")})
	if err != nil {
		t.Fatal(err)
	}
	app, err := client.CreateUserPoolClient(t.Context(), &cognitoidentityprovider.CreateUserPoolClientInput{
		UserPoolId: pool.UserPool.Id, ClientName: aws.String("app"), ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserPasswordAuth},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := &userPool{client, pool.UserPool.Id, app.UserPoolClient.ClientId}
	if _, err := client.AdminCreateUser(t.Context(), &cognitoidentityprovider.AdminCreateUserInput{UserPoolId: c.pool, Username: aws.String("ann")}); err != nil {
		t.Fatal(err)
	}
	_, err = client.AdminSetUserPassword(t.Context(), &cognitoidentityprovider.AdminSetUserPasswordInput{
		UserPoolId: c.pool, Username: aws.String("ann"), Password: aws.String(password), Permanent: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// signIn gives an access token and its claims, as the verifier would.
func (c *userPool) signIn(t *testing.T) (token string, claims *authorizers.Claims) {
	t.Helper()
	out, err := c.InitiateAuth(t.Context(), &cognitoidentityprovider.InitiateAuthInput{
		ClientId: c.app, AuthFlow: types.AuthFlowTypeUserPasswordAuth, AuthParameters: map[string]string{"USERNAME": "ann", "PASSWORD": password},
	})
	if err != nil {
		t.Fatal(err)
	}
	token = *out.AuthenticationResult.AccessToken
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var said struct{ Iss, Sub, Scope, Token_use string }
	if err := json.Unmarshal(text, &said); err != nil {
		t.Fatal(err)
	}
	return token, &authorizers.Claims{Issuer: said.Iss, Subject: said.Sub, TokenUse: said.Token_use, Scopes: strings.Fields(said.Scope)}
}

// TestCognitoByMoto: another maker's Cognito takes a token, and does not once its user has signed out.
func TestCognitoByMoto(t *testing.T) {
	endpoint := testtools.Moto(t)
	server := newCognito(t, endpoint)
	token, claims := server.signIn(t)
	c, err := cognito.New(cognito.Config{Issuers: []string{claims.Issuer}, Endpoint: endpoint})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Check(t.Context(), token, claims); err != nil {
		t.Errorf("a good token: %v", err)
	}
	if _, err := server.AdminUserGlobalSignOut(t.Context(), &cognitoidentityprovider.AdminUserGlobalSignOutInput{UserPoolId: server.pool, Username: aws.String("ann")}); err != nil {
		t.Fatal(err)
	}
	revoked := &authorizers.TokenError{Code: authorizers.CodeRevoked}
	if err := c.Check(t.Context(), token, claims); !errors.Is(err, revoked) {
		t.Errorf("after signing out: %v", err)
	}
	if err := c.Check(t.Context(), "a.b.c", claims); !errors.Is(err, revoked) {
		t.Errorf("a token that it does not know: %v", err)
	}
}
