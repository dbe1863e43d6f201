package main_test

import (
	"os"
	"testing"

	"portcullis/deploy/testtools/binarytest"
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
			{`{"type":"TOKEN"}`, ``, "not an API Gateway event of a WebSocket API"},
			{event(t, "disconnect"), `{"statusCode":200}`, ""},
		})
	})
	t.Run("refuses a bad variable", func(t *testing.T) {
		binary.Refuses(t, `ALLOWED_ORIGINS is \"example.com\": want`, "ALLOWED_ORIGINS=example.com")
	})
	t.Run("refuses rules that are not there", func(t *testing.T) {
		binary.Refuses(t, `RULES is \"/nowhere/rules.json\": want a file of rules`, "RULES=/nowhere/rules.json")
	})
}
