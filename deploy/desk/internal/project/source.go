package project

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"portcullis/api"
	"portcullis/api/contract"
	build "portcullis/deploy/functions"
	"portcullis/deploy/modes"
)

// Source says where a project's files are.
type Source struct {
	Contract  string            // the OpenAPI file; "": this module's
	Modes     []string          // files; none: this module's
	Functions map[string]string // where functions are that are given, by their names: the URL of one, or the file of a binary
	Build     bool              // this module's functions are built from their sources, which are watched
}

// The files of this module, below its folder.
const (
	contractFile = "api/openapi.yaml"
	modesFolder  = "deploy/modes"
)

func (s Source) readContract() (*contract.Contract, error) {
	if file := s.contractFile(); file != "" {
		return contract.Load(file)
	}
	return contract.Parse(contractFile, []byte(api.OpenAPI))
}

// contractFile is the contract's file; "": it is the one in the program.
func (s Source) contractFile() string {
	if s.Contract != "" {
		return s.Contract
	}
	folder, err := Checkout()
	if err != nil {
		return ""
	}
	return shortPath(filepath.Join(folder, filepath.FromSlash(contractFile)))
}

// readModes gives those modes that can be read. The error has what is wrong with the others, a line each.
func (s Source) readModes() ([]Mode, error) {
	files, err := s.modeFiles()
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return embeddedModes()
	}
	var all []Mode
	var wrong []error
	for _, file := range files {
		m, err := modes.Load(file)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, Mode{Mode: m})
	}
	return all, errors.Join(append(wrong, checkNames(all)...)...)
}

// modeFiles are the files of the modes, in the order in which people are told of them. There is none where they are those in the
// program.
func (s Source) modeFiles() ([]string, error) {
	if len(s.Modes) > 0 {
		return s.Modes, nil
	}
	module, err := Checkout()
	if err != nil {
		return nil, nil
	}
	folder := shortPath(filepath.Join(module, filepath.FromSlash(modesFolder)))
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		return nil, &modes.Error{Name: folder, Reason: "holds no mode (*.yaml)"}
	}
	sortModes(files)
	return files, nil
}

// embeddedModes are the modes that are in the program.
func embeddedModes() ([]Mode, error) {
	names, err := fs.Glob(modes.Embedded(), "*.yaml")
	if err != nil {
		return nil, err
	}
	sortModes(names)
	var all []Mode
	for _, name := range names {
		text, err := fs.ReadFile(modes.Embedded(), name)
		if err != nil {
			return nil, err
		}
		m, err := modes.Parse(path.Join(modesFolder, name), text)
		if err != nil {
			return nil, err
		}
		all = append(all, Mode{Mode: m})
	}
	return all, nil
}

// order is how this module's modes are listed: what to try first, and then as in the tables of them. Others follow.
var order = []string{"rest-token", "rest-api-key", "rest-iam", "rest-cognito", "rest-request", "http-jwt", "http-lambda", "http-iam", "websocket"}

func sortModes(files []string) {
	place := func(file string) int {
		if i := slices.Index(order, strings.TrimSuffix(filepath.Base(file), ".yaml")); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(files, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
}

// Checkout is the folder of this module, where the working directory is in it.
func Checkout() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	folder, err := build.ModuleDir(here)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	if err != nil {
		return "", err
	}
	if !isOurs(string(text)) {
		return "", fmt.Errorf("%s is of another module", filepath.Join(folder, "go.mod"))
	}
	return folder, nil
}

// isOurs tells whether a go.mod is this module's.
func isOurs(text string) bool {
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "module" {
			return words[1] == "portcullis"
		}
	}
	return false
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
