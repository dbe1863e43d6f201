package desk_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"portcullis/deploy/desk"
)

// tellingFunction answers with two of its variables and the id of its process.
const tellingFunction = `package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := http.Get(api + "next")
		if err != nil {
			os.Exit(1)
		}
		io.Copy(io.Discard, next.Body)
		answer := fmt.Sprintf("{\"statusCode\":200,\"body\":\"%s %s %d\"}", os.Getenv("SAID"), os.Getenv("PIPED"), os.Getpid())
		http.Post(api+next.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", "application/json", strings.NewReader(answer))
	}
}
`

// TestWatchEnvFiles: a binary is started anew where an --env-file says something else, and stays as it is where that is the same, or wrong.
// What can be read once only, such as a pipe of a shell's, counts on.
func TestWatchEnvFiles(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it has no /dev/fd")
	}
	t.Chdir(t.TempDir())
	write(t, "contract.yaml", ordersContract)
	write(t, "own.yaml", ordersMode)
	write(t, "main.go", tellingFunction)
	if output, err := exec.Command("go", "build", "-o", "bootstrap", "main.go").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	piped, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer piped.Close()
	fmt.Fprintln(pipe, "PIPED=secretly")
	pipe.Close()
	write(t, "of.env", "SAID=one\n")
	d := start(t, desk.Config{
		Watch: true, Contract: "contract.yaml", Modes: []string{"own.yaml"}, Functions: []desk.Function{{Name: "orders", Where: "bootstrap"}},
		EnvFiles: []string{"of.env", fmt.Sprint("/dev/fd/", piped.Fd())},
	})
	told := func() (says, process string) {
		t.Helper()
		status, body := get(t, d, "/own/orders")
		at := strings.LastIndex(body, " ")
		if status != 200 || at < 0 {
			t.Fatalf("%d %s", status, body)
		}
		return body[:at], body[at+1:]
	}
	says, first := told()
	if says != "one secretly" {
		t.Errorf("at first it has %q", says)
	}
	for _, step := range []struct {
		name, text, log, says string
		anew                  bool
	}{
		{"another value", "SAID=two\n", "local: reloaded of.env\n", "two secretly", true},
		{"a comment", "# of it\nSAID=two\n", "local: reloaded of.env\n", "two secretly", false},
		{"something wrong", "SAID=three\nISSUERS=hidden\n", `local: --env-file "of.env": line 2: ISSUERS: is one that functions get`, "two secretly", false},
		{"as editors of Windows write it", "\ufeffSAID=four\r\n", "local: reloaded of.env\n", "four secretly", true},
		{"none of it", "\n", "local: reloaded of.env\n", " secretly", true},
	} {
		before := strings.Count(d.stderr.String(), step.log)
		write(t, "of.env", step.text)
		waitForLogs(t, d, step.log, before+1)
		says, process := told()
		if says != step.says || (process != first) != step.anew {
			t.Errorf("%s: it has %q, started anew: %t", step.name, says, process != first)
		}
		first = process
	}
	if strings.Contains(d.stderr.String(), "hidden") {
		t.Error("a value is in the log")
	}
}
