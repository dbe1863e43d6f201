package gateway_test

import (
	"fmt"
	"strings"
	"testing"

	"portcullis/api/contract"
)

const defaultText = `openapi: 3.1.0
x-function: things
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
security: [bearer: [things/read]]
paths:
  /things:
    get: {}
    x-amazon-apigateway-any-method: {}
  /things/{id}: {get: {}}
  /$default:
    x-amazon-apigateway-any-method: {}
`

// TestDefaultRoute: what no other route of an HTTP API serves goes to $default, and so does a method that a path lacks.
func TestDefaultRoute(t *testing.T) {
	contract, err := contract.Parse("contract.yaml", []byte(defaultText))
	if err != nil {
		t.Fatal(err)
	}
	s := startStage(t, askedModes["HTTP 2.0"], func(c *setting) { c.Contract = contract })
	s.token.code = func([]byte) (string, error) { return authorizerAnswer("all", "") }
	for request, want := range map[string]string{
		"GET /test/things":        "GET /things",
		"PUT /test/things":        "ANY /things",
		"OPTIONS /test/things":    "ANY /things",
		"GET /test/things/7":      "GET /things/{id}",
		"DELETE /test/things/7":   "$default",
		"GET /test":               "$default",
		"POST /test/":             "$default",
		"GET /test/elsewhere/a/b": "$default",
	} {
		got := s.send(t, request)
		function, authorizer := s.things.last(t), s.token.last(t)
		if got.status != 200 || function["routeKey"] != want || authorizer["routeKey"] != want || member(t, function, "requestContext")["routeKey"] != want {
			t.Errorf("%s: %d, the function is told %v, the authorizer %v; want %s", request, got.status, function["routeKey"], authorizer["routeKey"], want)
		}
		method, path, _ := strings.Cut(request, " /test")
		if arn := fmt.Sprint(authorizer["routeArn"]); !strings.HasSuffix(arn, "/test/"+method+"/"+strings.Trim(path, "/")) {
			t.Errorf("%s: routeArn %s", request, arn)
		}
	}
}
