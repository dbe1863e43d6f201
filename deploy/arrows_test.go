// Package deploy_test checks what holds for the whole tree: which packages may know which.
package deploy_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// goList runs go list in the module's root.
func goList(t *testing.T, args ...string) []string {
	t.Helper()
	command := exec.Command("go", append([]string{"list"}, args...)...)
	command.Dir = ".."
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go list %s: %v", strings.Join(args, " "), err)
	}
	return strings.Fields(string(output))
}

// under tells whether a package is the one named, or lies below it.
func under(pkg, root string) bool { return pkg == root || strings.HasPrefix(pkg, root+"/") }

// TestArrows: a package, and what neither it nor anything that it is built from may be.
func TestArrows(t *testing.T) {
	const (
		jwx    = "github.com/lestrrat-go/jwx"
		aws    = "github.com/aws/aws-sdk-go-v2"
		lambda = "github.com/aws/aws-lambda-go"

		command = "portcullis/deploy/portcullis" // its packages may know one another
	)
	tests := []struct {
		pkg   string
		never []string
	}{
		{"portcullis/api/contract", []string{"portcullis/authorizers", "portcullis/deploy", "portcullis/api/users", jwx, aws, lambda}},
		{"portcullis/api/users", []string{"portcullis/authorizers", "portcullis/policy", "portcullis/deploy", "portcullis/api/users/dynamo", jwx, aws, lambda}},
		{"portcullis/api/users/dynamo", []string{"portcullis/authorizers", "portcullis/deploy", jwx, lambda}},
		{"portcullis/api/cmd/users", []string{"portcullis/authorizers", "portcullis/deploy", "portcullis/api/tokens", jwx}},
		{"portcullis/api/lambdaproxy", []string{"portcullis/authorizers", "portcullis/policy", "portcullis/deploy", "portcullis/api", jwx, aws, lambda}},
		{"portcullis/api/awsfailure", []string{"portcullis/authorizers", "portcullis/policy", "portcullis/deploy", "portcullis/api", jwx, lambda}},
		{"portcullis/api/tokens", []string{"portcullis/authorizers", "portcullis/policy", "portcullis/deploy", "portcullis/api/users", "portcullis/api/tokens/cognito", jwx, aws, lambda}},
		{"portcullis/api/tokens/cognito", []string{"portcullis/authorizers", "portcullis/deploy", "portcullis/api/users", jwx, lambda}},
		{"portcullis/api/tokens/cognito/srp", []string{"portcullis/authorizers", "portcullis/deploy", "portcullis/api", jwx, aws, lambda}},
		{"portcullis/api/tokens/client", []string{"portcullis/authorizers", "portcullis/policy", "portcullis/deploy", "portcullis/api/users", "portcullis/api/tokens/cognito", jwx, aws, lambda}},
		{"portcullis/api/tokens/secretsmanager", []string{"portcullis/authorizers", "portcullis/deploy", "portcullis/api/users", jwx, lambda}},
		{"portcullis/api/cmd/tokens", []string{"portcullis/authorizers/verify", "portcullis/deploy", jwx}},
		{"portcullis/authorizers", []string{"portcullis/authorizers/verify", "portcullis/api", "portcullis/deploy", jwx, aws, lambda}},
		{"portcullis/authorizers/verify", []string{"portcullis/api", "portcullis/deploy", aws, lambda}},
		{"portcullis/authorizers/verify/verifytest", []string{"testing", "portcullis/authorizers/verify", "portcullis/policy", jwx, aws, lambda}},
		{"portcullis/authorizers/apikey", []string{"portcullis/authorizers/verify", "portcullis/api", "portcullis/deploy", "portcullis/authorizers/apikey/dynamo", jwx, aws, lambda}},
		{"portcullis/authorizers/apikey/dynamo", []string{"portcullis/authorizers/verify", "portcullis/api", "portcullis/deploy", jwx, lambda}},
		{"portcullis/authorizers/revocation", []string{"portcullis/authorizers/verify", "portcullis/api", "portcullis/deploy", jwx, aws, lambda}},
		{"portcullis/authorizers/revocation/lookup", []string{"portcullis/authorizers/verify", "portcullis/api", "portcullis/deploy", jwx, aws + "/service", lambda}},
		{"portcullis/authorizers/revocation/dynamo", []string{"portcullis/authorizers/verify", "portcullis/api", "portcullis/deploy", jwx, lambda}},
		{"portcullis/authorizers/cmd/jwt", []string{"portcullis/api/users", "portcullis/deploy", "portcullis/authorizers/apikey"}},
		{"portcullis/authorizers/cmd/request", []string{"portcullis/api/users", "portcullis/deploy"}},
		{"portcullis/authorizers/cmd/token", []string{"portcullis/api/users", "portcullis/deploy", "portcullis/authorizers/apikey"}},
		{"portcullis/deploy/portcullis/internal/access", []string{"portcullis/api/users", "portcullis/api/tokens", "portcullis/deploy/gateway", "portcullis/deploy/local", "portcullis/deploy/emulators",
			aws + "/config", aws + "/credentials", aws + "/service", lambda}},
		{"portcullis/deploy/probe", []string{"portcullis/authorizers", "portcullis/api", "portcullis/deploy", jwx, aws, lambda}},
		{"portcullis/deploy/gateway", []string{"portcullis/authorizers", "portcullis/api/users", jwx, aws, lambda}},
		{"portcullis/deploy/emulators/dynamodb", []string{"portcullis/authorizers", "portcullis/api", "portcullis/policy", jwx, aws, lambda}},
		{"portcullis/deploy/emulators/apigateway", []string{"portcullis/authorizers", "portcullis/api", "portcullis/policy", jwx, aws, lambda}},
		{"portcullis/deploy/emulators/cognito", []string{"portcullis/authorizers/apikey", "portcullis/api", jwx, aws, lambda}},
		{"portcullis/deploy/emulators/cognito/srp", []string{"portcullis/authorizers", "portcullis/api", "portcullis/policy", jwx, aws, lambda}},
		{"portcullis/deploy/emulators/cognito/cognitotest", []string{"portcullis/authorizers", "portcullis/api", "portcullis/policy", jwx, lambda}},
		{"portcullis/deploy/portcullis/internal/cli", []string{"portcullis/authorizers", "portcullis/api", "portcullis/policy", "portcullis/deploy", jwx, aws, lambda}},
		{"portcullis/deploy/portcullis/internal/key", []string{"portcullis/api/users", "portcullis/api/tokens", "portcullis/deploy/gateway", "portcullis/deploy/modes", "portcullis/deploy/emulators", "portcullis/deploy/portcullis/internal/revoke", lambda}},
		{"portcullis/deploy/portcullis/internal/revoke", []string{"portcullis/api/users", "portcullis/api/tokens", "portcullis/deploy/gateway", "portcullis/deploy/modes", "portcullis/deploy/emulators", "portcullis/deploy/portcullis/internal/key", aws + "/service/apigateway", lambda}},
		{"portcullis/deploy/modes", []string{"portcullis/authorizers", "portcullis/api", jwx, aws, lambda}},
		{"portcullis/deploy/gateway/internal/rest", []string{"portcullis/deploy/gateway/internal/httpapi"}},
		{"portcullis/deploy/gateway/internal/httpapi", []string{"portcullis/deploy/gateway/internal/rest"}},
		{"portcullis/deploy/gateway/internal/lambda", []string{"portcullis/authorizers", "portcullis/api", "portcullis/policy", "portcullis/deploy", jwx, aws, lambda}},
		{"portcullis/deploy/gateway/sigv4", []string{"portcullis/authorizers", "portcullis/api", "portcullis/policy", jwx, aws, lambda}},
		{"portcullis/deploy/gateway/usage", []string{"portcullis/authorizers", "portcullis/api", "portcullis/policy", jwx, aws, lambda}},
		{"portcullis/deploy/gateway/jwtauth", []string{"portcullis/authorizers/apikey", "portcullis/api/users", aws, lambda}},
		{"portcullis/deploy/emulators/lambda", []string{"portcullis/authorizers", "portcullis/api", "portcullis/policy", lambda}},
		{"portcullis/deploy/portcullis/internal/login", []string{"portcullis/authorizers", "portcullis/policy", "portcullis/deploy", "portcullis/api/users", jwx, lambda,
			aws + "/config", aws + "/credentials", aws + "/service/sts", aws + "/service/sso", aws + "/service/secretsmanager", aws + "/service/dynamodb"}},
	}
	for _, test := range tests {
		for _, dependency := range goList(t, "-deps", "./"+strings.TrimPrefix(test.pkg, "portcullis/")) {
			for _, never := range test.never {
				if under(dependency, never) && dependency != test.pkg && !(under(test.pkg, command) && under(dependency, command)) {
					t.Errorf("%s is built from %s", test.pkg, dependency)
				}
			}
		}
	}
}

func TestPolicyUsesTheStandardLibraryOnly(t *testing.T) {
	for _, dependency := range goList(t, "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./policy") {
		if dependency != "portcullis/policy" {
			t.Errorf("policy is built from %s", dependency)
		}
	}
}

// TestAuthorizersUseTheSignerAlone: the functions that read no API keys start without the AWS SDK, but for what signs.
func TestAuthorizersUseTheSignerAlone(t *testing.T) {
	signer := goList(t, "-deps", "github.com/aws/aws-sdk-go-v2/aws/signer/v4")
	for _, pkg := range []string{"authorizers/cmd/jwt", "authorizers/cmd/token", "authorizers/revocation/lookup"} {
		for _, dependency := range goList(t, "-deps", "./"+pkg) {
			sdk := under(dependency, "github.com/aws/aws-sdk-go-v2") || under(dependency, "github.com/aws/smithy-go")
			if sdk && !slices.Contains(signer, dependency) {
				t.Errorf("%s is built from %s", pkg, dependency)
			}
		}
	}
}

// TestOneImporterOfJWX: moving to jwx's successor is one package's work.
func TestOneImporterOfJWX(t *testing.T) {
	for _, line := range goList(t, "-f", `{{.ImportPath}}={{join .Imports ","}}`, "./...") {
		pkg, imports, _ := strings.Cut(line, "=")
		uses := slices.ContainsFunc(strings.Split(imports, ","), func(i string) bool { return under(i, "github.com/lestrrat-go/jwx/v2") })
		if uses != (pkg == "portcullis/authorizers/verify") {
			t.Errorf("%s imports jwx: %v", pkg, uses)
		}
	}
}

// TestTopLevel: the tree's first level shows the architecture and nothing else.
func TestTopLevel(t *testing.T) {
	for _, pkg := range goList(t, "./...") {
		first, _, _ := strings.Cut(strings.TrimPrefix(pkg, "portcullis/"), "/")
		if !slices.Contains([]string{"api", "authorizers", "policy", "deploy"}, first) {
			t.Errorf("%s is in none of the four folders", pkg)
		}
	}
}
