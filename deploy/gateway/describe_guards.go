package gateway

import (
	"slices"
	"strings"

	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
)

func (a *lambdaAuthorizer) authorization() string     { return "CUSTOM" }
func (a *lambdaAuthorizer) scopesOf(*method) []string { return nil }

func (a *lambdaAuthorizer) describeAuthorizer() *AuthorizerDescription {
	d := &AuthorizerDescription{
		Type: a.kind, IdentitySources: sourceNames(a.sources), ResultTTL: a.cache.ttl,
		PayloadFormatVersion: a.payload, EnableSimpleResponses: a.simple,
	}
	if a.validation != nil {
		d.IdentityValidationExpression = strings.TrimSuffix(strings.TrimPrefix(a.validation.String(), "^(?:"), ")$") // see modes.Authorizer.Validation
	}
	return d
}

func (g *cognitoGuard) authorization() string       { return modes.Cognito }
func (g *cognitoGuard) scopesOf(m *method) []string { return g.scopes[m] }

func (g *cognitoGuard) describeAuthorizer() *AuthorizerDescription {
	return &AuthorizerDescription{Type: modes.Cognito, IdentitySources: []string{g.source.name}, UserPools: slices.Clone(g.pools)}
}

func (g *jwtGuard) authorization() string       { return modes.JWT }
func (g *jwtGuard) scopesOf(m *method) []string { return g.scopes[m] }

func (g *jwtGuard) describeAuthorizer() *AuthorizerDescription {
	return &AuthorizerDescription{
		Type: modes.JWT, IdentitySources: []string{g.source.name}, Issuer: g.issuer.Issuer, Audience: slices.Clone(g.issuer.Audience),
	}
}

func (c *callers) authorization() string                      { return modes.IAM }
func (c *callers) scopesOf(*method) []string                  { return nil }
func (c *callers) describeAuthorizer() *AuthorizerDescription { return nil }

// sourceNames are the names of identity sources or of a cache's key parameters; nil where there are none.
func sourceNames(sources []source) []string {
	var names []string
	for _, s := range sources {
		names = append(names, s.name)
	}
	return names
}

// sourceName is API Gateway's name for where keys are.
func (k *keys) sourceName() string {
	if k.authorizer {
		return "AUTHORIZER"
	}
	return "HEADER"
}

// plans are the usage plans for the stage, where they can be told.
func (k *keys) plans() []usage.Plan {
	registry, ok := k.usage.(interface{ Plans() []usage.Plan })
	if !ok {
		return nil
	}
	return slices.DeleteFunc(registry.Plans(), func(p usage.Plan) bool {
		return !slices.ContainsFunc(p.Stages, func(s usage.PlanStage) bool { return s.StageID == k.stage })
	})
}

// required are the parameters whose absence is refused, by API Gateway's names, sorted.
func (v *validator) required() []string {
	var all []string
	for place, names := range map[string][]string{"header": v.headers, "path": v.paths, "querystring": v.queries} {
		for _, name := range names {
			all = append(all, strings.Join([]string{"method.request", place, name}, "."))
		}
	}
	slices.Sort(all)
	return all
}

// clone is a copy that shares nothing.
func (c *httpCORS) clone() *modes.CORS {
	d := c.CORS
	for _, list := range []*[]string{&d.AllowOrigins, &d.AllowMethods, &d.AllowHeaders, &d.ExposeHeaders} {
		*list = slices.Clone(*list)
	}
	return &d
}
