package cognitotest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"portcullis/deploy/emulators/cognito/srp"
)

// choosing begins USER_AUTH without saying how.
func (t *Target) choosing(tb testing.TB, user string) *idp.InitiateAuthOutput {
	tb.Helper()
	out, err := t.initiate(tb, t.Plain, types.AuthFlowTypeUserAuth, map[string]string{"USERNAME": user})
	if err != nil || out.ChallengeName != types.ChallengeNameTypeSelectChallenge || out.Session == nil {
		tb.Fatalf("%s is not asked how: %+v, %v", user, out, err)
	}
	return out
}

// choose answers it.
func (t *Target) choose(tb testing.TB, session *string, user, choice string, more map[string]string) (*idp.RespondToAuthChallengeOutput, error) {
	responses := map[string]string{"ANSWER": choice}
	for name, value := range more {
		responses[name] = value
	}
	return t.respond(tb, types.ChallengeNameTypeSelectChallenge, session, user, responses)
}

// oneTimeCode signs in by a code in the place of a password.
func oneTimeCode(user, choice string) func(testing.TB, *Target) {
	return func(tb testing.TB, t *Target) {
		asked, err := t.choose(tb, t.choosing(tb, user).Session, user, choice, nil)
		if err != nil || string(asked.ChallengeName) != choice {
			tb.Fatalf("%+v, %v", asked, err)
		}
		code := t.Code(user)
		_, err = t.respond(tb, asked.ChallengeName, asked.Session, user, map[string]string{choice + "_CODE": other(code)})
		refused(tb, err, "CodeMismatchException")
		out, err := t.respond(tb, asked.ChallengeName, asked.Session, user, map[string]string{choice + "_CODE": code})
		acceptedAnswer(tb, out, err, user)
		_, err = t.respond(tb, asked.ChallengeName, asked.Session, user, map[string]string{choice + "_CODE": code})
		refused(tb, err, "NotAuthorizedException")
	}
}

var choiceCases = []testCase{
	{"choice: offers what there is", func(tb testing.TB, t *Target) {
		for _, user := range []string{"alice", "nobody"} {
			offered := t.choosing(tb, user).AvailableChallenges
			for _, want := range []types.ChallengeNameType{"PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"} {
				if !slices.Contains(offered, want) {
					tb.Errorf("%s is offered %v, without %s", user, offered, want)
				}
			}
		}
	}},
	{"choice: a password", func(tb testing.TB, t *Target) {
		out, err := t.choose(tb, t.choosing(tb, "alice").Session, "alice", "PASSWORD", map[string]string{"PASSWORD": Password})
		acceptedAnswer(tb, out, err, "alice")
	}},
	{"choice: a wrong password", func(tb testing.TB, t *Target) {
		for _, user := range []string{"alice", "nobody"} {
			_, err := t.choose(tb, t.choosing(tb, user).Session, user, "PASSWORD", map[string]string{"PASSWORD": "Wr0ng-password"})
			refused(tb, err, "NotAuthorizedException")
		}
	}},
	{"choice: a password at once", func(tb testing.TB, t *Target) {
		out, err := t.initiate(tb, t.Plain, types.AuthFlowTypeUserAuth, map[string]string{"USERNAME": "alice", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": Password})
		if err != nil {
			tb.Fatal(err)
		}
		accepted(tb, out.AuthenticationResult, nil, "alice")
	}},
	{"choice: SRP", func(tb testing.TB, t *Target) {
		client, err := srp.NewClient(nil)
		if err != nil {
			tb.Fatal(err)
		}
		asked, err := t.choose(tb, t.choosing(tb, "alice").Session, "alice", "PASSWORD_SRP", map[string]string{"SRP_A": client.A()})
		if err != nil || asked.ChallengeName != types.ChallengeNameTypePasswordVerifier {
			tb.Fatalf("%+v, %v", asked, err)
		}
		of := asked.ChallengeParameters
		_, pool, _ := strings.Cut(t.Pool, "_")
		now := time.Now()
		signature, err := client.Sign(srp.Challenge{Pool: pool, User: of["USER_ID_FOR_SRP"], Salt: of["SALT"], B: of["SRP_B"], SecretBlock: of["SECRET_BLOCK"]}, Password, now)
		if err != nil {
			tb.Fatal(err)
		}
		out, err := t.respond(tb, asked.ChallengeName, asked.Session, "alice", map[string]string{
			"PASSWORD_CLAIM_SECRET_BLOCK": of["SECRET_BLOCK"], "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": now.UTC().Format(srp.TimestampLayout),
		})
		acceptedAnswer(tb, out, err, "alice")
	}},
	{"choice: a code by email", oneTimeCode("carol", "EMAIL_OTP")},
	{"choice: a code by SMS", oneTimeCode("phoned", "SMS_OTP")},
	{"choice: a code by email, at once", func(tb testing.TB, t *Target) {
		asked, err := t.initiate(tb, t.Plain, types.AuthFlowTypeUserAuth, map[string]string{"USERNAME": "bob", "PREFERRED_CHALLENGE": "EMAIL_OTP"})
		if err != nil || asked.ChallengeName != types.ChallengeNameTypeEmailOtp {
			tb.Fatalf("%+v, %v", asked, err)
		}
		out, err := t.respond(tb, asked.ChallengeName, asked.Session, "bob", map[string]string{"EMAIL_OTP_CODE": t.Code("bob")})
		acceptedAnswer(tb, out, err, "bob")
	}},
	{"choice: a code to who is not there, or is disabled, is asked for as of the others", func(tb testing.TB, t *Target) {
		for _, user := range []string{"nobody", "disabled"} {
			asked, err := t.choose(tb, t.choosing(tb, user).Session, user, "EMAIL_OTP", nil)
			if err != nil || asked.ChallengeName != types.ChallengeNameTypeEmailOtp || asked.ChallengeParameters["CODE_DELIVERY_DESTINATION"] == "" {
				tb.Fatalf("%s: %+v, %v", user, asked, err)
			}
			_, err = t.respond(tb, asked.ChallengeName, asked.Session, user, map[string]string{"EMAIL_OTP_CODE": "123456"})
			refused(tb, err, "CodeMismatchException")
		}
	}},
	{"choice: what is not offered", func(tb testing.TB, t *Target) {
		_, err := t.choose(tb, t.choosing(tb, "alice").Session, "alice", "WEB_AUTHN", nil)
		refused(tb, err, "InvalidParameterException")
	}},
	{"choice: a code in the place of a second factor", func(tb testing.TB, t *Target) {
		_, err := t.choose(tb, t.choosing(tb, "totp-good").Session, "totp-good", "EMAIL_OTP", nil)
		refused(tb, err, "InvalidParameterException")
	}},
	{"choice: a password before a second factor", func(tb testing.TB, t *Target) {
		out, err := t.choose(tb, t.choosing(tb, "totp-good").Session, "totp-good", "PASSWORD", map[string]string{"PASSWORD": Password})
		if err != nil || out.ChallengeName != types.ChallengeNameTypeSoftwareTokenMfa || out.AuthenticationResult != nil {
			tb.Errorf("%+v, %v", out, err)
		}
	}},
	{"choice: of another user", func(tb testing.TB, t *Target) {
		_, err := t.respond(tb, types.ChallengeNameTypeSelectChallenge, t.choosing(tb, "alice").Session, "victim", map[string]string{"ANSWER": "PASSWORD", "PASSWORD": Password})
		refused(tb, err, "NotAuthorizedException")
	}},
	{"choice: made up", func(tb testing.TB, t *Target) {
		_, err := t.choose(tb, aws.String("AYABeMadeUpSessionOfNobodyAtAll"), "alice", "PASSWORD", map[string]string{"PASSWORD": Password})
		refused(tb, err, "NotAuthorizedException")
	}},
}
