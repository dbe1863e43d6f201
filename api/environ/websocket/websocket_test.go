package websocket_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"portcullis/api/contract"
	"portcullis/api/environ"
	"portcullis/api/environ/websocket"
	"portcullis/api/live"
	"portcullis/policy"
)

// file writes rules.json of the contract that ships, and gives its path.
func file(t *testing.T) string {
	t.Helper()
	read, err := contract.Load("../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := read.Rules()
	if err != nil {
		t.Fatal(err)
	}
	return write(t, rules, policy.Source{Name: "openapi.yaml", SHA256: fmt.Sprintf("%x", sha256.Sum256(read.Text))})
}

// write writes rules.json of rules, and gives its path.
func write(t *testing.T, rules *policy.Rules, source policy.Source) string {
	t.Helper()
	text, err := rules.Encode(source)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), policy.RulesFile)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// noTable opens no table of revocations.
func noTable(context.Context, aws.Config, string) (each, remembered live.Revocations, err error) {
	return nil, nil, errors.New("there is none")
}

// TestLive: what the variables say is what the function does with a client that connects.
func TestLive(t *testing.T) {
	rules := file(t)
	const event = `{"headers":{"Origin":"https://app.example.com","Sec-WebSocket-Protocol":%q},"requestContext":{"routeKey":"$connect","eventType":"CONNECT","connectionId":"c","authorizer":{"grant":"1;;;"}}}`
	for _, test := range []struct {
		name            string
		origins, places string
		offered         string
		want            string
	}{
		{"by default", "", "", "token, a.b.c", `{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"token"}}`},
		{"origins", "https://a.example.com, https://app.example.com", "", "token, a.b.c", `{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"token"}}`},
		{"other origins", "https://a.example.com", "", "", `{"statusCode":403,"body":"{\"message\":\"Forbidden\"}"}`},
		{"another subprotocol", "", "bearer, protocol:jwt,query:t", "jwt, a.b.c", `{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"jwt"}}`},
		{"another than is offered", "", "protocol:jwt", "token, a.b.c", `{"statusCode":200}`},
		{"no subprotocol", "", "bearer", "token, a.b.c", `{"statusCode":200}`},
	} {
		var log bytes.Buffer
		variables := map[string]string{websocket.Rules: rules, environ.AllowedOrigins: test.origins, websocket.TokenSources: test.places}
		handler, err := websocket.Live(t.Context(), func(name string) string { return variables[name] }, noTable, slog.New(slog.NewJSONHandler(&log, nil)))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got, err := handler.Invoke(t.Context(), fmt.Appendf(nil, event, test.offered)); err != nil || string(got) != test.want {
			t.Errorf("%s: %s, %v; want %s", test.name, got, err, test.want)
		}
		if !strings.Contains(log.String(), `"msg":"rules","contract":"openapi.yaml","sha256":"`) {
			t.Errorf("%s: the log does not say by which rules is decided: %s", test.name, &log)
		}
	}
}

// TestRefused: a bad value names its variable.
func TestRefused(t *testing.T) {
	rules := file(t)
	withPattern, err := policy.NewRules([]policy.Rule{{Route: policy.Route{Method: "send"}, Message: `{"pattern":"a"}`}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	unknown := write(t, withPattern, policy.Source{Name: "a", SHA256: strings.Repeat("0", 64)})
	for _, test := range []struct{ rules, origins, variable, want string }{
		{unknown, "", websocket.Rules, fmt.Sprintf("%q: want a file of rules: send: the schema of its messages: pattern: is no word", unknown)},
		{"/nowhere/rules.json", "", websocket.Rules, "no such file"},
		{"../../openapi.yaml", "", websocket.Rules, "is an OpenAPI document"},
		{"", "", websocket.Rules, policy.RulesFile}, // there is none beside the test
		{rules, "app.example.com", environ.AllowedOrigins, "scheme://host"},
	} {
		variables := map[string]string{websocket.Rules: test.rules, environ.AllowedOrigins: test.origins}
		handler, err := websocket.Live(t.Context(), func(name string) string { return variables[name] }, noTable, slog.New(slog.DiscardHandler))
		if wrong := (*environ.Error)(nil); !errors.As(err, &wrong) || wrong.Variable != test.variable || !strings.Contains(err.Error(), test.want) || handler != nil {
			t.Errorf("%+v: error %v", test, err)
		}
	}
}
