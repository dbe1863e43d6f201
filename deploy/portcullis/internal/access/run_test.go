package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
)

// outcome is what one run of the command gives.
type outcome struct {
	status         int
	stdout, stderr string
}

// access runs the command with an environment of NAME=value texts.
func access(t *testing.T, stdin string, environment []string, args ...string) outcome {
	t.Helper()
	getenv := func(name string) string {
		for _, variable := range environment {
			if value, ok := strings.CutPrefix(variable, name+"="); ok {
				return value
			}
		}
		return ""
	}
	var stdout, stderr bytes.Buffer
	status := run(context.Background(), args, getenv, strings.NewReader(stdin), &stdout, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

const ours = "../../../../api/openapi.yaml"

const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln"

func explain(args ...string) []string {
	return append([]string{"explain", "-contract", ours, "-method", "GET", "-path", "/users/7"}, args...)
}

// refusals are command lines, with a variable of the environment, and what is said of them.
var refusals = []struct {
	args []string
	env  string
	want string
}{
	{nil, "", "want a command"},
	{[]string{"matrices"}, "", `"matrices" is no command`},
	{[]string{"help", "me"}, "", `help: unexpected argument "me"`},
	{[]string{"matrix", "-colour"}, "", "matrix: flag provided but not defined: -colour; -h lists the flags"},
	{[]string{"matrix", "-contract", ours, "now"}, "", `matrix: unexpected argument "now"`},
	{[]string{"matrix"}, "", "matrix: there is no openapi.yaml and no api/openapi.yaml here; name the contract with -contract or CONTRACT"},
	{[]string{"matrix"}, "CONTRACT=missing.yaml", "matrix: CONTRACT: missing.yaml: no such file"},
	{[]string{"matrix", "-contract", "missing.yaml"}, "CONTRACT=" + ours, "matrix: missing.yaml: no such file"},
	{[]string{"matrix", "-contract", ours, "-format", "xml"}, "", `-format "xml": want csv, html, json, markdown, table`},
	{[]string{"matrix", "-contract", ours, "-scheme", "basic"}, "", `-scheme "basic": want bearer, apiKey or bearer,apiKey`},
	{[]string{"matrix", "-contract", ours, "-scheme", ""}, "", `-scheme ""`},
	{[]string{"matrix", "-contract", ours, "-scopes", " "}, "", `-scopes " ": want scopes`},
	{[]string{"matrix", "-contract", ours, "-scopes", `a"b`}, "", `"a\"b" is no scope`},
	{[]string{"matrix", "-contract", ours}, "GROUP_SCOPES=none", "GROUP_SCOPES: want a JSON object"},
	{[]string{"matrix", "-contract", ours}, `GROUP_SCOPES={"a":["b c"]}`, `GROUP_SCOPES: group "a": "b c" is no scope`},
	{[]string{"matrix", "-contract", ours}, `GROUP_SCOPES={}{}`, `GROUP_SCOPES: something follows the JSON object`},
	{[]string{"matrix", "-contract", ours, "-group-scopes", "[]"}, `GROUP_SCOPES={}`, `-group-scopes: want a JSON object`},
	{[]string{"matrix", "-contract", ours, "-group-scopes", "@missing.json"}, "", `-group-scopes: open missing.json: no such file`},
	{[]string{"check", "-contract", "testdata/owner.yaml"}, "", `check: testdata/owner.yaml:8: GET /users/{name}: the scope "users/self" counts only for the owner of {id}, and the path has no such parameter`},
	{[]string{"check", "-contract", ours, "-granted", `\`}, "", `check: -granted: "\\" is no scope`},
	{[]string{"diff", ours}, "", "diff: want two contracts"},
	{[]string{"diff", ours, ours, ours}, "", "diff: unexpected argument"},
	{[]string{"diff", "-", "-"}, "", "diff: want two contracts"},
	{[]string{"diff", "missing.yaml", ours}, "", "diff: missing.yaml: no such file"},
	{[]string{"diff", "-", ours}, "", "diff: stdin:"},
	{[]string{"diff", ours, ours, "-new-group-scopes", "1"}, "", "diff: -new-group-scopes: want a JSON object"},
	{[]string{"explain", "-contract", ours}, "", "explain: want a request"},
	{explain("-method", "PURGE"), "", `-method "PURGE": want one of`},
	{explain("-path", "users"), "", `-path "users": want a path`},
	{explain("-path", "/users?limit=1"), "", `-path "/users?limit=1": want a path`},
	{explain("-arn", "arn:aws:s3:::bucket"), "", `-arn: policy: ARN "arn:aws:s3:::bucket"`},
	{explain("-connect"), "", "explain: -connect is a request itself"},
	{explain("-arn", "arn:aws:execute-api:us-east-1:123456789012:abc/v1/$connect"), "", "-arn names a WebSocket API"},
	{[]string{"explain", "-contract", ours, "-arn", "arn:aws:execute-api:us-east-1:123456789012:abc/v1/$default"}, "", `-arn: "$default": an authorizer is asked at $connect only`},
	{explain("-groups", "admin"), `GROUP_SCOPES={"admins":[]}`, `no group "admin"`},
	{explain("-groups", "admins", "-scheme", "apiKey"), `GROUP_SCOPES={"admins":[]}`, "API keys are in no group"},
	{explain("-token", token, "-scopes", "users/read"), "", "-token says itself who calls"},
	{explain("-token", token, "-id", ""), "", "-token says itself who calls"},
	{explain("-token", "-"), "", "-token: there is no token"},
	{explain("-issuers", "[]"), "", "-issuers is for -token"},
	{explain("-token", token, "-issuers", "{}"), "", "-issuers: verify: issuers: want a JSON list"},
	{explain("-token", token), "ISSUERS=[]", "ISSUERS: verify: issuers: want at least one issuer"},
	{explain("-token", token), `ISSUERS=[{"issuer":"http://issuer.example.com","audience":["a"]}]`, "plain http is for loopback hosts only"},
	{explain(token), "", "unexpected argument \"[redacted]\""},
	{explain("-groups", token), "", "[redacted]"},
}

// TestRefused: what cannot be done is one line on stderr, nothing on stdout, and status 2.
func TestRefused(t *testing.T) {
	for _, test := range refusals {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			got := access(t, "", []string{test.env}, test.args...)
			if got.status != 2 || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 {
				t.Errorf("status %d, stdout %q, stderr %q", got.status, got.stdout, got.stderr)
			}
			if !strings.HasPrefix(got.stderr, "access: ") || !strings.Contains(got.stderr, test.want) {
				t.Errorf("stderr %q, want %q", got.stderr, test.want)
			}
			if strings.Contains(got.stderr, "eyJ") {
				t.Errorf("stderr holds the token: %q", got.stderr)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, args := range []string{"help", "-h", "--help", "matrix -h", "diff -h", "explain -h", "check -h"} {
		got := access(t, "", nil, strings.Fields(args)...)
		if got.status != 0 || got.stdout != help || got.stderr != "" {
			t.Errorf("%s: status %d, stderr %q", args, got.status, got.stderr)
		}
	}
}

// TestHelpsExamples: the examples of the help work in this repository.
func TestHelpsExamples(t *testing.T) {
	t.Chdir("../../../..")
	tests := []struct {
		args  []string
		stdin string
		want  int
	}{
		{[]string{"matrix"}, "", 0},
		{[]string{"matrix", "-format", "markdown", "-group-scopes", `{"admins":["users/read","users/write"]}`}, "", 0},
		{[]string{"diff", "-", "api/openapi.yaml"}, "api/openapi.yaml", 0},
		{[]string{"explain", "-method", "GET", "-path", "/users/7", "-scopes", "users/self", "-id", "7"}, "", 0},
		{[]string{"check", "-allow-public", "signIn,refreshTokens,revokeToken,signOut", "-group-scopes", `{"admins":["users/read","users/write"],"members":["users/self"]}`}, "", 0},
	}
	for _, test := range tests {
		stdin := ""
		if test.stdin != "" {
			text, err := os.ReadFile(test.stdin)
			if err != nil {
				t.Fatal(err)
			}
			stdin = string(text)
		}
		if got := access(t, stdin, nil, test.args...); got.status != test.want || got.stderr != "" {
			t.Errorf("%q: status %d, stderr %q", test.args, got.status, got.stderr)
		}
		inHelp := strings.ReplaceAll(strings.Join(test.args, " "), `{"`, `'{"`)
		if inHelp = strings.ReplaceAll(inHelp, `]}`, `]}'`); !strings.Contains(help, "go run ./deploy/portcullis/internal/access "+inHelp) {
			t.Errorf("the help has no example %s", inHelp)
		}
	}
}
