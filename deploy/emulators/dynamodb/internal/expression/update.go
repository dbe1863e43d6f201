package expression

import (
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// Update is an UpdateExpression.
// See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html.
type Update struct {
	sets    []change
	removes []Path
	adds    []change
	deletes []change
}

// change is a path, and what is set there, added to it, or deleted from it.
type change struct {
	path  Path
	value term
}

// term is what an update computes a value from.
type term interface {
	// in is the value for an item as it was before the update, or an *Error.
	in(attribute.Item) (attribute.Value, error)
	String() string
}

// ParseUpdate reads an update. Its errors are *Error.
func ParseUpdate(text string, scope *Scope) (*Update, error) {
	p, err := newParser(text, scope)
	if err != nil {
		return nil, err
	}
	u := &Update{}
	seen := map[string]bool{}
	for first := true; first || p.peek() != ""; first = false {
		keyword := strings.ToUpper(p.peek())
		if err := p.section(u, keyword); err != nil {
			return nil, err
		}
		if seen[keyword] {
			return nil, failure("The \"%s\" section can only be used once in an update expression;", keyword)
		}
		seen[keyword] = true
	}
	return u, checkPaths(u.Paths())
}

// Paths are all places that the update changes.
func (u *Update) Paths() []Path {
	var paths []Path
	for _, changes := range [][]change{u.sets, u.adds, u.deletes} {
		for _, c := range changes {
			paths = append(paths, c.path)
		}
	}
	return append(paths, u.removes...)
}

// String is the update as an expression that parses to the same one.
func (u *Update) String() string {
	var sections []string
	section := func(keyword, between string, changes []change) {
		if len(changes) == 0 {
			return
		}
		var texts []string
		for _, c := range changes {
			texts = append(texts, c.path.String()+between+c.value.String())
		}
		sections = append(sections, keyword+" "+strings.Join(texts, ", "))
	}
	section("SET", " = ", u.sets)
	if len(u.removes) > 0 {
		sections = append(sections, "REMOVE "+(&Projection{u.removes}).String())
	}
	section("ADD", " ", u.adds)
	section("DELETE", " ", u.deletes)
	return strings.Join(sections, " ")
}

func (p *parser) section(u *Update, keyword string) (err error) {
	switch keyword {
	case "SET":
		u.sets, err = p.changes(p.setting)
	case "ADD":
		u.adds, err = p.changes(func() (change, error) { return p.changing(keyword, addable) })
	case "DELETE":
		u.deletes, err = p.changes(func() (change, error) { return p.changing(keyword, deletable) })
	case "REMOVE":
		p.at++
		u.removes, err = p.paths()
	default:
		return p.unexpected()
	}
	return err
}

// changes reads a keyword and what follows it, with commas between.
func (p *parser) changes(one func() (change, error)) ([]change, error) {
	p.at++
	var changes []change
	for {
		c, err := one()
		if err != nil {
			return nil, err
		}
		changes = append(changes, c)
		if !p.take(",") {
			return changes, nil
		}
	}
}

// setting reads path = sum.
func (p *parser) setting() (change, error) {
	path, err := p.path()
	if err != nil {
		return change{}, err
	}
	if err := p.want("="); err != nil {
		return change{}, err
	}
	value, err := p.sum()
	return change{path, value}, err
}

// changing reads path value, for ADD and DELETE.
func (p *parser) changing(keyword string, takes func(attribute.Type) bool) (change, error) {
	path, err := p.path()
	if err != nil {
		return change{}, err
	}
	l, err := p.literal()
	if err != nil {
		return change{}, err
	}
	if !takes(l.value.Type) {
		return change{}, failure("Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: ALLOWED_FOR_%s_OPERAND",
			keyword, longNames[l.value.Type], keyword)
	}
	return change{path, fixed{l}}, nil
}

func deletable(t attribute.Type) bool { return t.ElementType() != "" }

func addable(t attribute.Type) bool { return t == attribute.Number || deletable(t) }

// longNames are the types as the errors of ADD and DELETE call them.
var longNames = map[attribute.Type]string{
	attribute.String: "STRING", attribute.Number: "NUMBER", attribute.Binary: "BINARY", attribute.Bool: "BOOLEAN",
	attribute.Null: "NULL", attribute.List: "LIST", attribute.Map: "MAP",
	attribute.StringSet: "STRING_SET", attribute.NumberSet: "NUMBER_SET", attribute.BinarySet: "BINARY_SET",
}
