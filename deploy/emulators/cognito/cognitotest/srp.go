package cognitotest

import (
	"strings"
	"testing"
	"time"

	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"portcullis/deploy/emulators/cognito/srp"
)

var srpCases = []testCase{
	{"SRP: tokens", func(tb testing.TB, t *Target) {
		out, err := t.srp(tb, t.Plain, "alice", Password, "alice")
		acceptedAnswer(tb, out, err, "alice")
	}},
	{"SRP: with a secret hash", func(tb testing.TB, t *Target) {
		out, err := t.srp(tb, t.Secret, "bob", Password, "bob")
		acceptedAnswer(tb, out, err, "bob")
	}},
	{"SRP: wrong password", refusedSRP("alice", "Wr0ng-password", "alice", "NotAuthorizedException")},
	{"SRP: unknown user", refusedSRP("nobody", Password, "nobody", "NotAuthorizedException")},
	{"SRP: another user's proof", refusedSRP("alice", Password, "bob", "NotAuthorizedException")},
	{"SRP: disabled user", refusedSRP("disabled", Password, "disabled", "NotAuthorizedException")},
	{"SRP: unconfirmed user", refusedSRP("unconfirmed", Password, "unconfirmed", "UserNotConfirmedException")},
	{"SRP: no public value", func(tb testing.TB, t *Target) {
		_, err := t.initiate(tb, t.Plain, types.AuthFlowTypeUserSrpAuth, map[string]string{"USERNAME": "alice"})
		refused(tb, err, "InvalidParameterException")
	}},
	{"SRP: a public value that makes the secret known", func(tb testing.TB, t *Target) {
		_, err := t.initiate(tb, t.Plain, types.AuthFlowTypeUserSrpAuth, map[string]string{"USERNAME": "alice", "SRP_A": "0"})
		refused(tb, err, "InvalidParameterException")
	}},
	{"SRP: the same proof twice", func(tb testing.TB, t *Target) {
		proof := t.aliceProves(tb, time.Now())
		out, err := t.Client.RespondToAuthChallenge(tb.Context(), proof)
		acceptedAnswer(tb, out, err, "alice")
		_, err = t.Client.RespondToAuthChallenge(tb.Context(), proof)
		refused(tb, err, "NotAuthorizedException")
	}},
	{"SRP: a proof of another time", func(tb testing.TB, t *Target) {
		_, err := t.Client.RespondToAuthChallenge(tb.Context(), t.aliceProves(tb, time.Now().Add(-time.Hour)))
		refused(tb, err, "NotAuthorizedException")
	}},
	{"SRP: a time in another format", func(tb testing.TB, t *Target) {
		proof := t.aliceProves(tb, time.Now())
		proof.ChallengeResponses["TIMESTAMP"] = time.Now().UTC().Format(time.RFC3339)
		_, err := t.Client.RespondToAuthChallenge(tb.Context(), proof)
		refused(tb, err, "InvalidParameterException")
	}},
	{"SRP: then a new password", func(tb testing.TB, t *Target) {
		out, err := t.srp(tb, t.Plain, "new-srp", Password, "new-srp")
		if err != nil || out.ChallengeName != types.ChallengeNameTypeNewPasswordRequired {
			tb.Fatalf("%+v, %v", out, err)
		}
		next, err := t.respond(tb, out.ChallengeName, out.Session, "new-srp", map[string]string{"NEW_PASSWORD": newPassword})
		acceptedAnswer(tb, next, err, "new-srp")
		last, err := t.srp(tb, t.Plain, "new-srp", newPassword, "new-srp")
		acceptedAnswer(tb, last, err, "new-srp")
		refusedSRP("new-srp", Password, "new-srp", "NotAuthorizedException")(tb, t)
	}},
	{"SRP: then a software token", func(tb testing.TB, t *Target) {
		out, err := t.srp(tb, t.Plain, "totp-srp", Password, "totp-srp")
		if err != nil || out.ChallengeName != types.ChallengeNameTypeSoftwareTokenMfa {
			tb.Fatalf("%+v, %v", out, err)
		}
		next, err := t.respond(tb, out.ChallengeName, out.Session, "totp-srp", map[string]string{"SOFTWARE_TOKEN_MFA_CODE": t.totp(tb, "totp-srp")})
		acceptedAnswer(tb, next, err, "totp-srp")
	}},
}

// srp signs a user in with a password, and a proof that it is the prover's. Either of the two steps may be refused.
func (t *Target) srp(tb testing.TB, app App, user, password, prover string) (*idp.RespondToAuthChallengeOutput, error) {
	tb.Helper()
	proof, err := t.prove(tb, app, user, password, prover, time.Now())
	if err != nil {
		return nil, err
	}
	return t.Client.RespondToAuthChallenge(tb.Context(), proof)
}

// prove begins USER_SRP_AUTH, and makes the answer to its challenge.
func (t *Target) prove(tb testing.TB, app App, user, password, prover string, now time.Time) (*idp.RespondToAuthChallengeInput, error) {
	tb.Helper()
	client, err := srp.NewClient(nil)
	if err != nil {
		tb.Fatal(err)
	}
	out, err := t.initiate(tb, app, types.AuthFlowTypeUserSrpAuth, app.with(user, map[string]string{"USERNAME": user, "SRP_A": client.A()}))
	if err != nil {
		return nil, err
	}
	if out.ChallengeName != types.ChallengeNameTypePasswordVerifier {
		tb.Fatalf("%s is not asked for a proof: %+v", user, out)
	}
	asked := out.ChallengeParameters
	_, pool, _ := strings.Cut(t.Pool, "_")
	challenge := srp.Challenge{Pool: pool, User: asked["USER_ID_FOR_SRP"], Salt: asked["SALT"], B: asked["SRP_B"], SecretBlock: asked["SECRET_BLOCK"]}
	if prover != user {
		challenge.User = prover
	}
	signature, err := client.Sign(challenge, password, now)
	if err != nil {
		tb.Fatal(err)
	}
	return &idp.RespondToAuthChallengeInput{
		ChallengeName: types.ChallengeNameTypePasswordVerifier, ClientId: &app.ID, Session: out.Session,
		ChallengeResponses: app.with(user, map[string]string{
			"USERNAME":                    user,
			"PASSWORD_CLAIM_SECRET_BLOCK": asked["SECRET_BLOCK"],
			"PASSWORD_CLAIM_SIGNATURE":    signature,
			"TIMESTAMP":                   now.UTC().Format(srp.TimestampLayout),
		}),
	}, nil
}

// aliceProves is the answer to a challenge of alice's.
func (t *Target) aliceProves(tb testing.TB, now time.Time) *idp.RespondToAuthChallengeInput {
	tb.Helper()
	proof, err := t.prove(tb, t.Plain, "alice", Password, "alice", now)
	if err != nil {
		tb.Fatal(err)
	}
	return proof
}

func refusedSRP(user, password, prover, want string) func(testing.TB, *Target) {
	return func(tb testing.TB, t *Target) {
		tb.Helper()
		_, err := t.srp(tb, t.Plain, user, password, prover)
		refused(tb, err, want)
	}
}
