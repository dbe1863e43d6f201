package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/apikey/dynamo"
	"portcullis/authorizers/dynamodb"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/testtools"
	"portcullis/deploy/testtools/binarytest"
	"portcullis/policy"
)

// TestBinary drives the function over the Lambda Runtime API, with keys in DynamoDB and an issuer.
func TestBinary(t *testing.T) {
	moto := testtools.Moto(t)
	key, store := issueKey(t, moto, apikey.Record{Owner: "app", Scopes: []string{"users/read"}, UsageKey: "a-gateway-key-of-20-characters"})
	issuer := verifytest.NewServer("EdDSA")
	defer issuer.Close()
	issuers := fmt.Sprintf(`ISSUERS=[{"issuer":%q,"audience":[%q],"tokenUse":["access"],"algorithms":["EdDSA"]}]`, issuer.URL, verifytest.DefaultClientID)
	started := start(t, append(testtools.MotoEnv(moto), "API_KEYS_TABLE=keys", issuers)...)
	invoke := func(headers string) (string, error) {
		output, err := started.Invoke(t.Context(), []byte(`{"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users",
			"headers":{`+headers+`},"requestContext":{"identity":{"sourceIp":"203.0.113.7"}}}`))
		return string(output), err
	}
	token := issuer.CognitoAccess(verifytest.Options{Subject: "me", Scopes: []string{"users/write"}})
	for headers, want := range map[string][]string{
		fmt.Sprintf(`"X-Api-Key":%q`, key.Reveal()):                                    {"GET/users", `"usageIdentifierKey":"a-gateway-key-of-20-characters"`, `"principalId":"app"`},
		fmt.Sprintf(`"Authorization":"Bearer %s"`, token):                              {"POST/users", `"principalId":"me"`},
		fmt.Sprintf(`"x-api-key":%q,"authorization":"bearer %s"`, key.Reveal(), token): {"GET/users", "POST/users", `"principalId":"me"`, key.ID()},
	} {
		output, err := invoke(headers)
		for _, part := range want {
			if err != nil || !strings.Contains(output, part) && !allows(output, part) {
				t.Errorf("%.30s: output %s, error %v; want %s", headers, output, err, part)
			}
		}
	}
	// The events of the other kinds of APIs.
	arn, header := "arn:aws:execute-api:us-east-1:123456789012:abc/v1/", fmt.Sprintf(`"headers":{"X-Api-Key":%q}`, key.Reveal())
	for event, want := range map[string]string{
		`{"type":"REQUEST","methodArn":"` + arn + `$connect",` + header + `}`:                                                           `"Resource":["` + arn + `$connect"]`,
		`{"type":"REQUEST","version":"1.0","methodArn":"` + arn + `GET/users","identitySource":"` + key.Reveal() + `",` + header + `}`:  "GET/users",
		`{"type":"REQUEST","version":"2.0","routeArn":"` + arn + `GET/users","identitySource":["` + key.Reveal() + `"],` + header + `}`: "GET/users",
	} {
		if output, err := started.Invoke(t.Context(), []byte(event)); err != nil || !strings.Contains(string(output), want) && !allows(string(output), want) {
			t.Errorf("%.90s: output %s, error %v; want %s", event, output, err, want)
		}
	}
	if output, err := started.Invoke(t.Context(), []byte(`{"type":"TOKEN","authorizationToken":"Bearer `+token+`","methodArn":"`+arn+`GET/users"}`)); err == nil || err.Error() == "Unauthorized" {
		t.Errorf("an event of type TOKEN: output %s, error %v", output, err)
	}
	for used := apikey.Day(0); used == 0; { // written in the background
		r, err := store.Get(t.Context(), key.ID())
		if err != nil {
			t.Fatal(err)
		}
		used = r.LastUsed
	}
	seal, err := store.Seal(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	other := seal.New()
	for name, headers := range map[string]string{
		"nothing": "", "an unknown key": fmt.Sprintf(`"X-Api-Key":%q`, other.Reveal()), "no key": `"X-Api-Key":"pk_x"`,
		"a bad token beside a key": fmt.Sprintf(`"X-Api-Key":%q,"Authorization":"Bearer %sx"`, key.Reveal(), token),
	} {
		if output, err := invoke(headers); err == nil || err.Error() != "Unauthorized" {
			t.Errorf("%s: output %s, error %v", name, output, err)
		}
	}
}

// TestTableIsDown: a key that cannot be looked up is no 401.
func TestTableIsDown(t *testing.T) {
	var log bytes.Buffer
	started := startLogging(t, &log, "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:1", "AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "API_KEYS_TABLE=keys")
	event := fmt.Appendf(nil, `{"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users","headers":{"X-Api-Key":%q}}`, apikey.NewSeal().New().Reveal())
	if output, err := started.Invoke(t.Context(), event); err == nil || err.Error() == "Unauthorized" || !strings.Contains(err.Error(), "unavailable") {
		t.Errorf("output %s, error %v", output, err)
	}
	started.Close(context.Background())
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	wants := []string{`"msg":"rules"`, `"level":"WARN","msg":"the seal of API keys could not be read","error":"GetItem`, `"level":"ERROR"`}
	if len(lines) != len(wants) || !strings.Contains(lines[len(lines)-1], `"error":"API keys are unavailable: `) {
		t.Fatalf("want a line of JSON of the start and two that tell of the failure:\n%s", &log)
	}
	for i, want := range wants {
		if !json.Valid([]byte(lines[i])) || !strings.Contains(lines[i], want) {
			t.Errorf("want %s in %s", want, lines[i])
		}
	}
}

func TestBinaryRefusesItsConfiguration(t *testing.T) {
	for variables, want := range map[string]string{
		"": "ISSUERS: is not set", "API_KEYS_TABLE=a/b": "API_KEYS_TABLE: want the name of a DynamoDB table", "ISSUERS=[]": "at least one issuer",
	} {
		_, err := lambda.Start(t.Context(), lambda.Config{Name: "request", Binary: binarytest.Build(t, "request").File, Env: []string{"AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", variables}})
		if failed := (*lambda.StartError)(nil); !errors.As(err, &failed) || !strings.Contains(failed.Output, want) {
			t.Errorf("%s: error %v, want %q", variables, err, want)
		}
	}
}

func start(t *testing.T, env ...string) *lambda.Function {
	t.Helper()
	return startLogging(t, nil, env...)
}

// startLogging starts the function with a log that may be read when it is closed.
func startLogging(t *testing.T, log io.Writer, env ...string) *lambda.Function {
	t.Helper()
	started, err := lambda.Start(t.Context(), lambda.Config{Name: "request", Binary: binarytest.Build(t, "request").File, Env: env, Stderr: log,
		Timeout: binarytest.Patience, InitTimeout: binarytest.Patience})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { started.Close(context.Background()) })
	return started
}

// issueKey makes the table of keys, and a key in it.
func issueKey(t *testing.T, endpoint string, record apikey.Record) (apikey.Key, apikey.Store) {
	t.Helper()
	who := credentials.NewStaticCredentialsProvider("test", "test", "")
	client := sdk.New(sdk.Options{BaseEndpoint: &endpoint, Region: "us-east-1", Credentials: who})
	_, err := client.CreateTable(t.Context(), &sdk.CreateTableInput{
		TableName: aws.String("keys"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		t.Fatal(err)
	}
	table, err := dynamodb.Open(dynamodb.Config{Table: "keys", Region: "us-east-1", Endpoint: endpoint, Credentials: who})
	if err != nil {
		t.Fatal(err)
	}
	store := dynamo.New(table)
	key, _, err := apikey.Issue(t.Context(), store, record, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return key, store
}

// allows tells whether the policy of an answer, in whatever words, allows a method and path of the stage.
func allows(output, request string) bool {
	var answer authorizers.Answer
	return json.Unmarshal([]byte(output), &answer) == nil &&
		policy.Evaluate(answer.PolicyDocument, policy.Request{Resource: "arn:aws:execute-api:us-east-1:123456789012:abc/v1/" + request}).Decision == policy.Allow
}

// TestBinaryReadsRules: it decides by what RULES names, which is compiled, and by nothing else.
func TestBinaryReadsRules(t *testing.T) {
	binarytest.Build(t, "request").ReadsRules(t, `ISSUERS=[{"issuer":"https://issuer.example","audience":["app"]}]`)
}

// TestBinaryChecksKeys by the variables about them: what is wrong with one stops the start, and what is made up is refused.
func TestBinaryChecksKeys(t *testing.T) {
	for variable, want := range map[string]string{
		"API_KEYS_REMEMBERED=2h": "API_KEYS_REMEMBERED: want a duration from 0s to 1h0m0s", "API_KEYS_UNSEALED=no": `API_KEYS_UNSEALED: want \"accept\" or \"refuse\"`,
		"API_KEYS_UNKNOWN=0": "API_KEYS_UNKNOWN: want a number of keys from 1 to 1000000",
	} {
		_, err := lambda.Start(t.Context(), lambda.Config{Name: "request", Binary: binarytest.Build(t, "request").File,
			Env: []string{"AWS_REGION=eu-west-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "API_KEYS_TABLE=keys", variable}})
		if failed := (*lambda.StartError)(nil); !errors.As(err, &failed) || !strings.Contains(failed.Output, want) {
			t.Errorf("%s: error %v, want %q", variable, err, want)
		}
	}

	moto := testtools.Moto(t)
	key, store := issueKey(t, moto, apikey.Record{Owner: "app", Scopes: []string{"users/read"}})
	var log bytes.Buffer
	started := startLogging(t, &log, append(testtools.MotoEnv(moto), "API_KEYS_TABLE=keys", "API_KEYS_REMEMBERED=0s", "API_KEYS_UNSEALED=refuse", "API_KEYS_UNKNOWN=1")...)
	invoke := func(key apikey.Key) error {
		_, err := started.Invoke(t.Context(), fmt.Appendf(nil, `{"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users","headers":{"X-Api-Key":%q}}`, key.Reveal()))
		return err
	}
	seal, err := store.Seal(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := invoke(key); err != nil {
		t.Errorf("a good key: %v", err)
	}
	for _, made := range []struct {
		key  apikey.Key
		want string
	}{{apikey.NewSeal().New(), "Unauthorized"}, {seal.New(), "Unauthorized"}, {seal.New(), "API keys are unavailable: too many unknown keys"}} {
		if err := invoke(made.key); err == nil || !strings.HasPrefix(err.Error(), made.want) {
			t.Errorf("error %v, want %s", err, made.want)
		}
	}
	if err := store.SetDisabled(t.Context(), key.ID(), true); err != nil {
		t.Fatal(err)
	}
	if err := invoke(key); err == nil || err.Error() != "Unauthorized" {
		t.Errorf("a key that was disabled just before: %v", err)
	}
	started.Close(context.Background())
	for _, code := range []string{"api-key-mistyped", "api-key-unknown", "api-keys-flood", "api-key-disabled"} {
		if !strings.Contains(log.String(), `"reason":"`+code+`"`) {
			t.Errorf("no line has the reason %s:\n%s", code, &log)
		}
	}
}
