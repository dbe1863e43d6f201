package cognito_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"portcullis/deploy/emulators/cognito"
)

const (
	enumMessage = "1 validation error detected: Value 'PASSWORD' at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: " +
		"[USER_AUTH, USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH]"
	noRequest = "An operation is asked for by POST, with Content-Type: application/x-amz-json-1.1 and X-Amz-Target: AWSCognitoIdentityProviderService.OPERATION"
	noClient  = "1 validation error detected: Value null at 'clientId' failed to satisfy constraint: Member must not be null"
	noFlow    = "1 validation error detected: Value null at 'authFlow' failed to satisfy constraint: Member must not be null"
)

var theOperations = " here. There are: " + strings.Join(cognito.Operations(), ", ")

func TestWrongBodies(t *testing.T) {
	const signIn, client = `"AuthFlow":"USER_PASSWORD_AUTH"`, `"ClientId":"local-client"`
	tests := []struct{ name, body, kind, message string }{
		{"wrong password", `{` + signIn + `,` + client + `,"AuthParameters":{"USERNAME":"admin","PASSWORD":"passw0rd!"}}`, "NotAuthorizedException", "Incorrect username or password."},
		{"unknown user", `{` + signIn + `,` + client + `,"AuthParameters":{"USERNAME":"nobody","PASSWORD":"Passw0rd!"}}`, "NotAuthorizedException", "Incorrect username or password."},
		{"user in other casing", `{` + signIn + `,` + client + `,"AuthParameters":{"USERNAME":"Admin","PASSWORD":"Passw0rd!"}}`, "NotAuthorizedException", "Incorrect username or password."},
		{"longer password", `{` + signIn + `,` + client + `,"AuthParameters":{"USERNAME":"admin","PASSWORD":"Passw0rd!!"}}`, "NotAuthorizedException", "Incorrect username or password."},
		{"no user", `{` + signIn + `,` + client + `,"AuthParameters":{"PASSWORD":"Passw0rd!"}}`, "InvalidParameterException", "Missing required parameter USERNAME"},
		{"empty user", `{` + signIn + `,` + client + `,"AuthParameters":{"USERNAME":"","PASSWORD":"Passw0rd!"}}`, "InvalidParameterException", "Missing required parameter USERNAME"},
		{"no password", `{` + signIn + `,` + client + `,"AuthParameters":{"USERNAME":"admin"}}`, "InvalidParameterException", "Missing required parameter PASSWORD"},
		{"empty password", `{` + signIn + `,` + client + `,"AuthParameters":{"USERNAME":"admin","PASSWORD":""}}`, "InvalidParameterException", "Missing required parameter PASSWORD"},
		{"no parameters", `{` + signIn + `,` + client + `}`, "InvalidParameterException", "Missing required parameter USERNAME"},
		{"parameters null", `{` + signIn + `,` + client + `,"AuthParameters":null}`, "InvalidParameterException", "Missing required parameter USERNAME"},
		{"parameters in lower case", `{` + signIn + `,` + client + `,"AuthParameters":{"username":"admin","password":"Passw0rd!"}}`, "InvalidParameterException", "Missing required parameter USERNAME"},
		{"secret hash", `{` + signIn + `,` + client + `,"AuthParameters":{"USERNAME":"admin","PASSWORD":"Passw0rd!","SECRET_HASH":"x"}}`, "NotAuthorizedException", "Unable to verify secret hash for client local-client"},
		{"unknown client", `{` + signIn + `,"ClientId":"other","AuthParameters":{"USERNAME":"admin","PASSWORD":"Passw0rd!"}}`, "ResourceNotFoundException", "User pool client other does not exist."},
		{"empty client", `{` + signIn + `,"ClientId":""}`, "ResourceNotFoundException", "User pool client  does not exist."},
		{"no client", `{` + signIn + `}`, "InvalidParameterException", noClient},
		{"client in other casing", `{` + signIn + `,"clientId":"local-client"}`, "InvalidParameterException", noClient},
		{"no flow", `{` + client + `}`, "InvalidParameterException", noFlow},
		{"flow null", `{` + client + `,"AuthFlow":null}`, "InvalidParameterException", noFlow},
		{"flow that is none", `{` + client + `,"AuthFlow":"PASSWORD"}`, "InvalidParameterException", enumMessage},
		{"SRP without a user", `{` + client + `,"AuthFlow":"USER_SRP_AUTH"}`, "InvalidParameterException", "Missing required parameter USERNAME"},
		{"SRP without a value", `{` + client + `,"AuthFlow":"USER_SRP_AUTH","AuthParameters":{"USERNAME":"admin"}}`, "InvalidParameterException", "Missing required parameter SRP_A"},
		{"SRP with the value 0", `{` + client + `,"AuthFlow":"USER_SRP_AUTH","AuthParameters":{"USERNAME":"admin","SRP_A":"0"}}`, "InvalidParameterException", "SRP_A is not valid"},
		{"SRP with a password", `{` + client + `,"AuthFlow":"USER_SRP_AUTH","AuthParameters":{"USERNAME":"admin","PASSWORD":"Passw0rd!"}}`, "InvalidParameterException", "Missing required parameter SRP_A"},
		{"choice without a user", `{` + client + `,"AuthFlow":"USER_AUTH"}`, "InvalidParameterException", "Missing required parameter USERNAME"},
		{"custom", `{` + client + `,"AuthFlow":"CUSTOM_AUTH"}`, "InvalidParameterException", "CUSTOM_AUTH is not enabled for the client."},
		{"admin", `{` + client + `,"AuthFlow":"ADMIN_USER_PASSWORD_AUTH"}`, "InvalidParameterException", "Initiate Auth method not supported."},
		{"admin, old", `{` + client + `,"AuthFlow":"ADMIN_NO_SRP_AUTH"}`, "InvalidParameterException", "Initiate Auth method not supported."},
		{"no refresh token", `{` + client + `,"AuthFlow":"REFRESH_TOKEN_AUTH"}`, "InvalidParameterException", "Missing required parameter REFRESH_TOKEN"},
		{"unknown refresh token", `{` + client + `,"AuthFlow":"REFRESH_TOKEN_AUTH","AuthParameters":{"REFRESH_TOKEN":"x"}}`, "NotAuthorizedException", "Invalid Refresh Token"},
		{"unknown refresh token, alias", `{` + client + `,"AuthFlow":"REFRESH_TOKEN","AuthParameters":{"REFRESH_TOKEN":"x"}}`, "NotAuthorizedException", "Invalid Refresh Token"},
		{"empty body", ``, "SerializationException", "The request is not a JSON object."},
		{"no JSON", `AuthFlow=x`, "SerializationException", "The request is not a JSON object."},
		{"list", `[]`, "SerializationException", "The request is not a JSON object."},
		{"more than one", goodSignIn + `{}`, "SerializationException", "The request is not a JSON object."},
		{"flow of another type", `{` + client + `,"AuthFlow":1}`, "SerializationException", "AuthFlow is not of the type that InitiateAuth takes."},
		{"client of another type", `{` + signIn + `,"ClientId":[]}`, "SerializationException", "ClientId is not of the type that InitiateAuth takes."},
		{"parameters of another type", `{` + signIn + `,` + client + `,"AuthParameters":{"USERNAME":1}}`, "SerializationException", "AuthParameters is not of the type that InitiateAuth takes."},
		{"too large", `{"x":"` + strings.Repeat("x", 64<<10) + `"}`, "SerializationException", "The request could not be read: http: request body too large"},
	}
	pool := newPool(t, cognito.Config{})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { checkError(t, post(pool, "/_cognito", test.body), test.kind, test.message) })
	}
}

func TestWrongRequests(t *testing.T) {
	const media, target = "application/x-amz-json-1.1", "AWSCognitoIdentityProviderService.InitiateAuth"
	tests := []struct{ name, method, media, target, message string }{
		{"GET", "GET", media, target, noRequest},
		{"PUT", "PUT", media, target, noRequest},
		{"no target", "POST", media, "", noRequest},
		{"operation of Cognito's that is not here", "POST", media, "AWSCognitoIdentityProviderService.CreateUserPool", "There is no operation CreateUserPool" + theOperations},
		{"no operation", "POST", media, "AWSCognitoIdentityProviderService.", "There is no operation " + theOperations},
		{"other service", "POST", media, "DynamoDB_20120810.InitiateAuth", noRequest},
		{"bare operation", "POST", media, "InitiateAuth", noRequest},
		{"other media type", "POST", "application/json", target, noRequest},
		{"no media type", "POST", "", target, noRequest},
	}
	pool := newPool(t, cognito.Config{})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {test.media}, "X-Amz-Target": {test.target}}
			checkError(t, do(pool, test.method, "/_cognito", goodSignIn, header), "UnknownOperationException", test.message)
		})
	}
}

func TestUnknownUserAndWrongPasswordAreTheSameBytes(t *testing.T) {
	pool := newPool(t, cognito.Config{})
	answer := func(username, password string) *httptest.ResponseRecorder {
		a := post(pool, "/_cognito", request("USER_PASSWORD_AUTH", map[string]string{"USERNAME": username, "PASSWORD": password}))
		a.Header().Set("X-Amzn-Requestid", "differs in every answer")
		return a
	}
	wrong, unknown := answer("admin", "wrong"), answer("nobody", cognito.Password)
	if wrong.Code != unknown.Code || wrong.Body.String() != unknown.Body.String() || !sameHeader(wrong, unknown) {
		t.Errorf("wrong password: %d %v %s\nunknown user: %d %v %s", wrong.Code, wrong.Header(), wrong.Body, unknown.Code, unknown.Header(), unknown.Body)
	}
}

func checkError(t *testing.T, answer *httptest.ResponseRecorder, kind, message string) {
	t.Helper()
	want, _ := json.Marshal(struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}{kind, message})
	if answer.Code != 400 || answer.Body.String() != string(want) {
		t.Errorf("answer %d %s, want 400 %s", answer.Code, answer.Body, want)
	}
	header := answer.Header()
	if header.Get("x-amzn-errortype") != kind || header.Get("x-amzn-requestid") == "" || header.Get("Content-Type") != "application/x-amz-json-1.1" {
		t.Errorf("header %v", header)
	}
}

func sameHeader(a, b *httptest.ResponseRecorder) bool {
	x, _ := json.Marshal(a.Header())
	y, _ := json.Marshal(b.Header())
	return string(x) == string(y)
}
