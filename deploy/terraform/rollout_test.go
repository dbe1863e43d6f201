package terraform_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"portcullis/deploy/testtools"
)

// TestOtherAnswersTakeAnotherAuthorizer: when what an authorizer answers by has changed, the alias moves to it, then the gateway gets
// another authorizer, and at last the old one goes: none of them keeps an answer that the other code gave.
func TestOtherAnswersTakeAnotherAuthorizer(t *testing.T) {
	t.Parallel()
	calls := &calls{}
	moto := calls.before(t, testtools.MotoWithPolicies(t))
	dir := copyStack(t)
	copyTo(t, dir, "testdata/moto", "modules/function/*_override.tf")
	example := filepath.Join(dir, "examples", "held")
	copyTo(t, example, "testdata/held", "*.tf")
	write(t, filepath.Join(example, "code", "token.zip"), zipOf(t, "code"))
	write(t, filepath.Join(example, "code", "rules.json"), []byte(`{"contract":{"sha256":"`+strings.Repeat("0", 64)+`"}}`))
	stack := testtools.Terraform(t, example, testtools.MotoEnv(moto)...)
	apply := func(audience string) {
		stack.Run("apply", "-auto-approve", "-no-color", "-var=zip=code/token.zip", "-var=audience="+audience)
	}
	apply("api")
	calls.forget()
	apply("app")

	const alias, made, gone = "PUT /2015-03-31/functions/demo-check/aliases/live", "POST /restapis/API/authorizers", "DELETE /restapis/API/authorizers/AUTHORIZER"
	if got := calls.of(alias, made, gone); !slices.Equal(got, []string{alias, made, gone}) {
		t.Errorf("Terraform called %q, want the alias first, then another authorizer, then the old one's end", got)
	}
	if output, exit := stack.Try("plan", "-detailed-exitcode", "-no-color", "-var=zip=code/token.zip", "-var=audience=app"); exit != 0 {
		t.Errorf("a second plan has the exit status %d\n%s", exit, output)
	}
}

// calls are requests to the emulator in their order, as their method and path, in which an API is API, and an authorizer AUTHORIZER.
type calls struct {
	mu   sync.Mutex
	list []string
}

// before serves what is at the address, and notes each request.
func (c *calls) before(t *testing.T, address string) string {
	t.Helper()
	proxy := testtools.Proxy(t, address)
	return testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.Split(r.URL.Path, "/")
		if len(path) > 2 && path[1] == "restapis" {
			path[2] = "API"
		}
		if len(path) > 4 && path[3] == "authorizers" {
			path[4] = "AUTHORIZER"
		}
		proxy.ServeHTTP(w, r)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.list = append(c.list, r.Method+" "+strings.TrimSuffix(strings.Join(path, "/"), "/"))
	}))
}

func (c *calls) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = nil
}

// of returns those of the calls that are named, in their order.
func (c *calls) of(names ...string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(c.list), func(call string) bool { return !slices.Contains(names, call) })
}
