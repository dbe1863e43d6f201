package build_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/functions"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
	buildcommand "portcullis/deploy/portcullis/build"
	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/testtools"
	"portcullis/policy"
)

// maxZip is the budget of a function's zip, in bytes.
const maxZip = 4 << 20

// build runs the command in dir.
func build(t *testing.T, dir string, env []string, args ...string) (stdout, stderr string, exit int) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(testtools.PlainProgram(t, "./deploy/build"), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
	cmd.Env = append(os.Environ(), env...)
	var status *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &status) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

func mustBuild(t *testing.T, dir string, env []string, args ...string) (stdout string) {
	t.Helper()
	stdout, stderr, exit := build(t, dir, env, args...)
	if exit != 0 {
		t.Fatalf("exit status %d: %s", exit, stderr)
	}
	return stdout
}

// standIn writes a module whose contract and modes are this one's, and whose functions are six programs that do nothing: they are built
// in no time, for tests that are not about what the binaries are.
func standIn(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module portcullis\n\ngo 1.26.0\n")
	for _, function := range functions.Functions {
		write(t, filepath.Join(dir, function.Package, "main.go"), "package main\n\nfunc main() {}\n")
	}
	write(t, filepath.Join(dir, "api", "openapi.yaml"), string(read(t, "../../../api/openapi.yaml")))
	if err := os.CopyFS(filepath.Join(dir, "deploy", "modes"), os.DirFS("../../modes")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// write writes a file, and the folders that it lies in.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// toldZip is what -o json says of a zip.
type toldZip struct {
	Name, Path, SHA256 string
	Size               int
}

func TestZipsAreTheSameOnEveryRun(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	printed := mustBuild(t, ".", nil, "--out", first)
	checkZips(t, first, elf.EM_AARCH64)
	settings := []string{"GOFLAGS=-ldflags=-X=main.x=y", "GOARM64=v8.2", "CGO_ENABLED=1", "TZ=Asia/Tokyo"}
	var told []toldZip
	if err := json.Unmarshal([]byte(mustBuild(t, filepath.Join("..", "..", "functions"), settings, "--out", second, "-o", "json")), &told); err != nil || len(told) != 6 {
		t.Fatalf("as JSON there are %v: %v", told, err)
	}
	for _, name := range []string{"jwt.zip", "live.zip", "request.zip", "token.zip", "tokens.zip", "users.zip"} {
		one, two := read(t, filepath.Join(first, name)), read(t, filepath.Join(second, name))
		if !bytes.Equal(one, two) {
			t.Errorf("%s differs between two runs", name)
		}
		if len(one) > maxZip {
			t.Errorf("%s has %d bytes, more than %d", name, len(one), maxZip)
		}
		sum := fmt.Sprintf("%x", sha256.Sum256(one))
		if !strings.Contains(printed, name) || !strings.Contains(printed, sum) {
			t.Errorf("%q does not tell the name and sum of %s", printed, name)
		}
		if !slices.Contains(told, toldZip{name, filepath.Join(second, name), sum, len(two)}) {
			t.Errorf("%v does not tell of %s", told, name)
		}
	}
	if entries, _ := os.ReadDir(first); len(entries) != 8 {
		t.Errorf("the folder holds more than the six zips, the rules and the plans: %v", entries)
	}
	all, err := modes.LoadAll("../../modes")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		name := filepath.Join("plans", m.Name+".json")
		if !bytes.Equal(read(t, filepath.Join(first, name)), read(t, filepath.Join(second, name))) {
			t.Errorf("%s differs between two runs", name)
		}
	}
	if entries, _ := os.ReadDir(filepath.Join(first, "plans")); len(entries) != len(all) {
		t.Errorf("of %d modes there are the plans %v", len(all), entries)
	}
	if !bytes.Equal(read(t, filepath.Join(first, "rules.json")), read(t, filepath.Join(second, "rules.json"))) {
		t.Error("rules.json differs between two runs")
	}
}

func TestZipsForTheOtherProcessor(t *testing.T) {
	dir := t.TempDir()
	mustBuild(t, ".", nil, "--arch", "amd64", "--out", dir)
	checkZips(t, dir, elf.EM_X86_64)
}

// checkZips checks that the zips of a folder hold what Lambda runs, on a processor.
func checkZips(t *testing.T, dir string, machine elf.Machine) {
	t.Helper()
	for name, want := range map[string]string{
		"jwt.zip":     "bootstrap -rwxr-xr-x, rules.json -rw-r--r--",
		"live.zip":    "bootstrap -rwxr-xr-x, rules.json -rw-r--r--",
		"request.zip": "bootstrap -rwxr-xr-x, rules.json -rw-r--r--",
		"token.zip":   "bootstrap -rwxr-xr-x, rules.json -rw-r--r--",
		"tokens.zip":  "bootstrap -rwxr-xr-x",
		"users.zip":   "bootstrap -rwxr-xr-x",
	} {
		files := open(t, filepath.Join(dir, name))
		if got := listing(files); got != want {
			t.Errorf("%s holds %s, want %s", name, got, want)
		}
		if got := machineOf(t, content(t, files[0])); got != machine {
			t.Errorf("%s runs on %v, want %v", name, got, machine)
		}
	}
	checkRules(t, content(t, open(t, filepath.Join(dir, "token.zip"))[1]), "openapi.yaml", read(t, "../../../api/openapi.yaml"))
}

// checkRules checks that a text is rules.json of the contract of a name.
func checkRules(t *testing.T, text []byte, name string, contract []byte) {
	t.Helper()
	_, source, err := policy.DecodeRules(text)
	if want := (policy.Source{Name: name, SHA256: fmt.Sprintf("%x", sha256.Sum256(contract))}); err != nil || source != want {
		t.Errorf("rules of %+v (%v), want those of %+v", source, err, want)
	}
}

// TestAuthorizersHoldTheRulesOfTheContractThatIsNamed: they lie in their zips and beside them, as they are compiled.
func TestAuthorizersHoldTheRulesOfTheContractThatIsNamed(t *testing.T) {
	dir, named := t.TempDir(), filepath.Join(t.TempDir(), "things.yaml")
	text := append(read(t, "../../../api/openapi.yaml"), "# another one\n"...)
	if err := os.WriteFile(named, text, 0o600); err != nil {
		t.Fatal(err)
	}
	mustBuild(t, standIn(t), nil, "--contract", named, "--out", dir)
	rules := read(t, filepath.Join(dir, "rules.json"))
	checkRules(t, rules, "things.yaml", text)
	for _, name := range []string{"jwt.zip", "live.zip", "request.zip", "token.zip"} {
		files := open(t, filepath.Join(dir, name))
		if len(files) != 2 || files[1].Name != "rules.json" || !bytes.Equal(content(t, files[1]), rules) {
			t.Errorf("%s does not hold the rules of the contract that was named", name)
		}
	}
}

// TestZipsThatCannotBeWrittenHaveNoRules: those that an earlier build left would be taken for those of the zips, as would its plans.
func TestZipsThatCannotBeWrittenHaveNoRules(t *testing.T) {
	module, dir := standIn(t), t.TempDir()
	mustBuild(t, module, nil, "--out", dir)
	gone := func(name string) {
		t.Helper()
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there: %v", name, err)
		}
	}
	users := filepath.Join(dir, "users.zip")
	if err := errors.Join(os.Remove(users), os.Mkdir(users, 0o755)); err != nil {
		t.Fatal(err)
	}
	if _, stderr, exit := build(t, module, nil, "--out", dir); exit != 2 || !strings.Contains(stderr, "users.zip") {
		t.Errorf("exit status %d: %s", exit, stderr)
	}
	gone("rules.json")
	gone("plans/rest-token.json")

	plans := filepath.Join(dir, "plans")
	if err := errors.Join(os.Remove(users), os.Remove(plans), os.WriteFile(plans, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, stderr, exit := build(t, module, nil, "--out", dir); exit != 2 || !strings.Contains(stderr, "plans") {
		t.Errorf("exit status %d: %s", exit, stderr)
	}
}

// TestPlans: the plans of the modes that are named, and no others, each with the files that it is of as they are seen from there.
func TestPlans(t *testing.T) {
	module := standIn(t)
	dir, named := filepath.Join(t.TempDir(), "dist"), filepath.Join(t.TempDir(), "things.yaml")
	plans := filepath.Join(dir, "plans")
	text := []byte("openapi: 3.1.0\nx-function: things\ncomponents: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\npaths:\n" +
		"  /things: {get: {security: [{bearer: [a, b]}]}}\n") // which JWT and COGNITO_USER_POOLS cannot express
	if err := errors.Join(os.MkdirAll(plans, 0o755), os.WriteFile(named, text, 0o600), os.WriteFile(filepath.Join(plans, "old.json"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	_, stderr, exit := build(t, module, nil, "--contract", named, "--out", dir, "--mode", "rest-token", "--mode", "http-lambda", "--mode", "rest-token")
	if exit != 0 || stderr != "build: plans of http-lambda, rest-token: "+plans+"\n" {
		t.Fatalf("exit status %d: %s", exit, stderr)
	}
	c, err := contract.Load(named)
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(plans)
	if err != nil || len(files) != 2 {
		t.Fatalf("there are the plans %v, error %v", files, err)
	}
	for _, mode := range []string{"http-lambda", "rest-token"} {
		text := read(t, filepath.Join(plans, mode+".json"))
		var made struct{ Files plan.Sources }
		if err := json.Unmarshal(text, &made); err != nil {
			t.Fatal(err)
		}
		modeFile := filepath.Join(module, "deploy", "modes", mode+".yaml")
		for path, file := range map[string]plan.File{named: made.Files.Contract, modeFile: made.Files.Mode, filepath.Join(dir, "rules.json"): made.Files.Rules} {
			seen := filepath.Join(plans, filepath.FromSlash(file.Path))
			if content := read(t, path); filepath.IsAbs(file.Path) || !bytes.Equal(read(t, seen), content) || file.SHA256 != fmt.Sprintf("%x", sha256.Sum256(content)) {
				t.Errorf("%s: %+v is not %s", mode, file, path)
			}
		}
		m, err := modes.Load(modeFile)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Compile(c, m)
		if err != nil {
			t.Fatal(err)
		}
		if want, err := p.Encode(made.Files); err != nil || !bytes.Equal(text, want) {
			t.Errorf("%s.json holds another plan than that of the contract and the mode: %s", mode, text)
		}
	}
}

// TestRefusals: all that is wrong with the contract and the modes is said at once, a line each, and nothing is written.
func TestRefusals(t *testing.T) {
	named, out := filepath.Join(t.TempDir(), "things.yaml"), filepath.Join(t.TempDir(), "dist")
	const text = `openapi: 3.1.0
x-function: things
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
paths:
  /th@ngs: {get: {security: [{bearer: [a, b]}]}}
  /others: {get: {security: [{bearer: [a, b]}]}}
`
	if err := os.WriteFile(named, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		modes []string
		want  string
	}{
		{nil, `5: GET /th@ngs: JWT cannot express this rule: an alternative asks for several scopes at once (mode http-jwt)
5: /th@ngs: want a path of a REST API: segments of letters, digits and -._:, or {NAME}, or {NAME+} at the end (mode rest-api-key, rest-cognito, rest-iam, rest-request, rest-token)
5: GET /th@ngs: COGNITO_USER_POOLS cannot express this rule: an alternative asks for several scopes at once (mode rest-cognito)
6: GET /others: JWT cannot express this rule: an alternative asks for several scopes at once (mode http-jwt)
6: GET /others: COGNITO_USER_POOLS cannot express this rule: an alternative asks for several scopes at once (mode rest-cognito)`},
		{[]string{"http-iam", "http-jwt"}, `5: GET /th@ngs: JWT cannot express this rule: an alternative asks for several scopes at once (mode http-jwt)
6: GET /others: JWT cannot express this rule: an alternative asks for several scopes at once (mode http-jwt)`},
	} {
		args := []string{"--contract", named, "--out", out}
		for _, mode := range test.modes {
			args = append(args, "--mode", mode)
		}
		want := "build: " + named + ":" + strings.ReplaceAll(test.want, "\n", "\nbuild: "+named+":") +
			"\nbuild: --mode NAME, once for each, plans only the modes that are named: name those that can guard " + named + "\n"
		stdout, stderr, exit := build(t, ".", nil, args...)
		if exit != 2 || stdout != "" {
			t.Errorf("%v: exit status %d, output %q", test.modes, exit, stdout)
		}
		if stderr != want {
			t.Errorf("%v: got\n%s\nwant\n%s", test.modes, stderr, want)
		}
		if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("something was written: %v", err)
		}
	}
	stdout, stderr, exit := build(t, ".", nil, "--contract", "testdata/no_security.yaml", "--out", out, "--mode", "none", "--mode", "nor-this")
	if lines := strings.Split(stderr, "\n"); exit != 2 || stdout != "" || len(lines) != 4 || !strings.Contains(lines[0], "no_security.yaml:6: ") ||
		!strings.Contains(lines[1], `"none": there is no such mode`) || !strings.Contains(lines[2], `"nor-this": there is no such mode`) {
		t.Errorf("exit status %d, output %q, errors\n%s", exit, stdout, stderr)
	}
}

func TestBadInputIsOneLineAndWritesNothing(t *testing.T) {
	outside := t.TempDir()
	for _, test := range []struct {
		name, dir string
		args      []string
		want      string
	}{
		{"architecture", ".", []string{"--arch", "x86_64"}, `invalid argument "x86_64" for "--arch" flag: want arm64, amd64`},
		{"no architecture", ".", []string{"--arch", ""}, `"--arch" flag: want arm64`},
		{"flag", ".", []string{"--fast"}, "there is no flag --fast"},
		{"one dash", ".", []string{"-arch", "amd64"}, "flags have two dashes: --arch"},
		{"flag without value", ".", []string{"--out"}, "--out"},
		{"argument", ".", []string{"token"}, `"token"`},
		{"outside of the module", outside, nil, "no go.mod in"},
		{"no such contract", ".", []string{"--contract", "none.yaml"}, "none.yaml: no such file or directory"},
		{"no contract", ".", []string{"--contract", "build.go"}, "build.go:"},
		{"no name of a mode", ".", []string{"--mode", "../rest-token"}, `--mode "../rest-token": there is no such mode in `},
		{"empty mode", ".", []string{"--mode", ""}, `--mode "": there is no such mode in `},
		{"no such mode", ".", []string{"--mode", "none"}, "modes, but http-iam, http-jwt, http-lambda, rest-api-key, rest-cognito, rest-iam, rest-request, rest-token, websocket"},
		{"wrong contract", ".", []string{"--contract", "testdata/no_security.yaml"}, "testdata/no_security.yaml:6: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			args := append([]string{"--out", out}, test.args...)
			stdout, stderr, exit := build(t, test.dir, nil, args...)
			if exit != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, test.want) {
				t.Errorf("exit status %d, output %q, errors %q; want 2 and one line with %q", exit, stdout, stderr, test.want)
			}
			if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s was written: %v", out, err)
			}
		})
	}
}

// A module whose functions do not compile: what an earlier build left must stay whole.
func TestAFailedBuildLeavesTheOldZip(t *testing.T) {
	module, out := standIn(t), t.TempDir()
	write(t, filepath.Join(module, "authorizers", "cmd", "token", "main.go"), "package main\n\nfunc main() { undefined() }\n")
	old := filepath.Join(out, "token.zip")
	if err := os.WriteFile(old, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, stderr, exit := build(t, module, nil, "--out", out)
	if exit != 2 || !strings.Contains(stderr, "build token") || !strings.Contains(stderr, "undefined") {
		t.Errorf("exit status %d: %s; want 2 and the compiler's words", exit, stderr)
	}
	if got := read(t, old); string(got) != "old" {
		t.Errorf("the old zip holds %q", got)
	}
	if entries, _ := os.ReadDir(out); len(entries) != 1 {
		t.Errorf("the failed build left %v", entries)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func open(t *testing.T, path string) []*zip.File {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = archive.Close() })
	return archive.File
}

func listing(files []*zip.File) string {
	var lines []string
	for _, file := range files {
		lines = append(lines, file.Name+" "+file.Mode().String())
	}
	return strings.Join(lines, ", ")
}

func content(t *testing.T, file *zip.File) []byte {
	t.Helper()
	reader, err := file.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }()
	all, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func machineOf(t *testing.T, binary []byte) elf.Machine {
	t.Helper()
	file, err := elf.NewFile(bytes.NewReader(binary))
	if err != nil {
		t.Fatal(err)
	}
	return file.Machine
}

// TestPoliciesAreChecked: a contract with a caller for whom no policy can be written is refused before anything is built, and
// a large policy is a warning.
func TestPoliciesAreChecked(t *testing.T) {
	module := standIn(t)
	for routes, want := range map[int]string{
		200:  `build: warning: a caller with the scope read (bearer): the policy has `,
		4000: `openapi.yaml: a caller with the scope read (bearer): policy: the document for this caller has `,
	} {
		var text strings.Builder
		text.WriteString("openapi: 3.1.0\ninfo: {title: Large, version: 1.0.0}\nx-function: f\n" +
			"components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\npaths:\n")
		for i := range routes {
			fmt.Fprintf(&text, "  /a-thing-with-a-long-name-%d/{id}/details: {get: {security: [{bearer: [read]}]}}\n", i)
		}
		contract := filepath.Join(t.TempDir(), "openapi.yaml")
		if err := os.WriteFile(contract, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(t.TempDir(), "dist")
		_, stderr, exit := build(t, module, nil, "--contract", contract, "--out", out)
		_, err := os.Stat(out)
		if !strings.Contains(stderr, want) || (exit != 0) != (routes == 4000) || (err == nil) != (exit == 0) {
			t.Errorf("%d routes: status %d, stderr %s; folder: %v", routes, exit, stderr, err)
		}
	}
}

// TestExamples runs the help text's examples as they stand, from a module's root, but for where they write.
func TestExamples(t *testing.T) {
	lines := strings.Split(buildcommand.Command(&cli.Session{}).Example, "\n")
	if len(lines) < 2 {
		t.Fatalf("the examples are %q", lines)
	}
	module := standIn(t)
	if err := os.CopyFS(filepath.Join(module, "deploy", "terraform", "examples"), os.DirFS("../../terraform/examples")); err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		args, ours := strings.CutPrefix(strings.TrimSpace(line)+" ", "portcullis build ")
		if !ours {
			t.Errorf("%q is no call of the command", line)
		}
		mustBuild(t, module, nil, append(strings.Fields(args), "--out", t.TempDir())...)
	}
}
