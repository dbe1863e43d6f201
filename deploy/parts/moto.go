package parts

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"portcullis/deploy/process"
)

const motoStartTimeout = time.Minute

// Moto starts moto_server, an emulator of AWS, on a free loopback port and returns its address, such as
// "http://127.0.0.1:41234". It stops when the test ends. IAM knows AWS's managed policies. Each call starts a server
// of its own, so tests that use different ones share no state.
func Moto(t testing.TB) string {
	t.Helper()
	path := Command(t, "moto_server", "pip install 'moto[server]==5.2.1'")
	port := freePort(t)
	logs := logFile(t, "moto.log")

	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, path, "-H", "127.0.0.1", "-p", strconv.Itoa(port))
	cmd.Env = append(os.Environ(), "MOTO_IAM_LOAD_MANAGED_POLICIES=true")
	cmd.Stdout, cmd.Stderr = logs, logs
	cmd.Cancel = func() error { return process.Kill(cmd) }
	ended, err := process.Start(cmd)
	if err != nil {
		cancel()
		t.Fatalf("start moto_server: %v", err)
	}
	stopped := make(chan struct{})
	var exit error
	go func() { exit = <-ended; close(stopped) }()
	t.Cleanup(func() { cancel(); <-stopped })

	url := fmt.Sprintf("http://127.0.0.1:%d", port)
	if !answers(url+"/moto-api/", stopped) {
		cancel()
		<-stopped
		t.Fatalf("moto_server does not answer at %s: %v\n%s", url, exit, content(logs))
	}
	return url
}

// MotoEnv returns the environment variables, as "NAME=value", that point the AWS CLI, SDKs and Terraform at the emulator
// at url and nowhere else: made-up credentials, and no profile or file of the user's.
func MotoEnv(url string) []string {
	return []string{
		"AWS_ENDPOINT_URL=" + url,
		"AWS_REGION=eu-west-1", "AWS_DEFAULT_REGION=eu-west-1",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_SESSION_TOKEN=",
		"AWS_PROFILE=", "AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
	}
}

// answers polls the address until it answers 200; it gives up when the server has stopped or after motoStartTimeout.
func answers(url string, stopped <-chan struct{}) bool {
	client := &http.Client{Timeout: 5 * time.Second}
	for deadline := time.Now().Add(motoStartTimeout); time.Now().Before(deadline); {
		if resp, err := client.Get(url); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return true
			}
		}
		select {
		case <-stopped:
			return false
		case <-time.After(50 * time.Millisecond):
		}
	}
	return false
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

func logFile(t testing.TB, name string) *os.File {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func content(file *os.File) string {
	text, err := os.ReadFile(file.Name())
	if err != nil {
		return err.Error()
	}
	return string(text)
}
