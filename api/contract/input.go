package contract

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"portcullis/policy"
)

// parameters reads a list of parameters, whether they stand there or are referred to.
func (p *parser) parameters(list *yaml.Node) []Parameter {
	if list == nil {
		return nil
	}
	if list.Kind != yaml.SequenceNode {
		p.refuse(list, "parameters: want a list")
		return nil
	}
	var parameters []Parameter
	for _, node := range list.Content {
		node, _ := p.resolve(follow(node), "")
		if node == nil {
			continue
		}
		p.only(node, "parameters", parameterMembers...)
		parameter := Parameter{Name: text(find(node, "name")), In: text(find(node, "in"))}
		if parameter.Name == "" || !slices.Contains([]string{"path", "query", "querystring", "header", "cookie"}, parameter.In) {
			p.refuse(node, "parameters: want a `name`, and `in` as path, query, header or cookie")
		}
		if required := find(node, "required"); required != nil && required.Decode(&parameter.Required) != nil {
			p.refuse(required, "parameters: required: want true or false")
		}
		if !ignored(parameter) {
			parameters = append(parameters, parameter)
		}
	}
	return parameters
}

// ignored tells whether OpenAPI has other places for what the parameter declares (OpenAPI 3.1, section 4.8.12.2.1).
func ignored(p Parameter) bool {
	name := strings.ToLower(p.Name)
	return p.In == "header" && (name == "accept" || name == "content-type" || name == "authorization")
}

// override lists the shared parameters that the operation does not declare itself, then its own.
func override(shared, own []Parameter) []Parameter {
	kept := slices.DeleteFunc(slices.Clone(shared), func(s Parameter) bool {
		return slices.ContainsFunc(own, func(o Parameter) bool { return o.Name == s.Name && o.In == s.In })
	})
	return append(kept, own...)
}

// body reads the requestBody of the operation at a place of the document.
func (p *parser) body(node *yaml.Node, route policy.Route, operation string) *Body {
	if node == nil {
		return nil
	}
	node, place := p.resolve(node, operation+"/requestBody")
	if node == nil {
		return nil
	}
	what := route.String() + ": requestBody"
	if !strings.HasPrefix(place, operation) {
		what = place // which others refer to as well
	}
	p.only(node, what, bodyMembers...)
	body := &Body{Schemas: map[string]string{}}
	if required := find(node, "required"); required != nil && required.Decode(&body.Required) != nil {
		p.refuse(required, "%s: required: want true or false", what)
	}
	content := find(node, "content")
	if content != nil && content.Kind != yaml.MappingNode {
		p.refuse(content, "%s: content: want a mapping of media types, such as application/json, to their schemas", what)
	}
	for mediaType, media := range pairs(content) {
		if media.Kind != yaml.MappingNode {
			p.refuse(media, "%s: %s: want a mapping with a `schema`", what, mediaType.Value)
		}
		p.only(media, what+": "+mediaType.Value, mediaMembers...)
		body.Schemas[mediaType.Value] = ""
		if schema := find(media, "schema"); schema != nil {
			p.lookForUnheeded(schema)
			body.Schemas[mediaType.Value] = place + "/content/" + pointerToken(mediaType.Value) + "/schema"
		}
	}
	return body
}

// resolve follows a $ref within the document, once: `#/components/…`. It gives nil, and says why, where that leads nowhere.
func (p *parser) resolve(node *yaml.Node, place string) (*yaml.Node, string) {
	reference := find(node, "$ref")
	target, to := p.target(node)
	switch {
	case reference == nil && node.Kind == yaml.MappingNode:
		return node, place
	case reference == nil:
		p.refuse(node, "want a mapping")
	case target != nil || p.bundled.dead[reference]:
	case isElsewhere(reference.Value):
		p.refuse(reference, "$ref: %q is in another document: %s", reference.Value, Bundle)
	case find(component(p.root, reference.Value), "$ref") != nil:
		further := find(component(p.root, reference.Value), "$ref")
		if !p.bundled.dead[further] {
			p.refuse(reference, "$ref: %q is a reference too: want one to what it refers to, %q", p.asWritten(reference), p.asWritten(further))
		}
	default:
		p.refuse(reference, "$ref: %q leads to nothing in this document's components", p.asWritten(reference))
	}
	return target, to
}

// asWritten is a reference as it stands in its file.
func (p *parser) asWritten(reference *yaml.Node) string {
	if written := p.bundled.written[reference]; written != "" {
		return written
	}
	return text(reference)
}

// Bundle says what to do with a document of which a part is on the network, or in another file where none is read.
const Bundle = "put all into one file first, as `redocly bundle` does"

// isElsewhere tells whether a reference leads out of the document.
func isElsewhere(reference string) bool { return reference != "" && !strings.HasPrefix(reference, "#") }

// target is what a node refers to, among the document's components; nil where it refers to nothing there, or to a reference.
func (p *parser) target(node *yaml.Node) (*yaml.Node, string) {
	reference := text(find(node, "$ref"))
	target := component(p.root, reference)
	if target == nil || target.Kind != yaml.MappingNode || find(target, "$ref") != nil {
		return nil, ""
	}
	return target, reference
}

// component is what stands at a place among a document's components, a JSON pointer; nil: nothing does.
func component(root *yaml.Node, place string) *yaml.Node {
	path, local := strings.CutPrefix(place, "#/components/")
	if !local {
		return nil
	}
	found := find(root, "components")
	for token := range strings.SplitSeq(path, "/") {
		found = find(found, strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
	}
	return found
}

// pointerToken escapes one token of a JSON pointer in a URI fragment (RFC 6901, sections 3 and 6).
func pointerToken(token string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "%", "%25", "{", "%7B", "}", "%7D", " ", "%20").Replace(token)
}
