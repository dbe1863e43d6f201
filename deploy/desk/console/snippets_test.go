package console_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"portcullis/deploy/testtools"
)

// sent is what a snippet is made of. Body is nil where none is sent.
type sent struct {
	Name, Method, Path string
	Headers            []struct{ Name, Value, Before, Variable string }
	Body               *string
}

// arrival is a request that a server got, and its body.
type arrival struct {
	request *http.Request
	body    string
}

// Whatever stands in a call, its snippets send it: they are run by what they are written for, and the requests that arrive are compared.
func TestSnippetsSendTheCall(t *testing.T) {
	node := testtools.Node(t)
	cases := readCases(t)
	arrived := make(chan arrival, 2*len(cases)+1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		arrived <- arrival{r, string(body)}
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/", http.StatusFound)
		}
	}))
	defer server.Close()
	output, err := exec.CommandContext(t.Context(), node, "testdata/snippets.mjs", server.URL).Output()
	if err != nil {
		t.Fatal(err)
	}
	var snippets map[string][]string
	if err := json.Unmarshal(output, &snippets); err != nil {
		t.Fatal(err)
	}
	for language, all := range map[string]func(t *testing.T, snippets []string) *exec.Cmd{"curl": curls, "fetch": fetches, "go": gos, "python": pythons} {
		t.Run(language, func(t *testing.T) {
			command := all(t, snippets[language])
			command.Env = append(os.Environ(), "TOKEN=the token", "KEY=the key")
			output, err := command.CombinedOutput()
			var got []arrival
			for len(arrived) > 0 {
				got = append(got, <-arrived)
			}
			if err != nil || len(got) != len(cases) {
				t.Fatalf("%d requests of %d: %v\n%s", len(got), len(cases), err, output)
			}
			for i, want := range cases {
				if problem := differs(want, got[i].request, got[i].body); problem != "" {
					t.Errorf("%s: %s\n%s", want.Name, problem, snippets[language][i])
				}
			}
		})
	}
}

func readCases(t *testing.T) (cases []sent) {
	t.Helper()
	data, err := os.ReadFile("testdata/snippets.json")
	if err == nil {
		err = json.Unmarshal(data, &cases)
	}
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

// differs says what of a request is not as it was written; "": nothing.
func differs(want sent, got *http.Request, body string) string {
	if got.Method != want.Method {
		return "method " + got.Method
	}
	if decoded(got.RequestURI) != decoded(want.Path) {
		return "path " + got.RequestURI
	}
	values := map[string][]string{}
	for _, h := range want.Headers {
		value := h.Value
		if h.Variable != "" {
			value = h.Before + map[string]string{"TOKEN": "the token", "KEY": "the key"}[h.Variable]
		}
		name := http.CanonicalHeaderKey(h.Name)
		values[name] = append(values[name], value)
	}
	for name, all := range values {
		if _, there := got.Header[name]; !there || strings.Join(got.Header[name], ", ") != strings.Join(all, ", ") {
			return name + ": " + strings.Join(got.Header[name], ", ")
		}
	}
	if want.Body != nil && body != *want.Body || want.Body == nil && body != "" {
		return "body " + body
	}
	return ""
}

// decoded is a path and a query without percent signs: clients differ in what they encode of the rest.
func decoded(path string) string {
	text, err := url.PathUnescape(path)
	if err != nil {
		return path
	}
	return text
}

// What follows runs all snippets of a language as one program, one after the other.

func curls(t *testing.T, snippets []string) *exec.Cmd {
	testtools.Command(t, "curl", "apt-get install curl")
	bash := testtools.Command(t, "bash", "apt-get install bash")
	return exec.CommandContext(t.Context(), bash, "-e", "-c", strings.Join(snippets, ""))
}

func fetches(t *testing.T, snippets []string) *exec.Cmd {
	return exec.CommandContext(t.Context(), testtools.Node(t), "--input-type=module", "-e", "{"+strings.Join(snippets, "}\n{")+"}")
}

func pythons(t *testing.T, snippets []string) *exec.Cmd {
	return exec.CommandContext(t.Context(), testtools.PythonModule(t, "requests", "2"), "-c", strings.Join(snippets, ""))
}

// gos are the files of one program, where each main has another name.
func gos(t *testing.T, snippets []string) *exec.Cmd {
	dir := t.TempDir()
	var calls strings.Builder
	for i, snippet := range snippets {
		name := "call" + strconv.Itoa(i)
		calls.WriteString("\t" + name + "()\n")
		write(t, filepath.Join(dir, name+".go"), strings.Replace(snippet, "func main() {", "func "+name+"() {", 1))
	}
	write(t, filepath.Join(dir, "go.mod"), "module snippets\n\ngo 1.21\n")
	write(t, filepath.Join(dir, "main.go"), "package main\n\nfunc main() {\n"+calls.String()+"}\n")
	command := exec.CommandContext(t.Context(), "go", "run", ".")
	command.Dir = dir
	return command
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
