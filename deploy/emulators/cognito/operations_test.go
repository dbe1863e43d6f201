package cognito_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/emulators/cognito"
)

// fields are a request's body.
type fields = map[string]any

// call sends an operation as the AWS SDKs do.
func call(h http.Handler, operation string, body fields) *httptest.ResponseRecorder {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return do(h, "POST", "/_cognito", string(text), http.Header{
		"Content-Type": {"application/x-amz-json-1.1"},
		"X-Amz-Target": {"AWSCognitoIdentityProviderService." + operation},
	})
}

// challenge is the body of an answer that asks for more.
type challenge struct {
	ChallengeName        string
	Session              string
	ChallengeParameters  map[string]string
	AuthenticationResult *result
}

func decode[T any](t *testing.T, answer *httptest.ResponseRecorder) (body T) {
	t.Helper()
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || answer.Code != 200 {
		t.Fatalf("%d %s %v", answer.Code, answer.Body, err)
	}
	return body
}

// challenged signs in with a password, as far as a challenge.
func challenged(t *testing.T, pool *cognito.Pool, username string) challenge {
	t.Helper()
	body := request("USER_PASSWORD_AUTH", map[string]string{"USERNAME": username, "PASSWORD": cognito.Password})
	return decode[challenge](t, post(pool, "/_cognito", body))
}

func respond(pool *cognito.Pool, name, session string, responses map[string]string) *httptest.ResponseRecorder {
	return call(pool, "RespondToAuthChallenge", fields{"ChallengeName": name, "ClientId": cognito.ClientID, "Session": session, "ChallengeResponses": responses})
}

// clock is a time that tests set.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

func (c *clock) pass(d time.Duration) { c.Time = c.Add(d) }

var config = cognito.Config{
	Accounts: []cognito.Account{
		{Username: "new", Temporary: true, Required: []string{"name"}},
		{Username: "token", MFA: []cognito.MFA{cognito.MFASoftware}, TOTPSecret: totpSecret},
		{Username: "phone", MFA: []cognito.MFA{cognito.MFASMS}, Phone: "+15550100"},
		{Username: "disabled", Disabled: true},
		{Username: "unconfirmed", Unconfirmed: true},
		{Username: "reset", ResetRequired: true},
	},
	Clients: []cognito.Client{
		{ID: "secret", Secret: "s3cret"},
		{ID: "rotating", Rotate: true},
		{ID: "patient", Rotate: true, RetryGracePeriod: time.Minute},
	},
}

// at is a pool with accounts and clients of all kinds, whose time stands still until the test moves it.
func at(t *testing.T, start time.Time) (*cognito.Pool, *clock, *codes) {
	t.Helper()
	c, now, sent := config, &clock{start}, new(codes)
	c.Now, c.Deliver = now.now, sent.take
	return newPool(t, c), now, sent
}

var start = time.Unix(1_700_000_000, 0)

// TestErrors: messages as Cognito's clients know them.
func TestErrors(t *testing.T) {
	pool, _, _ := at(t, start)
	signedIn := signIn(t, pool, "admin")
	revoked := signIn(t, pool, "admin")
	call(pool, "RevokeToken", fields{"ClientId": cognito.ClientID, "Token": revoked.RefreshToken})
	initiate := func(client, flow string, parameters map[string]string) fields {
		return fields{"ClientId": client, "AuthFlow": flow, "AuthParameters": parameters}
	}
	password := func(client, user string) fields {
		return initiate(client, "USER_PASSWORD_AUTH", map[string]string{"USERNAME": user, "PASSWORD": cognito.Password})
	}
	answer := func(name string, responses map[string]string) fields {
		return fields{"ClientId": cognito.ClientID, "ChallengeName": name, "Session": "x", "ChallengeResponses": responses}
	}
	proof := func(block, timestamp string) map[string]string {
		return map[string]string{"USERNAME": "admin", "PASSWORD_CLAIM_SIGNATURE": "AAAA", "PASSWORD_CLAIM_SECRET_BLOCK": block, "TIMESTAMP": timestamp}
	}
	admin := map[string]string{"USERNAME": "admin", "NEW_PASSWORD": "N3w-password", "SMS_MFA_CODE": "1", "ANSWER": "SMS_MFA"}
	const null = "1 validation error detected: Value null at '%' failed to satisfy constraint: Member must not be null"
	tests := []struct {
		operation     string
		body          fields
		kind, message string
	}{
		{"InitiateAuth", password(cognito.ClientID, "disabled"), "NotAuthorizedException", "User is disabled."},
		{"InitiateAuth", password(cognito.ClientID, "unconfirmed"), "UserNotConfirmedException", "User is not confirmed."},
		{"InitiateAuth", password(cognito.ClientID, "reset"), "PasswordResetRequiredException", "Password reset required for the user"},
		{"InitiateAuth", password("secret", "admin"), "NotAuthorizedException", "Client secret is configured with secret but SECRET_HASH was not received"},
		{"InitiateAuth", initiate("secret", "USER_PASSWORD_AUTH", map[string]string{"USERNAME": "admin", "PASSWORD": "x", "SECRET_HASH": "x"}), "NotAuthorizedException", "Unable to verify secret hash for client secret"},
		{"InitiateAuth", initiate("secret", "USER_SRP_AUTH", map[string]string{"USERNAME": "admin", "SRP_A": "2"}), "NotAuthorizedException", "Client secret is configured with secret but SECRET_HASH was not received"},
		{"InitiateAuth", initiate("rotating", "REFRESH_TOKEN_AUTH", map[string]string{"REFRESH_TOKEN": "x"}), "InvalidParameterException", "REFRESH_TOKEN_AUTH is not enabled for the client."},
		{"InitiateAuth", initiate(cognito.ClientID, "REFRESH_TOKEN_AUTH", map[string]string{"REFRESH_TOKEN": revoked.RefreshToken}), "NotAuthorizedException", "Refresh Token has been revoked"},
		{"RespondToAuthChallenge", fields{"ClientId": cognito.ClientID}, "InvalidParameterException", strings.Replace(null, "%", "challengeName", 1)},
		{"RespondToAuthChallenge", fields{"ChallengeName": "SMS_MFA"}, "InvalidParameterException", strings.Replace(null, "%", "clientId", 1)},
		{"RespondToAuthChallenge", answer("SMS_MFA", nil), "InvalidParameterException", "Missing required parameter USERNAME"},
		{"RespondToAuthChallenge", answer("SMS_MFA", admin), "NotAuthorizedException", "Invalid session for the user."},
		{"RespondToAuthChallenge", answer("NEW_PASSWORD_REQUIRED", admin), "NotAuthorizedException", "Invalid session for the user."},
		{"RespondToAuthChallenge", answer("SELECT_MFA_TYPE", admin), "NotAuthorizedException", "Invalid session for the user."},
		{"RespondToAuthChallenge", answer("MFA_SETUP", admin), "NotAuthorizedException", "Invalid session for the user."},
		{"RespondToAuthChallenge", answer("PASSWORD_VERIFIER", proof("?", "Tue Nov 14 22:13:20 UTC 2023")), "NotAuthorizedException", "Incorrect username or password."},
		{"RespondToAuthChallenge", answer("PASSWORD_VERIFIER", proof("AAAA", "Tue Nov 14 22:13:20 UTC 2023")), "NotAuthorizedException", "Incorrect username or password."},
		{"RespondToAuthChallenge", answer("PASSWORD_VERIFIER", proof("AAAA", "2023-11-14")), "InvalidParameterException", "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english."},
		{"RespondToAuthChallenge", answer("PASSWORD_VERIFIER", admin), "InvalidParameterException", "Missing required parameter PASSWORD_CLAIM_SIGNATURE"},
		{"RespondToAuthChallenge", fields{"ClientId": cognito.ClientID, "ChallengeName": 1}, "SerializationException", "ChallengeName is not of the type that RespondToAuthChallenge takes."},
		{"GetTokensFromRefreshToken", fields{"RefreshToken": "x"}, "InvalidParameterException", strings.Replace(null, "%", "clientId", 1)},
		{"GetTokensFromRefreshToken", fields{"ClientId": cognito.ClientID}, "InvalidParameterException", strings.Replace(null, "%", "refreshToken", 1)},
		{"GetTokensFromRefreshToken", fields{"ClientId": "other", "RefreshToken": "x"}, "ResourceNotFoundException", "User pool client other does not exist."},
		{"GetTokensFromRefreshToken", fields{"ClientId": "secret", "RefreshToken": "x"}, "NotAuthorizedException", "Unable to verify secret for client secret"},
		{"GetTokensFromRefreshToken", fields{"ClientId": cognito.ClientID, "RefreshToken": "x", "ClientSecret": ""}, "NotAuthorizedException", "Unable to verify secret for client local-client"},
		{"GetTokensFromRefreshToken", fields{"ClientId": cognito.ClientID, "RefreshToken": "x"}, "NotAuthorizedException", "Invalid Refresh Token"},
		{"RevokeToken", fields{"Token": "x"}, "InvalidParameterException", strings.Replace(null, "%", "clientId", 1)},
		{"RevokeToken", fields{"ClientId": cognito.ClientID}, "InvalidParameterException", strings.Replace(null, "%", "token", 1)},
		{"RevokeToken", fields{"ClientId": "other", "Token": "x"}, "UnauthorizedException", "Invalid client"},
		{"RevokeToken", fields{"ClientId": "secret", "Token": "x", "ClientSecret": "x"}, "UnauthorizedException", "Invalid client"},
		{"RevokeToken", fields{"ClientId": "secret", "Token": signedIn.RefreshToken, "ClientSecret": "s3cret"}, "UnauthorizedException", "Token was not issued to the client"},
		{"RevokeToken", fields{"ClientId": cognito.ClientID, "Token": signedIn.IdToken}, "UnsupportedTokenTypeException", "Unsupported token type"},
		{"GlobalSignOut", fields{}, "InvalidParameterException", strings.Replace(null, "%", "accessToken", 1)},
		{"GlobalSignOut", fields{"AccessToken": revoked.AccessToken}, "NotAuthorizedException", "Access Token has been revoked"},
		{"GetUser", fields{"AccessToken": nil}, "InvalidParameterException", strings.Replace(null, "%", "accessToken", 1)},
		{"GetUser", fields{"AccessToken": revoked.AccessToken}, "NotAuthorizedException", "Access Token has been revoked"},
		{"GetUser", fields{"AccessToken": signedIn.IdToken}, "NotAuthorizedException", "Invalid Access Token"},
		{"GetUser", fields{"AccessToken": "a.b"}, "NotAuthorizedException", "Invalid Access Token"},
		{"GetUser", fields{"AccessToken": 1}, "SerializationException", "AccessToken is not of the type that GetUser takes."},
	}
	for _, test := range tests {
		t.Run(test.operation+" "+test.message, func(t *testing.T) { checkError(t, call(pool, test.operation, test.body), test.kind, test.message) })
	}
}

func TestWhatIsNoChallengeIsRefused(t *testing.T) {
	pool := newPool(t, cognito.Config{})
	answer := respond(pool, "PIN", "x", map[string]string{"USERNAME": "admin"})
	if body := answer.Body.String(); answer.Code != 400 || !strings.Contains(body, "InvalidParameterException") || !strings.Contains(body, "Value 'PIN' at 'challengeName'") {
		t.Errorf("%d %s", answer.Code, body)
	}
}

func TestGetUserTellsFactors(t *testing.T) {
	pool, _, sent := at(t, start)
	asked := challenged(t, pool, "phone")
	got := decode[challenge](t, respond(pool, "SMS_MFA", asked.Session, map[string]string{"USERNAME": "phone", "SMS_MFA_CODE": sent.of("phone")})).AuthenticationResult
	want := `{"Username":"phone","UserAttributes":[{"Name":"email","Value":"phone@example.com"},{"Name":"email_verified","Value":"true"},` +
		`{"Name":"phone_number","Value":"+15550100"},{"Name":"phone_number_verified","Value":"true"},{"Name":"sub","Value":"` +
		claims(t, pool, got.AccessToken)["sub"].(string) + `"}],"PreferredMfaSetting":"SMS_MFA","UserMFASettingList":["SMS_MFA"]}`
	if body := call(pool, "GetUser", fields{"AccessToken": got.AccessToken}).Body.String(); body != want {
		t.Errorf("GetUser: %s, want %s", body, want)
	}
	if id := claims(t, pool, got.IdToken); id["phone_number"] != "+15550100" || id["phone_number_verified"] != true {
		t.Errorf("ID token: %v", id)
	}
}

func TestDemoAccounts(t *testing.T) {
	pool := newPool(t, cognito.Config{Accounts: cognito.Demo()})
	for name, want := range map[string]string{"newcomer": "NEW_PASSWORD_REQUIRED", "mfa": "SOFTWARE_TOKEN_MFA"} {
		if got := challenged(t, pool, name).ChallengeName; got != want {
			t.Errorf("%s is challenged with %q, want %q", name, got, want)
		}
	}
	for _, account := range pool.Accounts() {
		if account.Password != "" || account.TOTPSecret != "" {
			t.Errorf("the pool gives secrets away: %+v", account)
		}
	}
}

func TestRefusedConfigurations(t *testing.T) {
	deliver := func(cognito.Message) {}
	account := func(a cognito.Account) cognito.Config {
		return cognito.Config{Accounts: []cognito.Account{a}, Deliver: deliver}
	}
	client := func(list ...cognito.Client) cognito.Config { return cognito.Config{Clients: list} }
	tests := []struct {
		config cognito.Config
		want   string
	}{
		{account(cognito.Account{}), "one has no Username"},
		{account(cognito.Account{Username: "admin"}), "admin stands there twice"},
		{account(cognito.Account{Username: "a", Required: []string{"sub"}}), `Required: "sub" is none of`},
		{account(cognito.Account{Username: "a", MFA: []cognito.MFA{"EMAIL"}}), `MFA "EMAIL" is none of`},
		{account(cognito.Account{Username: "a", MFA: []cognito.MFA{cognito.MFASMS}}), "SMS_MFA without Phone"},
		{account(cognito.Account{Username: "a", MFA: []cognito.MFA{cognito.MFASoftware}}), "TOTPSecret is empty"},
		{account(cognito.Account{Username: "a", MFA: []cognito.MFA{cognito.MFASoftware}, TOTPSecret: "1"}), "TOTPSecret is empty or no base32"},
		{cognito.Config{Accounts: []cognito.Account{{Username: "a", MFA: []cognito.MFA{cognito.MFAEmail}}}}, "without a Deliver"},
		{client(cognito.Client{}), "one has no ID"},
		{client(cognito.Client{ID: cognito.ClientID}), "local-client stands there twice"},
		{client(cognito.Client{ID: cognito.MachineID}), "local-machine stands there twice"},
		{client(cognito.Client{ID: "a"}, cognito.Client{ID: "a"}), "a stands there twice"},
		{client(cognito.Client{ID: "a", Rotate: true, RetryGracePeriod: time.Hour}), "RetryGracePeriod is 1h0m0s"},
		{client(cognito.Client{ID: "a", Rotate: true, RetryGracePeriod: -1}), "RetryGracePeriod is -1ns"},
		{client(cognito.Client{ID: "a", RetryGracePeriod: 1}), "RetryGracePeriod without Rotate"},
		{cognito.Config{MaxPerSecond: -1}, "MaxPerSecond is -1"},
	}
	for _, test := range tests {
		test.config.BaseURL = "http://a.example"
		if pool, err := cognito.New(test.config); pool != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("New(%+v) = %v, %v; want an error with %q", test.config, pool, err, test.want)
		}
	}
}

func TestMaxPerSecond(t *testing.T) {
	now := &clock{start}
	pool := newPool(t, cognito.Config{MaxPerSecond: 2, Now: now.now})
	for range 3 {
		signIn(t, pool, "admin")
		signIn(t, pool, "admin")
		checkError(t, post(pool, "/_cognito", goodSignIn), "TooManyRequestsException", "Rate exceeded")
		checkError(t, call(pool, "GetUser", fields{}), "TooManyRequestsException", "Rate exceeded")
		now.pass(time.Second)
	}
}
