package cognitotest

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

const newPassword = "N3w-password"

const newPasswordRequired = types.ChallengeNameTypeNewPasswordRequired

var newPasswordCases = []testCase{
	{"new password: tokens, and the old one is over", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "new-good", newPasswordRequired)
		out, err := t.respond(tb, newPasswordRequired, asked.Session, "new-good", map[string]string{"NEW_PASSWORD": newPassword})
		acceptedAnswer(tb, out, err, "new-good")
		again, err := t.password(tb, t.Plain, "new-good", newPassword)
		if err != nil {
			tb.Fatal(err)
		}
		accepted(tb, again.AuthenticationResult, nil, "new-good")
		refusedSignIn("new-good", Password, "NotAuthorizedException")(tb, t)
	}},
	{"new password: tells what is asked for", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "new-other", newPasswordRequired).ChallengeParameters
		for _, name := range []string{"USER_ID_FOR_SRP", "requiredAttributes", "userAttributes"} {
			if asked[name] == "" {
				tb.Errorf("no %s in %v", name, asked)
			}
		}
	}},
	{"new password: wrong temporary one", refusedSignIn("new-other", "Wr0ng-password", "NotAuthorizedException")},
	{"new password: against the policy, then by it", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "new-weak", newPasswordRequired)
		for _, weak := range []string{"Sh0rt-!", "n0-capitals", "N0-SMALL-ONES", "No-digits", "N0symbols"} {
			_, err := t.respond(tb, newPasswordRequired, asked.Session, "new-weak", map[string]string{"NEW_PASSWORD": weak})
			refused(tb, err, "InvalidPasswordException")
			asked = t.challenged(tb, "new-weak", newPasswordRequired)
		}
		_, err := t.respond(tb, newPasswordRequired, asked.Session, "new-weak", map[string]string{"NEW_PASSWORD": "weak"})
		refused(tb, err, "InvalidPasswordException")
		out, err := t.respond(tb, newPasswordRequired, asked.Session, "new-weak", map[string]string{"NEW_PASSWORD": newPassword})
		acceptedAnswer(tb, out, err, "new-weak")
	}},
	{"new password: none", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "new-other", newPasswordRequired)
		_, err := t.respond(tb, newPasswordRequired, asked.Session, "new-other", nil)
		refused(tb, err, "InvalidParameterException")
	}},
	{"new password: a session twice", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "new-twice", newPasswordRequired)
		out, err := t.respond(tb, newPasswordRequired, asked.Session, "new-twice", map[string]string{"NEW_PASSWORD": newPassword})
		acceptedAnswer(tb, out, err, "new-twice")
		_, err = t.respond(tb, newPasswordRequired, asked.Session, "new-twice", map[string]string{"NEW_PASSWORD": newPassword})
		refused(tb, err, "NotAuthorizedException")
	}},
	{"new password: two sessions at once", func(tb testing.TB, t *Target) {
		var done atomic.Int32
		var all sync.WaitGroup
		for _, session := range []*string{t.challenged(tb, "new-race", newPasswordRequired).Session, t.challenged(tb, "new-race", newPasswordRequired).Session} {
			all.Go(func() {
				if _, err := t.respond(tb, newPasswordRequired, session, "new-race", map[string]string{"NEW_PASSWORD": newPassword}); err == nil {
					done.Add(1)
				}
			})
		}
		all.Wait()
		if done.Load() != 1 {
			tb.Errorf("%d sessions have set a password that was temporary once", done.Load())
		}
	}},
	{"session: of another user", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "new-other", newPasswordRequired)
		_, err := t.respond(tb, newPasswordRequired, asked.Session, "victim", map[string]string{"NEW_PASSWORD": newPassword})
		refused(tb, err, "NotAuthorizedException")
		refusedSignIn("victim", newPassword, "NotAuthorizedException")(tb, t)
	}},
	{"session: for another challenge", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "new-other", newPasswordRequired)
		_, err := t.respond(tb, types.ChallengeNameTypeSoftwareTokenMfa, asked.Session, "new-other", map[string]string{"SOFTWARE_TOKEN_MFA_CODE": "123456"})
		refused(tb, err, "NotAuthorizedException")
	}},
	{"session: of another client", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "new-other", newPasswordRequired)
		other := *t
		other.Plain = t.Rotating
		_, err := other.respond(tb, newPasswordRequired, asked.Session, "new-other", map[string]string{"NEW_PASSWORD": newPassword})
		refused(tb, err, "NotAuthorizedException")
	}},
	{"session: made up", func(tb testing.TB, t *Target) {
		session := aws.String("AYABeMadeUpSessionOfNobodyAtAll")
		_, err := t.respond(tb, newPasswordRequired, session, "new-other", map[string]string{"NEW_PASSWORD": newPassword})
		refused(tb, err, "NotAuthorizedException")
	}},
	{"session: none", func(tb testing.TB, t *Target) {
		_, err := t.respond(tb, newPasswordRequired, nil, "new-other", map[string]string{"NEW_PASSWORD": newPassword})
		refused(tb, err, "InvalidParameterException")
	}},
}
