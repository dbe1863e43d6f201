package httpapi

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"portcullis/deploy/gateway/internal/stage"
)

// request is what the events of functions and of authorizers have in common in payload format 2.0. What is empty
// is absent.
type request struct {
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext        requestContext    `json:"requestContext"`
	PathParameters        map[string]string `json:"pathParameters,omitempty"`
	StageVariables        map[string]string `json:"stageVariables,omitempty"`
}

// event is the event of a function in payload format 2.0. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
type event struct {
	Version string `json:"version"`
	request
	Body            string `json:"body,omitempty"`
	IsBase64Encoded bool   `json:"isBase64Encoded"`
}

type requestContext struct {
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

func newEvent(x *stage.Exchange) event {
	e := event{Version: "2.0", request: newRequest(x)}
	e.RequestContext.Authorizer = authorizerInEvent(x)
	e.Body, e.IsBase64Encoded = bodyInEvent(x)
	return e
}

func newRequest(x *stage.Exchange) request {
	headers := joinedHeaders(x.EventHeaders())
	delete(headers, "cookie") // they are in a list of their own
	return request{
		RouteKey:              x.RouteKey(),
		RawPath:               pathInEvent(x),
		RawQueryString:        x.HTTP.URL.RawQuery,
		Cookies:               x.Cookies(),
		Headers:               headers,
		QueryStringParameters: joined(x.Queries()),
		RequestContext:        newRequestContext(x),
		PathParameters:        parametersInEvent(x),
		StageVariables:        x.Plan.StageVariables,
	}
}

// newRequestContext is the request's context without an authorizer.
func newRequestContext(x *stage.Exchange) requestContext {
	domain, domainPrefix := x.Domain()
	return requestContext{
		AccountID:    x.Config.AccountID,
		APIID:        x.APIID,
		DomainName:   domain,
		DomainPrefix: domainPrefix,
		HTTP: httpDescription{
			Method: x.HTTP.Method, Path: pathInEvent(x), Protocol: x.HTTP.Proto, SourceIP: x.SourceIP, UserAgent: x.HTTP.UserAgent(),
		},
		RequestID: x.ExtendedID,
		RouteKey:  x.RouteKey(),
		Stage:     x.Plan.Name,
		Time:      x.RequestTime(),
		TimeEpoch: x.Start.UnixMilli(),
	}
}

// authorizerInEvent is who calls: the signer, a token's claims, or what a Lambda authorizer says; nil where nobody was
// asked for.
func authorizerInEvent(x *stage.Exchange) map[string]any {
	switch {
	case x.Signer != nil:
		return map[string]any{"iam": map[string]any{
			"accessKey": x.Signer.AccessKey, "accountId": x.Signer.Account, "callerId": x.Signer.UserID,
			"cognitoIdentity": nil, "principalOrgId": nil, "userArn": x.Signer.ARN, "userId": x.Signer.UserID,
		}}
	case x.Identity == nil:
		return nil
	case x.Identity.Claims != nil:
		return map[string]any{"jwt": map[string]any{"claims": claimsInEvent(x.Identity.Claims), "scopes": x.Identity.Scopes}}
	case len(x.Identity.Context) == 0:
		return map[string]any{"lambda": nil}
	}
	return map[string]any{"lambda": x.Identity.Context}
}

// claimsInEvent are the claims in an HTTP API's events: texts all.
func claimsInEvent(claims map[string]any) map[string]string {
	texts := make(map[string]string, len(claims))
	for name, value := range claims {
		texts[name] = stage.ClaimText(value)
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

// bodyInEvent is the body in an event, and whether it is in base64: what is no text is, and what says it is one and
// is not. HTTP APIs do not decompress.
func bodyInEvent(x *stage.Exchange) (string, bool) {
	if len(x.Body) == 0 {
		return "", false
	}
	typed := x.HTTP.Header.Get("Content-Type") != "" && stage.ContentCoding(x.HTTP.Header) == ""
	if typed && isText(stage.MediaType(x.HTTP.Header)) && utf8.Valid(x.Body) {
		return string(x.Body), false
	}
	return base64.StdEncoding.EncodeToString(x.Body), true
}

// isText tells whether an HTTP API takes bodies of a media type for text.
func isText(mediaType string) bool {
	switch mediaType {
	case "application/json", "application/xml", "application/javascript":
		return true
	}
	return strings.HasPrefix(mediaType, "text/")
}
