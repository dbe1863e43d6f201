//go:build linux

package lambda_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/emulators/lambda"
)

// gone tells whether the process has ended. One that nobody has waited for yet has ended too.
func gone(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return true
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(state, "Z")
}

// A function in the middle of an invocation would not notice by itself that nobody waits for it.
func TestFunctionsDieWithTheirParent(t *testing.T) {
	held := filepath.Join(t.TempDir(), "held")
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "FUNCTION_TEST_PARENT="+probe(t), "FUNCTION_TEST_HELD="+held)
	parent.Stderr = os.Stderr
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { return exists(held + ".pid") })
	pid := readPID(t, held)
	if gone(pid) {
		t.Fatal("the function ended before its parent")
	}
	parent.Process.Kill()
	parent.Wait()
	await(t, func() bool { return gone(pid) })
}

// parent is the program that TestFunctionsDieWithTheirParent kills.
func parent() int {
	f, err := lambda.Start(context.Background(), lambda.Config{Name: "probe", Binary: os.Getenv("FUNCTION_TEST_PARENT"), Timeout: time.Hour})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	text, _ := json.Marshal(event{Do: "hold", Text: os.Getenv("FUNCTION_TEST_HELD")})
	f.Invoke(context.Background(), text)
	return 0
}
