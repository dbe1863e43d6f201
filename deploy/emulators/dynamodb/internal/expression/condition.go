package expression

import (
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// Condition is a ConditionExpression or a FilterExpression.
// See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html.
type Condition struct {
	root       node
	attributes []string
}

// ParseCondition reads a condition, which a KeyConditionExpression is too. Its errors are *Error.
func ParseCondition(text string, scope *Scope) (*Condition, error) {
	p, err := newParser(text, scope)
	if err != nil {
		return nil, err
	}
	root, err := p.condition()
	if err != nil {
		return nil, err
	}
	return &Condition{root, p.attributes}, p.end()
}

// Attributes are the names of the attributes that the condition looks at or into, some perhaps more than once.
func (c *Condition) Attributes() []string { return c.attributes }

// Holds tells whether an item meets the condition. An empty or nil item is one that is not there.
func (c *Condition) Holds(item attribute.Item) bool { return c.root.holds(item) }

// String is the condition as an expression that parses to the same one.
func (c *Condition) String() string { return c.root.String() }

// node is a condition or a part of one.
type node interface {
	holds(attribute.Item) bool
	String() string
}

func (p *parser) condition() (node, error) { return p.chain("OR", p.and) }

func (p *parser) and() (node, error) { return p.chain("AND", p.not) }

// chain reads parts with a keyword between them.
func (p *parser) chain(keyword string, part func() (node, error)) (node, error) {
	first, err := part()
	if err != nil {
		return nil, err
	}
	parts := []node{first}
	for p.take(keyword) {
		next, err := part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, next)
	}
	if len(parts) == 1 {
		return first, nil
	}
	return junction{all: keyword == "AND", parts: parts}, nil
}

func (p *parser) not() (node, error) {
	if !p.take("NOT") {
		return p.primary()
	}
	inner, err := p.not()
	return negation{inner}, err
}

// primary reads a condition in parentheses, a function, or a comparison.
func (p *parser) primary() (node, error) {
	if p.peek() == "(" {
		return p.group()
	}
	if p.isCall() && p.peek() != "size" {
		return p.test()
	}
	return p.comparison()
}

func (p *parser) group() (node, error) {
	p.at++
	inner, err := p.condition()
	if err != nil {
		return nil, err
	}
	if err := p.want(")"); err != nil {
		return nil, err
	}
	if _, twice := inner.(group); twice {
		return nil, failure("The expression has redundant parentheses;")
	}
	return group{inner}, nil
}

// junction is parts of which all or any must hold.
type junction struct {
	all   bool
	parts []node
}

func (j junction) holds(item attribute.Item) bool {
	for _, part := range j.parts {
		if part.holds(item) != j.all {
			return !j.all
		}
	}
	return j.all
}

func (j junction) String() string {
	keyword := " OR "
	if j.all {
		keyword = " AND "
	}
	var texts []string
	for _, part := range j.parts {
		texts = append(texts, part.String())
	}
	return strings.Join(texts, keyword)
}

type negation struct{ inner node }

func (n negation) holds(item attribute.Item) bool { return !n.inner.holds(item) }
func (n negation) String() string                 { return "NOT " + n.inner.String() }

// group is a condition in parentheses.
type group struct{ inner node }

func (g group) holds(item attribute.Item) bool { return g.inner.holds(item) }
func (g group) String() string                 { return "(" + g.inner.String() + ")" }
