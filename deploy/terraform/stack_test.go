package terraform_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/deploy/functions"
	"portcullis/deploy/modes"
	"portcullis/deploy/testtools"
)

// copyStack copies the stack, and the files of the module that it reads, to a temporary folder, and returns the
// stack's folder there. Terraform writes beside what it reads.
func copyStack(t *testing.T) string {
	t.Helper()
	module := t.TempDir()
	dir := filepath.Join(module, "deploy", "terraform")
	copyTo(t, filepath.Join(module, "api"), "../../api", "openapi.yaml")
	copyTo(t, filepath.Join(module, "deploy", "modes"), "../modes", "*.yaml")
	for _, pattern := range []string{"*.tf", ".tflint.hcl", "modules/*/*.tf", "examples/*/*", "tests/*.hcl", "tests/*/*", "tests/*/*/*", "tests/*/*/*/*"} {
		copyTo(t, dir, ".", pattern)
	}
	return dir
}

// copyTo copies the files below from that match the pattern to the same places below to.
func copyTo(t *testing.T, to, from, pattern string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(from, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no %s in %s: %v", pattern, from, err)
	}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			continue
		}
		name, _ := filepath.Rel(from, file)
		write(t, filepath.Join(to, name), read(t, file))
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

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// readAll reads all files that the pattern matches.
func readAll(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no %s: %v", pattern, err)
	}
	var all strings.Builder
	for _, file := range files {
		all.Write(read(t, file))
	}
	return all.String()
}

// addModes copies mode files to a copy of the module, and makes plans of them beside those that the tests read.
func addModes(t *testing.T, module, folder string) {
	t.Helper()
	to := filepath.Join(module, "deploy", "modes")
	copyTo(t, to, folder, "*.yaml")
	artifacts := filepath.Join(module, "deploy", "terraform", "tests", "fixtures", "artifacts")
	writePlans(t, functions.Contract(module), to, artifacts)
}

// writePlans writes the plans of a contract and all modes of a folder, and the rules, where a build does.
func writePlans(t *testing.T, contract, modes, artifacts string) {
	t.Helper()
	for file, content := range compiled(t, contract, matching(t, modes, "*"), filepath.Join(artifacts, "rules.json"), filepath.Join(artifacts, "plans")) {
		write(t, file, content)
	}
}

// buildFor builds the functions of this module for the contract of a copy of it, and the plans of the copy's modes.
func buildFor(t *testing.T, module string) {
	t.Helper()
	contract, dist := functions.Contract(module), filepath.Join(module, "deploy", "dist")
	build := exec.CommandContext(t.Context(), testtools.PlainProgram(t, "./deploy/build"), "--contract", contract, "--out", dist, "--arch", "arm64")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, output)
	}
	writePlans(t, contract, filepath.Join(module, "deploy", "modes"), dist)
}

// madeAPI is an element of the output apis.
type madeAPI struct{ ID, Stage, Kind, URL string }

// apis are the APIs of all modes that are shipped.
func apis(t *testing.T, stack *testtools.Stack) map[string]madeAPI {
	t.Helper()
	all := map[string]madeAPI{}
	if err := json.Unmarshal([]byte(stack.Run("output", "-json", "apis")), &all); err != nil {
		t.Fatal(err)
	}
	for _, m := range shipped(t) {
		if all[m.Name].ID == "" {
			t.Fatalf("there is no API of the mode %s: %v", m.Name, all)
		}
	}
	return all
}

// shipped are the modes of deploy/modes.
func shipped(t *testing.T) []*modes.Mode {
	t.Helper()
	modes, err := modes.LoadAll("../modes")
	if err != nil {
		t.Fatal(err)
	}
	return modes
}

// state are the attributes of every resource of the stack and its modules, by the resources' type.
type state map[string][]map[string]any

func readState(t *testing.T, stack *testtools.Stack) state {
	t.Helper()
	type module struct {
		Resources []struct {
			Type   string
			Values map[string]any
		}
		Children []module `json:"child_modules"`
	}
	var shown struct {
		Values struct {
			Root module `json:"root_module"`
		}
	}
	if err := json.Unmarshal([]byte(stack.Run("show", "-json")), &shown); err != nil {
		t.Fatal(err)
	}
	found := state{}
	for queue := []module{shown.Values.Root}; len(queue) > 0; queue = queue[1:] {
		for _, resource := range queue[0].Resources {
			found[resource.Type] = append(found[resource.Type], resource.Values)
		}
		queue = append(queue, queue[0].Children...)
	}
	return found
}

// deployments are the deployments that the REST APIs' stages serve, by mode.
func deployments(t *testing.T, moto string, apis map[string]madeAPI) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, made := range apis {
		if made.Kind != modes.REST {
			continue
		}
		var stage struct{ DeploymentID string }
		get(t, moto, "/restapis/"+made.ID+"/stages/"+made.Stage, &stage)
		if stage.DeploymentID == "" {
			t.Fatalf("the stage of %s has no deployment", name)
		}
		all[name] = stage.DeploymentID
	}
	return all
}

// get reads from the emulated API Gateway. The emulator finds the service in the credential's scope and checks no more.
func get(t *testing.T, moto, path string, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, moto+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization",
		"AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/apigateway/aws4_request, SignedHeaders=host, Signature=none")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s: %v\n%s", path, response.Status, err, body)
	}
}
