package openapi

import (
	"cmp"
	"mime"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/plan"
)

// Operation is what a document says to people of an operation.
type Operation struct {
	Summary     string      `json:"summary"`
	Description string      `json:"description"`
	Tags        []string    `json:"tags"`
	Parameters  []Parameter `json:"parameters"`
	Body        *Body       `json:"body"` // nil: it has none
}

// Parameter is a parameter that a page can send: cookies are none of them.
type Parameter struct {
	Name        string `json:"name"`
	In          string `json:"in"` // path, query or header
	Required    bool   `json:"required"`
	Description string `json:"description"`
	Schema      any    `json:"schema"`  // nil: none
	Example     any    `json:"example"` // nil: there is none that fits the schema
}

// Body is a body, in the media type that is the easiest to write.
type Body struct {
	Required    bool   `json:"required"`
	ContentType string `json:"contentType"`
	Schema      any    `json:"schema"`  // nil: none
	Example     any    `json:"example"` // nil: there is none that fits the schema
}

// Operation tells of an operation; models are what bodies of its media types are validated by where it is served, beside the contract.
func (d *Document) Operation(o *contract.Operation, models func(mediaType string) []*plan.Validator) Operation {
	item := d.at(below("#/paths", o.Route.Path))
	own := d.operation(item, o.Route.Method)
	text := func(name string) string {
		own, _ := member[string](own.value, name)
		all, _ := member[string](item.value, name)
		return cmp.Or(own, all)
	}
	return Operation{
		Summary: text("summary"), Description: text("description"), Tags: texts(child(own.value, "tags")),
		Parameters: d.parameters(o, item, own), Body: d.body(o, own, models),
	}
}

// operation finds an operation in a path item.
func (d *Document) operation(item node, method string) node {
	for _, tokens := range [][]string{{strings.ToLower(method)}, {"additionalOperations", method}, {"x-amazon-apigateway-any-method"}} {
		if found := d.in(item, tokens...); found.value != nil {
			return found
		}
	}
	return node{}
}

// ignored are headers that OpenAPI passes over as parameters (Parameter Object, name).
var ignored = []string{"accept", "authorization", "content-type"}

// parameters are those of the contract, the path's own first, with what the document says of them.
func (d *Document) parameters(o *contract.Operation, item, own node) []Parameter {
	all := []Parameter{}
	for _, declared := range o.Parameters {
		isIgnored := declared.In == "header" && slices.Contains(ignored, strings.ToLower(declared.Name))
		if !slices.Contains([]string{"path", "query", "header"}, declared.In) || isIgnored {
			continue
		}
		p := Parameter{Name: declared.Name, In: declared.In, Required: declared.Required}
		if found := d.parameter(own, declared); found.value != nil {
			d.describe(&p, found)
		} else if found := d.parameter(item, declared); found.value != nil {
			d.describe(&p, found)
		}
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(a, b Parameter) int {
		return cmp.Compare(slices.Index([]string{"path", "query", "header"}, a.In), slices.Index([]string{"path", "query", "header"}, b.In))
	})
	return all
}

// parameter finds a declared parameter among those of a path item or an operation.
func (d *Document) parameter(of node, declared contract.Parameter) node {
	list, _ := member[[]any](of.value, "parameters")
	for i := range list {
		found := d.in(of, "parameters", itoa(i))
		name, _ := member[string](found.value, "name")
		in, _ := member[string](found.value, "in")
		if name == declared.Name && in == declared.In {
			return found
		}
	}
	return node{}
}

// describe tells of a parameter what stands in the document.
func (d *Document) describe(p *Parameter, found node) {
	p.Description, _ = member[string](found.value, "description")
	holder, schema := found, below(found.place, "schema")
	if content, is := member[map[string]any](found.value, "content"); is && len(content) > 0 {
		holder = d.in(found, "content", names(content)[0])
		schema = below(holder.place, "schema")
	}
	p.Schema, p.Example = d.schema(schema), d.example(holder, schema, nil)
	if text, is := p.Example.(string); is && text == "" && p.In == "path" {
		p.Example = nil // a segment of a path is not empty
	}
}

// body tells of an operation's body.
func (d *Document) body(o *contract.Operation, own node, models func(string) []*plan.Validator) *Body {
	if o.Body == nil {
		return nil
	}
	b := &Body{Required: o.Body.Required}
	written := easiest(o.Body.Schemas)
	b.ContentType = sent(written)
	place := o.Body.Schemas[written]
	if place == "" {
		return b
	}
	holder := d.in(own, "requestBody", "content", written)
	holder = node{holder.place, holder.value}
	b.Schema, b.Example = d.schema(place), d.example(holder, place, models(written))
	return b
}

// easiest is the media type that is the easiest to write: JSON, or something like it, or else the first.
func easiest[T any](types map[string]T) string {
	rank := func(written string) int {
		name, _, err := mime.ParseMediaType(written)
		switch {
		case err != nil:
			return 4
		case name == jsonType:
			return 0
		case strings.HasSuffix(name, "+json"):
			return 1
		case strings.Contains(name, "*"):
			return 3
		}
		return 2
	}
	all := []string{}
	for written := range types {
		all = append(all, written)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) })
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

const jsonType = "application/json"

// sent is the Content-Type of a body: JSON for a range of types, which is none that can be sent.
func sent(written string) string {
	if written == "" || strings.Contains(written, "*") {
		return jsonType
	}
	return written
}

// Message tells of a message of a WebSocket API by the place of its schema, "" where it has none: the schema, and an example; what members it
// names, such as its action, is for the caller to set. Set may be nil; models are what such messages are validated by.
func (d *Document) Message(place string, set func(message map[string]any), models []*plan.Validator) (schema, example any) {
	if place == "" {
		message := map[string]any{}
		set(message)
		return nil, message
	}
	return d.schema(place), d.exampleWith(node{}, place, models, set)
}
