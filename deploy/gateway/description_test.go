package gateway_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
)

// shipped describes a mode of deploy/modes with the contract of this module.
func shipped(t *testing.T, name string) gateway.Description {
	t.Helper()
	contract, err := contract.Load("../../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Load("../modes/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return describe(t, gateway.Config{Contract: contract, Mode: m})
}

func describe(t *testing.T, config gateway.Config) gateway.Description {
	t.Helper()
	config.Tokens, config.Functions = nobody{}, map[string]gateway.Invoker{}
	for _, name := range []string{"token", "request", "jwt", "users", "tokens", "things"} {
		config.Functions[name] = stuck{}
	}
	g, err := gateway.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return g.Description()
}

func operationText(o gateway.OperationDescription) string {
	text := fmt.Sprintf("%s by %q scopes %v key %v parameters %v models %v", o.Authorization, o.Function, o.Scopes, o.APIKeyRequired, o.RequiredParameters, o.Models)
	if o.Throttle != nil {
		text += fmt.Sprintf(" throttle %+v", *o.Throttle)
	}
	if o.Cache != nil {
		text += fmt.Sprintf(" cache %+v", *o.Cache)
	}
	return text
}

// TestDescriptionOfOperations: what each shipped mode makes of an operation with a body and parameters.
func TestDescriptionOfOperations(t *testing.T) {
	const rest = "parameters [method.request.path.id] models [$default application/json]"
	const limit = " throttle {Rate:1000 Burst:500}"
	for name, want := range map[string]string{
		"rest-api-key": `NONE by "users" scopes [] key true ` + rest + limit,
		"rest-iam":     `AWS_IAM by "users" scopes [] key false ` + rest + limit,
		"rest-cognito": `COGNITO_USER_POOLS by "users" scopes [users/write] key false ` + rest + limit,
		"rest-token":   `CUSTOM by "users" scopes [] key false ` + rest,
		"rest-request": `CUSTOM by "users" scopes [] key true ` + rest + limit,
		"http-jwt":     `JWT by "users" scopes [users/write] key false parameters [] models []` + limit,
		"http-lambda":  `CUSTOM by "users" scopes [] key false parameters [] models []` + limit,
		"http-iam":     `AWS_IAM by "users" scopes [] key false parameters [] models []` + limit,
	} {
		d := shipped(t, name)
		if got := operationText(d.Operations["PUT /users/{id}"]); got != want {
			t.Errorf("%s: PUT /users/{id} is\n%s, want\n%s", name, got, want)
		}
		operations, preflight := 9, ""
		if strings.HasPrefix(name, "rest") {
			operations, preflight = 15, `NONE by "" scopes [] key false parameters [] models []`
		}
		if got := d.Operations["OPTIONS /users"]; len(d.Operations) != operations || preflight != "" && !strings.HasPrefix(operationText(got), preflight) {
			t.Errorf("%s: %d operations, the preflight is %s", name, len(d.Operations), operationText(got))
		}
	}
}

// TestDescriptionOfAPIs: the rest of what the shipped modes set.
func TestDescriptionOfAPIs(t *testing.T) {
	const expression = `^((?i:bearer) )?[-_A-Za-z0-9]+\\.[-_A-Za-z0-9]+\\.[-_A-Za-z0-9]+$`
	const authorizer = `"IdentityValidationExpression":%q,"ResultTTL":%d,"PayloadFormatVersion":%q,"EnableSimpleResponses":false,"UserPools":%s,"Issuer":"","Audience":null}`
	for name, want := range map[string]string{
		"rest-api-key": "null",
		"rest-iam":     "null",
		"rest-cognito": `{"Type":"COGNITO_USER_POOLS","IdentitySources":["method.request.header.Authorization"],` + fmt.Sprintf(authorizer, "", 0, "", `[""]`),
		"rest-token":   `{"Type":"TOKEN","IdentitySources":["method.request.header.Authorization"],` + strings.Replace(fmt.Sprintf(authorizer, "", 300_000_000_000, "", "null"), `""`, `"`+expression+`"`, 1),
		"rest-request": `{"Type":"REQUEST","IdentitySources":null,` + fmt.Sprintf(authorizer, "", 0, "", "null"),
		"http-jwt":     `{"Type":"JWT","IdentitySources":["$request.header.Authorization"],` + fmt.Sprintf(authorizer, "", 0, "", "null"),
		"http-lambda":  `{"Type":"REQUEST","IdentitySources":["$request.header.Authorization"],` + fmt.Sprintf(authorizer, "", 300_000_000_000, "2.0", "null"),
		"http-iam":     "null",
	} {
		d := shipped(t, name)
		if got, _ := json.Marshal(d.Authorizer); string(got) != want {
			t.Errorf("%s: the authorizer is\n%s, want\n%s", name, got, want)
		}
		isREST, keyed := strings.HasPrefix(name, "rest"), name == "rest-api-key" || name == "rest-request"
		if (d.APIKeySource != "") != isREST || (d.APIKeySource == "AUTHORIZER") != (name == "rest-request") || (len(d.UsagePlans) == 1) != keyed {
			t.Errorf("%s: keys from %q, plans %v", name, d.APIKeySource, d.UsagePlans)
		}
		if (d.CORS == nil) != isREST || (d.PayloadFormatVersion == "") != isREST || d.StageVariables["alias"] != "live" {
			t.Errorf("%s: CORS %v, version %q, variables %v", name, d.CORS, d.PayloadFormatVersion, d.StageVariables)
		}
		if want := map[bool]time.Duration{true: 29 * time.Second, false: 30 * time.Second}[isREST]; d.IntegrationTimeout != want {
			t.Errorf("%s: timeout %v", name, d.IntegrationTimeout)
		}
	}
	plan := shipped(t, "rest-request").UsagePlans[0]
	if *plan.Throttle != (usage.Throttle{Rate: 50, Burst: 20}) || *plan.Quota != (usage.Quota{Limit: 100_000, Period: usage.Month}) {
		t.Errorf("%+v, %+v", *plan.Throttle, *plan.Quota)
	}
	if got := shipped(t, "http-jwt").CORS; !reflect.DeepEqual(got.AllowOrigins, []string{"*"}) || got.MaxAge != 86400 {
		t.Errorf("%+v", got)
	}
}

// TestDescriptionOfWhatModesRarelyHave: caches, limits of single methods, binary media, catch-alls.
func TestDescriptionOfWhatModesRarelyHave(t *testing.T) {
	var config gateway.Config
	newStage(t, func(c *gateway.Config) {
		m, err := modes.Parse("test.yaml", []byte(modeText+`binaryMediaTypes: [image/*]
throttle: {rateLimit: 5, burstLimit: 2, methods: {"GET /things": {rateLimit: 1, burstLimit: 0}}}
cache: {methods: {"GET /things/{id}": {ttlInSeconds: 60, keyParameters: [method.request.path.id, context.authorizer.principalId]}}}
`))
		if err != nil {
			t.Fatal(err)
		}
		c.Mode, config = m, gateway.Config{Contract: c.Contract, Mode: m}
	})
	d := describe(t, config)
	for key, want := range map[string]string{
		"GET /open":        `NONE by "things" scopes [] key false parameters [] models [] throttle {Rate:5 Burst:2}`,
		"GET /things":      `CUSTOM by "things" scopes [] key false parameters [] models [] throttle {Rate:1 Burst:0}`,
		"GET /things/{id}": `CUSTOM by "things" scopes [] key false parameters [method.request.path.id] models [] throttle {Rate:5 Burst:2} cache {TTL:1m0s KeyParameters:[method.request.path.id context.authorizer.principalId]}`,
		"GET /search":      `CUSTOM by "things" scopes [] key false parameters [method.request.header.x-header-param method.request.querystring.qs1] models [] throttle {Rate:5 Burst:2}`,
		"PUT /things":      `CUSTOM by "things" scopes [] key false parameters [] models [application/json] throttle {Rate:5 Burst:2}`,
	} {
		if got := operationText(d.Operations[key]); got != want {
			t.Errorf("%s is\n%s, want\n%s", key, got, want)
		}
	}
	if !reflect.DeepEqual(d.BinaryMediaTypes, []string{"image/*"}) {
		t.Errorf("binary media types %v", d.BinaryMediaTypes)
	}
	contract, err := contract.Parse("contract.yaml", []byte(with(httpContract, "  /: {get: {}}\n", "  /$default: {x-amazon-apigateway-any-method: {}}\n")))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse("test.yaml", []byte(httpModeText))
	if err != nil {
		t.Fatal(err)
	}
	d = describe(t, gateway.Config{Contract: contract, Mode: m})
	for _, key := range []string{"$default", "ANY /any", "POST /any", "ANY /any/{proxy+}"} {
		if d.Operations[key].Authorization != "CUSTOM" {
			t.Errorf("%s is %s", key, operationText(d.Operations[key]))
		}
	}
	if len(d.Operations) != 14 {
		t.Errorf("%d operations: %v", len(d.Operations), d.Operations)
	}
}

// TestDescriptionSharesNothing: who changes a description changes no gateway.
func TestDescriptionSharesNothing(t *testing.T) {
	var g *gateway.Gateway
	s := newHTTPStage(t, httpModeText+"cors: {allowOrigins: [https://a.example]}\n", nil)
	g = s.handler.(*gateway.Gateway)
	d := g.Description()
	d.CORS.AllowOrigins[0], d.StageVariables["alias"], d.Authorizer.IdentitySources[0] = "*", "other", ""
	if again := g.Description(); again.CORS.AllowOrigins[0] != "https://a.example" || again.StageVariables["alias"] != "live" || again.Authorizer.IdentitySources[0] == "" {
		t.Errorf("%+v", again)
	}
}
