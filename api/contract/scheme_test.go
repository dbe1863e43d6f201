package contract_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"portcullis/api/contract"
)

// parseSecurity reads a contract with one operation, which says who may call it in its line 6, and these schemes.
func parseSecurity(schemes, security string) (*contract.Contract, error) {
	return contract.Parse("contract", fmt.Appendf(nil, `openapi: 3.0.1
x-function: f
components: {securitySchemes: {other: {type: http, scheme: basic}, cookie: {type: apiKey, in: cookie, name: session}, mutual: {type: mutualTLS},
  %s}}
paths: {/a: {get: {
  security: %s}}}
`, schemes, security))
}

// TestSchemes: what teams write, API Gateway's own form among it, asks for the credential that it means.
func TestSchemes(t *testing.T) {
	const (
		gateway = "s: {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: %s}"
		lambda  = "s: {type: apiKey, in: header, name: %s, x-amazon-apigateway-authtype: custom, x-amazon-apigateway-authorizer: {type: request, identitySource: %s}}"
	)
	for _, test := range []struct{ scheme, security, want string }{
		{"s: {type: http, scheme: Bearer}", "[s: [a]]", "[[{bearer [a]}]] []"},
		{"s: {type: oauth2, flows: {}}", "[s: [a]]", "[[{bearer [a]}]] []"},
		{"s: {type: openIdConnect, openIdConnectUrl: https://id.example.com}", "[s: []]", "[[{bearer []}]] []"},
		{fmt.Sprintf(gateway, "custom"), "[s: [a]]", "[[{bearer [a]}]] []"},
		{fmt.Sprintf(gateway, "cognito_user_pools"), "[s: [a]]", "[[{bearer [a]}]] []"},
		{fmt.Sprintf(gateway, "oauth2"), "[s: [a]]", "[[{bearer [a]}]] []"},
		{"s: {type: apiKey, in: header, name: authorization, x-amazon-apigateway-authorizer: {type: token}}", "[s: []]", "[[{bearer []}]] []"},
		{fmt.Sprintf(lambda, "Unused", "method.request.header.Authorization"), "[s: []]", "[[{bearer []}]] []"},
		{fmt.Sprintf(lambda, "Authorization", "$request.header.Authorization"), "[s: []]", "[[{bearer []}]] []"},
		{fmt.Sprintf(gateway, "awsSigv4"), "[s: []]", "[[{awsSigv4 []}]] []"},
		{"s: {type: apiKey, in: header, name: X-Api-Key}", "[s: [a]]", "[[{apiKey [a]}]] []"},
		{"s: {type: apiKey, in: header, name: api_key}", "[{s: []}, {s: [a]}]", "[[{apiKey []}] [{apiKey [a]}]] [api_key]"},
		{"s: {$ref: '#/components/securitySchemes/t'}, t: {type: http, scheme: bearer}", "[s: []]", "[[{bearer []}]] []"},
		{"s: {type: nothing}", "[]", "[] []"},
		{"function: {type: http, scheme: bearer}", "[function: []]", "[[{bearer []}]] []"},
	} {
		read, err := parseSecurity(test.scheme, test.security)
		if err != nil {
			t.Errorf("%s: %v", test.scheme, err)
			continue
		}
		operation := read.Operations[0]
		if got := fmt.Sprint(operation.Access.Alternatives, operation.KeyHeaders); got != test.want {
			t.Errorf("%s: %s\nwant %s", test.scheme, got, test.want)
		}
	}
}

// TestSchemesThatNothingChecks: they are refused where an operation asks for them.
func TestSchemesThatNothingChecks(t *testing.T) {
	const kind = "is of a kind that nothing here checks"
	for _, test := range []struct{ scheme, security, want string }{
		{"", "[other: []]", `"other" ` + kind},
		{"", "[cookie: []]", `"cookie" ` + kind},
		{"", "[mutual: []]", `"mutual" ` + kind},
		{"s: {type: http, scheme: bearer}", "[{s: []}, {other: []}]", `"other" ` + kind},
		{"s: {type: apiKey, in: query, name: key}", "[s: []]", `"s" ` + kind},
		{"s: {type: apiKey, in: query, name: Authorization, x-amazon-apigateway-authtype: custom}", "[s: []]", `"s" ` + kind},
		{"s: {$ref: '#/components/securitySchemes/other'}", "[s: []]", `"s" ` + kind},
		{"s: {type: apiKey, in: header, name: Authorization}", "[s: []]", "is an API key in the header Authorization"},
		{"s: {type: apiKey, in: header, name: X, x-amazon-apigateway-authtype: custom}", "[s: []]", "looks elsewhere"},
		{"s: {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: custom, x-amazon-apigateway-authorizer: {identitySource: method.request.header.X}}", "[s: []]", "looks elsewhere"},
		{"s: {type: apiKey, in: header, name: Unused, x-amazon-apigateway-authtype: custom, x-amazon-apigateway-authorizer: {identitySource: 'method.request.header.Authorization, context.path'}}", "[s: []]", "looks elsewhere"},
		{"s: {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: awsSigv5}", "[s: []]", `"s" has the x-amazon-apigateway-authtype "awsSigv5"`},
		{"s: {type: http, scheme: bearer, x-amazon-apigateway-authtype: AWSsigv4}", "[s: []]", `authtype "AWSsigv4", of which nothing here knows`},
		{"s: {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: SigV4}", "[s: []]", `authtype "SigV4"`},
		{"s: {type: oauth2, x-amazon-apigateway-authtype: IAM}", "[s: []]", `authtype "IAM"`},
		{"s: {type: http, scheme: bearer, x-amazon-apigateway-authtype: null}", "[s: []]", `authtype "null"`},
		{"s: {type: openIdConnect, x-amazon-apigateway-authtype: [custom]}", "[s: []]", `authtype ""`},
		{"s: {type: apiKey, in: header, name: X-Api-Key, x-amazon-apigateway-authtype: keys}", "[s: []]", `authtype "keys"`},
		{"s: {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: Custom scheme with corporate claims}", "[s: []]", "want custom, cognito_user_pools, oauth2, or awsSigv4"},
		{"s: {type: apiKey, x-amazon-apigateway-authtype: awsSigv4}", "[s: [a]]", "a signature has no scopes"},
		{"s: {type: apiKey, x-amazon-apigateway-authtype: awsSigv4}, b: {type: oauth2}", "[{s: [], b: []}]", "a signature and a token at once"},
		{"s: {type: apiKey, in: header, name: a}, t: {type: apiKey, in: header, name: b}", "[{s: [], t: []}]", "API keys in several headers at once"},
	} {
		read, err := parseSecurity(test.scheme, test.security)
		wrong := (*contract.Error)(nil)
		if !errors.As(err, &wrong) || wrong.Line != 6 || !strings.Contains(wrong.Reason, test.want) {
			t.Errorf("%s, %s: %v, error %v; want line 6: %s", test.scheme, test.security, read, err, test.want)
		}
	}
}

// TestBothAsAlternatives: an authorizer and an API key in two entries are both asked for by API Gateway, and are not opened to either.
func TestBothAsAlternatives(t *testing.T) {
	const schemes = `pool: {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: cognito_user_pools}, sig: {type: apiKey, x-amazon-apigateway-authtype: awsSigv4},
  jwt: {type: oauth2, x-amazon-apigateway-authorizer: {type: jwt}}, plain: {type: http, scheme: bearer}, api_key: {type: apiKey, in: header, name: X-Api-Key}`
	for _, test := range []struct{ security, want string }{
		{"[{pool: []}, {api_key: []}]", "{pool: [], api_key: []}"},
		{"[{api_key: []}, {pool: [a, b]}]", "{pool: [a, b], api_key: []}"},
		{"[{jwt: [a]}, {plain: []}, {api_key: [c]}]", "{jwt: [a], api_key: [c]}"},
		{"[{sig: []}, {api_key: []}]", "{sig: [], api_key: []}"},
		{"[{pool: [], api_key: []}]", ""},
		{"[{pool: [], api_key: []}, {pool: [a]}]", ""},
		{"[{pool: [], api_key: []}, {api_key: []}]", ""},
		{"[{plain: []}, {api_key: []}]", ""},
		{"[{pool: []}, {plain: [], api_key: []}]", ""},
	} {
		_, err := parseSecurity(strings.ReplaceAll(schemes, "\n", ""), test.security)
		if want := "contract:6: security: API Gateway asks for both"; test.want == "" && err != nil ||
			test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "want `- "+test.want+"`")) {
			t.Errorf("%s: error %v, want %s", test.security, err, test.want)
		}
	}
}

// TestDifferentIssuers: schemes whose tokens are told apart by their authorizers only are refused together, and by OpenAPI's own members
// it is said that one's tokens open what the other opens.
func TestDifferentIssuers(t *testing.T) {
	const (
		pool    = "{type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: cognito_user_pools, x-amazon-apigateway-authorizer: {type: cognito_user_pools, providerARNs: [%s]}}"
		lambda  = "{type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: custom, x-amazon-apigateway-authorizer: {type: token, authorizerUri: %s}}"
		timed   = "{type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authorizer: {authorizerResultTtlInSeconds: 5, authorizerUri: %s, type: token}}"
		jwt     = "{type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, jwtConfiguration: {issuer: %s}}}"
		named   = "{type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: custom}"
		connect = "{type: openIdConnect, openIdConnectUrl: https://%s.example.com}"
		flow    = "{type: oauth2, flows: {clientCredentials: {tokenUrl: https://%s.example.com, scopes: {}}}}"
		refused = "are different authorizers, and would be one here"
		said    = "have different addresses, and are one here"
	)
	of := fmt.Sprintf
	for _, test := range []struct{ a, b, want string }{
		{of(pool, "STAFF"), of(pool, "CUSTOMERS"), refused},
		{of(pool, "STAFF"), of(pool, "STAFF"), ""},
		{of(lambda, "one"), of(lambda, "two"), refused},
		{of(lambda, "one"), of(timed, "one"), ""},
		{of(lambda, "one"), of(timed, "two"), refused},
		{of(jwt, "one"), of(jwt, "two"), refused},
		{of(jwt, "one"), of(jwt, "one"), ""},
		{of(pool, "STAFF"), of(jwt, "one"), refused},
		{named, named, refused},
		{of(jwt, "{}"), "{type: oauth2, x-amazon-apigateway-authorizer: {type: jwt}}", refused},
		{"{type: oauth2, x-amazon-apigateway-authorizer: {type: jwt}}", "{type: oauth2, x-amazon-apigateway-authorizer: {type: jwt}}", refused},
		{named, "{$ref: '#/components/securitySchemes/a'}", ""},
		{of(connect, "one"), of(connect, "two"), said},
		{of(connect, "one"), of(connect, "one"), ""},
		{of(flow, "one"), of(flow, "two"), said},
		{of(flow, "one"), of(flow, "one"), ""},
		{of(flow, "one"), of(jwt, "one"), said},
		{of(flow, "one"), "{type: http, scheme: bearer}", ""},
	} {
		for place, text := range map[string]string{
			"operations":   "{get: {security: [a: [a]]}, put: {\n  security: [b: [b]]}}",
			"alternatives": "{get: {security: [{a: [a]}, {\n  b: [b]}]}}",
		} {
			read, err := contract.Parse("contract", []byte(of("openapi: 3.0.1\ncomponents: {securitySchemes: {a: %s, b: %s}}\npaths: {/a: %s}", test.a, test.b, text)))
			var got string
			switch {
			case err != nil:
				got = strings.TrimPrefix(err.Error(), "contract:4: ")
			default:
				for _, remark := range read.Remarks {
					if remark.Differs && remark.Line == 4 {
						got = remark.Text
					}
				}
			}
			if want := of("security: \"a\" and \"b\" %s", test.want); test.want == "" && got != "" || test.want != "" && !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s and %s: %q, want %q", place, test.a, test.b, got, test.want)
			}
		}
		if test.want == "" {
			continue
		}
		if read, err := contract.Parse("contract", []byte(of("openapi: 3.0.1\ncomponents: {securitySchemes: {a: %s, b: %s}}\npaths: {/a: {get: {security: [a: []]}}}", test.a, test.b))); err != nil ||
			strings.Contains(of("%v", read.Remarks), said) {
			t.Errorf("%s, and nothing asks for %s: error %v", test.a, test.b, err)
		}
	}
}

// TestWebSocketKeys: API Gateway and the authorizer look for the key of who connects in one header.
func TestWebSocketKeys(t *testing.T) {
	const text = `openapi: 3.1.0
x-function: f
components: {securitySchemes: {key: {type: apiKey, in: header, name: api_key}}}
paths: {/a: {get: {security: []}}}
x-websocket: {connect: {
  security: [key: []]}}
`
	_, err := contract.Parse("contract", []byte(text))
	if err == nil || !strings.Contains(err.Error(), "contract:6: x-websocket: connect: asks for an API key in the header api_key") {
		t.Errorf("error %v", err)
	}
}

// TestExtensions: those of others are passed over wherever they stand, and what may be one of ours misspelt is refused wherever.
func TestExtensions(t *testing.T) {
	places := map[string]string{
		"root":      "%s: 1\nopenapi: 3.1.0\nx-function: f\npaths: {/a: {post: {security: []}}}",
		"info":      "info: {%s: 1}\nopenapi: 3.1.0\nx-function: f\npaths: {/a: {post: {security: []}}}",
		"parts":     "components: {%s: 1}\nopenapi: 3.1.0\nx-function: f\npaths: {/a: {post: {security: []}}}",
		"schemes":   "components: {securitySchemes: {%s: {orders: id}}}\nopenapi: 3.1.0\nx-function: f\npaths: {/a: {post: {security: []}}}",
		"scheme":    "components: {securitySchemes: {s: {type: http, scheme: bearer, %s: 1}}}\nopenapi: 3.1.0\nx-function: f\npaths: {/a: {post: {security: []}}}",
		"flows":     "components: {securitySchemes: {s: {type: oauth2, flows: {%s: 1}}}}\nopenapi: 3.1.0\nx-function: f\npaths: {/a: {post: {security: []}}}",
		"flow":      "components: {securitySchemes: {s: {type: oauth2, flows: {implicit: {%s: 1}}}}}\nopenapi: 3.1.0\nx-function: f\npaths: {/a: {post: {security: []}}}",
		"paths":     "paths: {%s: 1, /a: {post: {security: []}}}\nopenapi: 3.1.0\nx-function: f",
		"path item": "paths: {/a: {%s: 1, post: {security: []}}}\nopenapi: 3.1.0\nx-function: f",
		"operation": "paths: {/a: {post: {security: [], %s: 1}}}\nopenapi: 3.1.0\nx-function: f",
		"parameter": "paths: {/a: {post: {security: [], parameters: [{name: a, in: query, %s: 1}]}}}\nopenapi: 3.1.0\nx-function: f",
		"body":      "paths: {/a: {post: {security: [], requestBody: {%s: 1}}}}\nopenapi: 3.1.0\nx-function: f",
		"media":     "paths: {/a: {post: {security: [], requestBody: {content: {a/b: {%s: 1}}}}}}\nopenapi: 3.1.0\nx-function: f",
	}
	for place, text := range places {
		for _, name := range []string{"x-code-owner", "x-owner", "x-owners", "x-oauth-scopes", "x-scopes", "x-logo", "x-func", "x-action", "x-größe", "x-amazon-apigateway-method", "x-websocket-url", "x-code-samples"} {
			if _, err := contract.Parse("contract", fmt.Appendf(nil, text, name)); err != nil {
				t.Errorf("%s: %v", place, err)
			}
		}
		for name, meant := range map[string]string{
			"x-owner-scope": "x-owner-scopes", "x-ownerScopes": "x-owner-scopes", "xowner-scopes": "x-owner-scopes", "x_owner_scopes": "x-owner-scopes",
			"X-Owner-Scopes": "x-owner-scopes", "x-onwer-scopes": "x-owner-scopes", "x-owners-scopes": "x-owner-scopes", "x-scopes-owner": "x-owner-scopes",
			"x-scopeOwners": "x-owner-scopes", "x-owner--scopes": "x-owner-scopes", "x-оwner-sсopes": "x-owner-scopes", "x-owner-sopces": "x-owner-scopes", "x-оwnеr-sсорeѕ": "x-owner-scopes",
			"x-functions": "x-function", "x-funtion": "x-function", "x-Function": "x-function", "x-web-socket": "x-websocket", "x-webSockets": "x-websocket",
			"x-connect_security": "x-connect-security", "x-amazon-apigateway-anymethod": "x-amazon-apigateway-any-method",
		} {
			_, err := contract.Parse("contract", fmt.Appendf(nil, text, name))
			if err == nil || !strings.HasPrefix(err.Error(), "contract:1: ") || !strings.HasSuffix(err.Error(), "; did you mean "+meant+"?") {
				t.Errorf("%s: %s: error %v", place, name, err)
			}
		}
	}
}

// TestGuardsOfAPIGateway: what API Gateway would keep callers out by is refused wherever it does not count, and where it is misspelt.
func TestGuardsOfAPIGateway(t *testing.T) {
	const prefix = "x-amazon-apigateway-"
	places := map[string]string{
		"root":      "%s: AWS_IAM\nopenapi: 3.1.0\npaths: {/a: {post: {security: []}}}",
		"info":      "info: {%s: AWS_IAM}\nopenapi: 3.1.0\npaths: {/a: {post: {security: []}}}",
		"parts":     "components: {%s: AWS_IAM}\nopenapi: 3.1.0\npaths: {/a: {post: {security: []}}}",
		"schemes":   "components: {securitySchemes: {%s: AWS_IAM}}\nopenapi: 3.1.0\npaths: {/a: {post: {security: []}}}",
		"scheme":    "components: {securitySchemes: {s: {type: http, scheme: bearer, %s: custom}}}\nopenapi: 3.1.0\npaths: {/a: {post: {security: []}}}",
		"reference": "components: {securitySchemes: {s: {$ref: '#/components/securitySchemes/t', %s: custom}, t: {type: http, scheme: bearer}}}\nopenapi: 3.1.0\npaths: {/a: {post: {security: []}}}",
		"paths":     "paths: {%s: AWS_IAM, /a: {post: {security: []}}}\nopenapi: 3.1.0",
		"path item": "paths: {/a: {%s: AWS_IAM, post: {security: []}}}\nopenapi: 3.1.0",
		"operation": "paths: {/a: {post: {security: [], %s: {type: NONE}}}}\nopenapi: 3.1.0",
	}
	counts := map[string]string{"scheme": prefix + "authtype", "operation": prefix + "auth"}
	for place, text := range places {
		for _, name := range []string{
			prefix + "policy", prefix + "auth", prefix + "authtype", prefix + "Policy", prefix + "polcy", prefix + "authentication", prefix + "Auth",
			prefix + "auth-type", "x-amazon-api-gateway-policy", "x-Amazon-ApiGateway-AuthType", prefix + "authorization",
		} {
			_, err := contract.Parse("contract", fmt.Appendf(nil, text, name))
			if counts[place] == name {
				if err != nil {
					t.Errorf("%s: %s counts there: error %v", place, name, err)
				}
			} else if err == nil || !strings.HasPrefix(err.Error(), "contract:1: ") || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %s: error %v", place, name, err)
			}
		}
		for _, name := range []string{prefix + "authorizers", prefix + "cors", prefix + "integration", prefix + "something-new"} {
			if _, err := contract.Parse("contract", fmt.Appendf(nil, text, name)); err != nil {
				t.Errorf("%s: %v", place, err)
			}
		}
	}
}

// TestNullable: it is said once that null is refused, of the schemas of bodies.
func TestNullable(t *testing.T) {
	read, err := contract.Load("testdata/nullable.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(read.Remarks) != 1 || !read.Remarks[0].Differs || read.Remarks[0].Line != 11 || !strings.HasPrefix(read.Remarks[0].Text, "nullable (3 times, here first): API Gateway passes it over and refuses null (400)") {
		t.Errorf("%+v", read.Remarks)
	}
}

// TestLaterKeywords: it is said once that bodies are not held to what draft 4 of JSON Schema has not.
func TestLaterKeywords(t *testing.T) {
	read, err := contract.Load("testdata/later.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const want = "dependentRequired, if, prefixItems, then (4 times, here first): API Gateway passes it over"
	if len(read.Remarks) != 1 || !read.Remarks[0].Differs || read.Remarks[0].Line != 16 || !strings.HasPrefix(read.Remarks[0].Text, want) {
		t.Errorf("%+v", read.Remarks)
	}
}

// TestVersions: the versions of OpenAPI that are read.
func TestVersions(t *testing.T) {
	for version, isRead := range map[string]bool{"3.0.0": true, "3.0.4": true, "3.1.1": true, "3.1": true, "3.2.0": true, "3.3.0": false, "3.10.0": false, "4.0.0": false, "2.0": false, "3": false} {
		_, err := contract.Parse("contract", []byte("openapi: "+version+"\npaths: {/a: {get: {security: []}}}"))
		if isRead != (err == nil) || err != nil && !strings.HasPrefix(err.Error(), "contract:1: want OpenAPI 3.0, 3.1 or 3.2") {
			t.Errorf("%s: error %v", version, err)
		}
	}
}

// TestPassedOver: what of API Gateway's own nothing acts on is said once of each kind, and what somebody else has added is not.
func TestPassedOver(t *testing.T) {
	read, err := contract.Load("testdata/exported.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, remark := range read.Remarks {
		got = append(got, fmt.Sprintf("%d: %s", remark.Line, remark.Text))
	}
	want := []string{
		"5: x-amazon-apigateway-request-validators: is passed over: the mode's requestValidation counts",
		"6: x-amazon-apigateway-something-new: is passed over",
		"10: x-amazon-apigateway-request-validator: is passed over: the mode's requestValidation counts",
		"13: x-amazon-apigateway-integration: is passed over (3 times, here first): of it, only the function's name counts, and that where no x-function says another",
		"22: x-amazon-apigateway-authorizer: is passed over: the mode says what checks credentials",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestSeveralScopes: it is said that several scopes at once ask for more than API Gateway's own authorizer does, where that is how the
// scheme is written.
func TestSeveralScopes(t *testing.T) {
	const native = "type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authtype: cognito_user_pools"
	for _, test := range []struct{ scheme, security, want string }{
		{native, "[{s: [a, b]}]", "4: security: several scopes at once: API Gateway's own authorizer takes"},
		{native, "[{s: [a]}, {s: [b, c]}, {s: [c, d]}]", "4: security: several scopes at once (2 times, here first): API Gateway's own authorizer takes"},
		{"type: oauth2, flows: {}, x-amazon-apigateway-authorizer: {type: jwt}", "[{s: [a, b]}]", "4: security: several scopes at once: API Gateway's own authorizer takes"},
		{native, "[{s: [a]}, {s: [b]}]", ""},
		{"type: http, scheme: bearer", "[{s: [a, b]}]", ""},
	} {
		read, err := contract.Parse("contract", fmt.Appendf(nil, "openapi: 3.0.1\ncomponents: {securitySchemes: {s: {%s}}}\npaths: {/a: {get: {\nsecurity: %s}}}", test.scheme, test.security))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, remark := range read.Remarks {
			if remark.Differs {
				got += fmt.Sprintf("%d: %s", remark.Line, remark.Text)
			}
		}
		if !strings.HasPrefix(got, test.want) || test.want == "" && got != "" {
			t.Errorf("%s, %s: %q, want %q", test.scheme, test.security, got, test.want)
		}
	}
}
