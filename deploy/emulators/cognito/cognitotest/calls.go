package cognitotest

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"

	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"
)

// hash is SECRET_HASH, or "" for an app client without a secret.
func (a App) hash(user string) string {
	if a.Secret == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(a.Secret))
	mac.Write([]byte(user + a.ID))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// secret is ClientSecret, which is absent for an app client without one.
func (a App) secret() *string {
	if a.Secret == "" {
		return nil
	}
	return &a.Secret
}

// with adds the secret hash to parameters, where there is one.
func (a App) with(user string, parameters map[string]string) map[string]string {
	parameters = maps.Clone(parameters)
	if hash := a.hash(user); hash != "" {
		parameters["SECRET_HASH"] = hash
	}
	return parameters
}

func (t *Target) initiate(tb testing.TB, app App, flow types.AuthFlowType, parameters map[string]string) (*idp.InitiateAuthOutput, error) {
	return t.Client.InitiateAuth(tb.Context(), &idp.InitiateAuthInput{AuthFlow: flow, ClientId: &app.ID, AuthParameters: parameters})
}

// password is USER_PASSWORD_AUTH.
func (t *Target) password(tb testing.TB, app App, user, password string) (*idp.InitiateAuthOutput, error) {
	return t.initiate(tb, app, types.AuthFlowTypeUserPasswordAuth, app.with(user, map[string]string{"USERNAME": user, "PASSWORD": password}))
}

// signIn gives tokens for a password alone.
func (t *Target) signIn(tb testing.TB, app App, user string) *types.AuthenticationResultType {
	tb.Helper()
	out, err := t.password(tb, app, user, Password)
	if err != nil || out.AuthenticationResult == nil || out.AuthenticationResult.RefreshToken == nil {
		tb.Fatalf("%s does not sign in: %+v, %v", user, out, err)
	}
	return out.AuthenticationResult
}

// challenged signs in as far as a challenge.
func (t *Target) challenged(tb testing.TB, user string, want types.ChallengeNameType) *idp.InitiateAuthOutput {
	tb.Helper()
	out, err := t.password(tb, t.Plain, user, Password)
	if err != nil || out.ChallengeName != want || out.AuthenticationResult != nil || out.Session == nil {
		tb.Fatalf("%s is not challenged with %s: %+v, %v", user, want, out, err)
	}
	return out
}

// respond answers a challenge through the app client without a secret.
func (t *Target) respond(tb testing.TB, name types.ChallengeNameType, session *string, user string, responses map[string]string) (*idp.RespondToAuthChallengeOutput, error) {
	all := map[string]string{"USERNAME": user}
	maps.Copy(all, responses)
	return t.Client.RespondToAuthChallenge(tb.Context(), &idp.RespondToAuthChallengeInput{
		ChallengeName: name, ClientId: &t.Plain.ID, Session: session, ChallengeResponses: all,
	})
}

func (t *Target) refresh(tb testing.TB, app App, user string, token *string) (*types.AuthenticationResultType, error) {
	out, err := t.initiate(tb, app, types.AuthFlowTypeRefreshTokenAuth, app.with(user, map[string]string{"REFRESH_TOKEN": *token}))
	if err != nil {
		return nil, err
	}
	return out.AuthenticationResult, nil
}

func (t *Target) getTokens(tb testing.TB, app App, token *string) (*types.AuthenticationResultType, error) {
	out, err := t.Client.GetTokensFromRefreshToken(tb.Context(), &idp.GetTokensFromRefreshTokenInput{ClientId: &app.ID, ClientSecret: app.secret(), RefreshToken: token})
	if err != nil {
		return nil, err
	}
	return out.AuthenticationResult, nil
}

func (t *Target) revoke(tb testing.TB, app App, token *string) error {
	_, err := t.Client.RevokeToken(tb.Context(), &idp.RevokeTokenInput{ClientId: &app.ID, ClientSecret: app.secret(), Token: token})
	return err
}

func (t *Target) getUser(tb testing.TB, token *string) (*idp.GetUserOutput, error) {
	return t.Client.GetUser(tb.Context(), &idp.GetUserInput{AccessToken: token})
}

func (t *Target) signOut(tb testing.TB, token *string) error {
	_, err := t.Client.GlobalSignOut(tb.Context(), &idp.GlobalSignOutInput{AccessToken: token})
	return err
}

// refused wants an error of the type that the API reference names.
func refused(tb testing.TB, err error, want string) {
	tb.Helper()
	failure, ok := errors.AsType[smithy.APIError](err)
	if !ok || failure.ErrorCode() != want {
		tb.Errorf("error %v, want %s", err, want)
	}
}

// accepted wants tokens of a user.
func accepted(tb testing.TB, result *types.AuthenticationResultType, err error, user string) {
	tb.Helper()
	if err != nil || result == nil {
		tb.Fatalf("%s gets no tokens: %v", user, err)
	}
	if got := claims(tb, result.AccessToken)["username"]; got != user {
		tb.Errorf("tokens are of %v, want %s", got, user)
	}
}

// acceptedAnswer is accepted for the answer of a challenge.
func acceptedAnswer(tb testing.TB, out *idp.RespondToAuthChallengeOutput, err error, user string) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	accepted(tb, out.AuthenticationResult, nil, user)
}

// claims reads a token without verifying it: that is the verifier's test.
func claims(tb testing.TB, token *string) (m map[string]any) {
	tb.Helper()
	if token == nil {
		tb.Fatal("there is no token")
	}
	parts := strings.Split(*token, ".")
	if len(parts) != 3 {
		tb.Fatal("a token has not three parts")
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err = cmp.Or(err, json.Unmarshal(text, &m)); err != nil {
		tb.Fatalf("a token's claims: %v", err)
	}
	return m
}
