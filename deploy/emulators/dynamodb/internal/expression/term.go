package expression

import (
	"slices"
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// sum reads a term, and one that is added to it or subtracted from it.
func (p *parser) sum() (term, error) {
	left, err := p.term()
	if err != nil {
		return nil, err
	}
	sign := p.peek()
	if sign != "+" && sign != "-" {
		return left, nil
	}
	p.at++
	right, err := p.term()
	if err != nil {
		return nil, err
	}
	return sum{left, right, sign}, checkTerms(sign, attribute.Number, left, right)
}

func (p *parser) term() (term, error) {
	switch {
	case strings.HasPrefix(p.peek(), ":"):
		l, err := p.literal()
		return fixed{l}, err
	case p.isCall():
		return p.updateFunction()
	}
	path, err := p.path()
	return stored{path}, err
}

func (p *parser) updateFunction() (term, error) {
	name := p.peek()
	_, condition := conditionFunctions[name]
	switch {
	case condition, name == "size":
		return nil, notAllowed(name)
	case !slices.Contains(otherFunctions, name):
		return nil, failure("Invalid function name; function: %s", name)
	}
	p.at += 2
	first, err := p.term()
	if err != nil {
		return nil, err
	}
	if err := p.want(","); err != nil {
		return nil, err
	}
	second, err := p.term()
	if err != nil {
		return nil, err
	}
	if err := p.want(")"); err != nil {
		return nil, err
	}
	return makeFunction(name, first, second)
}

func makeFunction(name string, first, second term) (term, error) {
	if name == "list_append" {
		return appended{first, second}, checkTerms(name, attribute.List, first, second)
	}
	path, is := first.(stored)
	if !is {
		return nil, failure("Operator or function requires a document path; operator or function: %s", name)
	}
	return orElse{path.path, second}, nil
}

// checkTerms refuses values in the request that are not of the type.
func checkTerms(operator string, t attribute.Type, terms ...term) error {
	for _, one := range terms {
		if f, is := one.(fixed); is && f.literal.value.Type != t {
			return wrongType(operator, f.literal)
		}
	}
	return nil
}

// fixed is a value that stands in the request.
type fixed struct{ literal literal }

func (f fixed) in(attribute.Item) (attribute.Value, error) { return f.literal.value, nil }
func (f fixed) String() string                             { return f.literal.String() }

// stored is a value of the item's.
type stored struct{ path Path }

func (s stored) in(item attribute.Item) (attribute.Value, error) {
	value := s.path.valueIn(item)
	if !value.Exists() {
		return value, failure("The provided expression refers to an attribute that does not exist in the item")
	}
	return value, nil
}

func (s stored) String() string { return s.path.String() }

var errOperandType = failure("An operand in the update expression has an incorrect data type")

// sum is two numbers, added or subtracted.
type sum struct {
	left, right term
	sign        string
}

func (s sum) in(item attribute.Item) (attribute.Value, error) {
	left, right, err := both(item, s.left, s.right, attribute.Number)
	if err != nil {
		return attribute.Value{}, err
	}
	operate := attribute.Decimal.Add
	if s.sign == "-" {
		operate = attribute.Decimal.Subtract
	}
	return number(operate(attribute.Decimal(left.Text), attribute.Decimal(right.Text)))
}

func (s sum) String() string { return s.left.String() + " " + s.sign + " " + s.right.String() }

// number is the value of what arithmetic gives.
func number(d attribute.Decimal, err error) (attribute.Value, error) {
	if err != nil {
		return attribute.Value{}, failure("%v", err)
	}
	return attribute.NewNumber(d), nil
}

// both are the values of two terms, each of the type.
func both(item attribute.Item, left, right term, t attribute.Type) (l, r attribute.Value, err error) {
	if l, err = left.in(item); err != nil {
		return l, r, err
	}
	if r, err = right.in(item); err != nil {
		return l, r, err
	}
	if l.Type != t || r.Type != t {
		return l, r, errOperandType
	}
	return l, r, nil
}

// appended is list_append.
type appended struct{ left, right term }

func (a appended) in(item attribute.Item) (attribute.Value, error) {
	left, right, err := both(item, a.left, a.right, attribute.List)
	if err != nil {
		return attribute.Value{}, err
	}
	return attribute.Value{Type: attribute.List, List: slices.Concat(left.List, right.List)}, nil
}

func (a appended) String() string {
	return "list_append(" + a.left.String() + ", " + a.right.String() + ")"
}

// orElse is if_not_exists.
type orElse struct {
	path Path
	term term
}

func (o orElse) in(item attribute.Item) (attribute.Value, error) {
	if value := o.path.valueIn(item); value.Exists() {
		return value, nil
	}
	return o.term.in(item)
}

func (o orElse) String() string {
	return "if_not_exists(" + o.path.String() + ", " + o.term.String() + ")"
}
