package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/testtools/binarytest"
)

// TestBinary drives the function over the Lambda Runtime API.
func TestBinary(t *testing.T) {
	issuer := verifytest.NewServer()
	defer issuer.Close()
	issuers := fmt.Sprintf(`ISSUERS=[{"issuer":%q,"audience":[%q],"tokenUse":["access"]}]`, issuer.URL, verifytest.DefaultClientID)
	binary := binarytest.Build(t, "token").File
	var log bytes.Buffer
	started, err := lambda.Start(t.Context(), lambda.Config{
		Name: "token", Binary: binary, Timeout: binarytest.Patience, InitTimeout: binarytest.Patience,
		Env: []string{issuers, `GROUP_SCOPES={"readers":["users/read"]}`}, Stderr: &log,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer started.Close(context.Background())
	if issuer.Fetches() != 0 {
		t.Error("the function calls its issuer before the first event")
	}
	event := func(token string) []byte {
		return fmt.Appendf(nil, `{"type":"TOKEN","authorizationToken":"Bearer %s","methodArn":"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users"}`, token)
	}
	good := issuer.CognitoAccess(verifytest.Options{Groups: []string{"readers"}})
	output, err := started.Invoke(t.Context(), event(good))
	if err != nil || !strings.Contains(string(output), `"Effect":"Allow"`) || !strings.Contains(string(output), `abc/v1/GET/users/*"`) {
		t.Errorf("output %s, error %v", output, err)
	}
	if output, err := started.Invoke(t.Context(), event(good+"x")); err == nil || err.Error() != "Unauthorized" {
		t.Errorf("a bad token: output %s, error %v", output, err)
	}
	if output, err := started.Invoke(t.Context(), []byte(`{"type":"REQUEST"}`)); err == nil || err.Error() == "Unauthorized" {
		t.Errorf("an event of another kind: output %s, error %v", output, err)
	}
	started.Close(context.Background())
	lines := slices.Collect(bytes.Lines(log.Bytes()))
	if len(lines) != 4 || slices.ContainsFunc(lines, func(line []byte) bool { return !json.Valid(line) }) {
		t.Errorf("want a line of JSON for the start and for each invocation, and no other:\n%s", &log)
	}
	for _, reason := range []string{"verified", "token-malformed", "event-unknown"} {
		line := regexp.MustCompile(`.*"reason":"` + reason + `".*`).FindString(log.String())
		if !strings.Contains(line, `"durationMs":`) || !regexp.MustCompile(`"invocationId":"[^"]+"`).MatchString(line) || strings.Contains(log.String(), good) {
			t.Errorf("the log does not tell of %s: %s", reason, &log)
		}
	}
}

// TestBinaryWithRawTokens: TOKEN_SOURCES reaches the function, which then takes a token without a scheme, and says so.
func TestBinaryWithRawTokens(t *testing.T) {
	issuer := verifytest.NewServer()
	defer issuer.Close()
	binary := binarytest.Build(t, "token").File
	issuers := fmt.Sprintf(`ISSUERS=[{"issuer":%q,"audience":[%q],"tokenUse":["access"]}]`, issuer.URL, verifytest.DefaultClientID)
	var log bytes.Buffer
	started, err := lambda.Start(t.Context(), lambda.Config{
		Name: "token", Binary: binary, Timeout: binarytest.Patience, InitTimeout: binarytest.Patience,
		Env: []string{issuers, "TOKEN_SOURCES=raw"}, Stderr: &log,
	})
	if err != nil {
		t.Fatal(err)
	}
	good := issuer.CognitoAccess(verifytest.Options{Scopes: []string{"users/read"}})
	for authorization, accepted := range map[string]bool{good: true, "Bearer " + good: false} {
		event := fmt.Appendf(nil, `{"type":"TOKEN","authorizationToken":%q,"methodArn":"arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET/users"}`, authorization)
		output, err := started.Invoke(t.Context(), event)
		if (err == nil) != accepted || strings.Contains(string(output), `"Effect":"Allow"`) != accepted || err != nil && err.Error() != "Unauthorized" {
			t.Errorf("%.10s…: output %s, error %v", authorization, output, err)
		}
	}
	started.Close(context.Background())
	for _, part := range []string{`"source":"raw"`, `"looked":"raw"`} {
		if !strings.Contains(log.String(), part) || strings.Contains(log.String(), good) {
			t.Errorf("the log does not say %s: %s", part, &log)
		}
	}
	_, err = lambda.Start(t.Context(), lambda.Config{Name: "token", Binary: binary, Env: []string{issuers, "TOKEN_SOURCES=query:token"}})
	if failed := (*lambda.StartError)(nil); !errors.As(err, &failed) || !strings.Contains(failed.Output, "TOKEN_SOURCES: query:token: places of WebSocket handshakes") {
		t.Errorf("a place that it does not see: error %v", err)
	}
}

// TestBinaryReadsRules: it decides by what RULES names, which is compiled, and by nothing else.
func TestBinaryReadsRules(t *testing.T) {
	binarytest.Build(t, "token").ReadsRules(t, `ISSUERS=[{"issuer":"https://issuer.example","audience":["app"]}]`)
}

// TestBinaryRefusesItsConfiguration: a bad variable ends the function before it takes an event.
func TestBinaryRefusesItsConfiguration(t *testing.T) {
	_, err := lambda.Start(t.Context(), lambda.Config{Name: "token", Binary: binarytest.Build(t, "token").File, Env: []string{"ISSUERS=[]"}})
	failed := (*lambda.StartError)(nil)
	if !errors.As(err, &failed) || !strings.Contains(failed.Output, "ISSUERS: verify: issuers: want at least one issuer") {
		t.Errorf("error %v", err)
	}
}
