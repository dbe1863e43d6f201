package cognito_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/emulators/cognito"
)

var operationNames = append([]string{"InitiateAuth", "RespondToAuthChallenge", "GetTokensFromRefreshToken", "RevokeToken", "GlobalSignOut", "GetUser",
	"ChangePassword", "ConfirmSignUp", "ResendConfirmationCode", "ForgotPassword", "ConfirmForgotPassword"}, administratorNames()...)

// administratorNames are the operations that are refused where a request is not signed.
func administratorNames() []string {
	return slices.DeleteFunc(cognito.Operations(), func(name string) bool {
		return !strings.HasPrefix(name, "Admin") && !strings.HasPrefix(name, "List") && name != "CreateGroup"
	})
}

// FuzzBodies: whatever the operation and the body, the answer is JSON: 200, or 400 with a Cognito error. Tokens are for those
// only who sent the password, and a user's attributes for nobody.
func FuzzBodies(f *testing.F) {
	const client = `"ClientId":"local-client"`
	f.Add(0, goodSignIn)
	f.Add(0, `{"AuthFlow":"REFRESH_TOKEN",`+client+`,"AuthParameters":{"REFRESH_TOKEN":"x"}}`)
	f.Add(0, `{"AuthFlow":"USER_SRP_AUTH",`+client+`,"AuthParameters":{"USERNAME":"admin","SRP_A":"2"}}`)
	f.Add(0, `{"AuthFlow":"\u0000",`+client+`}`)
	f.Add(1, `{"ChallengeName":"PASSWORD_VERIFIER",`+client+`,"ChallengeResponses":{"USERNAME":"admin","PASSWORD_CLAIM_SIGNATURE":"AA==","PASSWORD_CLAIM_SECRET_BLOCK":"AA==","TIMESTAMP":"Tue Nov 4 09:05:07 UTC 2025"}}`)
	f.Add(1, `{"ChallengeName":"SMS_MFA",`+client+`,"Session":"x","ChallengeResponses":{"USERNAME":"admin","SMS_MFA_CODE":"123456"}}`)
	f.Add(1, `{"ChallengeName":"NEW_PASSWORD_REQUIRED",`+client+`,"Session":"x","ChallengeResponses":{"USERNAME":"admin","NEW_PASSWORD":"N3w-password","userAttributes.name":"x"}}`)
	f.Add(2, `{`+client+`,"RefreshToken":"x","ClientSecret":"x"}`)
	f.Add(3, `{`+client+`,"Token":"x"}`)
	f.Add(4, `{"AccessToken":"e30.e30.e30"}`)
	f.Add(5, `{"AccessToken":"..."}`)
	f.Add(0, `{"AuthFlow":"USER_AUTH",`+client+`,"AuthParameters":{"USERNAME":"admin","PREFERRED_CHALLENGE":"EMAIL_OTP"}}`)
	f.Add(1, `{"ChallengeName":"SELECT_CHALLENGE",`+client+`,"Session":"x","ChallengeResponses":{"USERNAME":"admin","ANSWER":"PASSWORD","PASSWORD":"x"}}`)
	f.Add(6, `{"AccessToken":"e30.e30.e30","PreviousPassword":"x","ProposedPassword":"N3w-password"}`)
	f.Add(7, `{`+client+`,"Username":"admin","ConfirmationCode":"123456"}`)
	f.Add(10, `{`+client+`,"Username":"admin","ConfirmationCode":"123456","Password":"N3w-password"}`)
	f.Add(11, `{"UserPoolId":"us-east-1_local","Username":"admin","GroupName":"admins"}`)
	pool, err := cognito.New(cognito.Config{BaseURL: "http://a.example/_cognito"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, operation int, body string) {
		name := operationNames[uint(operation)%uint(len(operationNames))]
		answer := do(pool, "POST", "/_cognito", body, http.Header{
			"Content-Type": {"application/x-amz-json-1.1"},
			"X-Amz-Target": {"AWSCognitoIdentityProviderService." + name},
		})
		var got struct {
			Type                 string `json:"__type"`
			AuthenticationResult *result
			Username             string
		}
		if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil {
			t.Fatalf("%v in %s", err, answer.Body)
		}
		if answer.Code == 200 == (got.Type != "") || answer.Code != 200 && answer.Code != 400 {
			t.Errorf("%d %s", answer.Code, answer.Body)
		}
		sentPassword := name == "InitiateAuth" && (strings.Contains(body, cognito.Password) || strings.Contains(body, `\u`))
		if got.Username != "" || got.AuthenticationResult != nil && !sentPassword {
			t.Errorf("%s: %s is answered with %s", name, body, answer.Body)
		}
	})
}
