package main_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"portcullis/deploy/emulators"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/emulators/secretsmanager"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/binarytest"
)

// clientSecretARN is where the secret of the app client with one is kept.
const clientSecretARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:client-AbCdEf"

// serveCognito gives the address of a user pool whose app client has a secret, which Secrets Manager has there, too.
func serveCognito(t *testing.T) string {
	t.Helper()
	pool, err := cognito.New(cognito.Config{BaseURL: "http://127.0.0.1:1", Clients: []cognito.Client{{ID: "secretive", Secret: "the-secret"}}})
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := secretsmanager.New(map[string]string{clientSecretARN: "the-secret"})
	if err != nil {
		t.Fatal(err)
	}
	return testtools.Serve(t, &emulators.Mux{Cognito: pool, SecretsManager: secrets})
}

// event is a POST to a REST API.
func event(path string, body any) string {
	text, _ := json.Marshal(body)
	all, _ := json.Marshal(map[string]any{
		"httpMethod": "POST", "resource": path, "headers": map[string]string{"Content-Type": "application/json"}, "body": string(bytes.TrimSpace(text)),
	})
	return string(all)
}

// TestBinary drives the function over the Lambda Runtime API.
func TestBinary(t *testing.T) {
	binary := binarytest.Build(t, "tokens")
	type object = map[string]string
	right, wrong := event("/tokens", object{"username": "admin", "password": cognito.Password}), event("/tokens", object{"username": "admin", "password": "guess"})
	t.Run("serves", func(t *testing.T) {
		steps := []binarytest.Step{
			{wrong, `{"statusCode":401,`, ""},
			{right, `{"statusCode":200,`, ""},
			{event("/tokens/refresh", object{"refreshToken": "never-given"}), `{"statusCode":401,`, ""},
			{event("/tokens/revoke", object{"refreshToken": "never-given"}), `{"statusCode":200,`, ""},
			{event("/tokens/sign-out", nil), `{"statusCode":401,`, ""},
			{event("/tokens", object{"username": "admin"}), `{"statusCode":200,`, ""}, // which asks how to sign in
			{event("/tokens", object{"password": cognito.Password}), `{"statusCode":400,`, ""},
			{`{"type":"TOKEN"}`, ``, "not an API Gateway proxy event"},
		}
		aws := "AWS_ENDPOINT_URL=" + serveCognito(t)
		binarytest.Serve(t, binary.Start(t, "USER_POOL_CLIENT_ID=local-client", "AWS_REGION=us-east-1", aws), steps)
		binarytest.Serve(t, binary.Start(t, "USER_POOL_CLIENT_ID=secretive", "AWS_REGION=us-east-1", aws,
			"USER_POOL_CLIENT_SECRET_ARN="+clientSecretARN, "USER_POOL_PUBLIC_CLIENT_IDS=local-client"), steps)
	})
	t.Run("calls nobody before an event", func(t *testing.T) {
		binary.CallsNobody(t, event("/tokens", object{}), right, "USER_POOL_CLIENT_ID=local-client", "AWS_REGION=us-east-1")
	})
	t.Run("logs an event of another kind", func(t *testing.T) {
		binary.LogsOneLine(t, `{"type":"TOKEN"}`, "not an API Gateway proxy event", "USER_POOL_CLIENT_ID=local-client", "AWS_REGION=us-east-1")
	})
	t.Run("refuses a bad variable", func(t *testing.T) {
		binary.Refuses(t, `USER_POOL_CLIENT_ID is \"\": want`, "AWS_REGION=us-east-1")
	})
}
