package lambdalog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"portcullis/authorizers/internal/lambdalog"
)

func TestInvocationID(t *testing.T) {
	invocation := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "8476a536"})
	for _, test := range []struct {
		ctx  context.Context
		want any
	}{{invocation, "8476a536"}, {t.Context(), nil}} {
		var text bytes.Buffer
		lambdalog.New(&text).With("function", "token").InfoContext(test.ctx, "decision", "reason", "verified")
		var line map[string]any
		if err := json.Unmarshal(text.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if line["invocationId"] != test.want || line["function"] != "token" || line["reason"] != "verified" {
			t.Errorf("%s: want the invocationId %v", text.String(), test.want)
		}
	}
}
