package terraform_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"portcullis/deploy/testtools"
)

// TestOwnContract does what the README of the example own-contract says, from the document that is there to the API, in a copy of it.
func TestOwnContract(t *testing.T) {
	t.Parallel()
	e := ownContract{moto: testtools.MotoWithPolicies(t), stack: copyStack(t)}
	copyTo(t, e.stack, "testdata/moto", "modules/*/*_override.tf")
	e.folder = filepath.Join(e.stack, "examples", "own-contract")
	before := read(t, filepath.Join(e.folder, "orders.yaml"))
	_, lines, _ := strings.Cut(string(read(t, filepath.Join(e.folder, "README.md"))), "```sh\n")
	lines, _, found := strings.Cut(lines, "```\n")
	if !found {
		t.Fatal("README says no steps")
	}
	steps := 0
	for line := range strings.Lines(lines) {
		e.do(t, strings.TrimSpace(line))
		steps++
	}
	if after := read(t, filepath.Join(e.folder, "orders.yaml")); !bytes.Equal(before, after) || steps != 8 {
		t.Errorf("%d steps; orders.yaml is not what they make of exported.yaml:\n%s", steps, after)
	}
}

// ownContract is a copy of the example, in a copy of the stack.
type ownContract struct {
	moto, stack, folder string

	made *testtools.Stack
}

// do does a line of the README.
func (e *ownContract) do(t *testing.T, line string) {
	t.Helper()
	const command, build = "go run portcullis/deploy/portcullis ", "go run portcullis/deploy/build "
	dist := filepath.Join(e.stack, "..", "dist")
	switch arguments, _ := strings.CutPrefix(line, "terraform apply "); {
	case strings.HasPrefix(line, command+"local "):
		e.serve(t, strings.Fields(strings.TrimPrefix(line, command)))
	case strings.HasPrefix(line, command):
		e.shell(t, e.folder, testtools.Program(t, "./deploy/portcullis")+" "+strings.TrimPrefix(line, command))
	case strings.HasPrefix(line, build): // in the module, of the same document
		e.shell(t, filepath.Join("examples", "own-contract"), testtools.PlainProgram(t, "./deploy/build")+" "+strings.TrimPrefix(line, build)+" --out "+dist)
	case strings.HasPrefix(line, "sed "):
		e.shell(t, e.folder, line)
	case line == "terraform init":
		e.made = testtools.Terraform(t, e.folder, testtools.MotoEnv(e.moto)...)
	case arguments != line:
		zip := "orders_zip=" + filepath.Join(dist, "users.zip") // which stands for the team's own
		e.made.Run(append([]string{"apply", "-auto-approve", "-no-color", "-var=deletion_protection=false"}, strings.Fields(strings.Replace(arguments, "orders_zip=path/to/orders.zip", zip, 1))...)...)
		e.checkOperations(t)
	case line == `curl "$(terraform output -raw url)/health"`: // moto serves no API
		if url := e.made.Run("output", "-raw", "url"); !strings.HasPrefix(url, "https://") || !strings.HasSuffix(url, "/v1") {
			t.Errorf("the API is at %q", url)
		}
	default:
		t.Fatalf("%s: nothing does this step", line)
	}
}

func (e *ownContract) shell(t *testing.T, folder, line string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), testtools.Command(t, "sh", "a POSIX shell is needed to do README's steps"), "-e", "-c", line)
	c.Dir = folder
	if output, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, output)
	}
}

// serve serves the document, and makes a call that is open and one that is not.
func (e *ownContract) serve(t *testing.T, arguments []string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), testtools.Program(t, "./deploy/portcullis"), append(arguments, "--addr", "127.0.0.1:0")...)
	c.Dir, c.Env = e.folder, append(os.Environ(), "AWS_ENDPOINT_URL=")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	url := ""
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "Ctrl-C") {
		if address, told := strings.CutPrefix(lines.Text(), "Portcullis at "); told {
			url = address
		}
	}
	for path, want := range map[string]int{"http-lambda/health": http.StatusOK, "http-lambda/orders": http.StatusUnauthorized} {
		answer, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s: %s, want %d", path, answer.Status, want)
		}
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	for lines.Scan() { // until it has ended
	}
	if err := c.Wait(); err != nil && c.ProcessState.ExitCode() != 130 {
		t.Errorf("the desk ended: %v", err)
	}
}

// checkOperations: the API guards what the document says, and opens what it opens.
func (e *ownContract) checkOperations(t *testing.T) {
	t.Helper()
	var got map[string]struct {
		Authorization string
		Public        bool
	}
	if err := json.Unmarshal([]byte(e.made.Run("output", "-json", "operations")), &got); err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for key, o := range got {
		told[key] = fmt.Sprint(o.Authorization, " ", o.Public)
	}
	const guarded = "CUSTOM false"
	want := map[string]string{
		"GET /orders": guarded, "POST /orders": guarded, "GET /orders/{id}": guarded, "DELETE /orders/{id}": guarded,
		"GET /orders/{id}/lines": guarded, "POST /orders/{id}/lines": guarded, "PUT /orders/{id}/lines/{line}": guarded, "DELETE /orders/{id}/lines/{line}": guarded,
		"GET /customers": guarded, "GET /customers/{customer}/orders": guarded, "GET /health": "NONE true",
	}
	if !reflect.DeepEqual(told, want) {
		t.Errorf("operations %v, want %v", told, want)
	}
	var permissions []string
	for _, permission := range readState(t, e.made)["aws_lambda_permission"] {
		_, called, _ := strings.Cut(permission["source_arn"].(string), ":123456789012:")
		_, called, _ = strings.Cut(called, "/")
		permissions = append(permissions, permission["function_name"].(string)+" "+called)
	}
	slices.Sort(permissions)
	if len(permissions) != 2 || !strings.HasPrefix(permissions[0], "orders-authorizer authorizers/") || permissions[1] != "orders-orders v1/*" {
		t.Errorf("the API may call %q, want its authorizer, and the function of eleven operations for all of them", permissions)
	}
}
