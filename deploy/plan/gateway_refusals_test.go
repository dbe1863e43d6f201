package plan_test

import (
	"errors"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

const thingsContract = `openapi: 3.1.0
x-function: things
x-owner-scopes: {own: id}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    apiKey: {type: apiKey, in: header, name: X-Api-Key}
  schemas:
    Thing: {type: object}
security: [bearer: [things/read]]
paths:
  /things:
    get: {}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
  /things/{id}: {get: {security: [{bearer: [own]}, {bearer: [a]}]}}
  /ruled/{id}: {get: {security: [bearer: []]}}
`

const tokenMode = `name: test
gateway: REST
authorization: TOKEN
authorizer:
  function: token
  identitySource: method.request.header.Authorization
`

// modeOf is a mode whose authorization asks for no more than a function's name or nothing.
func modeOf(gateway, authorization, rest string) string {
	return "name: test\ngateway: " + gateway + "\nauthorization: " + authorization + "\n" + rest
}

// compileTexts compiles what two texts say, some of the contract changed before.
func compileTexts(t *testing.T, modeText string, changes ...string) error {
	t.Helper()
	c, err := contract.Parse("contract.yaml", []byte(strings.NewReplacer(changes...).Replace(thingsContract)))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse("test.yaml", []byte(modeText))
	if err != nil {
		t.Fatal(err)
	}
	_, err = plan.Compile(c, m)
	return err
}

// TestRefusesWhatNoGatewayServes: what a gateway cannot serve as it is meant is refused in one line, with its place.
func TestRefusesWhatNoGatewayServes(t *testing.T) {
	for _, test := range []struct {
		mode    string
		changes []string
		want    string // of the error's beginning; "": there is none
	}{
		{tokenMode, nil, ""},
		{tokenMode, []string{"/ruled/{id}", "/things/{other}/more"}, "contract.yaml:17: GET /things/{other}/more: a REST API has one parameter at a place; /things/{id} is there already, and cannot be {other} too"},
		{tokenMode, []string{"type: object", "type: thing"}, "contract.yaml:9: Thing: "},
		{tokenMode, []string{"/ruled/{id}: {get: ", "/$default: {x-amazon-apigateway-any-method: "}, "contract.yaml:17: /$default: a REST API has no route for what no other one serves"},
		{tokenMode + "throttle:\n  rateLimit: 1\n  burstLimit: 1\n  methods:\n    GET /nowhere: {rateLimit: 1, burstLimit: 1}\n", nil, "test.yaml:11: throttle.methods.GET /nowhere: want an operation of contract.yaml, which has none such"},
		{tokenMode + "cache: {methods: {GET /nowhere: {}}}\n", nil, "test.yaml:7: cache.methods.GET /nowhere: want an operation of contract.yaml, which has none such"},
		{modeOf("REST", "NONE", "apiKeyRequired: true\nusagePlan: {methods: {GET /nowhere: {rateLimit: 1, burstLimit: 1}}}\n"), nil, "test.yaml:5: usagePlan.methods.GET /nowhere: want an operation of contract.yaml, which has none such"},
		{modeOf("HTTP", "JWT", "authorizer: {}\n"), []string{"/ruled/{id}: {get: ", "/$default: {x-amazon-apigateway-any-method: "}, ""},
	} {
		err := compileTexts(t, test.mode, test.changes...)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%v: error %v, want %s", test.changes, err, test.want)
		}
	}
}

// TestRefusesModesMadeInGo: a mode that was not read from a file is checked as if it were.
func TestRefusesModesMadeInGo(t *testing.T) {
	c, err := contract.Parse("contract.yaml", []byte(thingsContract))
	if err != nil {
		t.Fatal(err)
	}
	for want, m := range map[string]*modes.Mode{
		"mode : name: want letters":         {},
		"mode a: authorizer: is missing":    {Name: "a", Gateway: modes.REST, Authorization: modes.Token},
		"mode a: authorizer.identitySource": {Name: "a", Gateway: modes.REST, Authorization: modes.Token, Authorizer: &modes.Authorizer{Function: "token"}},
	} {
		if _, err := plan.Compile(c, m); !errors.As(err, new(*modes.Error)) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// TestScopesThatCannotBeExpressed: the gateway's own authorizers open an operation to a token with any one of its scopes. A
// rule that says more is refused, since they would open what it keeps closed.
func TestScopesThatCannotBeExpressed(t *testing.T) {
	for authorization, mode := range map[string]string{
		modes.Cognito: modeOf("REST", modes.Cognito, "authorizer: {}\n"),
		modes.JWT:     modeOf("HTTP", modes.JWT, "authorizer: {}\n"),
	} {
		for _, test := range []struct{ security, want string }{
			{"[]", ""},
			{"[bearer: []]", ""},
			{"[bearer: [a]]", ""},
			{"[{bearer: [a]}, {bearer: [b]}]", ""},
			{"[{bearer: [a]}, {apiKey: [b]}]", ""},
			{"[{bearer: [a]}, {bearer: [own]}]", ""},
			{"[bearer: [a, b]]", "an alternative asks for several scopes at once"},
			{"[{bearer: [a], apiKey: [b]}]", "an alternative asks for another scheme beside the token"},
			{"[{bearer: [a]}, {bearer: [b], apiKey: []}]", "an alternative asks for another scheme beside the token"},
			{"[apiKey: [a]]", "no scope of a token opens it"},
			{"[bearer: [own]]", "no scope of a token opens it"},
		} {
			err := compileTexts(t, mode, "[bearer: []]", test.security)
			want := "contract.yaml:17: GET /ruled/{id}: " + authorization + " cannot express this rule: " + test.want
			if test.want == "" && err != nil || test.want != "" && (err == nil || err.Error() != want) {
				t.Errorf("%s, %s: %v\nwant %s", authorization, test.security, err, want)
			}
		}
	}
}

// TestCacheKeyNeedsTheCaller: one caller's answer is never served to another.
func TestCacheKeyNeedsTheCaller(t *testing.T) {
	sources := func(list string) string {
		return modeOf("REST", modes.Request, "authorizer: {function: token, identitySource: ["+list+"]}\nstageVariables: {alias: live}\n")
	}
	key := modeOf("REST", modes.None, "apiKeyRequired: true\nusagePlan: {}\n")
	cognito := modeOf("REST", modes.Cognito, "authorizer: {}\n")
	for _, test := range []struct {
		mode, parameter string
		good            bool
	}{
		{sources("method.request.header.A, method.request.querystring.b"), "method.request.header.a, method.request.querystring.b", true},
		{sources("method.request.header.A, method.request.querystring.b"), "method.request.header.A", false},
		{sources("method.request.header.A, method.request.querystring.b"), "method.request.querystring.b", false},
		{sources("method.request.header.A, stageVariables.alias, context.path"), "method.request.header.A", true},
		{sources("method.request.querystring.b"), "method.request.querystring.B", false}, // another parameter
		{sources("stageVariables.alias"), "method.request.querystring.page", false},
		{sources("stageVariables.alias"), "context.authorizer.principalId", true},
		{sources("method.request.multivalueheader.A"), "method.request.header.A", false},
		{tokenMode, "method.request.header.Authorization", true},
		{tokenMode, "method.request.header.authorization", true},
		{tokenMode, "context.authorizer.principalId", true},
		{tokenMode, "method.request.header.X-Api-Key", false},
		{tokenMode, "context.identity.userArn", false},
		{tokenMode, "method.request.querystring.page", false},
		{key, "method.request.header.X-Api-Key", true},
		{key, "method.request.header.Authorization", false},
		{key, "context.authorizer.principalId", false},
		{cognito, "method.request.header.Authorization", true},
		{cognito, "context.authorizer.principalId", false},
		{modeOf("REST", modes.IAM, ""), "context.identity.userArn", true},
		{modeOf("REST", modes.IAM, ""), "method.request.header.Authorization", false},
	} {
		err := compileTexts(t, test.mode+"cache: {methods: {\"GET /things\": {keyParameters: ["+test.parameter+"]}}}\n")
		const want = "GET /things.keyParameters: want what says who calls"
		if (err == nil) != test.good || err != nil && (!errors.As(err, new(*modes.Error)) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s with %s: %v", test.mode, test.parameter, err)
		}
	}
}
