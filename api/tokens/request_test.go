package tokens_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"portcullis/api/internal/lambdaproxy/proxytest"
	"portcullis/api/tokens"
)

// TestBadBodies: what is wrong is named, never a value, and Cognito is not asked.
func TestBadBodies(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	const (
		signIn  = "/tokens"
		refresh = "/tokens/refresh"
		names   = "username must be of letters, marks, numbers, punctuation and symbols"
		token   = "refreshToken must be a refresh token, as it was given"
	)
	ways := func(member string) string {
		return member + " must be one of PASSWORD, PASSWORD_SRP, EMAIL_OTP, SMS_OTP, WEB_AUTHN"
	}
	reply := func(challenge, answer string) string {
		return fmt.Sprintf(`{"challenge":%q,"session":"s","username":"u","answer":%s}`, challenge, answer)
	}
	cases := []struct{ path, body, want string }{
		{signIn, ``, "body is missing: a JSON object is expected"},
		{signIn, `[]`, "body must be a JSON object"},
		{signIn, `{"username":"u","password":"p"}{}`, "body is not valid JSON: invalid character '{' after top-level value"},
		{signIn, `{}`, "username is missing"},
		{signIn, `{"password":"p"}`, "username is missing"},
		{signIn, `{"username":"u","preferredChallenge":"SMS_MFA"}`, ways("preferredChallenge")},
		{signIn, `{"username":"u","preferredChallenge":""}`, "preferredChallenge must have 1 to 128 characters, not 0"},
		{signIn, `{"username":"u","preferredChallenge":null}`, "preferredChallenge must be a string, not null"},
		{signIn, `{"username":"u","preferredChallenge":"EMAIL_OTP","password":"p"}`, "password must not be given with another preferredChallenge than PASSWORD"},
		{signIn, `{"username":"u","preferredChallenge":"SELECT_CHALLENGE"}`, ways("preferredChallenge")},
		{signIn, `{"username":"u","password":"p","scope":"admin"}`, `body has an unknown member "scope"`},
		{signIn, `{"Username":"u","password":"p"}`, `body has an unknown member "Username"`},
		{signIn, `{"username":"u","username":"v","password":"p"}`, `body has the member "username" twice`},
		{signIn, `{"username":"u","password":"p","pass\u0077ord":"q"}`, `body has the member "password" twice`},
		{signIn, `{"username":null,"password":"p"}`, "username must be a string, not null"},
		{signIn, `{"username":["u"],"password":"p"}`, "username must be a string, not an array"},
		{signIn, `{"username":"u","password":1}`, "password must be a string, not a number"},
		{signIn, `{"username":"u","password":{"$ne":""}}`, "password must be a string, not an object"},
		{signIn, `{"username":"","password":"p"}`, "username must have 1 to 128 characters, not 0"},
		{signIn, `{"username":"` + long(129) + `","password":"p"}`, "username must have 1 to 128 characters, not 129"},
		{signIn, `{"username":"a b","password":"p"}`, names},
		{signIn, `{"username":"a\nb","password":"p"}`, names},
		{signIn, `{"username":"a\u0000","password":"p"}`, names},
		{signIn, `{"username":"\ud800","password":"p"}`, "username must not contain characters that are not valid"},
		{signIn, `{"username":"u","password":""}`, "password must have 1 to 256 characters, not 0"},
		{signIn, `{"username":"u","password":"` + long(257) + `"}`, "password must have 1 to 256 characters, not 257"},
		{signIn, `{"username":"u","password":"a\udc00"}`, "password must not contain characters that are not valid"},
		{signIn, `{"username":"u","password":"` + long(64<<10) + `"}`, "body must have at most 65536 bytes"},

		{signIn, `{"username":"u","password":"p","session":"s"}`, "password must not be given with the answer to a challenge"},
		{signIn, `{"username":"u","challenge":"SMS_MFA"}`, "session is missing"},
		{signIn, `{"username":"u","session":"s","answer":{}}`, "challenge is missing"},
		{signIn, `{"username":"u","challenge":"SMS_MFA","session":"s"}`, "answer is missing"},
		{signIn, `{"challenge":"SMS_MFA","session":"s","answer":{"code":"1"}}`, "username is missing"},
		{signIn, `{"username":"u","challenge":"SMS_MFA","session":"s","answer":"1"}`, "answer must be a JSON object"},
		{signIn, `{"username":"u","challenge":"SMS_MFA","session":"","answer":{}}`, "session must have 1 to 2048 characters, not 0"},
		{signIn, `{"username":"u","challenge":"SMS_MFA","session":"` + long(2049) + `","answer":{}}`, "session must have 1 to 2048 characters, not 2049"},
		{signIn, reply("MFA_SETUP", `{}`), "challenge must be one that POST /tokens gave"},
		{signIn, reply("DEVICE_PASSWORD_VERIFIER", `{}`), "challenge must be one that POST /tokens gave"},
		{signIn, reply("sms_mfa", `{"code":"1"}`), "challenge must be one that POST /tokens gave"},
		{signIn, reply("SMS_MFA", `{}`), "answer.code is missing"},
		{signIn, reply("SMS_MFA", `{"code":"1","code":"2"}`), `answer has the member "code" twice`},
		{signIn, reply("SMS_MFA", `{"code":"1","mfaType":"SMS_MFA"}`), `answer has an unknown member "mfaType"`},
		{signIn, reply("EMAIL_OTP", `{"code":123456}`), "answer.code must be a string, not a number"},
		{signIn, reply("SOFTWARE_TOKEN_MFA", `{"code":"12345x"}`), "answer.code must be of digits"},
		{signIn, reply("SOFTWARE_TOKEN_MFA", `{"code":"`+long(17)+`"}`), "answer.code must have 1 to 16 characters, not 17"},
		{signIn, reply("SELECT_MFA_TYPE", `{"mfaType":"WEB_AUTHN"}`), "answer.mfaType must be one of SMS_MFA, SOFTWARE_TOKEN_MFA, EMAIL_OTP"},
		{signIn, reply("SELECT_MFA_TYPE", `{"code":"1"}`), `answer has an unknown member "code"`},
		{signIn, reply("NEW_PASSWORD_REQUIRED", `{"attributes":{}}`), "answer.newPassword is missing"},
		{signIn, reply("NEW_PASSWORD_REQUIRED", `{"newPassword":"p","attributes":[]}`), "answer.attributes must be a JSON object"},
		{signIn, reply("NEW_PASSWORD_REQUIRED", `{"newPassword":"p","attributes":{"name":1}}`), "answer.attributes.name must be a string, not a number"},
		{signIn, reply("NEW_PASSWORD_REQUIRED", `{"newPassword":"p","attributes":{"name":"a","name":"b"}}`), `answer.attributes has the member "name" twice`},
		{signIn, reply("NEW_PASSWORD_REQUIRED", `{"newPassword":"p","attributes":{"a b":"x"}}`), `answer.attributes has a member "a b", which is no attribute's name`},
		{signIn, reply("NEW_PASSWORD_REQUIRED", `{"newPassword":"p","attributes":{"":"x"}}`), `answer.attributes has a member "", which is no attribute's name`},
		{signIn, reply("NEW_PASSWORD_REQUIRED", `{"newPassword":"p","attributes":{"name":"`+long(2049)+`"}}`), "answer.attributes.name must have at most 2048 characters, all valid"},
		{signIn, reply("NEW_PASSWORD_REQUIRED", `{"newPassword":"p","userAttributes":{}}`), `answer has an unknown member "userAttributes"`},

		{signIn, `{"username":"u","preferredChallenge":"EMAIL_OTP","session":"s"}`, "preferredChallenge must not be given with the answer to a challenge"},
		{signIn, `{"username":"u","challenge":"SELECT_CHALLENGE","answer":{"choice":"EMAIL_OTP"}}`, "session is missing"},
		{signIn, `{"username":"u","challenge":"PASSWORD_VERIFIER","session":"","answer":{}}`, "session must have 1 to 2048 characters, not 0"},
		{signIn, reply("SELECT_CHALLENGE", `{}`), "answer.choice is missing"},
		{signIn, reply("SELECT_CHALLENGE", `{"choice":"email_otp"}`), ways("answer.choice")},
		{signIn, reply("SELECT_CHALLENGE", `{"choice":"SOFTWARE_TOKEN_MFA"}`), ways("answer.choice")},
		{signIn, reply("SELECT_CHALLENGE", `{"choice":["PASSWORD"]}`), "answer.choice must be a string, not an array"},
		{signIn, reply("SELECT_CHALLENGE", `{"choice":"PASSWORD"}`), "answer.password is missing"},
		{signIn, reply("SELECT_CHALLENGE", `{"choice":"PASSWORD","password":""}`), "answer.password must have 1 to 256 characters, not 0"},
		{signIn, reply("SELECT_CHALLENGE", `{"choice":"EMAIL_OTP","password":"p"}`), "answer.password must not be given with another choice than PASSWORD"},
		{signIn, reply("SELECT_CHALLENGE", `{"choice":"PASSWORD","password":"p","srpA":"0a"}`), "answer.srpA must not be given with another choice than PASSWORD_SRP"},
		{signIn, reply("SELECT_CHALLENGE", `{"choice":"PASSWORD_SRP"}`), "answer.srpA is missing"},
		{signIn, reply("SELECT_CHALLENGE", `{"choice":"PASSWORD_SRP","srpA":"xyz"}`), "answer.srpA has characters that no such text has"},
		{signIn, reply("SELECT_CHALLENGE", `{"choice":"EMAIL_OTP","code":"1"}`), `answer has an unknown member "code"`},
		{signIn, reply("PASSWORD_SRP", `{"srpA":"`+long(1025)+`"}`), "answer.srpA must have 1 to 1024 characters, not 1025"},
		{signIn, reply("PASSWORD_SRP", `{"password":"p"}`), `answer has an unknown member "password"`},
		{signIn, reply("PASSWORD", `{}`), "answer.password is missing"},
		{signIn, reply("PASSWORD_VERIFIER", `{"signature":"a","timestamp":"b"}`), "answer.secretBlock is missing"},
		{signIn, reply("PASSWORD_VERIFIER", `{"secretBlock":"a b","signature":"a","timestamp":"b"}`), "answer.secretBlock has characters that no such text has"},
		{signIn, reply("PASSWORD_VERIFIER", `{"secretBlock":"a","signature":"`+long(4097)+`","timestamp":"b"}`), "answer.signature must have 1 to 4096 characters, not 4097"},
		{signIn, reply("PASSWORD_VERIFIER", `{"secretBlock":"a","signature":"a","timestamp":"b\n"}`), "answer.timestamp has characters that no such text has"},
		{signIn, reply("SMS_OTP", `{"code":"12a"}`), "answer.code must be of digits"},
		{signIn, reply("WEB_AUTHN", `{}`), "answer.credential is missing"},
		{signIn, reply("WEB_AUTHN", `{"credential":"{}"}`), "answer.credential must be a JSON object"},
		{signIn, reply("WEB_AUTHN", `{"credential":{"id":"`+long(16384)+`"}}`), "answer.credential must have at most 16384 bytes"},

		{refresh, `{}`, "refreshToken is missing"},
		{refresh, `{"refreshToken":"t","username":"u"}`, `body has an unknown member "username"`},
		{refresh, `{"refreshToken":"a b"}`, token},
		{refresh, `{"refreshToken":"a\u00e9"}`, token},
		{refresh, `{"refreshToken":"` + long(8193) + `"}`, "refreshToken must have 1 to 8192 characters, not 8193"},
		{"/tokens/revoke", `{"refreshToken":""}`, "refreshToken must have 1 to 8192 characters, not 0"},
		{"/tokens/revoke", `{"token":"t"}`, `body has an unknown member "token"`},
		{"/tokens/nowhere", `{}`, "Invalid request"},
	}
	wire := exception("NotAuthorizedException", "")
	h, log := newHandler(t, wire.serve(t), "local-client", nil)
	for _, kind := range proxytest.Kinds {
		for _, c := range cases {
			if got := read(t, post(t, h, kind, c.path, c.body), 400); got.Error != c.want {
				t.Errorf("%s: %s %.60s: %s, want %s", kind, c.path, c.body, got.Error, c.want)
			}
		}
	}
	if calls := wire.called(); calls != "" || log.Len() != 0 {
		t.Errorf("Cognito was asked: %s; log %s", calls, log)
	}
}

// TestGoodBodies: what Cognito takes is not refused before it.
func TestGoodBodies(t *testing.T) {
	wire := exception("NotAuthorizedException", "")
	h, _ := newHandler(t, wire.serve(t), "local-client", nil)
	for _, body := range []string{
		credentialsOf("ann@example.com", " p a s s "), credentialsOf("Zoë+1", "pässword\t"), credentialsOf("+15550100", strings.Repeat("é", 256)),
		` { "password" : "p" , "username" : "u" } `,
		`{"challenge":"NEW_PASSWORD_REQUIRED","session":"s","username":"u","answer":{"newPassword":"p","attributes":{"custom:team":"a","name":""}}}`,
		`{"challenge":"NEW_PASSWORD_REQUIRED","session":"s","username":"u","answer":{"newPassword":"p"}}`,
	} {
		read(t, post(t, h, "rest", "/tokens", body), 401)
	}
	if calls := strings.Fields(wire.called()); len(calls) != 6 {
		t.Errorf("Cognito was asked: %v", calls)
	}
}

// TestBadBearers: what is no access token of the app client is one answer, and Cognito is not asked.
func TestBadBearers(t *testing.T) {
	wire := exception("NotAuthorizedException", "")
	h, _ := newHandler(t, wire.serve(t), "another-client", &journal{})
	token := strings.TrimPrefix(bearer, "Bearer ")
	const none, bad = `Bearer realm="tokens"`, `Bearer realm="tokens", error="invalid_token"`
	for _, test := range []struct {
		challenge string
		lines     []string
	}{
		{none, nil}, {none, []string{""}}, {none, []string{"Basic " + token}}, {none, []string{token}}, {none, []string{"Bearer:" + token}}, {none, []string{"Basic a", token}},
		{bad, []string{"Bearer"}}, {bad, []string{"Bearer "}}, {bad, []string{bearer + " x"}}, {bad, []string{bearer, bearer}},
		{bad, []string{"bearer a.b"}}, {bad, []string{"Bearer a.b.c"}}, {bad, []string{"Bearer " + strings.Repeat("x", 9000)}}, {bad, []string{bearer}}, // of another app client
	} {
		for _, kind := range proxytest.Kinds {
			a := signOut(t, h, kind, test.lines...)
			if a.StatusCode != 401 || a.Body != `{"error":"Invalid access token"}` || a.Headers["WWW-Authenticate"] != test.challenge {
				t.Errorf("%s: %.60q: %+v, want %s", kind, test.lines, a, test.challenge)
			}
		}
	}
	if calls := wire.called(); calls != "" {
		t.Errorf("Cognito was asked: %s", calls)
	}
}

// TestOtherEvents: an event of another kind is an error without anything of the event, never an answer.
func TestOtherEvents(t *testing.T) {
	h, _ := newHandler(t, exception("NotAuthorizedException", "").serve(t), "local-client", nil)
	for _, event := range proxytest.Others(t) {
		out, err := h.Invoke(t.Context(), []byte(event))
		if !errors.As(err, new(*tokens.EventError)) || out != nil || strings.Contains(err.Error(), "Bearer") {
			t.Errorf("%.80s: answer %s, error %v, want an *EventError", event, out, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := tokens.New(tokens.Config{AllowedOrigins: []string{"*"}}); err == nil {
		t.Error("New without an Identity is no error")
	}
	if _, err := tokens.New(tokens.Config{Identity: nobody{}, AllowedOrigins: []string{"a.example"}}); !errors.As(err, new(*tokens.OriginError)) {
		t.Errorf("%v, want an *OriginError", err)
	}
}

type nobody struct{ tokens.Identity }

// TestBrowsers: every answer says the same to browsers, and only allowed origins may read it.
func TestBrowsers(t *testing.T) {
	h, err := tokens.New(tokens.Config{Identity: nobody{}, AllowedOrigins: []string{"https://app.example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	for origin, want := range map[string]string{"https://app.example.com": "https://app.example.com", "https://evil.example": ""} {
		for _, kind := range proxytest.Kinds {
			a := proxytest.Invoke(t, h, proxytest.Event(t, kind, proxytest.Call{Method: "POST", Path: "/tokens", Body: "{}", Header: map[string][]string{"Origin": {origin}}}))
			if a.Headers["Access-Control-Allow-Origin"] != want || a.Headers["Vary"] != "Origin" || a.Headers["Access-Control-Allow-Methods"] != "POST,OPTIONS" {
				t.Errorf("%s: %s: headers %v", kind, origin, a.Headers)
			}
		}
	}
}

// TestMediaTypes: a body that a page of another origin could send without being asked is not read.
func TestMediaTypes(t *testing.T) {
	for _, test := range []struct {
		types []string
		want  string // ""; it is taken
	}{
		{[]string{"application/json"}, ""},
		{[]string{"Application/JSON; charset=utf-8"}, ""},
		{[]string{"application/problem+json"}, ""},
		{nil, "Content-Type is missing: application/json is expected"},
		{[]string{""}, "Content-Type is missing: application/json is expected"},
		{[]string{"text/plain"}, `Content-Type must be application/json, not "text/plain"`},
		{[]string{"text/plain; application/json"}, `Content-Type must be application/json, not "text/plain; application/json"`},
		{[]string{"application/x-www-form-urlencoded"}, `Content-Type must be application/json, not "application/x-www-form-urlencoded"`},
		{[]string{"multipart/form-data; boundary=x"}, `Content-Type must be application/json, not "multipart/form-data; boundary=x"`},
		{[]string{"application/jsonp"}, `Content-Type must be application/json, not "application/jsonp"`},
		{[]string{"application/json", "application/json"}, `Content-Type must be application/json, not "application/json, application/json"`},
		{[]string{strings.Repeat("x", 300)}, `Content-Type must be application/json, not "` + strings.Repeat("x", 64) + `"`},
	} {
		for _, path := range []string{"/tokens", "/tokens/refresh", "/tokens/revoke", "/tokens/sign-out"} {
			d := newDesk(t, "local-client", nil)
			call := proxytest.Call{Method: "POST", Path: path, Body: `{"x":1}`, Header: map[string][]string{"content-type": test.types}}
			a := proxytest.Invoke(t, d.Handler, proxytest.Event(t, "rest", call))
			if test.want == "" && path == "/tokens/sign-out" {
				read(t, a, 401)
			} else if test.want == "" {
				read(t, a, 400)
			} else if got := read(t, a, 415); got.Error != test.want || a.Headers["Accept"] != "application/json" || d.log.Len() > 0 {
				t.Errorf("%s %q: %+v, headers %v, log %s", path, test.types, got, a.Headers, d.log)
			}
		}
	}
}

// TestNoBodyToSignOut: where there is no body, its type is of no interest.
func TestNoBodyToSignOut(t *testing.T) {
	for _, types := range [][]string{nil, {"text/plain"}} {
		d := newDesk(t, "local-client", nil)
		header := map[string][]string{"content-type": types, "Authorization": {"Bearer " + signIn(t, d.Handler, "member").AccessToken}}
		call := proxytest.Call{Method: "POST", Path: "/tokens/sign-out", Header: header}
		read(t, proxytest.Invoke(t, d.Handler, proxytest.Event(t, "rest", call)), 200)
	}
}

// TestSecrets: what is secret prints as [redacted], whatever prints it.
func TestSecrets(t *testing.T) {
	reply := tokens.Reply{Session: "hidden-1", NewPassword: "hidden-2", Code: "hidden-3"}
	issued := tokens.Tokens{Access: "hidden-4", ID: "hidden-5", Refresh: "hidden-6"}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v", reply, reply, reply), fmt.Sprintf("%v %+v %s %x %q", issued, issued, issued.Access, issued.ID, issued.Refresh),
		issued.Access.String(), issued.Access.LogValue().String()} {
		if strings.Contains(text, "hidden") || !strings.Contains(text, "[redacted]") {
			t.Errorf("printed %s", text)
		}
	}
}
