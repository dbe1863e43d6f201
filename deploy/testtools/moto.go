package testtools

import (
	"os"
	"os/exec"
	"testing"
)

// Moto starts moto_server, an emulator of AWS, on a free loopback port and returns its address, such as
// "http://127.0.0.1:41234". It stops when the test ends. Each call starts a server of its own, so tests that use
// different ones share no state.
func Moto(t testing.TB) string {
	t.Helper()
	return moto(t)
}

// MotoWithPolicies is Moto whose IAM knows AWS's managed policies. It reads them during the second request that it gets, which takes
// seconds, longer than clients with a deadline may wait.
func MotoWithPolicies(t testing.TB) string {
	t.Helper()
	return moto(t, "MOTO_IAM_LOAD_MANAGED_POLICIES=true")
}

func moto(t testing.TB, env ...string) string {
	t.Helper()
	path := Command(t, "moto_server", "pip install 'moto[server]==5.2.1'")
	cmd := exec.Command(path, "-H", "127.0.0.1", "-p", "0")
	cmd.Env = append(os.Environ(), env...)
	return serveCommand(t, cmd, "/moto-api/")
}

// MotoEnv returns the environment variables, as "NAME=value", that point the AWS CLI, SDKs and Terraform at the emulator
// at url and nowhere else: made-up credentials, and no profile or file of the user's.
func MotoEnv(url string) []string {
	return []string{
		"AWS_ENDPOINT_URL=" + url,
		"AWS_REGION=" + Region, "AWS_DEFAULT_REGION=" + Region,
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_SESSION_TOKEN=",
		"AWS_PROFILE=", "AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
	}
}
