package cognito_test

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/testtools"
)

func TestGoSDK(t *testing.T) {
	pool, base := serve(t)
	client := idp.New(idp.Options{Region: "us-east-1", BaseEndpoint: &base})
	signedIn, err := client.InitiateAuth(t.Context(), initiateInput("USER_PASSWORD_AUTH", "USERNAME", "reader", "PASSWORD", cognito.Password))
	if err != nil {
		t.Fatal(err)
	}
	first := signedIn.AuthenticationResult
	if got := claims(t, pool, *first.AccessToken)["username"]; got != "reader" || first.ExpiresIn != 3600 || *first.TokenType != "Bearer" {
		t.Errorf("username %v, result %+v", got, first)
	}
	refreshed, err := client.InitiateAuth(t.Context(), initiateInput("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN", *first.RefreshToken))
	if err != nil {
		t.Fatal(err)
	}
	if second := refreshed.AuthenticationResult; second.RefreshToken != nil || claims(t, pool, *second.IdToken)["cognito:username"] != "reader" {
		t.Errorf("refreshed = %+v", second)
	}
}

func TestGoSDKErrors(t *testing.T) {
	_, base := serve(t)
	client := idp.New(idp.Options{Region: "us-east-1", BaseEndpoint: &base})
	call := func(in *idp.InitiateAuthInput) error {
		_, err := client.InitiateAuth(t.Context(), in)
		return err
	}
	if err := call(initiateInput("USER_PASSWORD_AUTH", "USERNAME", "admin", "PASSWORD", "wrong")); !is[*types.NotAuthorizedException](err) {
		t.Errorf("wrong password: %v", err)
	}
	if err := call(initiateInput("USER_SRP_AUTH")); !is[*types.InvalidParameterException](err) {
		t.Errorf("SRP: %v", err)
	}
	stranger := initiateInput("USER_PASSWORD_AUTH")
	stranger.ClientId = aws.String("other")
	if err := call(stranger); !is[*types.ResourceNotFoundException](err) {
		t.Errorf("unknown client: %v", err)
	}
}

func TestAWSCLI(t *testing.T) {
	cli := testtools.AWSCLI(t)
	pool, base := serve(t)
	initiateAuth := func(password string) ([]byte, error) {
		command := exec.CommandContext(t.Context(), cli, "cognito-idp", "initiate-auth", "--no-sign-request", "--region", "us-east-1",
			"--endpoint-url", base, "--output", "json", "--client-id", cognito.ClientID,
			"--auth-flow", "USER_PASSWORD_AUTH", "--auth-parameters", "USERNAME=admin,PASSWORD="+password)
		command.Env = withoutAWS(os.Environ())
		return command.Output()
	}
	out, err := initiateAuth(cognito.Password)
	if err != nil {
		t.Fatalf("%v: %s", err, stderr(err))
	}
	var answer struct{ AuthenticationResult result }
	if err := json.Unmarshal(out, &answer); err != nil || claims(t, pool, answer.AuthenticationResult.AccessToken)["username"] != "admin" {
		t.Errorf("%v in %s", err, out)
	}
	_, err = initiateAuth("wrong")
	const want = "An error occurred (NotAuthorizedException) when calling the InitiateAuth operation: Incorrect username or password."
	if err == nil || !strings.Contains(stderr(err), want) {
		t.Errorf("wrong password: %v %s", err, stderr(err))
	}
}

// TestAWSCLIFixtures makes users as the set-up of a test does, and signs one in.
func TestAWSCLIFixtures(t *testing.T) {
	cli := testtools.AWSCLI(t)
	pool, base := serve(t)
	run := func(query, operation string, args ...string) string {
		t.Helper()
		args = append([]string{"cognito-idp", operation, "--region", "us-east-1", "--endpoint-url", base, "--user-pool-id", cognito.PoolID, "--output", "json", "--query", query}, args...)
		command := exec.CommandContext(t.Context(), cli, args...)
		command.Env = append(withoutAWS(os.Environ()), "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
		out, err := command.Output()
		if err != nil {
			t.Fatalf("%s: %v %s", operation, err, stderr(err))
		}
		return strings.TrimSpace(string(out))
	}
	status := run("User.UserStatus", "admin-create-user", "--username", "ada", "--message-action", "SUPPRESS", "--user-attributes", "Name=email,Value=ada@example.com")
	run("@", "admin-set-user-password", "--username", "ada", "--password", "Passw0rd-of-ada", "--permanent")
	run("@", "admin-add-user-to-group", "--username", "ada", "--group-name", "admins")
	found := run("Users[].Username", "list-users", "--filter", `email ^= "ada@"`)
	token := run("AuthenticationResult.AccessToken", "admin-initiate-auth", "--client-id", cognito.ClientID,
		"--auth-flow", "ADMIN_USER_PASSWORD_AUTH", "--auth-parameters", "USERNAME=ada,PASSWORD=Passw0rd-of-ada")
	groups, err := json.Marshal(claims(t, pool, strings.Trim(token, `"`))["cognito:groups"])
	if got, want := status+strings.Join(strings.Fields(found), "")+string(groups), `"FORCE_CHANGE_PASSWORD"["ada"]["admins"]`; err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

// serve mounts a pool at /_cognito of a server, as the local gateway does.
func serve(t *testing.T) (*cognito.Pool, string) {
	t.Helper()
	return serveWith(t, cognito.Config{})
}

func serveWith(t *testing.T, c cognito.Config) (*cognito.Pool, string) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String() + "/_cognito"
	c.BaseURL = base
	pool := newPool(t, c)
	server.Config.Handler = pool
	server.Start()
	t.Cleanup(server.Close)
	return pool, base
}

func initiateInput(flow string, parameters ...string) *idp.InitiateAuthInput {
	in := &idp.InitiateAuthInput{AuthFlow: types.AuthFlowType(flow), ClientId: aws.String(cognito.ClientID), AuthParameters: map[string]string{}}
	for i := 0; i+1 < len(parameters); i += 2 {
		in.AuthParameters[parameters[i]] = parameters[i+1]
	}
	return in
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// withoutAWS keeps endpoints, profiles and proxies of the desk away from the test.
func withoutAWS(environ []string) []string {
	kept := []string{"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "NO_PROXY=127.0.0.1"}
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "AWS_") && !strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			kept = append(kept, pair)
		}
	}
	return kept
}

func stderr(err error) string {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(exit.Stderr)
	}
	return ""
}
