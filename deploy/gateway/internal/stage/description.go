package stage

import (
	"maps"
	"slices"
	"time"

	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
)

// Description is what a gateway serves and how it guards it, in the words of API Gateway, so that it can be compared with
// what an API in AWS was set to. It is made of what answers requests, and shares nothing with it.
type Description struct {
	Operations map[string]OperationDescription // by "GET /things/{id}", "ANY /things" or "$default"; REST: with the preflights
	Authorizer *AuthorizerDescription          // nil: the API has none

	APIKeySource     string       // REST: HEADER or AUTHORIZER
	UsagePlans       []usage.Plan // for the stage, where operations ask for keys and Config.Usage tells its plans
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

// Describe tells what all kinds of API have in common, with their operations by a name that the kind gives them. A nil guard
// guards nothing.
func (s *Stage) Describe(g Guard, name func(*Method) string) Description {
	d := Description{Operations: map[string]OperationDescription{}, StageVariables: maps.Clone(s.Mode.StageVariables)}
	if g != nil {
		d.Authorizer = g.describeAuthorizer()
	}
	for _, m := range s.Methods {
		d.Operations[name(m)] = s.describeMethod(m, g)
	}
	return d
}

func (s *Stage) describeMethod(m *Method, g Guard) OperationDescription {
	d := OperationDescription{Authorization: modes.None, Throttle: s.limits.Throttle(m.Route.Method, m.Route.Path)}
	if m.Operation != nil {
		d.Function = m.Operation.Function
	}
	if !m.Public && g != nil {
		d.Authorization, d.Scopes = g.authorization(), slices.Clone(g.scopesOf(m))
	}
	return d
}
