package gateway_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestProxyEvent(t *testing.T) {
	s := newStage(t, nil)
	s.send(t, "POST /test/things?a=1&a=2&b=x+y%2B\nAuthorization: Bearer all\nX-Two: 1\nX-Two: 2\nUser-Agent: tester\n\n{\"name\":\"ä\"}")
	event := s.things.last(t)
	want := map[string]any{
		"resource": "/things", "path": "/things", "httpMethod": "POST", "isBase64Encoded": false, "body": `{"name":"ä"}`,
		"pathParameters": nil, "stageVariables": map[string]any{"alias": "live"},
		"queryStringParameters":           map[string]any{"a": "2", "b": "x y+"},
		"multiValueQueryStringParameters": map[string]any{"a": []any{"1", "2"}, "b": []any{"x y+"}},
	}
	for key, value := range want {
		if fmt.Sprint(event[key]) != fmt.Sprint(value) {
			t.Errorf("%s is %v, want %v", key, event[key], value)
		}
	}
	keys(t, "event", event, "body headers httpMethod isBase64Encoded multiValueHeaders multiValueQueryStringParameters path pathParameters queryStringParameters requestContext resource stageVariables")
	headers, _ := event["headers"].(map[string]any)
	multi, _ := event["multiValueHeaders"].(map[string]any)
	if headers["X-Two"] != "2" || fmt.Sprint(multi["X-Two"]) != "[1 2]" || headers["Authorization"] != "Bearer all" || headers["Host"] == nil || headers["X-Forwarded-For"] != "127.0.0.1" {
		t.Errorf("headers %v, %v", headers, multi)
	}
	context, _ := event["requestContext"].(map[string]any)
	keys(t, "requestContext", context, "accountId apiId authorizer deploymentId domainName domainPrefix extendedRequestId httpMethod identity operationName path protocol requestId requestTime requestTimeEpoch resourceId resourcePath stage")
	for key, value := range map[string]any{"operationName": "makeThing", "path": "/test/things", "stage": "test", "resourcePath": "/things", "httpMethod": "POST", "protocol": "HTTP/1.1", "accountId": "123456789012", "requestTime": "17/Mar/2030:17:46:40 +0000", "requestTimeEpoch": 1.9e12} {
		if context[key] != value {
			t.Errorf("requestContext.%s is %v, want %v", key, context[key], value)
		}
	}
	identity, _ := context["identity"].(map[string]any)
	keys(t, "identity", identity, "accessKey accountId caller cognitoAuthenticationProvider cognitoAuthenticationType cognitoIdentityId cognitoIdentityPoolId principalOrgId sourceIp user userAgent userArn")
	if identity["sourceIp"] != "127.0.0.1" || identity["userAgent"] != "tester" || identity["user"] != nil {
		t.Errorf("identity %v", identity)
	}
	authorizer, _ := context["authorizer"].(map[string]any)
	if authorizer["principalId"] != "me" || authorizer["number"] != "7" || authorizer["flag"] != "true" || authorizer["text"] != "a" || authorizer["integrationLatency"] == nil {
		t.Errorf("authorizer %v", authorizer)
	}

	s.send(t, "GET /test/open")
	event = s.things.last(t)
	for _, key := range []string{"body", "pathParameters", "queryStringParameters", "multiValueQueryStringParameters"} {
		if value, present := event[key]; !present || value != nil {
			t.Errorf("%s is %v (present: %v), want null", key, value, present)
		}
	}
	if context, _ := event["requestContext"].(map[string]any); context["authorizer"] != nil {
		t.Errorf("an open method has an authorizer: %v", context["authorizer"])
	} else if _, there := context["operationName"]; there {
		t.Errorf("a method without a name has one: %v", context["operationName"])
	}
	s.send(t, "GET /test/things/a%20b%2F/\nAuthorization: Bearer all")
	event = s.things.last(t)
	if event["path"] != "/things/a%20b%2F/" || fmt.Sprint(event["pathParameters"]) != "map[id:a%20b%2F]" {
		t.Errorf("path %v, pathParameters %v", event["path"], event["pathParameters"])
	}
}

// TestNullInContext: what an authorizer answers as null is handed on as that, and the log says so when the authorizer is asked.
func TestNullInContext(t *testing.T) {
	var log bytes.Buffer
	s := newStage(t, func(c *setting) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	context := `{"none":null,"number":123,"nothing":null}`
	s.token.code = func([]byte) (string, error) {
		return `{"principalId":"me","policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}},"context":` + context + `}`, nil
	}
	for range 2 { // the second time the answer is the cache's
		s.send(t, "GET /test/things\nAuthorization: Bearer x")
		authorizer := member(t, s.things.last(t), "requestContext", "authorizer")
		if value, there := authorizer["none"]; !there || value != nil || authorizer["number"] != "123" {
			t.Errorf("authorizer %v", authorizer)
		}
	}
	if said := log.String(); strings.Count(said, "null") != 1 || !strings.Contains(said, "function=token") || !strings.Contains(said, `none`) || !strings.Contains(said, "nothing") {
		t.Errorf("the log says %s", said)
	}
	log.Reset()
	context = `{"none":"","number":0}`
	if s.send(t, "GET /test/things\nAuthorization: Bearer y"); log.Len() > 0 {
		t.Errorf("without a null the log says %s", &log)
	}
}

// TestNumberAsPrincipal: of a principalId that is a number functions get the text, to the digit.
func TestNumberAsPrincipal(t *testing.T) {
	s := newStage(t, nil)
	for token, id := range map[string]string{"a": "7", "b": "0", "c": "-1", "d": "12345678901234567890", "e": "1.50"} {
		s.token.code = func([]byte) (string, error) {
			return `{"principalId":` + id + `,"policyDocument":{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}}`, nil
		}
		s.send(t, "GET /test/things\nAuthorization: Bearer "+token)
		if got := member(t, s.things.last(t), "requestContext", "authorizer")["principalId"]; got != id {
			t.Errorf("principalId %v, want %q", got, id)
		}
	}
}

// keys checks that an object has exactly these members.
func keys(t *testing.T, what string, object map[string]any, want string) {
	t.Helper()
	for _, key := range strings.Fields(want) {
		if _, present := object[key]; !present {
			t.Errorf("%s has no %s", what, key)
		}
	}
	if len(object) != len(strings.Fields(want)) {
		t.Errorf("%s has %d members, want %d: %v", what, len(object), len(strings.Fields(want)), object)
	}
}
