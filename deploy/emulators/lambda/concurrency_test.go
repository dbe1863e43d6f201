package lambda_test

import (
	"sync"
	"testing"

	"portcullis/deploy/emulators/lambda"
)

func TestBusyEnvironmentsGetCompany(t *testing.T) {
	f := start(t, lambda.Config{})
	processes := concurrently(t, f, 4, event{Do: "meet", Text: t.TempDir(), N: 4})
	if len(processes) != 4 {
		t.Errorf("%d processes met, want 4", len(processes))
	}
	again := concurrently(t, f, 4, event{Do: "meet", Text: t.TempDir(), N: 4})
	for pid := range again {
		if processes[pid] == 0 {
			t.Errorf("process %s is new; there were idle ones", pid)
		}
	}
}

func TestNoMoreEnvironmentsThanAllowed(t *testing.T) {
	f := start(t, lambda.Config{MaxEnvironments: 2})
	processes := concurrently(t, f, 2, event{Do: "meet", Text: t.TempDir(), N: 2})
	for pid, n := range concurrently(t, f, 30, event{Do: "pid"}) {
		if processes[pid] == 0 {
			t.Errorf("%d invocations in process %s; there were two others", n, pid)
		}
	}
}

func TestOneCallerAfterAnotherUsesOneEnvironment(t *testing.T) {
	f := start(t, lambda.Config{})
	processes := map[string]bool{}
	for range 50 {
		processes[mustInvoke(t, f, event{Do: "pid"})] = true
	}
	if len(processes) != 1 {
		t.Errorf("%d processes, want 1", len(processes))
	}
}

func TestCrashesDoNotSpreadToOthers(t *testing.T) {
	f := start(t, lambda.Config{MaxEnvironments: 3})
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			if i%3 == 0 {
				_, err := invoke(t, f, event{Do: "exit", N: 1})
				requireError(t, err, "Runtime.ExitError", "RequestId: * Error: Runtime exited with error: exit status 1")
				return
			}
			if answer, err := invoke(t, f, event{Do: "echo", Text: "x"}); answer != `"x"` || err != nil {
				t.Errorf("echo = %s, %v", answer, err)
			}
		})
	}
	all.Wait()
}

// concurrently invokes n times at once, and counts the answers.
func concurrently(t *testing.T, f *lambda.Function, n int, e event) map[string]int {
	t.Helper()
	var mu sync.Mutex
	answers := map[string]int{}
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			answer, err := invoke(t, f, e)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			answers[answer]++
		})
	}
	all.Wait()
	return answers
}
