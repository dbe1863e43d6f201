package deploy_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"testing"
)

// uncommented are the packages that have exported names without a comment.
var uncommented = []string{"authorizers/apikey/dynamo", "authorizers/revocation/dynamo"}

// TestExportedNamesHaveComments: of types, functions, methods of exported types, constants and variables.
func TestExportedNamesHaveComments(t *testing.T) {
	left := slices.Clone(uncommented)
	for _, p := range packages(t) {
		if p.Name == "main" {
			continue
		}
		names := withoutComment(t, p)
		if at := slices.Index(left, p.path()); at >= 0 && len(names) > 0 {
			left = slices.Delete(left, at, at+1)
			continue
		}
		for _, name := range names {
			t.Errorf("%s has no comment", name)
		}
	}
	for _, known := range left {
		t.Errorf("all of %s has comments: strike it off the list", known)
	}
}

// TestNamesWithoutComments: testdata/comments has one of each kind.
func TestNamesWithoutComments(t *testing.T) {
	found := withoutComment(t, listed{ImportPath: "portcullis/comments", Dir: "testdata/comments", GoFiles: []string{"comments.go"}})
	want := []string{"Bare", "BareConst", "BareFunc", "BareMethod", "BareOfGroup", "BareVar"}
	for i, name := range found {
		found[i] = name[len("comments/comments.go:NN: "):]
	}
	slices.Sort(found)
	if !slices.Equal(found, want) {
		t.Errorf("found %v, want %v", found, want)
	}
}

// withoutComment gives the exported names of a package that have no comment, and where they stand. A comment on a group of
// constants or variables is one on each of them.
func withoutComment(t *testing.T, p listed) (names []string) {
	t.Helper()
	for _, file := range p.files() {
		positions := token.NewFileSet()
		tree, err := parser.ParseFile(positions, filepath.Join(p.Dir, file), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		check := func(name *ast.Ident, comments ...*ast.CommentGroup) {
			if name.IsExported() && !slices.ContainsFunc(comments, func(c *ast.CommentGroup) bool { return c.Text() != "" }) {
				names = append(names, fmt.Sprintf("%s/%s:%02d: %s", p.path(), file, positions.Position(name.Pos()).Line, name.Name))
			}
		}
		for _, declaration := range tree.Decls {
			switch d := declaration.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil || receiver(d.Recv.List[0].Type).IsExported() {
					check(d.Name, d.Doc)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						check(s.Name, d.Doc, s.Doc, s.Comment)
					case *ast.ValueSpec:
						for _, name := range s.Names {
							check(name, d.Doc, s.Doc, s.Comment)
						}
					}
				}
			}
		}
	}
	return names
}

// receiver is the name of a method's type.
func receiver(e ast.Expr) *ast.Ident {
	switch e := e.(type) {
	case *ast.Ident:
		return e
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	}
	return ast.NewIdent("")
}
