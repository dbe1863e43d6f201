package modes_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/deploy/modes"
)

// TestLoadAll reads the modes that ship.
func TestLoadAll(t *testing.T) {
	all, err := modes.LoadAll(".")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"rest-api-key": "REST NONE", "rest-iam": "REST AWS_IAM", "rest-cognito": "REST COGNITO_USER_POOLS", "rest-token": "REST TOKEN", "rest-request": "REST REQUEST",
		"http-jwt": "HTTP JWT", "http-lambda": "HTTP REQUEST", "http-iam": "HTTP AWS_IAM",
		"websocket": "WEBSOCKET REQUEST",
	}
	for _, m := range all {
		if got := m.Gateway + " " + m.Authorization; got != want[m.Name] {
			t.Errorf("%s is %s, want %s", m.Name, got, want[m.Name])
		}
		if m.StageVariables["alias"] != "live" {
			t.Errorf("%s: stage variables %v", m.Name, m.StageVariables)
		}
		delete(want, m.Name)
	}
	if len(want) > 0 {
		t.Errorf("there is no %v", want)
	}
	built, err := fs.Glob(modes.Embedded(), "*")
	if err != nil || len(built) != len(all) {
		t.Errorf("the program has %v, error %v", built, err)
	}
	for _, m := range all {
		text, err := fs.ReadFile(modes.Embedded(), m.Name+".yaml")
		if err != nil {
			t.Error(err)
		} else if _, err := modes.Parse(m.Name+".yaml", text); err != nil {
			t.Error(err)
		}
	}
	empty := t.TempDir()
	if _, err := modes.LoadAll(empty); err == nil || err.Error() != empty+": holds no mode (*.yaml)" {
		t.Errorf("error %v", err)
	}
	if _, err := modes.Load(filepath.Join(empty, "none.yaml")); err == nil || !strings.HasSuffix(err.Error(), "none.yaml: no such file or directory") {
		t.Errorf("error %v", err)
	}
}

// TestLeastMode reads the same file as Terraform's tests do.
func TestLeastMode(t *testing.T) {
	const file = "../terraform/tests/fixtures/modes/least.yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse(file, text)
	if err != nil || m.Throttle != nil || m.Authorizer.ResultTTLInSeconds != nil || m.RequestValidation != (modes.RequestValidation{}) || m.Authorizer.TTL().Seconds() != 300 {
		t.Errorf("%+v, %v", m, err)
	}
}

// bases are a mode of each kind, which the tables below change.
var bases = map[string]string{
	"token": `name: test
gateway: REST
authorization: TOKEN
authorizer:
  function: token
  identitySource: method.request.header.Authorization
  identityValidationExpression: '^Bearer [a-z-]+$'
  resultTtlInSeconds: 300
stageVariables: {alias: live}
`,
	"request": `name: test
gateway: REST
authorization: REQUEST
authorizer:
  function: request
  identitySource: [method.request.header.A, method.request.querystring.b, context.identity.sourceIp, stageVariables.c]
`,
	"keys": `name: test
gateway: REST
authorization: NONE
apiKeyRequired: true
usagePlan:
  throttle: {rateLimit: 1, burstLimit: 2}
  methods: {"GET /things": {rateLimit: 1, burstLimit: 2}}
  quota: {limit: 1, offset: 0, period: DAY}
  localKeys:
    - {name: a, value: 01234567890123456789}
    - {name: b, value: 11234567890123456789}
`,
	"iam": `name: test
gateway: REST
authorization: AWS_IAM
localCallers:
  - accessKeyId: AKIAADMIN00000000000
    secretAccessKey: secret-of-the-admin
    arn: arn:aws:iam::123456789012:user/admin
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}
`,
	"cognito": `name: test
gateway: REST
authorization: COGNITO_USER_POOLS
authorizer:
  userPools: [arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc]
`,
	"lambda": `name: test
gateway: HTTP
authorization: REQUEST
authorizer:
  function: jwt
  identitySource: [$request.header.Authorization, $context.routeKey]
  enableSimpleResponses: true
cors: {allowOrigins: [https://a.example], allowMethods: [GET], allowHeaders: [x-a], maxAge: 5}
`,
	"jwt": `name: test
gateway: HTTP
authorization: JWT
authorizer:
  issuer: https://issuer.example
  audience: [a]
`,
	"cache": `name: test
gateway: REST
authorization: TOKEN
authorizer: {function: token, identitySource: method.request.header.Authorization}
cache:
  methods:
    "GET /things/{id}/{rest+}": {ttlInSeconds: 60, keyParameters: [method.request.path.id, method.request.path.rest, context.authorizer.principalId]}
gatewayResponses:
  ACCESS_DENIED: {statusCode: 404, headers: {X-A: b}}
`,
	"socket": `name: test
gateway: WEBSOCKET
authorization: REQUEST
authorizer:
  function: request
  identitySource: [route.request.header.A, route.request.querystring.b, context.identity.sourceIp, stageVariables.c]
apiKeyRequired: true
apiKeySource: AUTHORIZER
usagePlan:
  quota: {limit: 1, offset: 0, period: DAY}
throttle: {rateLimit: 1, burstLimit: 2, methods: {$default: {rateLimit: 1, burstLimit: 2}, chat/send: {rateLimit: 1, burstLimit: 2}}}
localCallers:
  - accessKeyId: AKIAADMIN00000000000
    secretAccessKey: secret-of-the-admin
    arn: arn:aws:iam::123456789012:user/admin
`,
}

func TestParse(t *testing.T) {
	for name, text := range bases {
		if m, err := modes.Parse("test.yaml", []byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if err := m.Check(); err != nil {
			t.Errorf("%s: made in Go: %v", name, err)
		}
	}
}

// TestParseRefuses: each row changes a good mode, and says with which words it is refused.
func TestParseRefuses(t *testing.T) {
	tests := []struct{ base, old, new, want string }{
		{"token", "name: test", "name: ''", `1: name: is missing`},
		{"token", "name: test\n", "", `1: name: is missing`},
		{"token", "gateway: REST", "gateway: SOAP", `2: gateway: want REST, HTTP or WEBSOCKET, got "SOAP"`},
		{"token", "gateway: REST\n", "", `1: gateway: want REST, HTTP or WEBSOCKET, got ""`},
		{"token", "authorization: TOKEN", "authorization: JWT", `3: authorization: want one of NONE, AWS_IAM, COGNITO_USER_POOLS, TOKEN, REQUEST for a gateway of kind REST, got "JWT"`},
		{"token", "authorization: TOKEN\n", "", `1: authorization: want one of NONE, AWS_IAM, COGNITO_USER_POOLS, TOKEN, REQUEST for a gateway of kind REST, got ""`},
		{"lambda", "authorization: REQUEST", "authorization: NONE", `3: authorization: want one of AWS_IAM, JWT, REQUEST for a gateway of kind HTTP, got "NONE"`},
		{"token", "authorizer:\n  function: token\n  identitySource: method.request.header.Authorization\n  identityValidationExpression: '^Bearer [a-z-]+$'\n  resultTtlInSeconds: 300\n", "", `1: authorizer: is missing`},
		{"lambda", "function: jwt\n", "function: ''\n", `5: authorizer.function: is missing`},
		{"lambda", "authorization: REQUEST", "authorization: TOKEN", `3: authorization: want one of AWS_IAM, JWT, REQUEST for a gateway of kind HTTP, got "TOKEN"`},
		{"iam", "localCallers:", "authorizer: {}\nlocalCallers:", `4: authorizer: has no part in authorization AWS_IAM`},
		{"iam", "localCallers:", "apiKeyRequired: true\napiKeySource: AUTHORIZER\nusagePlan: {}\nlocalCallers:", `5: apiKeySource: only a Lambda authorizer answers with a key`},
		{"keys", "apiKeyRequired: true", "apiKeyRequired: false", `3: authorization: NONE alone guards nothing: want apiKeyRequired: true beside it`},
		{"keys", "apiKeyRequired: true", "apiKeyRequired: 'true'", `4: want true or false, got "true"`},
		{"keys", "quota:", "throtle: {rateLimit: 1, burstLimit: 1}\n  quota:", `8: throtle: a mode has no such member`},
		{"keys", "throttle: {rateLimit: 1, burstLimit: 2}", "throttle: {rateLimit: 1}", `6: usagePlan.throttle.burstLimit: is missing, and would be 0, by which nothing gets through: want a limit of 0 or more`},
		{"token", "authorization: TOKEN", "authorization: AWS_IAM", `4: authorizer: has no part in authorization AWS_IAM`},
		{"token", "function: token", "function: ''", "5: authorizer.function: is missing"},
		{"token", "header.Authorization", "header.", `6: authorizer.identitySource: want method.request.header.NAME, got "method.request.header."`},
		{"token", "header.Authorization", "querystring.a", `6: authorizer.identitySource: want method.request.header.NAME, got "method.request.querystring.a"`},
		{"token", "method.request.header.Authorization", "[]", `6: authorizer.identitySource: want one, method.request.header.NAME, got 0`},
		{"token", "header.Authorization", "header.A, method.request.header.B", `6: authorizer.identitySource: want one, method.request.header.NAME, got 2`},
		{"token", "'^Bearer [a-z-]+$'", "'('", "7: authorizer.identityValidationExpression: error parsing regexp: missing closing ): `(`"},
		{"token", "'^Bearer [a-z-]+$'", "'a)|(?:b'", "7: authorizer.identityValidationExpression: error parsing regexp: unexpected ): `a)|(?:b`"},
		{"token", "'^Bearer [a-z-]+$'", "'(?=a)b'", "7: authorizer.identityValidationExpression: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"},
		{"token", "Seconds: 300", "Seconds: 3601", "8: authorizer.resultTtlInSeconds: want 0 to 3600, got 3601"},
		{"token", "Seconds: 300", "Seconds: -1", "8: authorizer.resultTtlInSeconds: want 0 to 3600, got -1"},
		{"token", "Seconds: 300", "Seconds: soon", `8: want a whole number, got "soon"`},
		{"token", "Seconds: 300", "Seconds: [1]", `8: want a whole number, got a list`},
		{"token", "resultTtlInSeconds", "ttl", "8: ttl: a mode has no such member"},
		{"token", "resultTtlInSeconds: 300", "audience: [a]", "8: authorizer.audience: has no part in authorization TOKEN"},
		{"token", "resultTtlInSeconds: 300", "enableSimpleResponses: true", "8: authorizer.enableSimpleResponses: has no part in authorization TOKEN"},
		{"token", "stageVariables", "variables", "9: variables: a mode has no such member"},
		{"token", "alias: live", "'a b': live", "9: stageVariables.a b: want a name of letters, digits and _, and a value of letters, digits and -._~:/?#&=,"},
		{"token", "alias: live", "alias: 'a b'", "9: stageVariables.alias: want a name of letters, digits and _, and a value of letters, digits and -._~:/?#&=,"},
		{"token", "name: test", "---\nname: test\n---\nname: test", " want one YAML document, and something follows it"},
		{"token", "name: test", "name: [", "2: did not find expected ',' or ']'"},
		{"token", "name: test", "name: test\nname: test", `2: mapping key "name" already defined at line 1`},
		{"token", "stageVariables: {alias: live}", "apiKeyRequired: yes please", `9: want true or false, got "yes please"`},
		{"token", "stageVariables: {alias: live}", "apiKeyRequired: true", `1: usagePlan: is missing: a key counts only in a plan`},
		{"token", "stageVariables: {alias: live}", "usagePlan: {}", `9: usagePlan: is never asked, since apiKeyRequired is not true`},
		{"token", "stageVariables: {alias: live}", "apiKeySource: COOKIE", `9: apiKeySource: want HEADER or AUTHORIZER, got "COOKIE"`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: -1, burstLimit: 0}", `9: throttle.rateLimit: want 0 or more requests a second, got -1`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 0, burstLimit: -1}", `9: throttle.burstLimit: want 0 or more requests, got -1`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: 1.5}", `9: throttle.burstLimit: want a whole number, got "1.5"`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: 1, methods: {/things: {rateLimit: 1, burstLimit: 1}}}", `9: throttle.methods./things: want a method and a path, such as GET /things/{id}`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: 1, methods: {GET /things: {rateLimit: -2, burstLimit: 1}}}", `9: throttle.methods.GET /things.rateLimit: want 0 or more requests a second, got -2`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1}", `9: throttle.burstLimit: is missing, and would be 0, by which nothing gets through: want a limit of 0 or more`},
		{"token", "stageVariables: {alias: live}", "throttle: {burstLimit: 1}", `9: throttle.rateLimit: is missing, and would be 0, by which nothing gets through: want a limit of 0 or more`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: }", `9: throttle.burstLimit: is missing, and would be 0, by which nothing gets through: want a limit of 0 or more`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: 1, methods: {GET /things: {burstLimit: 1}}}", `9: throttle.methods.GET /things.rateLimit: is missing, and would be 0, by which nothing gets through: want a limit of 0 or more`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: 1, public: {burstLimit: 1}}", `9: throttle.public.rateLimit: is missing, and would be 0, by which nothing gets through: want a limit of 0 or more`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: 1, public: {rateLimit: 1, burstLimit: -1}}", `9: throttle.public.burstLimit: want 0 or more requests, got -1`},
		{"token", "stageVariables: {alias: live}", "throttle: {burstLimit: 1, public: {rateLimit: 1, burstLimit: 1}}", `9: throttle.rateLimit: is missing, and would be 0, by which nothing gets through: want a limit of 0 or more`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: 1, public: 5}", `9: want a mapping, got "5"`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: 1, methods: all}", `9: want a mapping, got "all"`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: 1, quota: 3}", `9: quota: a mode has no such member`},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: 1, methods: {GET /things: {<<: {rateLimit: 1, burstLimit: 1}, rateLimit: 1, burstLimit: 1}}}", `9: throttle.methods.GET /things.<<: merge keys are not part of a mode: write the members out`},
		{"token", "stageVariables: {alias: live}", "requestValidation: {body: 'yes'}", `9: requestValidation.body: want true or false, got "yes"`},
		{"token", "stageVariables: {alias: live}", "requestValidation: {parameters: on}", `9: requestValidation.parameters: want true or false, got "on"`},
		{"token", "stageVariables: {alias: live}", "requestValidation: {bodies: true}", `9: bodies: a mode has no such member`},
		{"token", "stageVariables: {alias: live}", "apiKeyRequired: n", `9: apiKeyRequired: want true or false, got "n"`},
		{"token", "stageVariables: {alias: live}", "cors: {}", `9: cors: is an HTTP API's`},
		{"token", "stageVariables: {alias: live}", "payloadFormatVersion: '2.0'", `9: payloadFormatVersion: is an HTTP API's`},
		{"token", "stageVariables: {alias: live}", "binaryMediaTypes: [png]", `9: binaryMediaTypes.0: want a media type such as image/png or */*, got "png"`},
		{"token", "stageVariables: {alias: live}", "integrationTimeoutInMillis: 29001", `9: integrationTimeoutInMillis: want 50 to 29000, got 29001`},
		{"token", "stageVariables: {alias: live}", "accessLogFormat: a", `9: accessLogFormat: want $context.requestId or $context.extendedRequestId in it, as API Gateway does`},
		{"token", "stageVariables: {alias: live}", `accessLogFormat: "$context.requestId\n$context.status"`, `9: accessLogFormat: want one line`},
		{"token", "stageVariables: {alias: live}", "stageVariables: {alias: &no 'no'}\napiKeyRequired: *no", `10: apiKeyRequired: want true or false, got "no"`},
		{"token", "stageVariables: {alias: live}", "accessLogFormat: requestId $context.status", `9: accessLogFormat: want $context.requestId or $context.extendedRequestId in it, as API Gateway does`},
		{"token", "stageVariables: {alias: live}", "accessLogFormat: $context.requestIdentity", `9: accessLogFormat: want $context.requestId or $context.extendedRequestId in it, as API Gateway does`},
		{"token", "stageVariables: {alias: live}", "accessLogFormat: $context.requestId $context.identity.apiKey", `9: accessLogFormat: want no $context.identity.apiKey in it: it is a credential, or can quote one, and would be logged`},
		{"iam", "authorization: AWS_IAM", "authorization: AWS_IAM\n" + `accessLogFormat: '{"id":"$context.requestId","error":"$context.error.message."}'`, `4: accessLogFormat: want no $context.error.message in it: it is a credential, or can quote one, and would be logged`},
		{"iam", "authorization: AWS_IAM", "authorization: AWS_IAM\naccessLogFormat: $context.requestId $context.error.messageString", `4: accessLogFormat: want no $context.error.messageString in it: it is a credential, or can quote one, and would be logged`},
		{"token", "stageVariables: {alias: live}", "localCallers: [{}]", `9: localCallers: only AWS_IAM, and a WebSocket API for @connections, know callers that sign`},
		{"token", "stageVariables: {alias: live}", "accessLogFormat: $context.requestId $context.identity.apiKey-$context.status", `9: accessLogFormat: want no $context.identity.apiKey in it: it is a credential, or can quote one, and would be logged`},
		{"iam", "authorization: AWS_IAM", "authorization: AWS_IAM\naccessLogFormat: $context.requestId $context.error.message.more", `4: accessLogFormat: want no $context.error.message in it: it is a credential, or can quote one, and would be logged`},
		{"iam", "authorization: AWS_IAM", "authorization: AWS_IAM\naccessLogFormat: $context.requestId $context.identity.apiKey", `4: accessLogFormat: want no $context.identity.apiKey in it: it is a credential, or can quote one, and would be logged`},
		{"iam", "REST\nauthorization: AWS_IAM", "WEBSOCKET\nauthorization: AWS_IAM\naccessLogFormat: $context.requestId $context.error.message", `4: accessLogFormat: want no $context.error.message in it: it is a credential, or can quote one, and would be logged`},
		{"iam", "REST\nauthorization: AWS_IAM", "WEBSOCKET\nauthorization: AWS_IAM\naccessLogFormat: $context.requestId $context.error.messageString", `4: accessLogFormat: want no $context.error.messageString in it: it is a credential, or can quote one, and would be logged`},
		{"request", "stageVariables.c", "stageVariables.c, method.request.body", `6: authorizer.identitySource: want method.request.header.NAME, method.request.querystring.NAME, context.NAME or stageVariables.NAME, got "method.request.body"`},
		{"request", "stageVariables.c", "$request.header.A", `6: authorizer.identitySource: want method.request.header.NAME, method.request.querystring.NAME, context.NAME or stageVariables.NAME, got "$request.header.A"`},
		{"request", "stageVariables.c", "method.request.header.a", `6: authorizer.identitySource: "method.request.header.a" stands there twice`},
		{"request", "[method.request.header.A, method.request.querystring.b, context.identity.sourceIp, stageVariables.c]", "[]", "4: authorizer.resultTtlInSeconds: want 0, or identity sources that answers are kept by"},
		{"request", "[method.request.header.A, method.request.querystring.b, context.identity.sourceIp, stageVariables.c]", "{a: b}", "6: want a list, got a mapping"},
		{"keys", "apiKeyRequired: true\n", "", `3: authorization: NONE alone guards nothing: want apiKeyRequired: true beside it`},
		{"keys", "apiKeyRequired: true", "apiKeyRequired: true\napiKeySource: AUTHORIZER", `5: apiKeySource: only a Lambda authorizer answers with a key`},
		{"keys", "{rateLimit: 1, burstLimit: 2}}", "{rateLimit: .nan, burstLimit: 2}}", `7: usagePlan.methods.GET /things.rateLimit: want 0 or more requests a second, got NaN`},
		{"keys", "throttle: {rateLimit: 1", "throttle: {rateLimit: .inf", `6: usagePlan.throttle.rateLimit: want 0 or more requests a second, got +Inf`},
		{"keys", "limit: 1", "limit: 0", `8: usagePlan.quota.limit: want 1 or more requests, got 0`},
		{"keys", "offset: 0", "offset: 2", `8: usagePlan.quota.offset: want 0 to the limit, got 2`},
		{"keys", "period: DAY", "period: YEAR", `8: usagePlan.quota.period: want DAY, WEEK or MONTH, got "YEAR"`},
		{"keys", "name: b, ", "", `11: usagePlan.localKeys.1.name: is missing`},
		{"keys", "value: 11234567890123456789", "value: short", `11: usagePlan.localKeys.1.value: want 20 to 128 characters, got 5`},
		{"keys", "value: 11234567890123456789", "value: 01234567890123456789", `11: usagePlan.localKeys.1.value: is another key's too`},
		{"keys", "value: 11234567890123456789", "value: 'a b34567890123456789'", `11: usagePlan.localKeys.1.value: want printable ASCII and no spaces, as in a header`},
		{"keys", "name: b, ", "name: a, ", `11: usagePlan.localKeys.1.name: is another key's too`},
		{"keys", "GET /things", "GET things", `7: usagePlan.methods.GET things: want a method and a path, such as GET /things/{id}`},
		{"iam", "AKIAADMIN00000000000", "AKIA", `5: localCallers.0.accessKeyId: want 16 to 128 letters, digits and _`},
		{"iam", "secret-of-the-admin", "secret", `6: localCallers.0.secretAccessKey: want 16 characters or more`},
		{"iam", ":user/admin", ":role/admin", `7: localCallers.0.arn: want arn:aws:iam::ACCOUNT:user/NAME or arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, got "arn:aws:iam::123456789012:role/admin"`},
		{"iam", "Effect: Allow", "effect: Allow", `8: want an IAM policy: `},
		{"iam", "policy: {Version: \"2012-10-17\", Statement: [{Effect: Allow, Action: \"*\", Resource: \"*\"}]}", "policy: all", `8: want an IAM policy: `},
		{"iam", "gateway: REST", "gateway: HTTP\nrequestValidation: {body: true}", `3: requestValidation: is a REST API's`},
		{"cognito", "userpool/eu-west-1_abc", "userpool/", `5: authorizer.userPools.0: want arn:aws:cognito-idp:REGION:ACCOUNT:userpool/ID, got "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/"`},
		{"cognito", "userPools:", "identitySource: method.request.querystring.a\n  userPools:", `5: authorizer.identitySource: want method.request.header.NAME, got "method.request.querystring.a"`},
		{"cognito", "userPools:", "identitySource: [method.request.header.A, method.request.header.B]\n  userPools:", `5: authorizer.identitySource: want one, method.request.header.NAME, got 2`},
		{"cognito", "userPools:", "function: token\n  userPools:", `5: authorizer.function: has no part in authorization COGNITO_USER_POOLS`},
		{"cognito", "authorizer:\n  userPools: [arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc]\n", "", `1: authorizer: is missing`},
		{"token", "function: token", "function: ../token", `5: authorizer.function: want the name of a function, 1 to 64 of a-z A-Z 0-9 - _, got "../token"`},
		{"lambda", ", $context.routeKey", "", `6: authorizer.identitySource: want $context.routeKey among them: a simple answer that is kept counts for every route otherwise`},
		{"lambda", "enableSimpleResponses: true", "enableSimpleResponses: true\n  payloadFormatVersion: '1.0'", `7: authorizer.enableSimpleResponses: want payload format 2.0`},
		{"lambda", "enableSimpleResponses: true", "payloadFormatVersion: '3.0'", `7: authorizer.payloadFormatVersion: want "1.0" or "2.0", got "3.0"`},
		{"lambda", "$request.header.Authorization", "method.request.header.Authorization", `6: authorizer.identitySource: want $request.header.NAME, $request.querystring.NAME, $context.NAME or $stageVariables.NAME, got "method.request.header.Authorization"`},
		{"lambda", "https://a.example", "a.example", `8: cors.allowOrigins.0: want "*", https://*, http://* or an origin such as https://app.example.com, got "a.example"`},
		{"lambda", "https://a.example", "https://a.example/", `8: cors.allowOrigins.0: want "*", https://*, http://* or an origin such as https://app.example.com, got "https://a.example/"`},
		{"lambda", "https://a.example", "https://*.a.example", `8: cors.allowOrigins.0: want "*", https://*, http://* or an origin such as https://app.example.com, got "https://*.a.example"`},
		{"lambda", "[https://a.example]", "https://a.example", `8: want a list, got "https:/..."`},
		{"lambda", "allowOrigins", "allowOrigin", `8: allowOrigin: a mode has no such member`},
		{"lambda", "[https://a.example]", "['*'], allowCredentials: true", `8: cors.allowCredentials: want allowOrigins without "*": API Gateway does not allow both`},
		{"lambda", "allowMethods: [GET]", "allowMethods: [get]", `8: cors.allowMethods.0: want a method in upper case or "*", got "get"`},
		{"lambda", "[x-a]", "['x a']", `8: cors.allowHeaders.0: want a header's name or "*", got "x a"`},
		{"lambda", "[x-a]", "[x-a], exposeHeaders: [x-b, 'y b']", `8: cors.exposeHeaders.1: want a header's name or "*", got "y b"`},
		{"lambda", "maxAge: 5", "maxAge: 86401", `8: cors.maxAge: want -1 to 86400 seconds, got 86401`},
		{"lambda", "maxAge: 5", "maxAge: 1.5", `8: cors.maxAge: want a whole number, got "1.5"`},
		{"lambda", "cors:", "apiKeyRequired: true\ncors:", `8: apiKeyRequired: API keys and usage plans are a REST or WebSocket API's`},
		{"lambda", "cors:", "integrationTimeoutInMillis: 30001\ncors:", `8: integrationTimeoutInMillis: want 50 to 30000, got 30001`},
		{"lambda", "cors:", "throttle: {rateLimit: 1, burstLimit: 1, methods: {$default: {rateLimit: 1, burstLimit: 1}}}\ncors:", `8: throttle.methods.$default: want a method and a path, such as GET /things/{id}`},
		{"lambda", "cors:", "usagePlan: {}\ncors:", `8: usagePlan: API keys and usage plans are a REST or WebSocket API's`},
		{"jwt", "audience: [a]", "", `4: authorizer.audience: want at least one, and none of them empty: without, tokens for anybody would be taken`},
		{"jwt", "audience: [a]", "audience: ['']", `6: authorizer.audience: want at least one, and none of them empty: without, tokens for anybody would be taken`},
		{"jwt", "audience: [a]", "audience: [a, ' ']", `6: authorizer.audience: want at least one, and none of them empty: without, tokens for anybody would be taken`},
		{"jwt", "audience: [a]", "audience: [" + strings.Repeat("a, ", 51) + "]", `6: authorizer.audience: want at most 50, got 51`},
		{"jwt", "audience: [a]", "audience: a", `6: want a list, got "a"`},
		{"jwt", "audience: [a]", "audience: [a]\n  function: token", `7: authorizer.function: has no part in authorization JWT`},
		{"jwt", "audience: [a]", "audience: [a]\n  identitySource: '$request.header.A, $request.header.B'", `7: authorizer.identitySource: want one, $request.header.NAME or $request.querystring.NAME, got 2`},
		{"jwt", "https://issuer.example", "http://issuer.example", `5: authorizer.issuer: want https:// and a host, with a path if need be, got "http://issuer.example"`},
		{"jwt", "https://issuer.example", "issuer.example", `5: authorizer.issuer: want https:// and a host, with a path if need be, got "issuer.example"`},
		{"jwt", "https://issuer.example", "https://user@issuer.example", `5: authorizer.issuer: want https:// and a host, with a path if need be, got "https://user@issuer.example"`},
		{"jwt", "https://issuer.example", "https://:443/a", `5: authorizer.issuer: want https:// and a host, with a path if need be, got "https://:443/a"`},
		{"jwt", "https://issuer.example", "https://issuer.example?a=b", `5: authorizer.issuer: want https:// and a host, with a path if need be, got "https://issuer.example?a=b"`},
		{"jwt", "https://issuer.example", "https://issuer.example/a b", `5: authorizer.issuer: want https:// and a host, with a path if need be, got "https://issuer.example/a b"`},
		{"jwt", "issuer: https://issuer.example", "identitySource: $request.header.Authorization", `4: authorizer.issuer: is missing: the stack's own user pool has audiences of its own`},
		{"jwt", "audience: [a]", "audience: [a]\n  identitySource: $context.path", `7: authorizer.identitySource: want $request.header.NAME or $request.querystring.NAME, got "$context.path"`},
		{"cache", "GET /things", "POST /things", `7: cache.methods.POST /things/{id}/{rest+}: want GET and a path, such as GET /things/{id}`},
		{"cache", "ttlInSeconds: 60", "ttlInSeconds: 0", `7: cache.methods.GET /things/{id}/{rest+}.ttlInSeconds: want 1 to 3600, got 0`},
		{"cache", "method.request.path.id, ", "", `7: cache.methods.GET /things/{id}/{rest+}.keyParameters: want method.request.path.id among them: the answer for one path would be served for others`},
		{"cache", "method.request.path.rest, ", "", `7: cache.methods.GET /things/{id}/{rest+}.keyParameters: want method.request.path.rest among them: the answer for one path would be served for others`},
		{"cache", "context.authorizer.principalId", "context.path", `7: cache.methods.GET /things/{id}/{rest+}.keyParameters: want method.request.path.NAME, method.request.header.NAME, method.request.querystring.NAME, context.authorizer.principalId or context.identity.userArn, got "context.path"`},
		{"cache", "cache:", "cache:\n  anyoneMayInvalidate: 'false'", `6: want true or false, got "false"`},
		{"cache", "cache:", "cache:\n  anyoneMayInvalidate: no", `6: cache.anyoneMayInvalidate: want true or false, got "no"`},
		{"cache", "ttlInSeconds: 60", "ttl: 60", `7: ttl: a mode has no such member`},
		{"cache", "ttlInSeconds: 60", "ttlInSeconds: long", `7: want a whole number, got "long"`},
		{"cache", "ttlInSeconds: 60", "ttlInSeconds: 60.0", `7: cache.methods.GET /things/{id}/{rest+}.ttlInSeconds: want a whole number, got "60.0"`},
		{"cache", "{statusCode: 404", "{status: 404", `9: status: a mode has no such member`},
		{"cache", "{X-A: b}", "{X A: b}", `9: gatewayResponses.ACCESS_DENIED.headers.X A: want a header's name and value (RFC 9110, section 5)`},
		{"cache", "cache:", "cache:\n  unauthorizedCacheControlHeaderStrategy: FAIL", `6: cache.unauthorizedCacheControlHeaderStrategy: want one of SUCCEED_WITH_RESPONSE_HEADER, SUCCEED_WITHOUT_RESPONSE_HEADER, FAIL_WITH_403`},
		{"cache", "ACCESS_DENIED", "DENIED", `9: gatewayResponses.DENIED: want one of ACCESS_DENIED, API_CONFIGURATION_ERROR, `},
		{"cache", "statusCode: 404", "statusCode: 99", `9: gatewayResponses.ACCESS_DENIED.statusCode: want 200 to 599, got 99`},
		{"cache", "X-A: b", "X-A: b, x-a: c", `9: gatewayResponses.ACCESS_DENIED.headers.x-a: stands there twice: the names of headers have no case`},
		{"cache", "X-A: b", "Content-length: 3", `9: gatewayResponses.ACCESS_DENIED.headers.Content-length: is the gateway's own: it says where an answer ends`},
		{"socket", "authorization: REQUEST", "authorization: TOKEN", `3: authorization: want one of NONE, AWS_IAM, REQUEST for a gateway of kind WEBSOCKET, got "TOKEN"`},
		{"socket", "authorization: REQUEST", "authorization: JWT", `3: authorization: want one of NONE, AWS_IAM, REQUEST for a gateway of kind WEBSOCKET, got "JWT"`},
		{"socket", "function: request", "function: request\n  resultTtlInSeconds: 0", `6: authorizer.resultTtlInSeconds: a WebSocket API keeps no answers, and its authorizer has none such`},
		{"socket", "function: request", "function: request\n  payloadFormatVersion: '2.0'", `6: authorizer.payloadFormatVersion: has no part in authorization REQUEST`},
		{"socket", "route.request.header.A", "$request.header.A", `6: authorizer.identitySource: want route.request.header.NAME, route.request.querystring.NAME, context.NAME or stageVariables.NAME, got "$request.header.A"`},
		{"socket", "route.request.header.A", "method.request.header.A", `6: authorizer.identitySource: want route.request.header.NAME, route.request.querystring.NAME, context.NAME or stageVariables.NAME, got "method.request.header.A"`},
		{"socket", "  quota:", "  methods: {GET /a: {rateLimit: 1, burstLimit: 1}}\n  quota:", `10: usagePlan.methods: is a REST API's: a WebSocket API counts a key where it connects, and nowhere else`},
		{"socket", "chat/send:", "GET /send:", `11: throttle.methods.GET /send: want a route key, such as $default`},
		{"socket", "apiKeyRequired: true\n", "integrationTimeoutInMillis: 29001\napiKeyRequired: true\n", `7: integrationTimeoutInMillis: want 50 to 29000, got 29001`},
		{"socket", "apiKeyRequired: true\n", "cors: {}\napiKeyRequired: true\n", `7: cors: is an HTTP API's`},
		{"socket", "apiKeyRequired: true\n", "cache: {}\napiKeyRequired: true\n", `7: cache: is a REST API's`},
		{"socket", "apiKeyRequired: true\n", "accessLogFormat: $context.requestId $context.identity.apiKey\napiKeyRequired: true\n", `7: accessLogFormat: want no $context.identity.apiKey in it: it is a credential, or can quote one, and would be logged`},
		{"cache", "X-A: b", `X-A: "b\r\nX-B: c"`, `9: gatewayResponses.ACCESS_DENIED.headers.X-A: want a header's name and value (RFC 9110, section 5)`},
		{"cache", "X-A: b", `X-A: "b\x01"`, `9: gatewayResponses.ACCESS_DENIED.headers.X-A: want a header's name and value (RFC 9110, section 5)`},
		{"cache", "X-A: b", `X-A: "b\x7F"`, `9: gatewayResponses.ACCESS_DENIED.headers.X-A: want a header's name and value (RFC 9110, section 5)`},
	}
	for _, test := range tests {
		text := strings.Replace(bases[test.base], test.old, test.new, 1)
		m, err := modes.Parse("test.yaml", []byte(text))
		wrong := (*modes.Error)(nil)
		if text == bases[test.base] || !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), "test.yaml:"+test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s, %s: %v\n got %v\nwant test.yaml:%s", test.base, test.new, m != nil, err, test.want)
		}
	}
	if _, err := modes.Parse("test.yaml", nil); err == nil {
		t.Error("an empty file is a mode")
	}
	if _, err := modes.Parse("test.yaml", make([]byte, 2<<20)); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("a file of 2 MB: %v", err)
	}
}

// TestParseRefusesAllAtOnce: each problem is a line, in the order of the file, and one does not hide another.
func TestParseRefusesAllAtOnce(t *testing.T) {
	tests := []struct{ file, text, want string }{
		{"keys.yaml", `name: an other
gateway: REST
authorization: NONE
apiKeyRequired: true
apiKeySource: COOKIE
usagePlan:
  throttle: {rateLimit: -1, burstLimit: -1}
  methods: {/things: {rateLimit: 1, burstLimit: 1}, /others: {rateLimit: 1, burstLimit: 1}}
  quota: {limit: 0, period: YEAR}
  localKeys: [{value: short}, {name: b, value: short}]
cors: {}
payloadFormatVersion: "2.0"
stageVariables: {a b: c, d e: f}
binaryMediaTypes: [png, gif]
integrationTimeoutInMillis: 49
accessLogFormat: $context.identity.apiKey
gatewayResponses: {DENIED: {statusCode: 99, headers: {X A: b, Te: a}}, OTHER: {}}
cache:
  unauthorizedCacheControlHeaderStrategy: FAIL
  methods:
    POST /things: {ttlInSeconds: 0, keyParameters: [a, b]}
    GET /{id}: {}
`, `1: name; 5: apiKeySource; 7: usagePlan.throttle.rateLimit; 7: usagePlan.throttle.burstLimit; 8: usagePlan.methods./others; 8: usagePlan.methods./things; 9: usagePlan.quota.limit; 9: usagePlan.quota.period; ` +
			`10: usagePlan.localKeys.0.name; 10: usagePlan.localKeys.0.value; 10: usagePlan.localKeys.1.value; 11: cors; 12: payloadFormatVersion; 13: stageVariables.a b; 13: stageVariables.d e; 14: binaryMediaTypes.0; 14: binaryMediaTypes.1; ` +
			`15: integrationTimeoutInMillis; 16: accessLogFormat; 16: accessLogFormat; 17: gatewayResponses.DENIED; 17: gatewayResponses.DENIED.statusCode; 17: gatewayResponses.DENIED.headers.Te; 17: gatewayResponses.DENIED.headers.X A; 17: gatewayResponses.OTHER; ` +
			`19: cache.unauthorizedCacheControlHeaderStrategy; 21: cache.methods.POST /things; 21: cache.methods.POST /things.ttlInSeconds; 21: cache.methods.POST /things.keyParameters; 21: cache.methods.POST /things.keyParameters; 22: cache.methods.GET /{id}.keyParameters`},
		{"lambda.yaml", `name: lambda
gateway: HTTP
authorization: REQUEST
authorizer: {identitySource: [a, b], payloadFormatVersion: "3", resultTtlInSeconds: 3601}
cors: {allowOrigins: [a, b], allowMethods: [get, put], allowHeaders: [a b], exposeHeaders: [c d], maxAge: 86401}
apiKeyRequired: true
usagePlan: {}
cache: {}
binaryMediaTypes: [image/png]
localCallers: [{}]
throttle: {}
`, `4: authorizer.function; 4: authorizer.payloadFormatVersion; 4: authorizer.identitySource; 4: authorizer.identitySource; 4: authorizer.resultTtlInSeconds; ` +
			`5: cors.allowOrigins.0; 5: cors.allowOrigins.1; 5: cors.allowMethods.0; 5: cors.allowMethods.1; 5: cors.allowHeaders.0; 5: cors.exposeHeaders.0; 5: cors.maxAge; 6: apiKeyRequired; 7: usagePlan; 8: cache; 9: binaryMediaTypes; 10: localCallers; 11: throttle.rateLimit; 11: throttle.burstLimit`},
		{"iam.yaml", `name: iam
gateway: REST
authorization: AWS_IAM
localCallers: [{}, {accessKeyId: a}]
`, `4: localCallers.0.accessKeyId; 4: localCallers.0.secretAccessKey; 4: localCallers.0.arn; 4: localCallers.1.accessKeyId; 4: localCallers.1.secretAccessKey; 4: localCallers.1.arn`},
		{"jwt.yaml", `name: jwt
gateway: HTTP
authorization: JWT
authorizer: {issuer: a, audience: []}
`, `4: authorizer.issuer; 4: authorizer.audience`},
		{"open.yaml", `name: open
gateway: WEBSOCKET
authorization: NONE
`, `3: authorization`}, // which guards nothing
		{"foreign.yaml", `name: foreign
gateway: HTTP
authorization: JWT
authorizer: {function: a, userPools: [b]}
`, `4: authorizer.function; 4: authorizer.userPools`},
		{"unknown.yaml", `name: an other
gateway: SOAP
cors: {maxAge: 86401}
`, `1: name; 2: gateway`}, // of whose kind nothing is known
		{"form.yaml", `name: []
gatway: REST
throttle: {rate: 1}
`, `1: want a text, got a list; 2: gatway; 3: rate`},
	}
	for _, test := range tests {
		_, err := modes.Parse(test.file, []byte(test.text))
		wrong := (modes.Errors)(nil)
		if !errors.As(err, &wrong) {
			t.Errorf("%s: error %v", test.file, err)
			continue
		}
		var got []string
		for _, w := range wrong {
			member, _, _ := strings.Cut(w.Reason, ": ")
			got = append(got, fmt.Sprintf("%d: %s", w.Line, member))
		}
		if text := strings.Join(got, "; "); text != test.want {
			t.Errorf("%s: got\n%s\nwant\n%s", test.file, text, test.want)
		}
		if lines := strings.Split(err.Error(), "\n"); len(lines) != len(got) || !strings.HasPrefix(lines[0], test.file+":") {
			t.Errorf("%s: the error is %q", test.file, err)
		}
	}
}

// TestLoadAllRefusesAllAtOnce: what is wrong with a file does not hide what is wrong with another.
func TestLoadAllRefusesAllAtOnce(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml": "name: a\ngateway: SOAP\n", "b.yaml": bases["token"], "c.yaml": "nam: c\n",
		"test.yaml": bases["token"],
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if m, err := modes.Load(filepath.Join(folder, "b.yaml")); err != nil || m.Name != "test" {
		t.Errorf("outside of a folder of modes: %+v, error %v", m, err)
	}
	_, err := modes.LoadAll(folder)
	want := `a.yaml:2: gateway: want REST, HTTP or WEBSOCKET, got "SOAP"
b.yaml:1: name: want the file's name, "b", got "test"
c.yaml:1: nam: a mode has no such member`
	if err == nil || strings.ReplaceAll(err.Error(), folder+string(filepath.Separator), "") != want {
		t.Errorf("error %v\nwant %s", err, want)
	}
}

// TestAccepted: what is close to what is refused, and is none of it.
func TestAccepted(t *testing.T) {
	tests := []struct{ base, old, new string }{
		{"token", "stageVariables: {alias: live}", "accessLogFormat: $context.requestId. $context.identity.apiKeyId $context.error.messages $context.error.responseType"},
		{"token", "stageVariables: {alias: live}", "accessLogFormat: $context.requestId $context.error.message $context.error.messageString"},
		{"socket", "apiKeyRequired: true", "apiKeyRequired: true\naccessLogFormat: $context.requestId $context.error.message $context.error.messageString"},
		{"iam", "authorization: AWS_IAM", "authorization: AWS_IAM\naccessLogFormat: $context.requestId $context.error.messages"},
		{"lambda", "cors:", "accessLogFormat: $context.requestId $context.error.message\ncors:"}, // an HTTP API's errors quote nothing
		{"iam", "REST\nauthorization: AWS_IAM", "HTTP\nauthorization: AWS_IAM\naccessLogFormat: $context.requestId $context.error.message $context.error.messageString"},
		{"lambda", "cors:", "accessLogFormat: $context.requestId $context.identity.apiKey\ncors:"}, // nor has it keys
		{"token", "stageVariables: {alias: live}", "accessLogFormat: >\n  $context.requestId\n  $context.status\n"},
		{"token", "resultTtlInSeconds: 300", "userPools: []"}, // asks for nothing
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 0, burstLimit: 0}"},
		{"token", "stageVariables: {alias: live}", "throttle: "},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: 1, public: {rateLimit: 0, burstLimit: 0}}"},
		{"token", "stageVariables: {alias: live}", "throttle: {rateLimit: 1, burstLimit: 1, public: }"},
		{"token", "stageVariables: {alias: live}", "throttle: &limit {rateLimit: 0.5, burstLimit: 1}\nstageVariables: {}"},
		{"keys", "methods: {\"GET /things\": {rateLimit: 1, burstLimit: 2}}", "methods: {\"GET /a\": &limit {rateLimit: 1, burstLimit: 2}, \"GET /b\": *limit}"},
		{"token", "stageVariables: {alias: live}", "requestValidation: {body: true, parameters: }"},
		{"jwt", "https://issuer.example", "https://issuer.example:8443/realms/a"},
		{"jwt", "audience: [a]", "audience: [" + strings.Repeat("a, ", 50) + "]"},
		{"lambda", "https://a.example", "http://localhost:8080"},
		{"lambda", "[https://a.example]", "[https://*, 'http://*']"},
		{"socket", "  identitySource: [route.request.header.A, route.request.querystring.b, context.identity.sourceIp, stageVariables.c]\n", ""}, // nothing is kept by it
		{"socket", "authorization: REQUEST\nauthorizer:\n  function: request\n  identitySource: [route.request.header.A, route.request.querystring.b, context.identity.sourceIp, stageVariables.c]\napiKeyRequired: true\napiKeySource: AUTHORIZER", "authorization: NONE\napiKeyRequired: true"},
	}
	for _, test := range tests {
		text := strings.Replace(bases[test.base], test.old, test.new, 1)
		if m, err := modes.Parse("test.yaml", []byte(text)); text == bases[test.base] || err != nil || m.Check() != nil {
			t.Errorf("%s, %s: %v", test.base, test.new, err)
		}
	}
}

// TestSources: identity sources may be a text with commas or a list.
func TestSources(t *testing.T) {
	for text, want := range map[string]string{
		"method.request.header.A, method.request.header.B":   "method.request.header.A|method.request.header.B",
		"[method.request.header.A, method.request.header.B]": "method.request.header.A|method.request.header.B",
		"method.request.header.A":                            "method.request.header.A",
	} {
		base := strings.Replace(bases["request"], "[method.request.header.A, method.request.querystring.b, context.identity.sourceIp, stageVariables.c]", text, 1)
		m, err := modes.Parse("test.yaml", []byte(base))
		if err != nil || strings.Join(m.Authorizer.IdentitySource, "|") != want {
			t.Errorf("%s: %v, %v", text, m, err)
		}
	}
}

// FuzzParse: what is taken for a mode is one that Check finds nothing wrong with, and what is refused names the file.
func FuzzParse(f *testing.F) {
	for _, text := range bases {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := modes.Parse("test.yaml", text)
		switch {
		case err == nil && m.Check() != nil:
			t.Errorf("taken, and %v", m.Check())
		case err != nil:
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if !strings.HasPrefix(line, "test.yaml:") {
					t.Errorf("error %q", err)
				}
			}
		}
	})
}
