package lambda_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/testtools"
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if os.Getenv("FUNCTION_TEST_PARENT") != "" {
		return parent()
	}
	code := m.Run()
	if left := leftGoroutines(); left != "" {
		fmt.Fprintf(os.Stderr, "goroutines are left:\n%s\n", left)
		return 1
	}
	return code
}

// leftGoroutines are those that run this package's code, or serve HTTP for it, after some patience.
func leftGoroutines() string {
	own := reflect.TypeFor[lambda.Function]().PkgPath() + "."
	left := goroutines(own, "net/http.(*conn)")
	for range 200 {
		if left == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
		left = goroutines(own, "net/http.(*conn)")
	}
	return strings.Join(left, "\n\n")
}

// goroutines are the stacks, but for the caller's, in which one of the names is.
func goroutines(names ...string) (found []string) {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for _, one := range strings.Split(string(stacks), "\n\n")[1:] {
		if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(one, name) }) {
			found = append(found, one)
		}
	}
	return found
}

// probe is the path of testdata/probe, built.
func probe(t *testing.T) string {
	t.Helper()
	return testtools.Program(t, "./deploy/emulators/lambda/testdata/probe")
}

// start starts a probe, and checks at the test's end that none of its processes is left.
func start(t *testing.T, c lambda.Config) *lambda.Function {
	t.Helper()
	f, err := lambda.Start(t.Context(), probing(t, c))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(context.Background()); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return f
}

func probing(t *testing.T, c lambda.Config) lambda.Config {
	t.Helper()
	if c.Name == "" {
		c.Name = "probe"
	}
	if c.Binary == "" {
		c.Binary = probe(t)
	}
	// A busy machine may take longer than Lambda does.
	c.Timeout = cmp.Or(c.Timeout, time.Minute)
	c.InitTimeout = cmp.Or(c.InitTimeout, time.Minute)
	c.ShutdownTimeout = cmp.Or(c.ShutdownTimeout, time.Minute)
	return c
}

type event struct {
	Do   string
	Text string `json:",omitempty"`
	N    int    `json:",omitempty"`
}

func invoke(t *testing.T, f *lambda.Function, e event) (string, error) {
	t.Helper()
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := f.Invoke(context.Background(), text)
	return string(answer), err
}

func mustInvoke(t *testing.T, f *lambda.Function, e event) string {
	t.Helper()
	answer, err := invoke(t, f, e)
	if err != nil {
		t.Fatalf("%+v: %v", e, err)
	}
	return answer
}

// requireError checks type and message; in want, * stands for a request id.
func requireError(t *testing.T, err error, kind, want string) {
	t.Helper()
	failure, ok := errors.AsType[*lambda.Error](err)
	if !ok {
		t.Fatalf("error %#v (%v), want a *lambda.Error", err, err)
	}
	got := failure.Message
	if rest, cut := strings.CutPrefix(got, "RequestId: "); cut && len(rest) > 36 {
		got = "RequestId: *" + rest[36:]
	}
	if failure.Type != kind || got != want || failure.Error() != failure.Message {
		t.Errorf("error %q %q, want %q %q", failure.Type, failure.Message, kind, want)
	}
}

// await waits for what will come; the test's own time limit bounds it.
func await(t *testing.T, there func() bool) {
	t.Helper()
	for !there() {
		if t.Context().Err() != nil {
			t.Fatal("the test ended first")
		}
		time.Sleep(time.Millisecond)
	}
}

func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}
