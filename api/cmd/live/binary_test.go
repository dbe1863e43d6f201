package main_test

import (
	"net/http"
	"os"
	"testing"

	"portcullis/deploy/testtools/binarytest"
	"portcullis/deploy/testtools/faults"
)

// event is the text of one of the events that package live is tested with.
func event(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../live/testdata/events/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// tables are variables that name all tables.
var tables = []string{"CONNECTIONS_TABLE=connections", "CONNECTIONS_ENDPOINT=http://127.0.0.1:1/prod", "USERS_TABLE=users", "REVOCATION_TABLE=revocations"}

// TestBinary drives the function over the Lambda Runtime API.
func TestBinary(t *testing.T) {
	const (
		message = `{"requestContext":{"routeKey":"ping","eventType":"MESSAGE","messageId":"m","connectionId":"c","requestId":"r","authorizer":{"grant":`
		ping    = `}},"body":"{\"action\":\"ping\"}","isBase64Encoded":false}`
	)
	binary := binarytest.Build(t, "live")
	t.Run("serves", func(t *testing.T) {
		binarytest.Serve(t, binary.Start(t, "TOKEN_SOURCES=bearer,protocol:jwt"), []binarytest.Step{
			{event(t, "connect"), `{"statusCode":200}`, ""},
			{message + `"1;;7;apiKey=;"` + ping, `{"statusCode":200,"body":"{\"action\":\"ping\"}"}`, ""},
			{message + `"1;1705755297;7;bearer=;"` + ping, `{"statusCode":200,"body":"{\"message\": \"Forbidden\"`, ""},
			{`{"type":"TOKEN"}`, ``, "not an event of a WebSocket API, a DynamoDB stream or a schedule"},
			{event(t, "scheduled"), ``, "not an event of a WebSocket API, a DynamoDB stream or a schedule: nothing is done on a schedule here"},
			{event(t, "disconnect"), `{"statusCode":200}`, ""},
		})
	})
	t.Run("calls nobody before an event", func(t *testing.T) {
		// A message of no route is refused without a question.
		quiet := `{"requestContext":{"routeKey":"nothing","eventType":"MESSAGE","messageId":"m","connectionId":"c","requestId":"r"},"body":"{}"}`
		aws, calls := faults.Serve(t, faults.Says(http.StatusBadRequest, ""))
		f := binary.Start(t, append(tables, "AWS_ENDPOINT_URL="+aws, "AWS_EC2_METADATA_SERVICE_ENDPOINT="+aws, "AWS_DEFAULTS_MODE=auto", "HTTP_PROXY="+aws, "HTTPS_PROXY="+aws)...)
		binarytest.Serve(t, f, []binarytest.Step{{quiet, `{"statusCode":200,"body":"{\"message\": \"Forbidden\"`, ""}})
		if n := calls.Load(); n != 0 {
			t.Errorf("%d calls before an event needed one", n)
		}
		binarytest.Serve(t, f, []binarytest.Step{{event(t, "disconnect"), "", "GetItem"}})
		if calls.Load() == 0 {
			t.Error("nobody was called, so that this test would not see calls")
		}
	})
	t.Run("refuses a bad variable", func(t *testing.T) {
		binary.Refuses(t, `ALLOWED_ORIGINS is \"example.com\": want`, "ALLOWED_ORIGINS=example.com")
	})
	t.Run("refuses all bad variables at once", func(t *testing.T) {
		binary.Refuses(t, `USERS_TABLE is \":memory:\": want the name of a DynamoDB table, 3 to 255 characters out of a-z A-Z 0-9 _ . -\nCONNECTIONS_TABLE is \"\": want`, "USERS_TABLE=:memory:")
	})
	t.Run("refuses rules that are not there", func(t *testing.T) {
		binary.Refuses(t, `RULES is \"/nowhere/rules.json\": want a file of rules`, "RULES=/nowhere/rules.json")
	})
}
