package dynamodb_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"portcullis/authorizers/dynamodb"
)

// TestOfSDK: a table is where the SDK's own client of DynamoDB finds it.
func TestOfSDK(t *testing.T) {
	const all, own, other = "http://127.0.0.1:1/all", "http://127.0.0.1:1/own", "http://127.0.0.1:1/other"
	files := map[string]string{
		"empty":   "",
		"service": "[default]\nservices = here\n[services here]\ndynamodb =\n  endpoint_url = " + other + "\n",
		"ignored": "[default]\nignore_configured_endpoint_urls = true\nendpoint_url = " + other + "\n",
		"all":     "[default]\nendpoint_url = " + other + "\nregion = eu-north-1\n",
	}
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ all, own, ignore, file, want string }{
		{"", "", "", "empty", ""},
		{all, "", "", "empty", all},
		{"", own, "", "empty", own},
		{all, own, "", "empty", own},
		{all, own, "true", "empty", ""},
		{all, "", "true", "empty", ""},
		{"", "", "", "service", other},
		{all, "", "", "service", other},
		{all, own, "", "service", own},
		{"", "", "true", "service", ""},
		{"", "", "", "all", other},
		{all, "", "", "all", all},
		{all, own, "", "ignored", ""},
		{all, own, "false", "ignored", own},
	} {
		for name, value := range map[string]string{
			"AWS_ENDPOINT_URL": test.all, "AWS_ENDPOINT_URL_DYNAMODB": test.own, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": test.ignore,
			"AWS_CONFIG_FILE": filepath.Join(folder, test.file), "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_PROFILE": "", "AWS_REGION": region,
			"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": secret,
		} {
			t.Setenv(name, value)
		}
		cfg, err := config.LoadDefaultConfig(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if theirs := aws.ToString(sdk.NewFromConfig(cfg).Options().BaseEndpoint); theirs != test.want {
			t.Errorf("%+v: the SDK's client is at %q", test, theirs)
		}
		got, err := dynamodb.OfSDK(t.Context(), cfg, "keys")
		if err != nil || got.Endpoint != test.want || got.Table != "keys" || got.Region != region {
			t.Errorf("%+v: %+v, %v", test, got, err)
			continue
		}
		if who, err := got.Credentials.Retrieve(t.Context()); err != nil || who.AccessKeyID != "AKIDEXAMPLE" {
			t.Errorf("%+v: credentials: %v", test, err)
		}
	}
}

// TestServiceOptions: options change the client, as they change the SDK's own.
func TestServiceOptions(t *testing.T) {
	const named, other = "http://127.0.0.1:1/named", "http://127.0.0.1:1/other"
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_ENDPOINT_URL", other)
	t.Setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithServiceOptions(func(service string, options any) {
		switch o := options.(type) {
		case *sdk.Options:
			o.BaseEndpoint = aws.String(named)
		case *dynamodb.Config:
			o.Endpoint = named + "/" + service
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	if theirs := aws.ToString(sdk.NewFromConfig(cfg).Options().BaseEndpoint); theirs != named {
		t.Errorf("the SDK's client is at %q", theirs)
	}
	if got, err := dynamodb.OfSDK(t.Context(), cfg, "keys"); err != nil || got.Endpoint != named+"/DynamoDB" {
		t.Errorf("%+v, %v", got, err)
	}
}
