package revoke_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/revoke"
	"portcullis/deploy/testtools"
)

// outcome is what one run of the command gives.
type outcome struct {
	status         int
	stdout, stderr string
}

// runIn runs the command with the process's environment, and a pipe as stdin.
func runIn(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	go func() {
		defer writer.Close()
		_, _ = io.WriteString(writer, stdin)
	}()
	return runWith(t, reader, append([]string{"revoke"}, args...)...)
}

// runWith runs a command line of the whole.
func runWith(t *testing.T, stdin *os.File, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	s := &cli.Session{Getenv: os.Getenv, Stdin: stdin, Stdout: &stdout, Stderr: &stderr, Now: time.Now}
	root := &cobra.Command{Use: "portcullis"}
	root.AddCommand(revoke.Command(s))
	status := s.Run(t.Context(), root, args)
	return outcome{status, stdout.String(), stderr.String()}
}

func user(args ...string) []string {
	return append([]string{"user", "--issuer", "https://issuer.example.com", "--sub", "ann"}, args...)
}

func all(args ...string) []string {
	return append([]string{"all", "--yes", "--issuer", "https://issuer.example.com"}, args...)
}

// TestUsage: what is wrong with the command line is one line on stderr, nothing on stdout, status 2, and no token.
func TestUsage(t *testing.T) {
	t.Setenv("REVOCATION_TABLE", "")
	t.Setenv("AWS_REGION", "eu-west-1")
	token := someToken(time.Hour)
	tomorrow := time.Now().AddDate(0, 0, 1).UTC().Format(time.RFC3339)
	tests := []struct {
		args []string
		want string
	}{
		{nil, "revoke: want a command: all, list, token, undo or user"},
		{[]string{"make"}, `revoke: "make" is no command; want all,`},
		{[]string{"tokn"}, `revoke: "tokn" is no command; did you mean token?`},
		{[]string{token}, `revoke: "[redacted]" is no command`},
		{[]string{"token", token}, "revoke token: the token is read from stdin"},
		{[]string{"token", "--" + token}, "there is no flag --[redacted]"},
		{[]string{"token", "-" + token}, "there is no flag -[redacted]"},
		{[]string{"token", "--output", token}, `invalid argument "[redacted]" for "-o, --output" flag: want text, json`},
		{[]string{"token", "-family"}, "revoke token: -family: flags have two dashes: --family"},
		{[]string{"token", "--familly"}, "revoke token: there is no flag --familly; did you mean --family?"},
		{[]string{"token", "--for", "1h"}, "revoke token: --for goes with --family"},
		{[]string{"token", "--for", "24h"}, "revoke token: --for goes with --family"},
		{[]string{"token", "--family", "--for", "0s"}, "want more than nothing"},
		{[]string{"token", "--family", "--for", "-1h"}, `"-1h" for "--for" flag: want a duration such as 12h or 90d`},
		{[]string{"token", "--family", "--for", "d"}, `"d" for "--for" flag: want a duration`},
		{[]string{"token", "--family", "--for", "soon"}, `"soon" for "--for" flag: want a duration`},
		{[]string{"user", "--sub", "ann"}, "revoke user: --issuer is missing"},
		{[]string{"user", "--issuer", "https://issuer.example.com"}, "revoke user: --sub is missing"},
		{[]string{"user", "-issuer", "https://issuer.example.com"}, "revoke user: -issuer: flags have two dashes: --issuer"},
		{user("now"), `revoke user: unexpected argument "now"`},
		{user("--before", ""), `invalid argument "" for "--before" flag: want a day such as`},
		{user("--before", "1h"), `"1h" for "--before" flag: want a day such as`},
		{user("--before", "1969-12-31"), "want a time since 1970"},
		{user("--before", tomorrow), "it is in the future"},
		{user("--for", "0"), "want more than nothing"},
		{user("--colour"), "revoke user: there is no flag --colour"},
		{user("--yes"), "revoke user: there is no flag --yes"},
		{user("--sub", "\xff"), "revoke user: value must be text"},
		{user("--sub", strings.Repeat("x", 20000)), "revoke user: value must be text of 1 to"},
		{all(), "revoke all: --before is missing"},
		{all("--before", tomorrow), "it is in the future"},
		{all("--sub", "ann"), "revoke all: there is no flag --sub"},
		{[]string{"all", "--before", "2026-01-01"}, "revoke all: --issuer is missing"},
		{[]string{"all", "--issuer", "https://issuer.example.com", "--before", "2026-01-01", "--for", "36500d"},
			"revoke all: Revoke what https://issuer.example.com issued up to 2026-01-01T00:00:00Z, to anybody? Nobody can be asked here: --yes says that it is meant"},
		{[]string{"list", "all"}, `revoke list: unexpected argument "all"`},
		{[]string{"list", "--table", ""}, "revoke list: --table: want the name of the DynamoDB table of the revocations"},
		{[]string{"list", "--table", "a/b"}, "revoke list: --table: want the name of a DynamoDB table"},
		{[]string{"undo"}, "revoke undo: want the ID that list shows"},
		{[]string{"undo", "ann"}, `revoke undo: "ann" is no ID`},
		{[]string{"undo", token}, `revoke undo: "[redacted]" is no ID`},
		{[]string{"undo", "a", "b"}, `unexpected argument "b"`},
		{[]string{"token"}, "revoke token: REVOCATION_TABLE: is not set"},
		{user(), "revoke user: REVOCATION_TABLE: is not set"},
		{all("--before", time.Now().UTC().Format(time.RFC3339)), "revoke all: REVOCATION_TABLE: is not set"},
		{[]string{"list"}, "revoke list: REVOCATION_TABLE: is not set"},
	}
	for _, test := range tests {
		got := runIn(t, token, test.args...)
		wantOneLine(t, test.args, got, cli.StatusFailed, test.want)
	}
	t.Setenv("REVOCATION_TABLE", "a/b")
	wantOneLine(t, nil, runIn(t, "", "list"), cli.StatusFailed, "REVOCATION_TABLE: want the name of a DynamoDB table")
}

var note = regexp.MustCompile(`(?m)^portcullis revoke [a-z]+: AUDIT_TABLE is not set: nobody records who does this\n`)

// withoutNote leaves out that nobody records it, as is said where a table of this machine has none beside it for that.
func withoutNote(got outcome) outcome {
	got.stderr = note.ReplaceAllString(got.stderr, "")
	return got
}

func wantOneLine(t *testing.T, args []string, got outcome, status int, want string) {
	t.Helper()
	if got.status != status || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 || !strings.HasPrefix(got.stderr, "portcullis revoke") || !strings.Contains(got.stderr, want) {
		t.Errorf("%.100q: %+v, want status %d and %q", args, got, status, want)
	}
	if strings.Contains(got.stderr, "eyJ") {
		t.Errorf("%.100q: stderr tells a token: %s", args, got.stderr)
	}
}

// TestHelp: each subcommand says what it does, with examples, and is named by the group.
func TestHelp(t *testing.T) {
	for _, name := range []string{"token", "user", "all", "list", "undo"} {
		got := runIn(t, "", name, "--help")
		if got.status != cli.StatusDone || got.stderr != "" || !strings.Contains(got.stdout, "\nExamples:\n  ") || !strings.Contains(got.stdout, "--table name") {
			t.Errorf("%s: %+v", name, got)
		}
		if group := runIn(t, "", "--help"); group.status != cli.StatusDone || !strings.Contains(group.stdout, "\n  "+name+" ") {
			t.Errorf("%s is not in %s", name, group.stdout)
		}
	}
}

// TestCompletion: a line a case: what is offered, which calls nobody.
func TestCompletion(t *testing.T) {
	t.Setenv("REVOCATION_TABLE", "")
	for line, want := range map[string]string{
		"list -o ":        "table\njson\nmarkdown\ncsv\nhtml\n:4\n",
		"token --output ": "text\njson\n:4\n",
		"undo ":           ":4\n",
		"user --issuer ":  ":4\n",
	} {
		if got := runWith(t, os.Stdin, append([]string{"__complete", "revoke"}, strings.Split(line, " ")...)...); got.stdout != want {
			t.Errorf("%q: %q, want %q", line, got.stdout, want)
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

// TestTokensThatAreNone: what is no token, or does not say enough, revokes nothing.
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
		{strings.Repeat("x", 64<<10) + "..", "token: stdin has more than 65536 bytes"},
		{tokenOf("[" + good + "]"), "JSON object"},
		{tokenOf("{" + good), "JSON object"},
		{tokenOf("{" + good + "} {}"), "JSON object"},
		{tokenOf("{" + good + `,"jti":"c"}`), "without a claim twice"},
		{tokenOf("{" + good + ",\"x\":\"\xff\"}"), "JSON object"},
		{tokenOf(`null`), "JSON object"},
		{tokenOf("{" + strings.Replace(good, `"iss"`, `"ISS"`, 1) + "}"), "no claim iss that is a text"},
		{tokenOf("{" + strings.Replace(good, `"https://issuer.example.com"`, `["https://issuer.example.com"]`, 1) + "}"), "no claim iss that is a text"},
		{tokenOf("{" + strings.Replace(good, `"jti"`, `"x"`, 1) + "}"), "no claim jti that is a text: revoke it with --family"},
		{tokenOf("{" + strings.Replace(good, `"a"`, `""`, 1) + "}"), "no claim jti"},
		{tokenOf("{" + strings.Replace(good, `"a"`, `7`, 1) + "}"), "no claim jti"},
		{tokenOf("{" + strings.Replace(good, `4102444800`, `"4102444800"`, 1) + "}"), "no claim exp"},
		{tokenOf("{" + strings.Replace(good, `4102444800`, `null`, 1) + "}"), "no claim exp"},
		{tokenOf("{" + strings.Replace(good, `4102444800`, `-1`, 1) + "}"), "no claim exp"},
		{tokenOf("{" + strings.Replace(good, `4102444800`, `1e300`, 1) + "}"), "no claim exp"},
	}
	for _, test := range tests {
		wantOneLine(t, []string{test.stdin}, runIn(t, test.stdin, "token"), cli.StatusFailed, test.want)
	}
	noFamily := tokenOf("{" + strings.Replace(good, `"origin_jti"`, `"x"`, 1) + "}")
	wantOneLine(t, []string{noFamily}, runIn(t, noFamily, "token", "--family"), cli.StatusFailed, "no claim origin_jti that is a text: revoke it without --family")
	ended := tokenOf("{" + strings.Replace(good, `4102444800`, `1000000000`, 1) + "}")
	wantOneLine(t, []string{ended}, runIn(t, ended, "token"), cli.StatusNo, "the token ended at 2001-09-09T01:46:40Z: nobody accepts it, and there is nothing to revoke")
	folder, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	wantOneLine(t, nil, runWith(t, folder, "revoke", "token"), cli.StatusFailed, "token: read ")
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
	for _, args := range [][]string{{"token"}, {"token", "--family"}, user(), all("--before", now), {"list"}, {"undo", "sub-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}} {
		wantOneLine(t, args, withoutNote(runIn(t, someToken(time.Hour), args...)), cli.StatusFailed, "ResourceNotFoundException")
	}
}

// TestNoSuchRevocation: what is not there to be undone is status 1.
func TestNoSuchRevocation(t *testing.T) {
	newTable(t).setenv(t)
	const id = "sub-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	wantOneLine(t, nil, withoutNote(runIn(t, "", "undo", id)), cli.StatusNo, "revoke undo: there is no revocation "+id)
}
