package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/testtools/binarytest"
)

// TestBinary drives the function over the Lambda Runtime API, with a key and groups that the gateway's own JWT
// authorizer does not know.
func TestBinary(t *testing.T) {
	issuer := verifytest.NewServer("ES256")
	defer issuer.Close()
	binary := binarytest.Build(t, "jwt").File
	issuers := fmt.Sprintf(`ISSUERS=[{"issuer":%q,"audience":[%q],"algorithms":["ES256"],"groupsClaim":"groups"}]`, issuer.URL, verifytest.DefaultClientID)
	var log bytes.Buffer
	started, err := lambda.Start(t.Context(), lambda.Config{
		Name: "jwt", Binary: binary, Timeout: binarytest.Patience, InitTimeout: binarytest.Patience,
		Env: []string{issuers, `GROUP_SCOPES={"readers":["users/read"]}`, "RESPONSE=simple"}, Stderr: &log,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer started.Close(context.Background())
	event := func(method, token string) []byte {
		return fmt.Appendf(nil, `{"version":"2.0","type":"REQUEST","routeArn":"arn:aws:execute-api:us-east-1:123456789012:abc/v1/%s/users","headers":{"authorization":"Bearer %s"}}`, method, token)
	}
	good := issuer.OIDC(verifytest.Options{Groups: []string{"readers"}})
	for method, want := range map[string]string{"GET": `{"isAuthorized":true,`, "POST": `{"isAuthorized":false,`} {
		if output, err := started.Invoke(t.Context(), event(method, good)); err != nil || !strings.HasPrefix(string(output), want) {
			t.Errorf("%s: output %s, error %v", method, output, err)
		}
	}
	if output, err := started.Invoke(t.Context(), event("GET", good+"x")); err == nil || err.Error() != "Unauthorized" {
		t.Errorf("a bad token: output %s, error %v", output, err)
	}
	rest := []byte(`{"type":"REQUEST","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users","headers":{"authorization":"Bearer ` + good + `"}}`)
	if output, err := started.Invoke(t.Context(), rest); err == nil || err.Error() == "Unauthorized" {
		t.Errorf("an event of a REST API: output %s, error %v", output, err)
	}
	started.Close(context.Background())
	for line := range bytes.Lines(log.Bytes()) {
		if !json.Valid(line) {
			t.Errorf("a line is no JSON: %s", line)
		}
	}
	if n := bytes.Count(log.Bytes(), []byte("\n")); n != 5 {
		t.Errorf("%d lines, want one for the start and one for each invocation:\n%s", n, &log)
	}
	_, err = lambda.Start(t.Context(), lambda.Config{Name: "jwt", Binary: binary, Env: []string{issuers, "RESPONSE=yes"}})
	if failed := (*lambda.StartError)(nil); !errors.As(err, &failed) || !strings.Contains(failed.Output, `RESPONSE: want \"policy\" or \"simple\"`) {
		t.Errorf("a bad variable: %v", err)
	}
}

// TestBinaryReadsRules: it decides by what RULES names, which is compiled, and by nothing else.
func TestBinaryReadsRules(t *testing.T) {
	binarytest.Build(t, "jwt").ReadsRules(t, `ISSUERS=[{"issuer":"https://issuer.example","audience":["app"]}]`)
}
