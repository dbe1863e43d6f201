package gateway

import "portcullis/deploy/gateway/internal/stage"

// Description is what a gateway serves and how it guards it, in the words of API Gateway, so that it can be compared with
// what an API in AWS was set to. It is made of what answers requests, and shares nothing with it. Its members are those of
// AWS's resources: Operations by "GET /things/{id}", "ANY /things" or "$default", Authorizer, APIKeySource, UsagePlans,
// BinaryMediaTypes, PayloadFormatVersion, CORS, StageVariables, IntegrationTimeout.
type Description = stage.Description

// OperationDescription is a method of a REST API (AWS: Method) or a route of an HTTP API (AWS: Route): the Function that
// serves it, its Authorization, Scopes and APIKeyRequired, the RequiredParameters and Models that requests are validated
// by, its Cache and its Throttle.
type OperationDescription = stage.OperationDescription

// CacheDescription is how answers of a method are kept: TTL and KeyParameters, as in a stage's method settings and an
// integration's cacheKeyParameters.
type CacheDescription = stage.CacheDescription

// AuthorizerDescription is the authorizer of an API, of the Type TOKEN, REQUEST, COGNITO_USER_POOLS or JWT, with the
// members that AWS's Authorizer resources have for that type.
type AuthorizerDescription = stage.AuthorizerDescription
