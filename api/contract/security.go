package contract

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"portcullis/policy"
)

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
		alternative, err := p.alternative(follow(node))
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
		switch {
		case !known:
			return nil, at(name, "security: %q is not among components.securitySchemes", name.Value)
		case scheme.reason != "":
			return nil, at(name, "security: %q %s", name.Value, scheme.reason)
		}
		scopes, err := readScopes(name.Value, list)
		if err != nil {
			return nil, err
		}
		if scheme.ours == SchemeSigV4 && len(scopes) > 0 {
			return nil, at(list, "security: %s: a signature has no scopes: want []", name.Value)
		}
		alternative = append(alternative, policy.Requirement{Scheme: scheme.ours, Scopes: scopes})
	}
	return alternative, p.checkTogether(node, alternative)
}

// checkTogether refuses credentials that no request can bring together, or nothing can check together.
func (p *parser) checkTogether(node *yaml.Node, alternative policy.Alternative) error {
	asks := func(scheme string) bool {
		return slices.ContainsFunc(alternative, func(r policy.Requirement) bool { return r.Scheme == scheme })
	}
	if asks(SchemeSigV4) && asks(policy.SchemeBearer) {
		return at(node, "security: asks for a signature and a token at once, and an operation of API Gateway has one authorization")
	}
	headers := map[string]bool{}
	for name := range pairs(node) {
		if header := p.schemes[name.Value].header; header != "" {
			headers[strings.ToLower(header)] = true
		}
	}
	if len(headers) > 1 {
		return at(node, "security: asks for API keys in several headers at once, and a request has one key")
	}
	return nil
}

// keyHeaders are the headers, other than X-Api-Key, in which a `security` asks for API keys.
func (p *parser) keyHeaders(security *yaml.Node) []string {
	var all []string
	if security == nil {
		return nil
	}
	for _, alternative := range security.Content {
		for name := range pairs(alternative) {
			header := p.schemes[name.Value].header
			if header != "" && !strings.EqualFold(header, plainKeyHeader) && !slices.Contains(all, header) {
				all = append(all, header)
			}
		}
	}
	return all
}

// readScopes reads a list of scopes. Each is a plain text: a null or a number in the list could be lost.
func readScopes(scheme string, list *yaml.Node) ([]string, error) {
	if list.Kind != yaml.SequenceNode {
		return nil, at(list, "security: %s: want a list of scopes", scheme)
	}
	scopes := []string{}
	for _, item := range list.Content {
		item = follow(item)
		if item.ShortTag() != "!!str" || !policy.ValidScope(item.Value) {
			return nil, at(item, "security: %s: %q is no scope (RFC 6749, section 3.3)", scheme, item.Value)
		}
		scopes = append(scopes, item.Value)
	}
	return scopes, nil
}

// readOwnerScopes reads x-owner-scopes. What is misspelt or empty there would open every owner's paths to all.
func (p *parser) readOwnerScopes(c *Contract) error {
	owners := find(p.root, ownerScopes)
	if owners != nil && (owners.Kind != yaml.MappingNode || owners.Decode(&c.OwnerScopes) != nil) {
		return at(owners, "%s: want a mapping of a scope to the name of a path parameter", ownerScopes)
	}
	return nil
}

// ownerScopes is the document's member that makes scopes count for owners only.
const ownerScopes = "x-owner-scopes"

// checkOwnerScopes refuses an owner scope that neither an operation nor a message asks for: a scope that was meant is open to all.
func (p *parser) checkOwnerScopes(c *Contract) error {
	asked := map[string]bool{}
	all := make([]policy.Access, 0, len(c.Operations))
	for _, operation := range c.Operations {
		all = append(all, operation.Access)
	}
	if c.WebSocket != nil {
		for _, route := range c.WebSocket.Routes {
			all = append(all, route.Access)
		}
	}
	for _, access := range all {
		for _, alternative := range access.Alternatives {
			for _, requirement := range alternative {
				for _, scope := range requirement.Scopes {
					asked[scope] = true
				}
			}
		}
	}
	for key := range pairs(find(p.root, ownerScopes)) {
		if !asked[key.Value] {
			return at(key, "%s: no operation asks for the scope %q", ownerScopes, key.Value)
		}
	}
	return nil
}
