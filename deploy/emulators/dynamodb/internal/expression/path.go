package expression

import (
	"slices"
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// Path is a document path: where in an item a value lies. Its first step is a name.
type Path []Step

// Step is one step of a Path: into a map by a name, or into a list by an index.
type Step struct {
	Name  string // "" where Index counts
	Index int    // from 0

	source string // as the expression writes it
}

// String is the path as an expression writes it, placeholders for names included.
func (p Path) String() string {
	var b strings.Builder
	for i, step := range p {
		if i > 0 && step.Name != "" {
			b.WriteByte('.')
		}
		b.WriteString(step.source)
	}
	return b.String()
}

// list is the path as DynamoDB's errors write it.
func (p Path) list() string {
	var steps []string
	for _, step := range p {
		text := step.Name
		if text == "" {
			text = step.source
		}
		steps = append(steps, text)
	}
	return "[" + strings.Join(steps, ", ") + "]"
}

// valueIn is what lies at the path in an item, the zero Value where nothing does.
func (p Path) valueIn(item attribute.Item) attribute.Value {
	value := attribute.Value{Type: attribute.Map, Map: item}
	for _, step := range p {
		value = step.in(value)
	}
	return value
}

func (s Step) in(value attribute.Value) attribute.Value {
	if s.Name != "" {
		return value.Map[s.Name]
	}
	if s.Index < len(value.List) {
		return value.List[s.Index]
	}
	return attribute.Value{}
}

func sameStep(a, b Step) bool { return a.Name == b.Name && a.Index == b.Index }

// equal tells whether two paths lead to the same place.
func (p Path) equal(other Path) bool { return slices.EqualFunc(p, other, sameStep) }

// checkPaths refuses two paths of which one leads into the other, or that need one value to be a map and a list.
func checkPaths(paths []Path) error {
	const rewrite = "must remove or rewrite one of these paths; path one: %s, path two: %s"
	for i, one := range paths {
		for _, two := range paths[i+1:] {
			same := 0
			for same < min(len(one), len(two)) && sameStep(one[same], two[same]) {
				same++
			}
			switch {
			case same == min(len(one), len(two)):
				return failure("Two document paths overlap with each other; "+rewrite, one.list(), two.list())
			case (one[same].Name == "") != (two[same].Name == ""):
				return failure("Two document paths conflict with each other; "+rewrite, one.list(), two.list())
			}
		}
	}
	return nil
}
