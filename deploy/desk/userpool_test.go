package desk_test

import (
	"context"
	"encoding/pem"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/rogpeppe/go-internal/testscript"

	"portcullis/deploy/testtools"
)

// TestOtherUserPool runs testdata/cognito with user pools of other makers': one whose issuer is AWS's, and one that is an issuer
// on this machine, and that knows no GlobalSignOut.
func TestOtherUserPool(t *testing.T) {
	t.Parallel()
	for _, maker := range []struct {
		name            string
		start           func(testing.TB) string
		signedOut, then string // statuses
	}{
		{"moto", testtools.Moto, "200", "401"},
		{"cognito-local", testtools.CognitoLocal, "503", "200"},
	} {
		t.Run(maker.name, func(t *testing.T) {
			endpoint := maker.start(t)
			for _, flag := range []string{"--exec=false", "--exec"} {
				t.Run(flag, func(t *testing.T) {
					runScripts(t, "testdata/cognito", "EXEC="+flag, "ENDPOINT="+endpoint, "MAKER="+maker.name, "SIGNED_OUT="+maker.signedOut, "THEN="+maker.then)
				})
			}
		})
	}
}

// createPool makes the user pool $POOL with the app client $CLIENT at $ENDPOINT, and the user ann of the group readers with
// the password Passw0rd!; it issues as $ISSUER, with the key set $KEYS: create-pool
func createPool(ts *testscript.TestScript, neg bool, args []string) {
	client := idp.New(idp.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(ts.Getenv("ENDPOINT")),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	ctx := context.Background()
	pool, err := client.CreateUserPool(ctx, &idp.CreateUserPoolInput{PoolName: aws.String("other")})
	ts.Check(err)
	id, user, group := pool.UserPool.Id, aws.String("ann"), aws.String("readers")
	app, err := client.CreateUserPoolClient(ctx, &idp.CreateUserPoolClientInput{
		UserPoolId: id, ClientName: aws.String("app"), ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserPasswordAuth},
	})
	ts.Check(err)
	_, err = client.CreateGroup(ctx, &idp.CreateGroupInput{UserPoolId: id, GroupName: group})
	ts.Check(err)
	_, err = client.AdminCreateUser(ctx, &idp.AdminCreateUserInput{UserPoolId: id, Username: user, MessageAction: types.MessageActionTypeSuppress})
	ts.Check(err)
	_, err = client.AdminSetUserPassword(ctx, &idp.AdminSetUserPasswordInput{UserPoolId: id, Username: user, Password: aws.String("Passw0rd!"), Permanent: true})
	ts.Check(err)
	_, err = client.AdminAddUserToGroup(ctx, &idp.AdminAddUserToGroupInput{UserPoolId: id, Username: user, GroupName: group})
	ts.Check(err)
	ts.Setenv("POOL", *id)
	ts.Setenv("CLIENT", *app.UserPoolClient.ClientId)
	ts.Setenv("ISSUER", ts.Getenv("ENDPOINT")+"/"+*id)
	ts.Setenv("KEYS", ts.Getenv("ENDPOINT")+"/"+*id+"/.well-known/jwks.json")
	if ts.Getenv("MAKER") == "moto" {
		ts.Setenv("ISSUER", "https://cognito-idp.us-east-1.amazonaws.com/"+*id)
		serveKeys(ts)
	}
}

// serveKeys serves $KEYS over TLS instead, as those of an https issuer have to be, with the certificate in $SSL_CERT_FILE.
func serveKeys(ts *testscript.TestScript) {
	to, err := url.Parse(ts.Getenv("ENDPOINT"))
	ts.Check(err)
	server := httptest.NewTLSServer(httputil.NewSingleHostReverseProxy(to))
	ts.Defer(server.Close)
	file := ts.MkAbs("certificate.pem")
	ts.Check(os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	ts.Setenv("SSL_CERT_FILE", file)
	ts.Setenv("KEYS", server.URL+"/"+ts.Getenv("POOL")+"/.well-known/jwks.json")
}
