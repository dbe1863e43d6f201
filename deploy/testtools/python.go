package testtools

import (
	"os/exec"
	"testing"
)

// Botocore returns the path of a Python that has botocore, the AWS CLI's library, or skips as [Command] does.
func Botocore(t testing.TB) string {
	t.Helper()
	const howToGet = "pip install botocore"
	python := Command(t, "python3", howToGet)
	if err := exec.CommandContext(t.Context(), python, "-c", "import botocore.auth").Run(); err != nil {
		missing(t, "botocore", howToGet)
	}
	return python
}
