package secretsmanager_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"portcullis/deploy/emulators/secretsmanager"
	"portcullis/deploy/testtools"
)

const (
	partial = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/client"
	arn     = partial + "-AbCdEf"
	text    = "the-value-that-is-kept"
)

func serve(t *testing.T) (address string) {
	t.Helper()
	h, err := secretsmanager.New(map[string]string{arn: text, strings.Replace(arn, "shop", "desk", 1): "another"})
	if err != nil {
		t.Fatal(err)
	}
	return testtools.Serve(t, h)
}

func newClient(address string) *sdk.Client {
	return sdk.New(sdk.Options{
		Region: "eu-west-1", BaseEndpoint: &address, RetryMaxAttempts: 1, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
}

func TestSDK(t *testing.T) {
	client := newClient(serve(t))
	get := func(in sdk.GetSecretValueInput) (*sdk.GetSecretValueOutput, error) {
		return client.GetSecretValue(t.Context(), &in)
	}
	var version string
	for _, id := range []string{arn, "shop/client", partial} {
		got, err := get(sdk.GetSecretValueInput{SecretId: &id})
		if err != nil {
			t.Fatal(err)
		}
		if *got.ARN != arn || *got.Name != "shop/client" || *got.SecretString != text || !slices.Equal(got.VersionStages, []string{"AWSCURRENT"}) {
			t.Errorf("%s: %s, %s, %q", id, *got.ARN, *got.Name, got.VersionStages)
		}
		if age := time.Since(*got.CreatedDate); age < -time.Minute || age > time.Hour {
			t.Errorf("%s: made at %v", id, got.CreatedDate)
		}
		version = *got.VersionId
	}
	id, stage, old, other := arn, "AWSCURRENT", "AWSPREVIOUS", strings.Repeat("0", 32)
	for _, test := range []struct {
		name           string
		version, stage *string
		want           string // of the message; "" where the secret is
	}{
		{"the stage", nil, &stage, ""},
		{"the version", &version, nil, ""},
		{"both", &version, &stage, ""},
		{"another stage", nil, &old, "staging label: AWSPREVIOUS"},
		{"another version", &other, nil, "VersionId: " + other},
		{"the version at another stage", &version, &old, "staging label: AWSPREVIOUS"},
	} {
		got, err := get(sdk.GetSecretValueInput{SecretId: &id, VersionId: test.version, VersionStage: test.stage})
		if test.want == "" {
			if err != nil || *got.SecretString != text {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		missing, ok := errors.AsType[*types.ResourceNotFoundException](err)
		if want := "Secrets Manager can't find the specified secret value for " + test.want; !ok || missing.ErrorMessage() != want {
			t.Errorf("%s: %v, want %s", test.name, err, want)
		}
	}
	_, err := client.ListSecrets(t.Context(), &sdk.ListSecretsInput{})
	if err == nil || !strings.Contains(err.Error(), `UnknownOperationException: There is no operation ListSecrets here. There are: GetSecretValue`) {
		t.Errorf("an operation that is not here: %v", err)
	}
}

// send posts a request as it stands, and gives the status and the body.
func send(t *testing.T, address, target, media, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", target)
	request.Header.Set("Content-Type", media)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := response.Header.Get("Content-Type"); got != "application/x-amz-json-1.1" {
		t.Errorf("Content-Type: %s", got)
	}
	return response.StatusCode, string(answer)
}

func TestRefusals(t *testing.T) {
	const target, media = "secretsmanager.GetSecretValue", "application/x-amz-json-1.1"
	const missing = `{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."}`
	address := serve(t)
	for _, test := range []struct{ name, target, media, body, want string }{
		{"another name", target, media, `{"SecretId":"shop"}`, missing},
		{"an ARN with other characters at its end", target, media, `{"SecretId":"` + partial + `-AbCdEg"}`, missing},
		{"another region's ARN", target, media, `{"SecretId":"` + strings.Replace(arn, "eu-west-1", "us-east-1", 1) + `"}`, missing},
		{"no name", target, media, `{}`, "ValidationException"},
		{"null", target, media, `{"SecretId":null}`, "Value null at 'secretId'"},
		{"an empty name", target, media, `{"SecretId":""}`, "'secretId' failed to satisfy constraint: Member must have a length of 1 to 2048"},
		{"a long name", target, media, `{"SecretId":"` + strings.Repeat("a", 2049) + `"}`, "'secretId' failed to satisfy constraint"},
		{"a short version", target, media, `{"SecretId":"shop/client","VersionId":"1"}`, "'versionId' failed to satisfy constraint: Member must have a length of 32 to 64"},
		{"an empty stage", target, media, `{"SecretId":"shop/client","VersionStage":""}`, "'versionStage' failed to satisfy constraint"},
		{"another type", target, media, `{"SecretId":1}`, "SerializationException"},
		{"a member in other casing", target, media, `{"secretId":"shop/client"}`, "SerializationException"},
		{"no object", target, media, `[]`, "want a JSON object"},
		{"nothing", target, media, ``, "want a JSON object"},
		{"too much", target, media, `{"SecretId":"` + strings.Repeat("a", 64<<10) + `"}`, "could not be read"},
		{"another media type", target, "application/json", `{"SecretId":"shop/client"}`, "UnknownOperationException"},
		{"another service", "DynamoDB_20120810.GetSecretValue", media, `{"SecretId":"shop/client"}`, "UnknownOperationException"},
		{"another operation", "secretsmanager.PutSecretValue", media, `{"SecretId":"shop/client"}`, "UnknownOperationException"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, body := send(t, address, test.target, test.media, test.body)
			if status != http.StatusBadRequest || !strings.Contains(body, test.want) || strings.Contains(body, text) {
				t.Errorf("%d %s, want 400 %s", status, body, test.want)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for _, test := range []struct {
		name string
		arns []string
		want string
	}{
		{"a name", []string{"shop/client"}, `"shop/client" is not arn:`},
		{"a partial ARN", []string{partial}, "with six characters behind it"},
		{"no name", []string{"arn:aws:secretsmanager:eu-west-1:123456789012:secret:-AbCdEf"}, "with six characters behind it"},
		{"another service", []string{strings.Replace(arn, "secretsmanager", "ssm", 1)}, "with six characters behind it"},
		{"a name twice", []string{arn, partial + "-Ghijkl"}, "both are found by"},
	} {
		secrets := map[string]string{}
		for _, arn := range test.arns {
			secrets[arn] = text
		}
		_, err := secretsmanager.New(secrets)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
}

func TestAHandlerPrintsNoSecret(t *testing.T) {
	h, err := secretsmanager.New(map[string]string{arn: text})
	if err != nil {
		t.Fatal(err)
	}
	var printed bytes.Buffer
	fmt.Fprintf(&printed, "%v %+v %#v", h, h, h)
	if strings.Contains(printed.String(), text) {
		t.Error(printed.String())
	}
}
