// Package lambdaproxy is what the API's functions have in common: reading API Gateway's proxy events and the JSON bodies in
// them, and writing answers that both kinds of gateways and browsers take. It knows nothing of what a function does.
package lambdaproxy

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
)

// Event holds what is read of API Gateway's proxy events: those of REST APIs, and those of HTTP APIs with payload
// format version 1.0 or 2.0
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html).
type Event struct {
	Version string `json:"version"` // absent in REST events
	Type    string `json:"type"`    // in authorizer events only

	Resource                        string              `json:"resource"`
	Path                            string              `json:"path"`
	HTTPMethod                      string              `json:"httpMethod"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters"`

	RouteKey string `json:"routeKey"`
	RawPath  string `json:"rawPath"`

	Headers               map[string]string `json:"headers"`
	QueryStringParameters map[string]string `json:"queryStringParameters"`
	PathParameters        map[string]string `json:"pathParameters"`
	Body                  string            `json:"body"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
	RequestContext        struct {
		Path      string `json:"path"`
		RequestID string `json:"requestId"`
		HTTP      struct {
			Method string `json:"method"`
		} `json:"http"`
	} `json:"requestContext"`
}

// parse reads the event of a REST API, or of an HTTP API with payload version 1.0 or 2.0. Any other one is an [*EventError].
func parse(data []byte) (*Event, error) {
	e := new(Event)
	if err := json.Unmarshal(data, e); err != nil {
		return nil, &EventError{jsonProblem(err)}
	}
	switch e.Version {
	case "", "1.0":
		if e.HTTPMethod == "" || e.Resource == "" {
			return nil, &EventError{"httpMethod or resource is missing"}
		}
	case "2.0":
		if e.RouteKey == "" || e.RequestContext.HTTP.Method == "" {
			return nil, &EventError{"routeKey or requestContext.http.method is missing"}
		}
	default:
		return nil, &EventError{"unknown payload version"}
	}
	if e.Type != "" {
		return nil, &EventError{"it has a type, as the events of authorizers do"}
	}
	return e, nil
}

// jsonProblem describes err without the text that was parsed.
func jsonProblem(err error) string {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return wrong.Field + " is a JSON " + strings.Fields(wrong.Value)[0]
	}
	return "not valid JSON"
}

// Method is the request's method.
func (e *Event) Method() string {
	if e.Version == "2.0" {
		return e.RequestContext.HTTP.Method
	}
	return e.HTTPMethod
}

// Route returns the path template that API Gateway chose, such as "/users/{id}".
func (e *Event) Route() string {
	if e.Version == "2.0" {
		_, template, _ := strings.Cut(e.RouteKey, " ")
		return template
	}
	return e.Resource
}

// SentPath returns the request's path as the client sent it, with the stage.
func (e *Event) SentPath() string {
	switch {
	case e.Version == "2.0":
		return e.RawPath
	case e.RequestContext.Path != "":
		return e.RequestContext.Path
	default:
		return e.Path
	}
}

// Parameter returns a path parameter, percent-decoded once; "" where there is none. Events of HTTP APIs carry it decoded and
// those of REST APIs do not; to decode a second time would name something else than the path that was authorized.
// What cannot be decoded is an [*InputError].
func (e *Event) Parameter(name string) (string, error) {
	value := e.PathParameters[name]
	if e.Version != "" {
		return value, nil
	}
	decoded, err := url.PathUnescape(value)
	if err != nil {
		return "", &InputError{name, "has an invalid percent-encoding"}
	}
	return decoded, nil
}

// Header returns every value of a header, whatever the casing of its name (RFC 9110, section 5.1).
func (e *Event) Header(name string) []string {
	var values []string
	for key, several := range e.MultiValueHeaders {
		if strings.EqualFold(key, name) {
			values = append(values, several...)
		}
	}
	if values != nil {
		return values
	}
	for key, value := range e.Headers {
		if strings.EqualFold(key, name) {
			values = append(values, value)
		}
	}
	return values
}

// Query returns a query parameter that may be given once, and whether it is there. Given twice it
// is an [*InputError].
func (e *Event) Query(name string) (value string, given bool, err error) {
	several := e.MultiValueQueryStringParameters[name]
	if len(several) > 1 {
		return "", true, &InputError{name, "must be given once"}
	}
	value, given = e.QueryStringParameters[name]
	if !given && len(several) == 1 {
		return several[0], true, nil
	}
	return value, given, nil
}
