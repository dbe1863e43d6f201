package deploy_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// compilers are the packages whose calls take a while: what they make of a constant is made when it is needed, or not at all.
var compilers = []string{"regexp", "text/template", "html/template", "github.com/dlclark/regexp2/v2", "github.com/santhosh-tekuri/jsonschema/v6"}

// TestNothingIsCompiledAtStart: each cold start would pay for it, and each completion of a word for a shell.
func TestNothingIsCompiledAtStart(t *testing.T) {
	for _, p := range packages(t) {
		for _, at := range compiledAtStart(t, p) {
			t.Errorf("%s: is compiled when the program starts", at)
		}
	}
}

// TestCompiledAtStart: each line of testdata/start that ends with "want" is found, and no other.
func TestCompiledAtStart(t *testing.T) {
	files := []string{"others.go", "start.go"}
	var want []string
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join("testdata/start", name))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if strings.HasSuffix(line, "// want") {
				want = append(want, fmt.Sprintf("start/%s:%d", name, i+1))
			}
		}
	}
	slices.Sort(want)
	found := compiledAtStart(t, listed{ImportPath: "portcullis/start", Dir: "testdata/start", GoFiles: files})
	if !slices.Equal(found, want) {
		t.Errorf("found %v, want %v", found, want)
	}
}

// compiledAtStart gives the places of a package that run when a program starts and call one of the compilers: values of its
// variables, its init functions, and the package's functions that those call.
func compiledAtStart(t *testing.T, p listed) []string {
	t.Helper()
	s := starting{functions: map[string]part{}, seen: map[string]bool{}, path: p.path(), positions: token.NewFileSet()}
	var first []part
	for _, name := range p.files() {
		tree, err := parser.ParseFile(s.positions, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		names := compilersOf(tree)
		for _, declaration := range tree.Decls {
			switch d := declaration.(type) {
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					first = append(first, part{d, names})
				}
			case *ast.FuncDecl:
				switch {
				case d.Recv != nil || d.Body == nil:
				case d.Name.Name == "init":
					first = append(first, part{d.Body, names})
				default:
					s.functions[d.Name.Name] = part{d.Body, names}
				}
			}
		}
	}
	for _, p := range first {
		s.walk(p)
	}
	slices.Sort(s.found)
	return slices.Compact(s.found)
}

// compilersOf gives the names that a file has for the compilers.
func compilersOf(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, spec := range file.Imports {
		if path := strings.Trim(spec.Path.Value, `"`); slices.Contains(compilers, path) {
			name := strings.TrimSuffix(path, "/v6")
			if name = name[strings.LastIndexByte(name, '/')+1:]; spec.Name != nil {
				name = spec.Name.Name
			}
			names[name] = true
		}
	}
	return names
}

// part is a part of a file, and the names that the file has for the compilers.
type part struct {
	ast.Node
	compilers map[string]bool
}

// starting goes through what of a package runs when a program starts.
type starting struct {
	functions map[string]part
	seen      map[string]bool // names of functions
	found     []string

	path      string
	positions *token.FileSet
}

// walk notes the calls of compilers, and goes on with the package's functions that are called. What is in a function literal
// runs later, unless it is called on the spot.
func (s *starting) walk(p part) {
	ast.Inspect(p.Node, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			_, later := n.(*ast.FuncLit)
			return !later
		}
		switch called := call.Fun.(type) {
		case *ast.SelectorExpr:
			if of, ok := called.X.(*ast.Ident); ok && p.compilers[of.Name] {
				position := s.positions.Position(call.Pos())
				s.found = append(s.found, fmt.Sprintf("%s/%s:%d", s.path, filepath.Base(position.Filename), position.Line))
			}
		case *ast.Ident:
			if next, ok := s.functions[called.Name]; ok && !s.seen[called.Name] {
				s.seen[called.Name] = true
				s.walk(next)
			}
		case *ast.FuncLit:
			s.walk(part{called.Body, p.compilers})
		}
		return true
	})
}
