package contract

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// wrongs gathers what is wrong with a contract, each once.
type wrongs struct {
	name string // the file's
	all  Errors
	said map[Error]bool
}

// refuse notes what is wrong with what stands at a node. It gives false, for those who tell on whether something is right.
func (w *wrongs) refuse(node *yaml.Node, format string, args ...any) bool {
	return w.add(node.Line, fmt.Sprintf(format, args...))
}

// add notes what is wrong in a line; 0: with the file as a whole.
func (w *wrongs) add(line int, reason string) bool {
	wrong := Error{Name: w.name, Line: line, Reason: reason}
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
	reason := strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "\n", " ")
	w.add(cutLine(reason))
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
