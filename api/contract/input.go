package contract

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"portcullis/policy"
)

// parameters reads a list of parameters, whether they stand there or are referred to.
func (p *parser) parameters(list *yaml.Node) ([]Parameter, error) {
	if list == nil {
		return nil, nil
	}
	if list.Kind != yaml.SequenceNode {
		return nil, at(list, "parameters: want a list")
	}
	var parameters []Parameter
	for _, node := range list.Content {
		node, _, err := p.resolve(follow(node), "")
		if err != nil {
			return nil, err
		}
		if err := only(node, "parameters", parameterMembers...); err != nil {
			return nil, err
		}
		parameter := Parameter{Name: text(find(node, "name")), In: text(find(node, "in"))}
		if parameter.Name == "" || !slices.Contains([]string{"path", "query", "header", "cookie"}, parameter.In) {
			return nil, at(node, "parameters: want a `name`, and `in` as path, query, header or cookie")
		}
		if required := find(node, "required"); required != nil && required.Decode(&parameter.Required) != nil {
			return nil, at(required, "parameters: required: want true or false")
		}
		if !ignored(parameter) {
			parameters = append(parameters, parameter)
		}
	}
	return parameters, nil
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
func (p *parser) body(node *yaml.Node, route policy.Route, operation string) (*Body, error) {
	if node == nil {
		return nil, nil
	}
	node, place, err := p.resolve(node, operation+"/requestBody")
	if err != nil {
		return nil, err
	}
	if err := only(node, route.String()+": requestBody", bodyMembers...); err != nil {
		return nil, err
	}
	body := &Body{Schemas: map[string]string{}}
	if required := find(node, "required"); required != nil && required.Decode(&body.Required) != nil {
		return nil, at(required, "%s: requestBody: required: want true or false", route)
	}
	for mediaType, media := range pairs(find(node, "content")) {
		if err := only(media, route.String()+": requestBody: "+mediaType.Value, mediaMembers...); err != nil {
			return nil, err
		}
		body.Schemas[mediaType.Value] = ""
		if find(media, "schema") != nil {
			body.Schemas[mediaType.Value] = place + "/content/" + pointerToken(mediaType.Value) + "/schema"
		}
	}
	return body, nil
}

// resolve follows a $ref within the document, once: `#/components/…`.
func (p *parser) resolve(node *yaml.Node, place string) (*yaml.Node, string, error) {
	reference := find(node, "$ref")
	if reference == nil {
		if node.Kind != yaml.MappingNode {
			return nil, "", at(node, "want a mapping")
		}
		return node, place, nil
	}
	path, local := strings.CutPrefix(reference.Value, "#/components/")
	target := find(p.root, "components")
	for _, token := range strings.Split(path, "/") {
		target = find(target, strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
	}
	if !local || target == nil || target.Kind != yaml.MappingNode || find(target, "$ref") != nil {
		return nil, "", at(reference, "$ref: %q leads to nothing in this document's components", reference.Value)
	}
	return target, reference.Value, nil
}

// pointerToken escapes one token of a JSON pointer in a URI fragment (RFC 6901, sections 3 and 6).
func pointerToken(token string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "%", "%25", "{", "%7B", "}", "%7D", " ", "%20").Replace(token)
}
