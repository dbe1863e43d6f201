package deploy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/functions"
)

// compilers are the packages whose calls take a while: what they make of a constant is made when it is needed, or not at all.
var compilers = []string{"regexp", "text/template", "html/template", "github.com/santhosh-tekuri/jsonschema/v6"}

// TestNothingIsCompiledAtStart: each cold start would pay for it, and each completion of a word for a shell.
func TestNothingIsCompiledAtStart(t *testing.T) {
	mains := []string{"portcullis/deploy/portcullis/internal/access"}
	for _, f := range functions.Functions {
		mains = append(mains, f.Package)
	}
	files := goList(t, append([]string{"-deps", "-f", `{{if not .Standard}}{{if eq .Module.Path "portcullis"}}{{$dir := .Dir}}{{range .GoFiles}}{{$dir}}/{{.}} {{end}}{{end}}{{end}}`}, mains...)...)
	if len(files) < 50 {
		t.Fatalf("only the files %v", files)
	}
	for _, file := range files {
		for _, name := range compiledAtStart(t, file) {
			t.Errorf("%s: %s is compiled when the program starts", file, name)
		}
	}
}

// compiledAtStart gives the variables of a package whose values call one of the compilers.
func compiledAtStart(t *testing.T, file string) (names []string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	packages := map[string]bool{}
	for _, spec := range tree.Imports {
		if path := strings.Trim(spec.Path.Value, `"`); slices.Contains(compilers, path) {
			name := strings.TrimSuffix(path, "/v6")
			if name = name[strings.LastIndexByte(name, '/')+1:]; spec.Name != nil {
				name = spec.Name.Name
			}
			packages[name] = true
		}
	}
	for _, declaration := range tree.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.VAR {
			continue
		}
		for _, spec := range general.Specs {
			if value := spec.(*ast.ValueSpec); callsAny(value.Values, packages) {
				names = append(names, value.Names[0].Name)
			}
		}
	}
	return names
}

// callsAny tells whether values call a function of one of these packages, but for those in function literals.
func callsAny(values []ast.Expr, packages map[string]bool) (found bool) {
	for _, value := range values {
		ast.Inspect(value, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if selector, ok := call.Fun.(*ast.SelectorExpr); ok {
					if of, ok := selector.X.(*ast.Ident); ok && packages[of.Name] {
						found = true
					}
				}
			}
			_, literal := n.(*ast.FuncLit)
			return !literal
		})
	}
	return found
}
