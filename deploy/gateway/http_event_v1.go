package gateway

// httpEventV1 is the event of a function in payload format 1.0. What is empty is null. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
type httpEventV1 struct {
	Version                         string              `json:"version"`
	Resource                        string              `json:"resource"`
	Path                            string              `json:"path"`
	HTTPMethod                      string              `json:"httpMethod"`
	Headers                         map[string]string   `json:"headers"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters"`
	RequestContext                  httpContextV1       `json:"requestContext"`
	PathParameters                  map[string]string   `json:"pathParameters"`
	StageVariables                  map[string]string   `json:"stageVariables"`
	Body                            *string             `json:"body"`
	IsBase64Encoded                 bool                `json:"isBase64Encoded"`
}

type httpContextV1 struct {
	AccountID         string         `json:"accountId"`
	APIID             string         `json:"apiId"`
	Authorizer        map[string]any `json:"authorizer,omitempty"`
	DomainName        string         `json:"domainName"`
	DomainPrefix      string         `json:"domainPrefix"`
	ExtendedRequestID string         `json:"extendedRequestId"`
	HTTPMethod        string         `json:"httpMethod"`
	Identity          httpCaller     `json:"identity"`
	Path              string         `json:"path"`
	Protocol          string         `json:"protocol"`
	RequestID         string         `json:"requestId"`
	RequestTime       string         `json:"requestTime"`
	RequestTimeEpoch  int64          `json:"requestTimeEpoch"`
	ResourceID        string         `json:"resourceId"`
	ResourcePath      string         `json:"resourcePath"`
	Stage             string         `json:"stage"`
}

// httpCaller is a REST API's, and a member that HTTP APIs have.
type httpCaller struct {
	eventIdentity
	CognitoAMR *string `json:"cognitoAmr"`
}

func newHTTPEventV1(x *exchange) httpEventV1 {
	headers := x.eventHeaders()
	e := httpEventV1{
		Version:                         "1.0",
		Resource:                        routePath(x.method),
		Path:                            httpPath(x),
		HTTPMethod:                      x.r.Method,
		Headers:                         lastValues(headers),
		MultiValueHeaders:               headers,
		QueryStringParameters:           lastValues(x.queries()),
		MultiValueQueryStringParameters: nilIfEmpty(x.queries()),
		RequestContext:                  newHTTPContextV1(x),
		PathParameters:                  httpParameters(x),
		StageVariables:                  nilIfEmpty(x.mode.StageVariables),
	}
	e.RequestContext.Authorizer = httpAuthorizerV1(x)
	var body string
	body, e.IsBase64Encoded = httpBody(x)
	e.Body = present(body)
	return e
}

// newHTTPContextV1 is the request's context without an authorizer.
func newHTTPContextV1(x *exchange) httpContextV1 {
	domain, domainPrefix := x.domain()
	return httpContextV1{
		AccountID:         x.config.AccountID,
		APIID:             x.apiID,
		DomainName:        domain,
		DomainPrefix:      domainPrefix,
		ExtendedRequestID: x.extendedID,
		HTTPMethod:        x.r.Method,
		Identity:          httpCaller{eventIdentity: newEventIdentity(x)},
		Path:              httpPath(x),
		Protocol:          x.r.Proto,
		RequestID:         x.extendedID,
		RequestTime:       x.start.UTC().Format(requestTimeLayout),
		RequestTimeEpoch:  x.start.UnixMilli(),
		ResourceID:        x.routeKey(),
		ResourcePath:      routePath(x.method),
		Stage:             x.mode.Name,
	}
}

// httpAuthorizerV1 is what a token or an authorizer says of the caller: the claims and scopes of the one, null for the
// other, and beside them the other's context. A signer is in identity instead.
func httpAuthorizerV1(x *exchange) map[string]any {
	if x.identity == nil {
		return nil
	}
	if x.identity.claims != nil {
		return map[string]any{"claims": httpClaims(x.identity.claims), "scopes": x.identity.scopes}
	}
	all := map[string]any{"claims": nil, "scopes": nil}
	if x.identity.principalID != "" {
		all["principalId"] = x.identity.principalID
	}
	for name, value := range x.identity.context {
		all[name] = value
	}
	return all
}
