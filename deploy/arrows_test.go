// Package deploy_test checks what holds for the whole tree: which packages may know which.
package deploy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"portcullis/deploy/functions"
)

// goList runs go list in the module's root.
func goList(t *testing.T, args ...string) []string {
	t.Helper()
	return strings.Fields(string(goListed(t, args...)))
}

func goListed(t *testing.T, args ...string) []byte {
	t.Helper()
	command := exec.Command("go", append([]string{"list"}, args...)...)
	command.Dir = ".."
	var failure bytes.Buffer
	command.Stderr = &failure
	output, err := command.Output()
	if err != nil {
		t.Fatalf("go list %s: %v\n%s", strings.Join(args, " "), err, &failure)
	}
	return output
}

// under tells whether a package is the one named, or lies below it.
func under(pkg, root string) bool { return pkg == root || strings.HasPrefix(pkg, root+"/") }

// matches tells whether a package is one of these: PATH is that package, PATH/... that package and all below it.
func matches(pkg string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		root, below := strings.CutSuffix(pattern, "/...")
		return pkg == root || below && under(pkg, root)
	})
}

// arrow says which packages of the module those of a folder may import. Of the arrows whose folder holds a package the one of
// the deepest folder counts, so that a package that no arrow names is under its area's. A pattern is as in [matches].
type arrow struct {
	from string
	to   []string
}

var arrows = []arrow{
	{"policy", nil},

	// A folder's packages know its handler. The handler knows none of them, nor do they know each other.
	{"authorizers", []string{"authorizers", "authorizers/internal/span", "authorizers/internal/strictjson", "policy"}},
	{"authorizers/internal", nil},
	{"authorizers/verify/verifytest", nil},
	{"authorizers/verify/vectors", nil},
	{"authorizers/dynamodb", []string{"authorizers", "authorizers/internal/awsjson"}},
	{"authorizers/apikey", []string{"authorizers", "authorizers/apikey", "authorizers/internal/span", "policy"}},
	{"authorizers/apikey/dynamo", []string{"authorizers/apikey", "authorizers/dynamodb"}},
	{"authorizers/revocation", []string{"authorizers", "authorizers/revocation"}},
	{"authorizers/revocation/cognito", []string{"authorizers", "authorizers/internal/awsjson"}},
	{"authorizers/revocation/dynamo", []string{"authorizers/revocation", "authorizers/dynamodb"}},
	{"authorizers/environ", []string{"authorizers/...", "policy"}},

	{"api", nil},
	{"api/contract", []string{"api/internal/schema", "policy"}},
	{"api/internal/lambdaproxy", []string{"api/lambdajson"}},
	{"api/users", []string{"api/users", "api/internal/lambdaproxy"}},
	{"api/internal/dynamotable", []string{"api/internal/awsfailure"}},
	{"api/users/dynamo", []string{"api/users", "api/internal/awsfailure", "api/internal/dynamotable"}},
	{"api/users/changes", []string{"api/users", "api/internal/dynamostream"}},
	{"api/tokens", []string{"api/tokens", "api/internal/invocation", "api/internal/lambdaproxy"}},
	{"api/tokens/cognito", []string{"api/tokens", "api/tokens/cognito/internal/srp", "api/internal/awsfailure"}},
	{"api/tokens/cognito/internal/srp", nil},
	{"api/tokens/secretsmanager", []string{"api/tokens", "api/internal/awsfailure"}},
	{"api/live", []string{"api/live", "api/live/connections", "api/internal/dynamostream", "api/internal/lambdaproxy", "api/internal/schema", "policy"}},
	{"api/live/connections", []string{"api/live/connections"}},
	{"api/live/connections/dynamo", []string{"api/live/connections", "api/internal/awsfailure", "api/internal/dynamotable"}},
	{"api/live/manage", nil},
	{"api/live/manage/apigateway", []string{"api/live/manage", "api/internal/awsfailure"}},
	{"api/live/feed", []string{"api/live/connections", "api/live/manage", "api/internal/dynamostream", "api/internal/invocation"}},
	{"api/live/ends", []string{"api/live/connections", "api/live/manage", "api/internal/dynamostream", "api/internal/invocation"}},
	{"api/environ", []string{"api/..."}},
	{"api/environ/websocket", []string{"api/...", "policy"}},

	{"deploy", []string{"deploy/internal/..."}},
	{"deploy/internal/inquiry", []string{"api/contract", "api/live", "authorizers", "policy"}},
	{"deploy/probe", []string{"policy"}},
	{"deploy/modes", []string{"api/contract", "policy"}},
	{"deploy/plan", []string{"deploy/modes", "api/contract", "policy"}},
	{"deploy/functions", []string{"policy"}},
	{"deploy/gateway", []string{"deploy/gateway/internal/...", "deploy/gateway/usage", "deploy/plan"}},
	// The kinds of API know what they share, and not each other.
	{"deploy/gateway/internal", []string{"deploy/gateway/authorizer", "deploy/gateway/internal/stage", "deploy/gateway/internal/lambda", "deploy/gateway/sigv4", "deploy/gateway/usage", "deploy/plan", "api/lambdajson", "policy"}},
	{"deploy/gateway/internal/lambda", []string{"api/lambdajson"}},
	{"deploy/gateway/authorizer", []string{"deploy/gateway/internal/lambda", "api/lambdajson", "policy"}},
	{"deploy/gateway/sigv4", nil},
	{"deploy/gateway/usage", nil},
	{"deploy/gateway/jwtauth", []string{"deploy/gateway", "authorizers", "authorizers/verify"}},
	{"deploy/emulators", []string{"deploy/emulators/..."}},
	{"deploy/emulators/apigateway", []string{"deploy/emulators/internal/...", "deploy/gateway/usage"}},
	{"deploy/emulators/cognito", []string{"deploy/emulators/internal/...", "deploy/emulators/cognito/srp", "authorizers/verify/verifytest", "policy"}},
	{"deploy/emulators/cognito/srp", nil},
	{"deploy/emulators/cognito/cognitotest", []string{"deploy/emulators/cognito/srp"}},
	{"deploy/emulators/dynamodb", []string{"deploy/emulators/dynamodb/...", "deploy/emulators/internal/..."}},
	{"deploy/emulators/eventsource", []string{"deploy/emulators/dynamodb"}},
	{"deploy/emulators/eventsource/streams", []string{"deploy/emulators/eventsource"}},
	{"deploy/emulators/internal", nil},
	{"deploy/emulators/lambda", []string{"deploy/internal/process"}},
	{"deploy/emulators/secretsmanager", []string{"deploy/emulators/internal/..."}},
	{"deploy/testtools", []string{"deploy/testtools/...", "deploy/emulators/...", "deploy/functions", "deploy/internal/..."}},
	{"deploy/testtools/binarytest", []string{"deploy/testtools/...", "deploy/emulators/lambda", "deploy/functions", "deploy/plan", "api/contract", "policy"}},
	{"deploy/desk", meeting},
	{"deploy/desk/internal/terminal", []string{"deploy/gateway"}},
	{"deploy/desk/console/internal/openapi", []string{"deploy/plan", "api/contract"}},
	// The subcommands know what they share, and not each other.
	{"deploy/portcullis", slices.Concat(meeting, []string{"deploy/portcullis/internal/cli", "deploy/portcullis/internal/dynamotable", "deploy/portcullis/internal/tlsflag"})},
	{"deploy/portcullis/internal/cli", nil},
	{"deploy/portcullis/internal/deskflag", []string{"deploy/portcullis/internal/cli", "deploy/desk/about", "deploy/internal/localtls"}},
	{"deploy/portcullis/internal/tlsflag", []string{"deploy/portcullis/internal/cli", "deploy/internal/localtls"}},
	{"deploy/portcullis/internal/trail", []string{"deploy/portcullis/internal/cli", "authorizers/dynamodb"}},
	{"deploy/portcullis/internal/dynamotable", []string{"deploy/portcullis/internal/cli", "deploy/portcullis/internal/deskflag", "deploy/portcullis/internal/trail", "deploy/desk/about", "deploy/internal/localtls", "authorizers/dynamodb", "authorizers/environ/..."}},
	{"deploy/portcullis/internal/audit", []string{"deploy/portcullis/internal/cli", "deploy/portcullis/internal/dynamotable", "deploy/portcullis/internal/trail", "authorizers/..."}},
	{"deploy/portcullis/internal/access", []string{"deploy/portcullis/internal/cli", "deploy/portcullis/internal/deskflag", "deploy/desk/about", "deploy/internal/inquiry", "deploy/internal/localtls", "deploy/gateway/authorizer", "deploy/plan", "api/contract", "authorizers", "authorizers/environ", "authorizers/verify", "policy"}},
	{"deploy/portcullis/internal/fixture", []string{"deploy/portcullis/internal/cli", "deploy/portcullis/internal/tlsflag", "deploy/internal/listen", "deploy/internal/localtls", "deploy/gateway", "deploy/plan", "deploy/modes", "api/contract", "authorizers", "authorizers/environ", "authorizers/verify", "authorizers/verify/vectors", "authorizers/verify/verifytest"}},
	{"deploy/portcullis/internal/key", []string{"deploy/portcullis/internal/cli", "deploy/portcullis/internal/dynamotable", "deploy/portcullis/internal/trail", "deploy/desk/about", "authorizers/..."}},
	{"deploy/portcullis/internal/login", []string{"deploy/portcullis/internal/cli", "deploy/portcullis/internal/login/...", "deploy/internal/localtls", "api/tokens/..."}},
	{"deploy/portcullis/internal/revoke", []string{"deploy/portcullis/internal/cli", "deploy/portcullis/internal/dynamotable", "deploy/portcullis/internal/trail", "authorizers/..."}},
	{"deploy/portcullis/internal/ws", []string{"deploy/portcullis/internal/cli", "deploy/internal/localtls", "api/tokens"}},
}

// meeting is what may meet on the desk and in the command, as in a main.
var meeting = []string{
	"api/...", "authorizers/...", "policy",
	"deploy/desk/...", "deploy/gateway/...", "deploy/plan", "deploy/modes", "deploy/functions", "deploy/emulators/...", "deploy/internal/...",
}

// broken are the imports that run against the arrows.
var broken = []arrow{}

// parts are modules that few packages know, beside mains: the patterns of those.
var parts = []arrow{
	{"github.com/aws/aws-lambda-go", []string{"authorizers/internal/lambdalog"}},
	{"github.com/aws/aws-sdk-go-v2", knowAWS},
	{"github.com/aws/smithy-go", knowAWS},
	{"github.com/spf13", []string{"deploy/portcullis/..."}},
	{"github.com/rogpeppe/go-internal", []string{"deploy/testtools/..."}},
	{"github.com/coder/websocket", []string{"deploy/gateway/internal/websocket", "deploy/portcullis/internal/ws"}},
}

var knowAWS = []string{
	"api/internal/awsfailure", "api/internal/dynamotable", "api/environ/...", "api/tokens/cognito", "api/tokens/secretsmanager", "api/users/dynamo", "api/live/connections/dynamo", "api/live/manage/apigateway",
	"authorizers/dynamodb", "authorizers/apikey/dynamo", "authorizers/environ/...", "authorizers/revocation/dynamo", "deploy/testtools",
	"deploy/emulators/cognito/cognitotest", "deploy/emulators/eventsource/streams", "deploy/desk/...", "deploy/portcullis/...",
}

// TestArrows: mains apart, a package imports what its arrow allows.
func TestArrows(t *testing.T) {
	left := map[string]bool{}
	for _, b := range broken {
		for _, to := range b.to {
			left[b.from+" -> "+to] = true
		}
	}
	for _, p := range packages(t) {
		if p.main() {
			continue
		}
		a, ok := arrowOf(p.path())
		if !ok {
			t.Errorf("%s is under no arrow", p.path())
		}
		for _, i := range imports(t, p, p.files()) {
			to, own := strings.CutPrefix(i.path, "portcullis/")
			if !own || matches(to, a.to) {
				continue
			}
			if known := p.path() + " -> " + to; left[known] {
				delete(left, known)
				continue
			}
			t.Errorf("%s imports %s; what is in %s may import %v", i.at, to, a.from, a.to)
		}
	}
	for known := range left {
		t.Errorf("%s is broken no more: strike it off the list", known)
	}
}

// arrowOf is the arrow that a package is under.
func arrowOf(pkg string) (found arrow, ok bool) {
	for _, a := range arrows {
		if under(pkg, a.from) && (!ok || len(a.from) > len(found.from)) {
			found, ok = a, true
		}
	}
	return found, ok
}

// TestNothingImportsDeploy: what is deployed and what others import does not depend on how it is deployed, nor do the tests of
// its packages from within, those of mains apart.
func TestNothingImportsDeploy(t *testing.T) {
	for _, p := range packages(t) {
		files := p.files()
		if !p.main() {
			files = append(files, p.TestGoFiles...)
		}
		for _, i := range imports(t, p, files) {
			if under(i.path, "portcullis/deploy") && !under(p.path(), "deploy") {
				t.Errorf("%s imports %s", i.at, i.path)
			}
		}
	}
}

// TestParts: a part is changed or replaced in few places.
func TestParts(t *testing.T) {
	for _, p := range packages(t) {
		for _, i := range imports(t, p, p.files()) {
			for _, part := range parts {
				if under(i.path, part.from) && !p.main() && !matches(p.path(), part.to) {
					t.Errorf("%s imports %s; mains may, and %v", i.at, i.path, part.to)
				}
			}
			if jwx := "github.com/lestrrat-go/jwx"; under(i.path, jwx) && p.path() != "authorizers/verify" {
				t.Errorf("%s imports %s; moving to its successor is to be one package's work", i.at, jwx)
			}
		}
	}
}

// TestOnlyTestsImportTestTools, and packages of other names do not import testing. verifytest is no such package: others
// make tokens with it.
func TestOnlyTestsImportTestTools(t *testing.T) {
	forTests := func(pkg string) bool {
		return under(pkg, "testing") || under(pkg, "portcullis/deploy/testtools") ||
			under(pkg, "portcullis") && strings.HasSuffix(pkg, "test") && pkg != "portcullis/authorizers/verify/verifytest"
	}
	for _, p := range packages(t) {
		for _, i := range imports(t, p, p.files()) {
			if forTests(i.path) && !forTests(p.ImportPath) {
				t.Errorf("%s imports %s", i.at, i.path)
			}
		}
	}
}

// TestNever holds what the arrows leave open: a package, and what neither it nor anything that it is built from may be.
func TestNever(t *testing.T) {
	const (
		jwx    = "github.com/lestrrat-go/jwx"
		aws    = "github.com/aws/aws-sdk-go-v2"
		lambda = "github.com/aws/aws-lambda-go"
		api    = "portcullis/api"
	)
	for pkg, never := range map[string][]string{
		"api/cmd/users":                     {"portcullis/authorizers", "portcullis/api/tokens", jwx},
		"api/cmd/tokens":                    {"portcullis/authorizers/verify", jwx},
		"api/cmd/live":                      {"portcullis/authorizers/verify", "portcullis/authorizers/apikey", "portcullis/authorizers/environ", "portcullis/api/tokens", "portcullis/api/contract", jwx},
		"deploy/portcullis/internal/access": {lambda, aws + "/config", aws + "/credentials", aws + "/service"},
		"deploy/portcullis/internal/revoke": {lambda, aws + "/service/apigateway"},
		"deploy/portcullis/internal/login": {"portcullis/authorizers", "portcullis/policy", "portcullis/api/users", jwx, lambda,
			aws + "/config", aws + "/credentials", aws + "/service/sts", aws + "/service/sso", aws + "/service/secretsmanager", aws + "/service/dynamodb"},
		"deploy/portcullis/internal/ws": {"portcullis/authorizers", "portcullis/policy", "portcullis/deploy/portcullis/internal/login", jwx, lambda, aws},
		"authorizers/verify/verifytest": {"testing"},
		"authorizers/cmd/jwt":           {api, "portcullis/authorizers/apikey"},
		"authorizers/cmd/request":       {api},
		"authorizers/cmd/token":         {api, "portcullis/authorizers/apikey"},
	} {
		notBuiltFrom(t, pkg, func(path string) bool {
			return slices.ContainsFunc(never, func(root string) bool { return under(path, root) })
		})
	}
	// The functions read rules.json, so that what reads contracts costs none of them a start.
	for _, function := range functions.Functions {
		notBuiltFrom(t, strings.TrimPrefix(function.Package, "./"), func(path string) bool {
			return under(path, "portcullis/api/contract") || strings.Contains(path, "yaml")
		})
	}
}

// notBuiltFrom checks that a package is built from none that is forbidden, and names the imports that lead to one.
func notBuiltFrom(t *testing.T, pkg string, forbidden func(path string) bool) {
	t.Helper()
	list := strings.TrimSpace(string(goListed(t, "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./"+pkg)))
	for line := range strings.SplitSeq(list, "\n") {
		paths := strings.Fields(line)
		for _, path := range paths[1:] {
			if forbidden(path) && !forbidden(paths[0]) {
				t.Errorf("%s is built from %s, which %s imports", pkg, path, paths[0])
			}
		}
	}
}

func TestPolicyUsesTheStandardLibraryOnly(t *testing.T) {
	standard := goList(t, "std")
	notBuiltFrom(t, "policy", func(path string) bool {
		return path != "portcullis/policy" && !slices.Contains(standard, path)
	})
}

// TestAuthorizersUseTheSignerAlone: the authorizers start without the AWS SDK, but for what signs.
func TestAuthorizersUseTheSignerAlone(t *testing.T) {
	signer := goList(t, "-deps", "github.com/aws/aws-sdk-go-v2/aws/signer/v4")
	for _, pkg := range []string{"authorizers/cmd/jwt", "authorizers/cmd/request", "authorizers/cmd/token"} {
		notBuiltFrom(t, pkg, func(path string) bool {
			sdk := under(path, "github.com/aws/aws-sdk-go-v2") || under(path, "github.com/aws/smithy-go")
			return sdk && !slices.Contains(signer, path)
		})
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

// listed is a package of the module, as go list gives it.
type listed struct {
	ImportPath, Name, Dir                          string
	GoFiles, CgoFiles, IgnoredGoFiles, TestGoFiles []string
}

func (p listed) path() string { return strings.TrimPrefix(p.ImportPath, "portcullis/") }

// main tells whether a package is a main, or a part of some.
func (p listed) main() bool { return p.Name == "main" || strings.Contains(p.ImportPath, "/cmd/") }

// files are those of the package itself, for all systems.
func (p listed) files() []string {
	return slices.DeleteFunc(slices.Concat(p.GoFiles, p.CgoFiles, p.IgnoredGoFiles), func(name string) bool { return strings.HasSuffix(name, "_test.go") })
}

func packages(t *testing.T) (all []listed) {
	t.Helper()
	output := goListed(t, "-e", "-json=ImportPath,Name,Dir,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles", "./...")
	for decoder := json.NewDecoder(bytes.NewReader(output)); decoder.More(); {
		var p listed
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 50 {
		t.Fatalf("only %d packages", len(all))
	}
	return all
}

// imported is an import and where it stands.
type imported struct{ path, at string }

func imports(t *testing.T, p listed, files []string) (all []imported) {
	t.Helper()
	for _, name := range files {
		positions := token.NewFileSet()
		tree, err := parser.ParseFile(positions, filepath.Join(p.Dir, name), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range tree.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, imported{path, fmt.Sprintf("%s/%s:%d", p.path(), name, positions.Position(spec.Pos()).Line)})
		}
	}
	return all
}
