package websocket

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/plan"
)

// The kinds of events.
const (
	eventConnect    = "CONNECT"
	eventMessage    = "MESSAGE"
	eventDisconnect = "DISCONNECT"
)

// connectEvent is the event of the function behind $connect. Its members are in the order in which AWS writes them, as in all events here.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html.
type connectEvent struct {
	Headers                         folded[string]      `json:"headers"`
	MultiValueHeaders               folded[[]string]    `json:"multiValueHeaders"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters,omitempty"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters,omitempty"`
	StageVariables                  map[string]string   `json:"stageVariables,omitempty"`
	RequestContext                  requestContext      `json:"requestContext"`
	IsBase64Encoded                 bool                `json:"isBase64Encoded"`
}

// authorizerEvent is the event of the authorizer. Its maps are empty objects where they are empty.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html.
type authorizerEvent struct {
	Type                            string              `json:"type"`
	MethodARN                       string              `json:"methodArn"`
	Headers                         folded[string]      `json:"headers"`
	MultiValueHeaders               folded[[]string]    `json:"multiValueHeaders"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters"`
	StageVariables                  map[string]string   `json:"stageVariables"`
	RequestContext                  requestContext      `json:"requestContext"`
}

// messageEvent is the event of a function behind a route of messages: it has neither headers nor a query.
type messageEvent struct {
	StageVariables  map[string]string `json:"stageVariables,omitempty"`
	RequestContext  requestContext    `json:"requestContext"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// disconnectEvent is the event of the function behind $disconnect, whose headers are those of no request.
type disconnectEvent struct {
	Headers           disconnectHeaders[string]   `json:"headers"`
	MultiValueHeaders disconnectHeaders[[]string] `json:"multiValueHeaders"`
	StageVariables    map[string]string           `json:"stageVariables,omitempty"`
	RequestContext    requestContext              `json:"requestContext"`
	IsBase64Encoded   bool                        `json:"isBase64Encoded"`
}

type disconnectHeaders[V any] struct {
	Host         V `json:"Host"`
	APIKey       V `json:"x-api-key"`
	ForwardedFor V `json:"X-Forwarded-For"`
	RESTAPI      V `json:"x-restapi"`
}

// requestContext is that of all events. One whose connection was opened with an authorizer has what it said, to the connection's end.
type requestContext struct {
	RouteKey             string         `json:"routeKey"`
	Authorizer           map[string]any `json:"authorizer,omitempty"`
	MessageID            string         `json:"messageId,omitempty"`
	DisconnectStatusCode int            `json:"disconnectStatusCode,omitempty"`
	EventType            string         `json:"eventType"`
	ExtendedRequestID    string         `json:"extendedRequestId"`
	RequestTime          string         `json:"requestTime"`
	MessageDirection     string         `json:"messageDirection"`
	DisconnectReason     *string        `json:"disconnectReason,omitempty"`
	Stage                string         `json:"stage"`
	ConnectedAt          int64          `json:"connectedAt"`
	RequestTimeEpoch     int64          `json:"requestTimeEpoch"`
	Identity             identity       `json:"identity"`
	RequestID            string         `json:"requestId"`
	DomainName           string         `json:"domainName"`
	ConnectionID         string         `json:"connectionId"`
	APIID                string         `json:"apiId"`
}

// identity is what is known of who connected; what is not is left out.
type identity struct {
	AccountID *string `json:"accountId,omitempty"` // of who signed, as the four that follow
	Caller    *string `json:"caller,omitempty"`
	AccessKey *string `json:"accessKey,omitempty"`
	UserARN   *string `json:"userArn,omitempty"`
	User      *string `json:"user,omitempty"`
	APIKey    *string `json:"apiKey,omitempty"` // where a key is required, as the next
	APIKeyID  *string `json:"apiKeyId,omitempty"`
	UserAgent *string `json:"userAgent,omitempty"`
	SourceIP  string  `json:"sourceIp"`
}

func newRequestContext(x *stage.Exchange) requestContext {
	domain, _ := x.Domain()
	who := stage.NewEventIdentity(x)
	c := requestContext{
		RouteKey:          x.RouteKey(),
		MessageID:         x.Socket.MessageID,
		EventType:         x.Socket.EventType,
		ExtendedRequestID: x.ExtendedID,
		RequestTime:       x.RequestTime(),
		MessageDirection:  "IN",
		Stage:             x.Plan.Name,
		ConnectedAt:       x.Socket.ConnectedAt.UnixMilli(),
		RequestTimeEpoch:  x.Start.UnixMilli(),
		Identity: identity{
			AccountID: who.AccountID, Caller: who.Caller, AccessKey: who.AccessKey, UserARN: who.UserARN, User: who.User,
			APIKey: who.APIKey, APIKeyID: who.APIKeyID, UserAgent: who.UserAgent, SourceIP: who.SourceIP,
		},
		RequestID:    x.ExtendedID,
		DomainName:   domain,
		ConnectionID: x.Socket.ConnectionID,
		APIID:        x.APIID,
	}
	if x.Identity != nil {
		c.Authorizer = maps.Clone(x.Identity.Context)
		c.Authorizer["principalId"] = x.Identity.PrincipalID
	}
	return c
}

func newConnectEvent(x *stage.Exchange) ([]byte, error) {
	headers := headersOf(x)
	return json.Marshal(connectEvent{
		Headers: stage.LastValues(headers), MultiValueHeaders: headers,
		QueryStringParameters: stage.LastValues(x.Queries()), MultiValueQueryStringParameters: x.Queries(),
		StageVariables: x.Plan.StageVariables, RequestContext: newRequestContext(x),
	})
}

func newAuthorizerEvent(x *stage.Exchange, _ []string) ([]byte, error) {
	headers := headersOf(x)
	headers["Connection"], headers["Upgrade"], headers["content-length"] = []string{"upgrade"}, []string{"websocket"}, []string{"0"}
	return json.Marshal(authorizerEvent{
		Type: plan.Request, MethodARN: x.ARN(), Headers: stage.LastValues(headers), MultiValueHeaders: headers,
		QueryStringParameters: stage.MapOrEmpty(stage.LastValues(x.Queries())), MultiValueQueryStringParameters: stage.MapOrEmpty(x.Queries()),
		StageVariables: stage.MapOrEmpty(x.Plan.StageVariables), RequestContext: newRequestContext(x),
	})
}

// headersOf are the headers of a handshake without those that ask for it.
func headersOf(x *stage.Exchange) map[string][]string {
	headers := x.EventHeaders()
	maps.DeleteFunc(headers, func(name string, _ []string) bool {
		return strings.EqualFold(name, "Connection") || strings.EqualFold(name, "Upgrade") || strings.EqualFold(name, "Content-Length")
	})
	return headers
}

func newMessageEvent(body string) func(x *stage.Exchange) ([]byte, error) {
	return func(x *stage.Exchange) ([]byte, error) {
		return json.Marshal(messageEvent{StageVariables: x.Plan.StageVariables, RequestContext: newRequestContext(x), Body: body})
	}
}

func newDisconnectEvent(why ending) func(x *stage.Exchange) ([]byte, error) {
	return func(x *stage.Exchange) ([]byte, error) {
		e := disconnectEvent{
			Headers:           disconnectHeaders[string]{Host: x.HTTP.Host},
			MultiValueHeaders: disconnectHeaders[[]string]{[]string{x.HTTP.Host}, []string{""}, []string{""}, []string{""}},
			StageVariables:    x.Plan.StageVariables, RequestContext: newRequestContext(x),
		}
		e.RequestContext.DisconnectStatusCode, e.RequestContext.DisconnectReason = int(why.code), &why.reason
		return json.Marshal(e)
	}
}

// folded is a map that is written in the order of its names without their case, as AWS writes headers.
type folded[V any] map[string]V

// MarshalJSON writes the map.
func (f folded[V]) MarshalJSON() ([]byte, error) {
	var text bytes.Buffer
	text.WriteByte('{')
	for i, name := range slices.SortedFunc(maps.Keys(f), compareFolded) {
		value, err := json.Marshal(f[name])
		if err != nil {
			return nil, err
		}
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString(stage.QuotedJSON(name) + ":")
		text.Write(value)
	}
	text.WriteByte('}')
	return text.Bytes(), nil
}

func compareFolded(a, b string) int {
	return strings.Compare(strings.ToLower(a)+"\x00"+a, strings.ToLower(b)+"\x00"+b)
}
