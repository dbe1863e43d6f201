package cognito_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/deploy/emulators/cognito"
)

const (
	noSuchCode = "Invalid code provided, please request a code again."
	wrongCode  = "Invalid verification code provided, please try again."
	limited    = "Attempt limit exceeded, please try after some time."
)

// wrong is six digits that a code is not.
func wrong(code string) string {
	return strings.Map(func(digit rune) rune { return '0' + (digit-'0'+1)%10 }, code)
}

// TestSignUpCodes: a code ends, is compared five times, and not sent more than twenty times an hour.
func TestSignUpCodes(t *testing.T) {
	pool, now, sent := at(t, start)
	resend := func(user string) *httptest.ResponseRecorder {
		return call(pool, "ResendConfirmationCode", fields{"ClientId": cognito.ClientID, "Username": user})
	}
	ok(t, signUp(pool, "late"))
	code := sent.of("late")
	if m := sent.message("late"); m.Medium != "EMAIL" || m.Destination != "late@example.com" || m.Operation != "ConfirmSignUp" || len(m.Code) != 6 {
		t.Errorf("message %+v", m)
	}
	now.pass(24 * time.Hour)
	checkError(t, confirm(pool, "late", code), "ExpiredCodeException", noSuchCode)
	ok(t, resend("late"))
	now.pass(24*time.Hour - 1)
	ok(t, confirm(pool, "late", sent.of("late")))
	checkError(t, resend("late"), "InvalidParameterException", "User is already confirmed.")

	ok(t, signUp(pool, "guessing"))
	code = sent.of("guessing")
	for range 5 {
		checkError(t, confirm(pool, "guessing", wrong(code)), "CodeMismatchException", wrongCode)
	}
	checkError(t, confirm(pool, "guessing", code), "TooManyFailedAttemptsException", limited)
	for range 19 {
		ok(t, resend("guessing"))
	}
	checkError(t, resend("guessing"), "LimitExceededException", limited)
	now.pass(time.Hour)
	ok(t, resend("guessing"))
	ok(t, confirm(pool, "guessing", sent.of("guessing")))

	checkError(t, confirm(pool, "nobody", "123456"), "ExpiredCodeException", noSuchCode)
	checkError(t, confirm(pool, "admin", "123456"), "NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED")
}

// TestResetCodes: the same of the codes for another password; one of sign-up is none of these.
func TestResetCodes(t *testing.T) {
	pool, now, sent := at(t, start)
	ok(t, forgot(pool, "reader"))
	code := sent.of("reader")
	now.pass(time.Hour)
	checkError(t, reset(pool, "reader", code, "N3w-password"), "ExpiredCodeException", noSuchCode)
	ok(t, forgot(pool, "reader"))
	code = sent.of("reader")
	checkError(t, reset(pool, "reader", code, "new-password"), "InvalidPasswordException", "Password did not conform with policy: Password must have uppercase characters")
	checkError(t, reset(pool, "admin", code, "N3w-password"), "ExpiredCodeException", noSuchCode)
	for range 5 {
		checkError(t, reset(pool, "reader", wrong(code), "N3w-password"), "CodeMismatchException", wrongCode)
	}
	checkError(t, reset(pool, "reader", code, "N3w-password"), "TooManyFailedAttemptsException", limited)
	signIn(t, pool, "reader")
	ok(t, signUp(pool, "newer"))
	checkError(t, reset(pool, "newer", sent.of("newer"), "N3w-password"), "ExpiredCodeException", noSuchCode)
}

// TestOneOfSeveralCodesAtOnceIsTaken: a code is good once, however many send it.
func TestOneOfSeveralCodesAtOnceIsTaken(t *testing.T) {
	pool, _, sent := at(t, start)
	ok(t, forgot(pool, "reader"))
	code := sent.of("reader")
	var taken atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if reset(pool, "reader", code, fmt.Sprintf("N3w-password-%d", i)).Code == 200 {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 {
		t.Errorf("%d have set a password", taken.Load())
	}
}

// TestCodesEndWithTheirUser: a code is of who it was sent to, and of the address that it was sent to, whoever has the name later.
func TestCodesEndWithTheirUser(t *testing.T) {
	pool, _, sent := at(t, start)
	ok(t, forgot(pool, "member"))
	code := sent.of("member")
	ok(t, administer(pool, "AdminDeleteUser", fields{"Username": "member"}))
	ok(t, administer(pool, "AdminCreateUser", fields{"Username": "member", "TemporaryPassword": "Temp0rary!", "UserAttributes": attributes{attribute("email", "member@example.com")}}))
	checkError(t, reset(pool, "member", code, "N3w-password"), "ExpiredCodeException", noSuchCode)

	ok(t, forgot(pool, "reader"))
	code = sent.of("reader")
	ok(t, administer(pool, "AdminUpdateUserAttributes", fields{"Username": "reader", "UserAttributes": attributes{attribute("email", "other@example.com"), attribute("email_verified", "true")}}))
	checkError(t, reset(pool, "reader", code, "N3w-password"), "ExpiredCodeException", noSuchCode)
}
