package cognito_test

import (
	"os/exec"
	"testing"

	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/testtools"
)

// TestAmplify: what front ends of today sign up and in with works against the pool unchanged.
func TestAmplify(t *testing.T) {
	node, env := testtools.NodeModule(t, "aws-amplify", "6")
	sent := new(codes)
	_, base := serveWith(t, cognito.Config{Accounts: cognito.Demo(), Deliver: sent.take})
	command := exec.CommandContext(t.Context(), node, "testdata/amplify.js", base+"/", cognito.PoolID, cognito.ClientID, cognito.Password, serveCodes(t, sent))
	command.Env = env
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr(err))
	}
	const want = `sign up: CONFIRM_SIGN_UP
sign in: CONFIRM_SIGN_UP
resend: a***@e***
confirm: DONE
wrong: NotAuthorizedException: Incorrect username or password.
SRP: DONE
who: ann
attributes: {"email":"ann@example.com","verified":"true"}
move: CONFIRM_ATTRIBUTE_WITH_CODE
verify: done
attributes: {"email":"moved@example.com","verified":"true"}
change: done
refresh: ann
sign out: done
forget: CONFIRM_RESET_PASSWORD_WITH_CODE
reset: done
password: DONE
sign out: done
choose: CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION PASSWORD,PASSWORD_SRP,EMAIL_OTP
chosen: CONFIRM_SIGN_IN_WITH_EMAIL_CODE
code: DONE
delete: done
gone: NotAuthorizedException: Incorrect username or password.
newcomer: CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED
new password: DONE
`
	if string(out) != want {
		t.Errorf("output:\n%s\nwant:\n%s", out, want)
	}
}
