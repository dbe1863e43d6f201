package login_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/testtools"
)

// TestMoto: sign-ins at an emulator of Cognito that is not ours. It checks no proof, but wants all that Cognito does, and the
// hash of the app client's secret. It knows neither GetTokensFromRefreshToken nor RevokeToken.
func TestMoto(t *testing.T) {
	address := testtools.Moto(t)
	u := &user{}
	u.home(t)
	u.variables = append(u.variables, "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER="+address)
	api := cognitoidentityprovider.New(cognitoidentityprovider.Options{
		Region: "eu-west-1", BaseEndpoint: &address, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	for name, secret := range map[string]bool{"public": false, "secret": true} {
		pool, client, input := motoPool(t, api, name, secret)
		args := []string{"login", "--profile", name, "--pool", pool, "--client", client, "--username", "ann", "--password-stdin"}
		if secret {
			args = append(args, "--client-secret-stdin")
		}
		r := u.run(t, input+"Temporary-1\nAn0ther-password\n", args...)
		if r.status != 0 || claimsOf(strings.TrimSpace(r.stdout))["client_id"] != client {
			t.Errorf("%s, a temporary password: %+v", name, r)
		}
		if r := u.run(t, "An0ther-password\n", "login", "--profile", name, "--force", "--password-stdin"); r.status != 0 || claimsOf(strings.TrimSpace(r.stdout)) == nil {
			t.Errorf("%s: %+v", name, r)
		}
		if r := u.run(t, "", "login", "--profile", name, "--id"); r.status != 0 || claimsOf(strings.TrimSpace(r.stdout))["token_use"] != "id" {
			t.Errorf("%s, ID token: %+v", name, r)
		}
		if r := u.run(t, "An0ther-password\n", "login", "--profile", name, "--force", "--username", "nobody", "--password-stdin"); r.status != cli.StatusNo || r.stderr != "portcullis login: username and password are not accepted\n" {
			t.Errorf("%s, an unknown user: %+v", name, r)
		}
	}
}

// motoPool makes a user pool with an app client, and ann with a temporary password. It gives the app client's secret as a
// line of stdin, "" where it has none.
func motoPool(t *testing.T, api *cognitoidentityprovider.Client, name string, secret bool) (pool, client, line string) {
	t.Helper()
	made, err1 := api.CreateUserPool(t.Context(), &cognitoidentityprovider.CreateUserPoolInput{PoolName: &name})
	if err1 != nil {
		t.Fatal(err1)
	}
	pool = *made.UserPool.Id
	app, err1 := api.CreateUserPoolClient(t.Context(), &cognitoidentityprovider.CreateUserPoolClientInput{UserPoolId: &pool, ClientName: &name, GenerateSecret: secret,
		ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserSrpAuth, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth}})
	_, err2 := api.AdminCreateUser(t.Context(), &cognitoidentityprovider.AdminCreateUserInput{UserPoolId: &pool, Username: aws.String("ann"), TemporaryPassword: aws.String("Temporary-1")})
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if secret {
		line = *app.UserPoolClient.ClientSecret + "\n"
	}
	return pool, *app.UserPoolClient.ClientId, line
}
