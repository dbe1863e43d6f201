package testtools_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/testtools"
)

// outcome is a testing.TB that records how the code under test ended it.
type outcome struct {
	testing.TB
	kind, text string
}

func (o *outcome) Helper() {}

func (o *outcome) Skipf(format string, args ...any) { o.end("skip", fmt.Sprintf(format, args...)) }

func (o *outcome) Fatalf(format string, args ...any) { o.end("fatal", fmt.Sprintf(format, args...)) }

func (o *outcome) end(kind, text string) {
	o.kind, o.text = kind, text
	runtime.Goexit()
}

// of runs the function as a test of its own would be and returns how it ended; kind is "" for one that returned.
func of(t *testing.T, run func(testing.TB)) *outcome {
	result := &outcome{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(result)
	}()
	<-done
	return result
}

func program(t *testing.T, script string) (name string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "part"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	return "part"
}

func TestCommandFindsOnlyWhatRuns(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the programs of this test are shell scripts")
	}
	for _, test := range []struct{ script, ci, kind string }{
		{"exit 0", "", ""},
		{"exit 2 # an unknown option", "", ""},
		{"exit 0", "true", ""},
		{"exit 127 # a shim without a program behind it", "", "skip"},
		{"exit 1", "", "skip"},
		{"exit 127", "true", "fatal"},
	} {
		t.Run(test.script+" CI="+test.ci, func(t *testing.T) {
			t.Setenv("CI", test.ci)
			name := program(t, test.script)
			got := of(t, func(tb testing.TB) { testtools.Command(tb, name, "make part") })
			if got.kind != test.kind {
				t.Fatalf("ended with %q (%s), want %q", got.kind, got.text, test.kind)
			}
			checkSentence(t, got)
		})
	}
}

func TestMissingPartsSkipOnADeskAndFailInCI(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	calls := map[string]func(testing.TB){
		"Command":   func(tb testing.TB) { testtools.Command(tb, "no-such-part", "make part") },
		"Moto":      func(tb testing.TB) { testtools.Moto(tb) },
		"policies":  func(tb testing.TB) { testtools.MotoWithPolicies(tb) },
		"Terraform": func(tb testing.TB) { testtools.Terraform(tb, t.TempDir()) },
		"AWSCLI":    func(tb testing.TB) { testtools.AWSCLI(tb) },
		"TFLint":    func(tb testing.TB) { testtools.TFLint(tb) },
		"Botocore":  func(tb testing.TB) { testtools.Botocore(tb) },
		"Chromium":  func(tb testing.TB) { testtools.Chromium(tb) },
		"Python":    func(tb testing.TB) { testtools.Python(tb, "make part", "no_such_module") },
		"packages":  func(tb testing.TB) { testtools.NodePackage(tb, t.TempDir()) },
		"modules":   func(tb testing.TB) { testtools.GoModules(tb, t.TempDir()) },
	}
	for name, call := range calls {
		for ci, want := range map[string]string{"": "skip", "true": "fatal"} {
			t.Run(name+" CI="+ci, func(t *testing.T) {
				t.Setenv("CI", ci)
				got := of(t, call)
				if got.kind != want {
					t.Fatalf("ended with %q (%s), want %q", got.kind, got.text, want)
				}
				checkSentence(t, got)
			})
		}
	}
}

func TestOptionalPartsSkipEverywhere(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	calls := map[string]func(testing.TB){
		"CognitoLocal": func(tb testing.TB) { testtools.CognitoLocal(tb) },
		"NodeModule":   func(tb testing.TB) { testtools.NodeModule(tb, "no-such-module", "1.2.3") },
		"PythonModule": func(tb testing.TB) { testtools.PythonModule(tb, "no_such_module", "1") },
	}
	for name, call := range calls {
		for _, ci := range []string{"", "true"} {
			t.Run(name+" CI="+ci, func(t *testing.T) {
				t.Setenv("CI", ci)
				got := of(t, call)
				if got.kind != "skip" {
					t.Fatalf("ended with %q (%s), want skip", got.kind, got.text)
				}
				checkSentence(t, got)
			})
		}
	}
}

// TestNodePackageThatIsWrong: that a folder has nothing to install is no missing part.
func TestNodePackageThatIsWrong(t *testing.T) {
	testtools.Command(t, "npm", "install Node.js with npm")
	if got := of(t, func(tb testing.TB) { testtools.NodePackage(tb, t.TempDir()) }); got.kind != "fatal" {
		t.Errorf("ended with %q (%s), want fatal", got.kind, got.text)
	}
}

func TestBotocoreIsMissingFromAPythonWithoutIt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the program of this test is a shell script")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "python3"), []byte("#!/bin/sh\n[ \"$1\" = --version ]\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	for ci, want := range map[string]string{"": "skip", "true": "fatal"} {
		t.Setenv("CI", ci)
		got := of(t, func(tb testing.TB) { testtools.Botocore(tb) })
		if got.kind != want || !strings.HasPrefix(got.text, "botocore is missing") {
			t.Errorf("CI=%s: ended with %q (%s), want %q", ci, got.kind, got.text, want)
		}
		checkSentence(t, got)
	}
}

func checkSentence(t *testing.T, got *outcome) {
	t.Helper()
	if got.kind == "" {
		return
	}
	if strings.Contains(got.text, "\n") || !strings.Contains(got.text, "is missing") {
		t.Errorf("%q is not one line that says what is missing", got.text)
	}
}

func TestMotoAnswersAndStops(t *testing.T) {
	var url string
	t.Run("answers", func(t *testing.T) {
		url = testtools.Moto(t)
		resp, err := http.Get(url + "/moto-api/")
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("GET /moto-api/: %v, %v", resp, err)
		}
		_ = resp.Body.Close()
	})
	if url == "" {
		t.Skip("moto_server did not start")
	}
	if resp, err := http.Get(url + "/moto-api/"); err == nil {
		_ = resp.Body.Close()
		t.Error("moto_server still answers after its test")
	}
}

// The test starts itself as a program that dies with a server running.
func TestMotoDiesWithTheTestBinary(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells a child of its parent's death")
	}
	if os.Getenv("PARTS_TEST_DIE") != "" {
		fmt.Printf("url=%s\n", testtools.Moto(t))
		os.Exit(0)
	}
	testtools.Command(t, "moto_server", "pip install 'moto[server]==5.2.1'")
	cmd := exec.Command(os.Args[0], "-test.run=^TestMotoDiesWithTheTestBinary$", "-test.v")
	cmd.Env = append(os.Environ(), "PARTS_TEST_DIE=1", "TMPDIR="+t.TempDir())
	output, _ := cmd.CombinedOutput()
	_, rest, found := strings.Cut(string(output), "url=")
	if !found {
		t.Fatalf("moto_server did not start: %s", output)
	}
	url, _, _ := strings.Cut(rest, "\n")
	if !endsSoon(url) {
		t.Error("moto_server outlived the program that started it")
	}
}

// endsSoon says whether the server stops answering; a killed process takes a moment to go.
func endsSoon(url string) bool {
	for range 100 {
		resp, err := http.Get(url + "/moto-api/")
		if err != nil {
			return true
		}
		_ = resp.Body.Close()
		time.Sleep(100 * time.Millisecond)
	}
	return false
}

func TestTerraformRuns(t *testing.T) {
	t.Setenv("TF_CLI_CONFIG_FILE", filepath.Join(t.TempDir(), "absent.rc"))
	dir := t.TempDir()
	config := "output \"sum\" { value = 40 + 2 }\n"
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	stack := testtools.Terraform(t, dir)
	stack.Run("apply", "-auto-approve", "-no-color")
	if got := stack.Run("output", "-json"); !strings.Contains(got, "42") || strings.Contains(got, "Warning") {
		t.Errorf("output: %s", got)
	}
	if output, exit := stack.Try("no-such-command"); exit == 0 {
		t.Errorf("an unknown command succeeded: %s", output)
	}
	got := of(t, func(tb testing.TB) { testtools.Terraform(tb, dir).Run("no-such-command") })
	if got.kind != "fatal" || !strings.Contains(got.text, "no-such-command") {
		t.Errorf("a failed command ended with %q: %s", got.kind, got.text)
	}
}

// TestMotoRemovesPermissions: one that was added twice too, as by a client that did not get the first answer.
func TestMotoRemovesPermissions(t *testing.T) {
	cli, moto := testtools.AWSCLI(t), testtools.MotoWithPolicies(t)
	aws := func(args ...string) (string, error) {
		cmd := exec.Command(cli, args...)
		cmd.Env = slices.DeleteFunc(append(os.Environ(), testtools.MotoEnv(moto)...),
			func(pair string) bool { return strings.HasPrefix(pair, "AWS_PROFILE=") }) // the CLI looks for an empty one
		output, err := cmd.CombinedOutput()
		return string(output), err
	}
	zip := filepath.Join(t.TempDir(), "code.zip")
	if err := os.WriteFile(zip, []byte("PK\x05\x06"+strings.Repeat("\x00", 18)), 0o600); err != nil {
		t.Fatal(err)
	}
	add := func(id string) []string {
		return []string{"lambda", "add-permission", "--function-name", "f", "--statement-id", id,
			"--action", "lambda:InvokeFunction", "--principal", "apigateway.amazonaws.com"}
	}
	for _, args := range [][]string{
		{"iam", "create-role", "--role-name", "r", "--assume-role-policy-document", `{"Version":"2012-10-17","Statement":[]}`},
		{"lambda", "create-function", "--function-name", "f", "--runtime", "provided.al2023", "--handler", "bootstrap",
			"--role", "arn:aws:iam::123456789012:role/r", "--zip-file", "fileb://" + zip},
		add("kept"), add("twice"), add("twice"),
		{"lambda", "remove-permission", "--function-name", "f", "--statement-id", "twice"},
	} {
		if output, err := aws(args...); err != nil {
			t.Fatalf("aws %q: %v\n%s", args, err, output)
		}
	}
	output, err := aws("lambda", "get-policy", "--function-name", "f")
	if err != nil || strings.Contains(output, "twice") || !strings.Contains(output, "kept") {
		t.Errorf("get-policy: %v\n%s", err, output)
	}
}
