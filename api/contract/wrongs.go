package contract

import (
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// wrongs gathers what is wrong with a contract, each once.
type wrongs struct {
	sources []*source // the contract's own file, and those that were read beside it, by their lines
	all     Errors
	said    map[Error]bool
	aliased int // values that aliases stand for, up to [maxAliased]
}

// newWrongs is of a contract whose own file has a name.
func newWrongs(name string) wrongs {
	return wrongs{sources: []*source{{name: path.Base(filepath.ToSlash(name)), shown: name}}}
}

// refuse notes what is wrong with what stands at a node. It gives false, for those who tell on whether something is right.
func (w *wrongs) refuse(node *yaml.Node, format string, args ...any) bool {
	return w.add(node.Line, fmt.Sprintf(format, args...))
}

// add notes what is wrong in a line, counted over all files; 0: with the contract's own file as a whole.
func (w *wrongs) add(line int, reason string) bool {
	at := w.position(line)
	wrong := Error{Name: at.File, Line: at.Line, Reason: reason}
	if w.said[wrong] { // of what several refer to
		return false
	}
	if w.said == nil {
		w.said = map[Error]bool{}
	}
	w.said[wrong] = true
	w.all = append(w.all, &wrong)
	return false
}

// addYAML notes an error of the YAML reader.
func (w *wrongs) addYAML(err error) {
	w.add(cutLine(yamlReason(err)))
}

func yamlReason(err error) string {
	return strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "\n", " ")
}

// cutLine cuts the number of a line off that a reason of the YAML reader begins with; it is 0 where there is none.
func cutLine(reason string) (line int, rest string) {
	place, rest, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(reason, "unmarshal errors:")), ": ")
	number, numbered := strings.CutPrefix(place, "line ")
	line, err := strconv.Atoi(number)
	if !numbered || err != nil {
		return 0, reason
	}
	return line, rest
}

// err is nil where nothing is wrong.
func (w *wrongs) err() error {
	if len(w.all) == 0 {
		return nil
	}
	w.all.SortByLine()
	return w.all
}
