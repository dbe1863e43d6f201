package contract_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/policy"
)

// TestDraft compares the copy of testdata/draft.yaml with the one beside it.
func TestDraft(t *testing.T) {
	text, err := os.ReadFile("testdata/draft.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got, undecided, err := contract.Draft("draft.yaml", text)
	if err != nil || undecided != 4 {
		t.Fatal(undecided, err)
	}
	const file = "testdata/draft/drafted.yaml"
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s\nwant\n%s\nerror %v", got, want, err)
	}
	windows := bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))
	got, _, err = contract.Draft("draft.yaml", windows)
	if err != nil || !bytes.Equal(got, bytes.ReplaceAll(want, []byte("\n"), []byte("\r\n"))) {
		t.Errorf("with the line ends of Windows: %q, error %v", got, err)
	}
}

// TestDraftIsDecidedByUncommenting: with a line of each choice taken, the copy is a contract that says so; with none it is as it was.
func TestDraftIsDecidedByUncommenting(t *testing.T) {
	text := "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      summary: One\n    post:\n      summary: Two\ncomponents:\n  securitySchemes:\n    s: {type: http, scheme: bearer}\n"
	copied, undecided, err := contract.Draft("a.yaml", []byte(text))
	if err != nil || undecided != 2 {
		t.Fatal(undecided, err)
	}
	if got := withoutComments(string(copied)); got != text {
		t.Errorf("without its comments:\n%s", got)
	}
	if _, err := contract.Parse("a.yaml", copied); err == nil {
		t.Error("the copy opens something before anything is decided")
	}
	for line, want := range map[string]string{"# security: []": "true []", "# security: [{s: []}]": "false [[{bearer []}]]"} {
		read, err := contract.Parse("a.yaml", []byte(strings.ReplaceAll(string(copied), line, line[2:])))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range read.Operations {
			if got := fmt.Sprint(o.Access.Public, " ", o.Access.Alternatives); got != want {
				t.Errorf("%s: %s: %s, want %s", line, o.Route, got, want)
			}
		}
	}
}

// TestDraftOfSockets: the routes of a WebSocket API are undecided as operations are, and decided in the same way.
func TestDraftOfSockets(t *testing.T) {
	text := `openapi: 3.1.0
paths: {/a: {get: {security: []}}}
components: {securitySchemes: {s: {type: http, scheme: bearer}}}
x-websocket:
  connect:
    function: f
  routes:
    one:
      summary: One
    two: {security: []}
    three: {summary: Three}
`
	copied, undecided, err := contract.Draft("a.yaml", []byte(text))
	if err != nil || undecided != 3 || withoutComments(string(copied)) != text {
		t.Fatalf("%d undecided, error %v\n%s", undecided, err, copied)
	}
	if !strings.Contains(string(copied), "    # Who may call three? Say one of these between its braces:\n") || strings.Contains(string(copied), "x-public") {
		t.Errorf("%s", copied)
	}
	decided := strings.ReplaceAll(string(copied), "# security: [{s: []}]", "security: [{s: []}]")
	decided = strings.Replace(decided, "    security: [{s: []}]  # who has a token, with the scopes in the list\n    three: {", "    three: {security: [{s: []}], ", 1)
	read, err := contract.Parse("a.yaml", []byte(decided))
	if err != nil {
		t.Fatalf("%v\n%s", err, decided)
	}
	for _, access := range []policy.Access{read.WebSocket.Connect, read.WebSocket.Routes[0].Access, read.WebSocket.Routes[2].Access} {
		if got := fmt.Sprint(access); got != "{false [[{bearer []}]]}" {
			t.Errorf("%s", got)
		}
	}
	if again, undecided, err := contract.Draft("a.yaml", []byte(decided)); err != nil || undecided != 0 || string(again) != decided {
		t.Errorf("%d undecided, error %v", undecided, err)
	}
}

// TestDraftChangesNothing: where lines are counted otherwise, a comment would become a part of a text.
func TestDraftChangesNothing(t *testing.T) {
	const text = "openapi: 3.0.3\n# a line\r# that is two\npaths:\n  /a:\n    get:\n      summary: 'One\n        and more'\n"
	if copied, _, err := contract.Draft("a.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "would change what the document says") {
		t.Errorf("%q, error %v", copied, err)
	}
}

// withoutComments is a text without the lines that are comments.
func withoutComments(text string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

func TestDraftRefuses(t *testing.T) {
	for text, want := range map[string]string{
		`{"openapi": "3.0.1", "paths": {}}`: "a:1: want YAML, with a line for each member: JSON has no comments",
		"swagger: '2.0'":                    "a:1: this is Swagger 2.0",
		"":                                  "a: want an OpenAPI document",
		"[]":                                "a: want an OpenAPI document",
		"openapi: 3.0.1\nopenapi: 3.0.1":    "a:2: the key",
		"openapi: 3.0.1\npaths: {/a: {\n  get: {}}}": "",
	} {
		_, _, err := contract.Draft("a", []byte(text))
		if got := fmt.Sprint(err); want != "" && !strings.HasPrefix(got, want) || want == "" && err != nil {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

// FuzzDraft: a copy says what the document says, has no line that is not one of its lines or a comment, and decides nothing.
func FuzzDraft(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		copied, undecided, err := contract.Draft("contract", text)
		if err != nil {
			return
		}
		if undecided == 0 && !bytes.Equal(copied, text) {
			t.Errorf("nothing is undecided, and the copy differs")
		}
		rest := copied
		for line := range bytes.Lines(text) {
			for !bytes.HasPrefix(rest, line) {
				added, after, _ := bytes.Cut(rest, []byte("\n"))
				if !bytes.HasPrefix(bytes.TrimLeft(added, " "), []byte("# ")) {
					t.Fatalf("the copy has %q, and the document %q", added, line)
				}
				rest = after
			}
			rest = rest[len(line):]
		}
		if len(rest) > 0 {
			t.Errorf("the copy ends with %q", rest)
		}
		_, before := contract.Parse("contract", text)
		_, after := contract.Parse("contract", copied)
		if (before == nil) != (after == nil) {
			t.Errorf("error %v before, %v after", before, after)
		}
	})
}

func ExampleDraft() {
	copied, undecided, err := contract.Draft("jobs.yaml", []byte(`openapi: 3.0.3
paths:
  /jobs:
    get:
      summary: Lists jobs.
components: {securitySchemes: {login: {type: http, scheme: bearer}}}
`))
	fmt.Printf("%s%d undecided, error %v\n", copied, undecided, err)
	// Output:
	// openapi: 3.0.3
	// paths:
	//   /jobs:
	//     get:
	//       # Who may call? Say one of these:
	//       # security: []  # everybody; x-public: true beside it says that it is meant
	//       # security: [{login: []}]  # who has a token, with the scopes in the list
	//       summary: Lists jobs.
	// components: {securitySchemes: {login: {type: http, scheme: bearer}}}
	// 1 undecided, error <nil>
}

// TestDraftOfPreflights: what is no operation, since the gateway answers it itself, is nothing to decide on.
func TestDraftOfPreflights(t *testing.T) {
	const text = "openapi: 3.0.1\npaths:\n  /a:\n    get:\n      summary: One\n    options:\n      x-amazon-apigateway-integration: {type: %s}\n"
	for kind, want := range map[string]int{"mock": 1, "aws_proxy": 2} {
		if _, undecided, err := contract.Draft("a.yaml", fmt.Appendf(nil, text, kind)); err != nil || undecided != want {
			t.Errorf("%s: %d to decide on, error %v; want %d", kind, undecided, err, want)
		}
	}
}
