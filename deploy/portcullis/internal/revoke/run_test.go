package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"portcullis/deploy/testtools"
)

// outcome is what one run of the command gives.
type outcome struct {
	status         int
	stdout, stderr string
}

// runIn runs the command with the process's environment.
func runIn(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status := run(t.Context(), args, os.Getenv, strings.NewReader(stdin), &stdout, &stderr)
	return outcome{status, stdout.String(), stderr.String()}
}

func user(args ...string) []string {
	return append([]string{"user", "-issuer", "https://issuer.example.com", "-sub", "ann"}, args...)
}

func all(args ...string) []string {
	return append([]string{"all", "-issuer", "https://issuer.example.com"}, args...)
}

// TestUsage: what is wrong with the command line is one line on stderr, nothing on stdout, status 2, and no token.
func TestUsage(t *testing.T) {
	t.Setenv("REVOCATION_TABLE", "")
	token := someToken(time.Hour)
	tomorrow := time.Now().AddDate(0, 0, 1).UTC().Format(time.RFC3339)
	tests := []struct {
		args []string
		want string
	}{
		{nil, "want a command: token, user, all, list, undo or help"},
		{[]string{"make"}, `"make" is no command; want token,`},
		{[]string{"help", "me"}, `help: unexpected argument "me"`},
		{[]string{token}, `"[redacted]" is no command`},
		{[]string{"token", token}, "token: the token is read from stdin"},
		{[]string{"token", "-" + token}, "not defined: -[redacted]"},
		{[]string{"token", "-for", "1h"}, "token: -for goes with -family"},
		{[]string{"token", "-family", "-for", "0s"}, "want more than nothing"},
		{[]string{"token", "-family", "-for", "-1h"}, `"-1h": want a duration such as 12h or 90d`},
		{[]string{"token", "-family", "-for", "d"}, `"d": want a duration`},
		{[]string{"token", "-family", "-for", "soon"}, `"soon": want a duration`},
		{[]string{"user", "-sub", "ann"}, "user: -issuer is missing"},
		{[]string{"user", "-issuer", "https://issuer.example.com"}, "user: -sub is missing"},
		{user("now"), `user: unexpected argument "now"`},
		{user("-before", ""), `"": want a day such as`},
		{user("-before", "1h"), `"1h": want a day such as`},
		{user("-before", "1969-12-31"), "want a day such as"},
		{user("-before", tomorrow), "is in the future"},
		{user("-for", "0"), "want more than nothing"},
		{user("-colour"), "user: flag provided but not defined: -colour"},
		{user("-sub", "\xff"), "user: value must be text"},
		{user("-sub", strings.Repeat("x", 20000)), "user: value must be text of 1 to"},
		{all(), "all: -before is missing"},
		{all("-before", tomorrow), "is in the future"},
		{all("-sub", "ann"), "not defined: -sub"},
		{[]string{"all", "-before", "2026-01-01"}, "all: -issuer is missing"},
		{[]string{"list", "all"}, `list: unexpected argument "all"`},
		{[]string{"undo"}, "undo: want the ID that list shows"},
		{[]string{"undo", "ann"}, `undo: "ann" is no ID`},
		{[]string{"undo", token}, `undo: "[redacted]" is no ID`},
		{[]string{"undo", "a", "b"}, `unexpected argument "b"`},
		{[]string{"token"}, "token: REVOCATION_TABLE: is not set"},
		{user(), "user: REVOCATION_TABLE: is not set"},
		{all("-before", time.Now().UTC().Format(time.RFC3339)), "all: REVOCATION_TABLE: is not set"},
		{[]string{"list"}, "list: REVOCATION_TABLE: is not set"},
	}
	for _, test := range tests {
		got := runIn(t, token, test.args...)
		wantOneLine(t, test.args, got, 2, test.want)
	}
	t.Setenv("REVOCATION_TABLE", "a/b")
	t.Setenv("AWS_REGION", "eu-west-1")
	wantOneLine(t, nil, runIn(t, "", "list"), 2, "REVOCATION_TABLE: want the name of a DynamoDB table")
}

func wantOneLine(t *testing.T, args []string, got outcome, status int, want string) {
	t.Helper()
	if got.status != status || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.HasPrefix(got.stderr, "revoke: ") || !strings.Contains(got.stderr, want) {
		t.Errorf("%.100q: %+v, want status %d and %q", args, got, status, want)
	}
	if strings.Contains(got.stderr, "eyJ") {
		t.Errorf("%.100q: stderr tells a token: %s", args, got.stderr)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range []string{"help", "-h", "--help", "token -h", "user -h", "all -h", "list -h", "undo -h"} {
		if got := runIn(t, "", strings.Fields(args)...); got.status != 0 || got.stdout != help || got.stderr != "" {
			t.Errorf("%s: status %d, stderr %q", args, got.status, got.stderr)
		}
	}
}

// setenv makes the command use a table.
func (b *table) setenv(t *testing.T) {
	for _, variable := range b.environment() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
}

// TestTokensThatAreNone: what is no token, or does not say enough, takes nothing back.
func TestTokensThatAreNone(t *testing.T) {
	newTable(t).setenv(t)
	const good = `"iss":"https://issuer.example.com","jti":"a","origin_jti":"b","exp":4102444800`
	if got := runIn(t, tokenOf("{"+good+"}"), "token"); got.status != 0 {
		t.Fatalf("%+v", got)
	}
	tests := []struct{ stdin, want string }{
		{"", "want a JWT"},
		{"eyJhbGciOiJSUzI1NiJ9", "want a JWT, of three parts"},
		{"Bearer " + tokenOf("{"+good+"}"), "want a JWT, with base64url"},
		{tokenOf("{"+good+"}") + "." + encode("x"), "want a JWT, of three parts"},
		{tokenOf("{"+good+"}") + "=", "want a JWT, with base64url"},
		{strings.Replace(tokenOf("{"+good+"}"), ".", "\n.", 1), "want a JWT, with base64url"},
		{strings.Repeat("x", 64<<10) + "..", "too large"},
		{tokenOf("[" + good + "]"), "JSON object"},
		{tokenOf("{" + good), "JSON object"},
		{tokenOf("{" + good + "} {}"), "JSON object"},
		{tokenOf("{" + good + `,"jti":"c"}`), "without a claim twice"},
		{tokenOf("{" + good + ",\"x\":\"\xff\"}"), "JSON object"},
		{tokenOf(`null`), "JSON object"},
		{tokenOf("{" + strings.Replace(good, `"iss"`, `"ISS"`, 1) + "}"), "no claim iss that is a text"},
		{tokenOf("{" + strings.Replace(good, `"https://issuer.example.com"`, `["https://issuer.example.com"]`, 1) + "}"), "no claim iss that is a text"},
		{tokenOf("{" + strings.Replace(good, `"jti"`, `"x"`, 1) + "}"), "no claim jti that is a text: take it back with -family"},
		{tokenOf("{" + strings.Replace(good, `"a"`, `""`, 1) + "}"), "no claim jti"},
		{tokenOf("{" + strings.Replace(good, `"a"`, `7`, 1) + "}"), "no claim jti"},
		{tokenOf("{" + strings.Replace(good, `4102444800`, `"4102444800"`, 1) + "}"), "no claim exp"},
		{tokenOf("{" + strings.Replace(good, `4102444800`, `null`, 1) + "}"), "no claim exp"},
		{tokenOf("{" + strings.Replace(good, `4102444800`, `-1`, 1) + "}"), "no claim exp"},
		{tokenOf("{" + strings.Replace(good, `4102444800`, `1e300`, 1) + "}"), "no claim exp"},
		{tokenOf("{" + strings.Replace(good, `4102444800`, `1000000000`, 1) + "}"), "the token ended at 2001-09-09T01:46:40Z"},
	}
	for _, test := range tests {
		wantOneLine(t, []string{test.stdin}, runIn(t, test.stdin, "token"), 1, test.want)
	}
	noFamily := tokenOf("{" + strings.Replace(good, `"origin_jti"`, `"x"`, 1) + "}")
	wantOneLine(t, []string{noFamily}, runIn(t, noFamily, "token", "-family"), 1, "no claim origin_jti that is a text: take it back without -family")
	var stderr bytes.Buffer
	status := run(t.Context(), []string{"token"}, os.Getenv, iotest.ErrReader(errors.New("broken")), io.Discard, &stderr)
	wantOneLine(t, nil, outcome{status, "", stderr.String()}, 1, "stdin: broken")
	if got := runIn(t, "", "list"); strings.Count(got.stdout, "\n") != 2 {
		t.Errorf("list: %+v", got)
	}
}

// TestTableDown: a table that does not answer is an error of each command.
func TestTableDown(t *testing.T) {
	down := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no table\nhere"}`)
	}))
	(&table{endpoint: down}).setenv(t)
	now := time.Now().UTC().Format(time.RFC3339)
	for _, args := range [][]string{{"token"}, {"token", "-family"}, user(), all("-before", now), {"list"}, {"undo", "sub-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}} {
		wantOneLine(t, args, runIn(t, someToken(time.Hour), args...), 1, "ResourceNotFoundException")
	}
}
