package cognito_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"portcullis/deploy/emulators/cognito"
)

// TestClientSecrets: an app client has two secrets at the most, each as good as the other, and one at least.
func TestClientSecrets(t *testing.T) {
	pool := newPool(t, cognito.Config{Clients: []cognito.Client{{ID: "secretive", Secret: "first"}, {ID: "other", Secret: "first"}}})
	signIn := func(client, secret string) int {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte("admin" + client))
		return call(pool, "InitiateAuth", fields{"ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": map[string]string{
			"USERNAME": "admin", "PASSWORD": cognito.Password, "SECRET_HASH": base64.StdEncoding.EncodeToString(mac.Sum(nil)),
		}}).Code
	}
	type one struct{ ClientSecretId, ClientSecretValue string }
	type added struct{ ClientSecretDescriptor one }
	const second = "a_secret_of_ones_own+and_long"
	made := decode[added](t, administer(pool, "AddUserPoolClientSecret", fields{"ClientId": "secretive", "ClientSecret": second})).ClientSecretDescriptor
	if made.ClientSecretValue != "" || signIn("secretive", "first") != 200 || signIn("secretive", second) != 200 || signIn("other", second) != 400 {
		t.Errorf("two secrets of one client: %+v", made)
	}
	checkError(t, administer(pool, "AddUserPoolClientSecret", fields{"ClientId": "secretive"}), "LimitExceededException", "App client secretive has 2 secrets already.")
	list := decode[struct{ ClientSecrets []one }](t, administer(pool, "ListUserPoolClientSecrets", fields{"ClientId": "secretive"})).ClientSecrets
	if len(list) != 2 || list[0].ClientSecretValue+list[1].ClientSecretValue != "" || list[1].ClientSecretId != made.ClientSecretId {
		t.Fatalf("the secrets are %+v", list)
	}
	ok(t, administer(pool, "DeleteUserPoolClientSecret", fields{"ClientId": "secretive", "ClientSecretId": list[0].ClientSecretId}))
	if signIn("secretive", "first") != 400 || signIn("secretive", second) != 200 || signIn("other", "first") != 200 {
		t.Error("a secret that was deleted is good, or another one is not")
	}
	checkError(t, administer(pool, "DeleteUserPoolClientSecret", fields{"ClientId": "secretive", "ClientSecretId": made.ClientSecretId}),
		"InvalidParameterException", "The only secret of an app client cannot be deleted.")
	checkError(t, administer(pool, "DeleteUserPoolClientSecret", fields{"ClientId": "secretive", "ClientSecretId": list[0].ClientSecretId}),
		"ResourceNotFoundException", "There is no client secret "+list[0].ClientSecretId+".")

	generated := decode[added](t, administer(pool, "AddUserPoolClientSecret", fields{"ClientId": "secretive"})).ClientSecretDescriptor
	if signIn("secretive", generated.ClientSecretValue) != 200 {
		t.Errorf("a secret that was made: %+v", generated)
	}
	for name, body := range map[string]fields{
		"of a client without one": {"ClientId": cognito.ClientID},
		"that is short":           {"ClientId": "other", "ClientSecret": "short"},
		"with a space":            {"ClientId": "other", "ClientSecret": "a secret of ones own, long"},
	} {
		if got := administer(pool, "AddUserPoolClientSecret", body); got.Code != 400 {
			t.Errorf("a secret %s: %d", name, got.Code)
		}
	}
	if got := call(pool, "AddUserPoolClientSecret", fields{"UserPoolId": cognito.PoolID, "ClientId": "other"}); got.Code != 400 {
		t.Errorf("without a signature: %d", got.Code)
	}
}
