// Package lambdaproxy is what the API's functions have in common: reading API Gateway's proxy events and the JSON bodies in
// them, and writing answers that both kinds of gateways and browsers take. It knows nothing of what a function does.
package lambdaproxy

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"portcullis/api/lambdajson"
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
	e, err := decode(data)
	if err != nil {
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

// decode is what encoding/json makes of an event.
func decode(data []byte) (*Event, error) {
	e, r := new(Event), lambdajson.NewReader(data)
	r.Object(eventMembers, func(name string) { e.readMember(r, name) })
	if r.Plain() {
		return e, nil
	}
	e = new(Event)
	return e, json.Unmarshal(data, e)
}

var (
	eventMembers = []string{
		"version", "type", "resource", "path", "httpMethod", "multiValueHeaders", "multiValueQueryStringParameters", "routeKey", "rawPath",
		"headers", "queryStringParameters", "pathParameters", "body", "isBase64Encoded", "requestContext",
	}
	contextMembers = []string{"path", "requestId", "http"}
	httpMembers    = []string{"method"}
)

func (e *Event) readMember(r *lambdajson.Reader, name string) {
	switch name {
	case "version":
		e.Version = r.Text()
	case "type":
		e.Type = r.Text()
	case "resource":
		e.Resource = r.Text()
	case "path":
		e.Path = r.Text()
	case "httpMethod":
		e.HTTPMethod = r.Text()
	case "multiValueHeaders":
		e.MultiValueHeaders = r.Lists()
	case "multiValueQueryStringParameters":
		e.MultiValueQueryStringParameters = r.Lists()
	case "routeKey":
		e.RouteKey = r.Text()
	case "rawPath":
		e.RawPath = r.Text()
	case "headers":
		e.Headers = r.Texts()
	case "queryStringParameters":
		e.QueryStringParameters = r.Texts()
	case "pathParameters":
		e.PathParameters = r.Texts()
	case "body":
		e.Body = r.Text()
	case "isBase64Encoded":
		e.IsBase64Encoded = r.Bool()
	case "requestContext":
		r.Object(contextMembers, func(name string) { e.readContext(r, name) })
	}
}

func (e *Event) readContext(r *lambdajson.Reader, name string) {
	switch name {
	case "path":
		e.RequestContext.Path = r.Text()
	case "requestId":
		e.RequestContext.RequestID = r.Text()
	case "http":
		r.Object(httpMembers, func(string) { e.RequestContext.HTTP.Method = r.Text() })
	}
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
