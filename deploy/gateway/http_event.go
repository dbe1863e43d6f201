package gateway

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// httpRequest is what the events of functions and of authorizers have in common in payload format 2.0. What is empty
// is absent.
type httpRequest struct {
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext        httpContext       `json:"requestContext"`
	PathParameters        map[string]string `json:"pathParameters,omitempty"`
	StageVariables        map[string]string `json:"stageVariables,omitempty"`
}

// httpEvent is the event of a function in payload format 2.0. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
type httpEvent struct {
	Version string `json:"version"`
	httpRequest
	Body            string `json:"body,omitempty"`
	IsBase64Encoded bool   `json:"isBase64Encoded"`
}

type httpContext struct {
	AccountID    string          `json:"accountId"`
	APIID        string          `json:"apiId"`
	Authorizer   map[string]any  `json:"authorizer,omitempty"`
	DomainName   string          `json:"domainName"`
	DomainPrefix string          `json:"domainPrefix"`
	HTTP         httpDescription `json:"http"`
	RequestID    string          `json:"requestId"`
	RouteKey     string          `json:"routeKey"`
	Stage        string          `json:"stage"`
	Time         string          `json:"time"`
	TimeEpoch    int64           `json:"timeEpoch"`
}

type httpDescription struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

func newHTTPEvent(x *exchange) httpEvent {
	e := httpEvent{Version: "2.0", httpRequest: newHTTPRequest(x)}
	e.RequestContext.Authorizer = httpAuthorizer(x)
	e.Body, e.IsBase64Encoded = httpBody(x)
	return e
}

func newHTTPRequest(x *exchange) httpRequest {
	headers := joinedHeaders(x.eventHeaders())
	delete(headers, "cookie") // they are in a list of their own
	return httpRequest{
		RouteKey:              x.routeKey(),
		RawPath:               httpPath(x),
		RawQueryString:        x.r.URL.RawQuery,
		Cookies:               x.cookies(),
		Headers:               headers,
		QueryStringParameters: joined(x.queries()),
		RequestContext:        newHTTPContext(x),
		PathParameters:        httpParameters(x),
		StageVariables:        x.mode.StageVariables,
	}
}

// newHTTPContext is the request's context without an authorizer.
func newHTTPContext(x *exchange) httpContext {
	domain, domainPrefix := x.domain()
	return httpContext{
		AccountID:    x.config.AccountID,
		APIID:        x.apiID,
		DomainName:   domain,
		DomainPrefix: domainPrefix,
		HTTP: httpDescription{
			Method: x.r.Method, Path: httpPath(x), Protocol: x.r.Proto, SourceIP: x.sourceIP, UserAgent: x.r.UserAgent(),
		},
		RequestID: x.extendedID,
		RouteKey:  x.routeKey(),
		Stage:     x.mode.Name,
		Time:      x.start.UTC().Format(requestTimeLayout),
		TimeEpoch: x.start.UnixMilli(),
	}
}

// httpAuthorizer is who calls: the signer, a token's claims, or what a Lambda authorizer says; nil where nobody was
// asked for.
func httpAuthorizer(x *exchange) map[string]any {
	switch {
	case x.signer != nil:
		return map[string]any{"iam": map[string]any{
			"accessKey": x.signer.accessKey, "accountId": x.signer.account, "callerId": x.signer.userID,
			"cognitoIdentity": nil, "principalOrgId": nil, "userArn": x.signer.arn, "userId": x.signer.userID,
		}}
	case x.identity == nil:
		return nil
	case x.identity.claims != nil:
		return map[string]any{"jwt": map[string]any{"claims": httpClaims(x.identity.claims), "scopes": x.identity.scopes}}
	case len(x.identity.context) == 0:
		return map[string]any{"lambda": nil}
	}
	return map[string]any{"lambda": x.identity.context}
}

// httpClaims are the claims in an HTTP API's events: texts all.
func httpClaims(claims map[string]any) map[string]string {
	texts := make(map[string]string, len(claims))
	for name, value := range claims {
		texts[name] = claimText(value)
	}
	return texts
}

// joinedHeaders gives headers by their names in lower case.
func joinedHeaders(headers map[string][]string) map[string]string {
	all := make(map[string]string, len(headers))
	for name, values := range headers {
		all[strings.ToLower(name)] = strings.Join(values, ",")
	}
	return all
}

// joined joins the values of each name by commas.
func joined(all map[string][]string) map[string]string {
	texts := make(map[string]string, len(all))
	for name, values := range all {
		texts[name] = strings.Join(values, ",")
	}
	return texts
}

// httpBody is the body in an event, and whether it is in base64: what is no text is, and what says it is one and
// is not.
func httpBody(x *exchange) (string, bool) {
	if len(x.body) == 0 {
		return "", false
	}
	if x.r.Header.Get("Content-Type") != "" && isText(mediaType(x.r.Header)) && utf8.Valid(x.body) {
		return string(x.body), false
	}
	return base64.StdEncoding.EncodeToString(x.body), true
}

// isText tells whether an HTTP API takes bodies of a media type for text.
func isText(mediaType string) bool {
	switch mediaType {
	case "application/json", "application/xml", "application/javascript":
		return true
	}
	return strings.HasPrefix(mediaType, "text/")
}
