package expression

import (
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// Projection is a ProjectionExpression: which parts of an item are wanted.
type Projection struct {
	paths []Path
}

// ParseProjection reads a projection. Its errors are *Error.
func ParseProjection(text string, scope *Scope) (*Projection, error) {
	p, err := newParser(text, scope)
	if err != nil {
		return nil, err
	}
	paths, err := p.paths()
	if err != nil {
		return nil, err
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	return &Projection{paths}, checkPaths(paths)
}

// paths reads paths with commas between them.
func (p *parser) paths() ([]Path, error) {
	var paths []Path
	for {
		path, err := p.path()
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
		if !p.take(",") {
			return paths, nil
		}
	}
}

// Attributes are the names of the attributes of which something is wanted, some perhaps more than once.
func (p *Projection) Attributes() (names []string) {
	for _, path := range p.paths {
		names = append(names, path[0].Name)
	}
	return names
}

// String is the projection as an expression that parses to the same one.
func (p *Projection) String() string {
	var texts []string
	for _, path := range p.paths {
		texts = append(texts, path.String())
	}
	return strings.Join(texts, ", ")
}

// Of is the wanted part of an item, never nil. Of a list, the wanted elements move together.
func (p *Projection) Of(item attribute.Item) attribute.Item { return project(p.paths, item) }

func project(paths []Path, item attribute.Item) attribute.Item {
	part := pick(paths, attribute.Value{Type: attribute.Map, Map: item}).Map
	if part == nil {
		return attribute.Item{}
	}
	return part
}

// pick keeps of a value what the paths lead to; a path that has ended takes all. The value is zero where no path leads to
// anything.
func pick(paths []Path, value attribute.Value) attribute.Value {
	if len(paths) == 1 && len(paths[0]) == 0 {
		return value
	}
	picked := attribute.Value{Type: value.Type}
	for i, element := range value.List {
		if part := pickBehind(Step{Index: i}, paths, element); part.Exists() {
			picked.List = append(picked.List, part)
		}
	}
	for name, element := range value.Map {
		if part := pickBehind(Step{Name: name}, paths, element); part.Exists() {
			if picked.Map == nil {
				picked.Map = map[string]attribute.Value{}
			}
			picked.Map[name] = part
		}
	}
	if picked.List == nil && picked.Map == nil {
		return attribute.Value{}
	}
	return picked
}

// pickBehind picks from an element by the paths that begin with the step to it.
func pickBehind(step Step, paths []Path, element attribute.Value) attribute.Value {
	var rest []Path
	for _, path := range paths {
		if sameStep(path[0], step) {
			rest = append(rest, path[1:])
		}
	}
	if rest == nil {
		return attribute.Value{}
	}
	return pick(rest, element)
}
