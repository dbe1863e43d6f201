package testtools

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// CognitoLocal starts cognito-local, an emulator of Amazon Cognito's user pools, on a free loopback port and returns its address.
// It stops when the test ends, and keeps nothing. It is an optional part: without it the test skips, with CI=true too.
func CognitoLocal(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("cognito-local")
	if err != nil {
		skip(t, "cognito-local", "npm install -g cognito-local@5.3.0")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, ".cognito", "config.json")
	if err := os.Mkdir(filepath.Dir(config), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, []byte(`{"UserPoolDefaults":{"UsernameAttributes":[]}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOST=127.0.0.1", "PORT="+freePort(t))
	return serveCommand(t, cmd, "/health")
}

// freePort is one that was free a moment ago. Its tokens name the port that it is given as that of their issuer, so that it may not choose one.
func freePort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}
