package cognito_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/deploy/emulators/cognito"
)

// through signs in through a client without a secret.
func through(t *testing.T, pool *cognito.Pool, client string) result {
	t.Helper()
	body := fields{"ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": map[string]string{"USERNAME": "admin", "PASSWORD": cognito.Password}}
	return *decode[challenge](t, call(pool, "InitiateAuth", body)).AuthenticationResult
}

func rotate(pool *cognito.Pool, client, token string) *httptest.ResponseRecorder {
	return call(pool, "GetTokensFromRefreshToken", fields{"ClientId": client, "RefreshToken": token})
}

func rotated(t *testing.T, pool *cognito.Pool, client, token string) string {
	t.Helper()
	return decode[challenge](t, rotate(pool, client, token)).AuthenticationResult.RefreshToken
}

func TestRetryGracePeriod(t *testing.T) {
	pool, now, _ := at(t, start)
	first := through(t, pool, "patient").RefreshToken
	second := rotated(t, pool, "patient", first)
	now.pass(time.Minute - time.Second)
	third := rotated(t, pool, "patient", first)
	now.pass(time.Second)
	checkError(t, rotate(pool, "patient", first), "RefreshTokenReuseException", "Refresh Token has been used before")
	if rotated(t, pool, "patient", second) == "" || rotated(t, pool, "patient", third) == "" {
		t.Error("the tokens of a retry are not good")
	}
}

func TestRotationDoesNotLengthenASignIn(t *testing.T) {
	pool, now, _ := at(t, start)
	token := through(t, pool, "rotating").RefreshToken
	for range 29 {
		now.pass(24 * time.Hour)
		token = rotated(t, pool, "rotating", token)
	}
	now.pass(24 * time.Hour)
	checkError(t, rotate(pool, "rotating", token), "NotAuthorizedException", "Refresh Token has expired")
}

func TestOneOfSeveralRotationsAtOnceIsDone(t *testing.T) {
	pool, _, _ := at(t, start)
	token := through(t, pool, "rotating").RefreshToken
	var done atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if rotate(pool, "rotating", token).Code == 200 {
				done.Add(1)
			}
		})
	}
	all.Wait()
	if done.Load() != 1 {
		t.Errorf("%d rotations of one token were done", done.Load())
	}
}

func TestRotatedTokensAreBounded(t *testing.T) {
	pool, _, _ := at(t, start)
	first := through(t, pool, "rotating").RefreshToken
	token := first
	for range 7 {
		token = rotated(t, pool, "rotating", token)
	}
	checkError(t, rotate(pool, "rotating", first), "RefreshTokenReuseException", "Refresh Token has been used before")
	token = rotated(t, pool, "rotating", token)
	checkError(t, rotate(pool, "rotating", first), "NotAuthorizedException", "Invalid Refresh Token")
	rotated(t, pool, "rotating", token)
}

func TestAccessTokensExpireForThePoolToo(t *testing.T) {
	pool, now, _ := at(t, start)
	token := fields{"AccessToken": signIn(t, pool, "admin").AccessToken}
	now.pass(time.Hour - time.Second)
	decode[fields](t, call(pool, "GetUser", token))
	now.pass(time.Second)
	checkError(t, call(pool, "GetUser", token), "NotAuthorizedException", "Access Token has expired")
	checkError(t, call(pool, "GlobalSignOut", token), "NotAuthorizedException", "Access Token has expired")
}

// TestForgottenSessionsAreAsGoodAsRevoked: what makes room for others is not accepted.
func TestForgottenSessionsAreAsGoodAsRevoked(t *testing.T) {
	pool := newPool(t, cognito.Config{MaxSessions: 2})
	first := signIn(t, pool, "admin")
	signIn(t, pool, "reader")
	signIn(t, pool, "member")
	checkError(t, call(pool, "GetUser", fields{"AccessToken": first.AccessToken}), "NotAuthorizedException", "Access Token has been revoked")
}

func TestTokensOfOthersAreNotAccepted(t *testing.T) {
	here, there := newPool(t, cognito.Config{}), newPool(t, cognito.Config{Scopes: scopes})
	checkError(t, call(here, "GetUser", fields{"AccessToken": signIn(t, there, "admin").AccessToken}), "NotAuthorizedException", "Invalid Access Token")
	machine := fetch(there, url.Values{"grant_type": {"client_credentials"}, "client_id": {cognito.MachineID}, "client_secret": {cognito.MachineSecret}}.Encode())
	checkError(t, call(there, "GetUser", fields{"AccessToken": decode[oauthAnswer](t, machine).AccessToken}), "NotAuthorizedException", "Access Token does not have required scopes")
}

// TestOtherClientsAreNoMachines: people's clients get no token for themselves.
func TestOtherClientsAreNoMachines(t *testing.T) {
	c := config
	c.Scopes, c.Deliver = scopes, func(cognito.Message) {}
	pool := newPool(t, c)
	for _, test := range []struct{ id, secret, want string }{
		{"secret", "s3cret", "unauthorized_client"},
		{"secret", "", "invalid_client"},
		{"secret", "another", "invalid_client"},
		{"rotating", "", "unauthorized_client"},
		{"rotating", "s3cret", "invalid_client"},
	} {
		answer := fetch(pool, url.Values{"grant_type": {"client_credentials"}, "client_id": {test.id}, "client_secret": {test.secret}}.Encode())
		if want := fmt.Sprintf("{\"error\":%q}\n", test.want); answer.Code != 400 || answer.Body.String() != want {
			t.Errorf("%s with %q: %d %s, want %s", test.id, test.secret, answer.Code, answer.Body, want)
		}
	}
}

// fetch asks the token endpoint.
func fetch(pool *cognito.Pool, body string) *httptest.ResponseRecorder {
	return do(pool, "POST", "/_cognito/oauth2/token", body, map[string][]string{"Content-Type": {form}})
}
