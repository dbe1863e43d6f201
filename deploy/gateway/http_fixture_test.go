package gateway_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
)

// httpContract has what the tables of an HTTP API need: a public operation, and parameters of two names at one place.
const httpContract = `openapi: 3.1.0
info: {title: Things, version: "1"}
x-function: things
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
security: [bearer: [things/read]]
paths:
  /: {get: {}}
  /open: {get: {security: []}, post: {security: []}}
  /things:
    get: {}
    post: {security: [bearer: [things/write], bearer: [things/admin]]}
  /things/{id}:
    parameters: [{name: id, in: path, required: true}]
    get: {}
    delete: {}
  /things/special: {get: {}}
  /things/{other}/parts:
    parameters: [{name: other, in: path, required: true}]
    get: {}
  /session: {get: {security: [bearer: []]}}
  /files/{path+}: {get: {}}
  /any: {x-amazon-apigateway-any-method: {}, post: {}}
  /any/{proxy+}: {x-amazon-apigateway-any-method: {}}
`

// httpModeText is how most tests guard it: by a Lambda authorizer with payload format 2.0 and a policy.
const httpModeText = `name: test
gateway: HTTP
authorization: REQUEST
authorizer:
  function: token
  identitySource: $request.header.Authorization
  resultTtlInSeconds: 300
payloadFormatVersion: "2.0"
stageVariables: {alias: live}
`

// newHTTPStage starts a stage of an HTTP API, guarded as a mode's text says. Its authorizer answers by the token's
// name; its function answers 200 with the route's key.
func newHTTPStage(t *testing.T, modeText string, change func(*setting)) *stage {
	t.Helper()
	contract, err := contract.Parse("contract.yaml", []byte(httpContract))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse("test.yaml", []byte(modeText))
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t, func(c *setting) {
		c.Contract, c.Mode = contract, m
		if change != nil {
			change(c)
		}
	})
	s.token.code = func(event []byte) (string, error) {
		var e struct {
			Headers             map[string]string
			RouteARN, MethodARN string
		}
		json.Unmarshal(event, &e)
		token := e.Headers["authorization"] + e.Headers["Authorization"]
		return httpAuthorizerAnswer(strings.TrimPrefix(token, "Bearer "), e.RouteARN+e.MethodARN)
	}
	s.things.code = func(event []byte) (string, error) {
		var e struct{ RouteKey string }
		json.Unmarshal(event, &e)
		return fmt.Sprintf(`{"statusCode":200,"body":%q}`, e.RouteKey), nil
	}
	return s
}

// httpAuthorizerAnswer answers as a REST API's authorizer does, and by a verdict for tokens that ask for one.
func httpAuthorizerAnswer(token, arn string) (string, error) {
	switch token {
	case "yes":
		return `{"isAuthorized":true,"context":{"number":7,"list":["a"],"nothing":null}}`, nil
	case "yes-plainly":
		return `{"isAuthorized":true}`, nil
	case "no":
		return `{"isAuthorized":false}`, nil
	case "text":
		return `{"isAuthorized":"true"}`, nil
	case "one":
		return `{"isAuthorized":1}`, nil
	case "null":
		return `{"isAuthorized":null}`, nil
	case "capital":
		return `{"IsAuthorized":true}`, nil
	case "both":
		return `{"isAuthorized":false,"IsAuthorized":true}`, nil
	case "more":
		return `{"isAuthorized":true,"policyDocument":{}}`, nil
	case "verdict-unauthorized":
		return "", errors.New("Unauthorized")
	}
	return authorizerAnswer(token, arn)
}

// with is a mode's text with some of it changed.
func with(text string, changes ...string) string {
	return strings.NewReplacer(changes...).Replace(text)
}

// defaultStage is a stage with a guarded $default, and whatever else is below paths.
func defaultStage(t *testing.T, modeText, paths string) *stage {
	t.Helper()
	contract, err := contract.Parse("contract.yaml", []byte(with(httpContract, "  /: {get: {}}\n", "  /$default: {x-amazon-apigateway-any-method: {}}\n"+paths)))
	if err != nil {
		t.Fatal(err)
	}
	return newHTTPStage(t, modeText, func(c *setting) { c.Contract = contract })
}
