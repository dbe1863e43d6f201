package testtools

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Node returns the path of node. It is an optional part: without it the test skips, with CI=true too.
func Node(t testing.TB) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		skip(t, "node", "apt-get install nodejs")
	}
	return node
}

// Java returns the path of a Java that runs a program from its source, as that of a JDK from 11 on does
// (https://openjdk.org/jeps/330). It is an optional part: without it the test skips, with CI=true too.
func Java(t testing.TB) string {
	t.Helper()
	const howToGet = "apt-get install default-jdk-headless"
	java, err := exec.LookPath("java")
	if err != nil {
		skip(t, "java", howToGet)
	}
	if modules, err := exec.CommandContext(t.Context(), java, "--list-modules").Output(); err != nil || !bytes.Contains(modules, []byte("jdk.compiler@")) {
		skip(t, "a JDK", howToGet)
	}
	return java
}

// NodeModule returns the path of node and the environment in which it finds a module of npm's, by NODE_PATH or among those that are
// installed globally. It is an optional part: without it the test skips, with CI=true too.
func NodeModule(t testing.TB, name, version string) (node string, env []string) {
	t.Helper()
	howToGet := "npm install -g " + name + "@" + version
	node, err := exec.LookPath("node")
	if err != nil {
		skip(t, "node", "install Node.js, then "+howToGet)
	}
	path := os.Getenv("NODE_PATH")
	if root, err := exec.CommandContext(t.Context(), "npm", "root", "-g").Output(); err == nil {
		path = strings.Trim(path+string(os.PathListSeparator)+string(bytes.TrimSpace(root)), string(os.PathListSeparator))
	}
	env = append(os.Environ(), "NODE_PATH="+path)
	probe := exec.CommandContext(t.Context(), node, "-e", "require.resolve(process.argv[1])", name)
	probe.Env = env
	if probe.Run() != nil {
		skip(t, name, howToGet)
	}
	return node, env
}

// NodePackage installs what the package-lock.json of a folder names, and returns the path of node. Where node or npm is missing or too
// old for it, or npm's registry cannot be reached, it skips as [Command] does.
func NodePackage(t testing.TB, dir string) (node string) {
	t.Helper()
	node = Command(t, "node", "install Node.js")
	npm := Command(t, "npm", "install Node.js with npm")
	install := exec.CommandContext(t.Context(), npm, "ci", "--engine-strict", "--prefer-offline", "--no-audit", "--no-fund")
	install.Dir = dir
	output, err := install.CombinedOutput()
	if err == nil {
		return node
	}
	for _, code := range npmMissing {
		if bytes.Contains(output, []byte("code "+code+"\n")) {
			missing(t, filepath.Base(dir)+"'s packages ("+code+")", "npm ci, which needs npm's registry and a Node.js that is recent enough")
		}
	}
	t.Fatalf("npm ci: %v\n%s", err, output)
	return ""
}

// npmMissing are the codes with which npm says that it reaches no registry, or that node is too old.
var npmMissing = []string{"EBADENGINE", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ENOTCACHED", "ENOTFOUND", "ETIMEDOUT"}
