package functions

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// echo stands for a function that is not there yet, so that access can be tried before it is: it answers with what its event says of
// the request and of the caller. Of headers nothing is said, since credentials are among them.
type echo struct{}

// echoedEvent is what is read of events of REST and HTTP APIs, in both formats, and of WebSocket APIs. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
type echoedEvent struct {
	HTTPMethod            string            `json:"httpMethod"`
	Path                  string            `json:"path"`
	RawPath               string            `json:"rawPath"`
	Resource              string            `json:"resource"`
	RouteKey              string            `json:"routeKey"`
	PathParameters        map[string]string `json:"pathParameters"`
	QueryStringParameters map[string]string `json:"queryStringParameters"`
	Body                  *string           `json:"body"`
	RequestContext        struct {
		Authorizer    json.RawMessage `json:"authorizer"`
		OperationName string          `json:"operationName"`
		RouteKey      string          `json:"routeKey"`
		EventType     string          `json:"eventType"`
		HTTP          struct {
			Method string `json:"method"`
		} `json:"http"`
	} `json:"requestContext"`
}

// echoedAnswer is the body of an answer. Of a message, only the route, the body and the caller are there.
type echoedAnswer struct {
	Echo           string            `json:"echo"` // that this is no answer of the API's own
	Method         string            `json:"method,omitempty"`
	Path           string            `json:"path,omitempty"`
	Resource       string            `json:"resource,omitempty"`
	PathParameters map[string]string `json:"pathParameters,omitempty"`
	Query          map[string]string `json:"query,omitempty"`
	RouteKey       string            `json:"routeKey,omitempty"`
	Body           *string           `json:"body,omitempty"`
	Authorizer     json.RawMessage   `json:"authorizer,omitempty"`
	OperationName  string            `json:"operationName,omitempty"`
}

// Invoke answers with the status 200 and a JSON object.
func (echo) Invoke(_ context.Context, event []byte) ([]byte, error) {
	var e echoedEvent
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, fmt.Errorf("echo: want an event of API Gateway: %w", err)
	}
	body, err := json.Marshal(e.answer())
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"statusCode": 200, "headers": map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store"}, "body": string(body) + "\n",
	})
}

func (e echoedEvent) answer() echoedAnswer {
	a := echoedAnswer{
		Echo: "no function is given: this is what its event says", Body: e.Body, Authorizer: e.RequestContext.Authorizer, OperationName: e.RequestContext.OperationName,
	}
	if e.RequestContext.EventType != "" {
		a.RouteKey = e.RequestContext.RouteKey
		return a
	}
	_, route, _ := strings.Cut(e.RouteKey, " ")
	a.Method, a.Path, a.Resource = cmp.Or(e.HTTPMethod, e.RequestContext.HTTP.Method), cmp.Or(e.Path, e.RawPath), cmp.Or(e.Resource, route, e.RouteKey)
	a.PathParameters, a.Query = e.PathParameters, e.QueryStringParameters
	return a
}
