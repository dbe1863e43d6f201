package cognitotest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// create makes a user with a temporary password.
func (t *Target) create(tb testing.TB, user string) *types.UserType {
	tb.Helper()
	out, err := t.Client.AdminCreateUser(tb.Context(), &idp.AdminCreateUserInput{
		UserPoolId: &t.Pool, Username: &user, TemporaryPassword: aws.String(Password), MessageAction: types.MessageActionTypeSuppress,
		UserAttributes: []types.AttributeType{attribute("email", user+"@example.com"), attribute("email_verified", "true")},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out.User
}

// created makes a user whose password is theirs.
func (t *Target) created(tb testing.TB, user string) {
	tb.Helper()
	t.create(tb, user)
	if err := t.setPassword(tb, user, Password, true); err != nil {
		tb.Fatal(err)
	}
}

func (t *Target) setPassword(tb testing.TB, user, password string, permanent bool) error {
	_, err := t.Client.AdminSetUserPassword(tb.Context(), &idp.AdminSetUserPasswordInput{UserPoolId: &t.Pool, Username: &user, Password: &password, Permanent: permanent})
	return err
}

func (t *Target) disable(tb testing.TB, user string) error {
	_, err := t.Client.AdminDisableUser(tb.Context(), &idp.AdminDisableUserInput{UserPoolId: &t.Pool, Username: &user})
	return err
}

func (t *Target) delete(tb testing.TB, user string) error {
	_, err := t.Client.AdminDeleteUser(tb.Context(), &idp.AdminDeleteUserInput{UserPoolId: &t.Pool, Username: &user})
	return err
}

func (t *Target) status(tb testing.TB, user string, want types.UserStatusType, enabled bool) {
	tb.Helper()
	out, err := t.Client.AdminGetUser(tb.Context(), &idp.AdminGetUserInput{UserPoolId: &t.Pool, Username: &user})
	if err != nil {
		tb.Fatal(err)
	}
	if out.UserStatus != want || out.Enabled != enabled || *out.Username != user || out.UserCreateDate == nil {
		tb.Errorf("%s: %+v, want %s and enabled %t", user, out, want, enabled)
	}
}

var administratorCases = []testCase{
	{"administrator: makes a user, who chooses a password", func(tb testing.TB, t *Target) {
		user := t.create(tb, "made")
		if user.UserStatus != types.UserStatusTypeForceChangePassword || !user.Enabled || user.UserCreateDate == nil {
			tb.Errorf("%+v", user)
		}
		asked := t.challenged(tb, "made", newPasswordRequired)
		out, err := t.respond(tb, newPasswordRequired, asked.Session, "made", map[string]string{"NEW_PASSWORD": newPassword})
		acceptedAnswer(tb, out, err, "made")
		t.status(tb, "made", types.UserStatusTypeConfirmed, true)
	}},
	{"administrator: makes somebody twice", func(tb testing.TB, t *Target) {
		_, err := t.Client.AdminCreateUser(tb.Context(), &idp.AdminCreateUserInput{UserPoolId: &t.Pool, Username: aws.String("alice")})
		refused(tb, err, "UsernameExistsException")
	}},
	{"administrator: makes somebody with a password against the policy", func(tb testing.TB, t *Target) {
		_, err := t.Client.AdminCreateUser(tb.Context(), &idp.AdminCreateUserInput{UserPoolId: &t.Pool, Username: aws.String("made-weak"), TemporaryPassword: aws.String("weak")})
		refused(tb, err, "InvalidPasswordException")
	}},
	{"administrator: of another pool", func(tb testing.TB, t *Target) {
		_, err := t.Client.AdminGetUser(tb.Context(), &idp.AdminGetUserInput{UserPoolId: aws.String("us-east-1_elsewhere"), Username: aws.String("alice")})
		refused(tb, err, "ResourceNotFoundException")
	}},
	{"administrator: about nobody", func(tb testing.TB, t *Target) {
		_, err := t.Client.AdminGetUser(tb.Context(), &idp.AdminGetUserInput{UserPoolId: &t.Pool, Username: aws.String("nobody")})
		refused(tb, err, "UserNotFoundException")
		refused(tb, t.setPassword(tb, "nobody", Password, true), "UserNotFoundException")
		refused(tb, t.disable(tb, "nobody"), "UserNotFoundException")
		refused(tb, t.delete(tb, "nobody"), "UserNotFoundException")
	}},
	{"administrator: sets a password for good", func(tb testing.TB, t *Target) {
		t.created(tb, "set")
		t.status(tb, "set", types.UserStatusTypeConfirmed, true)
		t.signIn(tb, t.Plain, "set")
		if err := t.setPassword(tb, "set", newPassword, false); err != nil {
			tb.Fatal(err)
		}
		t.status(tb, "set", types.UserStatusTypeForceChangePassword, true)
		refusedSignIn("set", Password, "NotAuthorizedException")(tb, t)
		refused(tb, t.setPassword(tb, "set", "weak", true), "InvalidPasswordException")
	}},
	{"administrator: disables somebody who is signed in", func(tb testing.TB, t *Target) {
		t.created(tb, "stopped")
		result := t.signIn(tb, t.Plain, "stopped")
		if err := t.disable(tb, "stopped"); err != nil {
			tb.Fatal(err)
		}
		t.status(tb, "stopped", types.UserStatusTypeConfirmed, false)
		refusedSignIn("stopped", Password, "NotAuthorizedException")(tb, t)
		_, err := t.refresh(tb, t.Plain, "stopped", result.RefreshToken)
		refused(tb, err, "NotAuthorizedException")
		_, err = t.getUser(tb, result.AccessToken)
		refused(tb, err, "NotAuthorizedException")
		if _, err := t.Client.AdminEnableUser(tb.Context(), &idp.AdminEnableUserInput{UserPoolId: &t.Pool, Username: aws.String("stopped")}); err != nil {
			tb.Fatal(err)
		}
		t.signIn(tb, t.Plain, "stopped")
		_, err = t.refresh(tb, t.Plain, "stopped", result.RefreshToken)
		refused(tb, err, "NotAuthorizedException")
	}},
	{"administrator: deletes somebody who is signed in, and makes another of that name", func(tb testing.TB, t *Target) {
		t.created(tb, "gone")
		result := t.signIn(tb, t.Plain, "gone")
		if err := t.delete(tb, "gone"); err != nil {
			tb.Fatal(err)
		}
		refusedSignIn("gone", Password, "NotAuthorizedException")(tb, t)
		t.created(tb, "gone")
		_, err := t.refresh(tb, t.Plain, "gone", result.RefreshToken)
		refused(tb, err, "NotAuthorizedException")
		_, err = t.getUser(tb, result.AccessToken)
		refused(tb, err, "NotAuthorizedException")
		if before, after := claims(tb, result.AccessToken)["sub"], claims(tb, t.signIn(tb, t.Plain, "gone").AccessToken)["sub"]; before == after {
			tb.Errorf("both are %v", before)
		}
	}},
	{"administrator: disables somebody who has not answered yet", func(tb testing.TB, t *Target) {
		t.create(tb, "stopped-early")
		asked := t.challenged(tb, "stopped-early", newPasswordRequired)
		if err := t.disable(tb, "stopped-early"); err != nil {
			tb.Fatal(err)
		}
		_, err := t.respond(tb, newPasswordRequired, asked.Session, "stopped-early", map[string]string{"NEW_PASSWORD": newPassword})
		refused(tb, err, "NotAuthorizedException")
	}},
	{"administrator: signs somebody in", func(tb testing.TB, t *Target) {
		signIn := func(flow types.AuthFlowType, password string) (*idp.AdminInitiateAuthOutput, error) {
			return t.Client.AdminInitiateAuth(tb.Context(), &idp.AdminInitiateAuthInput{
				UserPoolId: &t.Pool, ClientId: &t.Plain.ID, AuthFlow: flow, AuthParameters: map[string]string{"USERNAME": "alice", "PASSWORD": password},
			})
		}
		out, err := signIn(types.AuthFlowTypeAdminUserPasswordAuth, Password)
		if err != nil {
			tb.Fatal(err)
		}
		accepted(tb, out.AuthenticationResult, nil, "alice")
		_, err = signIn(types.AuthFlowTypeAdminUserPasswordAuth, "Wr0ng-password")
		refused(tb, err, "NotAuthorizedException")
		_, err = signIn("PASSWORD", Password)
		refused(tb, err, "InvalidParameterException")
	}},
	{"administrator: answers a challenge", func(tb testing.TB, t *Target) {
		t.create(tb, "made-served")
		asked, err := t.Client.AdminInitiateAuth(tb.Context(), &idp.AdminInitiateAuthInput{
			UserPoolId: &t.Pool, ClientId: &t.Plain.ID, AuthFlow: types.AuthFlowTypeAdminUserPasswordAuth, AuthParameters: map[string]string{"USERNAME": "made-served", "PASSWORD": Password},
		})
		if err != nil || asked.ChallengeName != newPasswordRequired {
			tb.Fatalf("%+v, %v", asked, err)
		}
		out, err := t.Client.AdminRespondToAuthChallenge(tb.Context(), &idp.AdminRespondToAuthChallengeInput{
			UserPoolId: &t.Pool, ClientId: &t.Plain.ID, ChallengeName: newPasswordRequired, Session: asked.Session,
			ChallengeResponses: map[string]string{"USERNAME": "made-served", "NEW_PASSWORD": newPassword},
		})
		if err != nil {
			tb.Fatal(err)
		}
		accepted(tb, out.AuthenticationResult, nil, "made-served")
	}},
	{"administrator: confirms who signed up", func(tb testing.TB, t *Target) {
		t.signedUp(tb, "up-served")
		confirm := func() error {
			_, err := t.Client.AdminConfirmSignUp(tb.Context(), &idp.AdminConfirmSignUpInput{UserPoolId: &t.Pool, Username: aws.String("up-served")})
			return err
		}
		if err := confirm(); err != nil {
			tb.Fatal(err)
		}
		t.signIn(tb, t.Plain, "up-served")
		refused(tb, confirm(), "NotAuthorizedException")
	}},
}
