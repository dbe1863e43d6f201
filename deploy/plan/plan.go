// Package plan makes of a contract and a mode what a deployed API is: a [Plan], in the words of API Gateway. All that can be
// wrong with the two together is said here, once, with file and line; who renders a plan has nothing left to check. The local
// gateway serves plans, and Terraform makes API Gateway's resources of the files that they are written to. A contract alone becomes
// rules.json, by which the functions decide.
//
// What a plan does not hold is what only a deployment knows: the stage's name, the origins that may call, the addresses of the
// functions, the stack's own user pool.
package plan

import (
	"portcullis/deploy/modes"
	"portcullis/policy"
)

// The authorizations that a plan can have, as [modes.Mode] has them.
const (
	None    = modes.None
	IAM     = modes.IAM
	Cognito = modes.Cognito
	Token   = modes.Token
	Request = modes.Request
	JWT     = modes.JWT
)

// Plan is an API, all that it serves, and how it is guarded. It is made by [Compile], and not changed.
type Plan struct {
	Name          string `json:"name"`                  // the mode's; on a desk also the stage's
	Gateway       string `json:"gateway"`               // REST, HTTP or WEBSOCKET
	Description   string `json:"description,omitempty"` // the contract's
	Authorization string `json:"authorization"`         // of operations that are not public, of WEBSOCKET of $connect: one of those above

	Authorizer *Authorizer          `json:"authorizer"` // nil: the API has none
	Operations map[string]Operation `json:"operations"` // by "GET /things/{id}", "ANY /things" or, of HTTP, "$default"; of WEBSOCKET by route key
	Scopes     []string             `json:"scopes"`     // all that the contract asks for, sorted

	StageVariables             map[string]string `json:"stageVariables"`
	Throttle                   *Throttle         `json:"throttle"`                   // of the stage, for operations that have none of their own; nil: what deploy/terraform/modules/plan sets, and none on a desk
	IntegrationTimeoutInMillis int               `json:"integrationTimeoutInMillis"` // how long a function behind the API may take
	AccessLogFormat            string            `json:"accessLogFormat"`            // a line of it, with $context variables

	REST *REST `json:"rest,omitempty"` // what only REST APIs have
	HTTP *HTTP `json:"http,omitempty"` // what only HTTP APIs have

	WebSocket *WebSocket `json:"webSocket,omitempty"` // what only WebSocket APIs have

	Local Local `json:"-"` // what only a desk needs, and no file holds
}

// Local is what only a desk needs. Its secrets are for everyone to read.
type Local struct {
	Callers []Caller // AWS_IAM and, for @connections, WEBSOCKET: who may sign requests
	Keys    []Key    // API keys of the usage plan, from the start
}

// Caller is somebody who may sign requests on a desk.
type Caller struct {
	AccessKeyID, SecretAccessKey string
	SessionToken                 string // of temporary credentials; "": they are not
	ARN                          string
	Policy                       policy.Document // what the caller may do
}

// Key is an API key that a desk has from the start.
type Key struct {
	Name, Value string
	Disabled    bool // it is there, and refused
}

// Operation is a method of a REST API (AWS: Method), or a route of an HTTP or WebSocket API (AWS: Route), with its integration.
type Operation struct {
	Method        string `json:"method"`                  // such as GET, or ANY; of WEBSOCKET the route key, such as $connect
	Path          string `json:"path,omitempty"`          // such as /things/{id}; of $default /$default; of WEBSOCKET there is none
	OperationName string `json:"operationName,omitempty"` // the contract's operationId
	Function      string `json:"function"`                // the name of the one that serves it; of $connect it may be "": none is told
	Permission    string `json:"permission"`              // what follows the stage in the ARN by which the API may call the function: GET/things/*, or $connect, or [AnyOperation]

	Public              bool     `json:"public"`              // the contract opens it to everybody
	AuthorizationType   string   `json:"authorizationType"`   // NONE, CUSTOM, COGNITO_USER_POOLS, JWT or AWS_IAM
	AuthorizationScopes []string `json:"authorizationScopes"` // COGNITO_USER_POOLS and JWT: a token needs any one of them; none: any token will do
	APIKeyRequired      bool     `json:"apiKeyRequired"`      // REST, WEBSOCKET

	// RequestParameters, of REST, are those that the method declares, such as method.request.path.id, and whether each has to be
	// there, where the validator looks at parameters.
	RequestParameters map[string]bool `json:"requestParameters,omitempty"`
	// RequestModels, of REST, are the names of the models of bodies by their media types; $default: of all that are not listed. Of
	// WEBSOCKET, the only one has the key $default, and is that of messages.
	RequestModels map[string]string `json:"requestModels,omitempty"`
	// ModelSelectionExpression, of WEBSOCKET, chooses among RequestModels.
	ModelSelectionExpression string `json:"modelSelectionExpression,omitempty"`
	// RouteResponseSelectionExpression, of WEBSOCKET, is [AnswersWithBody], or "": what the function answers is dropped.
	RouteResponseSelectionExpression string `json:"routeResponseSelectionExpression,omitempty"`

	Cache    *Cache    `json:"cache,omitempty"`    // REST; nil: answers are not kept
	Throttle *Throttle `json:"throttle,omitempty"` // of the stage for this operation, whoever calls; nil: that of the stage
}

// Throttle is a limit: a bucket of BurstLimit tokens that fills up by RateLimit tokens a second.
type Throttle struct {
	RateLimit  float64 `json:"rateLimit"`
	BurstLimit int     `json:"burstLimit"`
}

// Cache is how the answers of a method are kept, in a stage's cache.
type Cache struct {
	TTLInSeconds       int      `json:"ttlInSeconds"`
	CacheKeyParameters []string `json:"cacheKeyParameters"` // of the integration: method.request.… and integration.request.…
	// RequestParameters of the integration give the key what a method's request has not: integration.request.header.NAME by
	// context.NAME.
	RequestParameters map[string]string `json:"requestParameters,omitempty"`
}

// Authorizer is the authorizer of an API: a function, or the gateway's own.
type Authorizer struct {
	Type            string   `json:"type"`            // TOKEN, REQUEST, COGNITO_USER_POOLS or JWT
	IdentitySources []string `json:"identitySources"` // where credentials are, in the words of the kind of API

	// These are of TOKEN and REQUEST.
	Function                     string `json:"function,omitempty"`                     // its name
	IdentityValidationExpression string `json:"identityValidationExpression,omitempty"` // TOKEN; "": anything will do
	ResultTTLInSeconds           int    `json:"resultTtlInSeconds"`                     // how long an answer is kept; 0: it is not
	PayloadFormatVersion         string `json:"payloadFormatVersion,omitempty"`         // HTTP
	EnableSimpleResponses        bool   `json:"enableSimpleResponses,omitempty"`        // HTTP

	UserPools []string `json:"userPools,omitempty"` // COGNITO_USER_POOLS: ARNs; none: the stack's own pool
	Issuer    string   `json:"issuer,omitempty"`    // JWT; "": the stack's own user pool, whose clients are the audience
	Audience  []string `json:"audience,omitempty"`  // JWT
}

// REST is what only REST APIs have.
type REST struct {
	APIKeySource     string     `json:"apiKeySource"` // HEADER or AUTHORIZER
	UsagePlan        *UsagePlan `json:"usagePlan"`    // nil: no operation asks for a key
	BinaryMediaTypes []string   `json:"binaryMediaTypes"`

	// Resources are the parts of paths that are a resource each, sorted, without the root and without a slash in front:
	// things, things/{id}.
	Resources []string `json:"resources"`
	// Preflights are the answers of the OPTIONS methods that the gateway itself answers, by their paths: headers and nothing else.
	// Who renders them adds Access-Control-Allow-Origin.
	Preflights map[string]map[string]string `json:"preflights"`

	RequestValidator RequestValidator `json:"requestValidator"`
	Models           map[string]Model `json:"models"` // by their names; none where bodies are not validated

	// GatewayResponses are the answers of the gateway's own by their types; DEFAULT_4XX and DEFAULT_5XX are always there.
	GatewayResponses map[string]GatewayResponse `json:"gatewayResponses"`

	CacheSettings *CacheSettings `json:"cacheSettings"` // nil: the stage has no cache

	// ResourcePolicy is the policy of the API itself, with short resources such as execute-api:/*, which who renders it expands; nil:
	// there is none.
	ResourcePolicy *policy.ResourcePolicy `json:"resourcePolicy,omitempty"`

	validators map[string]*Validator // by the names of Models, as they were compiled to check them
}

// RequestValidator is what a REST API looks at before it calls a function.
type RequestValidator struct {
	Body       bool `json:"validateRequestBody"`
	Parameters bool `json:"validateRequestParameters"`
}

// Model is a schema that bodies are validated by.
type Model struct {
	// Schema is JSON Schema draft 4, as a text. Another model stands in it as
	// {"$ref": "https://apigateway.amazonaws.com/restapis/{restApiId}/models/NAME"}.
	Schema string `json:"schema"`
	// Rank is 0 where the schema refers to no other model, and else one more than the highest rank among those that it refers to.
	// Lower ranks have to be there first.
	Rank int `json:"rank"`
}

// GatewayResponse is what the gateway answers in the place of a function.
type GatewayResponse struct {
	StatusCode int `json:"statusCode,omitempty"` // 0: the type's own
	// Headers are by name; a value is a text in single quotes, or a variable such as context.error.message. Who renders them adds
	// Access-Control-Allow-Origin, where that is not among them.
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body,omitempty"` // a template of application/json; "": the type's own
}

// CacheSettings are those of a stage's cache.
type CacheSettings struct {
	RequireAuthorizationForCacheControl    bool   `json:"requireAuthorizationForCacheControl"`
	UnauthorizedCacheControlHeaderStrategy string `json:"unauthorizedCacheControlHeaderStrategy"`
}

// UsagePlan limits the callers of an API, each on its own.
type UsagePlan struct {
	Throttle *Throttle           `json:"throttle"` // of each key; nil: none
	Quota    *Quota              `json:"quota"`    // of each key; nil: none
	Methods  map[string]Throttle `json:"methods"`  // of each key, by "GET /things/{id}"
}

// Quota is how many requests a key may make in a period.
type Quota struct {
	Limit  int    `json:"limit"`
	Offset int    `json:"offset"` // how many of them count as made in the first period
	Period string `json:"period"` // DAY, WEEK or MONTH
}

// HTTP is what only HTTP APIs have.
type HTTP struct {
	PayloadFormatVersion string `json:"payloadFormatVersion"` // of the events of functions behind the API: 2.0 or 1.0
	CORS                 *CORS  `json:"cors"`                 // nil: the gateway has no part in CORS
}

// CORS is the configuration of an HTTP API's answers to pages of other origins. Empty lists send no header.
type CORS struct {
	AllowOrigins     []string `json:"allowOrigins"` // none: those of the deployment
	AllowMethods     []string `json:"allowMethods"`
	AllowHeaders     []string `json:"allowHeaders"`
	ExposeHeaders    []string `json:"exposeHeaders"`
	MaxAge           int      `json:"maxAge"` // seconds; 0: no header; -1: preflights are not kept
	AllowCredentials bool     `json:"allowCredentials"`
}

// WebSocket is what only WebSocket APIs have.
type WebSocket struct {
	RouteSelectionExpression  string     `json:"routeSelectionExpression"`  // which operation a message is for, as [contract.WebSocket] has it
	APIKeySelectionExpression string     `json:"apiKeySelectionExpression"` // where the API key of who connects is
	UsagePlan                 *UsagePlan `json:"usagePlan"`                 // nil: no key is asked for

	Models map[string]Model `json:"models"` // of messages, by their names; none refers to another

	validators map[string]*Validator // by the names of Models, as they were compiled to check them
}

// Keys is the usage plan by whose keys callers are counted; nil: no operation asks for a key.
func (p *Plan) Keys() *UsagePlan {
	switch {
	case p.REST != nil:
		return p.REST.UsagePlan
	case p.WebSocket != nil:
		return p.WebSocket.UsagePlan
	}
	return nil
}
