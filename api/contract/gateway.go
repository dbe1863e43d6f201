package contract

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"portcullis/policy"
)

// API Gateway's own extensions that say who may call, beside those of security schemes. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/openapi-extensions-policy.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-auth.html.
const (
	gatewayPrefix = "x-amazon-apigateway-"
	policyMember  = gatewayPrefix + "policy"
	authMember    = gatewayPrefix + "auth"
)

// passedOver says of API Gateway's own extensions what counts in the place of each; of those that are not here, nothing does.
var passedOver = map[string]string{
	authorizerMember:                           "the mode says what checks credentials",
	gatewayPrefix + "api-key-source":           "the mode's apiKeySource counts",
	gatewayPrefix + "binary-media-types":       "the mode's binaryMediaTypes count",
	gatewayPrefix + "cors":                     "the mode's cors counts",
	gatewayPrefix + "gateway-responses":        "the mode's gatewayResponses count",
	gatewayPrefix + "integration":              "of it, only the function's name counts, and that where no x-function says another",
	gatewayPrefix + "integrations":             "functions serve the operations, and the mode says the rest",
	gatewayPrefix + "request-validator":        "the mode's requestValidation counts",
	gatewayPrefix + "request-validators":       "the mode's requestValidation counts",
	gatewayPrefix + "endpoint-configuration":   "the deployment says how the API is reached",
	gatewayPrefix + "minimum-compression-size": "answers are not compressed",
}

// gatewayMembers notes what of API Gateway's own a mapping has and nothing here acts on.
func (p *parser) gatewayMembers(mapping *yaml.Node) {
	for key := range pairs(mapping) {
		if !strings.HasPrefix(key.Value, gatewayPrefix) || slices.Contains([]string{anyMember, authTypeMember, authMember, policyMember}, key.Value) {
			continue
		}
		if p.passed[key.Value] == nil {
			p.passed[key.Value] = &passed{}
		}
		p.passed[key.Value].add(key.Line)
	}
}

// passedRemarks are those of what is passed over.
func (p *parser) passedRemarks() []Remark {
	var all []Remark
	for name, of := range p.passed {
		text := name + ": is passed over" + of.times()
		if instead := passedOver[name]; instead != "" {
			text += ": " + instead
		}
		all = append(all, Remark{Position: p.position(of.line), Text: text})
	}
	return all
}

// guarding are API Gateway's extensions that say who may call, with where each counts.
var guarding = map[string]string{
	policyMember:   "want it at the document's root: a resource policy is of the whole API",
	authMember:     "want it in an operation",
	authTypeMember: "want it in a security scheme, and that scheme in `security`",
}

// checkGuards refuses extensions of API Gateway's that say who may call where they do not count, and what could be one misspelt: who
// they shut out would be let in. Own is the one that counts in this mapping; "": none does.
func (p *parser) checkGuards(mapping *yaml.Node, what, own string) {
	for key := range pairs(mapping) {
		if key.Value == own {
			continue
		}
		if wrong := guarding[key.Value]; wrong != "" {
			p.refuse(key, "%s: %s: %s", what, key.Value, wrong)
		} else if meant := guardNear(key.Value); meant != "" {
			p.refuse(key, "%s: %.60q reads as if it said who may call, and is none of API Gateway's extensions; did you mean %s?", what, key.Value, meant)
		}
	}
}

// guardNear is the extension that says who may call of which a name could be a misspelling; "": there is none.
func guardNear(name string) string {
	lower := strings.ToLower(name)
	if !strings.HasPrefix(lower, "x-") || name == authorizerMember || name == authorizerMember+"s" {
		return ""
	}
	for _, guard := range []string{authMember, authTypeMember, policyMember} {
		if isNear(name, guard) {
			return guard
		}
	}
	if strings.HasPrefix(lower, authMember) {
		return authMember
	}
	return ""
}

// checkAuth refuses an x-amazon-apigateway-auth that says something else than the operation's access, which is what counts.
func (p *parser) checkAuth(mapping *yaml.Node, what string, access policy.Access) {
	node := find(mapping, authMember)
	if node == nil || !access.Public && len(access.Alternatives) == 0 { // it could not be read
		return
	}
	signed := !access.Public
	for _, alternative := range access.Alternatives {
		signed = signed && slices.ContainsFunc(alternative, func(r policy.Requirement) bool { return r.Scheme == SchemeSigV4 })
	}
	kind := strings.ToUpper(text(find(node, "type")))
	if kind == "NONE" && access.Public || kind == "AWS_IAM" && signed {
		return
	}
	p.refuse(node, "%s: %s: says %q, and `security` something else: want `security: []` for NONE, a scheme with `%s: %s` for AWS_IAM", what, authMember,
		text(find(node, "type")), authTypeMember, SchemeSigV4)
}

// integrated is the name of the Lambda function in the address of an operation's x-amazon-apigateway-integration; "" where it has
// none, or one that is not known before a stage's variables are. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html.
func (p *parser) integrated(operation *yaml.Node) string {
	_, arn, isLambda := strings.Cut(text(find(p.integration(operation), "uri")), ":lambda:")
	_, name, isFunction := strings.Cut(arn, ":function:")
	name, _, _ = strings.Cut(name, "/")
	name, _, _ = strings.Cut(name, ":") // a version or an alias follows
	if !isLambda || !isFunction || !IsFunctionName(name) {
		return ""
	}
	return name
}

// integration is the x-amazon-apigateway-integration of an operation, where it stands or what it refers to; nil: there is none.
func (p *parser) integration(operation *yaml.Node) *yaml.Node {
	integration := find(operation, gatewayPrefix+"integration")
	if find(integration, "$ref") != nil {
		integration, _ = p.resolve(integration, "")
	}
	return integration
}

// isPreflight tells whether a member of a path item is how API Gateway writes the answer to preflights where CORS was enabled: OPTIONS
// that asks for no credentials, by saying nothing of them or `[]`, and that a mock answers. The gateway answers preflights itself
// here, and nothing stands behind a mock that could be opened. What has one of our own extensions is an operation like any other. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/enable-cors-for-resource-using-swagger-importer-tool.html.
func (p *parser) isPreflight(member, operation *yaml.Node) bool {
	security := find(operation, "security")
	asks := security != nil && (security.Kind != yaml.SequenceNode || len(security.Content) > 0)
	inherits := security == nil && p.inherit != nil && !p.inherit.Public
	if member.Value != "options" || asks || inherits {
		return false
	}
	for _, own := range []string{functionMember, publicMember, authMember} {
		if find(operation, own) != nil {
			return false
		}
	}
	return strings.EqualFold(text(find(p.integration(operation), "type")), "mock")
}

// passPreflight passes over an operation that is one of those, as strictly as others are read.
func (p *parser) passPreflight(c *Contract, path string, member, operation *yaml.Node) {
	what := policy.Route{Method: "OPTIONS", Path: path}.String()
	p.only(operation, what, operationMembers...)
	p.checkGuards(operation, what, "")
	p.preflights.add(member.Line)
	c.Preflights = append(c.Preflights, path)
}

// preflightRemark says what counts in the place of preflights that are passed over.
func (p *parser) preflightRemark() []Remark {
	if p.preflights.count == 0 {
		return nil
	}
	const text = ": the gateway answers preflights itself, with the mode's headers and the deployment's origins"
	return []Remark{{Position: p.position(p.preflights.line), Text: "options with a mock's answer: is passed over" + p.preflights.times() + text}}
}
