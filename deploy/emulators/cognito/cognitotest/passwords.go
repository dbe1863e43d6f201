package cognitotest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

func (t *Target) forgot(tb testing.TB, user string) (*idp.ForgotPasswordOutput, error) {
	return t.Client.ForgotPassword(tb.Context(), &idp.ForgotPasswordInput{ClientId: &t.Plain.ID, Username: &user})
}

func (t *Target) reset(tb testing.TB, user, code, password string) error {
	_, err := t.Client.ConfirmForgotPassword(tb.Context(), &idp.ConfirmForgotPasswordInput{ClientId: &t.Plain.ID, Username: &user, ConfirmationCode: &code, Password: &password})
	return err
}

// forgotten asks for a code and gives it.
func (t *Target) forgotten(tb testing.TB, user string) string {
	tb.Helper()
	out, err := t.forgot(tb, user)
	if err != nil || out.CodeDeliveryDetails == nil {
		tb.Fatalf("%s: %+v, %v", user, out, err)
	}
	return t.Code(user)
}

var forgottenCases = []testCase{
	{"forgotten: another password", func(tb testing.TB, t *Target) {
		code := t.forgotten(tb, "forgot")
		if err := t.reset(tb, "forgot", code, newPassword); err != nil {
			tb.Fatal(err)
		}
		refusedSignIn("forgot", Password, "NotAuthorizedException")(tb, t)
		out, err := t.password(tb, t.Plain, "forgot", newPassword)
		if err != nil {
			tb.Fatal(err)
		}
		accepted(tb, out.AuthenticationResult, nil, "forgot")
		refused(tb, t.reset(tb, "forgot", code, Password), "ExpiredCodeException")
	}},
	{"forgotten: another code, and a password against the policy, then right", func(tb testing.TB, t *Target) {
		code := t.forgotten(tb, "forgot-wrong")
		refused(tb, t.reset(tb, "forgot-wrong", other(code), newPassword), "CodeMismatchException")
		refused(tb, t.reset(tb, "forgot-wrong", code, "weak"), "InvalidPasswordException")
		if err := t.reset(tb, "forgot-wrong", code, newPassword); err != nil {
			tb.Error(err)
		}
	}},
	{"forgotten: no code was sent", func(tb testing.TB, t *Target) {
		refused(tb, t.reset(tb, "forgot-none", "123456", newPassword), "ExpiredCodeException")
	}},
	{"forgotten: to be reset", func(tb testing.TB, t *Target) {
		if err := t.reset(tb, "reset-mine", t.forgotten(tb, "reset-mine"), newPassword); err != nil {
			tb.Fatal(err)
		}
		out, err := t.password(tb, t.Plain, "reset-mine", newPassword)
		if err != nil {
			tb.Fatal(err)
		}
		accepted(tb, out.AuthenticationResult, nil, "reset-mine")
	}},
	{"forgotten: nobody's, is as if a code were sent", func(tb testing.TB, t *Target) {
		out, err := t.forgot(tb, "nobody")
		if err != nil || out.CodeDeliveryDetails == nil {
			tb.Fatalf("%+v, %v", out, err)
		}
		refused(tb, t.reset(tb, "nobody", "123456", newPassword), "CodeMismatchException")
	}},
	{"forgotten: of who has a temporary one", func(tb testing.TB, t *Target) {
		_, err := t.forgot(tb, "new-other")
		refused(tb, err, "NotAuthorizedException")
	}},
}

func (t *Target) change(tb testing.TB, token *string, previous, proposed string) error {
	_, err := t.Client.ChangePassword(tb.Context(), &idp.ChangePasswordInput{AccessToken: token, PreviousPassword: &previous, ProposedPassword: &proposed})
	return err
}

var changeCases = []testCase{
	{"change: the password", func(tb testing.TB, t *Target) {
		if err := t.change(tb, t.signIn(tb, t.Plain, "changing").AccessToken, Password, newPassword); err != nil {
			tb.Fatal(err)
		}
		refusedSignIn("changing", Password, "NotAuthorizedException")(tb, t)
		out, err := t.password(tb, t.Plain, "changing", newPassword)
		if err != nil {
			tb.Fatal(err)
		}
		accepted(tb, out.AuthenticationResult, nil, "changing")
	}},
	{"change: by who does not know it", func(tb testing.TB, t *Target) {
		refused(tb, t.change(tb, t.signIn(tb, t.Plain, "alice").AccessToken, "Wr0ng-password", newPassword), "NotAuthorizedException")
	}},
	{"change: to one against the policy", func(tb testing.TB, t *Target) {
		refused(tb, t.change(tb, t.signIn(tb, t.Plain, "alice").AccessToken, Password, "weak"), "InvalidPasswordException")
	}},
	{"change: with what is no token", func(tb testing.TB, t *Target) {
		refused(tb, t.change(tb, aws.String("e30.e30.e30"), Password, newPassword), "NotAuthorizedException")
	}},
}
