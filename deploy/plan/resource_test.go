package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// policyText is the member of a contract, in its third line, with a statement that has so many resources of 30 bytes.
func policyText(resources int) string {
	var all []string
	for i := range resources {
		all = append(all, fmt.Sprintf("execute-api:/*/GET/thing/%05d", i))
	}
	return "x-function: things\nx-amazon-apigateway-policy: {Version: \"2012-10-17\", Statement: {Sid: one, Effect: Allow, Principal: {AWS: \"*\"}, Action: execute-api:Invoke, Resource: [\"" +
		strings.Join(all, `", "`) + "\"]}}\n"
}

// TestResourcePolicies: REST APIs have the contract's, as it stands there; no other kind takes a contract with one, nor any kind one that
// API Gateway would not take.
func TestResourcePolicies(t *testing.T) {
	const none = "x-amazon-apigateway-policy: resource policies are of REST APIs, and whom this one shuts out would be let in: want a mode of gateway REST"
	for mode := range modeBases {
		p, err := compileBase(t, mode, "", "x-function: things\n", policyText(1))
		if strings.Contains(modeBases[mode], "gateway: REST\n") {
			if err != nil || p.REST.ResourcePolicy == nil || p.REST.ResourcePolicy.Statement[0].Resource[0] != "execute-api:/*/GET/thing/00000" || !p.REST.ResourcePolicy.Statement[0].Principal.Everyone {
				t.Errorf("%s: %v", mode, err)
			}
			continue
		}
		if err == nil || err.Error() != "contract.yaml:3: "+none {
			t.Errorf("%s: error %v", mode, err)
		}
	}
	c, err := contract.Parse("contract.yaml", []byte(strings.Replace(contractBase, "x-function: things\n", policyText(1), 1)+
		"x-websocket: {connect: {security: []}, routes: {a: {security: []}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	socket, err := modes.Parse("socket.yaml", []byte("name: socket\ngateway: WEBSOCKET\nauthorization: AWS_IAM\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Compile(c, socket); err == nil || !strings.Contains(err.Error(), "contract.yaml:3: "+none) {
		t.Errorf("a WebSocket API: error %v", err)
	}
}

// TestLargeResourcePolicies: what counts are the resources as they are written out, in the longest partition and region.
func TestLargeResourcePolicies(t *testing.T) {
	const each = len(`"arn:aws-us-gov:execute-api:ap-southeast-2:123456789012:abcdefghij/*/GET/thing/00000",`)
	const beside = len(`{"Version":"2012-10-17","Statement":[{"Sid":"one","Effect":"Allow","Action":["execute-api:Invoke"],"Resource":[],"Principal":"*"}]}`) - 1
	most := (8192 - beside) / each
	if _, err := compileBase(t, "iam", "", "x-function: things\n", policyText(most)); err != nil {
		t.Errorf("%d resources: %v", most, err)
	}
	_, err := compileBase(t, "iam", "", "x-function: things\n", policyText(most+1))
	want := fmt.Sprintf("contract.yaml:3: x-amazon-apigateway-policy: has up to %d bytes with its resources written out, and API Gateway takes 8192: want fewer or wider statements", beside+(most+1)*each)
	if wrong := (plan.Errors)(nil); !errors.As(err, &wrong) || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
