package terraform_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/deploy/testtools"
)

// TestHeldVersion publishes two versions with a contract each: one can be held with its own contract, and not with the other's.
func TestHeldVersion(t *testing.T) {
	t.Parallel()
	moto := testtools.MotoWithPolicies(t)
	dir := copyStack(t)
	copyTo(t, dir, "testdata/moto", "modules/*/*_override.tf")
	example := filepath.Join(dir, "examples", "held")
	copyTo(t, example, "testdata/held", "*.tf")
	for _, version := range []string{"older", "newer"} {
		write(t, filepath.Join(example, version, "token.zip"), zipOf(t, version))
		write(t, filepath.Join(example, version, "rules.json"), fmt.Appendf(nil, `{"contract":{"sha256":"%x"}}`, sha256.Sum256([]byte(version))))
	}
	stack := testtools.Terraform(t, example, testtools.MotoEnv(moto)...)
	stack.Run("apply", "-auto-approve", "-no-color", "-var=zip=older/token.zip")
	stack.Run("apply", "-auto-approve", "-no-color", "-var=zip=newer/token.zip")

	for _, test := range []struct {
		contract, version string
		held              bool
	}{
		{"older", "1", true},
		{"older", "2", false},
		{"newer", "1", false},
		{"newer", "2", true},
	} {
		output, exit := stack.Try("plan", "-no-color", "-var=zip="+test.contract+"/token.zip", "-var=live_version="+test.version)
		words := strings.Join(strings.Fields(output), " ")
		if (exit == 0) != test.held || !test.held && !strings.Contains(words, "The version "+test.version+" of demo-check decides by another contract (Portcullis authorizer, contract ") {
			t.Errorf("the %s contract with version %s: exit status %d\n%s", test.contract, test.version, exit, output)
		}
	}
}

// zipOf returns a zip of a bootstrap with this text.
func zipOf(t *testing.T, text string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	archive := zip.NewWriter(&buffer)
	file, err := archive.Create("bootstrap")
	if err == nil {
		_, err = file.Write([]byte(text))
	}
	if err == nil {
		err = archive.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}
