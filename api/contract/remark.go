package contract

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Remark says what of a contract is passed over, or does something else than what it reads like.
type Remark struct {
	Position // where that is first
	Text     string
	Differs  bool // it does something else than what it reads like
}

// passed is what is passed over.
type passed struct {
	count, line int // how often, and where first
}

func (of *passed) add(line int) {
	if of.count++; of.count == 1 || line < of.line {
		of.line = line
	}
}

// times says how often it is passed over, where that is not once.
func (of *passed) times() string {
	if of.count == 1 {
		return ""
	}
	return fmt.Sprintf(" (%d times, here first)", of.count)
}

// plainKeywords are those of schemas whose values hold no schemas, but whatever a document may; and namedKeywords are those whose
// values are schemas by names.
var (
	plainKeywords = []string{"const", "default", "enum", "example", "examples"}
	namedKeywords = []string{"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"}
)

// laterKeywords ask for something of a value in later drafts of JSON Schema, and for nothing in draft 4.
var laterKeywords = []string{
	"contains", "dependentRequired", "dependentSchemas", "else", "if", "maxContains", "minContains", "prefixItems", "propertyNames", "then",
	"unevaluatedItems", "unevaluatedProperties",
}

// lookForUnheeded notes where a schema, or one that it refers to, is nullable: true, or has a keyword that draft 4 has not, each once.
func (p *parser) lookForUnheeded(schema *yaml.Node) {
	if schema = follow(schema); p.seen[schema] {
		return
	}
	p.seen[schema] = true
	if target, _ := p.target(schema); target != nil {
		p.lookForUnheeded(target)
	}
	if schema.Kind == yaml.SequenceNode {
		for _, item := range schema.Content {
			p.lookForUnheeded(item)
		}
	}
	for key, value := range pairs(schema) {
		if slices.Contains(laterKeywords, key.Value) {
			p.noteLater(key)
		}
		switch {
		case slices.Contains(plainKeywords, key.Value):
		case slices.Contains(namedKeywords, key.Value):
			for _, named := range pairs(value) {
				p.lookForUnheeded(named)
			}
		case strings.HasPrefix(key.Value, "x-"):
		case key.Value == "nullable" && value.ShortTag() == "!!bool" && value.Value == "true":
			if find(schema, "type") != nil { // without one null is taken
				p.nulls.add(key.Line)
			}
		default:
			p.lookForUnheeded(value)
		}
	}
}

// nullableRemark says that null is refused where a schema reads as if it were not: the models of API Gateway are of JSON Schema
// draft 4, which has no nullable. See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html.
func (p *parser) nullableRemark() []Remark {
	if p.nulls.count == 0 {
		return nil
	}
	const text = `: API Gateway passes it over and refuses null (400); it takes it by a list of types, such as ` + "`type: [string, \"null\"]`"
	return []Remark{{Position: p.position(p.nulls.line), Text: "nullable" + p.nulls.times() + text, Differs: true}}
}

func (p *parser) noteLater(key *yaml.Node) {
	p.later.add(key.Line)
	if !slices.Contains(p.laterNames, key.Value) {
		p.laterNames = append(p.laterNames, key.Value)
	}
}

// laterRemark says that bodies are not held to what a schema asks for by a keyword that draft 4 has not.
func (p *parser) laterRemark() []Remark {
	if p.later.count == 0 {
		return nil
	}
	slices.Sort(p.laterNames)
	const text = ": API Gateway passes it over, since its models are of JSON Schema draft 4: bodies are not held to it"
	return []Remark{{Position: p.position(p.later.line), Text: strings.Join(p.laterNames, ", ") + p.later.times() + text, Differs: true}}
}

// severalRemark says that more is asked for than API Gateway would of an authorizer that stands as its documents have it: its own ask
// for any one of a method's scopes. See https://docs.aws.amazon.com/apigateway/latest/api/API_Method.html.
func (p *parser) severalRemark() []Remark {
	if p.several.count == 0 {
		return nil
	}
	const text = ": API Gateway's own authorizer takes a token that has any one of them, and here all are asked for, as OpenAPI has it; want an alternative for each where one is enough"
	return []Remark{{Position: p.position(p.several.line), Text: "security: several scopes at once" + p.several.times() + text, Differs: true}}
}
