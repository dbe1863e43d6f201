package cognito_test

import (
	"strings"
	"testing"
	"time"

	"portcullis/deploy/emulators/cognito"
)

// TestWhatASignInHasShownEndsWithChanges: a challenge that was passed in part is worth nothing once the password, or whether the
// user may sign in, is another.
func TestWhatASignInHasShownEndsWithChanges(t *testing.T) {
	pool, _, sent := at(t, start)
	changes := []struct {
		name   string
		change func()
	}{
		{"another password", func() {
			ok(t, administer(pool, "AdminSetUserPassword", fields{"Username": "phone", "Password": cognito.Password, "Permanent": true}))
		}},
		{"disabled and enabled again", func() {
			ok(t, administer(pool, "AdminDisableUser", fields{"Username": "phone"}))
			ok(t, administer(pool, "AdminEnableUser", fields{"Username": "phone"}))
		}},
		{"a reset", func() { ok(t, administer(pool, "AdminResetUserPassword", fields{"Username": "phone"})) }},
	}
	for _, test := range changes {
		asked := challenged(t, pool, "phone")
		code := sent.of("phone")
		test.change()
		answer := respond(pool, "SMS_MFA", asked.Session, map[string]string{"USERNAME": "phone", "SMS_MFA_CODE": code})
		if answer.Code != 400 || !strings.Contains(answer.Body.String(), "Invalid session for the user.") {
			t.Errorf("%s: %d %s", test.name, answer.Code, answer.Body)
		}
	}
}

// meddle is a pool of config, in which something is done when the clock is asked for the moment-th time after it is armed. done
// tells whether it was.
func meddle(t *testing.T, moment int, do func(*cognito.Pool)) (pool *cognito.Pool, arm func(), done func() bool) {
	t.Helper()
	calls, armed := 0, false
	c := config
	c.Deliver = new(codes).take
	c.Now = func() time.Time {
		if armed {
			if calls++; calls == moment {
				armed = false
				do(pool)
			}
		}
		return start
	}
	pool = newPool(t, c)
	return pool, func() { armed = true }, func() bool {
		was := calls >= moment
		armed = false
		return was
	}
}

// TestRaces: whenever somebody is disabled or deleted while they sign in, nothing that they get is good afterwards.
func TestRaces(t *testing.T) {
	for _, operation := range []string{"AdminDisableUser", "AdminDeleteUser"} {
		end := func(pool *cognito.Pool) { ok(t, administer(pool, operation, fields{"Username": "reader"})) }
		for moment := 1; ; moment++ {
			pool, arm, done := meddle(t, moment, end)
			arm()
			answer := password(pool, "reader", cognito.Password)
			late := !done()
			if late {
				end(pool)
			}
			if answer.Code == 200 {
				got := decode[challenge](t, answer).AuthenticationResult
				refresh := request("REFRESH_TOKEN_AUTH", map[string]string{"REFRESH_TOKEN": got.RefreshToken})
				checkError(t, call(pool, "GetUser", fields{"AccessToken": got.AccessToken}), "NotAuthorizedException", "Access Token has been revoked")
				checkError(t, post(pool, "/_cognito", refresh), "NotAuthorizedException", "Refresh Token has been revoked")
			}
			if late {
				break
			}
		}
	}
}

// TestThePasswordThatWasSetLastStands: an administrator's is not replaced by one that a user chose in place of an earlier one.
func TestThePasswordThatWasSetLastStands(t *testing.T) {
	const theirs = "Adm1n-of-theirs"
	set := func(pool *cognito.Pool) {
		ok(t, administer(pool, "AdminSetUserPassword", fields{"Username": "new", "Password": theirs, "Permanent": true}))
	}
	for moment := 1; ; moment++ {
		pool, arm, done := meddle(t, moment, set)
		asked := challenged(t, pool, "new")
		arm()
		respond(pool, "NEW_PASSWORD_REQUIRED", asked.Session, map[string]string{"USERNAME": "new", "NEW_PASSWORD": "N3w-password", "userAttributes.name": "N"})
		if !done() {
			break
		}
		ok(t, password(pool, "new", theirs))
		checkError(t, password(pool, "new", "N3w-password"), "NotAuthorizedException", "Incorrect username or password.")
	}
	change := func(pool *cognito.Pool) {
		ok(t, administer(pool, "AdminSetUserPassword", fields{"Username": "reader", "Password": theirs, "Permanent": true}))
	}
	for moment := 1; ; moment++ {
		pool, arm, done := meddle(t, moment, change)
		signedIn := signIn(t, pool, "reader")
		arm()
		call(pool, "ChangePassword", fields{"AccessToken": signedIn.AccessToken, "PreviousPassword": cognito.Password, "ProposedPassword": "N3w-password"})
		if !done() {
			break
		}
		ok(t, password(pool, "reader", theirs))
	}
}
