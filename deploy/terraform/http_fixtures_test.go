package terraform_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	openapi "portcullis/api/contract"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// TestHTTPFixturesAgreeWithTheLocalGateway: what the module http-api refuses of contracts and modes, and what it makes, is
// what the local gateway refuses and serves.
func TestHTTPFixturesAgreeWithTheLocalGateway(t *testing.T) {
	const contracts, modes = "tests/fixtures/contracts/", "tests/fixtures/modes/"
	jwt := []string{"several-scopes", "two-schemes", "keys-only", "owners-only"}
	for _, test := range []struct {
		pattern, contract, mode string
		served                  bool
		but                     []string // what AWS refuses, or the module does, and a desk does not
	}{
		{contracts + "routes.yaml", "", modes + "http-fixture-jwt.yaml", true, nil},
		{contracts + "http-*.yaml", "", modes + "http-least.yaml", false, append(jwt, "eleven-scopes", "unserved")},
		{contracts + "http-*.yaml", "", modes + "http-plain-jwt.yaml", false, []string{"eleven-scopes", "unserved"}},
		{modes + "http-[^b]*.yaml", contracts + "routes.yaml", "", true, []string{"credentials"}},
		{modes + "http-bad-*.yaml", contracts + "routes.yaml", "", false, []string{"bad-alias", "bad-plain-issuer"}},
		{"../modes/http-*.yaml", "../../api/openapi.yaml", "", true, nil},
		{"examples/*/*.yaml", "", "../modes/http-lambda.yaml", true, nil},
	} {
		files, err := filepath.Glob(test.pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("there is no %s: %v", test.pattern, err)
		}
		for _, file := range files {
			if slices.ContainsFunc(test.but, func(name string) bool { return strings.HasSuffix(file, "http-"+name+".yaml") }) {
				continue
			}
			contract, of := test.contract, test.mode
			if contract == "" {
				contract = file
			} else {
				of = file
			}
			if err := serve(contract, of); (err == nil) != test.served {
				t.Errorf("%s with %s: %v, want it served: %v", contract, of, err, test.served)
			}
		}
	}
}

// serve tells why the local gateway does not serve a contract in a mode.
func serve(contractFile, modeFile string) error {
	contract, err := openapi.Load(contractFile)
	if err != nil {
		return err
	}
	m, err := modes.Load(modeFile)
	if err != nil {
		return err
	}
	p, err := plan.Compile(contract, m)
	if err != nil {
		return err
	}
	config := gateway.Config{Plan: p, Tokens: anyTokens{}, Functions: map[string]gateway.Invoker{}}
	for _, name := range []string{"things", "health", "users", "orders", "jwt", "token", "tokens"} {
		config.Functions[name] = nobody{}
	}
	_, err = gateway.New(config)
	return err
}

// nobody stands for functions and verifiers that are never called.
type nobody struct{}

func (nobody) Invoke(context.Context, []byte) ([]byte, error) { panic("called") }
func (nobody) VerifyToken(context.Context, string) error      { panic("called") }

type anyTokens struct{}

func (anyTokens) Verifier(gateway.TokenIssuer) (gateway.TokenVerifier, error) { return nobody{}, nil }
