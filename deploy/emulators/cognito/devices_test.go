package cognito_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	idp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"

	"portcullis/deploy/emulators/cognito"
)

// TestConfirmDevice: only the user that a device was given to confirms it, once, and with a verifier that is one. Until then it renews nothing.
func TestConfirmDevice(t *testing.T) {
	_, base := serveWith(t, cognito.Config{Devices: true})
	client := sdk(base)
	sign := func(username string) *types.AuthenticationResultType {
		out, err := client.InitiateAuth(t.Context(), &idp.InitiateAuthInput{AuthFlow: types.AuthFlowTypeUserPasswordAuth, ClientId: aws.String(cognito.ClientID),
			AuthParameters: map[string]string{"USERNAME": username, "PASSWORD": cognito.Password}})
		if err != nil {
			t.Fatal(err)
		}
		return out.AuthenticationResult
	}
	renews := func(of *types.AuthenticationResultType, key *string) bool {
		_, err := client.GetTokensFromRefreshToken(t.Context(), &idp.GetTokensFromRefreshTokenInput{ClientId: aws.String(cognito.ClientID), RefreshToken: of.RefreshToken, DeviceKey: key})
		return err == nil
	}
	own, other := sign("member"), sign("admin")
	key := own.NewDeviceMetadata.DeviceKey
	encoded := func(bytes ...byte) string { return base64.StdEncoding.EncodeToString(bytes) }
	for _, test := range []struct {
		name                       string
		access, key                *string
		verifier, salt, want       string
		renewsBefore, renewsBehind bool
	}{
		{"by another user", other.AccessToken, key, encoded(7), encoded(1), "ResourceNotFoundException", false, false},
		{"without a token", aws.String("a.b.c"), key, encoded(7), encoded(1), "NotAuthorizedException", false, false},
		{"another device", own.AccessToken, aws.String("us-east-1_none"), encoded(7), encoded(1), "ResourceNotFoundException", false, false},
		{"no base64", own.AccessToken, key, "!", encoded(1), "InvalidParameterException", false, false},
		{"a verifier of 0", own.AccessToken, key, encoded(0), encoded(1), "InvalidParameterException", false, false},
		{"a verifier that is too large", own.AccessToken, key, encoded(bytes.Repeat([]byte{255}, 385)...), encoded(1), "InvalidParameterException", false, false},
		{"no salt", own.AccessToken, key, encoded(7), "", "InvalidParameterException", false, false},
		{"right", own.AccessToken, key, encoded(7), encoded(1), "", false, true},
		{"again", own.AccessToken, key, encoded(8), encoded(1), "InvalidParameterException", true, true},
	} {
		if got := renews(own, key); got != test.renewsBefore {
			t.Errorf("%s: before it renews: %v", test.name, got)
		}
		_, err := client.ConfirmDevice(t.Context(), &idp.ConfirmDeviceInput{AccessToken: test.access, DeviceKey: test.key,
			DeviceSecretVerifierConfig: &types.DeviceSecretVerifierConfigType{PasswordVerifier: &test.verifier, Salt: &test.salt}})
		code, exception := "", smithy.APIError(nil)
		if errors.As(err, &exception) {
			code = exception.ErrorCode()
		}
		if code != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
		if got := renews(own, key); got != test.renewsBehind {
			t.Errorf("%s: behind it renews: %v", test.name, got)
		}
	}
	if renews(own, nil) || renews(own, other.NewDeviceMetadata.DeviceKey) || renews(other, key) {
		t.Error("a refresh token is good without its device's key, or with another's")
	}
}
