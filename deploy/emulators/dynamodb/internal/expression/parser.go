package expression

import (
	_ "embed"
	"strconv"
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// parser reads tokens. Its methods leave at behind what they have read.
type parser struct {
	text   string
	tokens []token
	at     int
	scope  *Scope

	attributes []string // the first names of the paths
}

func newParser(text string, scope *Scope) (*parser, error) {
	tokens, err := lex(text)
	return &parser{text: text, tokens: tokens, scope: scope}, err
}

func (p *parser) peek() string { return p.tokens[p.at].text }

// peekSecond is the token behind the next one.
func (p *parser) peekSecond() string {
	if p.at+1 < len(p.tokens) {
		return p.tokens[p.at+1].text
	}
	return ""
}

func (p *parser) unexpected() error { return syntaxError(p.text, p.tokens, p.at) }

// take reads a sign or keyword if it is the next token.
func (p *parser) take(text string) bool {
	if !strings.EqualFold(p.peek(), text) {
		return false
	}
	p.at++
	return true
}

// want reads a sign or keyword.
func (p *parser) want(text string) error {
	if !p.take(text) {
		return p.unexpected()
	}
	return nil
}

// end wants the end.
func (p *parser) end() error {
	if p.peek() != "" {
		return p.unexpected()
	}
	return nil
}

// isCall tells whether the next tokens are a function's name and a parenthesis.
func (p *parser) isCall() bool { return isWord(p.peek()) && p.peekSecond() == "(" }

//go:embed reserved.txt
var reservedText string

// reserved are the words that stand for no attribute, in upper case.
var reserved = func() map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.Fields(reservedText) {
		words[w] = true
	}
	return words
}()

// path reads a document path.
func (p *parser) path() (Path, error) {
	first, err := p.name()
	if err != nil {
		return nil, err
	}
	p.attributes = append(p.attributes, first.Name)
	path := Path{first}
	for {
		var next Step
		switch {
		case p.take("."):
			next, err = p.name()
		case p.take("["):
			next, err = p.index()
		default:
			return path, nil
		}
		if err != nil {
			return nil, err
		}
		path = append(path, next)
	}
}

// name reads an attribute's name or a placeholder for it.
func (p *parser) name() (Step, error) {
	text := p.peek()
	switch {
	case strings.HasPrefix(text, "#"):
		name, err := p.scope.name(text)
		if err != nil {
			return Step{}, err
		}
		p.at++
		return Step{Name: name, source: text}, nil
	case !isWord(text):
		return Step{}, p.unexpected()
	case reserved[strings.ToUpper(text)]:
		return Step{}, failure("Attribute name is a reserved keyword; reserved keyword: %s", text)
	}
	p.at++
	return Step{Name: text, source: text}, nil
}

// index reads a list's index behind its bracket.
func (p *parser) index() (Step, error) {
	n, err := strconv.ParseInt(p.peek(), 10, 32)
	if err != nil || p.peek()[0] < '0' || p.peek()[0] > '9' {
		return Step{}, p.unexpected()
	}
	p.at++
	return Step{Index: int(n), source: "[" + strconv.Itoa(int(n)) + "]"}, p.want("]")
}

// literal reads a placeholder for a value.
func (p *parser) literal() (literal, error) {
	text := p.peek()
	if !strings.HasPrefix(text, ":") {
		return literal{}, p.unexpected()
	}
	value, err := p.scope.value(text)
	p.at++
	return literal{value: value, source: text}, err
}

// operand is what has a value, or none, for an item.
type operand interface {
	valueIn(attribute.Item) attribute.Value
	String() string
}

// literal is a value that stands in the request.
type literal struct {
	value  attribute.Value
	source string
}

func (l literal) valueIn(attribute.Item) attribute.Value { return l.value }
func (l literal) String() string                         { return l.source }
