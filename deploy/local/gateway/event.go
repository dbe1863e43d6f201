package gateway

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
)

// proxyEvent is the event of a Lambda proxy integration of a REST API. Its maps are null where they are
// empty, and what is not known of a caller is null.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html.
type proxyEvent struct {
	Resource                        string              `json:"resource"`
	Path                            string              `json:"path"`
	HTTPMethod                      string              `json:"httpMethod"`
	Headers                         map[string]string   `json:"headers"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters"`
	PathParameters                  map[string]string   `json:"pathParameters"`
	StageVariables                  map[string]string   `json:"stageVariables"`
	RequestContext                  requestContext      `json:"requestContext"`
	Body                            *string             `json:"body"`
	IsBase64Encoded                 bool                `json:"isBase64Encoded"`
}

type requestContext struct {
	ResourceID        string         `json:"resourceId"`
	Authorizer        map[string]any `json:"authorizer,omitempty"`
	ResourcePath      string         `json:"resourcePath"`
	HTTPMethod        string         `json:"httpMethod"`
	ExtendedRequestID string         `json:"extendedRequestId"`
	RequestTime       string         `json:"requestTime"`
	Path              string         `json:"path"`
	AccountID         string         `json:"accountId"`
	Protocol          string         `json:"protocol"`
	Stage             string         `json:"stage"`
	DomainPrefix      string         `json:"domainPrefix"`
	RequestTimeEpoch  int64          `json:"requestTimeEpoch"`
	RequestID         string         `json:"requestId"`
	Identity          caller         `json:"identity"`
	DomainName        string         `json:"domainName"`
	DeploymentID      string         `json:"deploymentId"`
	APIID             string         `json:"apiId"`
}

// caller is requestContext.identity. Most of it is known of callers that sign with IAM only.
type caller struct {
	CognitoIdentityPoolID         *string `json:"cognitoIdentityPoolId"`
	AccountID                     *string `json:"accountId"`
	CognitoIdentityID             *string `json:"cognitoIdentityId"`
	Caller                        *string `json:"caller"`
	SourceIP                      string  `json:"sourceIp"`
	PrincipalOrgID                *string `json:"principalOrgId"`
	AccessKey                     *string `json:"accessKey"`
	CognitoAuthenticationType     *string `json:"cognitoAuthenticationType"`
	CognitoAuthenticationProvider *string `json:"cognitoAuthenticationProvider"`
	UserARN                       *string `json:"userArn"`
	UserAgent                     *string `json:"userAgent"`
	User                          *string `json:"user"`
}

// requestTimeLayout is the Common Log Format's, in UTC.
const requestTimeLayout = "02/Jan/2006:15:04:05 +0000"

// event is the request as the function behind its method sees it.
func (x *exchange) event() ([]byte, error) {
	headers := x.eventHeaders()
	e := proxyEvent{
		Resource:                        x.method.route.Path,
		Path:                            x.path,
		HTTPMethod:                      x.r.Method,
		Headers:                         lastValues(headers),
		MultiValueHeaders:               headers,
		QueryStringParameters:           lastValues(x.queries()),
		MultiValueQueryStringParameters: nilIfEmpty(x.queries()),
		PathParameters:                  x.parameters,
		StageVariables:                  x.config.Mode.StageVariables,
		RequestContext:                  x.requestContext(),
	}
	if len(x.body) > 0 {
		body := string(x.body)
		e.Body = &body
	}
	return json.Marshal(e)
}

func (x *exchange) requestContext() requestContext {
	domain, _, err := net.SplitHostPort(x.r.Host)
	if err != nil {
		domain = x.r.Host
	}
	domainPrefix, _, _ := strings.Cut(domain, ".")
	c := requestContext{
		ResourceID:        identifier(x.method.route.Path, 6),
		ResourcePath:      x.method.route.Path,
		HTTPMethod:        x.r.Method,
		ExtendedRequestID: x.extendedID,
		RequestTime:       x.start.UTC().Format(requestTimeLayout),
		Path:              x.stagePath,
		AccountID:         x.config.AccountID,
		Protocol:          x.r.Proto,
		Stage:             x.config.Mode.Name,
		DomainPrefix:      domainPrefix,
		RequestTimeEpoch:  x.start.UnixMilli(),
		RequestID:         x.requestID,
		Identity:          caller{SourceIP: x.sourceIP},
		DomainName:        domain,
		DeploymentID:      identifier(x.apiID, 6),
		APIID:             x.apiID,
	}
	if agent := x.r.UserAgent(); agent != "" {
		c.Identity.UserAgent = &agent
	}
	if x.identity != nil {
		c.Authorizer = map[string]any{}
		for key, value := range x.identity.context {
			c.Authorizer[key] = value
		}
		c.Authorizer["principalId"] = x.identity.principalID
		c.Authorizer["integrationLatency"] = x.identity.latency.Milliseconds()
	}
	return c
}

// eventHeaders are the request's headers and those that AWS adds on the way.
func (x *exchange) eventHeaders() map[string][]string {
	headers := make(map[string][]string, len(x.r.Header)+5)
	for name, values := range x.r.Header {
		headers[name] = values
	}
	forwarded := x.sourceIP
	if before := x.r.Header.Get("X-Forwarded-For"); before != "" {
		forwarded = before + ", " + forwarded
	}
	_, port, err := net.SplitHostPort(x.r.Host)
	if err != nil {
		port = "443" // the default of https, which API Gateway serves
	}
	for name, value := range map[string]string{
		"Host": x.r.Host, "X-Amzn-Trace-Id": x.traceID,
		"X-Forwarded-For": forwarded, "X-Forwarded-Port": port, "X-Forwarded-Proto": scheme(x.r),
	} {
		headers[name] = []string{value}
	}
	return headers
}

func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// lastValues keeps the last value of each name; nil where there is no name.
func lastValues(all map[string][]string) map[string]string {
	if len(all) == 0 {
		return nil
	}
	last := make(map[string]string, len(all))
	for name, values := range all {
		last[name] = values[len(values)-1]
	}
	return last
}

func nilIfEmpty(all map[string][]string) map[string][]string {
	if len(all) == 0 {
		return nil
	}
	return all
}
