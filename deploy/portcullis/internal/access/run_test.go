package access

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"portcullis/deploy/portcullis/internal/cli"
)

// outcome is what one run of the command gives.
type outcome struct {
	status         int
	stdout, stderr string
}

// portcullis is the one command, as far as it is access.
func portcullis(s *cli.Session) *cobra.Command {
	root := &cobra.Command{Use: "portcullis"}
	root.AddCommand(Command(s))
	return root
}

// access runs portcullis access with an environment of NAME=value texts.
func access(t *testing.T, stdin string, environment []string, args ...string) outcome {
	t.Helper()
	return accessAt(t, time.Now, stdin, environment, args...)
}

// accessAt is access with a clock.
func accessAt(t *testing.T, now func() time.Time, stdin string, environment []string, args ...string) outcome {
	t.Helper()
	getenv := func(name string) string {
		for _, variable := range environment {
			if value, ok := strings.CutPrefix(variable, name+"="); ok {
				return value
			}
		}
		return ""
	}
	name := filepath.Join(t.TempDir(), "stdin")
	if err := os.WriteFile(name, []byte(stdin), 0o600); err != nil {
		t.Fatal(err)
	}
	input, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer input.Close()
	var stdout, stderr strings.Builder
	s := &cli.Session{Getenv: getenv, Stdin: input, Stdout: &stdout, Stderr: &stderr, Now: now}
	status := s.Run(context.Background(), portcullis(s), append([]string{"access"}, args...))
	return outcome{status, stdout.String(), stderr.String()}
}

const ours = "../../../../api/openapi.yaml"

const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln"

func explain(args ...string) []string {
	return append([]string{"explain", ours, "--method", "GET", "--path", "/users/7"}, args...)
}

// refusals are command lines, with a variable of the environment, and what is said of them.
var refusals = []struct {
	args []string
	env  string
	want string
}{
	{nil, "", "want a command"},
	{[]string{"matrx"}, "", `access: "matrx" is no command; did you mean matrix?`},
	{[]string{"chekc"}, "", `access: "chekc" is no command; did you mean check?`},
	{[]string{"who"}, "", `access: "who" is no command; want check, compile, diff, evaluate, explain, init or matrix`},
	{[]string{token}, "", `access: "[redacted]" is no command`},
	{[]string{"matrix", "--colour"}, "", "matrix: there is no flag --colour; portcullis access matrix --help lists the flags"},
	{[]string{"matrix", "--outptu", "json"}, "", "matrix: there is no flag --outptu; did you mean --output?"},
	{[]string{"check", "-contract", "x"}, "", "check: there is no flag -contract; flags have two dashes, and portcullis access check --help lists them"},
	{[]string{"check", "-allow-public", "x"}, "", "check: -allow-public: flags have two dashes: --allow-public"},
	{[]string{"check", "--" + token}, "", "check: there is no flag --[redacted]; portcullis access check --help lists the flags"},
	{[]string{"matrix", ours, "now"}, "", `matrix: unexpected argument "now"`},
	{[]string{"matrix"}, "", "matrix: there is no openapi.yaml and no api/openapi.yaml here; name the contract as FILE or in CONTRACT"},
	{[]string{"matrix"}, "CONTRACT=missing.yaml", "matrix: CONTRACT: missing.yaml: no such file"},
	{[]string{"matrix", "missing.yaml"}, "CONTRACT=" + ours, "matrix: missing.yaml: no such file"},
	{[]string{"matrix", ours, "-o", "xml"}, "", `matrix: invalid argument "xml" for "-o, --output" flag: want table, markdown, csv, json, html;`},
	{[]string{"check", ours, "-o", "html"}, "", `check: invalid argument "html" for "-o, --output" flag: want table, json;`},
	{[]string{"matrix", ours, "--scheme", "basic"}, "", `invalid argument "basic" for "--scheme" flag: want bearer, apiKey, bearer,apiKey;`},
	{[]string{"matrix", ours, "--scheme", ""}, "", `invalid argument "" for "--scheme" flag`},
	{[]string{"matrix", ours, "--scopes", " "}, "", `--scopes " ": want scopes`},
	{[]string{"matrix", ours, "--scopes", `a"b`}, "", `"a\"b" is no scope`},
	{[]string{"matrix", ours}, "GROUP_SCOPES=none", "GROUP_SCOPES: want a JSON object"},
	{[]string{"matrix", ours}, `GROUP_SCOPES={"a":["b c"]}`, `GROUP_SCOPES: group "a": "b c" is no scope`},
	{[]string{"matrix", ours}, `GROUP_SCOPES={}{}`, `GROUP_SCOPES: something follows the JSON object`},
	{[]string{"matrix", ours, "--group-scopes", "[]"}, `GROUP_SCOPES={}`, `--group-scopes: want a JSON object`},
	{[]string{"matrix", ours, "--group-scopes", ""}, `GROUP_SCOPES={}`, `matrix: invalid argument "" for "--group-scopes" flag: want a value, or no such flag;`},
	{[]string{"diff", ours, ours, "--group-scopes="}, `GROUP_SCOPES={}`, `invalid argument "" for "--group-scopes" flag: want a value, or no such flag;`},
	{[]string{"diff", ours, ours, "--old-group-scopes", ""}, `GROUP_SCOPES={}`, `invalid argument "" for "--old-group-scopes" flag: want a value, or no such flag;`},
	{[]string{"diff", ours, ours, "--new-group-scopes", ""}, `GROUP_SCOPES={}`, `invalid argument "" for "--new-group-scopes" flag: want a value, or no such flag;`},
	{explain("--arn", ""), "", `explain: invalid argument "" for "--arn" flag: want a value, or no such flag;`},
	{explain("--method", ""), "", `explain: invalid argument "" for "--method" flag: want a value, or no such flag;`},
	{explain("--path", ""), "", `explain: invalid argument "" for "--path" flag: want a value, or no such flag;`},
	{[]string{"matrix", ours, "--group-scopes", "@missing.json"}, "", `--group-scopes: open missing.json: no such file`},
	{[]string{"matrix", "testdata/owner.yaml"}, "", `matrix: testdata/owner.yaml:8: GET /users/{name}: the scope "users/self" counts only for the owner of {id}, and the path has no such parameter`},
	{[]string{"check", ours, "--granted", `\`}, "", `check: --granted: "\\" is no scope`},
	{[]string{"diff", ours}, "", "diff: want two contracts"},
	{[]string{"diff", ours, ours, ours}, "", "diff: unexpected argument"},
	{[]string{"diff", "-", "-"}, "", "diff: OLD or NEW may be - for stdin, not both"},
	{[]string{"diff", "missing.yaml", ours}, "", "diff: missing.yaml: no such file"},
	{[]string{"diff", "-", ours}, "", "diff: stdin:"},
	{[]string{"diff", ours, ours, "--new-group-scopes", "1"}, "", "diff: --new-group-scopes: want a JSON object"},
	{[]string{"explain", ours}, "", "explain: want a request"},
	{explain("--method", "PURGE"), "", `--method "PURGE": want one of`},
	{explain("--path", "users"), "", `--path "users": want a path`},
	{explain("--path", "/users?limit=1"), "", `--path "/users?limit=1": want a path`},
	{explain("--arn", "arn:aws:s3:::bucket"), "", `--arn: policy: ARN "arn:aws:s3:::bucket"`},
	{explain("--connect"), "", "explain: --connect is a request itself"},
	{explain("--arn", "arn:aws:execute-api:us-east-1:123456789012:abc/v1/$connect"), "", "--arn names a WebSocket API"},
	{[]string{"explain", ours, "--arn", "arn:aws:execute-api:us-east-1:123456789012:abc/v1/$default"}, "", `--arn: "$default": an authorizer is asked at $connect only`},
	{explain("--groups", "admin"), `GROUP_SCOPES={"admins":[]}`, `no group "admin"`},
	{explain("--groups", "admins", "--scheme", "apiKey"), `GROUP_SCOPES={"admins":[]}`, "API keys are in no group"},
	{explain("--token", token, "--scopes", "users/read"), "", "--token says itself who calls"},
	{explain("--token", token, "--id", ""), "", "--token says itself who calls"},
	{explain("--token", token, "--groups", ""), "", "--token says itself who calls"},
	{explain("--token", token, "--scheme", "bearer"), "", "--token says itself who calls"},
	{explain("--token", "-"), "", "--token: there is no token"},
	{explain("--token", ""), "", "--token: there is no token"},
	{[]string{"explain", "-", "--method", "GET", "--path", "/users", "--token", "-"}, "", "FILE and --token: stdin has one of them only"},
	{explain("--issuers", "[]"), "", "--issuers is for --token"},
	{explain("--token", token, "--issuers", "{}"), "", "--issuers: verify: issuers: want a JSON list"},
	{explain("--token", token), "ISSUERS=[]", "ISSUERS: verify: issuers: want at least one issuer"},
	{explain("--token", token), `ISSUERS=[{"issuer":"http://issuer.example.com","audience":["a"]}]`, "plain http is for loopback hosts only"},
	{explain(token), "", "unexpected argument \"[redacted]\""},
	{explain("--groups", token), "", "[redacted]"},
	{[]string{"explain", token, "--method", "GET", "--path", "/"}, "", "explain: [redacted]: no such file"},
	{explain("--method", token), "", `--method "[redacted]": want one of`},
	{explain("--path", token), "", `--path "[redacted]": want a path`},
	{explain("--arn", token), "", "--arn: policy: ARN \"[redacted]\""},
	{explain("--scheme", token), "", "invalid argument \"[redacted]\" for \"--scheme\" flag"},
	{[]string{"matrix", ours, "--group-scopes", "@" + token}, "", "--group-scopes: open [redacted]: no such file"},
	{[]string{"check", ours, "--group-scopes", token}, "", "--group-scopes: want a JSON object"},
}

// TestRefused: what cannot be done is one line on stderr, nothing on stdout, and status 2.
func TestRefused(t *testing.T) {
	for _, test := range refusals {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			got := access(t, "", []string{test.env}, test.args...)
			if got.status != cli.StatusFailed || got.stdout != "" || strings.Count(got.stderr, "\n") != 1 {
				t.Errorf("status %d, stdout %q, stderr %q", got.status, got.stdout, got.stderr)
			}
			if !strings.HasPrefix(got.stderr, "portcullis access") || !strings.Contains(got.stderr, test.want) {
				t.Errorf("stderr %q, want %q", got.stderr, test.want)
			}
			if strings.Contains(got.stderr, "eyJ") {
				t.Errorf("stderr holds the token: %q", got.stderr)
			}
		})
	}
}

// TestAllThatIsWrong: each thing that is wrong has a line.
func TestAllThatIsWrong(t *testing.T) {
	for _, test := range []struct {
		args []string
		want []string // how the lines begin, behind the command's name
	}{
		{[]string{"matrix", "missing.yaml", "--group-scopes", "1", "--scopes", `\ "`, "--scopes", " "},
			[]string{`--scopes: "\"" is no scope`, `--scopes: "\\" is no scope`, `--scopes " ": want scopes`, "missing.yaml: no such file", "--group-scopes: want a JSON object"}},
		{[]string{"check", "missing.yaml", "--granted", `\`, "--group-scopes", "1"},
			[]string{`--granted: "\\" is no scope`, "missing.yaml: no such file", "--group-scopes: want a JSON object"}},
		{[]string{"diff", "a.yaml", "b.yaml", "--old-group-scopes", "1", "--new-group-scopes", "2"},
			[]string{"a.yaml: no such file", "--old-group-scopes: want", "b.yaml: no such file", "--new-group-scopes: want"}},
		{[]string{"explain", ours, "--method", "PURGE", "--path", "users", "--issuers", "[]", "--groups", "a", "--scheme", "apiKey", "--scopes", `\`},
			[]string{`--method "PURGE": want`, `--path "users": want`, "--issuers is for --token", "--groups: API keys", `--scopes: "\\" is no scope`}},
		{explain("--groups", "a,b"), []string{`--groups: GROUP_SCOPES and --group-scopes name no group "a"`, `--groups: GROUP_SCOPES and --group-scopes name no group "b"`}},
	} {
		got := access(t, "", nil, test.args...)
		lines := strings.Split(strings.TrimSuffix(got.stderr, "\n"), "\n")
		if got.status != cli.StatusFailed || got.stdout != "" || len(lines) != len(test.want) {
			t.Errorf("%q: status %d, stdout %q, stderr\n%s", test.args, got.status, got.stdout, got.stderr)
			continue
		}
		for i, want := range test.want {
			if want = "portcullis access " + test.args[0] + ": " + want; !strings.HasPrefix(lines[i], want) {
				t.Errorf("want %q, got %q", want, lines[i])
			}
		}
	}
}

// TestCompletion: what a shell offers for the word behind the last space, and whether it offers files; see cobra's
// ShellCompDirective for the last line.
func TestCompletion(t *testing.T) {
	const noFiles, theseFiles = ":4", ":8"
	for args, want := range map[string]string{
		"|":                         "check compile diff evaluate explain init matrix " + noFiles,
		"m":                         "matrix " + noFiles,
		"check|":                    "yaml yml json " + theseFiles,
		"check|a.yaml|":             noFiles,
		"matrix|":                   "yaml yml json " + theseFiles,
		"explain|":                  "yaml yml json " + theseFiles,
		"diff|":                     "yaml yml json " + theseFiles,
		"diff|a.yaml|":              "yaml yml json " + theseFiles,
		"diff|a.yaml|b.yaml|":       noFiles,
		"matrix|--output|":          "table markdown csv json html " + noFiles,
		"check|-o|":                 "table json " + noFiles,
		"diff|-o|":                  "table json " + noFiles,
		"explain|--output|":         "table json " + noFiles,
		"matrix|--scheme|":          "bearer apiKey bearer,apiKey " + noFiles,
		"explain|--scheme|":         "bearer apiKey bearer,apiKey " + noFiles,
		"explain|--method|":         "DELETE GET HEAD OPTIONS PATCH POST PUT " + noFiles,
		"explain|--token|":          noFiles,
		"check|--allow-public|":     noFiles,
		"diff|--old-group-scopes|a": noFiles,
	} {
		words := strings.Split(args, "|")
		if args == "|" {
			words = []string{""}
		}
		var stdout, stderr strings.Builder
		s := &cli.Session{Getenv: func(string) string { return "" }, Stdin: os.Stdin, Stdout: &stdout, Stderr: &stderr, Now: time.Now}
		status := s.Run(context.Background(), portcullis(s), append([]string{cobra.ShellCompNoDescRequestCmd, "access"}, words...))
		if got := strings.Join(strings.Fields(stdout.String()), " "); status != 0 || got != want {
			t.Errorf("%s: status %d, %q, want %q", args, status, got, want)
		}
	}
}

// TestHelp: each command's help is on stdout, and has what the command tells, its JSON and its exit statuses.
func TestHelp(t *testing.T) {
	for _, name := range []string{"check", "matrix", "diff", "explain"} {
		got := access(t, "", nil, name, "--help")
		if got.status != 0 || got.stderr != "" {
			t.Errorf("%s: status %d, stderr %q", name, got.status, got.stderr)
		}
		for _, want := range []string{"\nJSON: {", "\nExit status: 0 ", "\nExamples:\n  portcullis access " + name, "\n  -o, --output table|", "--group-scopes JSON"} {
			if !strings.Contains(got.stdout, want) {
				t.Errorf("the help of %s lacks %q", name, want)
			}
		}
	}
}
