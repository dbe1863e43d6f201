package modes

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"portcullis/api/contract"
)

// Error says what is wrong with a mode's file and where, as it is said of a contract.
type Error = contract.Error

// Errors is all that is wrong with files of modes.
type Errors = contract.Errors

// maxFile bounds a mode's size, in bytes.
const maxFile = 1 << 20

// LoadAll reads every *.yaml of a folder as [LoadNamed] does, in the order of their names. The error is an [Errors] with all that is wrong with them.
func LoadAll(folder string) ([]*Mode, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) == 0 {
		return nil, Errors{{Name: folder, Reason: "holds no mode (*.yaml)"}}
	}
	var modes []*Mode
	var all Errors
	for _, file := range files {
		mode, err := LoadNamed(folder, strings.TrimSuffix(filepath.Base(file), ".yaml"))
		if wrong := (Errors)(nil); errors.As(err, &wrong) {
			all = append(all, wrong...)
		}
		modes = append(modes, mode)
	}
	if len(all) > 0 {
		return nil, all
	}
	return modes, nil
}

// LoadNamed reads the mode NAME.yaml of a folder, where modes are found by their files: it has to have that name. The error is an
// [Errors].
func LoadNamed(folder, name string) (*Mode, error) {
	return load(filepath.Join(folder, name+".yaml"), name)
}

// Load reads the mode in a file, which has any name. The error is an [Errors].
func Load(file string) (*Mode, error) { return load(file, "") }

func load(file, name string) (*Mode, error) {
	opened, err := os.Open(file)
	if err != nil {
		return nil, Errors{{Name: file, Reason: errors.Unwrap(err).Error()}}
	}
	defer opened.Close()
	text, err := io.ReadAll(io.LimitReader(opened, maxFile+1))
	if err != nil {
		return nil, Errors{{Name: file, Reason: errors.Unwrap(err).Error()}}
	}
	return parse(file, name, text)
}

// Parse reads a mode from the text of its file, which has any name. The error is an [Errors] with all that is wrong, in the order of the lines; where the
// text is not of a mode's form, with that only.
func Parse(file string, text []byte) (*Mode, error) { return parse(file, "", text) }

// parse is Parse of a mode that has to have a name; "": any.
func parse(file, name string, text []byte) (*Mode, error) {
	if len(text) > maxFile {
		return nil, Errors{{Name: file, Reason: fmt.Sprintf("want a mode of at most %d bytes", maxFile)}}
	}
	mode := &Mode{}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(mode); err != nil && err != io.EOF {
		return nil, decodingErrors(file, err)
	}
	if err := decoder.Decode(&yaml.Node{}); err != io.EOF {
		return nil, Errors{{Name: file, Reason: "want one YAML document, and something follows it"}}
	}
	sum := sha256.Sum256(text)
	mode.file, mode.sha256, mode.root = file, hex.EncodeToString(sum[:]), &yaml.Node{}
	if err := yaml.Unmarshal(text, mode.root); err != nil {
		return nil, decodingErrors(file, err)
	}
	wrong := append(mode.checkWritten(), mode.check(name)...)
	if err := mode.errors(wrong); err != nil {
		return nil, err
	}
	return mode, nil
}

// Wrong is the error that something is wrong with a member of the mode, its parents before it: what only those can see
// who know the contract. It names the file and the line where the mode has them.
func (m *Mode) Wrong(reason string, member ...string) *Error {
	reason = strings.Join(member, ".") + ": " + reason
	if m.file == "" {
		return &Error{Name: "mode " + m.Name, Reason: reason}
	}
	return &Error{Name: m.file, Line: lineOf(m.root, member), Reason: reason}
}

var (
	yamlLine     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`line (\d+): (.*)`) })
	unknownField = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`field (\S+) not found in type \S+`) })
	wrongKind    = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("cannot unmarshal !!(\\w+)(?: `([^`]*)`)? into (\\S+)")
	})
)

// decodingErrors takes lines and reasons from the complaints of the YAML library.
func decodingErrors(file string, err error) Errors {
	texts := []string{err.Error()}
	if several := (*yaml.TypeError)(nil); errors.As(err, &several) {
		texts = several.Errors
	}
	all := make(Errors, len(texts))
	for i, text := range texts {
		all[i] = decodingError(file, text)
	}
	return all
}

func decodingError(file, text string) *Error {
	m := yamlLine().FindStringSubmatch(text)
	if m == nil {
		return &Error{Name: file, Reason: strings.TrimPrefix(text, "yaml: ")}
	}
	line, _ := strconv.Atoi(m[1])
	reason := unknownField().ReplaceAllString(m[2], "$1: a mode has no such member")
	return &Error{Name: file, Line: line, Reason: wrongKind().ReplaceAllStringFunc(reason, expected)}
}

// expected says in words what the YAML library says in Go's types.
func expected(complaint string) string {
	m := wrongKind().FindStringSubmatch(complaint)
	got := map[string]string{"seq": "a list", "map": "a mapping"}[m[1]]
	if got == "" {
		got = strconv.Quote(m[2])
	}
	return "want " + kindOf(m[3]) + ", got " + got
}

func kindOf(goType string) string {
	switch {
	case goType == "int":
		return "a whole number"
	case goType == "float64":
		return "a number"
	case goType == "bool":
		return "true or false"
	case goType == "string":
		return "a text"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	}
	return "a mapping"
}

// lineOf finds the line of a member, or of the nearest of its parents that is there.
func lineOf(root *yaml.Node, member []string) int {
	if len(root.Content) == 0 {
		return 1
	}
	node := root.Content[0]
	line := node.Line
	for _, name := range member {
		next, at := child(node, name)
		if next == nil {
			return line
		}
		node, line = next, at
	}
	return line
}

// child finds a member of a mapping, or an item of a list by its number, and its line.
func child(node *yaml.Node, name string) (*yaml.Node, int) {
	if node.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(name); err == nil && i < len(node.Content) {
			return node.Content[i], node.Content[i].Line
		}
		return nil, 0
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			return node.Content[i+1], node.Content[i].Line
		}
	}
	return nil, 0
}
