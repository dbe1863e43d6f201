package cognitotest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

var signInCases = []testCase{
	{"password: tokens", func(tb testing.TB, t *Target) { checkTokens(tb, t, t.signIn(tb, t.Plain, "alice"), "alice") }},
	{"password: the email address is in the ID token", func(tb testing.TB, t *Target) {
		id := claims(tb, t.signIn(tb, t.Plain, "alice").IdToken)
		if id["email"] != "alice@example.com" || id["email_verified"] != true {
			tb.Errorf("email %v, email_verified %v", id["email"], id["email_verified"])
		}
	}},
	{"password: wrong", refusedSignIn("alice", "Wr0ng-password", "NotAuthorizedException")},
	{"password: unknown user", refusedSignIn("nobody", Password, "NotAuthorizedException")},
	{"password: disabled user", refusedSignIn("disabled", Password, "NotAuthorizedException")},
	{"password: disabled user, wrong", refusedSignIn("disabled", "Wr0ng-password", "NotAuthorizedException")},
	{"password: unconfirmed user", refusedSignIn("unconfirmed", Password, "UserNotConfirmedException")},
	{"password: unconfirmed user, wrong", refusedSignIn("unconfirmed", "Wr0ng-password", "NotAuthorizedException")},
	{"password: to be reset", refusedSignIn("reset", Password, "PasswordResetRequiredException")},
	{"password: none", func(tb testing.TB, t *Target) {
		_, err := t.initiate(tb, t.Plain, types.AuthFlowTypeUserPasswordAuth, map[string]string{"USERNAME": "alice"})
		refused(tb, err, "InvalidParameterException")
	}},
	{"password: no user", func(tb testing.TB, t *Target) {
		_, err := t.initiate(tb, t.Plain, types.AuthFlowTypeUserPasswordAuth, map[string]string{"PASSWORD": Password})
		refused(tb, err, "InvalidParameterException")
	}},
	{"client: unknown", func(tb testing.TB, t *Target) {
		_, err := t.password(tb, App{ID: "unknownclient"}, "alice", Password)
		refused(tb, err, "ResourceNotFoundException")
	}},
	{"flow: unknown", func(tb testing.TB, t *Target) {
		_, err := t.initiate(tb, t.Plain, "PASSWORD", map[string]string{"USERNAME": "alice", "PASSWORD": Password})
		refused(tb, err, "InvalidParameterException")
	}},
	{"secret hash: right", func(tb testing.TB, t *Target) {
		out, err := t.password(tb, t.Secret, "alice", Password)
		if err != nil {
			tb.Fatal(err)
		}
		accepted(tb, out.AuthenticationResult, nil, "alice")
	}},
	{"secret hash: none", func(tb testing.TB, t *Target) {
		_, err := t.password(tb, App{ID: t.Secret.ID}, "alice", Password)
		refused(tb, err, "NotAuthorizedException")
	}},
	{"secret hash: of another secret", func(tb testing.TB, t *Target) {
		_, err := t.password(tb, App{t.Secret.ID, "another"}, "alice", Password)
		refused(tb, err, "NotAuthorizedException")
	}},
	{"secret hash: of another user", func(tb testing.TB, t *Target) {
		parameters := t.Secret.with("bob", map[string]string{"USERNAME": "alice", "PASSWORD": Password})
		_, err := t.initiate(tb, t.Secret, types.AuthFlowTypeUserPasswordAuth, parameters)
		refused(tb, err, "NotAuthorizedException")
	}},
}

func refusedSignIn(user, password, want string) func(testing.TB, *Target) {
	return func(tb testing.TB, t *Target) {
		tb.Helper()
		_, err := t.password(tb, t.Plain, user, password)
		refused(tb, err, want)
	}
}

// checkTokens wants what Cognito's tokens claim.
// Source: Amazon Cognito developer guide, "Understanding the access token" and "Understanding the identity (ID) token".
func checkTokens(tb testing.TB, t *Target, got *types.AuthenticationResultType, user string) {
	tb.Helper()
	access, id := claims(tb, got.AccessToken), claims(tb, got.IdToken)
	for name, want := range map[string]any{"token_use": "access", "client_id": t.Plain.ID, "username": user, "scope": "aws.cognito.signin.user.admin"} {
		if access[name] != want {
			tb.Errorf("access token: %s is %v, want %v", name, access[name], want)
		}
	}
	for name, want := range map[string]any{"token_use": "id", "aud": t.Plain.ID, "cognito:username": user} {
		if id[name] != want {
			tb.Errorf("ID token: %s is %v, want %v", name, id[name], want)
		}
	}
	for _, same := range []string{"sub", "iss", "auth_time", "origin_jti"} {
		if access[same] == nil || access[same] != id[same] {
			tb.Errorf("%s is %v in the access token, %v in the ID token", same, access[same], id[same])
		}
	}
	for _, token := range []map[string]any{access, id} {
		if groups, _ := token["cognito:groups"].([]any); len(groups) != 1 || groups[0] != Group {
			tb.Errorf("%v token: groups %v", token["token_use"], token["cognito:groups"])
		}
	}
	if access["jti"] == nil || access["jti"] == id["jti"] || got.ExpiresIn != 3600 || got.TokenType == nil || *got.TokenType != "Bearer" {
		tb.Errorf("jti %v and %v, result %+v", access["jti"], id["jti"], got)
	}
}
