package cognitotest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

func attribute(name, value string) types.AttributeType {
	return types.AttributeType{Name: &name, Value: &value}
}

func (t *Target) signUp(tb testing.TB, app App, user, password string, attributes ...types.AttributeType) (*idp.SignUpOutput, error) {
	in := &idp.SignUpInput{ClientId: &app.ID, Username: &user, Password: &password, UserAttributes: attributes}
	if hash := app.hash(user); hash != "" {
		in.SecretHash = &hash
	}
	return t.Client.SignUp(tb.Context(), in)
}

// signedUp signs somebody up who has an email address.
func (t *Target) signedUp(tb testing.TB, user string) *idp.SignUpOutput {
	tb.Helper()
	out, err := t.signUp(tb, t.Plain, user, Password, attribute("email", user+"@example.com"))
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func (t *Target) confirm(tb testing.TB, user, code string) error {
	_, err := t.Client.ConfirmSignUp(tb.Context(), &idp.ConfirmSignUpInput{ClientId: &t.Plain.ID, Username: &user, ConfirmationCode: &code})
	return err
}

var signUpCases = []testCase{
	{"sign up: then confirm, and sign in", func(tb testing.TB, t *Target) {
		out := t.signedUp(tb, "up-good")
		if d := out.CodeDeliveryDetails; out.UserConfirmed || out.UserSub == nil || d == nil || d.DeliveryMedium != types.DeliveryMediumTypeEmail || *d.AttributeName != "email" {
			tb.Errorf("signed up: %+v", out)
		}
		refusedSignIn("up-good", Password, "UserNotConfirmedException")(tb, t)
		if err := t.confirm(tb, "up-good", t.Code("up-good")); err != nil {
			tb.Fatal(err)
		}
		result := t.signIn(tb, t.Plain, "up-good")
		if id := claims(tb, result.IdToken); id["sub"] != *out.UserSub || id["email"] != "up-good@example.com" || id["email_verified"] != true {
			tb.Errorf("ID token: %v", id)
		}
	}},
	{"sign up: a name that is taken", func(tb testing.TB, t *Target) {
		_, err := t.signUp(tb, t.Plain, "alice", Password)
		refused(tb, err, "UsernameExistsException")
	}},
	{"sign up: a password against the policy", func(tb testing.TB, t *Target) {
		_, err := t.signUp(tb, t.Plain, "up-weak", "weak")
		refused(tb, err, "InvalidPasswordException")
	}},
	{"sign up: an email address that is none", func(tb testing.TB, t *Target) {
		_, err := t.signUp(tb, t.Plain, "up-address", Password, attribute("email", "nowhere"))
		refused(tb, err, "InvalidParameterException")
	}},
	{"sign up: an attribute that there is not", func(tb testing.TB, t *Target) {
		_, err := t.signUp(tb, t.Plain, "up-unknown", Password, attribute("shoe_size", "44"))
		refused(tb, err, "InvalidParameterException")
	}},
	{"sign up: an address that says it is verified", func(tb testing.TB, t *Target) {
		_, err := t.signUp(tb, t.Plain, "up-verified", Password, attribute("email", "a@example.com"), attribute("email_verified", "true"))
		refused(tb, err, "NotAuthorizedException")
	}},
	{"sign up: without the secret hash", func(tb testing.TB, t *Target) {
		_, err := t.signUp(tb, App{ID: t.Secret.ID}, "up-secret", Password)
		refused(tb, err, "NotAuthorizedException")
	}},
	{"sign up: with the secret hash", func(tb testing.TB, t *Target) {
		if _, err := t.signUp(tb, t.Secret, "up-hash", Password); err != nil {
			tb.Error(err)
		}
	}},
	{"confirm: another code, then the right one", func(tb testing.TB, t *Target) {
		t.signedUp(tb, "up-wrong")
		code := t.Code("up-wrong")
		refused(tb, t.confirm(tb, "up-wrong", other(code)), "CodeMismatchException")
		if err := t.confirm(tb, "up-wrong", code); err != nil {
			tb.Error(err)
		}
	}},
	{"confirm: twice", func(tb testing.TB, t *Target) {
		t.signedUp(tb, "up-twice")
		code := t.Code("up-twice")
		if err := t.confirm(tb, "up-twice", code); err != nil {
			tb.Fatal(err)
		}
		refused(tb, t.confirm(tb, "up-twice", code), "NotAuthorizedException")
	}},
	{"confirm: a code that another took the place of", func(tb testing.TB, t *Target) {
		t.signedUp(tb, "up-resent")
		first := t.Code("up-resent")
		out, err := t.Client.ResendConfirmationCode(tb.Context(), &idp.ResendConfirmationCodeInput{ClientId: &t.Plain.ID, Username: aws.String("up-resent")})
		if err != nil || out.CodeDeliveryDetails == nil {
			tb.Fatalf("%+v, %v", out, err)
		}
		second := t.Code("up-resent")
		if first != second { // once in a million they are the same
			refused(tb, t.confirm(tb, "up-resent", first), "CodeMismatchException")
		}
		if err := t.confirm(tb, "up-resent", second); err != nil {
			tb.Error(err)
		}
	}},
	{"resend: to who is confirmed", func(tb testing.TB, t *Target) {
		_, err := t.Client.ResendConfirmationCode(tb.Context(), &idp.ResendConfirmationCodeInput{ClientId: &t.Plain.ID, Username: aws.String("alice")})
		refused(tb, err, "InvalidParameterException")
	}},
	{"resend: to nobody, is as if it were sent", func(tb testing.TB, t *Target) {
		out, err := t.Client.ResendConfirmationCode(tb.Context(), &idp.ResendConfirmationCodeInput{ClientId: &t.Plain.ID, Username: aws.String("nobody")})
		if err != nil || out.CodeDeliveryDetails == nil || out.CodeDeliveryDetails.Destination == nil {
			tb.Errorf("%+v, %v", out, err)
		}
	}},
}
