package terraform_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"portcullis/deploy/build/functions"
	"portcullis/deploy/parts"
)

// copyStack copies the stack, and the files of the module that it reads, to a temporary folder, and returns the
// stack's folder there. Terraform writes beside what it reads.
func copyStack(t *testing.T) string {
	t.Helper()
	module := t.TempDir()
	dir := filepath.Join(module, "deploy", "terraform")
	copyTo(t, filepath.Join(module, "api"), "../../api", "openapi.yaml")
	copyTo(t, filepath.Join(module, "deploy", "modes"), "../modes", "*.yaml")
	for _, pattern := range []string{"*.tf", ".tflint.hcl", "modules/*/*.tf", "tests/*.hcl", "tests/*/*", "tests/*/*/*"} {
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

// applied builds the functions, copies the stack, lays over it what the emulator needs, and applies it.
func applied(t *testing.T, moto string) *parts.Stack {
	t.Helper()
	dir := copyStack(t)
	copyTo(t, dir, "testdata/moto", "modules/*/*_override.tf")
	module := filepath.Join(dir, "..", "..")
	source := functions.Source{Module: filepath.Join("..", ".."), Contract: functions.Contract(module), Architecture: "arm64"}
	if _, err := functions.WriteZips(t.Context(), source, filepath.Join(dir, "..", "dist")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "terraform.tfvars"), []byte("name = \"demo\"\ndeletion_protection = false\n"))
	stack := parts.Terraform(t, dir, parts.MotoEnv(moto)...)
	stack.Run("apply", "-auto-approve", "-no-color")
	return stack
}

// api is an element of the output apis.
type api struct{ ID, Stage, Kind, URL string }

func apis(t *testing.T, stack *parts.Stack) map[string]api {
	t.Helper()
	all := map[string]api{}
	if err := json.Unmarshal([]byte(stack.Run("output", "-json", "apis")), &all); err != nil {
		t.Fatal(err)
	}
	if all["rest-token"].ID == "" {
		t.Fatalf("there is no API of the mode rest-token: %v", all)
	}
	return all
}

func output(t *testing.T, stack *parts.Stack, name string) string {
	t.Helper()
	return strings.TrimSpace(stack.Run("output", "-raw", name))
}

// resources returns the attributes of every resource of one type in the stack and its modules.
func resources(t *testing.T, stack *parts.Stack, kind string) []map[string]any {
	t.Helper()
	type module struct {
		Resources []struct {
			Type   string
			Values map[string]any
		}
		Children []module `json:"child_modules"`
	}
	var state struct {
		Values struct {
			Root module `json:"root_module"`
		}
	}
	if err := json.Unmarshal([]byte(stack.Run("show", "-json")), &state); err != nil {
		t.Fatal(err)
	}
	var found []map[string]any
	for queue := []module{state.Values.Root}; len(queue) > 0; queue = queue[1:] {
		for _, resource := range queue[0].Resources {
			if resource.Type == kind {
				found = append(found, resource.Values)
			}
		}
		queue = append(queue, queue[0].Children...)
	}
	return found
}

func deployment(t *testing.T, moto string, api api) string {
	t.Helper()
	var stage struct{ DeploymentID string }
	get(t, moto, "/restapis/"+api.ID+"/stages/"+api.Stage, &stage)
	if stage.DeploymentID == "" {
		t.Fatal("the stage has no deployment")
	}
	return stage.DeploymentID
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

// contract is what of the OpenAPI file decides on authorization. A nil security is not there; an empty one opens.
type contract struct {
	Security *[]any
	Paths    map[string]map[string]yaml.Node
}

func readContract(t *testing.T) contract {
	t.Helper()
	var all contract
	if err := yaml.Unmarshal(read(t, "../../api/openapi.yaml"), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// authorizations returns "METHOD /path" -> the authorization type that the gateway must have, preflights included.
func (c contract) authorizations(guarded string) map[string]string {
	all := map[string]string{}
	for path, item := range c.Paths {
		all["OPTIONS "+path] = "NONE"
		for method, node := range item {
			var operation struct{ Security *[]any }
			if !strings.Contains(" delete get head options patch post put ", " "+method+" ") || node.Decode(&operation) != nil {
				continue
			}
			security := operation.Security
			if security == nil {
				security = c.Security
			}
			all[strings.ToUpper(method)+" "+path] = guarded
			if security != nil && len(*security) == 0 {
				all[strings.ToUpper(method)+" "+path] = "NONE"
			}
		}
	}
	return all
}
