package gateway

import (
	"maps"
	"slices"
	"strings"
	"time"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// Description is what a gateway serves and how it guards it, in the words of API Gateway, so that it can be compared with
// what an API in AWS was set to.
type Description struct {
	Operations map[string]OperationDescription // by "GET /things/{id}", "ANY /things" or "$default"; REST: with the preflights
	Authorizer *AuthorizerDescription          // nil: the API has none

	APIKeySource     string       // REST: HEADER or AUTHORIZER
	UsagePlans       []usage.Plan // for the stage, where operations ask for keys
	BinaryMediaTypes []string     // REST

	PayloadFormatVersion string      // HTTP: of the events of functions behind the API
	CORS                 *modes.CORS // HTTP; nil: the gateway has no part in CORS

	StageVariables     map[string]string // by name
	IntegrationTimeout time.Duration     // of every operation
}

// OperationDescription is a method of a REST API or a route of an HTTP API.
type OperationDescription struct {
	Function string // that serves it; "": the gateway answers itself, as it does preflights

	Authorization  string   // NONE, CUSTOM, COGNITO_USER_POOLS, JWT or AWS_IAM
	Scopes         []string // COGNITO_USER_POOLS and JWT: a token needs any one of them; nil: any token will do
	APIKeyRequired bool     // REST

	RequiredParameters []string // that are checked to be there, sorted: method.request.path.id
	Models             []string // media types of which bodies are validated, sorted; $default: all that are not listed

	Cache    *CacheDescription // nil: answers are not kept
	Throttle *usage.Throttle   // of the stage for this operation, whoever calls; nil: none
}

// CacheDescription is how answers of a method are kept.
type CacheDescription struct {
	TTL           time.Duration // how long they are
	KeyParameters []string      // what they are kept by, such as method.request.querystring.limit
}

// AuthorizerDescription is the authorizer of an API.
type AuthorizerDescription struct {
	Type            string   // TOKEN, REQUEST, COGNITO_USER_POOLS or JWT
	IdentitySources []string // where credentials are, in the words of the kind of API

	// These are of TOKEN and REQUEST.
	IdentityValidationExpression string        // TOKEN; "": anything will do
	ResultTTL                    time.Duration // 0: answers are not kept
	PayloadFormatVersion         string        // HTTP
	EnableSimpleResponses        bool          // HTTP

	UserPools []string // COGNITO_USER_POOLS: ARNs; "": the stack's own
	Issuer    string   // JWT; "": the stack's own user pool, and its clients are the audience
	Audience  []string // JWT
}

// Description tells what the gateway serves.
func (g *Gateway) Description() Description {
	p := g.plan
	d := Description{
		Operations: map[string]OperationDescription{}, StageVariables: maps.Clone(p.StageVariables),
		IntegrationTimeout: time.Duration(p.IntegrationTimeoutInMillis) * time.Millisecond,
	}
	if a := p.Authorizer; a != nil {
		d.Authorizer = &AuthorizerDescription{
			Type: a.Type, IdentitySources: listOrNil(a.IdentitySources), IdentityValidationExpression: a.IdentityValidationExpression,
			ResultTTL: time.Duration(a.ResultTTLInSeconds) * time.Second, PayloadFormatVersion: a.PayloadFormatVersion,
			EnableSimpleResponses: a.EnableSimpleResponses, UserPools: listOrNil(a.UserPools), Issuer: a.Issuer, Audience: listOrNil(a.Audience),
		}
		if a.Type == plan.Cognito && len(a.UserPools) == 0 {
			d.Authorizer.UserPools = []string{""}
		}
	}
	for key, o := range p.Operations {
		d.Operations[key] = describeOperation(p, o)
	}
	if p.HTTP != nil {
		d.PayloadFormatVersion = p.HTTP.PayloadFormatVersion
		if p.HTTP.CORS != nil {
			cors := modes.CORS(*p.HTTP.CORS)
			if len(cors.AllowOrigins) == 0 {
				if cors.AllowOrigins = g.origins; len(g.origins) == 0 {
					cors.AllowOrigins = []string{"*"}
				}
			}
			d.CORS = &cors
		}
		return d
	}
	d.APIKeySource, d.BinaryMediaTypes = p.REST.APIKeySource, listOrNil(p.REST.BinaryMediaTypes)
	if registry, err := stage.NewUsage([]*plan.Plan{p}, nil); err == nil {
		d.UsagePlans = registry.Plans()
	}
	for path := range p.REST.Preflights {
		d.Operations["OPTIONS "+path] = OperationDescription{Authorization: plan.None, Throttle: throttleOf(p.Throttle)}
	}
	return d
}

func describeOperation(p *plan.Plan, o plan.Operation) OperationDescription {
	d := OperationDescription{Function: o.Function, Authorization: o.AuthorizationType, Scopes: listOrNil(o.AuthorizationScopes), APIKeyRequired: o.APIKeyRequired, Throttle: throttleOf(p.Throttle)}
	if o.Throttle != nil {
		d.Throttle = throttleOf(o.Throttle)
	}
	if p.REST == nil {
		return d
	}
	if p.REST.RequestValidator.Body {
		d.Models = slices.Sorted(maps.Keys(o.RequestModels))
	}
	for _, name := range slices.Sorted(maps.Keys(o.RequestParameters)) {
		if p.REST.RequestValidator.Parameters && o.RequestParameters[name] {
			d.RequiredParameters = append(d.RequiredParameters, name)
		}
	}
	if o.Cache != nil {
		d.Cache = &CacheDescription{TTL: time.Duration(o.Cache.TTLInSeconds) * time.Second}
		for _, name := range o.Cache.CacheKeyParameters {
			if of := o.Cache.RequestParameters[name]; strings.HasPrefix(of, "context.") {
				name = of
			}
			d.Cache.KeyParameters = append(d.Cache.KeyParameters, name)
		}
	}
	return d
}

func throttleOf(t *plan.Throttle) *usage.Throttle {
	if t == nil {
		return nil
	}
	return &usage.Throttle{Rate: t.RateLimit, Burst: t.BurstLimit}
}

// listOrNil is a copy of a list, nil where it is empty.
func listOrNil(list []string) []string { return append([]string(nil), list...) }
