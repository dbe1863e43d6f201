package cognitotest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

const (
	softwareToken = types.ChallengeNameTypeSoftwareTokenMfa
	smsCode       = types.ChallengeNameTypeSmsMfa
	emailCode     = types.ChallengeNameTypeEmailOtp
	selectType    = types.ChallengeNameTypeSelectMfaType
)

var mfaCases = []testCase{
	{"software token: tokens", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "totp-good", softwareToken)
		out, err := t.respond(tb, softwareToken, asked.Session, "totp-good", map[string]string{"SOFTWARE_TOKEN_MFA_CODE": t.totp(tb, "totp-good")})
		acceptedAnswer(tb, out, err, "totp-good")
	}},
	{"software token: wrong code, then right", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "totp-wrong", softwareToken)
		right := t.totp(tb, "totp-wrong")
		for _, wrong := range []string{other(right), right + "0", right[:5]} {
			_, err := t.respond(tb, softwareToken, asked.Session, "totp-wrong", map[string]string{"SOFTWARE_TOKEN_MFA_CODE": wrong})
			refused(tb, err, "CodeMismatchException")
		}
		out, err := t.respond(tb, softwareToken, asked.Session, "totp-wrong", map[string]string{"SOFTWARE_TOKEN_MFA_CODE": right})
		acceptedAnswer(tb, out, err, "totp-wrong")
	}},
	{"software token: a code twice", func(tb testing.TB, t *Target) {
		first, second := t.challenged(tb, "totp-again", softwareToken), t.challenged(tb, "totp-again", softwareToken)
		code := map[string]string{"SOFTWARE_TOKEN_MFA_CODE": t.totp(tb, "totp-again")}
		out, err := t.respond(tb, softwareToken, first.Session, "totp-again", code)
		acceptedAnswer(tb, out, err, "totp-again")
		_, err = t.respond(tb, softwareToken, second.Session, "totp-again", code)
		refused(tb, err, "ExpiredCodeException")
	}},
	{"software token: no code", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "totp-good", softwareToken)
		_, err := t.respond(tb, softwareToken, asked.Session, "totp-good", nil)
		refused(tb, err, "InvalidParameterException")
	}},
	{"SMS: tokens", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "sms", smsCode)
		out, err := t.respond(tb, smsCode, asked.Session, "sms", map[string]string{"SMS_MFA_CODE": t.Code("sms")})
		acceptedAnswer(tb, out, err, "sms")
	}},
	{"SMS: wrong code, then right", sentCode("sms", smsCode, "SMS")},
	{"email: wrong code, then right", sentCode("email", emailCode, "EMAIL")},
	{"several factors: chosen", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "several", selectType)
		var choice []string
		if err := json.Unmarshal([]byte(asked.ChallengeParameters["MFAS_CAN_CHOOSE"]), &choice); err != nil || !slices.Contains(choice, SMS) || !slices.Contains(choice, Software) {
			tb.Errorf("choice %v: %v", asked.ChallengeParameters, err)
		}
		next, err := t.respond(tb, selectType, asked.Session, "several", map[string]string{"ANSWER": Software})
		if err != nil || next.ChallengeName != softwareToken {
			tb.Fatalf("%+v, %v", next, err)
		}
		out, err := t.respond(tb, softwareToken, next.Session, "several", map[string]string{"SOFTWARE_TOKEN_MFA_CODE": t.totp(tb, "several")})
		acceptedAnswer(tb, out, err, "several")
	}},
	{"several factors: one that the user has not", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "several", selectType)
		for _, answer := range []string{Email, "NONE"} {
			_, err := t.respond(tb, selectType, asked.Session, "several", map[string]string{"ANSWER": answer})
			refused(tb, err, "InvalidParameterException")
		}
	}},
	{"several factors: an answer without a choice", func(tb testing.TB, t *Target) {
		asked := t.challenged(tb, "several", selectType)
		_, err := t.respond(tb, softwareToken, asked.Session, "several", map[string]string{"SOFTWARE_TOKEN_MFA_CODE": t.totp(tb, "several")})
		refused(tb, err, "NotAuthorizedException")
	}},
}

// sentCode is a sign-in with a code that is sent: one for each session, and good for that one.
func sentCode(user string, challenge types.ChallengeNameType, medium string) func(testing.TB, *Target) {
	parameter := string(challenge) + "_CODE"
	return func(tb testing.TB, t *Target) {
		earlier := t.challenged(tb, user, challenge)
		asked := t.challenged(tb, user, challenge)
		told := asked.ChallengeParameters
		if told["CODE_DELIVERY_DELIVERY_MEDIUM"] != medium || told["CODE_DELIVERY_DESTINATION"] == "" || strings.Contains(told["CODE_DELIVERY_DESTINATION"], user+"@") {
			tb.Errorf("challenge %v", told)
		}
		right := t.Code(user)
		_, err := t.respond(tb, challenge, asked.Session, user, map[string]string{parameter: other(right)})
		refused(tb, err, "CodeMismatchException")
		out, err := t.respond(tb, challenge, asked.Session, user, map[string]string{parameter: right})
		acceptedAnswer(tb, out, err, user)
		_, err = t.respond(tb, challenge, asked.Session, user, map[string]string{parameter: right})
		refused(tb, err, "NotAuthorizedException")
		_, err = t.respond(tb, challenge, earlier.Session, user, map[string]string{parameter: right})
		refused(tb, err, "CodeMismatchException")
	}
}

// other is another code.
func other(code string) string {
	return strings.Map(func(digit rune) rune { return '0' + (digit-'0'+5)%10 }, code)
}

// totp is the code that a user's software token shows now (RFC 6238).
func (t *Target) totp(tb testing.TB, user string) string {
	tb.Helper()
	code := TOTP(t.TOTPSecret(user), time.Now())
	if code == "" {
		tb.Fatalf("%s has no software token", user)
	}
	return code
}

// TOTP is the code of six digits that a software token shows, for a secret in base32 without padding, or "" for another one
// (RFC 6238, with its defaults).
func TOTP(secret string, now time.Time) string {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		return ""
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(now.Unix()/30)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}
