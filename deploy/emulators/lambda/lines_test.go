package lambda_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"portcullis/deploy/emulators/lambda"
)

// kept keeps what is written, a write each.
type kept struct {
	mu  sync.Mutex
	all []string
}

func (k *kept) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.all = append(k.all, string(p))
	return len(p), nil
}

// TestLabel: each line says whose it is, and is written as a whole.
func TestLabel(t *testing.T) {
	tests := []struct{ text, want string }{
		{"hello", "orders: hello\n"},
		{"", "orders: \n"},
		{`{"level":"INFO"}`, `{"level":"INFO","function":"orders"}` + "\n"},
		{` {"level":"INFO" } `, `{"level":"INFO","function":"orders"}` + "\n"},
		{`{}`, `{"function":"orders"}` + "\n"},
		{`{ }`, `{"function":"orders"}` + "\n"},
		{`{"a":1,"function":"mine"}`, `{"a":1,"function":"mine"}` + "\n"},
		{`{"a":{"function":"mine"}}`, `{"a":{"function":"mine"},"function":"orders"}` + "\n"},
		{`{"level":`, `orders: {"level":` + "\n"},
		{`["a"]`, `orders: ["a"]` + "\n"},
		{`{} {}`, `orders: {} {}` + "\n"},
		{strings.Repeat("x", 64<<10+7), "orders: " + strings.Repeat("x", 64<<10) + "\norders: xxxxxxx\n"},
	}
	for _, test := range tests {
		var log kept
		f := start(t, lambda.Config{Stderr: &log, Label: "orders"})
		mustInvoke(t, f, event{Do: "write", Text: test.text + "\n"})
		await(t, func() bool {
			log.mu.Lock()
			defer log.mu.Unlock()
			return strings.Join(log.all, "") == test.want
		})
		for _, line := range log.all {
			if strings.Count(line, "\n") != 1 {
				t.Errorf("%.80q was written at once", line)
			}
		}
	}
}

// TestLinesOfSeveralProcesses: those of processes that write parts of lines at the same time stay whole, and a last one that has no end
// gets one.
func TestLinesOfSeveralProcesses(t *testing.T) {
	var log kept
	f, err := lambda.Start(t.Context(), probing(t, lambda.Config{Stderr: &log, Label: "orders"}))
	if err != nil {
		t.Fatal(err)
	}
	concurrently(t, f, 4, event{Do: "write in parts", Text: t.TempDir(), N: 4})
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for _, line := range log.all {
		all.WriteString(line)
	}
	if got := strings.Count(all.String(), "orders: one two three\n"); got != 4 || len(log.all) != 8 || strings.Count(all.String(), "orders: end\n") != 4 {
		t.Errorf("%d whole lines of\n%s", got, &all)
	}
}
