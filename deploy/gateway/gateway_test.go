package gateway_test

import (
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
)

func TestNewRefuses(t *testing.T) {
	good, err := contract.Parse("contract.yaml", []byte(contractText))
	if err != nil {
		t.Fatal(err)
	}
	badSchema, err := contract.Parse("contract.yaml", []byte(strings.Replace(contractText, "type: object", "type: thing", 1)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse("test.yaml", []byte(modeText))
	if err != nil {
		t.Fatal(err)
	}
	siblings, err := contract.Parse("contract.yaml", []byte(strings.Replace(contractText, "  /things/special:", "  /things/{other}/more:", 1)))
	if err != nil {
		t.Fatal(err)
	}
	some := map[string]gateway.Invoker{"token": stuck{}, "things": stuck{}}
	naming, err := modes.Parse("test.yaml", []byte(modeText+"throttle: {rateLimit: 1, burstLimit: 1, methods: {GET /nowhere: {rateLimit: 1, burstLimit: 1}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for want, config := range map[string]gateway.Config{
		"want a contract and a mode":                                      {},
		"mode : name: want letters":                                       {Contract: good, Mode: &modes.Mode{Gateway: modes.REST, Authorization: modes.IAM}},
		"mode a: authorizer: is missing":                                  {Contract: good, Mode: &modes.Mode{Name: "a", Gateway: modes.REST, Authorization: modes.Token}},
		"mode a: authorizer.identitySource":                               {Contract: good, Mode: &modes.Mode{Name: "a", Gateway: modes.REST, Authorization: modes.Token, Authorizer: &modes.Authorizer{Function: "token"}}},
		`no function is called "things"`:                                  {Contract: good, Mode: m},
		`test.yaml:5: authorizer.function: no function is called "token"`: {Contract: good, Mode: m, Functions: map[string]gateway.Invoker{"things": stuck{}}},
		`GET /: no function is called "things"`:                           {Contract: good, Mode: m, Functions: map[string]gateway.Invoker{"token": stuck{}, "things": nil}},
		"GET /things/{other}/more: a REST API has one parameter at a place; /things/{id} is there already":     {Contract: siblings, Mode: m, Functions: some},
		"test.yaml:11: throttle.methods.GET /nowhere: want an operation of contract.yaml, which has none such": {Contract: good, Mode: naming, Functions: some},
		"contract.yaml: #/paths/~1things/post": {Contract: badSchema, Mode: m, Functions: some},
	} {
		if _, err := gateway.New(config); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want one line with %q", err, want)
		}
	}
}
