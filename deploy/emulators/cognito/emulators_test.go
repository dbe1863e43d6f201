package cognito_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"portcullis/deploy/emulators/cognito/cognitotest"
	"portcullis/deploy/testtools"
)

// The emulators of others keep the cases honest: what they pass too is not only this package's reading of the API reference.

func TestMoto(t *testing.T) {
	target := cognitotest.Provision(t, emulator(testtools.Moto(t)))
	target.TOTPSecret = func(string) string { return totpSecret } // it takes every code
	target.Exceptions = map[string][]string{
		"has no GetTokensFromRefreshToken": {"get tokens: *", "rotation: *", "revoke: a token that was rotated ends those after it"},
		"has no RevokeToken": {
			"revoke: ends the session, and no other", "revoke: ends access tokens of earlier refreshes", "revoke: twice", "revoke: with a secret",
			"revoke: without the secret", "revoke: another client's", "revoke: an access token", "revoke: made up",
		},
		"makes SRP's values up": {
			"SRP: tokens", "SRP: with a secret hash", "SRP: wrong password", "SRP: another user's proof",
			"SRP: a public value that makes the secret known", "SRP: the same proof twice", "SRP: a proof of another time",
			"SRP: a time in another format", "SRP: then a new password", "SRP: then a software token",
		},
		"tells which users there are": {"password: unknown user", "password: no user", "SRP: unknown user"},
		"has other types of errors for what is missing": {
			"password: none", "SRP: no public value", "new password: none", "session: none", "software token: no code", "refresh: no token",
		},
		"looks at no secret hash beside a password":                     {"secret hash: none", "secret hash: of another secret", "secret hash: of another user"},
		"takes a session for everything":                                {"session: of another user", "session: for another challenge", "session: of another client", "new password: two sessions at once"},
		"has another type of error for a session that it does not know": {"session: made up", "new password: a session twice"},
		"takes every code":                                              {"software token: wrong code, then right", "software token: a code twice", "SMS: wrong code, then right"},
		"knows no choice of factors, and no EMAIL_OTP": {
			"email: wrong code, then right", "several factors: chosen", "several factors: one that the user has not", "several factors: an answer without a choice",
		},
		"takes a refresh token from every client":        {"refresh: another client's"},
		"has no attributes in ID tokens":                 {"password: the email address is in the ID token"},
		"tells little beside a challenge":                {"new password: tells what is asked for"},
		"lets somebody in whose password is to be reset": {"password: to be reset"},
		"tells nothing of a code that it sends, and takes every code": {
			"sign up: then confirm, and sign in", "confirm: another code, then the right one", "forgotten: another password", "forgotten: no code was sent",
			"forgotten: another code, and a password against the policy, then right", "forgotten: nobody's, is as if a code were sent",
		},
		"looks at no attributes": {
			"sign up: an email address that is none", "sign up: an attribute that there is not", "sign up: an address that says it is verified",
		},
		"looks at no secret hash where somebody signs up":             {"sign up: without the secret hash"},
		"confirms who is confirmed":                                   {"confirm: twice", "administrator: confirms who signed up"},
		"fails at ResendConfirmationCode with status 500":             {"confirm: a code that another took the place of", "resend: *"},
		"resets temporary passwords":                                  {"forgotten: of who has a temporary one"},
		"has no USER_AUTH":                                            {"choice: *"},
		"takes any temporary password":                                {"administrator: makes somebody with a password against the policy"},
		"lets disabled and deleted users stay signed in":              {"administrator: disables somebody who is signed in", "administrator: deletes somebody who is signed in, and makes another of that name", "administrator: disables somebody who has not answered yet"},
		"lists only what is written as it writes it itself":           {"list: by status, in any case", "list: by an attribute in quotes, without blanks"},
		"looks at no limit, and has another type of error for a page": {"list: too many", "list: a page of nothing's"},
	}
	cognitotest.Run(t, target)
}

func TestCognitoLocal(t *testing.T) {
	target := cognitotest.Provision(t, emulator(testtools.CognitoLocal(t)))
	target.Exceptions = map[string][]string{
		"has no SRP":                       {"SRP: *"},
		"has no GetTokensFromRefreshToken": {"get tokens: *", "rotation: *", "revoke: a token that was rotated ends those after it"},
		"has no GlobalSignOut":             {"sign out: *"},
		"claims no origin_jti":             {"password: tokens", "refresh: REFRESH_TOKEN_AUTH"},
		"has other types of errors": {
			"password: wrong", "password: disabled user, wrong", "password: unconfirmed user, wrong", "password: none", "password: no user",
			"flow: unknown", "new password: tokens, and the old one is over", "software token: no code", "session: for another challenge",
		},
		"lets disabled users in":                                {"password: disabled user"},
		"takes any password in the place of a temporary one":    {"new password: wrong temporary one"},
		"has no password policy":                                {"new password: against the policy, then by it"},
		"looks at no secret hash":                               {"secret hash: none", "secret hash: of another secret", "secret hash: of another user", "refresh: without the secret hash"},
		"looks at no session":                                   {"new password: a session twice", "new password: two sessions at once", "session: of another user", "session: of another client", "session: made up", "several factors: an answer without a choice"},
		"takes a software token's code twice":                   {"software token: a code twice"},
		"sends codes by the old MFA options only":               {"SMS: *", "email: wrong code, then right"},
		"takes a refresh token from every client":               {"refresh: another client's", "revoke: another client's", "revoke: without the secret"},
		"refuses to revoke what it does not know":               {"revoke: twice", "revoke: made up", "revoke: an access token"},
		"does not look at access tokens beyond what they claim": {"revoke: ends the session, and no other", "revoke: ends access tokens of earlier refreshes", "get user: what is no access token"},
		"has no AdminResetUserPassword":                         {"password: to be reset", "list: by status, in any case"},
		"sends codes where no test reads them": {
			"sign up: then confirm, and sign in", "confirm: another code, then the right one", "confirm: twice", "forgotten: another password", "forgotten: to be reset",
			"forgotten: another code, and a password against the policy, then right",
		},
		"has no password policy for anybody": {
			"sign up: a password against the policy", "change: to one against the policy", "administrator: makes somebody with a password against the policy", "administrator: sets a password for good",
		},
		"looks at no attributes": {
			"sign up: an email address that is none", "sign up: an attribute that there is not", "sign up: an address that says it is verified",
		},
		"looks at no secret hash where somebody signs up": {"sign up: without the secret hash"},
		"has no ResendConfirmationCode":                   {"confirm: a code that another took the place of", "resend: *"},
		"has other types of errors for codes and passwords": {
			"forgotten: no code was sent", "change: the password", "change: by who does not know it", "change: with what is no token", "administrator: signs somebody in",
		},
		"tells which users there are":                           {"forgotten: nobody's, is as if a code were sent"},
		"resets temporary passwords":                            {"forgotten: of who has a temporary one"},
		"has no USER_AUTH":                                      {"choice: *"},
		"lets disabled and deleted users stay signed in":        {"administrator: disables somebody who is signed in", "administrator: deletes somebody who is signed in, and makes another of that name", "administrator: disables somebody who has not answered yet"},
		"asks nobody whom a server signs in for a new password": {"administrator: answers a challenge"},
		"makes a group twice":                                   {"groups: made, and listed"},
		"lists all at once, with all attributes, by few filters": {
			"list: by an attribute in quotes, without blanks", "list: in pages, each once", "list: with some attributes", "list: too many", "list: a page of nothing's",
		},
	}
	cognitotest.Run(t, target)
}

// emulator is a client that tries again only where a connection broke: emulators end theirs after each answer.
func emulator(url string) *idp.Client {
	return idp.New(idp.Options{
		Region: "us-east-1", BaseEndpoint: &url,
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.Retryables = []retry.IsErrorRetryable{retry.RetryableConnectionError{}}
		}),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
}
