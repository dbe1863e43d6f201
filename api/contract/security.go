package contract

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"portcullis/policy"
)

// access reads a `security`: a list of alternatives, each a mapping of a scheme to its scopes. What cannot be read is
// nobody's, and noted.
func (p *parser) access(security *yaml.Node) policy.Access {
	if security.Kind != yaml.SequenceNode {
		p.unread = true
		p.refuse(security, "security: want a list; `[]` makes an operation public")
		return policy.Access{}
	}
	if len(security.Content) == 0 {
		return policy.Access{Public: true}
	}
	var access policy.Access
	readable := true
	for _, node := range security.Content {
		alternative, ok := p.alternative(follow(node))
		access.Alternatives, readable = append(access.Alternatives, alternative), readable && ok
	}
	if !p.checkEither(security) || !readable {
		p.unread = true
		return policy.Access{}
	}
	return access
}

func (p *parser) alternative(node *yaml.Node) (alternative policy.Alternative, ok bool) {
	if node.Kind != yaml.MappingNode {
		return nil, p.refuse(node, "security: want a mapping of a scheme to its scopes, such as `bearer: [read]`")
	}
	if len(node.Content) == 0 {
		return nil, p.refuse(node, "security: `{}` makes credentials optional, which API Gateway's authorizers cannot do; `security: []` makes the operation public")
	}
	ok = true
	for name, list := range pairs(node) {
		scheme, known := p.schemes[name.Value]
		scopes, readable := p.scopes(name.Value, list)
		switch {
		case !known:
			readable = p.refuse(name, "security: %q is not among components.securitySchemes", name.Value)
		case scheme.unread:
			readable = false
		case scheme.reason != "":
			readable = p.refuse(name, "security: %q %s", name.Value, scheme.reason)
		case scheme.ours == SchemeSigV4 && len(scopes) > 0:
			readable = p.refuse(list, "security: %s: a signature has no scopes: want []", name.Value)
		}
		if scheme.native && len(scopes) > 1 {
			p.several.add(name.Line)
		}
		if known && !p.isAsked[name.Value] {
			p.asked, p.isAsked[name.Value] = append(p.asked, name), true
		}
		alternative, ok = append(alternative, policy.Requirement{Scheme: scheme.ours, Scopes: scopes}), ok && readable
	}
	return alternative, p.checkTogether(node, alternative) && ok
}

// checkEither refuses an authorizer and an API key as alternatives of one another, where the authorizer is written as API Gateway's
// documents have it: there each entry of the list is asked for, and here either would do.
func (p *parser) checkEither(security *yaml.Node) bool {
	var authorizer, key *yaml.Node
	for _, node := range security.Content {
		native, keys, others := false, false, false
		for name := range pairs(node) {
			scheme := p.schemes[name.Value]
			native, keys, others = native || scheme.native, keys || scheme.header != "", others || scheme.header == ""
		}
		switch {
		case native && !keys:
			authorizer = follow(node)
		case keys && !others:
			key = follow(node)
		}
	}
	if authorizer == nil || key == nil {
		return true
	}
	return p.refuse(key, "security: API Gateway asks for both, the authorizer and the API key, and here either would do: want `- {%s, %s}` for both",
		requirements(authorizer), requirements(key))
}

// requirements is what an alternative asks for, as it is written between the braces.
func requirements(alternative *yaml.Node) string {
	var all []string
	for name, list := range pairs(alternative) {
		var scopes []string
		for _, scope := range list.Content {
			scopes = append(scopes, text(follow(scope)))
		}
		all = append(all, plainName(name.Value)+": ["+strings.Join(scopes, ", ")+"]")
	}
	return strings.Join(all, ", ")
}

// checkTogether refuses credentials that no request can bring together, or nothing can check together.
func (p *parser) checkTogether(node *yaml.Node, alternative policy.Alternative) bool {
	asks := func(scheme string) bool {
		return slices.ContainsFunc(alternative, func(r policy.Requirement) bool { return r.Scheme == scheme })
	}
	if asks(SchemeSigV4) && asks(policy.SchemeBearer) {
		return p.refuse(node, "security: asks for a signature and a token at once, and an operation of API Gateway has one authorization")
	}
	headers := map[string]bool{}
	for name := range pairs(node) {
		if header := p.schemes[name.Value].header; header != "" {
			headers[strings.ToLower(header)] = true
		}
	}
	if len(headers) > 1 {
		return p.refuse(node, "security: asks for API keys in several headers at once, and a request has one key")
	}
	return true
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

// scopes reads a list of scopes. Each is a plain text: a null or a number in the list could be lost.
func (p *parser) scopes(scheme string, list *yaml.Node) (scopes []string, ok bool) {
	if list.Kind != yaml.SequenceNode {
		return nil, p.refuse(list, "security: %s: want a list of scopes", scheme)
	}
	scopes, ok = []string{}, true
	for _, item := range list.Content {
		item = follow(item)
		if item.ShortTag() != "!!str" || !policy.ValidScope(item.Value) {
			ok = p.refuse(item, "security: %s: %q is no scope (RFC 6749, section 3.3)", scheme, item.Value)
		}
		scopes = append(scopes, item.Value)
	}
	return scopes, ok
}

// accessOr reads the security of what stands at a node; where it has none, the document's own counts.
func (p *parser) accessOr(security, node *yaml.Node, what string) policy.Access {
	switch {
	case security != nil:
		return p.access(security)
	case p.inherit != nil:
		return *p.inherit
	}
	p.unread = true
	if hasNear(node, "security") || hasNear(p.root, "security") {
		return policy.Access{}
	}
	p.silent++
	p.refuse(node, "%s: no `security`, here or at the document's root; a public operation says `security: []`", what)
	return policy.Access{}
}

// publicMember marks an operation that is meant for everybody.
const publicMember = "x-public"

// meantPublic reads the mark of an operation. One on an operation that is not public is refused: one of the two is not meant.
func (p *parser) meantPublic(node *yaml.Node, what string, access policy.Access) bool {
	mark := find(node, publicMember)
	switch {
	case mark == nil:
		return false
	case mark.ShortTag() != "!!bool" || strings.ToLower(mark.Value) != "true":
		return p.refuse(mark, "%s: %s: want true, beside `security: []`", what, publicMember)
	case len(access.Alternatives) > 0:
		return p.refuse(mark, "%s: %s: says that everybody may call it, and `security` asks for credentials: want `security: []`, or no such mark", what, publicMember)
	}
	return access.Public
}

// checkSilent says of a document that says nowhere who may call what OpenAPI means by that.
func (p *parser) checkSilent(c *Contract) {
	for _, o := range c.Operations {
		if o.Access.Public || len(o.Access.Alternatives) > 0 {
			return
		}
	}
	if paths, _ := member(p.root, "paths"); len(c.Operations) > 1 && len(p.bundled.dead) == 0 && p.silent == len(c.Operations) {
		p.refuse(paths, "no operation has `security`, nor has the document's root: OpenAPI takes all as public, and here nothing is opened by saying nothing")
	}
}

// readOwnerScopes reads x-owner-scopes. What is misspelt or empty there would open every owner's paths to all.
func (p *parser) readOwnerScopes(c *Contract) {
	owners := find(p.root, ownerScopes)
	if owners != nil && (owners.Kind != yaml.MappingNode || owners.Decode(&c.OwnerScopes) != nil) {
		p.refuse(owners, "%s: want a mapping of a scope to the name of a path parameter", ownerScopes)
	}
}

// ownerScopes is the document's member that makes scopes count for owners only.
const ownerScopes = "x-owner-scopes"

// checkOwnerScopes refuses an owner scope that neither an operation nor a message asks for: a scope that was meant is open to all.
func (p *parser) checkOwnerScopes(c *Contract) {
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
			p.refuse(key, "%s: no operation asks for the scope %q", ownerScopes, key.Value)
		}
	}
}
