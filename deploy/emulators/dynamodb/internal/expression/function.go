package expression

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// conditionFunctions are the functions that are conditions, with how many operands each takes.
var conditionFunctions = map[string]int{
	"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2,
}

// otherFunctions are the functions that are no conditions.
var otherFunctions = []string{"size", "if_not_exists", "list_append"}

// test reads a function that is a condition.
func (p *parser) test() (node, error) {
	name := p.peek()
	count, known := conditionFunctions[name]
	switch {
	case slices.Contains(otherFunctions, name):
		return nil, notAllowed(name)
	case !known:
		return nil, failure("Invalid function name; function: %s", name)
	}
	arguments, err := p.arguments(name, count)
	if err != nil {
		return nil, err
	}
	return call{name, arguments}, checkCall(name, arguments)
}

func notAllowed(name string) error {
	return failure("The function is not allowed to be used this way in an expression; function: %s", name)
}

// arguments reads a function's operands, and counts them.
func (p *parser) arguments(name string, count int) ([]operand, error) {
	p.at += 2
	var arguments []operand
	for {
		argument, err := p.operand()
		if err != nil {
			return nil, err
		}
		arguments = append(arguments, argument)
		if !p.take(",") {
			break
		}
	}
	if err := p.want(")"); err != nil {
		return nil, err
	}
	if len(arguments) != count {
		return nil, failure("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", name, len(arguments))
	}
	return arguments, nil
}

// size reads size(...), the only function that is an operand.
func (p *parser) size() (operand, error) {
	name := p.peek()
	if _, test := conditionFunctions[name]; test || name != "size" && slices.Contains(otherFunctions, name) {
		return nil, notAllowed(name)
	}
	if name != "size" {
		return nil, failure("Invalid function name; function: %s", name)
	}
	arguments, err := p.arguments(name, 1)
	if err != nil {
		return nil, err
	}
	of := arguments[0]
	if _, twice := of.(sizeOf); twice {
		return nil, notAllowed(name)
	}
	if l, is := of.(literal); is && sizeIn(l.value) < 0 {
		return nil, wrongType(name, l)
	}
	return sizeOf{of}, nil
}

// checkCall refuses operands that can never be right.
func checkCall(name string, arguments []operand) error {
	if _, isPath := arguments[0].(Path); strings.HasPrefix(name, "attribute_") && !isPath {
		return failure("Operator or function requires a document path; operator or function: %s", name)
	}
	if name == "contains" || name == "begins_with" {
		if err := checkDistinct(name, arguments[0], arguments[1]); err != nil {
			return err
		}
	}
	switch name {
	case "attribute_type":
		return checkTypeName(arguments[1])
	case "begins_with":
		for _, argument := range arguments {
			if l, is := argument.(literal); is && l.value.Type != attribute.String && l.value.Type != attribute.Binary {
				return wrongType(name, l)
			}
		}
	}
	return nil
}

func checkTypeName(o operand) error {
	l, is := o.(literal)
	switch {
	case !is:
		return failure("The second operand of attribute_type must be an expression attribute value")
	case l.value.Type != attribute.String:
		return wrongType("attribute_type", l)
	case !attribute.Type(l.value.Text).Valid():
		return failure("Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}", l.value.Text)
	}
	return nil
}

// call is a function that is a condition.
type call struct {
	name      string
	arguments []operand
}

func (c call) holds(item attribute.Item) bool {
	first := c.arguments[0].valueIn(item)
	switch c.name {
	case "attribute_exists":
		return first.Exists()
	case "attribute_not_exists":
		return !first.Exists()
	}
	second := c.arguments[1].valueIn(item)
	switch c.name {
	case "attribute_type":
		return string(first.Type) == second.Text
	case "begins_with":
		return beginsWith(first, second)
	}
	return contains(first, second)
}

func beginsWith(value, prefix attribute.Value) bool {
	isText := value.Type == attribute.String || value.Type == attribute.Binary
	return isText && value.Type == prefix.Type && strings.HasPrefix(value.Text, prefix.Text)
}

func contains(value, part attribute.Value) bool {
	switch value.Type {
	case attribute.String, attribute.Binary:
		return part.Type == value.Type && strings.Contains(value.Text, part.Text)
	case attribute.List:
		return slices.ContainsFunc(value.List, part.Equal)
	}
	return part.Exists() && part.Type == value.Type.ElementType() && slices.Contains(value.Set, part.Text)
}

func (c call) String() string {
	var texts []string
	for _, argument := range c.arguments {
		texts = append(texts, argument.String())
	}
	return c.name + "(" + strings.Join(texts, ", ") + ")"
}

// sizeOf is size(...): a number, or nothing for what has no size.
type sizeOf struct{ of operand }

func (s sizeOf) valueIn(item attribute.Item) attribute.Value {
	size := sizeIn(s.of.valueIn(item))
	if size < 0 {
		return attribute.Value{}
	}
	return attribute.NewNumber(attribute.Decimal(strconv.Itoa(size)))
}

func (s sizeOf) String() string { return "size(" + s.of.String() + ")" }

// sizeIn is a text's characters, a binary's bytes, or how many elements there are; below 0 for what has no size.
func sizeIn(value attribute.Value) int {
	switch value.Type {
	case attribute.String:
		return utf8.RuneCountInString(value.Text)
	case attribute.Binary:
		return len(value.Text)
	case attribute.List:
		return len(value.List)
	case attribute.Map:
		return len(value.Map)
	case attribute.StringSet, attribute.NumberSet, attribute.BinarySet:
		return len(value.Set)
	}
	return -1
}
