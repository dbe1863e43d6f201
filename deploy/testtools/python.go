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

// PythonModule returns the path of a Python that has a module: the first in PATH, or the system's own, for which Debian packages
// modules. It is an optional part: without it the test skips, with CI=true too.
func PythonModule(t testing.TB, name, version string) string {
	t.Helper()
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(t.Context(), python, "-c", "import "+name).Run() == nil {
			return python
		}
	}
	skip(t, name, "pip install '"+name+">="+version+"', or apt-get install python3-"+name)
	return ""
}
