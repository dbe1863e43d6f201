// Command cognito signs in at Cognito, calls an API with the tokens, renews them and signs out. Without
// AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER it is the Cognito of AWS.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

func main() {
	log.SetFlags(0)
	if err := run(context.Background()); err != nil {
		log.Fatal("WRONG ", err)
	}
}

// user is somebody who signs in at an app client.
type user struct {
	cognito  *cognito.Client
	clientID string
	tokens   *types.AuthenticationResultType
}

func run(ctx context.Context) error {
	configuration, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	u := &user{cognito.NewFromConfig(configuration), cmp.Or(os.Getenv("CLIENT_ID"), "local-client"), nil}
	username, password := cmp.Or(os.Getenv("API_USER"), "reader"), cmp.Or(os.Getenv("API_PASSWORD"), "Passw0rd!")
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"a wrong password is refused", refused(func() error { return u.signIn(ctx, username, "guessed") })},
		{"signed in", func() error { return u.signIn(ctx, username, password) }},
		{"GET /users: 200", func() error { return u.call(ctx) }},
		{"renewed", func() error { return u.refresh(ctx) }},
		{"GET /users with a renewed token: 200", func() error { return u.call(ctx) }},
		// Cognito tells nobody. An API takes the access token until it ends, unless its authorizers ask: who signs out at the API's
		// own POST /tokens/revoke has it refused there too.
		{"signed out", func() error { return u.signOut(ctx) }},
		{"the refresh token is refused", refused(func() error { return u.refresh(ctx) })},
		{"the access token is refused at Cognito", refused(func() error { return u.who(ctx) })},
	} {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		fmt.Println("ok ", step.name)
	}
	return nil
}

func (u *user) signIn(ctx context.Context, username, password string) error {
	given, err := u.cognito.InitiateAuth(ctx, &cognito.InitiateAuthInput{
		ClientId:       &u.clientID,
		AuthFlow:       types.AuthFlowTypeUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": username, "PASSWORD": password},
	})
	if err != nil {
		return err
	}
	if given.AuthenticationResult == nil {
		return fmt.Errorf("the account asks for %s", given.ChallengeName)
	}
	u.tokens = given.AuthenticationResult
	return nil
}

// refresh renews the access token; the answer has no refresh token, as the one there is stays good.
func (u *user) refresh(ctx context.Context) error {
	given, err := u.cognito.InitiateAuth(ctx, &cognito.InitiateAuthInput{
		ClientId:       &u.clientID,
		AuthFlow:       types.AuthFlowTypeRefreshTokenAuth,
		AuthParameters: map[string]string{"REFRESH_TOKEN": *u.tokens.RefreshToken},
	})
	if err != nil {
		return err
	}
	u.tokens.AccessToken = given.AuthenticationResult.AccessToken
	return nil
}

func (u *user) signOut(ctx context.Context) error {
	_, err := u.cognito.RevokeToken(ctx, &cognito.RevokeTokenInput{ClientId: &u.clientID, Token: u.tokens.RefreshToken})
	return err
}

func (u *user) who(ctx context.Context) error {
	_, err := u.cognito.GetUser(ctx, &cognito.GetUserInput{AccessToken: u.tokens.AccessToken})
	return err
}

var client = &http.Client{Timeout: 30 * time.Second}

func (u *user) call(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, cmp.Or(os.Getenv("API"), "http://127.0.0.1:8080/rest-token")+"/users", nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+*u.tokens.AccessToken)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}

// refused makes sure that Cognito says of a step that it is not authorized.
func refused(step func() error) func() error {
	return func() error {
		err := step()
		if _, ok := errors.AsType[*types.NotAuthorizedException](err); !ok {
			return fmt.Errorf("not refused but %v", err)
		}
		return nil
	}
}
