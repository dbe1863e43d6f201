package gateway_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestRowsOtherAccount: a caller of another account needs a resource policy's leave, and these APIs have none.
func TestRowsOtherAccount(t *testing.T) {
	other := func(c *setting) { c.AccountID = "210987654321" }
	rest, api := startStage(t, iamModeText, other), newHTTPStage(t, httpIAMMode, other)
	const start = `{"Message":"User: arn:aws:sts::123456789012:assumed-role/reader/desk is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:210987654321:`
	got := rest.sendSigned(t, asReader.to("GET /test/things"))
	if got.status != 403 || !strings.HasPrefix(got.body, start) || strings.Contains(got.body, "explicit") {
		t.Errorf("REST: %d %s", got.status, got.body)
	}
	if got := rest.sendSigned(t, asReader.to("GET /test/things/special")); !strings.HasSuffix(got.body, ` with an explicit deny"}`) {
		t.Errorf("REST, denied: %d %s", got.status, got.body)
	}
	if got := api.sendSigned(t, asReader.to("GET /test/things")); got.status != 403 || got.body != forbidden {
		t.Errorf("HTTP: %d %s", got.status, got.body)
	}
	if rest.things.calls()+api.things.calls() > 0 {
		t.Error("the function was called")
	}
}

// TestRowsPartition: ARNs are of the part of AWS that the region is in.
func TestRowsPartition(t *testing.T) {
	for region, partition := range map[string]string{"eu-west-1": "aws", "us-gov-west-1": "aws-us-gov", "cn-north-1": "aws-cn", "us-east-1": "aws"} {
		s := newStage(t, func(c *setting) { c.Region = region })
		s.send(t, "GET /test/things\nAuthorization: Bearer all")
		if arn := fmt.Sprint(s.token.last(t)["methodArn"]); !strings.HasPrefix(arn, "arn:"+partition+":execute-api:"+region+":") {
			t.Errorf("%s: %s", region, arn)
		}
	}
}
