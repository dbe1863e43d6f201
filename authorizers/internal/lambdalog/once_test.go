package lambdalog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers/internal/lambdalog"
	"portcullis/deploy/emulators/lambda"
	"portcullis/deploy/testtools"
)

// TestOnce drives a real function over the Lambda Runtime API, whose handler logs nothing: what it writes is what the runtime
// prints, but for errors.
func TestOnce(t *testing.T) {
	binary := testtools.Program(t, "./authorizers/internal/lambdalog/testdata/probe")
	for _, test := range []struct {
		name, event string
		want        []string // what each line holds
	}{
		{"success", `{}`, nil},
		{"an error", `{"fail":"Unauthorized"}`, nil},
		{"an error that is no UTF-8 text", `{"fail":"\ud800 <&> ü\n"}`, nil},
		{"an error without a text", `{"fail":""}`, nil},
		{"a panic", `{"panic":"oh"}`, []string{`"errorMessage":"oh"`, "should exit"}},
		{"a panic with the text of an error", `{"panic":"Unauthorized"}`, []string{`"stackTrace":[`, "should exit"}},
		{"a line of another package", `{"print":"connection lost\nagain"}`, []string{"connection lost\nagain"}},
		{"a line that looks like an error", `{"print":"{\"errorMessage\":\"Unauthorized\",\"errorType\":\"errorString\"}"}`, []string{`"errorMessage":"Unauthorized"`}},
		{"such a line before the error", `{"print":"{\"errorMessage\":\"gone\",\"errorType\":\"errorString\"}","fail":"Unauthorized"}`, []string{`"errorMessage":"gone"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var text bytes.Buffer
			f, err := lambda.Start(t.Context(), lambda.Config{Name: "probe", Binary: binary, Env: os.Environ(), Stderr: &text,
				Timeout: time.Minute, InitTimeout: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			_, _ = f.Invoke(t.Context(), []byte(test.event))
			_, _ = f.Invoke(t.Context(), []byte(`{"fail":"Unauthorized"}`)) // is not printed either, whatever was before
			_ = f.Close(context.Background())
			lines := logLines(t, text.Bytes())
			if len(lines) != len(test.want) {
				t.Fatalf("the log is\n%s\nwant %d lines", &text, len(test.want))
			}
			for i, want := range test.want {
				if message, _ := lines[i]["msg"].(string); !strings.Contains(message, want) || lines[i]["level"] != "ERROR" {
					t.Errorf("line %d is %v, want one of level ERROR with %s", i, lines[i], want)
				}
			}
		})
	}
}

// logLines reads a log, each line of which has to be a JSON object.
func logLines(t *testing.T, text []byte) (lines []map[string]any) {
	t.Helper()
	for line := range bytes.Lines(text) {
		var object map[string]any
		if err := json.Unmarshal(line, &object); err != nil {
			t.Errorf("%v: %s", err, line)
		}
		lines = append(lines, object)
	}
	return lines
}

// TestOnceIsBounded: errors that nobody prints are not kept for ever.
func TestOnceIsBounded(t *testing.T) {
	var text bytes.Buffer
	h := lambdalog.Once(failing{}, lambdalog.New(&text))
	for i := range 5000 {
		event, _ := json.Marshal(strings.Repeat("x", i))
		_, _ = h.Invoke(t.Context(), event)
	}
	writer := h.(interface{ Write([]byte) (int, error) })
	for _, length := range []int{0, 4999} {
		line, _ := json.Marshal(map[string]string{"errorType": "x", "errorMessage": `"` + strings.Repeat("x", length) + `"`})
		_, _ = writer.Write(append(line, '\n'))
	}
	if n := len(logLines(t, text.Bytes())); n != 1 {
		t.Errorf("%d lines, want that of the first error alone: it was forgotten, and the last was not", n)
	}
}

// failing fails with its event as the text.
type failing struct{}

func (failing) Invoke(_ context.Context, event []byte) ([]byte, error) { return nil, text(event) }

type text string

func (t text) Error() string { return string(t) }

// TestOnceKeepsPanics: what a panic says is printed, also while an error of the same text is about to be.
func TestOnceKeepsPanics(t *testing.T) {
	var text bytes.Buffer
	h := lambdalog.Once(failing{}, lambdalog.New(&text))
	_, _ = h.Invoke(t.Context(), []byte("oh"))
	writer := h.(interface{ Write([]byte) (int, error) })
	for line, want := range map[string]int{
		`{"errorMessage":"oh","errorType":"string","stackTrace":[{"path":"a.go","line":1,"label":"f"}]}`: 1,
		`{"errorMessage":"oh","errorType":"text"}`:                                                       0,
	} {
		text.Reset()
		_, _ = writer.Write([]byte(line + "\n"))
		if n := len(logLines(t, text.Bytes())); n != want {
			t.Errorf("%s: %d lines, want %d", line, n, want)
		}
	}
}
