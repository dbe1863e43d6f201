package access

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/internal/inquiry"
	"portcullis/policy"
)

// TestCompile: the rules that are written are the contract's, with its name and hash; the same contract gives the same bytes,
// and another one others.
func TestCompile(t *testing.T) {
	text, err := os.ReadFile(ours)
	if err != nil {
		t.Fatal(err)
	}
	got := access(t, "", nil, "compile", ours)
	rules, source, err := policy.DecodeRules([]byte(got.stdout))
	if err != nil || got.status != 0 || got.stderr != "" {
		t.Fatalf("%+v: %v", got, err)
	}
	if want := (policy.Source{Name: "openapi.yaml", SHA256: fmt.Sprintf("%x", sha256.Sum256(text))}); source != want {
		t.Errorf("made of %+v, want %+v", source, want)
	}
	own, err := inquiry.NewSurface(contract.Load(ours))
	if err != nil {
		t.Fatal(err)
	}
	for _, scope := range []string{"users/read", "users/write", "users/self", "other"} {
		caller := policy.Caller{ID: "7", Schemes: []string{policy.SchemeBearer}, Scopes: []string{scope}}
		for _, operation := range own.Operations {
			for _, path := range []string{"/users", "/users/7", "/users/8", "/tokens"} {
				if a, b := rules.Decide(caller, operation.Route.Method, path), own.Compiled.Decide(caller, operation.Route.Method, path); a != b {
					t.Errorf("%s %s with %s: %v, and by the contract %v", operation.Route.Method, path, scope, a, b)
				}
			}
		}
	}
	if again := access(t, "", []string{"CONTRACT=" + ours}, "compile"); again != got {
		t.Error("the same contract gives other bytes")
	}
	if other := access(t, string(text)+"# changed\n", nil, "compile", "-"); other.status != 0 || other.stdout == got.stdout {
		t.Errorf("another contract gives %+v", other)
	}
	if none := access(t, "openapi: 3.1.0\n", nil, "compile", "-"); none.status != 2 || none.stdout != "" || none.stderr == "" {
		t.Errorf("what is no contract gives %+v", none)
	}
}

// TestCompileChecksSizes: no rules are written by which an authorizer could not answer a caller.
func TestCompileChecksSizes(t *testing.T) {
	const path = "/resource-number-N/{id}/details"
	large := access(t, "", nil, "compile", contractOf(t, 150, path, "{bearer: [s]}"))
	if large.status != 0 || !strings.HasPrefix(large.stdout, "{") || !strings.Contains(large.stderr, "warning: a caller with the scope s (bearer): the policy has 17") {
		t.Errorf("a large policy: %+v", large)
	}
	long := "/" + strings.Repeat("x", 300) + "-N/{id}"
	if tooLarge := access(t, "", nil, "compile", contractOf(t, 800, long, "{bearer: [s]}")); tooLarge.status != 2 || tooLarge.stdout != "" || !strings.Contains(tooLarge.stderr, "262144 are the most") {
		t.Errorf("one that is too large: %+v", tooLarge)
	}
}
