package desk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/desk"
	"portcullis/deploy/testtools"
)

// hostileContract has in each text that is printed what a shell would do: make the file ran.
const hostileContract = `openapi: 3.1.0
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
    key: {type: apiKey, in: header, name: X-Api-Key}
paths:
  /path:
    get: {security: [bearer: ["x;touch${IFS}ran'&` + "`touch${IFS}ran`" + `"], key: []]}
x-websocket:
  connect: {security: [bearer: [], key: []]}
  routes:
    "it's;touch${IFS}ran": {security: [bearer: []]}
`

const hostileMode = `name: hostile
gateway: REST
authorization: NONE
apiKeyRequired: true
usagePlan:
  localKeys: [{name: one, value: "key-$(touch${IFS}ran)-` + "`touch${IFS}ran`" + `-';touch${IFS}ran;'-\""}]
`

// TestPrintedIsNoCode: what a contract and modes say is no more than a part of words of the lines of the greeting that people paste.
func TestPrintedIsNoCode(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	contract, oddPath := filepath.Join(folder, "contract.yaml"), filepath.Join(folder, "odd.yaml")
	mode, sockets := filepath.Join(folder, "hostile.yaml"), filepath.Join(folder, "sockets.yaml")
	write(t, contract, hostileContract)
	write(t, mode, hostileMode)
	write(t, sockets, strings.NewReplacer("name: hostile", "name: sockets", "REST", "WEBSOCKET").Replace(hostileMode))
	const odd = "/a;id&(id)'b'" // which REST APIs cannot have
	write(t, oddPath, strings.Replace(hostileContract, "/path", `"`+odd+`"`, 1))
	key := "X-Api-Key: key-$(touch${IFS}ran)-`touch${IFS}ran`-';touch${IFS}ran;'-\""
	scope := "x;touch${IFS}ran'&`touch${IFS}ran`"
	for _, test := range []struct {
		contract    string
		modes, want []string
	}{
		{contract, []string{mode, "rest-token", "rest-cognito", "rest-request", "rest-iam", "websocket"}, []string{
			scope, "--data-urlencode", "scope=" + scope, `{"action":"it's;touch${IFS}ran"}`, key,
		}},
		{contract, []string{sockets}, []string{key}},
		{oddPath, []string{"http-lambda"}, []string{"/http-lambda" + odd}},
		{oddPath, []string{"http-jwt"}, []string{"scope=" + scope, "/http-jwt" + odd}},
		{oddPath, []string{"http-iam"}, []string{"/http-iam" + odd}},
	} {
		d := start(t, desk.Config{Command: "portcullis", Contract: test.contract, Modes: test.modes})
		lines := printedCommands(d.greeting)
		words := wordsOf(t, folder, lines)
		for _, want := range test.want {
			if !slices.Contains(words, want) && !slices.Contains(words, d.url+want) {
				t.Errorf("no word %s of\n%s", want, strings.Join(lines, "\n"))
			}
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "ran")); err == nil {
		t.Error("what they say was done")
	}
}

// wordsOf has a shell read lines in a folder, and gives the words that it would start programs with.
func wordsOf(t *testing.T, folder string, lines []string) []string {
	t.Helper()
	var script strings.Builder
	for _, program := range []string{"curl", "aws", "npx", "portcullis"} {
		script.WriteString(program + `() { printf '%s\n' "$@" >&2; }` + "\n")
	}
	shell := exec.Command(testtools.Command(t, "sh", "a POSIX shell is needed to read the printed lines"), "-c", script.String()+strings.Join(lines, "\n"))
	shell.Dir = folder
	var stderr strings.Builder
	shell.Stderr = &stderr
	if err := shell.Run(); err != nil {
		t.Errorf("%v: %s", err, stderr.String())
	}
	return strings.Split(stderr.String(), "\n")
}
