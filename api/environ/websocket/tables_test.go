package websocket_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"portcullis/api/environ"
	"portcullis/api/environ/websocket"
	"portcullis/api/live"
)

// desk sets the AWS SDK's variables so that nothing of this machine's own configuration counts.
func desk(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "",
	} {
		t.Setenv(name, value)
	}
}

// wrong are the variables that an error names, in its order.
func wrong(err error) (variables []string) {
	switch e := err.(type) {
	case nil:
	case *environ.Error:
		return []string{e.Variable}
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			variables = append(variables, wrong(part)...)
		}
	default:
		return []string{err.Error()}
	}
	return variables
}

// TestTables: which tables go together, and what is said of those that do not: all at once.
func TestTables(t *testing.T) {
	rules := file(t)
	const endpoint = "https://abc.execute-api.eu-west-1.amazonaws.com/prod"
	for _, test := range []struct {
		name      string
		variables map[string]string
		wrong     string // the variables that the error names
		want      string // that it says
	}{
		{"none", nil, "", ""},
		{"connections", map[string]string{"CONNECTIONS_TABLE": "connections", "CONNECTIONS_ENDPOINT": endpoint}, "", ""},
		{"all", map[string]string{"CONNECTIONS_TABLE": "connections", "CONNECTIONS_ENDPOINT": endpoint, "USERS_TABLE": "users", "REVOCATION_TABLE": "revocations"}, "", ""},
		{"revocations", map[string]string{"REVOCATION_TABLE": "revocations"}, "", ""},
		{"a desk's endpoint", map[string]string{"CONNECTIONS_TABLE": "connections", "CONNECTIONS_ENDPOINT": "http://127.0.0.1:8080/live"}, "", ""},
		{"no endpoint", map[string]string{"CONNECTIONS_TABLE": "connections"}, "CONNECTIONS_ENDPOINT", "since CONNECTIONS_TABLE is set"},
		{"no table of connections", map[string]string{"CONNECTIONS_ENDPOINT": endpoint}, "CONNECTIONS_TABLE", "since CONNECTIONS_ENDPOINT is set"},
		{"users alone", map[string]string{"USERS_TABLE": "users"}, "CONNECTIONS_TABLE", "since USERS_TABLE is set"},
		{"users in memory", map[string]string{"CONNECTIONS_TABLE": "connections", "CONNECTIONS_ENDPOINT": endpoint, "USERS_TABLE": ":memory:"}, "USERS_TABLE", `":memory:": want the name of a DynamoDB table`},
		{"two in one table", map[string]string{"CONNECTIONS_TABLE": "connections", "CONNECTIONS_ENDPOINT": endpoint, "USERS_TABLE": "things", "REVOCATION_TABLE": "things"}, "REVOCATION_TABLE", `"things": want another table than that of USERS_TABLE`},
		{"connections in that of users", map[string]string{"CONNECTIONS_TABLE": "things", "CONNECTIONS_ENDPOINT": endpoint, "USERS_TABLE": "things"}, "USERS_TABLE", `"things": want another table than that of CONNECTIONS_TABLE`},
		{"an endpoint of another kind", map[string]string{"CONNECTIONS_TABLE": "connections", "CONNECTIONS_ENDPOINT": "wss://abc.example.com/prod"}, "CONNECTIONS_ENDPOINT", `"wss://abc.example.com/prod": want https://HOST/STAGE`},
		{"an endpoint with a password", map[string]string{"CONNECTIONS_TABLE": "connections", "CONNECTIONS_ENDPOINT": "https://me:secret@abc.example.com/prod"}, "CONNECTIONS_ENDPOINT", `"[redacted]": want https://HOST/STAGE`},
		{"an endpoint with a token", map[string]string{"CONNECTIONS_TABLE": "connections", "CONNECTIONS_ENDPOINT": "https://abc.example.com/prod?token=secret"}, "CONNECTIONS_ENDPOINT", `"[redacted]": want https://HOST/STAGE`},
		{"a table that cannot be opened", map[string]string{"REVOCATION_TABLE": "broken"}, "REVOCATION_TABLE", `"broken": want a table that can be opened: there is none`},
		{"no region", map[string]string{"REVOCATION_TABLE": "revocations", "AWS_REGION": ""}, "AWS_REGION", "region of the tables"},
		{"no credentials", map[string]string{"CONNECTIONS_TABLE": "connections", "CONNECTIONS_ENDPOINT": endpoint, "AWS_SECRET_ACCESS_KEY": ""}, "AWS_ACCESS_KEY_ID", "want AWS credentials"},
		{
			"all wrong", map[string]string{"CONNECTIONS_TABLE": "c", "CONNECTIONS_ENDPOINT": "abc", "USERS_TABLE": "my users", "REVOCATION_TABLE": "c", "AWS_REGION": "", "ALLOWED_ORIGINS": "a.example", "RULES": "/nowhere/rules.json"},
			"RULES ALLOWED_ORIGINS CONNECTIONS_TABLE USERS_TABLE REVOCATION_TABLE AWS_REGION CONNECTIONS_ENDPOINT", "3 to 255 characters",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			desk(t)
			variables := map[string]string{"RULES": rules}
			maps.Copy(variables, test.variables)
			for name, value := range variables {
				if strings.HasPrefix(name, "AWS_") {
					t.Setenv(name, value)
				}
			}
			var opened []string
			open := func(_ context.Context, cfg aws.Config, table string) (each, remembered live.Revocations, err error) {
				if opened = append(opened, cfg.Region+" "+table); table == "broken" {
					return nil, nil, errors.New("there is none")
				}
				return noRevocations{}, noRevocations{}, nil
			}
			events, err := websocket.Live(t.Context(), func(name string) string { return variables[name] }, open, slog.New(slog.DiscardHandler))
			if got := strings.Join(wrong(err), " "); got != test.wrong || (events == nil) != (err != nil) {
				t.Fatalf("%v, which names %q; want %q", err, got, test.wrong)
			}
			if err != nil {
				if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") {
					t.Errorf("%v, want %q", err, test.want)
				}
				return
			}
			var streams []string
			for _, variable := range []string{"USERS_TABLE", "REVOCATION_TABLE"} {
				if name := variables[variable]; name != "" && variables["CONNECTIONS_TABLE"] != "" {
					streams = append(streams, name)
				}
			}
			for _, name := range streams {
				if events.Streams[name] == nil {
					t.Errorf("nothing reads the stream of %s", name)
				}
			}
			if len(events.Streams) != len(streams) || (events.Schedule != nil) != (variables["CONNECTIONS_TABLE"] != "") {
				t.Errorf("streams %v, a schedule: %v", events.Streams, events.Schedule != nil)
			}
			if table := variables["REVOCATION_TABLE"]; (table == "") != (opened == nil) || table != "" && opened[0] != "eu-west-1 "+table {
				t.Errorf("opened %v", opened)
			}
		})
	}
}

// noRevocations knows of none.
type noRevocations struct{}

func (noRevocations) Revoked(context.Context, []string, time.Time) (bool, error) { return false, nil }
