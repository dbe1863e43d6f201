package testtools

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Moto starts moto_server, an emulator of AWS, on a free loopback port and returns its address, such as
// "http://127.0.0.1:41234". It stops when the test ends. Each call starts a server of its own, so tests that use
// different ones share no state.
func Moto(t testing.TB) string {
	t.Helper()
	return moto(t)
}

// MotoWithPolicies is Moto for tests that make whole stacks. Its IAM knows AWS's managed policies, which it reads during the second
// request that it gets; that takes seconds, longer than clients with a deadline may wait. And a permission of a function is gone when it
// was removed: moto keeps one twice that a client, unsure of its answer, has added twice (AWS refuses the second), and removes one.
func MotoWithPolicies(t testing.TB) string {
	t.Helper()
	proxy := Proxy(t, moto(t, "MOTO_IAM_LOAD_MANAGED_POLICIES=true"))
	return Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete && isPermission(r.URL.Path) {
			for again := true; again; {
				answer := httptest.NewRecorder()
				proxy.ServeHTTP(answer, r.Clone(r.Context()))
				again = answer.Code == http.StatusNoContent
			}
			w.WriteHeader(http.StatusNoContent)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
}

// isPermission tells whether a path is that of one permission of a function: /2015-03-31/functions/NAME/policy/ID
// (https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html).
func isPermission(path string) bool {
	segments := strings.Split(path, "/")
	return len(segments) == 6 && segments[2] == "functions" && segments[4] == "policy"
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
