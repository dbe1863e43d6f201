package terraform_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"portcullis/deploy/testtools"
)

// TestScan has tfsec look for what is insecure in the stack and in each module by itself, since of a stack it sees only what it can tell the
// number of. Each finding is in explained.txt, with its reason; and what is there is found.
func TestScan(t *testing.T) {
	t.Parallel()
	tfsec := testtools.TFSec(t)
	dir := copyStack(t)
	folders, err := filepath.Glob(filepath.Join(dir, "modules", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("there is no module: %v", err)
	}
	explained := readExplained(t)
	looked := 0
	for _, folder := range append(folders, dir) {
		name, _ := filepath.Rel(dir, folder)
		for _, result := range scan(t, tfsec, folder) {
			looked++
			finding := name + " " + result.Rule + " " + result.Resource
			if result.Status == passed {
				continue
			}
			if explained[finding] == "" {
				t.Errorf("%s: %s (%s line %d): mend it, or add to testdata/scan/explained.txt %q and why it stays", finding, result.Description, filepath.Base(result.Location.Filename), result.Location.Line, finding+": ")
			}
			delete(explained, finding)
		}
	}
	for finding := range explained {
		t.Errorf("%s is explained in testdata/scan/explained.txt, and not found", finding)
	}
	if looked < 30 {
		t.Errorf("tfsec looked at %d things, and so at nearly nothing", looked)
	}
}

// passed is the status of what is as tfsec wants it.
const passed = 1

// scanResult is what tfsec says of one resource by one rule.
type scanResult struct {
	Rule        string `json:"long_id"`
	Resource    string
	Status      int
	Description string
	Location    struct {
		Filename string
		Line     int `json:"start_line"`
	}
}

// scan runs tfsec on a folder, with all severities.
func scan(t *testing.T, tfsec, folder string) []scanResult {
	t.Helper()
	command := exec.CommandContext(t.Context(), tfsec, folder, "--no-color", "--no-module-downloads", "--include-passed", "--format=json", "--soft-fail")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("tfsec %s: %v\n%s", folder, err, stderr.Bytes())
	}
	var report struct{ Results []scanResult }
	if err := json.Unmarshal(output, &report); err != nil {
		t.Fatalf("tfsec %s: %v\n%s", folder, err, output)
	}
	return report.Results
}

// explainedLine is a folder, a rule, a resource and a reason.
var explainedLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\S+ \S+ \S+): (\S.{20,})$`) })

// readExplained reads the findings that stay, and why.
func readExplained(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for line := range strings.Lines(string(read(t, "testdata/scan/explained.txt"))) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := explainedLine().FindStringSubmatch(line)
		if parts == nil {
			t.Fatalf("testdata/scan/explained.txt: %q: want FOLDER RULE RESOURCE: and a reason", line)
		}
		all[parts[1]] = parts[2]
	}
	return all
}
