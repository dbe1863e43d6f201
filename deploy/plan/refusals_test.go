package plan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// contractBase is a contract that every mode below can guard, which the rows change.
const contractBase = `openapi: 3.1.0
x-function: things
x-owner-scopes: {things/self: id}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}, apiKey: {type: apiKey, in: header, name: X-Api-Key}}
  schemas:
    Thing: {type: object, properties: {part: {$ref: "#/components/schemas/Part"}}}
    Part: {type: object}
security: [{bearer: [things/read]}]
paths:
  /open: {get: {security: []}}
  /things:
    get: {}
    post: {requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
  /things/{id}:
    get: {security: [{bearer: [things/self]}, {bearer: [things/read]}]}
`

// modeBases are a mode of each kind, by their names. What a row adds begins at line 4.
var modeBases = map[string]string{
	"iam":     "name: iam\ngateway: REST\nauthorization: AWS_IAM\n",
	"key":     "name: key\ngateway: REST\nauthorization: NONE\napiKeyRequired: true\nusagePlan: {quota: {limit: 10, period: DAY}}\n",
	"pools":   "name: pools\ngateway: REST\nauthorization: COGNITO_USER_POOLS\nauthorizer: {identitySource: method.request.header.X-Token}\n",
	"token":   "name: token\ngateway: REST\nauthorization: TOKEN\nauthorizer: {function: check, identitySource: method.request.header.X-Token}\n",
	"request": "name: request\ngateway: REST\nauthorization: REQUEST\nauthorizer: {function: check, identitySource: [method.request.header.Authorization, method.request.header.X-Api-Key]}\n",
	"ours":    "name: ours\ngateway: REST\nauthorization: REQUEST\nauthorizer: {function: request, identitySource: method.request.header.X-Other}\n",
	"tokens":  "name: tokens\ngateway: HTTP\nauthorization: REQUEST\nauthorizer: {function: jwt, identitySource: [$request.header.Authorization]}\n",
	"named":   "name: named\ngateway: REST\nauthorization: REQUEST\nauthorizer: {function: check, identitySource: method.request.header.x-other}\n",
	"bare":    "name: bare\ngateway: REST\nauthorization: REQUEST\nauthorizer: {function: check, identitySource: [stageVariables.alias]}\n",
	"query":   "name: query\ngateway: REST\nauthorization: REQUEST\nauthorizer: {function: check, identitySource: method.request.querystring.token}\n",
	"cognito": "name: cognito\ngateway: REST\nauthorization: COGNITO_USER_POOLS\nauthorizer: {}\n",
	"httpIAM": "name: httpIAM\ngateway: HTTP\nauthorization: AWS_IAM\n",
	"mixed":   "name: mixed\ngateway: REST\nauthorization: REQUEST\nauthorizer: {function: check, identitySource: [method.request.header.A, method.request.querystring.b]}\n",
	"several": "name: several\ngateway: REST\nauthorization: REQUEST\nauthorizer: {function: check, identitySource: [method.request.header.A, stageVariables.alias, context.path]}\n",
	"multi":   "name: multi\ngateway: REST\nauthorization: REQUEST\nauthorizer: {function: check, identitySource: method.request.multivalueheader.A}\n",
	"checked": "name: checked\ngateway: REST\nauthorization: AWS_IAM\nrequestValidation: {parameters: true}\n",
	"jwt":     "name: jwt\ngateway: HTTP\nauthorization: JWT\nauthorizer: {issuer: https://login.example.com, audience: [things]}\n",
}

// compileBase compiles the contract, of which a text is changed, and a mode, to which one is added.
func compileBase(t *testing.T, mode, added, old, changed string) (*plan.Plan, error) {
	t.Helper()
	text := strings.Replace(contractBase, old, changed, 1)
	if old != changed && text == contractBase {
		t.Fatalf("the contract has no %q", old)
	}
	c, err := contract.Parse("contract.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return plan.Compile(c, parseBase(t, mode, added))
}

// parseBase is a mode to which a text is added. Those of REST APIs have bodies validated.
func parseBase(t *testing.T, mode, added string) *modes.Mode {
	t.Helper()
	m, err := modes.Parse(mode+".yaml", []byte(validating(modeBases[mode]+added)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// validating is a mode that has bodies validated, where that can be.
func validating(modeText string) string {
	if strings.Contains(modeText, "gateway: REST\n") && !strings.Contains(modeText, "requestValidation:") {
		return modeText + "requestValidation: {body: true}\n"
	}
	return modeText
}

// scopes are alternatives of one scope each.
func scopes(count int) string {
	var all []string
	for i := range count {
		all = append(all, fmt.Sprintf("{bearer: [s%d]}", i))
	}
	return "get: {security: [" + strings.Join(all, ", ") + "]}"
}

// chain is a path whose body's schema has references to others, so many deep.
func chain(depth int) (old, changed string) {
	var text strings.Builder
	for i := range depth {
		fmt.Fprintf(&text, "    S%d: {properties: {a: {$ref: \"#/components/schemas/S%d\"}}}\n", i, i+1)
	}
	fmt.Fprintf(&text, "    S%d: {}\n", depth)
	return "    Thing: {type: object, properties: {part: {$ref: \"#/components/schemas/Part\"}}}\n", text.String() + "    Thing: {properties: {a: {$ref: \"#/components/schemas/S0\"}}}\n"
}

// signing is the contract's schemes with one of signatures, and one of API keys in another header than X-Api-Key.
func signing(rule string) string {
	text := strings.Replace(contractBase, "bearer: {type: http", "sigv4: {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: awsSigv4}, other: {type: apiKey, in: header, name: X-Other}, bearer: {type: http", 1)
	return strings.Replace(text, "    get: {}\n", "    get: {security: "+rule+"}\n", 1)
}

// TestCredentials: a rule that only a credential meets which a mode does not look for is refused, with the line of its operation.
func TestCredentials(t *testing.T) {
	const (
		signature = "13: GET /things: asks for a signature (AWS Signature Version 4), which only a mode of authorization AWS_IAM checks"
		key       = "13: GET /things: asks for an API key in the header X-Other, and this mode finds keys in X-Api-Key: want that name in the security scheme"
		beside    = "13: GET /things: asks for an API key beside the signature: want a mode with apiKeyRequired"
	)
	keyed := "apiKeyRequired: true\nusagePlan: {quota: {limit: 10, period: DAY}}\n"
	for _, test := range []struct{ mode, added, rule, want string }{
		{"iam", "", "[sigv4: []]", ""},
		{"httpIAM", "", "[sigv4: []]", ""},
		{"token", "", "[sigv4: []]", signature},
		{"request", "", "[sigv4: []]", signature},
		{"key", "", "[sigv4: []]", signature},
		{"pools", "", "[sigv4: []]", signature},
		{"jwt", "", "[sigv4: []]", signature},
		{"token", "", "[{sigv4: []}, {bearer: []}]", ""},
		{"jwt", "", "[{sigv4: []}, {bearer: []}]", ""},
		{"iam", "", "[{sigv4: [], apiKey: []}]", beside},
		{"iam", "", "[{sigv4: [], apiKey: []}, {bearer: [a]}]", beside},
		{"httpIAM", "", "[{bearer: [a]}, {sigv4: [], apiKey: []}]", beside},
		{"iam", keyed, "[{sigv4: [], apiKey: []}, {bearer: [a]}]", ""},
		{"token", "", "[{sigv4: [], apiKey: []}, {bearer: [a]}]", ""},
		{"iam", keyed, "[{sigv4: [], apiKey: []}]", ""},
		{"iam", "", "[{sigv4: [], apiKey: []}, {sigv4: []}]", ""},
		{"token", "", "[{sigv4: [], apiKey: []}]", signature},
		{"token", "", "[{other: []}, {bearer: []}]", ""},
		{"iam", "", "[other: []]", ""},
		{"key", "", "[{other: []}, {bearer: []}]", key},
		{"request", "", "[other: []]", key},
		{"request", "", "[{other: []}, {bearer: []}]", key},
		{"ours", "", "[{other: []}, {bearer: [admin]}]", key},
		{"ours", "", "[other: []]", key},
		{"ours", keyed + "apiKeySource: AUTHORIZER\n", "[{other: []}, {bearer: []}]", key},
		{"ours", "", "[{apiKey: []}, {bearer: [admin]}]", ""},
		{"tokens", "", "[{other: []}, {bearer: []}]", ""},
		{"tokens", "", "[other: []]", key},
		{"named", "", "[{other: []}, {bearer: []}]", ""},
		{"request", keyed, "[{other: []}, {bearer: []}]", key},
		{"named", "", "[other: []]", ""},
		{"named", keyed + "apiKeySource: AUTHORIZER\n", "[other: []]", ""},
		{"named", keyed, "[other: []]", key},
	} {
		c, err := contract.Parse("contract.yaml", []byte(signing(test.rule)))
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Compile(c, parseBase(t, test.mode, test.added))
		if test.want == "" && (err != nil || p.Operations["GET /things"].Public) {
			t.Errorf("%s%s: %s: %v", test.mode, test.added, test.rule, err)
		}
		if got := fmt.Sprint(err); test.want != "" && !strings.Contains(got, "contract.yaml:"+test.want) {
			t.Errorf("%s%s: %s: %s\nwant %s", test.mode, test.added, test.rule, got, test.want)
		}
	}
}

// TestNull: what the remark on nullable says is so: null is refused by it, and taken by a list of types, in documents of 3.0 too.
func TestNull(t *testing.T) {
	const schema = "{type: object, properties: {a: {type: string, nullable: true}, b: {type: [string, \"null\"]}, c: {type: number, minimum: 0, exclusiveMinimum: true}}}"
	c, err := contract.Parse("contract.yaml", []byte("openapi: 3.0.3\nx-function: f\npaths: {/things: {post: {security: [], requestBody: {content: {application/json: {schema: "+schema+"}}}}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(c, parseBase(t, "iam", ""))
	if err != nil {
		t.Fatal(err)
	}
	validators, err := p.REST.Validators()
	if err != nil {
		t.Fatal(err)
	}
	validator := validators[p.Operations["POST /things"].RequestModels["application/json"]]
	for text, valid := range map[string]bool{`{"a": null}`: false, `{"b": null}`: true, `{"b": 1}`: false, `{"c": 0}`: false, `{"c": 1}`: true} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := validator.Validate(value); (err == nil) != valid {
			t.Errorf("%s: %v", text, err)
		}
	}
	rules, err := plan.CompileRules(c, nil)
	if err != nil || len(rules.Remarks) != 1 || !strings.HasPrefix(rules.Remarks[0].Text, "contract.yaml:3: nullable: API Gateway passes it over") {
		t.Errorf("%+v, %v", rules.Remarks, err)
	}
}

// TestFunctionsAreAskedFor: who calls functions asks for the names of all that it serves, at once; rules have none.
func TestFunctionsAreAskedFor(t *testing.T) {
	c, err := contract.Parse("contract.yaml", []byte(strings.Replace(contractBase, "x-function: things\n", "\n", 1)+
		"x-websocket: {connect: {security: []}, routes: {\n send: {security: []}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "no function serves it: want x-function here, or at the document's root for all"
	_, err = plan.Compile(c, parseBase(t, "iam", ""))
	if got := fmt.Sprint(err); strings.Count(got, want) != 4 || !strings.HasPrefix(got, "contract.yaml:11: GET /open: "+want) {
		t.Errorf("error %v", err)
	}
	m, err := modes.Parse("ws.yaml", []byte("name: ws\ngateway: WEBSOCKET\nauthorization: AWS_IAM\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = plan.Compile(c, m)
	if got := fmt.Sprint(err); got != "contract.yaml:18: send: no function serves it: want function here, or x-function at the document's root for all" {
		t.Errorf("error %v", err)
	}
	if _, err := plan.CompileRules(c, nil); err != nil {
		t.Errorf("the rules: %v", err)
	}
}

// TestRefusesContracts: each row changes the contract, and says with which words a mode that can guard it no more refuses it.
func TestRefusesContracts(t *testing.T) {
	const rule = "get: {security: [{bearer: [things/self]}, {bearer: [things/read]}]}"
	deepOld, deepNew := chain(3)
	const (
		dangling   = `want #/components/schemas/NAME, of a schema that is there`
		draft4     = `want a schema of JSON Schema draft 4: `
		noPath     = `want a path of a REST API: segments of letters, digits and -._:, or {NAME}, or {NAME+} at the end`
		wantsNames = `want a name with letters or digits, of which the names of API Gateway's models are`
	)
	for _, test := range []struct{ mode, old, changed, want string }{
		// Paths and methods of REST APIs.
		{"iam", "/open:", "/things/{proxy+}:", "16: GET /things/{id}: a REST API has one parameter at a place; /things/{proxy+} is there already, and cannot be {id} too"},
		{"iam", "/open:", "/things/{name}/parts:", "16: GET /things/{id}: a REST API has one parameter at a place; /things/{name} is there already, and cannot be {id} too"},
		{"iam", "/open:", "/a/b/c/d/e/f/g/h/i/j/k:", "11: /a/b/c/d/e/f/g/h/i/j/k: want at most 10 segments in the path of a REST API"},
		{"iam", "/open: {get:", "/$default: {x-amazon-apigateway-any-method:", "11: /$default: a REST API has no route for what no other one serves"},
		{"iam", "/open:", "/o@pen:", "11: /o@pen: " + noPath},
		{"iam", "/open:", "/a/b~/c:", "11: /a/b~/c: " + noPath},
		{"iam", "/open:", "/a+:", "11: /a+: " + noPath},

		// Schemas that become models.
		{"iam", "schemas/Thing\"", "schemas/Absent\"", `14: $ref: "#/components/schemas/Absent": ` + dangling},
		{"iam", "{$ref: \"#/components/schemas/Thing\"}", "{properties: {a: {items: {$ref: \"#/components/schemas/Absent\"}}}}", `14: $ref: "#/components/schemas/Absent": ` + dangling},
		{"iam", "schemas/Part\"", "schemas/Absent\"", `7: $ref: "#/components/schemas/Absent": ` + dangling},
		{"iam", "schemas/Part\"", "schemas/Part/type\"", `7: $ref: "#/components/schemas/Part/type": ` + dangling},
		{"iam", "schemas/Part\"", "schemas/Part/properties/a\"", `7: $ref: "#/components/schemas/Part/properties/a": ` + dangling},
		{"iam", "schemas/Part\"", "schemas/Thing/properties\"", `7: $ref: "#/components/schemas/Thing/properties": ` + dangling},
		{"iam", "schemas/Part\"", "schemas/Thing/allOf/0/x\"", `7: $ref: "#/components/schemas/Thing/allOf/0/x": ` + dangling},
		{"iam", "components/schemas/Part\"", "components/schemas\"", `7: $ref: "#/components/schemas": ` + dangling},
		{"iam", "components/schemas/Part\"", "components/securitySchemes/bearer\"", `7: $ref: "#/components/securitySchemes/bearer": ` + dangling},
		{"iam", "components/schemas/Part\"", "paths/~1things/get\"", `7: $ref: "#/paths/~1things/get": ` + dangling},
		{"iam", "components/schemas/Part\"", "paths/~1things/post/requestBody/content\"", `7: $ref: "#/paths/~1things/post/requestBody/content": ` + dangling},
		{"iam", "components/schemas/Part\"", "info/schema\"", `7: $ref: "#/info/schema": ` + dangling},
		{"iam", "#/components/schemas/Part\"", "Part\"", `7: $ref: "Part" is in another document: ` + contract.Bundle},
		{"iam", "#/components/schemas/Part\"", "https://example.com/Part\"", `7: $ref: "https://example.com/Part" is in another document: ` + contract.Bundle},
		{"iam", "Part: {type: object}", "Part: {items: {$ref: \"#/components/schemas/Part\"}}", "7: Thing: want references at most 4 deep, and not in a circle, to make it a model of API Gateway's\n" +
			"8: Part: want references at most 4 deep, and not in a circle, to make it a model of API Gateway's"},
		{"iam", deepOld, deepNew, "11: Thing: want references at most 4 deep, and not in a circle, to make it a model of API Gateway's"},
		{"iam", "Part\"}}}\n    Part:", "ThingRank1\"}}}\n    ThingRank1:", "8: ThingRank1: want another name: the model ThingRank1 is another schema's"},
		{"iam", "{application/json: {schema: {$ref: \"#/components/schemas/Thing\"}}}", "{application/ab+json: {schema: {type: object}}, application/a-b+json: {schema: {type: array}}}",
			"14: want another path or schema's name: the model of this schema would be BodyPOSTthingsapplicationabjson, as that of line 14 is"},
		{"iam", "Part: {type: object}", "Part:\n      a: 1\n      pattern: '('", "10: Part: want a pattern of ECMA 262: at '/pattern': \"(\": missing closing )"},
		{"iam", "Part: {type: object}", "Part:\n      properties:\n        a~1b%2F/c:\n          minimum: 1\n          exclusiveMinimum: 1", "12: Part: " + draft4 + "at '/properties/a~01b%2F~1c/exclusiveMinimum': got number, want boolean"},
		{"iam", "Part: {type: object}", "Part: {items: {$ref: \"#/components/schemas/Screw\"}}\n    Screw: {type: thing}", "9: Screw: " + draft4 + "at '/type': value must be one of"}, // and nothing of those that refer to it
		{"iam", "Part: {type: object}", "Part: {maximum: 1, exclusiveMaximum: 1}", "8: Part: " + draft4 + "at '/exclusiveMaximum': got number, want boolean"},
		{"iam", "Part: {type: object}", "Part: {type: [object, thing]}", "8: Part: " + draft4 + "at '/type/1': value must be one of"}, // of the alternatives, the one that is meant
		{"iam", "Part: {type: object}", "Part: {additionalProperties: {minLength: -1}}", "8: Part: " + draft4 + "at '/additionalProperties/minLength': minimum: got -1, want 0"},
		{"iam", "Part: {type: object}", "Part:\n      maxLength: a\n      properties:\n        b~/c:\n          enum: []\n          pattern: (\n        d: {pattern: '(?i)e'}",
			"9: Part: " + draft4 + "at '/maxLength': got string, want integer\n" +
				"12: Part: " + draft4 + "at '/properties/b~0~1c/enum': minItems: got 0, want 1\n" +
				"13: Part: want a pattern of ECMA 262: at '/properties/b~0~1c/pattern': \"(\": missing closing ) in `(`\n" +
				"14: Part: want a pattern of ECMA 262: at '/properties/d/pattern': \"(?i)e\": want ( or (?: or (?= or (?! or (?<= or (?<! or (?<NAME>, which are the groups of ECMA 262"},
		{"iam", "Part: {type: object}", "Part: {properties: {a: {$ref: \"#/components/schemas/_-\"}}}\n    _-: {}", `9: "_-": ` + wantsNames},
		{"iam", "Part: {type: object}", "Part: {properties: {a: {$ref: \"#/components/schemas/A_b\"}, b: {$ref: \"#/components/schemas/Ab\"}}}\n    A_b: {}\n    Ab: {}", "10: Ab: want another name: the model Ab is another schema's"},
		{"iam", "{application/json: {schema: {$ref: \"#/components/schemas/Thing\"}}}", "{application/json: {schema: {type: object}}, Application/JSON; charset=utf-8: {schema: {type: array}}}",
			"14: POST /things: application/json: want one schema for all bodies of application/json, as API Gateway has them"},
		{"iam", "Part: {type: object}", "Part: [object]", "8: Part: want a schema, a mapping"},
		{"iam", "{$ref: \"#/components/schemas/Thing\"}", "true", "14: BodyPOSTthings: want a schema, a mapping"},

		// Parameters that a method cannot declare.
		{"checked", "get: {}", "get: {parameters: [{name: 'a[b]', in: query, required: true}]}", `13: GET /things: the required parameter "a[b]": want a name of letters, digits and ._$-`},
		{"checked", "get: {}", "get: {parameters: [{name: X+A, in: header, required: true}]}", `13: GET /things: the required parameter "X+A": want a name of letters, digits and ._$-`},

		{"iam", "get: {}", "get: {parameters: [{name: X-It's, in: header}]}", `13: GET /things: the header "X-It's": want a name without single quotes, between which API Gateway's answers to preflights list it`},

		// Functions that cannot be in one stack.
		{"iam", "get: {security: []}", "get: {security: [], x-function: Things}", `13: the function "things": want a name that differs from that of the function "Things" in more than case, which names of roles in IAM do not have`},
		{"httpIAM", "/open: {get: {security: []}}", "/open: {get: {security: [], x-function: Users}}", `11: the function "Users": want a name that differs from that of the function "users" in more than case`},
		{"token", "get: {security: []}", "get: {security: [], x-function: TOKEN}", `11: the function "TOKEN": want another name than the mode's, which the function of its authorizer has`},

		// Rules that scopes of a token cannot express.
		{"pools", rule, "get: {security: [{bearer: [things/self]}]}", "16: GET /things/{id}: COGNITO_USER_POOLS cannot express this rule: no scope of a token opens it"},
		{"jwt", rule, "get: {security: [{bearer: [things/self]}]}", "16: GET /things/{id}: JWT cannot express this rule: no scope of a token opens it"},
		{"pools", rule, "get: {security: [{bearer: [things/self]}, {bearer: [a, b]}]}", "16: GET /things/{id}: COGNITO_USER_POOLS cannot express this rule: an alternative asks for several scopes at once"},
		{"pools", rule, "get: {security: [{bearer: [things/self]}, {bearer: [a]}, {bearer: [a, b]}]}", "16: GET /things/{id}: COGNITO_USER_POOLS cannot express this rule: an alternative asks for several scopes at once"},
		{"jwt", rule, "get: {security: [{bearer: [things/self]}, {bearer: [a]}, {bearer: [a, b]}]}", "16: GET /things/{id}: JWT cannot express this rule: an alternative asks for several scopes at once"},
		{"pools", rule, "get: {security: [{bearer: [things/self]}, {bearer: [a]}, {bearer: [a], apiKey: []}]}", "16: GET /things/{id}: COGNITO_USER_POOLS cannot express this rule: an alternative asks for another scheme beside the token"},
		{"jwt", rule, "get: {security: [{bearer: [things/self]}, {apiKey: [], bearer: []}]}", "16: GET /things/{id}: JWT cannot express this rule: an alternative asks for another scheme beside the token"},
		{"pools", rule, "get: {security: [{bearer: [things/self], apiKey: []}, {apiKey: [a]}]}", "16: GET /things/{id}: COGNITO_USER_POOLS cannot express this rule: an alternative asks for another scheme beside the token"},
		{"pools", "get: {}", "get: {security: [{bearer: [], apiKey: []}]}", "13: GET /things: COGNITO_USER_POOLS cannot express this rule: an alternative asks for another scheme beside the token"},
		{"pools", "get: {}", "get: {security: [{apiKey: [a]}]}", "13: GET /things: COGNITO_USER_POOLS cannot express this rule: no scope of a token opens it"},
		{"jwt", "get: {}", "get: {security: [{apiKey: [a]}]}", "13: GET /things: JWT cannot express this rule: no scope of a token opens it"},
		{"jwt", "get: {}", scopes(11), "13: GET /things: JWT cannot express this rule: more than ten scopes open it, and a route of an HTTP API has ten at most"},
		{"jwt", "get: {}", "get: {security: [{bearer: [" + strings.Repeat("a", 65) + "]}]}", "13: GET /things: JWT cannot express this rule: a scope is longer than the 64 characters that those of a route of an HTTP API have at most"},
	} {
		wantError(t, test.mode+", "+test.changed, func() error { _, err := compileBase(t, test.mode, "", test.old, test.changed); return err }, "contract.yaml", test.want)
	}
}

// TestPermissions: a function of few operations may be called for each of them, and one of more for all of its API.
func TestPermissions(t *testing.T) {
	for _, test := range []struct {
		more int
		want string
	}{{6, "GET/things"}, {7, "*"}} { // with the four of the contract, ten and eleven
		var paths strings.Builder
		for i := range test.more {
			fmt.Fprintf(&paths, "  /more%d: {get: {}}\n", i)
		}
		for _, mode := range []string{"iam", "httpIAM"} {
			p, err := compileBase(t, mode, "", "  /open: {get: {security: []}}\n", "  /open: {get: {security: [], x-function: other}}\n  /opened: {get: {security: []}}\n"+paths.String())
			if err != nil {
				t.Fatal(err)
			}
			if got, other := p.Operations["GET /things"].Permission, p.Operations["GET /open"].Permission; got != test.want || other != "GET/open" {
				t.Errorf("%s with %d more operations: %s, and of another function %s; want %s", mode, test.more, got, other, test.want)
			}
		}
	}
}

// TestPreflightsOfMocks: what a mock answers in API Gateway's documents the gateway answers, also beside an operation of all methods.
func TestPreflightsOfMocks(t *testing.T) {
	const mock = "options: {x-amazon-apigateway-integration: {type: mock}}"
	for _, test := range []struct{ item, want string }{
		{"{get: {security: []}, put: {security: []}, " + mock + "}", "GET,OPTIONS,PUT"},
		{"{x-amazon-apigateway-any-method: {security: []}, " + mock + "}", "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT"},
		{"{x-amazon-apigateway-any-method: {security: []}}", ""},
		{"{get: {security: []}, options: {security: []}}", ""},
	} {
		c, err := contract.Parse("contract.yaml", []byte("openapi: 3.0.1\nx-function: f\npaths: {/open: "+test.item+"}"))
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Compile(c, parseBase(t, "iam", ""))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.REST.Preflights["/open"]["Access-Control-Allow-Methods"]; got != test.want {
			t.Errorf("%s: %q, want %q", test.item, got, test.want)
		}
	}
}

// TestRefusesModes: each row adds to a mode what the contract does not go with.
func TestRefusesModes(t *testing.T) {
	const (
		unknown = "want an operation of contract.yaml, which has none such"
		caller  = "want what says who calls among them: one caller's answer would be served to others"
		header  = "want a text without single quotes, or one $context variable and nothing else: API Gateway takes no other header"
	)
	kept := func(method, parameters string) string {
		return "cache:\n  methods:\n    \"" + method + "\": {keyParameters: [" + parameters + "]}\n"
	}
	responses := func(value string) string {
		return "gatewayResponses:\n  ACCESS_DENIED:\n    headers: {X-A: " + value + "}\n"
	}
	for _, test := range []struct{ mode, added, want string }{
		{"iam", "throttle: {rateLimit: 1, burstLimit: 1, methods: {GET /nowhere: {rateLimit: 1, burstLimit: 1}}}\n", "4: throttle.methods.GET /nowhere: " + unknown},
		{"iam", "throttle: {rateLimit: 1, burstLimit: 1, methods: {ANY /things: {rateLimit: 1, burstLimit: 1}}}\n", "4: throttle.methods.ANY /things: " + unknown},
		{"httpIAM", "throttle: {rateLimit: 1, burstLimit: 1, methods: {GET /nowhere: {rateLimit: 1, burstLimit: 1}}}\n", "4: throttle.methods.GET /nowhere: " + unknown},
		{"iam", kept("GET /nowhere", "context.identity.userArn"), "6: cache.methods.GET /nowhere: " + unknown},

		// A caller's answer is served to no other.
		{"iam", kept("GET /things", ""), "6: cache.methods.GET /things.keyParameters: " + caller},
		{"iam", kept("GET /things", "context.authorizer.principalId"), "6: cache.methods.GET /things.keyParameters: " + caller},
		{"iam", kept("GET /things", "method.request.header.Authorization"), "6: cache.methods.GET /things.keyParameters: " + caller},
		{"key", kept("GET /things", "context.identity.userArn"), "8: cache.methods.GET /things.keyParameters: " + caller},
		{"key", kept("GET /things", "method.request.querystring.X-Api-Key"), "8: cache.methods.GET /things.keyParameters: " + caller},
		{"pools", kept("GET /things", "context.authorizer.principalId"), "7: cache.methods.GET /things.keyParameters: " + caller},
		{"pools", kept("GET /things", "method.request.header.Authorization"), "7: cache.methods.GET /things.keyParameters: " + caller},
		{"token", kept("GET /things", "method.request.header.Authorization"), "7: cache.methods.GET /things.keyParameters: " + caller},
		{"token", kept("GET /things", "method.request.querystring.page"), "7: cache.methods.GET /things.keyParameters: " + caller},
		{"bare", kept("GET /things", "method.request.querystring.page"), "7: cache.methods.GET /things.keyParameters: " + caller},
		{"query", kept("GET /things", "method.request.querystring.TOKEN"), "7: cache.methods.GET /things.keyParameters: " + caller},
		{"cognito", kept("GET /things", "method.request.header.X-Token"), "7: cache.methods.GET /things.keyParameters: " + caller},
		{"request", kept("GET /things", "method.request.header.Authorization"), "7: cache.methods.GET /things.keyParameters: " + caller},
		{"mixed", kept("GET /things", "method.request.header.A"), "7: cache.methods.GET /things.keyParameters: " + caller},
		{"mixed", kept("GET /things", "method.request.querystring.b"), "7: cache.methods.GET /things.keyParameters: " + caller},
		{"multi", kept("GET /things", "method.request.header.A"), "7: cache.methods.GET /things.keyParameters: " + caller},
		{"key", kept("GET /things", "context.authorizer.principalId"), "8: cache.methods.GET /things.keyParameters: " + caller},
		{"key", kept("GET /things", "method.request.header.Authorization"), "8: cache.methods.GET /things.keyParameters: " + caller},
		{"token", kept("GET /things", "context.identity.userArn"), "7: cache.methods.GET /things.keyParameters: " + caller},
		{"iam", kept("GET /things", "context.identity.userArn, method.request.path.id"), "6: cache.methods.GET /things.keyParameters: the path has no parameter method.request.path.id"},
		{"iam", kept("GET /open", "method.request.path.id"), "6: cache.methods.GET /open.keyParameters: the path has no parameter method.request.path.id"},

		{"iam", responses("id $context.requestId"), "6: gatewayResponses.ACCESS_DENIED.headers.X-A: " + header},
		{"iam", responses("$context.requestId $context.status"), "6: gatewayResponses.ACCESS_DENIED.headers.X-A: " + header},
		{"iam", responses("it's"), "6: gatewayResponses.ACCESS_DENIED.headers.X-A: " + header},
	} {
		wantError(t, test.mode+", "+test.added, func() error { _, err := compileBase(t, test.mode, test.added, "", ""); return err }, test.mode+".yaml", test.want)
	}
	const planOfNowhere = "name: key\ngateway: REST\nauthorization: NONE\napiKeyRequired: true\nusagePlan:\n  methods:\n    GET /nowhere: {rateLimit: 1, burstLimit: 1}\n    GET /open: {rateLimit: 1, burstLimit: 1}\n"
	wantError(t, "usage plan", func() error {
		m, err := modes.Parse("key.yaml", []byte(planOfNowhere))
		if err != nil {
			t.Fatal(err)
		}
		c, err := contract.Parse("contract.yaml", []byte(contractBase))
		if err != nil {
			t.Fatal(err)
		}
		_, err = plan.Compile(c, m)
		return err
	}, "key.yaml", "7: usagePlan.methods.GET /nowhere: "+unknown+"\n8: usagePlan.methods.GET /open: want an operation that asks for a key, which contract.yaml opens to everybody")
}

// TestCompiles: what is close to what is refused, and is none of it.
func TestCompiles(t *testing.T) {
	const rule = "get: {security: [{bearer: [things/self]}, {bearer: [things/read]}]}"
	threeOld, threeNew := chain(2)
	for _, test := range []struct{ mode, added, old, changed string }{
		{"iam", "", "/open:", "/a/b/c/d/e/f/g/h/i/j:"},
		{"iam", "", "/open:", "/:"},
		{"iam", "", "/open:", "/A.b_c-d:e:"},
		{"iam", "", "/open:", "/things/{id}/parts:"},
		{"iam", "", "/open:", "/a/things/{name}:"}, // at another place than {id}
		{"iam", "", "/open:", "/others/{proxy+}:"},
		{"httpIAM", "", "/open:", "/things/{proxy+}:"},
		{"httpIAM", "", "/open:", "/a/b/c/d/e/f/g/h/i/j/k:"},
		{"httpIAM", "", "/open:", "/o@pen:"},
		{"httpIAM", "", "/open: {get:", "/$default: {x-amazon-apigateway-any-method:"},
		{"httpIAM", "", "schemas/Thing\"", "schemas/Absent\""}, // has no models
		{"iam", "", threeOld, threeNew},
		{"iam", "", "Part: {type: object}", "Part: {const: a, minimum: 1, exclusiveMaximum: 2}"},
		{"iam", "", "get: {}", "get: {security: [{bearer: [a, b]}, {bearer: [], apiKey: []}]}"},
		{"jwt", "", "get: {}", scopes(10)},
		{"jwt", "", "get: {}", "get: {security: [{bearer: [" + strings.Repeat("a", 64) + "]}]}"},
		{"pools", "", "get: {}", "get: {security: [{bearer: [" + strings.Repeat("a", 65) + "]}]}"},
		{"iam", "", "get: {}", "get: {parameters: [{name: 'a[b]', in: query, required: true}]}"}, // which is not looked at
		{"checked", "", "get: {}", "get: {parameters: [{name: 'a[b]', in: query}, {name: $a.b_c-1, in: query, required: true}]}"},
		{"pools", "", "get: {}", scopes(11)},
		{"pools", "", rule, "get: {security: [{bearer: [things/self]}, {bearer: [a, b]}, {bearer: []}]}"},
		{"pools", "", rule, "get: {security: [{apiKey: [a, b]}, {bearer: [things/read]}, {bearer: [things/self]}]}"},
		{"iam", "throttle: {rateLimit: 0, burstLimit: 0, methods: {GET /things: {rateLimit: 0, burstLimit: 0}}}\n", "", ""},
		{"iam", "cache: {methods: {GET /things: {keyParameters: [context.identity.userArn]}, GET /open: {}}}\n", "", ""},
		{"key", "cache: {methods: {GET /things: {keyParameters: [method.request.header.x-api-key]}}}\n", "", ""},
		{"pools", "cache: {methods: {GET /things: {keyParameters: [method.request.header.x-token]}}}\n", "", ""},
		{"token", "cache: {methods: {GET /things: {keyParameters: [context.authorizer.principalId]}}}\n", "", ""},
		{"bare", "cache: {methods: {GET /things: {keyParameters: [context.authorizer.principalId]}}}\n", "", ""},
		{"query", "cache: {methods: {GET /things: {keyParameters: [method.request.querystring.token]}}}\n", "", ""},
		{"cognito", "cache: {methods: {GET /things: {keyParameters: [method.request.header.authorization]}}}\n", "", ""},
		{"token", "cache: {methods: {GET /things: {keyParameters: [method.request.header.X-TOKEN]}}}\n", "", ""},
		{"request", "cache: {methods: {GET /things: {keyParameters: [method.request.header.X-Api-Key, method.request.header.Authorization]}}}\n", "", ""},
		{"mixed", "cache: {methods: {GET /things: {keyParameters: [method.request.header.a, method.request.querystring.b]}}}\n", "", ""},
		{"several", "cache: {methods: {GET /things: {keyParameters: [method.request.header.A]}}}\n", "", ""},
		{"iam", "requestValidation: {parameters: true}\n", "schemas/Thing\"", "schemas/Absent\""}, // has none either
		{"iam", "", "get: {}", "get: {parameters: [{name: X+A, in: header}, {name: it's, in: query}], x-function: users}"},
		{"iam", "", "get: {}", "get: {x-function: iam}"}, // which has no authorizer
		{"token", "", "get: {}", "get: {x-function: check}"},
		{"iam", "", "{type: object}", "{properties: {const: {type: object}, default: {const: {a: 1}}}, example: {$ref: nowhere}, enum: [{$ref: nowhere}]}"},
		{"iam", "gatewayResponses: {ACCESS_DENIED: {headers: {X-A: $context.error.responseType, X-B: $context, X-C: 'a \"b\"'}}}\n", "", ""},
	} {
		if p, err := compileBase(t, test.mode, test.added, test.old, test.changed); err != nil || p.Name != test.mode {
			t.Errorf("%s, %s%s: %v", test.mode, test.added, test.changed, err)
		}
	}
}

// TestRefusesAllAtOnce: one problem does not hide another, in the contract, in the mode, and in both.
func TestRefusesAllAtOnce(t *testing.T) {
	const text = `openapi: 3.1.0
x-function: things
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}, apiKey: {type: apiKey, in: header, name: X-Api-Key}}
  schemas:
    Odd_name: {items: {$ref: "#/components/schemas/Absent"}}
    Circle: {items: {$ref: "#/components/schemas/Circle"}}
security: [{bearer: [a, b]}]
paths:
  /$default: {x-amazon-apigateway-any-method: {}}
  /a@b: {get: {}}
  /things/{id}: {get: {security: []}, put: {requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Circle"}}}}}}
  /things/{name}/parts: {post: {security: [{apiKey: []}], requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Odd_name"}}}}}}
`
	const mode = `name: pools
gateway: REST
authorization: COGNITO_USER_POOLS
authorizer: {}
requestValidation: {body: true}
cache:
  methods:
    GET /nowhere: {}
    GET /a@b: {keyParameters: [method.request.path.a]}
    GET /things/{id}: {keyParameters: [method.request.path.id, method.request.path.other]}
throttle: {rateLimit: 1, burstLimit: 1, methods: {GET /nowhere: {rateLimit: 1, burstLimit: 1}}}
gatewayResponses: {THROTTLED: {headers: {A: "a'b", B: "$context.a $context.b"}}}
`
	const want = `contract.yaml:6: $ref: "#/components/schemas/Absent"
contract.yaml:7: Circle: want references
contract.yaml:10: /$default: a REST API
contract.yaml:10: $default: COGNITO_USER_POOLS cannot express
contract.yaml:11: /a@b: want a path
contract.yaml:11: GET /a@b: COGNITO_USER_POOLS cannot express
contract.yaml:12: PUT /things/{id}: COGNITO_USER_POOLS cannot express
contract.yaml:13: POST /things/{name}/parts: a REST API has one parameter
contract.yaml:13: POST /things/{name}/parts: COGNITO_USER_POOLS cannot express
pools.yaml:8: cache.methods.GET /nowhere: want an operation
pools.yaml:9: cache.methods.GET /a@b.keyParameters: want what says who calls
pools.yaml:9: cache.methods.GET /a@b.keyParameters: the path has no parameter
pools.yaml:10: cache.methods.GET /things/{id}.keyParameters: the path has no parameter
pools.yaml:11: throttle.methods.GET /nowhere: want an operation
pools.yaml:12: gatewayResponses.THROTTLED.headers.A: want a text
pools.yaml:12: gatewayResponses.THROTTLED.headers.B: want a text`
	c, err := contract.Parse("contract.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse("pools.yaml", []byte(mode))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(c, m)
	wrong := (plan.Errors)(nil)
	if p != nil || !errors.As(err, &wrong) {
		t.Fatalf("plan %v, error %v", p, err)
	}
	got, wanted := strings.Split(err.Error(), "\n"), strings.Split(want, "\n")
	for i := range max(len(got), len(wanted)) {
		if i >= len(got) || i >= len(wanted) || !strings.HasPrefix(got[i], wanted[i]) {
			t.Fatalf("got\n%v\nwant\n%s", err, want)
		}
	}
}

// TestCompileAll: what is wrong with the contract is said once, and of which modes; what is wrong with each mode follows.
func TestCompileAll(t *testing.T) {
	parse := func(mode, added string) *modes.Mode { return parseBase(t, mode, added) }
	const nowhere = "throttle: {rateLimit: 1, burstLimit: 1, methods: {GET /nowhere: {rateLimit: 1, burstLimit: 1}}}\n"
	good := []*modes.Mode{parse("token", ""), parse("httpIAM", ""), parse("iam", "")}
	c, err := contract.Parse("contract.yaml", []byte(contractBase))
	if err != nil {
		t.Fatal(err)
	}
	plans, err := plan.CompileAll(c, good)
	if err != nil || len(plans) != 3 || plans[0].Name != "token" || plans[1].Name != "httpIAM" || plans[2].Name != "iam" {
		t.Errorf("plans %v, error %v", plans, err)
	}
	if plans, err := plan.CompileAll(c, nil); err != nil || len(plans) != 0 {
		t.Errorf("of no mode: plans %v, error %v", plans, err)
	}
	made := &modes.Mode{Name: "made", Gateway: modes.REST, Authorization: modes.Token}
	if plans, err := plan.CompileAll(c, []*modes.Mode{good[0], made}); plans != nil || err == nil || err.Error() != "mode made: authorizer: is missing" {
		t.Errorf("plans %v, error %v", plans, err)
	}

	text := strings.Replace(contractBase, "get: {}", "get: {security: [{bearer: [a, b]}]}", 1)
	text = strings.Replace(text, "/open:", "/o@pen:", 1)
	text = strings.Replace(text, "Part: {type: object}", "Part: {minimum: 1, exclusiveMinimum: 1}", 1)
	if c, err = contract.Parse("contract.yaml", []byte(text)); err != nil {
		t.Fatal(err)
	}
	plans, err = plan.CompileAll(c, []*modes.Mode{parse("jwt", ""), parse("pools", nowhere), parse("iam", ""), parse("httpIAM", nowhere), parse("token", "")})
	const want = `contract.yaml:8: Part: want a schema of JSON Schema draft 4: at '/exclusiveMinimum': got number, want boolean (mode pools, iam, token)
contract.yaml:11: /o@pen: want a path of a REST API: segments of letters, digits and -._:, or {NAME}, or {NAME+} at the end (mode pools, iam, token)
contract.yaml:13: GET /things: JWT cannot express this rule: an alternative asks for several scopes at once (mode jwt)
contract.yaml:13: GET /things: COGNITO_USER_POOLS cannot express this rule: an alternative asks for several scopes at once (mode pools)
pools.yaml:5: throttle.methods.GET /nowhere: want an operation of contract.yaml, which has none such
httpIAM.yaml:4: throttle.methods.GET /nowhere: want an operation of contract.yaml, which has none such`
	if wrong := (plan.Errors)(nil); plans != nil || !errors.As(err, &wrong) || len(wrong) != 6 || err.Error() != want {
		t.Errorf("plans %v, error\n%v\nwant\n%s", plans, err, want)
	}
	const alone = `contract.yaml:13: GET /things: JWT cannot express this rule: an alternative asks for several scopes at once (mode jwt)`
	if plans, err := plan.CompileAll(c, []*modes.Mode{parse("httpIAM", ""), parse("jwt", "")}); plans != nil || err == nil || err.Error() != alone {
		t.Errorf("plans %v, error\n%v\nwant\n%s", plans, err, alone)
	}
}

// wantError compares the lines of an error with their beginnings; each has the file before it.
func wantError(t *testing.T, name string, compile func() error, file, want string) {
	t.Helper()
	err := compile()
	if err == nil {
		t.Errorf("%s: is taken; want\n%s", name, want)
		return
	}
	got, wanted := strings.Split(err.Error(), "\n"), strings.Split(want, "\n")
	same := len(got) == len(wanted)
	for i := 0; same && i < len(got); i++ {
		same = strings.HasPrefix(got[i], file+":"+wanted[i])
	}
	if wrong := (*contract.Error)(nil); !same || !errors.As(err, &wrong) || wrong.Name != file {
		t.Errorf("%s: got\n%v\nwant\n%s:%s", name, err, file, want)
	}
}

// TestRefusesModesMadeInGo: a mode that was not read from a file is checked as if it were.
func TestRefusesModesMadeInGo(t *testing.T) {
	c, err := contract.Parse("contract.yaml", []byte(contractBase))
	if err != nil {
		t.Fatal(err)
	}
	for want, m := range map[string]*modes.Mode{
		"mode : name: is missing":           {},
		"mode a: authorizer: is missing":    {Name: "a", Gateway: modes.REST, Authorization: modes.Token},
		"mode a: authorizer.identitySource": {Name: "a", Gateway: modes.REST, Authorization: modes.Token, Authorizer: &modes.Authorizer{Function: "token"}},
	} {
		if _, err := plan.Compile(c, m); !errors.As(err, new(*modes.Error)) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
