package contract

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Remark says what of a contract is passed over, or does something else than what it reads like.
type Remark struct {
	Line    int // of the file, where that is first
	Text    string
	Differs bool // it does something else than what it reads like
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
	namedKeywords = []string{"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
)

// lookForNullable notes where a schema, or one that it refers to, is nullable: true, each once.
func (p *parser) lookForNullable(schema *yaml.Node) {
	if schema = follow(schema); p.seen[schema] {
		return
	}
	p.seen[schema] = true
	if target, _ := p.target(schema); target != nil {
		p.lookForNullable(target)
	}
	if schema.Kind == yaml.SequenceNode {
		for _, item := range schema.Content {
			p.lookForNullable(item)
		}
	}
	for key, value := range pairs(schema) {
		switch {
		case slices.Contains(plainKeywords, key.Value):
		case slices.Contains(namedKeywords, key.Value):
			for _, named := range pairs(value) {
				p.lookForNullable(named)
			}
		case key.Value == "nullable" && value.ShortTag() == "!!bool" && value.Value == "true":
			p.nulls.add(key.Line)
		default:
			p.lookForNullable(value)
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
	return []Remark{{Line: p.nulls.line, Text: "nullable" + p.nulls.times() + text, Differs: true}}
}
