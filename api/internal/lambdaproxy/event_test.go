package lambdaproxy_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"portcullis/api/internal/lambdaproxy"
)

// FuzzEvent compares what a function is given of an event with what encoding/json makes of it.
func FuzzEvent(f *testing.F) {
	for _, event := range []string{
		`{"resource":"/users/{id}","path":"/users/7","httpMethod":"GET","headers":{"Host":"a","Accept":"*/*"},"multiValueHeaders":{"Host":["a"],"Accept":["*/*"]},` +
			`"queryStringParameters":{"a":"2"},"multiValueQueryStringParameters":{"a":["1","2"]},"pathParameters":{"id":"7"},"stageVariables":null,` +
			`"requestContext":{"resourceId":"r","authorizer":{"sub":"a","n":1},"path":"/test/users/7","requestId":"i","identity":{"sourceIp":"::1","user":null}},"body":"{\"a\":\"\u00e9\"}","isBase64Encoded":true}`,
		`{"version":"2.0","routeKey":"GET /users/{id}","rawPath":"/users/7","rawQueryString":"","cookies":["a=b"],"headers":{"host":"a"},` +
			`"requestContext":{"http":{"method":"GET","path":"/users/7"},"requestId":"i"},"pathParameters":{"id":"7"},"isBase64Encoded":false}`,
		`{"version":"1.0","type":null,"resource":"/users","httpMethod":"GET","headers":null,"body":null}`,
		`{"resource":"/users","HTTPMETHOD":"GET","headers":{"a":"b","a":"c"},"path":"1","path":"2"}`,
		`{"resource":"/users","httpMethod":"GET","requestContext":{"http":{"method":"PUT","Method":"GET"}}}`,
		`{"resource":"/users","httpMethod":1}`, `{"type":"TOKEN","resource":"/users","httpMethod":"GET"}`, `null`, `{`,
	} {
		f.Add(event)
	}
	f.Fuzz(func(t *testing.T, event string) {
		var got *lambdaproxy.Event
		lambdaproxy.Invoke([]byte(event), lambdaproxy.CORS{}, func(e *lambdaproxy.Event) lambdaproxy.Answer {
			got = e
			return lambdaproxy.Answer{}
		})
		var want lambdaproxy.Event
		err := json.Unmarshal([]byte(event), &want)
		switch {
		case got != nil && (err != nil || !reflect.DeepEqual(*got, want)):
			t.Errorf("%s: %+v, want %+v, %v", event, *got, want, err)
		case got == nil && err == nil && want.Type == "" && want.Version == "" && want.HTTPMethod != "" && want.Resource != "":
			t.Errorf("%s: refused", event)
		}
	})
}
