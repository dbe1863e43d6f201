package probe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
	"portcullis/deploy/probe"
	"portcullis/deploy/testtools"
	"portcullis/policy"
)

const anARN = "arn:aws:execute-api:us-east-1:123456789012:abc/v1/"

// events ask for a size, which stands for %s.
var events = map[string]string{
	"TOKEN":            `{"type":"TOKEN","authorizationToken":"%s","methodArn":"` + anARN + `GET/probe"}`,
	"REQUEST":          `{"type":"REQUEST","methodArn":"` + anARN + `GET/probe","headers":{"Accept":"*/*","Authorization":"%s"}}`,
	"REQUEST, lower":   `{"type":"REQUEST","methodArn":"` + anARN + `GET/other","headers":{"authorization":"%s"}}`,
	"HTTP 1.0":         `{"version":"1.0","type":"REQUEST","methodArn":"` + anARN + `GET/probe","identitySource":"%[1]s","authorizationToken":"%[1]s","headers":{"Authorization":"%[1]s"}}`,
	"HTTP 2.0":         `{"version":"2.0","type":"REQUEST","routeArn":"` + anARN + `GET/probe","identitySource":["%[1]s"],"headers":{"authorization":"%[1]s"}}`,
	"another method":   `{"type":"TOKEN","authorizationToken":"%s","methodArn":"` + anARN + `DELETE/probe"}`,
	"the root":         `{"type":"TOKEN","authorizationToken":"%s","methodArn":"` + anARN + `GET/"}`,
	"from the console": `{"type":"TOKEN","authorizationToken":"%s","methodArn":"` + anARN + `GET/*"}`,
}

// answered is an authorizer's answer.
type answered struct {
	PrincipalID    string
	PolicyDocument json.RawMessage
	Context        map[string]string
}

func ask(t *testing.T, event string) (answered, []byte) {
	t.Helper()
	output, err := probe.Handler{}.Invoke(t.Context(), []byte(event))
	if err != nil {
		t.Fatalf("%s: %v", event, err)
	}
	var a answered
	if err := json.Unmarshal(output, &a); err != nil {
		t.Fatal(err)
	}
	return a, output
}

// TestSizes: a policy has just as many bytes as it is asked for, and says so.
func TestSizes(t *testing.T) {
	for name, event := range events {
		for _, size := range probe.Sizes {
			a, output := ask(t, fmt.Sprintf(event, fmt.Sprint(size)+"KB"))
			var compact bytes.Buffer
			if err := json.Compact(&compact, a.PolicyDocument); err != nil {
				t.Fatal(err)
			}
			if got := len(a.PolicyDocument); got != size*1024 && size > 0 || got > 400 && size == 0 || compact.Len() != got {
				t.Errorf("%s: %d KB: the policy has %d bytes, %d without white space", name, size, got, compact.Len())
			}
			if a.Context["policyBytes"] != strconv.Itoa(len(a.PolicyDocument)) || a.Context["answerBytes"] != strconv.Itoa(len(output)) || a.PrincipalID == "" {
				t.Errorf("%s: %d KB: %d and %d bytes, and it says %v", name, size, len(a.PolicyDocument), len(output), a.Context)
			}
		}
	}
}

// TestSizesAreExactForAnyStage: the length of an ARN plays no part, nor does that a stage is called $default.
func TestSizesAreExactForAnyStage(t *testing.T) {
	for length := 1; length <= 128; length++ {
		for _, stage := range []string{strings.Repeat("s", length), "$default"} {
			for _, size := range probe.Sizes[1:] {
				if size > 16 && length%32 != 0 {
					continue
				}
				arn := "arn:aws-us-gov:execute-api:us-gov-west-1:123456789012:abcdefghij/" + stage + "/GET/probe"
				a, _ := ask(t, fmt.Sprintf(`{"type":"TOKEN","authorizationToken":"%dKB","methodArn":%q}`, size, arn))
				if len(a.PolicyDocument) != size*1024 {
					t.Errorf("stage %s, %d KB: %d bytes", stage, size, len(a.PolicyDocument))
				}
				checkPadding(t, a, arn)
			}
		}
	}
}

// checkPadding: padding is Resources of one Deny, of a length that API Gateway takes, each another one, without wildcard,
// and below a path that nobody has.
func checkPadding(t *testing.T, a answered, arn string) {
	t.Helper()
	var document policy.Document
	if err := json.Unmarshal(a.PolicyDocument, &document); err != nil {
		t.Fatal(err)
	}
	if len(document.Statement) != 2 || document.Statement[0].Effect != policy.EffectDeny || document.Statement[1].Effect != policy.EffectAllow {
		t.Fatalf("statements %.300s", a.PolicyDocument)
	}
	seen := map[string]bool{}
	for _, resource := range document.Statement[0].Resource {
		if len(resource) > 512 || seen[resource] || strings.ContainsAny(resource, "*?") || !strings.HasPrefix(resource, strings.TrimSuffix(arn, "GET/probe")+"GET/probe-padding/") {
			t.Fatalf("padding %s", resource)
		}
		seen[resource] = true
	}
	if a.Context["resources"] != strconv.Itoa(len(seen)) || len(seen) < 10 {
		t.Errorf("%d Resources, and it says %v", len(seen), a.Context)
	}
}

// TestAllowsItsRouteOnly, whichever route the event is about.
func TestAllowsItsRouteOnly(t *testing.T) {
	tests := map[string]policy.Decision{
		anARN + "GET/probe":       policy.Allow,
		anARN + "GET/":            policy.Deny,
		anARN + "GET/probe/":      policy.Deny,
		anARN + "GET/probe/more":  policy.Deny,
		anARN + "GET//probe":      policy.Deny,
		anARN + "GET/Probe":       policy.Deny,
		anARN + "POST/probe":      policy.Deny,
		anARN + "DELETE/probe":    policy.Deny,
		anARN + "GET/other":       policy.Deny,
		anARN + "GET/*":           policy.Deny,
		anARN + "GET/probe-paddi": policy.Deny,
		strings.Replace(anARN, "/v1/", "/v2/", 1) + "GET/probe":             policy.Deny,
		strings.Replace(anARN, ":abc/", ":abd/", 1) + "GET/probe":           policy.Deny,
		strings.Replace(anARN, "us-east-1", "us-east-2", 1) + "GET/probe":   policy.Deny,
		strings.Replace(anARN, "123456789012", "1", 1) + "GET/probe":        policy.Deny,
		strings.Replace(anARN, "arn:aws:", "arn:aws-cn:", 1) + "GET/probe":  policy.Deny,
		strings.Replace(anARN, "/v1/", "/v1/v1/", 1) + "GET/probe":          policy.Deny,
		strings.Replace(anARN, "execute-api", "lambda", 1) + "GET/probe":    policy.Deny,
		strings.Replace(anARN, "/v1/", "/$default/", 1) + "GET/probe-paddi": policy.Deny,
	}
	for name, event := range events {
		for _, size := range probe.Sizes {
			a, _ := ask(t, fmt.Sprintf(event, fmt.Sprint(size)+"KB"))
			var document policy.Document
			if err := json.Unmarshal(a.PolicyDocument, &document); err != nil {
				t.Fatal(err)
			}
			for arn, want := range tests {
				if got := policy.Evaluate(document, policy.Request{Action: policy.InvokeAction, Resource: arn}); got.Decision != want || got.Problem != "" {
					t.Errorf("%s: %d KB: %s: %v %s", name, size, arn, got.Decision, got.Problem)
				}
			}
			if got := policy.Evaluate(document, policy.Request{Action: "execute-api:InvalidateCache", Resource: anARN + "GET/probe"}); got.Decision != policy.Deny {
				t.Errorf("%s: %d KB: it lets invalidate", name, size)
			}
		}
	}
}

// TestRefuses: what asks for none of the sizes gets an error that says so, which is never 401.
func TestRefuses(t *testing.T) {
	for event, want := range map[string]string{
		`{"type":"TOKEN","authorizationToken":"9KB","methodArn":"` + anARN + `GET/probe"}`:           "want Authorization to be one of 0KB, 8KB, 16KB, 32KB, 64KB, 128KB, 256KB",
		`{"type":"TOKEN","authorizationToken":"8","methodArn":"` + anARN + `GET/probe"}`:             "want Authorization to be one of",
		`{"type":"TOKEN","authorizationToken":"512KB","methodArn":"` + anARN + `GET/probe"}`:         "want Authorization to be one of",
		`{"type":"TOKEN","authorizationToken":"","methodArn":"` + anARN + `GET/probe"}`:              "want Authorization to be one of",
		`{"type":"REQUEST","methodArn":"` + anARN + `GET/probe"}`:                                    "want Authorization to be one of",
		`{"type":"REQUEST","methodArn":"` + anARN + `GET/probe","headers":{"X":"8KB"}}`:              "want Authorization to be one of",
		`{"authorizationToken":"8KB","methodArn":"` + anARN + `GET/probe"}`:                          `want an event of type TOKEN or REQUEST, not ""`,
		`{"type":"JWT","authorizationToken":"8KB","methodArn":"` + anARN + `GET/probe"}`:             `want an event of type TOKEN or REQUEST, not "JWT"`,
		`{"type":"REQUEST","headers":{"Authorization":"8KB"},"methodArn":"` + anARN + `$connect"}`:   "want a method of a REST API or a route of an HTTP API, not $connect",
		`{"type":"TOKEN","authorizationToken":"8KB"}`:                                                `policy: ARN ""`,
		`{"type":"TOKEN","authorizationToken":"8KB","methodArn":"` + anARN + `*/probe"}`:             "holds a wildcard",
		`{"type":"TOKEN","authorizationToken":"8KB","methodArn":"arn:aws:s3:::bucket/v1/GET/probe"}`: "policy: ARN",
		`[]`: "probe: the event: ",
		``:   "probe: the event: ",
	} {
		output, err := probe.Handler{}.Invoke(t.Context(), []byte(event))
		if err == nil || !strings.HasPrefix(err.Error(), "probe: ") || !strings.Contains(err.Error(), want) || output != nil {
			t.Errorf("%s: %v, want %q; output %.100s", event, err, want, output)
		}
	}
	var wrong *probe.EventError
	if _, err := (probe.Handler{}).Invoke(t.Context(), []byte(`{"type":"TOKEN"}`)); !errors.As(err, &wrong) {
		t.Errorf("error %v", err)
	}
}

const contractText = `openapi: 3.1.0
info: {title: Probe, version: "1"}
x-function: backend
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
security: [bearer: []]
paths:
  /probe: {get: {}, post: {}}
  /other: {get: {}}
`

// backend answers with the context that the authorizer gave.
type backend struct{}

func (backend) Invoke(_ context.Context, event []byte) ([]byte, error) {
	var e struct {
		RequestContext struct{ Authorizer map[string]any }
	}
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, err
	}
	authorizer := e.RequestContext.Authorizer
	if lambda, ok := authorizer["lambda"].(map[string]any); ok {
		authorizer = lambda
	}
	return json.Marshal(map[string]any{"statusCode": 200, "body": fmt.Sprint(authorizer["policyBytes"])})
}

// TestAtAGateway: set up as the package says, the probe's route answers and no other one does.
func TestAtAGateway(t *testing.T) {
	contract, err := contract.Parse("contract.yaml", []byte(contractText))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"TOKEN":    "name: v1\ngateway: REST\nauthorization: TOKEN\nauthorizer: {function: probe, identitySource: method.request.header.Authorization, resultTtlInSeconds: 0}\n",
		"REQUEST":  "name: v1\ngateway: REST\nauthorization: REQUEST\nauthorizer: {function: probe, identitySource: method.request.header.Authorization, resultTtlInSeconds: 300}\n",
		"HTTP 2.0": "name: v1\ngateway: HTTP\nauthorization: REQUEST\nauthorizer: {function: probe, identitySource: $request.header.Authorization, resultTtlInSeconds: 0}\n",
		"HTTP 1.0": "name: v1\ngateway: HTTP\nauthorization: REQUEST\nauthorizer: {function: probe, identitySource: $request.header.Authorization, resultTtlInSeconds: 0, payloadFormatVersion: \"1.0\"}\n",
	} {
		m, err := modes.Parse("v1.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Compile(contract, m)
		if err != nil {
			t.Fatal(err)
		}
		g, err := gateway.New(gateway.Config{Plan: p, Functions: map[string]gateway.Invoker{"probe": probe.Handler{}, "backend": backend{}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range probe.Sizes {
			for target, want := range map[string]int{"GET /v1/probe": 200, "GET /v1/other": 403, "POST /v1/probe": 403} {
				method, path, _ := strings.Cut(target, " ")
				request := httptest.NewRequest(method, path, nil)
				request.Header.Set("Authorization", fmt.Sprint(size)+"KB")
				got := httptest.NewRecorder()
				g.ServeHTTP(got, request)
				if got.Code != want || want == 200 && size > 0 && got.Body.String() != strconv.Itoa(size*1024) {
					t.Errorf("%s: %d KB: %s: %d %s", name, size, target, got.Code, got.Body)
				}
			}
		}
	}
}

// TestBinary drives the function over the Lambda Runtime API.
func TestBinary(t *testing.T) {
	binary := testtools.Program(t, "./deploy/probe/function")
	started, err := lambda.Start(t.Context(), lambda.Config{Name: "probe", Binary: binary, Timeout: time.Minute, InitTimeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer started.Close(context.Background())
	for _, size := range probe.Sizes {
		event := fmt.Sprintf(events["TOKEN"], fmt.Sprint(size)+"KB")
		_, want := ask(t, event)
		if output, err := started.Invoke(t.Context(), []byte(event)); err != nil || !bytes.Equal(output, want) {
			t.Errorf("%d KB: %d bytes, want %d; error %v", size, len(output), len(want), err)
		}
	}
	if output, err := started.Invoke(t.Context(), []byte(`{"type":"TOKEN"}`)); err == nil || !strings.HasPrefix(err.Error(), "probe: want Authorization") {
		t.Errorf("output %s, error %v", output, err)
	}
}
