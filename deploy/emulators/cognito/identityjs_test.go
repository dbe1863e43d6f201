package cognito_test

import (
	"fmt"
	"net/http"
	"os/exec"
	"testing"
	"time"

	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/emulators/cognito/cognitotest"
	"portcullis/deploy/testtools"
)

// serveCodes serves the codes that users were sent last, by their names in the query, as their mailboxes would.
func serveCodes(t *testing.T, sent *codes) string {
	t.Helper()
	return testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, sent.of(r.URL.RawQuery)) }))
}

// TestIdentityJS: Amazon's library for browsers, which signs in by SRP, works against the pool unchanged.
func TestIdentityJS(t *testing.T) {
	node, env := testtools.NodeModule(t, "amazon-cognito-identity-js", "6")
	accounts := cognito.Demo()
	accounts[0].Required = []string{"name"}
	start := time.Now() // stands still, so that the code of the software token stays good
	sent := new(codes)
	_, base := serveWith(t, cognito.Config{Accounts: accounts, Deliver: sent.take, Now: func() time.Time { return start }})
	command := exec.CommandContext(t.Context(), node, "testdata/identity.js", base+"/", cognito.PoolID, cognito.ClientID, cognito.Password,
		cognitotest.TOTP(accounts[1].TOTPSecret, start), serveCodes(t, sent))
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
ann: InvalidPasswordException: Password did not conform with policy: Password not long enough
ann: confirmed false, {"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"a***@e***"}
ann: UsernameExistsException: User already exists
ann: UserNotConfirmedException: User is not confirmed.
ann: CodeMismatchException: Invalid verification code provided, please try again.
ann: resent a***@e***
ann: SUCCESS
ann: tokens of ann
ann: NotAuthorizedException: Incorrect username or password.
ann: changed SUCCESS
ann: NotAuthorizedException: Incorrect username or password.
ann: forgot {"CodeDeliveryDetails":{"AttributeName":"email","DeliveryMedium":"EMAIL","Destination":"a***@e***"}}
ann: reset SUCCESS
ann: ExpiredCodeException: Invalid code provided, please request a code again.
ann: tokens of ann
`
	if string(out) != want {
		t.Errorf("output:\n%s\nwant:\n%s", out, want)
	}
}
