package authorizers_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"portcullis/authorizers"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/policy"
)

// TestTestedFromConsole: what API Gateway's console asks an authorizer that is tested there, is answered, and the answer opens nothing of
// a stage that is deployed.
func TestTestedFromConsole(t *testing.T) {
	f, r := newFixture(t), newRequestFixture(t, nil)
	key := holder("k", "users/read")
	key.Networks = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	r.keys["key"] = key
	for tested, of := range map[string]string{
		"ESTestInvoke-stage": "ESTestInvoke-stage", "test-invoke-stage": "test-invoke-stage", "null": "null", "*": "test-invoke-stage",
	} {
		const api = "arn:aws:execute-api:us-east-1:123456789012:abcdef123/"
		for _, request := range []string{"GET/", "GET/users", "POST/users/*/keys"} {
			arn := api + tested + "/" + request
			event := fmt.Sprintf(`{"type":"TOKEN","methodArn":%q,"authorizationToken":%q}`, arn, bearer(f, verifytest.Options{Groups: []string{"readers"}}))
			output, err := f.token.Invoke(t.Context(), []byte(event))
			opens(t, arn+", TOKEN", output, err, api+of)
			output, err = r.request.Invoke(t.Context(), requestEvent(t, "rest-request", all(key2("key"), func(e map[string]any) {
				e["methodArn"] = arn
				e["requestContext"].(map[string]any)["identity"] = map[string]any{"sourceIp": "test-invoke-source-ip"}
			})))
			opens(t, arn+", REQUEST", output, err, api+of)
		}
	}
	for _, form := range []string{"websocket-connect", "http-1.0", "http-2.0"} { // which no console tests
		nowhere := func(e map[string]any) {
			from := map[string]any{"sourceIp": "test-invoke-source-ip"}
			e["requestContext"] = map[string]any{"identity": from, "http": from}
		}
		if output, err := r.request.Invoke(t.Context(), requestEvent(t, form, all(key2("key"), nowhere))); err == nil || err.Error() == "Unauthorized" {
			t.Errorf("%s from nowhere: output %s, error %v", form, output, err)
		}
	}
	for _, arn := range []string{"*", "arn:aws:execute-api:us-east-1:123456789012:abc/v1/GET", "arn:aws:execute-api:us-east-1:123456789012:*/*/GET/", "arn:aws:execute-api:us-east-1:123456789012:abc/*/", "arn:aws:execute-api:us-east-1:123456789012:abc/v?/GET/a/*/b"} {
		event := fmt.Sprintf(`{"type":"TOKEN","methodArn":%q,"authorizationToken":%q}`, arn, bearer(f, verifytest.Options{}))
		if output, err := f.token.Invoke(t.Context(), []byte(event)); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("methodArn: policy: ARN %q", arn)) {
			t.Errorf("%s: output %s, error %v", arn, output, err)
		}
	}
}

// opens checks that an answer opens GET /users of a stage, whose ARNs begin so, and of no other one.
func opens(t *testing.T, what string, output []byte, err error, stage string) {
	t.Helper()
	var answer authorizers.Answer
	if err != nil || json.Unmarshal(output, &answer) != nil {
		t.Errorf("%s: output %s, error %v", what, output, err)
		return
	}
	for _, at := range []string{stage, "arn:aws:execute-api:us-east-1:123456789012:abcdef123/v1"} {
		got := policy.Evaluate(answer.PolicyDocument, policy.Request{Resource: at + "/GET/users", Keys: map[string]string{"aws:SourceIp": "203.0.113.7"}})
		if open := got.Decision == policy.Allow; open != (at == stage) {
			t.Errorf("%s: GET /users of %s is open: %v, by %s", what, at, open, output)
		}
	}
	elsewhere := policy.Evaluate(answer.PolicyDocument, policy.Request{Resource: stage + "/GET/users", Keys: map[string]string{"aws:SourceIp": "198.51.100.7"}})
	if strings.Contains(what, "REQUEST") && elsewhere.Decision == policy.Allow {
		t.Errorf("%s: the key's networks do not count: %s", what, output)
	}
}
