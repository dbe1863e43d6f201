package apigateway_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	sdk "github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/smithy-go"

	"portcullis/deploy/emulators/apigateway"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/testtools"
)

var noon = time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)

// serve serves a control plane whose clock stands at noon, and gives its registry and address.
func serve(t testing.TB) (*usage.Registry, string) {
	t.Helper()
	registry, err := usage.New(usage.Config{Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	return registry, testtools.Serve(t, apigateway.New(registry))
}

var credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
})

// newClient is the SDK's client of a control plane. It asks again only where a connection broke, as moto's may under load: an answer
// is what is tested.
func newClient(address string) *sdk.Client {
	again := retry.NewStandard(func(o *retry.StandardOptions) {
		o.Retryables = []retry.IsErrorRetryable{retry.RetryableConnectionError{}}
	})
	return sdk.New(sdk.Options{BaseEndpoint: &address, Region: "eu-west-1", Retryer: again, Credentials: credentials})
}

// must gives the answer of a call that must succeed.
func must[T any](t *testing.T) func(answer T, err error) T {
	return func(answer T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
}

// refused fails the test unless the error is the service's, of the code and with the message.
func refused(t *testing.T, err error, code, message string) {
	t.Helper()
	failure, ok := errors.AsType[smithy.APIError](err)
	if !ok || failure.ErrorCode() != code || failure.ErrorMessage() != message {
		t.Errorf("got %v, want %s: %s", err, code, message)
	}
}
