package testtools

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The options by which serverless-offline is told where it listens: for requests to REST and HTTP APIs, and for WebSocket connections.
const (
	OfflineHTTP      = "--httpPort"
	OfflineWebSocket = "--websocketPort"
)

// ServerlessOffline starts serverless-offline, another local API Gateway (https://github.com/dherault/serverless-offline), with a copy of
// the service in a folder and further variables of its environment, NAME=value. It gives the host:port that one of the options above is
// about, where something listens then. It stops when the test ends. It is an optional part: without it the test skips, with CI=true too.
func ServerlessOffline(t testing.TB, folder, option string, variables ...string) (address string) {
	t.Helper()
	NodeModule(t, "serverless-offline", "13.9.0")
	node, env := NodeModule(t, "serverless", "3.40.0")
	where := exec.Command(node, "-p", `require("path").dirname(require.resolve("serverless/package.json"))`)
	where.Env = env
	found, err := where.Output()
	if err != nil {
		t.Fatal(err)
	}
	serverless, service := strings.TrimSpace(string(found)), t.TempDir()
	if err := os.CopyFS(service, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Dir(serverless), filepath.Join(service, "node_modules")); err != nil {
		t.Fatal(err)
	}
	args := []string{filepath.Join(serverless, "bin", "serverless.js"), "offline", "start", "--host", "127.0.0.1"}
	for _, each := range []string{OfflineHTTP, OfflineWebSocket, "--lambdaPort"} {
		port := freePort(t)
		args = append(args, each, port)
		if each == option {
			address = net.JoinHostPort("127.0.0.1", port)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, node, args...)
	command.Dir = service
	command.Env = append(append(env, "CI=true", "SLS_TELEMETRY_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off"), variables...)
	logs := logFile(t, "serverless-offline.log")
	command.Stdout, command.Stderr = logs, logs
	if err := command.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { command.Wait(); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	for deadline := time.After(2 * time.Minute); ; {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return address
		}
		select {
		case <-ended:
			t.Fatalf("serverless-offline has ended\n%s", content(logs))
		case <-deadline:
			t.Fatalf("serverless-offline does not listen\n%s", content(logs))
		case <-time.After(100 * time.Millisecond):
		}
	}
}
