package tokens_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"portcullis/api/internal/lambdaproxy/proxytest"
	"portcullis/deploy/emulators/cognito/srp"
)

type object = map[string]any

// choosing is the body that begins a sign-in without saying how, or with a preferred way.
func choosing(username, preferred string) string {
	members := object{"username": username}
	if preferred != "" {
		members["preferredChallenge"] = preferred
	}
	body, _ := json.Marshal(members)
	return string(body)
}

// choose begins a sign-in, and gives what is asked.
func choose(t *testing.T, d *desk, username, preferred string) said {
	t.Helper()
	return read(t, post(t, d.Handler, "rest", "/tokens", choosing(username, preferred)), 200)
}

// answer answers a challenge.
func answer(t *testing.T, d *desk, asked said, username string, with any) proxytest.Answer {
	t.Helper()
	return post(t, d.Handler, "rest", "/tokens", replying(asked, username, with))
}

// proof proves the password of the built-in issuer's accounts, or another one, to a PASSWORD_VERIFIER.
func proof(t *testing.T, client *srp.Client, asked said, password string) object {
	t.Helper()
	of, _ := asked.Parameters["srp"].(object)
	text := func(name string) string { return fmt.Sprint(of[name]) }
	now := time.Now()
	signature, err := client.Sign(srp.Challenge{Pool: "local", User: text("user"), Salt: text("salt"), B: text("b"), SecretBlock: text("secretBlock")}, password, now)
	if err != nil {
		t.Fatalf("%+v: %v", asked, err)
	}
	return object{"secretBlock": of["secretBlock"], "signature": signature, "timestamp": now.UTC().Format(srp.TimestampLayout)}
}

func newSRPClient(t *testing.T) *srp.Client {
	t.Helper()
	client, err := srp.NewClient(nil)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// TestChoices: whoever signs in is told how they may, and who is not there is asked as the others are.
func TestChoices(t *testing.T) {
	for username, want := range map[string]string{
		"admin": "[PASSWORD PASSWORD_SRP EMAIL_OTP]", "nobody": "[PASSWORD PASSWORD_SRP EMAIL_OTP]",
		"phoned": "[PASSWORD PASSWORD_SRP EMAIL_OTP SMS_OTP]", "mail": "[PASSWORD PASSWORD_SRP]",
	} {
		for _, client := range []string{"local-client", "secretive", "rotating"} {
			d := newDesk(t, client, nil)
			for _, kind := range proxytest.Kinds {
				asked := read(t, post(t, d.Handler, kind, "/tokens", choosing(username, "")), 200)
				wanted := object{"username": username, "choices": asked.Parameters["choices"]}
				if got := fmt.Sprint(asked.Parameters["choices"]); asked.Challenge != "SELECT_CHALLENGE" || got != want || asked.Session == "" || !reflect.DeepEqual(asked.Parameters, wanted) {
					t.Errorf("%s, %s, %s: %+v, want %s", client, kind, username, asked, want)
				}
			}
		}
	}
}

// TestChosen: each way that is offered ends with tokens of who signed in.
func TestChosen(t *testing.T) {
	code := func(d *desk, username string) object { return object{"code": d.code(username)} }
	for name, test := range map[string]struct {
		username, preferred string
		steps               []string // the challenges, in order
	}{
		"password":                {"admin", "", []string{"SELECT_CHALLENGE"}},
		"password, preferred":     {"admin", "PASSWORD", []string{"PASSWORD"}},
		"SRP":                     {"phoned", "", []string{"SELECT_CHALLENGE", "PASSWORD_VERIFIER"}},
		"SRP, preferred":          {"admin", "PASSWORD_SRP", []string{"PASSWORD_SRP", "PASSWORD_VERIFIER"}},
		"email":                   {"admin", "", []string{"SELECT_CHALLENGE", "EMAIL_OTP"}},
		"email, preferred":        {"admin", "EMAIL_OTP", []string{"EMAIL_OTP"}},
		"SMS":                     {"phoned", "", []string{"SELECT_CHALLENGE", "SMS_OTP"}},
		"SMS, preferred":          {"phoned", "SMS_OTP", []string{"SMS_OTP"}},
		"not offered, preferred":  {"admin", "SMS_OTP", []string{"SELECT_CHALLENGE"}},
		"passkey, preferred":      {"admin", "WEB_AUTHN", []string{"SELECT_CHALLENGE"}},
		"password, then a factor": {"mail", "", []string{"SELECT_CHALLENGE", "EMAIL_OTP"}},
	} {
		for _, app := range []string{"local-client", "secretive"} {
			d := newDesk(t, app, nil)
			client := newSRPClient(t)
			asked := choose(t, d, test.username, test.preferred)
			for i, step := range test.steps {
				if asked.Challenge != step || asked.AccessToken != "" {
					t.Fatalf("%s, %s: %+v, want %s", name, app, asked, step)
				}
				next := "PASSWORD"
				if i+1 < len(test.steps) && test.username != "mail" {
					next = test.steps[i+1]
				}
				with := map[string]object{
					"PASSWORD": {"password": "Passw0rd!"}, "PASSWORD_SRP": {"srpA": client.A()}, "EMAIL_OTP": code(d, test.username), "SMS_OTP": code(d, test.username),
				}[step]
				switch {
				case step == "PASSWORD_VERIFIER":
					with = proof(t, client, asked, "Passw0rd!")
				case step == "SELECT_CHALLENGE" && next == "PASSWORD":
					with = object{"choice": next, "password": "Passw0rd!"}
				case step == "SELECT_CHALLENGE" && next == "PASSWORD_VERIFIER":
					with = object{"choice": "PASSWORD_SRP", "srpA": client.A()}
				case step == "SELECT_CHALLENGE":
					with = object{"choice": next}
				}
				asked = read(t, answer(t, d, asked, test.username, with), 200)
			}
			if asked.Challenge != "" || claimsOf(t, asked.AccessToken)["username"] != test.username || asked.RefreshToken == "" {
				t.Errorf("%s, %s: %+v", name, app, asked)
			}
		}
	}
	d := newDesk(t, "local-client", nil)
	got := read(t, post(t, d.Handler, "rest", "/tokens", `{"username":"admin","password":"Passw0rd!","preferredChallenge":"PASSWORD"}`), 200)
	if claimsOf(t, got.AccessToken)["username"] != "admin" {
		t.Errorf("a password at once: %+v", got)
	}
}

// TestChoiceAttacks: nobody gets further by what is not theirs, comes twice, or is out of order.
func TestChoiceAttacks(t *testing.T) {
	d := newDesk(t, "local-client", nil)
	fresh := func(username, preferred string) said { return choose(t, d, username, preferred) }
	as := func(asked said, name string) said { asked.Challenge = name; return asked }
	password := object{"choice": "PASSWORD", "password": "Passw0rd!"}
	const denied, wrong = 401, 400
	spent := fresh("admin", "")
	read(t, answer(t, d, spent, "admin", password), 200)
	sent := fresh("admin", "EMAIL_OTP")
	used := object{"code": d.code("admin")}
	read(t, answer(t, d, sent, "admin", used), 200)
	tried := fresh("admin", "")
	read(t, answer(t, d, tried, "admin", object{"choice": "PASSWORD", "password": "guess"}), denied)

	client := newSRPClient(t)
	verifier := read(t, answer(t, d, fresh("admin", ""), "admin", object{"choice": "PASSWORD_SRP", "srpA": client.A()}), 200)
	proved := proof(t, client, verifier, "Passw0rd!")
	read(t, answer(t, d, verifier, "admin", proved), 200)
	another := read(t, answer(t, d, fresh("admin", ""), "admin", object{"choice": "PASSWORD_SRP", "srpA": client.A()}), 200)
	reader := read(t, answer(t, d, fresh("reader", ""), "reader", object{"choice": "PASSWORD_SRP", "srpA": client.A()}), 200)
	other := newDesk(t, "rotating", nil)

	for name, test := range map[string]struct {
		status int
		a      proxytest.Answer
	}{
		"session of another user":              {denied, answer(t, d, fresh("reader", ""), "admin", password)},
		"username changed between steps":       {denied, answer(t, d, fresh("reader", "EMAIL_OTP"), "admin", object{"code": d.code("reader")})},
		"username in another case":             {denied, answer(t, d, fresh("admin", ""), "Admin", password)},
		"session of another app client":        {denied, answer(t, other, fresh("admin", ""), "admin", password)},
		"session that was made up":             {denied, answer(t, d, said{Challenge: "SELECT_CHALLENGE", Session: "AYABe"}, "admin", password)},
		"session used again":                   {denied, answer(t, d, spent, "admin", password)},
		"session after a wrong password":       {denied, answer(t, d, tried, "admin", password)},
		"wrong password":                       {denied, answer(t, d, fresh("admin", ""), "admin", object{"choice": "PASSWORD", "password": "passw0rd!"})},
		"password of who is not there":         {denied, answer(t, d, fresh("nobody", ""), "nobody", password)},
		"password of who is disabled":          {denied, answer(t, d, fresh("disabled", ""), "disabled", password)},
		"choice not offered":                   {wrong, answer(t, d, fresh("admin", ""), "admin", object{"choice": "SMS_OTP"})},
		"passkey of who has none":              {wrong, answer(t, d, fresh("admin", ""), "admin", object{"choice": "WEB_AUTHN"})},
		"code in the place of a second factor": {wrong, answer(t, d, fresh("mail", ""), "mail", object{"choice": "EMAIL_OTP"})},
		"code before the choice":               {denied, answer(t, d, as(fresh("admin", ""), "EMAIL_OTP"), "admin", object{"code": "123456"})},
		"choice after the code":                {denied, answer(t, d, as(fresh("admin", "EMAIL_OTP"), "SELECT_CHALLENGE"), "admin", password)},
		"email's code as the SMS's":            {denied, answer(t, d, as(fresh("phoned", "EMAIL_OTP"), "SMS_OTP"), "phoned", object{"code": d.code("phoned")})},
		"email's code as a second factor's":    {denied, answer(t, d, as(fresh("admin", "EMAIL_OTP"), "SMS_MFA"), "admin", object{"code": d.code("admin")})},
		"code used again":                      {denied, answer(t, d, sent, "admin", used)},
		"code of another sign-in":              {denied, answer(t, d, fresh("admin", "EMAIL_OTP"), "admin", object{"code": "000000000"})},
		"code to who is not there":             {denied, answer(t, d, fresh("nobody", "EMAIL_OTP"), "nobody", object{"code": "123456"})},
		"code to who is disabled":              {denied, answer(t, d, fresh("disabled", "EMAIL_OTP"), "disabled", object{"code": "123456"})},
		"new password in the place of a code":  {denied, answer(t, d, as(fresh("admin", "EMAIL_OTP"), "NEW_PASSWORD_REQUIRED"), "admin", object{"newPassword": "An0ther-password"})},
		"passkey without one":                  {denied, answer(t, d, as(fresh("admin", ""), "WEB_AUTHN"), "admin", object{"credential": object{"id": "x"}})},
		"SRP_A of 0":                           {wrong, answer(t, d, fresh("admin", ""), "admin", object{"choice": "PASSWORD_SRP", "srpA": "0"})},
		"SRP_A too long":                       {wrong, answer(t, d, fresh("admin", ""), "admin", object{"choice": "PASSWORD_SRP", "srpA": strings.Repeat("f", 1000)})},
		"proof used again":                     {denied, answer(t, d, verifier, "admin", proved)},
		"proof of a wrong password":            {denied, answer(t, d, another, "admin", proof(t, client, another, "guess"))},
		"proof for another user":               {denied, answer(t, d, reader, "admin", proof(t, client, reader, "Passw0rd!"))},
		"proof with another secret block":      {denied, answer(t, d, another, "admin", object{"secretBlock": "QUJD", "signature": "QUJD", "timestamp": "Mon Nov 30 03:00:00 UTC 2026"})},
		"proof without a time":                 {wrong, answer(t, d, another, "admin", object{"secretBlock": "QUJD", "signature": "QUJD", "timestamp": "now"})},
	} {
		got := read(t, test.a, test.status)
		if got.AccessToken != "" || got.Session != "" || test.status == denied && got.Error != "Invalid code or session" || got.Error == "" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if d.log.Len() > 0 {
		t.Errorf("log %s", d.log)
	}
}

// TestPasskeys: what a passkey is asked and what it says is handed on as it is.
func TestPasskeys(t *testing.T) {
	const options = `{"challenge":"Y2g","allowCredentials":[{"id":"a<b>","type":"public-key"}],"userVerification":"preferred"}`
	text, _ := json.Marshal(options)
	w := &wire{status: 200, body: `{"ChallengeName":"WEB_AUTHN","Session":"s1","ChallengeParameters":{"CREDENTIAL_REQUEST_OPTIONS":` + string(text) + `,"USER_ID_FOR_SRP":"ann"}}`}
	h, _ := newHandler(t, w.serve(t), "local-client", nil)
	for _, body := range []string{choosing("ann", "WEB_AUTHN"), `{"challenge":"SELECT_CHALLENGE","session":"s","username":"ann","answer":{"choice":"WEB_AUTHN"}}`} {
		asked := read(t, post(t, h, "rest", "/tokens", body), 200)
		want := object{}
		_ = json.Unmarshal([]byte(options), &want)
		if asked.Challenge != "WEB_AUTHN" || asked.Session != "s1" || !reflect.DeepEqual(asked.Parameters["credentialRequestOptions"], want) {
			t.Errorf("%+v", asked)
		}
	}
	var sent struct {
		ChallengeName      string
		ChallengeResponses map[string]string
	}
	w.status, w.body = 200, `{"AuthenticationResult":{"AccessToken":"a.b.c","IdToken":"a.b.c","RefreshToken":"r","ExpiresIn":3600,"TokenType":"Bearer"}}`
	w.sent = func(body []byte) { _ = json.Unmarshal(body, &sent) }
	credential := `{"id":"x","rawId":"x","response":{"userHandle":"u","signature":"` + strings.Repeat("s", 1000) + `"},"type":"public-key"}`
	got := read(t, post(t, h, "rest", "/tokens", `{"challenge":"WEB_AUTHN","session":"s1","username":"ann","answer":{"credential": `+credential+`}}`), 200)
	if got.AccessToken != "a.b.c" || sent.ChallengeName != "WEB_AUTHN" || sent.ChallengeResponses["CREDENTIAL"] != credential || sent.ChallengeResponses["USERNAME"] != "ann" {
		t.Errorf("%+v, sent %+v", got, sent)
	}
}

// TestHostileChoices: a challenge that cannot be answered is none.
func TestHostileChoices(t *testing.T) {
	for name, body := range map[string]string{
		"no choice":             `{"ChallengeName":"SELECT_CHALLENGE","Session":"s"}`,
		"only unknown choices":  `{"ChallengeName":"SELECT_CHALLENGE","Session":"s","AvailableChallenges":["CUSTOM_CHALLENGE","MFA_SETUP"]}`,
		"no session":            `{"ChallengeName":"SELECT_CHALLENGE","AvailableChallenges":["PASSWORD"]}`,
		"code without session":  `{"ChallengeName":"SMS_OTP"}`,
		"passkey without more":  `{"ChallengeName":"WEB_AUTHN","Session":"s"}`,
		"passkey of a list":     `{"ChallengeName":"WEB_AUTHN","Session":"s","ChallengeParameters":{"CREDENTIAL_REQUEST_OPTIONS":"[]"}}`,
		"passkey of null":       `{"ChallengeName":"WEB_AUTHN","Session":"s","ChallengeParameters":{"CREDENTIAL_REQUEST_OPTIONS":"null"}}`,
		"passkey of no JSON":    `{"ChallengeName":"WEB_AUTHN","Session":"s","ChallengeParameters":{"CREDENTIAL_REQUEST_OPTIONS":"{"}}`,
		"verifier without salt": `{"ChallengeName":"PASSWORD_VERIFIER","ChallengeParameters":{"SRP_B":"0a","SECRET_BLOCK":"QQ=="}}`,
	} {
		h, log := newHandler(t, (&wire{status: 200, body: body}).serve(t), "local-client", nil)
		a := post(t, h, "rest", "/tokens", choosing("ann", ""))
		if a.StatusCode != 403 || strings.Count(log.String(), "\n") != 1 {
			t.Errorf("%s: %d %s, log %s", name, a.StatusCode, a.Body, log)
		}
	}
}

// TestNoChoice: an app client without USER_AUTH says what is missing instead.
func TestNoChoice(t *testing.T) {
	h, log := newHandler(t, exception("InvalidParameterException", "USER_AUTH is not enabled for the client.").serve(t), "local-client", nil)
	for body, want := range map[string]string{
		choosing("ann", ""):          "password is missing: the app client does not allow USER_AUTH, by which people choose how to sign in",
		choosing("ann", "EMAIL_OTP"): "preferredChallenge is no way to sign in here: the app client does not allow USER_AUTH, or the user pool not this choice",
	} {
		if got := read(t, post(t, h, "rest", "/tokens", body), 400); got.Error != want {
			t.Errorf("%s: %s, want %s", body, got.Error, want)
		}
	}
	if log.Len() > 0 {
		t.Errorf("log %s", log)
	}
}
