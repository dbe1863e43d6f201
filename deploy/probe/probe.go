// Package probe measures how large a policy API Gateway takes from a Lambda authorizer, which AWS documents for WebSocket
// APIs only. It is a measuring tool and no authorizer: it knows no caller, and lets everybody call one route, [Route], of
// the API that it is attached to. So give it an API of its own, and delete both when the question is answered.
//
// The text of Authorization says how many bytes the policy is to have: 8KB, 16KB, 32KB, 64KB, 128KB or 256KB, of 1,024
// bytes each. 0KB asks for one without padding, which shows that everything else is set up right.
//
// # The policy
//
// It has two statements. The first one is padding: a Deny of as many Resources as it takes, such as
//
//	arn:aws:execute-api:eu-west-1:123456789012:abc/v1/GET/probe-padding/000017/xxxxxxxx
//
// which name paths that the API must not have, and hold no wildcard: they decide nothing. The second one allows [Route],
// and nothing else. It stands last, so that a gateway that reads only the beginning of a policy refuses the call.
// The answer's context says what was sent: policyBytes, the length of policyDocument's JSON without white space;
// answerBytes, that of the whole answer; and resources, how many Resources are padding. All are texts.
//
// # How to measure
//
// Build the function as Lambda runs it, and put bootstrap, alone, into a zip:
//
//	CGO_ENABLED=0 GOOS=linux GOARCH=arm64 go build -tags lambda.norpc -o bootstrap ./deploy/probe/function
//
// Make of the zip a function for the runtime provided.al2023 on arm64, with a role that may write logs and no more. Make a
// REST API with the resource /probe, and for its method GET any integration that answers 200, such as MOCK. Guard the
// method with a Lambda authorizer of type TOKEN with the token source Authorization, or of type REQUEST with the identity
// source method.request.header.Authorization; its function is the one above, which API Gateway needs leave to invoke.
// Begin with a TTL of 0. For an HTTP API the route is GET /probe, the authorizer's payload version 2.0 or 1.0 with the
// response mode "IAM policy", and the identity source $request.header.Authorization. Have the stage log
// $context.status, $context.authorizer.policyBytes, $context.authorizer.answerBytes and, of a REST API,
// $context.authorizer.error. Deploy it, and ask:
//
//	for size in 0KB 8KB 16KB 32KB 64KB 128KB 256KB; do
//	  curl -s -o /dev/null -w "$size %{http_code}\n" -H "Authorization: $size" "$URL/probe"
//	done
//
// # How to read it
//
//	200  the gateway took the policy whole: the Allow behind the padding counted
//	403  with User is not authorized: it took the policy and lost its end
//	500  it refused the answer (AuthorizerConfigurationException), or the function did; the function's log tells which
//
// An error of the function's own begins with "probe:". The one size that answers 200 where the next larger one does not
// bounds the answer from both sides. Then set a TTL of 300 and ask for each size twice: the second answers come from the
// gateway's cache, which may have a bound of its own.
package probe

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portcullis/policy"
)

// Route is the only one that the policy allows.
const Route = "GET /probe"

const (
	allowed = "GET/probe"         // Route, as an ARN has it
	padding = "GET/probe-padding" // what the paths of the padding begin with
)

// Sizes are the sizes of policies that can be asked for, in KB of 1,024 bytes. 0 is a policy without padding.
var Sizes = []int{0, 8, 16, 32, 64, 128, 256}

// EventError says that an event is none that asks for a policy of one of the sizes.
type EventError struct {
	Reason string
}

// Error is the reason.
func (e *EventError) Error() string { return "probe: " + e.Reason }

func sizeTexts() []string {
	texts := make([]string, len(Sizes))
	for i, size := range Sizes {
		texts[i] = strconv.Itoa(size) + "KB"
	}
	return texts
}

// Handler is the Lambda function: it answers the events of TOKEN authorizers, and those of REQUEST authorizers of REST
// APIs and of HTTP APIs of both payload formats. The zero Handler is ready for use.
type Handler struct{}

// event is what the authorizers' events have that matters here.
type event struct {
	Type               string
	MethodARN          string
	RouteARN           string // of an HTTP API, in place of MethodARN
	AuthorizationToken string // TOKEN
	Headers            map[string]string
}

// answer is an authorizer's.
type answer struct {
	PrincipalID    string            `json:"principalId"`
	PolicyDocument json.RawMessage   `json:"policyDocument"`
	Context        map[string]string `json:"context"`
}

// Invoke answers an authorizer's event with a policy of the size that it asks for. The errors are [*EventError],
// [*policy.ARNError] for a methodArn or routeArn that is none, and those of reading JSON.
func (Handler) Invoke(_ context.Context, input []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(input, &e); err != nil {
		return nil, fmt.Errorf("probe: the event: %w", err)
	}
	size, err := e.size()
	if err != nil {
		return nil, err
	}
	arn, err := policy.ParseARN(e.MethodARN + e.RouteARN)
	if err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	if arn.RouteKey != "" {
		return nil, &EventError{"want a method of a REST API or a route of an HTTP API, not " + arn.RouteKey}
	}
	document, err := documentOf(arn, size)
	if err != nil {
		return nil, err
	}
	return answerWith(document)
}

// size is how many bytes the policy is to have, 0 for no padding.
func (e event) size() (int, error) {
	text := e.AuthorizationToken
	switch e.Type {
	case "TOKEN":
	case "REQUEST":
		for name, value := range e.Headers {
			if strings.EqualFold(name, "Authorization") {
				text = value
			}
		}
	default:
		return 0, &EventError{fmt.Sprintf("want an event of type TOKEN or REQUEST, not %.20q", e.Type)}
	}
	i := slices.Index(sizeTexts(), text)
	if i < 0 {
		return 0, &EventError{"want Authorization to be one of " + strings.Join(sizeTexts(), ", ")}
	}
	return Sizes[i] << 10, nil
}

// documentOf is the policy for the stage of an ARN, padded to exactly as many bytes of JSON; 0: not at all.
func documentOf(arn policy.ARN, size int) (policy.Document, error) {
	to := func(path string) string {
		arn.Method, arn.Path, _ = strings.Cut(path, "/")
		return arn.String()
	}
	allow := policy.Statement{Effect: policy.EffectAllow, Action: policy.Strings{policy.InvokeAction}, Resource: policy.Strings{to(allowed)}}
	document := policy.Document{Version: policy.Version, Statement: policy.Statements{allow}}
	if size == 0 {
		return document, nil
	}
	begin := to(padding + "/")
	pad := policy.Statement{Effect: policy.EffectDeny, Action: allow.Action, Resource: policy.Strings{begin}}
	document.Statement = policy.Statements{pad, allow}
	text, err := json.Marshal(document)
	if err != nil {
		return policy.Document{}, err
	}
	document.Statement[0].Resource = resources(begin, size-len(text)+len(begin)+len(`"",`))
	return document, nil
}

// resources are Resources that take so many bytes of JSON, each with its quotes and a comma. All begin alike, and no two
// are the same.
func resources(begin string, size int) policy.Strings {
	const more = 40 // characters behind the beginning, or some more
	count := size / (len(begin) + len(`"",`) + more)
	all := make(policy.Strings, count)
	for i := range all {
		length := size*(i+1)/count - size*i/count - len(`"",`)
		text := fmt.Sprintf("%s%06d/", begin, i)
		all[i] = text + strings.Repeat("x", length-len(text))
	}
	return all
}

// answerWith is the answer with a policy, in bytes, and what it says of its size.
func answerWith(document policy.Document) ([]byte, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	padded := 0
	if len(document.Statement) > 1 {
		padded = len(document.Statement[0].Resource)
	}
	a := answer{PrincipalID: "probe", PolicyDocument: text, Context: map[string]string{
		"policyBytes": strconv.Itoa(len(text)), "resources": strconv.Itoa(padded),
	}}
	output := []byte{}
	for { // the number is a part of what it counts
		a.Context["answerBytes"] = strconv.Itoa(len(output))
		before := len(output)
		if output, err = json.Marshal(a); err != nil || len(output) == before {
			return output, err
		}
	}
}
