package main_test

import (
	"testing"

	"portcullis/deploy/testtools/binarytest"
)

// TestBinary drives the function over the Lambda Runtime API.
func TestBinary(t *testing.T) {
	binary := binarytest.Build(t, "users")
	t.Run("serves", func(t *testing.T) {
		binarytest.Serve(t, binary.Start(t, "USERS_TABLE=:memory:"), []binarytest.Step{
			{`{"httpMethod":"POST","resource":"/users","body":"{\"id\":\"ann\",\"name\":\"Ann\"}"}`, `{"statusCode":201,`, ""},
			{`{"httpMethod":"GET","resource":"/users/{id}","pathParameters":{"id":"ann"}}`, `{"statusCode":200,`, ""},
			{`{"type":"TOKEN"}`, ``, "not an API Gateway proxy event"},
			{`{"httpMethod":"GET","resource":"/users/{id}","pathParameters":{"id":"bob"}}`, `{"statusCode":404,`, ""},
		})
	})
	t.Run("calls nobody before an event", func(t *testing.T) {
		binary.CallsNobody(t, `{"httpMethod":"DELETE","resource":"/users"}`, `{"httpMethod":"GET","resource":"/users"}`, "USERS_TABLE=users")
	})
	t.Run("logs an event of another kind", func(t *testing.T) {
		binary.LogsOneLine(t, `{"type":"TOKEN"}`, "not an API Gateway proxy event", "USERS_TABLE=:memory:")
	})
	t.Run("refuses a bad variable", func(t *testing.T) {
		binary.Refuses(t, `ALLOWED_ORIGINS is \"example.com\": want`, "USERS_TABLE=:memory:", "ALLOWED_ORIGINS=example.com")
	})
}
