package terraform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	openapi "portcullis/api/contract"
	"portcullis/authorizers"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
)

// TestMetricFiltersMatchTheDecisionLog: each condition of the filters holds for a line that an authorizer writes, and
// each decision that an authorizer writes is one that they count. A word that has changed would be an alarm that is silent.
func TestMetricFiltersMatchTheDecisionLog(t *testing.T) {
	conditions := map[string]bool{}
	pattern := regexp.MustCompile(`\$\.(\w+) = \\"([^"\\]+)\\"`)
	for _, found := range pattern.FindAllStringSubmatch(string(read(t, "modules/observability/decisions.tf")), -1) {
		conditions[found[1]+"="+found[2]] = true
	}
	unseen, decisions := maps.Clone(conditions), map[string]bool{}
	for _, line := range decisionLog(t) {
		for _, field := range []string{"decision", "reason"} {
			condition := fmt.Sprintf("%s=%v", field, line[field])
			if field == "decision" {
				decisions[condition] = true
			}
			delete(unseen, condition)
		}
	}
	for condition := range unseen {
		t.Errorf("a filter counts %s, which no authorizer logs", condition)
	}
	for decision := range decisions {
		if !conditions[decision] {
			t.Errorf("authorizers log %s, which no filter counts; they count %v", decision, slices.Sorted(maps.Keys(conditions)))
		}
	}
	if len(decisions) != 5 {
		t.Errorf("the authorizers logged %v, want every decision that there is", decisions)
	}
}

// decisionLog lets authorizers make every decision, and returns the lines that they log as their functions do.
func decisionLog(t *testing.T) []map[string]any {
	t.Helper()
	issuer := verifytest.NewServer()
	defer issuer.Close()
	log := &bytes.Buffer{}
	reader := issuer.CognitoAccess(verifytest.Options{Scopes: []string{"users/read"}})
	for _, authorizer := range []*authorizers.RequestAuthorizer{newJWT(t, issuer.URL, log, false), newJWT(t, issuer.URL, log, true)} {
		for _, token := range []string{reader, issuer.CognitoAccess(verifytest.Options{}), reader + "x"} {
			_, _ = authorizer.Invoke(t.Context(), readUsers(token)) // its error is a line too
		}
	}
	issuer.Outage(true)
	_, _ = newJWT(t, issuer.URL, log, false).Invoke(t.Context(), readUsers(reader))

	var lines []map[string]any
	for text := range strings.Lines(log.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		lines = append(lines, line)
	}
	return lines
}

// readUsers is the event of an HTTP API that keeps no answers.
func readUsers(token string) []byte {
	return fmt.Appendf(nil, `{"version":"2.0","type":"REQUEST","routeArn":"arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/v1/GET/users",
		"routeKey":"GET /users","headers":{"authorization":"Bearer %s"}}`, token)
}

func newJWT(t *testing.T, issuer string, log *bytes.Buffer, simple bool) *authorizers.RequestAuthorizer {
	t.Helper()
	contract, err := openapi.Load("../../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := contract.Rules()
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := verify.New(verify.Config{Issuers: []verify.Issuer{{
		Issuer: issuer, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	authorizer, err := authorizers.NewJWT(authorizers.Config{Rules: rules, Tokens: verifier, Simple: simple, Log: slog.New(slog.NewJSONHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return authorizer
}
