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
	Modes     []string          // files, or names of this module's; none: this module's, of which a contract of one's own has those that fit it
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

// readModes gives those modes that can be read, in the order in which people are told of them. The error has what is wrong with the
// others, a line each.
func (s Source) readModes() ([]Mode, error) {
	files, err := s.modeFiles()
	if err != nil {
		return nil, err
	}
	var all []Mode
	var wrong []error
	for _, file := range files {
		m, err := file.read()
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all = append(all, Mode{Mode: m})
	}
	return all, errors.Join(append(wrong, checkNames(all)...)...)
}

// modeFile is where a mode is.
type modeFile struct {
	file     string // its path; of an embedded one as in this module's checkout
	embedded string // the file among [modes.Embedded]; "": it is none of these
}

func (f modeFile) read() (*modes.Mode, error) {
	if f.embedded == "" {
		return modes.Load(f.file)
	}
	text, err := fs.ReadFile(modes.Embedded(), f.embedded)
	if err != nil {
		return nil, err
	}
	return modes.Parse(f.file, text)
}

// modeFiles are those that are named, or else this module's.
func (s Source) modeFiles() ([]modeFile, error) {
	ours, err := ownModes()
	if err != nil || len(s.Modes) == 0 {
		return ours, err
	}
	var all []modeFile
	for _, named := range s.Modes {
		file := modeFile{file: named}
		if at := slices.IndexFunc(ours, func(f modeFile) bool { return modeName(f.file) == named }); at >= 0 {
			file = ours[at]
		} else if !isPath(named) && StampOf(named) == (Stamp{}) {
			return nil, &OptionError{"--mode", named, fmt.Errorf("want the file of a mode, or one of %s", strings.Join(namesOf(ours), ", "))}
		}
		all = append(all, file)
	}
	return all, nil
}

// isPath tells whether a text can be no mode's name.
func isPath(named string) bool { return strings.ContainsAny(named, `./\`) }

// modeName is how one of this module's modes is called, by its file.
func modeName(file string) string { return strings.TrimSuffix(filepath.Base(file), ".yaml") }

func namesOf(files []modeFile) []string {
	var names []string
	for _, f := range files {
		names = append(names, modeName(f.file))
	}
	return names
}

// ownModes are this module's modes: those of its checkout, or those in the program.
func ownModes() ([]modeFile, error) {
	var all []modeFile
	if module, err := Checkout(); err == nil {
		folder := shortPath(filepath.Join(module, filepath.FromSlash(modesFolder)))
		files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
		if err != nil || len(files) == 0 {
			return nil, &modes.Error{Name: folder, Reason: "holds no mode (*.yaml)"}
		}
		for _, file := range files {
			all = append(all, modeFile{file: file})
		}
	} else {
		for _, name := range modes.Names(modes.Embedded()) {
			all = append(all, modeFile{path.Join(modesFolder, name+".yaml"), name + ".yaml"})
		}
	}
	sortModes(all)
	return all, nil
}

// order is how this module's modes are listed: what to try first, and then as in the tables of them. Others follow.
var order = []string{"rest-token", "rest-api-key", "rest-iam", "rest-cognito", "rest-request", "http-jwt", "http-lambda", "http-iam", "websocket"}

func sortModes(files []modeFile) {
	place := func(f modeFile) int {
		if i := slices.Index(order, modeName(f.file)); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(files, func(a, b modeFile) int { return cmp.Compare(place(a), place(b)) })
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
