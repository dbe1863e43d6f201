package expression

import (
	"fmt"
	"slices"
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

var comparators = []string{"=", "<>", "<", "<=", ">", ">="}

// comparison reads an operand, and what it is compared with.
func (p *parser) comparison() (node, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	switch {
	case slices.Contains(comparators, p.peek()):
		return p.comparedWith(left)
	case p.take("BETWEEN"):
		return p.between(left)
	case p.take("IN"):
		return p.in(left)
	}
	return nil, p.unexpected()
}

// operand reads a path, a value, or a size.
func (p *parser) operand() (operand, error) {
	switch {
	case strings.HasPrefix(p.peek(), ":"):
		return p.literal()
	case p.isCall():
		return p.size()
	}
	return p.path()
}

func (p *parser) comparedWith(left operand) (node, error) {
	c := compare{comparator: p.peek(), left: left}
	p.at++
	right, err := p.operand()
	if err != nil {
		return nil, err
	}
	c.right = right
	if err := checkDistinct(c.comparator, left, right); err != nil {
		return nil, err
	}
	if c.comparator == "=" || c.comparator == "<>" {
		return c, nil
	}
	return c, checkOrdered(c.comparator, left, right)
}

func (p *parser) between(value operand) (node, error) {
	low, err := p.operand()
	if err != nil {
		return nil, err
	}
	if err := p.want("AND"); err != nil {
		return nil, err
	}
	high, err := p.operand()
	if err != nil {
		return nil, err
	}
	if err := checkDistinct("BETWEEN", value, low, high); err != nil {
		return nil, err
	}
	if err := checkOrdered("BETWEEN", value, low, high); err != nil {
		return nil, err
	}
	return between{value, low, high}, checkBounds(low, high)
}

// maxIn is how many operands IN takes. Source: Expressions.OperatorsAndFunctions.html.
const maxIn = 100

func (p *parser) in(value operand) (node, error) {
	if err := p.want("("); err != nil {
		return nil, err
	}
	list := among{value: value}
	for {
		element, err := p.operand()
		if err != nil {
			return nil, err
		}
		list.list = append(list.list, element)
		if !p.take(",") {
			break
		}
	}
	if err := p.want(")"); err != nil {
		return nil, err
	}
	if len(list.list) > maxIn {
		return nil, failure("Incorrect number of operands for operator or function; operator or function: IN, number of operands: %d", len(list.list))
	}
	return list, checkDistinct("IN", value, list.list...)
}

// checkDistinct refuses a first operand that is a path and comes again.
func checkDistinct(operator string, first operand, others ...operand) error {
	path, is := first.(Path)
	for _, other := range others {
		if second, too := other.(Path); is && too && path.equal(second) {
			return failure("The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %s", operator, path.list())
		}
	}
	return nil
}

// checkOrdered refuses values in the request whose type has no order.
func checkOrdered(operator string, operands ...operand) error {
	for _, o := range operands {
		if l, is := o.(literal); is && !l.value.Type.Ordered() {
			return wrongType(operator, l)
		}
	}
	return nil
}

func wrongType(operator string, l literal) error {
	return failure("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", operator, l.value.Type)
}

// checkBounds holds the bounds of BETWEEN against each other where both stand in the request.
func checkBounds(low, high operand) error {
	from, is := low.(literal)
	to, too := high.(literal)
	if !is || !too {
		return nil
	}
	order, ordered := from.value.Compare(to.value)
	bounds := fmt.Sprintf("lower bound operand: AttributeValue: {%s:%s}, upper bound operand: AttributeValue: {%s:%s}",
		from.value.Type, from.value.Text, to.value.Type, to.value.Text)
	switch {
	case !ordered:
		return failure("The BETWEEN operator requires same data type for lower and upper bounds; %s", bounds)
	case order > 0:
		return failure("The BETWEEN operator requires upper bound to be greater than or equal to lower bound; %s", bounds)
	}
	return nil
}

// compare is two operands and a comparator. Operands of different types, and what is not there, are unequal and have no
// order.
type compare struct {
	comparator  string
	left, right operand
}

func (c compare) holds(item attribute.Item) bool {
	left, right := c.left.valueIn(item), c.right.valueIn(item)
	switch c.comparator {
	case "=":
		return left.Equal(right)
	case "<>":
		return !left.Equal(right)
	}
	order, ordered := left.Compare(right)
	if !ordered {
		return false
	}
	switch c.comparator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

func (c compare) String() string {
	return c.left.String() + " " + c.comparator + " " + c.right.String()
}

type between struct{ value, low, high operand }

func (b between) holds(item attribute.Item) bool {
	value := b.value.valueIn(item)
	low, is := b.low.valueIn(item).Compare(value)
	high, too := value.Compare(b.high.valueIn(item))
	return is && too && low <= 0 && high <= 0
}

func (b between) String() string {
	return b.value.String() + " BETWEEN " + b.low.String() + " AND " + b.high.String()
}

// among is IN.
type among struct {
	value operand
	list  []operand
}

func (a among) holds(item attribute.Item) bool {
	value := a.value.valueIn(item)
	return slices.ContainsFunc(a.list, func(o operand) bool { return value.Equal(o.valueIn(item)) })
}

func (a among) String() string {
	var texts []string
	for _, o := range a.list {
		texts = append(texts, o.String())
	}
	return a.value.String() + " IN (" + strings.Join(texts, ", ") + ")"
}
