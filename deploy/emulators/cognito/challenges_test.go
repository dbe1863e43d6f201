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
	"portcullis/deploy/emulators/cognito/cognitotest"
	"portcullis/deploy/emulators/cognito/srp"
)

func TestSessionsEnd(t *testing.T) {
	pool, now, sent := at(t, start)
	code := func() map[string]string {
		return map[string]string{"USERNAME": "phone", "SMS_MFA_CODE": sent.of("phone")}
	}
	early := challenged(t, pool, "phone")
	now.pass(3*time.Minute - time.Second)
	decode[challenge](t, respond(pool, "SMS_MFA", early.Session, code()))
	checkError(t, respond(pool, "SMS_MFA", early.Session, code()), "NotAuthorizedException", "Invalid session for the user, session can only be used once.")
	late := challenged(t, pool, "phone")
	now.pass(3 * time.Minute)
	checkError(t, respond(pool, "SMS_MFA", late.Session, code()), "NotAuthorizedException", "Invalid session for the user, session is expired.")
	now.pass(4 * time.Minute)
	challenged(t, pool, "phone")
	checkError(t, respond(pool, "SMS_MFA", late.Session, code()), "NotAuthorizedException", "Invalid session for the user.")
}

func TestSessionsAreBounded(t *testing.T) {
	sent := new(codes)
	pool := newPool(t, cognito.Config{Accounts: config.Accounts, Deliver: sent.take, MaxSessions: 2})
	first := challenged(t, pool, "phone")
	code := sent.of("phone")
	challenged(t, pool, "phone")
	challenged(t, pool, "phone")
	answer := respond(pool, "SMS_MFA", first.Session, map[string]string{"USERNAME": "phone", "SMS_MFA_CODE": code})
	checkError(t, answer, "NotAuthorizedException", "Invalid session for the user.")
}

func TestWrongCodesAreCounted(t *testing.T) {
	pool, _, sent := at(t, start)
	asked := challenged(t, pool, "phone")
	right := sent.of("phone")
	for range 5 {
		answer := respond(pool, "SMS_MFA", asked.Session, map[string]string{"USERNAME": "phone", "SMS_MFA_CODE": "no"})
		checkError(t, answer, "CodeMismatchException", "Invalid code received for user")
	}
	answer := respond(pool, "SMS_MFA", asked.Session, map[string]string{"USERNAME": "phone", "SMS_MFA_CODE": right})
	checkError(t, answer, "NotAuthorizedException", "Invalid session for the user, session can only be used once.")
}

func TestOneOfSeveralAnswersAtOnceIsTaken(t *testing.T) {
	pool, _, sent := at(t, start)
	asked := challenged(t, pool, "phone")
	var taken atomic.Int32
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			answer := respond(pool, "SMS_MFA", asked.Session, map[string]string{"USERNAME": "phone", "SMS_MFA_CODE": sent.of("phone")})
			if answer.Code == 200 {
				taken.Add(1)
			}
		})
	}
	all.Wait()
	if taken.Load() != 1 {
		t.Errorf("%d answers with one session were taken", taken.Load())
	}
}

func TestMessages(t *testing.T) {
	tests := []struct {
		account     cognito.Account
		medium      string
		destination string
		shown       string
	}{
		{cognito.Account{MFA: []cognito.MFA{cognito.MFASMS}, Phone: "+15550100"}, "SMS", "+15550100", "+*******0100"},
		{cognito.Account{MFA: []cognito.MFA{cognito.MFASMS}, Phone: "110"}, "SMS", "110", "+*******110"},
		{cognito.Account{MFA: []cognito.MFA{cognito.MFAEmail}}, "EMAIL", "a@example.com", "a***@e***"},
		{cognito.Account{MFA: []cognito.MFA{cognito.MFAEmail}, Email: "ünal@straße.example"}, "EMAIL", "ünal@straße.example", "ü***@s***"},
	}
	for _, test := range tests {
		t.Run(test.shown, func(t *testing.T) {
			sent := new(codes)
			test.account.Username = "a"
			pool := newPool(t, cognito.Config{Accounts: []cognito.Account{test.account}, Deliver: sent.take})
			told := challenged(t, pool, "a").ChallengeParameters
			got := sent.last["a"]
			if got.Medium != test.medium || got.Destination != test.destination || len(got.Code) != 6 || strings.Trim(got.Code, "0123456789") != "" {
				t.Errorf("message %+v", got)
			}
			if told["CODE_DELIVERY_DELIVERY_MEDIUM"] != test.medium || told["CODE_DELIVERY_DESTINATION"] != test.shown {
				t.Errorf("challenge %v", told)
			}
		})
	}
}

// TestSoftwareTokens has the codes of RFC 6238, appendix B, for SHA-1; Cognito's have the last six digits.
func TestSoftwareTokens(t *testing.T) {
	tests := []struct {
		unix  int64
		drift time.Duration // of the pool's clock
		code  string
		want  bool
	}{
		{59, 0, "94287082", true},
		{1111111109, 0, "07081804", true},
		{1111111111, 0, "14050471", true},
		{1234567890, 0, "89005924", true},
		{2000000000, 0, "69279037", true},
		{20000000000, 0, "65353130", true},
		{1234567890, -30 * time.Second, "89005924", true},
		{1234567890, 30 * time.Second, "89005924", true},
		{1234567890, -31 * time.Second, "89005924", false},
		{1234567890, 60 * time.Second, "89005924", false},
		{1234567890, 0, "89005925", false},
	}
	for _, test := range tests {
		now := clock{time.Unix(test.unix, 0).Add(test.drift)}
		pool := newPool(t, cognito.Config{Accounts: config.Accounts[1:2], Now: now.now})
		answer := respond(pool, "SOFTWARE_TOKEN_MFA", challenged(t, pool, "token").Session, map[string]string{"USERNAME": "token", "SOFTWARE_TOKEN_MFA_CODE": test.code[2:]})
		if got := answer.Code == 200; got != test.want {
			t.Errorf("%+v: %d", test, answer.Code)
		}
	}
}

func TestSoftwareTokenCodesAreTakenOnce(t *testing.T) {
	pool, now, _ := at(t, start)
	answer := func() *httptest.ResponseRecorder {
		asked := challenged(t, pool, "token")
		return respond(pool, "SOFTWARE_TOKEN_MFA", asked.Session, map[string]string{"USERNAME": "token", "SOFTWARE_TOKEN_MFA_CODE": cognitotest.TOTP(totpSecret, now.Time)})
	}
	decode[challenge](t, answer())
	checkError(t, answer(), "ExpiredCodeException", "Your software token has already been used once.")
	now.pass(30 * time.Second)
	decode[challenge](t, answer())
	now.pass(-30 * time.Second)
	checkError(t, answer(), "ExpiredCodeException", "Your software token has already been used once.")
}

func TestNewPasswordSetsAttributes(t *testing.T) {
	pool, _, _ := at(t, start)
	asked := challenged(t, pool, "new")
	if got := asked.ChallengeParameters["requiredAttributes"]; got != `["userAttributes.name"]` {
		t.Errorf("requiredAttributes %s", got)
	}
	answer := func(attributes map[string]string) *httptest.ResponseRecorder {
		responses := map[string]string{"USERNAME": "new", "NEW_PASSWORD": "N3w-password"}
		for name, value := range attributes {
			responses["userAttributes."+name] = value
		}
		return respond(pool, "NEW_PASSWORD_REQUIRED", asked.Session, responses)
	}
	checkError(t, answer(nil), "InvalidParameterException", "Invalid attributes given, name is missing")
	checkError(t, answer(map[string]string{"name": "N", "email": "x@example.com"}), "NotAuthorizedException", "Cannot modify an already provided email")
	checkError(t, answer(map[string]string{"name": "N", "sub": "x"}), "NotAuthorizedException", "A client attempted to write unauthorized attribute")
	got := decode[challenge](t, answer(map[string]string{"name": "New Comer"})).AuthenticationResult
	if name := claims(t, pool, got.IdToken)["name"]; name != "New Comer" {
		t.Errorf("the ID token's name is %v", name)
	}
	if name, there := claims(t, pool, got.AccessToken)["name"]; there {
		t.Errorf("the access token has the name %v", name)
	}
	if user := call(pool, "GetUser", fields{"AccessToken": got.AccessToken}).Body.String(); !strings.Contains(user, `{"Name":"name","Value":"New Comer"}`) {
		t.Errorf("GetUser: %s", user)
	}
}

// TestSRPDoesNotTellWhoIsThere: the challenges of a known and of an unknown user differ in nothing but random values, and the
// refusals in nothing at all.
func TestSRPDoesNotTellWhoIsThere(t *testing.T) {
	pool, _, _ := at(t, start)
	ask := func(user string) (map[string]string, string) {
		asked := decode[challenge](t, post(pool, "/_cognito", request("USER_SRP_AUTH", map[string]string{"USERNAME": user, "SRP_A": "2"})))
		proof := map[string]string{"USERNAME": user, "PASSWORD_CLAIM_SIGNATURE": "AAAA", "PASSWORD_CLAIM_SECRET_BLOCK": asked.ChallengeParameters["SECRET_BLOCK"], "TIMESTAMP": start.UTC().Format(srp.TimestampLayout)}
		refusal := respond(pool, "PASSWORD_VERIFIER", "", proof)
		return asked.ChallengeParameters, fmt.Sprint(refusal.Code, refusal.Body)
	}
	known, knownRefusal := ask("admin")
	unknown, unknownRefusal := ask("nobody")
	again, _ := ask("nobody")
	for name, value := range known {
		if spread := len(value) - len(unknown[name]); unknown[name] == "" || spread < -6 || spread > 6 {
			t.Errorf("%s is %s for a known, and %s for an unknown user", name, value, unknown[name])
		}
	}
	if len(known) != len(unknown) || unknown["SALT"] != again["SALT"] || unknown["SRP_B"] == again["SRP_B"] {
		t.Errorf("known %v\nunknown %v\nunknown again %v", known, unknown, again)
	}
	if knownRefusal != unknownRefusal || !strings.Contains(knownRefusal, "Incorrect username or password.") {
		t.Errorf("refusals %s and %s", knownRefusal, unknownRefusal)
	}
}
