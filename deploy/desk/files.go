package desk

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"portcullis/deploy/functions"
	"portcullis/deploy/modes"
)

func (o options) contractFile() (string, error) {
	if o.contract != "" {
		return o.contract, nil
	}
	folder, err := moduleFolder()
	if err != nil {
		return "", fmt.Errorf("%w; -contract FILE and -mode FILE serve an API anywhere", err)
	}
	return shortPath(filepath.Join(folder, "api", "openapi.yaml")), nil
}

// order is how the module's modes are listed: what to try first, and then as in the tables of them. Others follow.
var order = []string{"rest-token", "rest-api-key", "rest-iam", "rest-cognito", "rest-request", "http-jwt", "http-lambda", "http-iam"}

// modeFiles are the files of the modes, in the order in which they are told of.
func (o options) modeFiles() ([]string, error) {
	if len(o.modes) > 0 {
		return o.modes, nil
	}
	module, err := moduleFolder()
	if err != nil {
		return nil, fmt.Errorf("%w; -mode FILE serves a mode anywhere", err)
	}
	folder := shortPath(filepath.Join(module, "deploy", "modes"))
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		return nil, &modes.Error{Name: folder, Reason: "holds no mode (*.yaml)"}
	}
	place := func(file string) int {
		if i := slices.Index(order, strings.TrimSuffix(filepath.Base(file), ".yaml")); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(files, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	return files, nil
}

// moduleFolder is that of the go.mod that governs the working directory.
func moduleFolder() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return functions.ModuleDir(here)
}

// shortPath is a path as short as it can be said from here.
func shortPath(full string) string {
	here, err := os.Getwd()
	if err != nil {
		return full
	}
	if short, err := filepath.Rel(here, full); err == nil {
		return short
	}
	return full
}

// watched are the files whose changes are taken up: those of contract and modes, the binaries that flags name and, with
// -exec, the module's Go sources.
func (o options) watched() []string {
	var files []string
	if file, err := o.contractFile(); err == nil {
		files = append(files, file)
	}
	if modes, err := o.modeFiles(); err == nil {
		files = append(files, modes...)
	}
	for _, where := range o.functions {
		if !isURL(where) {
			files = append(files, where)
		}
	}
	if folder, err := moduleFolder(); err == nil && o.exec {
		files = append(files, goSources(shortPath(folder))...)
	}
	return files
}

// goSources are the files of a module that a build may read: no tests, and nothing in folders that the go command
// passes over.
func goSources(folder string) []string {
	var files []string
	filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fs.SkipDir // what went meanwhile, or cannot be read, is not built from
		}
		switch name := entry.Name(); {
		case entry.IsDir() && path != folder && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata"):
			return fs.SkipDir
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"), path == filepath.Join(folder, "go.mod"):
			files = append(files, path)
		}
		return nil
	})
	return files
}
