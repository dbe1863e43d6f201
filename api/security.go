package api

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"portcullis/policy"
)

// readSchemes reads components.securitySchemes: which of our schemes each of the contract's is.
func (p *parser) readSchemes() error {
	p.schemes = map[string]string{}
	for name, scheme := range pairs(find(find(p.root, "components"), "securitySchemes")) {
		ours := ""
		switch kind := text(find(scheme, "type")); {
		case kind == "http" && strings.EqualFold(text(find(scheme, "scheme")), "bearer"),
			kind == "oauth2", kind == "openIdConnect":
			ours = policy.SchemeBearer
		case kind == "apiKey" && text(find(scheme, "in")) == "header" && strings.EqualFold(text(find(scheme, "name")), "X-Api-Key"):
			ours = policy.SchemeAPIKey
		default:
			return at(name, "security scheme %q: want type http with scheme bearer, oauth2, openIdConnect, or apiKey in the header X-Api-Key", name.Value)
		}
		p.schemes[name.Value] = ours
	}
	return nil
}

// access reads a `security`: a list of alternatives, each a mapping of a scheme to its scopes.
func (p *parser) access(security *yaml.Node) (policy.Access, error) {
	if security.Kind != yaml.SequenceNode {
		return policy.Access{}, at(security, "security: want a list; `[]` makes an operation public")
	}
	if len(security.Content) == 0 {
		return policy.Access{Public: true}, nil
	}
	var access policy.Access
	for _, node := range security.Content {
		alternative, err := p.alternative(node)
		if err != nil {
			return policy.Access{}, err
		}
		access.Alternatives = append(access.Alternatives, alternative)
	}
	return access, nil
}

func (p *parser) alternative(node *yaml.Node) (policy.Alternative, error) {
	if node.Kind != yaml.MappingNode {
		return nil, at(node, "security: want a mapping of a scheme to its scopes, such as `bearer: [read]`")
	}
	if len(node.Content) == 0 {
		return nil, at(node, "security: `{}` makes credentials optional, which API Gateway's authorizers cannot do; `security: []` makes the operation public")
	}
	var alternative policy.Alternative
	for name, list := range pairs(node) {
		scheme, known := p.schemes[name.Value]
		if !known {
			return nil, at(name, "security: %q is not among components.securitySchemes", name.Value)
		}
		scopes := []string{}
		if list.Kind != yaml.SequenceNode || list.Decode(&scopes) != nil {
			return nil, at(list, "security: %s: want a list of scopes", name.Value)
		}
		for _, scope := range scopes {
			if !policy.ValidScope(scope) {
				return nil, at(list, "security: %s: %q is no scope (RFC 6749, section 3.3)", name.Value, scope)
			}
		}
		alternative = append(alternative, policy.Requirement{Scheme: scheme, Scopes: scopes})
	}
	return alternative, nil
}

// readOwnerScopes reads x-owner-scopes. What is misspelt or empty there would open every owner's paths to all.
func (p *parser) readOwnerScopes(c *Contract) error {
	const member = "x-owner-scopes"
	for key, owners := range pairs(p.root) {
		switch {
		case !strings.HasPrefix(strings.ToLower(key.Value), "x-owner"):
		case key.Value != member:
			return at(key, "%q is no member of a contract; want %s", key.Value, member)
		case owners.Kind != yaml.MappingNode || owners.Decode(&c.OwnerScopes) != nil:
			return at(key, "%s: want a mapping of a scope to the name of a path parameter", member)
		}
	}
	return nil
}

// checkOwnerScopes refuses an owner scope that no operation asks for: a scope that was meant is open to all.
func (p *parser) checkOwnerScopes(c *Contract) error {
	asked := map[string]bool{}
	for _, operation := range c.Operations {
		for _, alternative := range operation.Access.Alternatives {
			for _, requirement := range alternative {
				for _, scope := range requirement.Scopes {
					asked[scope] = true
				}
			}
		}
	}
	for key := range pairs(find(p.root, "x-owner-scopes")) {
		if !asked[key.Value] {
			return at(key, "x-owner-scopes: no operation asks for the scope %q", key.Value)
		}
	}
	return nil
}
