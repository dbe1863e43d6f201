package gateway_test

import (
	"strings"
	"testing"

	"portcullis/api"
	"portcullis/deploy/local/gateway"
	"portcullis/deploy/local/gateway/mode"
)

func TestNewRefuses(t *testing.T) {
	contract, err := api.Parse("contract.yaml", []byte(contractText))
	if err != nil {
		t.Fatal(err)
	}
	badSchema, err := api.Parse("contract.yaml", []byte(strings.Replace(contractText, "type: object", "type: thing", 1)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := mode.Parse("test.yaml", []byte(modeText))
	if err != nil {
		t.Fatal(err)
	}
	siblings, err := api.Parse("contract.yaml", []byte(strings.Replace(contractText, "  /things/special:", "  /things/{other}/more:", 1)))
	if err != nil {
		t.Fatal(err)
	}
	some := map[string]gateway.Invoker{"token": stuck{}, "things": stuck{}}
	naming, err := mode.Parse("test.yaml", []byte(modeText+"throttle:\n  methods:\n    GET /nowhere: {rateLimit: 1, burstLimit: 1}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for want, config := range map[string]gateway.Config{
		"want a contract and a mode":                                      {},
		"mode : name: want letters":                                       {Contract: contract, Mode: &mode.Mode{}},
		"mode a: authorizer: is missing":                                  {Contract: contract, Mode: &mode.Mode{Name: "a", Gateway: mode.REST, Authorization: mode.Token}},
		"mode a: authorizer.identitySource":                               {Contract: contract, Mode: &mode.Mode{Name: "a", Gateway: mode.REST, Authorization: mode.Token, Authorizer: &mode.Authorizer{Function: "token"}}},
		`no function is called "things"`:                                  {Contract: contract, Mode: m},
		`test.yaml:5: authorizer.function: no function is called "token"`: {Contract: contract, Mode: m, Functions: map[string]gateway.Invoker{"things": stuck{}}},
		`GET /: no function is called "things"`:                           {Contract: contract, Mode: m, Functions: map[string]gateway.Invoker{"token": stuck{}, "things": nil}},
		"GET /things/{other}/more: a REST API has one parameter at a place; /things/{id} is there already":     {Contract: siblings, Mode: m, Functions: some},
		"test.yaml:13: throttle.methods.GET /nowhere: want an operation of contract.yaml, which has none such": {Contract: contract, Mode: naming, Functions: some},
		"contract.yaml: #/paths/~1things/post": {Contract: badSchema, Mode: m, Functions: some},
	} {
		if _, err := gateway.New(config); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want one line with %q", err, want)
		}
	}
}
