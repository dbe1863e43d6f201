package terraform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

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
	stale := false
	for _, found := range pattern.FindAllStringSubmatch(string(read(t, "modules/observability/decisions.tf")), -1) {
		conditions[found[1]+"="+found[2]] = true
	}
	unseen, decisions := maps.Clone(conditions), map[string]bool{}
	for _, line := range decisionLog(t) {
		seconds, _ := line["keysStaleSeconds"].(float64)
		stale = stale || seconds > 0 && line["issuer"] != nil
		for _, field := range []string{"decision", "reason"} {
			condition := fmt.Sprintf("%s=%v", field, line[field])
			if field == "decision" {
				decisions[condition] = true
			}
			delete(unseen, condition)
		}
	}
	if !stale || !strings.Contains(string(read(t, "modules/observability/decisions.tf")), "$.keysStaleSeconds > 0 }") {
		t.Error("no authorizer logs for how long keys of an issuer have been stale, or no filter looks at it")
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
	bound := issuer.CognitoAccess(verifytest.Options{Extra: map[string]any{"cnf": map[string]any{"jkt": "x"}}})
	lasting := issuer.CognitoAccess(verifytest.Options{Lifetime: 24 * time.Hour})
	later := newScene(t, issuer, log)
	for _, call := range []struct {
		after   time.Duration
		headers string
	}{{0, bearer(reader)}, {0, bearer(bound)}, {0, bearer(later.revoked)}, {0, `"x-api-key":"flooded"`}, {90 * time.Minute, bearer(lasting)}} {
		issuer.Outage(call.after > 0) // keys are fresh for an hour
		later.since.Add(int64(call.after))
		_, _ = later.Invoke(t.Context(), withHeaders(call.headers))
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
func readUsers(token string) []byte { return withHeaders(bearer(token)) }

func bearer(token string) string { return `"authorization":"Bearer ` + token + `"` }

func withHeaders(headers string) []byte {
	return fmt.Appendf(nil, `{"version":"2.0","type":"REQUEST","routeArn":"arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/v1/GET/users",
		"routeKey":"GET /users","headers":{%s}}`, headers)
}

// scene is an authorizer of tokens, one of which is revoked, and of API keys that come in a flood, with a clock that the test turns.
type scene struct {
	*authorizers.RequestAuthorizer
	revoked string
	since   atomic.Int64 // nanoseconds that the clock is ahead; read by what fetches keys in the background, too
}

// Check implements authorizers.Revocations.
func (s *scene) Check(_ context.Context, token string, _ *authorizers.Claims) error {
	if token == s.revoked {
		return &authorizers.TokenError{Code: authorizers.CodeRevoked}
	}
	return nil
}

// VerifyKey implements authorizers.KeyVerifier.
func (s *scene) VerifyKey(context.Context, string) (*authorizers.Principal, error) {
	return nil, &authorizers.KeysUnavailableError{Err: errors.New("too many were read"), Flood: true}
}

func newScene(t *testing.T, issuer *verifytest.Issuer, log *bytes.Buffer) *scene {
	t.Helper()
	s, start := &scene{revoked: issuer.CognitoAccess(verifytest.Options{Subject: "gone"})}, time.Now()
	config := configOf(t, issuer.URL, log, func(c *verify.Config) { c.Now = func() time.Time { return start.Add(time.Duration(s.since.Load())) } })
	config.Revocations, config.Keys = s, s
	var err error
	if s.RequestAuthorizer, err = authorizers.NewRequest(config); err != nil {
		t.Fatal(err)
	}
	return s
}

func newJWT(t *testing.T, issuer string, log *bytes.Buffer, simple bool) *authorizers.RequestAuthorizer {
	t.Helper()
	config := configOf(t, issuer, log, nil)
	config.Simple = simple
	authorizer, err := authorizers.NewJWT(config)
	if err != nil {
		t.Fatal(err)
	}
	return authorizer
}

func configOf(t *testing.T, issuer string, log *bytes.Buffer, change func(*verify.Config)) authorizers.Config {
	t.Helper()
	contract, err := openapi.Load("../../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := contract.Rules()
	if err != nil {
		t.Fatal(err)
	}
	trusting := verify.Config{Issuers: []verify.Issuer{{
		Issuer: issuer, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess},
	}}}
	if change != nil {
		change(&trusting)
	}
	verifier, err := verify.New(trusting)
	if err != nil {
		t.Fatal(err)
	}
	return authorizers.Config{Rules: rules, Tokens: verifier, Log: slog.New(slog.NewJSONHandler(log, nil))}
}

// TestEachAlarmHasAnEntry: what an alarm means, and what to do, stands in the runbook for each alarm that the module makes, under its name
// without the stack's, and nothing there is about an alarm that is not made; each has a row with its threshold in the module's README.
func TestEachAlarmHasAnEntry(t *testing.T) {
	made := map[string]bool{}
	for _, file := range []string{"alarms.tf", "apis.tf", "feed.tf"} {
		text := string(read(t, "modules/observability/"+file))
		for _, found := range regexp.MustCompile(`(?m)^\s+(?:alarm_name += "([^"]+)"|name += "(\$\{mode\}[^"]+)")$`).FindAllStringSubmatch(text, -1) {
			for _, name := range alarmNames(text, found[1]+found[2]) {
				made[name] = true
			}
		}
	}
	_, runbook, _ := strings.Cut(string(read(t, "OPERATIONS.md")), "\n## When an alarm fires\n")
	_, runbook, _ = strings.Cut(runbook, "\n| alarm | it means |")
	runbook, _, _ = strings.Cut(runbook, "\n\n")
	entries := map[string]bool{}
	for row := range strings.Lines(runbook) {
		cells := strings.Split(row, " | ")
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[0], -1) {
			entries[name[1]] = true
			if len(cells) != 4 || slices.ContainsFunc(cells, func(cell string) bool { return strings.Trim(cell, " |\n") == "" }) {
				t.Errorf("the entry of %s does not say what it means, what to look at and what to do", name[1])
			}
		}
	}
	if got, want := slices.Sorted(maps.Keys(entries)), slices.Sorted(maps.Keys(made)); !slices.Equal(got, want) || len(want) < 15 {
		t.Errorf("OPERATIONS.md has entries of %q, the module makes %q", got, want)
	}
	readme := string(read(t, "modules/observability/README.md"))
	for name := range made {
		name = strings.TrimPrefix(strings.ReplaceAll(name, "NAME", "FUNCTION"), "live-")
		if !strings.Contains(readme, "-"+name+"`") {
			t.Errorf("the module's README has no row of %s", name)
		}
	}
	thresholds := string(read(t, "modules/observability/variables.tf"))
	for _, found := range regexp.MustCompile(`(?m)^    (\w+) += optional\(number, \d+\)$`).FindAllStringSubmatch(thresholds, -1) {
		if !strings.Contains(readme, "`"+found[1]+"`") || !strings.Contains(string(read(t, "variables_operation.tf")), found[1]) {
			t.Errorf("the threshold %s is not in the module's README, or the stack has none of it", found[1])
		}
	}
}

// alarmNames are those that a name in the module stands for, as the runbook calls them.
func alarmNames(text, name string) []string {
	name = strings.NewReplacer("${var.name}-", "", "${var.feed.function_name}-", "live-", "${mode}", "MODE").Replace(name)
	switch name {
	case "${each.value.name}": // of a map with a name in each entry
		return nil
	case "${each.key}-authorizer-duration":
		return []string{"MODE-authorizer-duration"}
	case "${each.key}-throttles":
		return []string{"authorizer-MODE-throttles", "function-NAME-throttles"}
	case "live-${each.key}":
		var all []string
		for _, found := range regexp.MustCompile(`(?m)^    ([a-z-]+) = \{$`).FindAllStringSubmatch(text, -1) {
			all = append(all, "live-"+found[1])
		}
		return all
	case "${each.key}":
		return []string{"MODE-server-errors", "MODE-client-errors"}
	}
	return []string{name}
}
