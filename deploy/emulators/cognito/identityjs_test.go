package cognito_test

import (
	"os/exec"
	"testing"
	"time"

	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/emulators/cognito/cognitotest"
	"portcullis/deploy/testtools"
)

// TestIdentityJS: Amazon's library for browsers, which signs in by SRP, works against the pool unchanged.
func TestIdentityJS(t *testing.T) {
	node, env := testtools.NodeModule(t, "amazon-cognito-identity-js", "6")
	accounts := cognito.Demo()
	accounts[0].Required = []string{"name"}
	start := time.Now() // stands still, so that the code of the software token stays good
	_, base := serveWith(t, cognito.Config{Accounts: accounts, Now: func() time.Time { return start }})
	command := exec.CommandContext(t.Context(), node, "testdata/identity.js", base+"/", cognito.PoolID, cognito.ClientID, cognito.Password,
		cognitotest.TOTP(accounts[1].TOTPSecret, start))
	command.Env = env
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr(err))
	}
	const want = `admin: NotAuthorizedException: Incorrect username or password.
nobody: NotAuthorizedException: Incorrect username or password.
newcomer: new password, besides ["name"], has {"email":"newcomer@example.com","email_verified":"true"}
newcomer: tokens of newcomer
newcomer: tokens of newcomer
mfa: tokens of mfa
admin: tokens of admin
attributes: email email_verified sub
refreshed: admin
revoked: SUCCESS
attributes: NotAuthorizedException: Access Token has been revoked
refreshed: NotAuthorizedException: Refresh Token has been revoked
reader: tokens of reader
signed out: SUCCESS
`
	if string(out) != want {
		t.Errorf("output:\n%s\nwant:\n%s", out, want)
	}
}
