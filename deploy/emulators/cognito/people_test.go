package cognito_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/emulators/cognito"
)

// signature is that of a request by whomever.
const signature = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=00"

// administer sends an operation that takes AWS credentials.
func administer(h http.Handler, operation string, body fields) *httptest.ResponseRecorder {
	body = maps.Clone(body)
	if body["UserPoolId"] == nil {
		body["UserPoolId"] = cognito.PoolID
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return do(h, "POST", "/_cognito", string(text), http.Header{
		"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {"AWSCognitoIdentityProviderService." + operation}, "Authorization": {signature},
	})
}

type attributes = []map[string]string

func attribute(name, value string) map[string]string {
	return map[string]string{"Name": name, "Value": value}
}

func (c *codes) message(user string) cognito.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last[user]
}

func signUp(h http.Handler, user string) *httptest.ResponseRecorder {
	return call(h, "SignUp", fields{"ClientId": cognito.ClientID, "Username": user, "Password": cognito.Password, "UserAttributes": attributes{attribute("email", user+"@example.com")}})
}

func confirm(h http.Handler, user, code string) *httptest.ResponseRecorder {
	return call(h, "ConfirmSignUp", fields{"ClientId": cognito.ClientID, "Username": user, "ConfirmationCode": code})
}

func forgot(h http.Handler, user string) *httptest.ResponseRecorder {
	return call(h, "ForgotPassword", fields{"ClientId": cognito.ClientID, "Username": user})
}

func reset(h http.Handler, user, code, password string) *httptest.ResponseRecorder {
	return call(h, "ConfirmForgotPassword", fields{"ClientId": cognito.ClientID, "Username": user, "ConfirmationCode": code, "Password": password})
}

func password(h http.Handler, user, password string) *httptest.ResponseRecorder {
	return post(h, "/_cognito", request("USER_PASSWORD_AUTH", map[string]string{"USERNAME": user, "PASSWORD": password}))
}

func ok(t *testing.T, answer *httptest.ResponseRecorder) {
	t.Helper()
	if answer.Code != 200 {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
}

// TestAdministratorsOnly: no operation that takes AWS credentials is done without a signature, nor for a page.
func TestAdministratorsOnly(t *testing.T) {
	pool, _, _ := at(t, start)
	for _, name := range administratorNames() {
		header := func() http.Header {
			return http.Header{"Content-Type": {"application/x-amz-json-1.1"}, "X-Amz-Target": {"AWSCognitoIdentityProviderService." + name}}
		}
		body := `{"UserPoolId":"us-east-1_local","Username":"admin","GroupName":"readers","Password":"An0ther-one"}`
		checkError(t, do(pool, "POST", "/_cognito", body, header()), "MissingAuthenticationTokenException", "Missing Authentication Token")
		bearer := header()
		bearer.Set("Authorization", "Bearer "+signIn(t, pool, "admin").AccessToken)
		checkError(t, do(pool, "POST", "/_cognito", body, bearer), "MissingAuthenticationTokenException", "Missing Authentication Token")
		page := header()
		page.Set("Authorization", signature)
		page.Set("Origin", "https://evil.example")
		checkError(t, do(pool, "POST", "/_cognito", body, page), "AccessDeniedException", "Pages are not let in.")
	}
}

// TestWhoIsNotThereLooksAsTheOthers: the answers to who asks for a code are of the same form, and the same each time.
func TestWhoIsNotThereLooksAsTheOthers(t *testing.T) {
	pool, _, sent := at(t, start)
	type details struct {
		CodeDeliveryDetails struct{ AttributeName, DeliveryMedium, Destination string }
	}
	real := decode[details](t, forgot(pool, "admin"))
	for _, user := range []string{"nobody", "disabled"} {
		pretended := decode[details](t, forgot(pool, user))
		if again := decode[details](t, forgot(pool, user)); again != pretended {
			t.Errorf("%s: %+v, then %+v", user, pretended, again)
		}
		of, as := pretended.CodeDeliveryDetails, real.CodeDeliveryDetails
		if of.AttributeName != as.AttributeName || of.DeliveryMedium != as.DeliveryMedium || len(of.Destination) != len(as.Destination) {
			t.Errorf("%s: %+v, where admin's are %+v", user, of, as)
		}
		checkError(t, reset(pool, user, "123456", "N3w-password"), "CodeMismatchException", wrongCode)
		if m := sent.message(user); m.Code != "" {
			t.Errorf("%s is sent %+v", user, m)
		}
	}
	checkError(t, forgot(pool, "new"), "NotAuthorizedException", "User password cannot be reset in the current state.")
}

// TestNoneOfOneTimeCodes: who may not sign in, or has yet to choose a password, is sent no code in the place of one.
func TestNoneOfOneTimeCodes(t *testing.T) {
	pool, _, sent := at(t, start)
	for _, user := range []string{"disabled", "unconfirmed", "reset", "new", "nobody"} {
		body := request("USER_AUTH", map[string]string{"USERNAME": user, "PREFERRED_CHALLENGE": "EMAIL_OTP"})
		asked := decode[challenge](t, post(pool, "/_cognito", body))
		if m := sent.message(user); asked.ChallengeName != "EMAIL_OTP" || m.Code != "" {
			t.Errorf("%s: %+v, and is sent %+v", user, asked, m)
		}
		for range 5 {
			checkError(t, respond(pool, "EMAIL_OTP", asked.Session, map[string]string{"USERNAME": user, "EMAIL_OTP_CODE": "123456"}), "CodeMismatchException", "Invalid code received for user")
		}
		answer := respond(pool, "EMAIL_OTP", asked.Session, map[string]string{"USERNAME": user, "EMAIL_OTP_CODE": "123456"})
		checkError(t, answer, "NotAuthorizedException", "Invalid session for the user, session can only be used once.")
	}
}

// TestInvitations: a temporary password is sent, or given, or sent again, and ends after seven days.
func TestInvitations(t *testing.T) {
	pool, now, sent := at(t, start)
	create := func(more fields) *httptest.ResponseRecorder {
		body := fields{"Username": "guest", "UserAttributes": attributes{attribute("email", "guest@example.com"), attribute("phone_number", "+15550199")}}
		maps.Copy(body, more)
		return administer(pool, "AdminCreateUser", body)
	}
	checkError(t, create(fields{"MessageAction": "RESEND"}), "UserNotFoundException", "User does not exist.")
	ok(t, create(fields{"DesiredDeliveryMediums": []string{"EMAIL"}}))
	first := sent.message("guest")
	if first.Medium != "EMAIL" || first.Destination != "guest@example.com" || first.Operation != "InitiateAuth" {
		t.Errorf("message %+v", first)
	}
	if asked := decode[challenge](t, password(pool, "guest", first.Code)); asked.ChallengeName != "NEW_PASSWORD_REQUIRED" {
		t.Errorf("challenge %+v", asked)
	}
	checkError(t, create(nil), "UsernameExistsException", "User account already exists")
	ok(t, create(fields{"MessageAction": "RESEND"}))
	second := sent.message("guest")
	if second.Medium != "SMS" || second.Code == first.Code {
		t.Errorf("message %+v, after %+v", second, first)
	}
	checkError(t, password(pool, "guest", first.Code), "NotAuthorizedException", "Incorrect username or password.")
	now.pass(7*24*time.Hour - 1)
	decode[challenge](t, password(pool, "guest", second.Code))
	now.pass(1)
	checkError(t, password(pool, "guest", second.Code), "NotAuthorizedException", "Temporary password has expired and must be reset by an administrator.")
	ok(t, create(fields{"MessageAction": "RESEND", "TemporaryPassword": "Temp0rary!"}))
	asked := decode[challenge](t, password(pool, "guest", "Temp0rary!"))
	ok(t, respond(pool, "NEW_PASSWORD_REQUIRED", asked.Session, map[string]string{"USERNAME": "guest", "NEW_PASSWORD": "N3w-password", "userAttributes.name": "Guest"}))
	checkError(t, create(fields{"MessageAction": "RESEND"}), "UnsupportedUserStateException", "Resend not possible. guest status is not FORCE_CHANGE_PASSWORD")
}

// TestWithoutDelivery: what would send a code is refused where nobody takes it, and nobody is made.
func TestWithoutDelivery(t *testing.T) {
	pool := newPool(t, cognito.Config{})
	const kind, message = "CodeDeliveryFailureException", "This pool has nobody who delivers codes."
	checkError(t, signUp(pool, "ann"), kind, message)
	checkError(t, forgot(pool, "admin"), kind, message)
	checkError(t, administer(pool, "AdminCreateUser", fields{"Username": "ann"}), kind, message)
	checkError(t, administer(pool, "AdminResetUserPassword", fields{"Username": "admin"}), kind, message)
	checkError(t, administer(pool, "AdminGetUser", fields{"Username": "ann"}), "UserNotFoundException", "User does not exist.")
	ok(t, administer(pool, "AdminCreateUser", fields{"Username": "ann", "TemporaryPassword": "Temp0rary!"}))
	body := request("USER_AUTH", map[string]string{"USERNAME": "admin", "PREFERRED_CHALLENGE": "EMAIL_OTP"})
	if asked := decode[challenge](t, post(pool, "/_cognito", body)); asked.ChallengeName != "SELECT_CHALLENGE" {
		t.Errorf("%+v", asked)
	}
}

// TestAttributes: an address that is changed is no longer known to be somebody's, and tokens say so.
func TestAttributes(t *testing.T) {
	pool, _, _ := at(t, start)
	set := func(list ...map[string]string) *httptest.ResponseRecorder {
		return administer(pool, "AdminUpdateUserAttributes", fields{"Username": "reader", "UserAttributes": list})
	}
	told := func(names ...string) (values []any) {
		id := claims(t, pool, signIn(t, pool, "reader").IdToken)
		for _, name := range names {
			values = append(values, id[name])
		}
		return values
	}
	ok(t, set(attribute("email", "other@example.com"), attribute("custom:team", "blue")))
	if got := told("email", "email_verified", "custom:team"); !slices.Equal(got, []any{"other@example.com", false, "blue"}) {
		t.Errorf("claims %v", got)
	}
	ok(t, set(attribute("email_verified", "true"), attribute("custom:team", "")))
	if got := told("email_verified", "custom:team"); !slices.Equal(got, []any{true, nil}) {
		t.Errorf("claims %v", got)
	}
	ok(t, set(attribute("email", "")))
	if got := told("email", "email_verified"); !slices.Equal(got, []any{nil, nil}) {
		t.Errorf("claims %v", got)
	}
	const schema = "Attributes did not conform to the schema: "
	tests := []struct{ name, value, kind, message string }{
		{"sub", "x", "NotAuthorizedException", "A client attempted to write unauthorized attribute"},
		{"email", "a b@example.com", "InvalidParameterException", "Invalid email address format."},
		{"email", "@example.com", "InvalidParameterException", "Invalid email address format."},
		{"phone_number", "5550100", "InvalidParameterException", "Invalid phone number format."},
		{"phone_number", "+0550100", "InvalidParameterException", "Invalid phone number format."},
		{"phone_number", "+1555010x", "InvalidParameterException", "Invalid phone number format."},
		{"email_verified", "yes", "InvalidParameterException", schema + "email_verified: Attribute does not conform to the schema: want true or false."},
		{"name_verified", "true", "InvalidParameterException", schema + "name_verified: Attribute does not exist in the schema."},
		{"custom:", "x", "InvalidParameterException", schema + "custom:: Attribute does not exist in the schema."},
		{"name", strings.Repeat("é", 2049), "InvalidParameterException", schema + "name: String must be no longer than 2048 characters"},
	}
	for _, test := range tests {
		checkError(t, set(attribute(test.name, test.value)), test.kind, test.message)
	}
}

// TestUsernames: what is no name of a user's.
func TestUsernames(t *testing.T) {
	pool, _, _ := at(t, start)
	const constraint = "' at 'username' failed to satisfy constraint: Member must "
	long := strings.Repeat("é", 129)
	tests := []struct{ name, message string }{
		{"", "1 validation error detected: Value '" + constraint + "have length greater than or equal to 1"},
		{long, "1 validation error detected: Value '" + long + constraint + "have length less than or equal to 128"},
		{"a b", "1 validation error detected: Value 'a b" + constraint + `satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+`},
	}
	for _, test := range tests {
		checkError(t, signUp(pool, test.name), "InvalidParameterException", test.message)
	}
	ok(t, signUp(pool, long[:2*128]))
}

// TestAccountsAreThoseOfTheBeginning: who is deleted is no longer there, and who comes later is not among them, under the same name
// either.
func TestAccountsAreThoseOfTheBeginning(t *testing.T) {
	pool, _, _ := at(t, start)
	names := func() (names []string) {
		for _, a := range pool.Accounts() {
			names = append(names, a.Username)
		}
		return names
	}
	before := names()
	ok(t, signUp(pool, "later"))
	ok(t, administer(pool, "AdminDeleteUser", fields{"Username": "member"}))
	ok(t, signUp(pool, "member"))
	if want := slices.DeleteFunc(before, func(name string) bool { return name == "member" }); !slices.Equal(names(), want) {
		t.Errorf("accounts %v, want %v", names(), want)
	}
}

// TestHostedAddresses: who looks for the pages and endpoints of a domain is told what there is in their place.
func TestHostedAddresses(t *testing.T) {
	tests := []struct {
		path, want string
		scopes     []string
	}{
		{"/login?client_id=x", "There is no /login here. This pool has neither a domain nor managed login. People sign in with InitiateAuth", nil},
		{"/oauth2/authorize", "People sign in with InitiateAuth", []string{"users/read"}},
		{"/logout", "People sign out with GlobalSignOut", nil},
		{"/signup", "People sign up with SignUp", nil},
		{"/forgotPassword", "ForgotPassword and ConfirmForgotPassword", nil},
		{"/oauth2/userInfo", "GetUser tells who an access token is of", nil},
		{"/oauth2/revoke", "RevokeToken", nil},
		{"/oauth2/idpresponse", "all users are the pool's own", nil},
		{"/oauth2/token", "The pool has no resource servers", nil},
		{"/login/", "There is no /login/ here. This pool has neither a domain nor managed login. People sign in with InitiateAuth", nil},
		{"/us-east-1_local/login", "There is no /us-east-1_local/login here. This pool has neither a domain nor managed login. People sign in", nil},
		{"/us-east-1_local/oauth2/token", "The pool has no resource servers", nil},
		{"/us-east-1_local/oauth2/token", "The token endpoint is http://a.example/_cognito/oauth2/token.", []string{"users/read"}},
		{"/oauth2/token/", "The token endpoint is http://a.example/_cognito/oauth2/token.", []string{"users/read"}},
		{"/us-east-1_local/oauth2/userInfo", "GetUser tells who an access token is of", nil},
		{"/error", "There is no /error here. The discovery document is at http://a.example/_cognito/us-east-1_local/.well-known/openid-configuration.", nil},
		{"/us-east-1_local", "The discovery document is at http://a.example/_cognito/us-east-1_local/.well-known/openid-configuration.", nil},
		{"/us-east-1_other/.well-known/jwks.json", "There is no /us-east-1_other/.well-known/jwks.json here. The discovery document is at", nil},
	}
	for _, test := range tests {
		pool := newPool(t, cognito.Config{Scopes: test.scopes})
		for _, method := range []string{"GET", "POST"} {
			answer := do(pool, method, "/_cognito"+test.path, "", nil)
			var body struct {
				Error       string `json:"error"`
				Description string `json:"error_description"`
			}
			err := json.Unmarshal(answer.Body.Bytes(), &body)
			if err != nil || answer.Code != 404 || body.Error != "not_found" || !strings.Contains(body.Description, test.want) ||
				!strings.Contains(body.Description, "POST at http://a.example/_cognito/ with Content-Type: application/x-amz-json-1.1") {
				t.Errorf("%s %s: %d %s %v", method, test.path, answer.Code, answer.Body, err)
			}
		}
	}
}

// TestOwnAttributes: people change their own attributes, show that a new address is theirs, and delete themselves.
func TestOwnAttributes(t *testing.T) {
	pool, _, sent := at(t, start)
	signedIn := signIn(t, pool, "reader")
	own := func(operation string, more fields) *httptest.ResponseRecorder {
		body := fields{"AccessToken": signedIn.AccessToken}
		maps.Copy(body, more)
		return call(pool, operation, body)
	}
	verified := func() any {
		return claims(t, pool, signIn(t, pool, "reader").IdToken)["email_verified"]
	}
	update := func(list ...map[string]string) *httptest.ResponseRecorder {
		return own("UpdateUserAttributes", fields{"UserAttributes": list})
	}
	list := decode[struct {
		CodeDeliveryDetailsList []struct{ AttributeName, Destination string }
	}](t, update(attribute("email", "other@example.com"), attribute("name", "R")))
	if sends := list.CodeDeliveryDetailsList; len(sends) != 1 || sends[0].AttributeName != "email" || sends[0].Destination != "o***@e***" || verified() != false {
		t.Errorf("sent %+v, verified %v", sends, verified())
	}
	first := sent.message("reader")
	if first.Destination != "other@example.com" || first.Operation != "VerifyUserAttribute" {
		t.Errorf("message %+v", first)
	}
	verify := func(name, code string) *httptest.ResponseRecorder {
		return own("VerifyUserAttribute", fields{"AttributeName": name, "Code": code})
	}
	checkError(t, verify("phone_number", first.Code), "ExpiredCodeException", noSuchCode)
	checkError(t, verify("name", first.Code), "InvalidParameterException", "Only email and phone_number can be verified, not name")
	checkError(t, verify("email", wrong(first.Code)), "CodeMismatchException", wrongCode)
	ok(t, update(attribute("email", "third@example.com")))
	checkError(t, verify("email", wrong(sent.of("reader"))), "CodeMismatchException", wrongCode)
	ok(t, own("GetUserAttributeVerificationCode", fields{"AttributeName": "email"}))
	ok(t, verify("email", sent.of("reader")))
	checkError(t, verify("email", sent.of("reader")), "ExpiredCodeException", noSuchCode)
	if verified() != true {
		t.Error("the address is not verified")
	}
	checkError(t, update(attribute("email_verified", "true")), "NotAuthorizedException", "A client attempted to write unauthorized attribute")
	ok(t, own("DeleteUserAttributes", fields{"UserAttributeNames": []string{"name"}}))
	if claims(t, pool, signIn(t, pool, "reader").IdToken)["name"] != nil {
		t.Error("there is a name still")
	}
	ok(t, own("DeleteUser", nil))
	checkError(t, password(pool, "reader", cognito.Password), "NotAuthorizedException", "Incorrect username or password.")
	checkError(t, own("GetUser", nil), "NotAuthorizedException", "Access Token has been revoked")
}
