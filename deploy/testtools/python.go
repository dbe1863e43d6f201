package testtools

import (
	"os/exec"
	"strings"
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

// Python returns the path of a Python that has all of these modules, or skips as [Command] does: the first in PATH, or the system's own,
// for which Debian packages modules.
func Python(t testing.TB, howToGet string, modules ...string) string {
	t.Helper()
	for _, python := range pythons {
		if exec.CommandContext(t.Context(), python, "-c", "import "+strings.Join(modules, ", ")).Run() == nil {
			return python
		}
	}
	missing(t, "a Python with "+strings.Join(modules, " and "), howToGet)
	return ""
}

var pythons = []string{"python3", "/usr/bin/python3"}

// PythonModule returns the path of a Python that has a module: the first in PATH, or the system's own, for which Debian packages
// modules. It is an optional part: without it the test skips, with CI=true too.
func PythonModule(t testing.TB, name, version string) string {
	t.Helper()
	for _, python := range pythons {
		if exec.CommandContext(t.Context(), python, "-c", "import "+name).Run() == nil {
			return python
		}
	}
	skip(t, name, "pip install '"+name+">="+version+"', or apt-get install python3-"+name)
	return ""
}
