package tokens_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"portcullis/api/internal/lambdaproxy/proxytest"
	"portcullis/api/tokens"
	"portcullis/deploy/testtools"
)

// raw is an answer as it is sent, byte for byte.
func raw(t *testing.T, h *tokens.Handler, kind, body string) string {
	t.Helper()
	out, err := h.Invoke(t.Context(), proxytest.Event(t, kind, proxytest.Call{Method: "POST", Path: "/tokens", Body: body}))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// wantSame checks that all these sign-ins are refused with the same bytes.
func wantSame(t *testing.T, h *tokens.Handler, attempts map[string]string) {
	t.Helper()
	for _, kind := range proxytest.Kinds {
		first := raw(t, h, kind, attempts["unknown user"])
		var a proxytest.Answer
		if err := json.Unmarshal([]byte(first), &a); err != nil || a.StatusCode != 401 || a.Body != `{"error":"Invalid credentials"}` {
			t.Errorf("%s: unknown user: %s", kind, first)
		}
		for name, body := range attempts {
			if got := raw(t, h, kind, body); got != first {
				t.Errorf("%s: %s:\n%s, unknown user:\n%s", kind, name, got, first)
			}
		}
	}
}

func TestRefusedSignInsAreTheSameBytes(t *testing.T) {
	for _, client := range []string{"local-client", "secretive"} {
		d := newDesk(t, client, nil)
		wantSame(t, d.Handler, map[string]string{
			"unknown user":                  credentialsOf("nobody", "Passw0rd!"),
			"wrong password":                credentialsOf("admin", "passw0rd!"),
			"disabled":                      credentialsOf("disabled", "Passw0rd!"),
			"disabled, wrong password":      credentialsOf("disabled", "wrong"),
			"unconfirmed":                   credentialsOf("unconfirmed", "Passw0rd!"),
			"reset required":                credentialsOf("reset", "Passw0rd!"),
			"temporary, wrong password":     credentialsOf("newcomer-0", "wrong"),
			"second factor, wrong password": credentialsOf("mail", "wrong"),
		})
		if d.log.Len() != 0 {
			t.Errorf("log %s", d.log)
		}
	}
}

// TestEmulators does the same with emulators of others, which do tell an unknown user from a wrong password.
func TestEmulators(t *testing.T) {
	t.Run("moto", func(t *testing.T) {
		h := emulated(t, testtools.Moto(t), "unconfirmed", "disabled")
		// It knows no RevokeToken, and cognito-local no GlobalSignOut.
		got := read(t, post(t, h, "rest", "/tokens", credentialsOf("ann", "Passw0rd!")), 200)
		read(t, signOut(t, h, "rest", "Bearer "+got.AccessToken), 200)
		read(t, signOut(t, h, "rest", "Bearer "+got.AccessToken), 401)
	})
	t.Run("cognito-local", func(t *testing.T) {
		h := emulated(t, testtools.CognitoLocal(t), "unconfirmed") // it lets disabled users in
		got := read(t, post(t, h, "rest", "/tokens", credentialsOf("ann", "Passw0rd!")), 200)
		for range 2 {
			read(t, post(t, h, "rest", "/tokens/revoke", refreshing(got.RefreshToken)), 200)
		}
	})
}

// emulated checks sign-ins at an emulator, the users who may not sign in among them, and gives the function before it.
func emulated(t *testing.T, address string, barred ...string) *tokens.Handler {
	t.Helper()
	h, log := newHandler(t, address, emulatedPool(t, address), nil)
	attempts := map[string]string{"unknown user": credentialsOf("nobody", "Passw0rd!"), "wrong password": credentialsOf("ann", "passw0rd!")}
	for _, name := range barred {
		attempts[name] = credentialsOf(name, "Passw0rd!")
	}
	wantSame(t, h, attempts)
	if log.Len() != 0 {
		t.Errorf("log %s", log)
	}
	got := read(t, post(t, h, "rest", "/tokens", credentialsOf("ann", "Passw0rd!")), 200)
	if claimsOf(t, got.AccessToken)["username"] != "ann" || got.RefreshToken == "" {
		t.Errorf("%+v", got)
	}
	asked := read(t, post(t, h, "rest", "/tokens", credentialsOf("newcomer", "Passw0rd!")), 200)
	if asked.Challenge != "NEW_PASSWORD_REQUIRED" {
		t.Fatalf("%+v", asked)
	}
	changed := read(t, post(t, h, "rest", "/tokens", replying(asked, "newcomer", map[string]string{"newPassword": "An0ther-password"})), 200)
	if claimsOf(t, changed.AccessToken)["username"] != "newcomer" {
		t.Errorf("%+v", changed)
	}
	return h
}

// emulatedPool makes a pool with the users ann, newcomer, disabled and unconfirmed, and gives the id of its app client.
func emulatedPool(t *testing.T, address string) (client string) {
	t.Helper()
	admin := cognitoidentityprovider.New(cognitoidentityprovider.Options{
		Region: "us-east-1", BaseEndpoint: &address, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	ctx := t.Context()
	pool := must(admin.CreateUserPool(ctx, &cognitoidentityprovider.CreateUserPoolInput{PoolName: aws.String("test")}))(t).UserPool.Id
	made := must(admin.CreateUserPoolClient(ctx, &cognitoidentityprovider.CreateUserPoolClientInput{
		UserPoolId: pool, ClientName: aws.String("test"), ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowUserPasswordAuth},
	}))(t).UserPoolClient.ClientId
	for _, name := range []string{"ann", "newcomer", "disabled"} {
		must(admin.AdminCreateUser(ctx, &cognitoidentityprovider.AdminCreateUserInput{UserPoolId: pool, Username: &name, TemporaryPassword: aws.String("Passw0rd!"), MessageAction: types.MessageActionTypeSuppress}))(t)
		if name != "newcomer" {
			must(admin.AdminSetUserPassword(ctx, &cognitoidentityprovider.AdminSetUserPasswordInput{UserPoolId: pool, Username: &name, Password: aws.String("Passw0rd!"), Permanent: true}))(t)
		}
	}
	must(admin.AdminDisableUser(ctx, &cognitoidentityprovider.AdminDisableUserInput{UserPoolId: pool, Username: aws.String("disabled")}))(t)
	must(admin.SignUp(context.WithoutCancel(ctx), &cognitoidentityprovider.SignUpInput{ClientId: made, Username: aws.String("unconfirmed"), Password: aws.String("Passw0rd!")}))(t)
	return *made
}

// must fails the test with an error, and gives what came without one.
func must[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// TestUnknownChallenge: what cannot be handed on is said so, after the right password only.
func TestUnknownChallenge(t *testing.T) {
	for _, name := range []string{"MFA_SETUP", "CUSTOM_CHALLENGE", "DEVICE_SRP_AUTH", "WEB_AUTHN", "NEXT_CHALLENGE"} {
		wire := &wire{status: 200, body: `{"ChallengeName":"` + name + `","Session":"session-of-the-user","ChallengeParameters":{"USERNAME":"ann"}}`}
		h, log := newHandler(t, wire.serve(t), "local-client", nil)
		a := post(t, h, "rest", "/tokens", credentialsOf("ann", "private"))
		if a.StatusCode != 403 || a.Body != `{"error":"This account cannot sign in here: it asks for a step that is not supported"}` {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.Body)
		}
		if !strings.Contains(log.String(), name) || strings.Contains(log.String(), "private") || strings.Contains(log.String(), "session-of") {
			t.Errorf("%s: log %s", name, log)
		}
	}
}
