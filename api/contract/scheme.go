package contract

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"portcullis/policy"
)

// SchemeSigV4 is the security scheme of requests that are signed with AWS Signature Version 4, beside those of package policy. Only
// API Gateway itself can check it (AWS_IAM); no caller that an authorizer knows has it.
const SchemeSigV4 = "awsSigv4"

// API Gateway's own members of security schemes. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html.
const (
	authTypeMember   = "x-amazon-apigateway-authtype"
	authorizerMember = "x-amazon-apigateway-authorizer"
)

// tokenTypes are the x-amazon-apigateway-authtype of authorizers that check tokens.
var tokenTypes = []string{"custom", "cognito_user_pools", "oauth2"}

// plainKeyHeader is where API keys are, unless a scheme says another header.
const plainKeyHeader = "X-Api-Key"

// scheme is a security scheme of the document.
type scheme struct {
	ours   string // which of our schemes it is; "": none
	header string // where its API keys are; "": it is of no keys
	native bool   // it is written as API Gateway's documents have it, where what stands beside it is asked for too
	reason string // why no operation can ask for it; "": it can
	issuer string // what tells whose tokens it takes; "": nothing does
	unread bool   // it is in a file where it cannot be read, which was said
}

func (p *parser) securitySchemes() *yaml.Node {
	return find(find(p.root, "components"), "securitySchemes")
}

// readSchemes reads components.securitySchemes. One that is none of ours is refused where something asks for it.
func (p *parser) readSchemes() {
	p.schemes, p.isAsked = map[string]scheme{}, map[string]bool{}
	for name, node := range pairs(p.securitySchemes()) {
		p.gatewayMembers(node)
		if target, _ := p.target(node); target != nil {
			node = target
		}
		read := schemeOf(node)
		switch reference := find(node, "$ref"); {
		case isElsewhere(text(reference)):
			read = scheme{unread: p.bundled.dead[reference], reason: "is in another document: " + Bundle}
		case reference != nil:
			read = scheme{reason: "refers to nothing in this document's components, or to a reference: want one to a scheme there"}
		}
		read.native = find(node, authTypeMember) != nil || find(node, authorizerMember) != nil
		if read.ours == policy.SchemeBearer {
			read.issuer = issuerOf(node, read.native)
		}
		p.schemes[name.Value] = read
	}
}

// checkSchemes refuses extensions of ours in and among the security schemes, where none counts, and API Gateway's that say elsewhere who
// may call. A scheme may have the name of one of ours.
func (p *parser) checkSchemes() {
	const all = "components.securitySchemes"
	p.checkGuards(p.securitySchemes(), all, "")
	for name, node := range pairs(p.securitySchemes()) {
		if find(node, "type") == nil && find(node, "$ref") == nil && ownNear(name.Value) != "" {
			p.refuse(name, "%s: %.60q is no member that a contract has there%s", all, name.Value, meant(name.Value, nil))
			continue
		}
		what := all + "." + name.Value
		flows := find(node, "flows")
		p.misplaced(node, what)
		own := authTypeMember
		if find(node, "$ref") != nil {
			own = "" // what stands beside a reference is lost
		}
		p.checkGuards(node, what, own)
		p.misplaced(flows, what+".flows")
		for flow, members := range pairs(flows) {
			p.misplaced(members, what+".flows."+flow.Value)
		}
	}
}

// schemeOf tells which of our schemes one of the document's is.
func schemeOf(node *yaml.Node) scheme {
	kind, in, header := text(find(node, "type")), text(find(node, "in")), text(find(node, "name"))
	authType := find(node, authTypeMember)
	switch isHeader := kind == "apiKey" && in == "header" && header != ""; {
	case authType != nil && text(authType) == SchemeSigV4:
		return scheme{ours: SchemeSigV4}
	case authType != nil && !slices.Contains(tokenTypes, text(authType)):
		return scheme{reason: fmt.Sprintf("has the %s %q, of which nothing here knows what it checks: want %s, or %s for signatures",
			authTypeMember, text(authType), strings.Join(tokenTypes, ", "), SchemeSigV4)}
	case refers(find(node, authorizerMember)):
		return scheme{reason: "has an authorizer of which a part is by reference, so that nothing can tell it from another: want its members in its place"}
	case kind == "http" && strings.EqualFold(text(find(node, "scheme")), "bearer"), kind == "oauth2", kind == "openIdConnect":
		return scheme{ours: policy.SchemeBearer}
	case isHeader && (authType != nil || find(node, authorizerMember) != nil):
		return ofAuthorizer(find(node, authorizerMember), header)
	case isHeader && strings.EqualFold(header, "Authorization"):
		return scheme{reason: "is an API key in the header Authorization, where tokens are: want type http with scheme bearer"}
	case isHeader:
		return scheme{ours: policy.SchemeAPIKey, header: header}
	}
	return scheme{reason: "is of a kind that nothing here checks: want type http with scheme bearer, oauth2, openIdConnect, or apiKey in a header"}
}

// refers tells whether there is a reference in what stands at a node.
func refers(node *yaml.Node) bool {
	return node != nil && (find(node, "$ref") != nil || slices.ContainsFunc(node.Content, refers))
}

// mannerMembers are those of an authorizer that say how it is asked, and not whom it lets in.
var mannerMembers = []string{"identitySource", "authorizerResultTtlInSeconds", "authorizerCredentials", "authorizerPayloadFormatVersion", "enableSimpleResponses"}

// issuerOf tells whose tokens a bearer's scheme takes: what its authorizer is, or by itself the addresses that it has. An authorizer
// that is not described is like none but itself.
func issuerOf(node *yaml.Node, native bool) string {
	if native {
		whom := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		described := false
		for key, value := range pairs(find(node, authorizerMember)) {
			if !slices.Contains(mannerMembers, key.Value) {
				whom.Content, described = append(whom.Content, key, value), described || key.Value != "type"
			}
		}
		if members, err := asJSON(whom); described && err == nil {
			return string(members)
		}
		return fmt.Sprintf("line %d, column %d", node.Line, node.Column)
	}
	if address := text(find(node, "openIdConnectUrl")); address != "" {
		return address
	}
	var addresses []string
	for _, flow := range pairs(find(node, "flows")) {
		for key, value := range pairs(flow) {
			if strings.HasSuffix(key.Value, "Url") && key.Value != "refreshUrl" && !slices.Contains(addresses, text(value)) {
				addresses = append(addresses, text(value))
			}
		}
	}
	slices.Sort(addresses)
	return strings.Join(addresses, " ")
}

// checkIssuers refuses two authorizers of API Gateway's own form that are asked for and take different tokens: who has a token for one
// would meet the other too. Of two issuers by OpenAPI's own members it is said.
func (p *parser) checkIssuers() {
	var first, native *yaml.Node
	for _, name := range p.asked {
		of := p.schemes[name.Value]
		switch {
		case of.issuer == "":
			continue
		case of.native && native == nil:
			native = name
		case of.native && of.issuer != p.schemes[native.Value].issuer:
			p.refuse(name, "security: %q and %q are different authorizers, and would be one here: who opens %q opens %q; want one authorizer, and scopes that say who may call what",
				native.Value, name.Value, native.Value, name.Value)
		}
		if first == nil {
			first = name
		}
		if of.issuer != p.schemes[first.Value].issuer {
			p.ofIssuers = append(p.ofIssuers, Remark{Position: p.position(name.Line), Differs: true, Text: fmt.Sprintf(
				"security: %q and %q have different addresses, and are one here: who has a token for %q opens what asks for %q; scopes say who may call what", first.Value, name.Value, first.Value, name.Value)})
		}
	}
}

// ofAuthorizer is the scheme that API Gateway's own authorizers have in its documents: an apiKey, whatever they check. It is a token's
// where that is in the header Authorization.
func ofAuthorizer(authorizer *yaml.Node, header string) scheme {
	sources := strings.FieldsFunc(text(find(authorizer, "identitySource")), func(r rune) bool { return r == ',' || r == ' ' })
	ofToken := []string{"method.request.header.authorization", "$request.header.authorization"}
	if len(sources) == 0 && strings.EqualFold(header, "Authorization") ||
		len(sources) == 1 && slices.Contains(ofToken, strings.ToLower(sources[0])) {
		return scheme{ours: policy.SchemeBearer}
	}
	return scheme{reason: "is an authorizer's that looks elsewhere than in the header Authorization: want type http with scheme bearer, or apiKey in a header without " +
		authTypeMember + ", and say in the mode where credentials are"}
}
