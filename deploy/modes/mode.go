package modes

import (
	"go.yaml.in/yaml/v3"

	"portcullis/policy"
)

// The kinds of gateways that a mode can have.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api.html.
const (
	REST      = "REST"
	HTTP      = "HTTP"
	WebSocket = "WEBSOCKET"
)

// The authorizations that a mode can have.
// See https://docs.aws.amazon.com/apigateway/latest/api/API_Method.html.
const (
	None    = "NONE"               // REST, WEBSOCKET: an API key of a usage plan is all that is asked for
	IAM     = "AWS_IAM"            // requests are signed (SigV4)
	Cognito = "COGNITO_USER_POOLS" // REST: tokens of a Cognito user pool
	Token   = "TOKEN"              // REST: a Lambda authorizer that gets a header's value
	Request = "REQUEST"            // a Lambda authorizer that gets the whole request
	JWT     = "JWT"                // HTTP: tokens of an OIDC issuer
)

// Mode is one way to guard an API. A member that is absent has its zero value.
type Mode struct {
	Name          string `yaml:"name"`          // also the stage on a desk; in a folder of modes, the file's name without its ending
	Gateway       string `yaml:"gateway"`       // REST, HTTP or WEBSOCKET
	Authorization string `yaml:"authorization"` // of all operations that are not public; of WEBSOCKET at $connect

	Authorizer *Authorizer `yaml:"authorizer"` // for TOKEN, REQUEST, COGNITO_USER_POOLS and JWT

	APIKeyRequired bool       `yaml:"apiKeyRequired"` // REST: operations that are not public ask for a key of the usage plan; WEBSOCKET: connecting does
	APIKeySource   string     `yaml:"apiKeySource"`   // REST, WEBSOCKET: HEADER, the default, or AUTHORIZER (usageIdentifierKey)
	UsagePlan      *UsagePlan `yaml:"usagePlan"`      // REST, WEBSOCKET: required where keys are

	RequestValidation RequestValidation          `yaml:"requestValidation"` // REST
	Throttle          *StageThrottle             `yaml:"throttle"`          // nil: no limit on a desk; in AWS what deploy/terraform/modules/plan sets
	Cache             *Cache                     `yaml:"cache"`             // REST: nil: answers are not kept
	StageVariables    map[string]string          `yaml:"stageVariables"`    // names of letters, digits and _
	BinaryMediaTypes  []string                   `yaml:"binaryMediaTypes"`  // REST: such as image/png, image/* or */*
	GatewayResponses  map[string]GatewayResponse `yaml:"gatewayResponses"`  // REST: by type, such as ACCESS_DENIED or DEFAULT_4XX
	CORS              *CORS                      `yaml:"cors"`              // HTTP: nil: the gateway has no part in CORS

	// PayloadFormatVersion is of the functions behind an HTTP API: "2.0", the default, or "1.0".
	PayloadFormatVersion string `yaml:"payloadFormatVersion"`

	// IntegrationTimeoutInMillis is how long a function behind the API may take. Zero: 30,000 for
	// HTTP, 29,000 for the others.
	IntegrationTimeoutInMillis int `yaml:"integrationTimeoutInMillis"`

	// AccessLogFormat is a line of the access log, with API Gateway's $context variables. Empty: a JSON object of
	// what is usual. A REST or WebSocket API's has no identity.apiKey, and with AWS_IAM no error.message and no error.messageString: of a wrong
	// signature AWS quotes in it what was signed, a session token too.
	AccessLogFormat string `yaml:"accessLogFormat"`

	LocalCallers []Caller `yaml:"localCallers"` // AWS_IAM: who may sign on a desk; WEBSOCKET: who may send to connections, too

	file   string     // "": the mode was made in Go
	sha256 string     // of the file
	root   *yaml.Node // of the file
}

// File is the name of the mode's file; "" where the mode was made in Go.
func (m *Mode) File() string { return m.file }

// SHA256 is that of the file's bytes, in lower-case hexadecimal digits; "" where the mode was made in Go.
func (m *Mode) SHA256() string { return m.sha256 }

// Authorizer is a Lambda authorizer, or one of the gateway's own.
// See https://docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html.
type Authorizer struct {
	Function string `yaml:"function"` // TOKEN and REQUEST: which function it is

	// IdentitySource is where credentials are, and what answers are kept by: for REST method.request.header.NAME,
	// method.request.querystring.NAME, context.NAME or stageVariables.NAME, for HTTP the same with $request in
	// the place of method.request, and $ before the others, for WEBSOCKET with route.request in its place. REQUEST may have several, the others have one:
	// a text with commas, or a list.
	IdentitySource Sources `yaml:"identitySource"`

	// IdentityValidationExpression, of TOKEN, must match the whole of the identity source's value, or the request is
	// refused without asking the function. Empty: anything.
	IdentityValidationExpression string `yaml:"identityValidationExpression"`

	// ResultTTLInSeconds is how long an answer of TOKEN or REQUEST is kept, 0 to 3600. Nil: 300. 0: not at all. A WebSocket API
	// keeps none, and has to have nil.
	ResultTTLInSeconds *int `yaml:"resultTtlInSeconds"`

	PayloadFormatVersion  string `yaml:"payloadFormatVersion"`  // REQUEST of HTTP: "2.0", the default, or "1.0"
	EnableSimpleResponses bool   `yaml:"enableSimpleResponses"` // REQUEST of HTTP with 2.0: isAuthorized in place of a policy

	UserPools []string `yaml:"userPools"` // COGNITO_USER_POOLS: ARNs of user pools. Empty: the stack's own
	Issuer    string   `yaml:"issuer"`    // JWT: an https URL. Empty: the stack's own user pool
	Audience  []string `yaml:"audience"`  // JWT: required where there is an issuer
}

// RequestValidation says what a REST API checks before it calls a function.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html.
type RequestValidation struct {
	Body       bool `yaml:"body"`       // bodies against the contract's schemas
	Parameters bool `yaml:"parameters"` // that required parameters are there
}

// Throttle is a limit: a bucket of BurstLimit tokens that fills up by RateLimit tokens a second. A file has to have both: of 0 nothing
// gets through.
type Throttle struct {
	RateLimit  float64 `yaml:"rateLimit"`  // requests a second
	BurstLimit int     `yaml:"burstLimit"` // requests at once
}

// StageThrottle is the limit of a stage, and of some of its methods on their own.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html.
type StageThrottle struct {
	Throttle `yaml:",inline"`
	Public   *Throttle           `yaml:"public"`  // of each operation that the contract opens to everybody, such as signing in, and Methods does not name; nil: the stage's
	Methods  map[string]Throttle `yaml:"methods"` // by "GET /things/{id}" or, of WEBSOCKET, by route key
}

// UsagePlan limits the callers of an API, each on its own.
// See https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html.
type UsagePlan struct {
	Throttle  *Throttle           `yaml:"throttle"`  // of each key; nil: none
	Methods   map[string]Throttle `yaml:"methods"`   // REST: of each key, by "GET /things/{id}"
	Quota     *Quota              `yaml:"quota"`     // of each key; nil: none
	LocalKeys []Key               `yaml:"localKeys"` // on a desk, from the start
}

// Quota is how many requests a key may make in a period.
// See https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html.
type Quota struct {
	Limit  int    `yaml:"limit"`  // requests, 1 or more
	Offset int    `yaml:"offset"` // how many of them count as made in the first period
	Period string `yaml:"period"` // DAY, WEEK or MONTH
}

// Key is an API key that a desk has from the start. Its value is in a file that everyone can read.
// See https://docs.aws.amazon.com/apigateway/latest/api/API_ApiKey.html.
type Key struct {
	Name     string `yaml:"name"`     // for people; no two have the same
	Value    string `yaml:"value"`    // 20 to 128 characters
	Disabled bool   `yaml:"disabled"` // it is there, and refused
}

// Cache keeps answers to GET requests.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html.
type Cache struct {
	Methods map[string]CachedMethod `yaml:"methods"` // by "GET /things/{id}"; others are not kept

	// AnyoneMayInvalidate lets every caller that may call have an answer fetched anew with Cache-Control: max-age=0.
	// Otherwise that takes the action execute-api:InvalidateCache in the caller's policy.
	AnyoneMayInvalidate bool `yaml:"anyoneMayInvalidate"`

	// UnauthorizedCacheControlHeaderStrategy is what becomes of others' Cache-Control: SUCCEED_WITH_RESPONSE_HEADER, the
	// default, SUCCEED_WITHOUT_RESPONSE_HEADER or FAIL_WITH_403.
	UnauthorizedCacheControlHeaderStrategy string `yaml:"unauthorizedCacheControlHeaderStrategy"`
}

// CachedMethod is a method whose answers are kept.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html.
type CachedMethod struct {
	TTLInSeconds *int `yaml:"ttlInSeconds"` // 1 to 3600; nil: 300

	// KeyParameters tell requests apart: method.request.path.NAME, method.request.header.NAME,
	// method.request.querystring.NAME, context.authorizer.principalId or context.identity.userArn. The path's own
	// parameters have to be among them and, where the method is guarded, what says who calls.
	KeyParameters []string `yaml:"keyParameters"`
}

// GatewayResponse is what a REST API answers in place of its own words.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html.
type GatewayResponse struct {
	StatusCode int               `yaml:"statusCode"` // 0: as it is
	Headers    map[string]string `yaml:"headers"`    // values may hold $context variables
	Body       string            `yaml:"body"`       // may hold $context variables; empty: as it is
}

// CORS is the configuration of an HTTP API's answers to pages of other origins. Empty lists send no header.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html.
type CORS struct {
	AllowOrigins     []string `yaml:"allowOrigins"`     // empty: those of the stack
	AllowMethods     []string `yaml:"allowMethods"`     // in upper case, or "*"
	AllowHeaders     []string `yaml:"allowHeaders"`     // that a page may send, or "*"
	ExposeHeaders    []string `yaml:"exposeHeaders"`    // that a page may read, or "*"
	MaxAge           int      `yaml:"maxAge"`           // seconds, at most 86,400; 0: no header; -1: preflights are not kept
	AllowCredentials bool     `yaml:"allowCredentials"` // not with "*" among AllowOrigins
}

// Caller is somebody who may sign requests on a desk. Its secret is in a file that everyone can read.
type Caller struct {
	AccessKeyID     string   `yaml:"accessKeyId"`     // 16 to 128 letters, digits and _
	SecretAccessKey string   `yaml:"secretAccessKey"` // 16 characters or more
	SessionToken    string   `yaml:"sessionToken"`    // of temporary credentials; "": they are not
	ARN             string   `yaml:"arn"`             // arn:aws:iam::ACCOUNT:user/NAME or arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION
	Policy          Document `yaml:"policy"`          // what the caller may do, as IAM has it
}

// Document is an IAM policy, written in YAML.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
type Document struct{ policy.Document }
