package authorizers

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"portcullis/policy"
)

// form is which kind of API an event of type REQUEST comes from, and in which payload format.
type form uint8

const (
	formREST      form = iota + 1
	formWebSocket      // of a $connect route
	formHTTP1          // an HTTP API, payload format 1.0
	formHTTP2          // an HTTP API, payload format 2.0
)

var formNames = map[form]string{formREST: "REST", formWebSocket: "WebSocket", formHTTP1: "HTTP 1.0", formHTTP2: "HTTP 2.0"}

// String is what an event of the form is called in an error.
func (f form) String() string { return formNames[f] }

// request is what matters of an event of type REQUEST.
type request struct {
	form           form
	arn            policy.ARN
	headers        values
	query          values
	sourceIP       netip.Addr // invalid where the event names none
	requestID      string
	route          string   // the route's key or resource
	identitySource []string // of HTTP APIs: the values that the gateway keeps the answer by
}

// values are headers or query parameters. A name has all the values that any spelling of it has.
type values map[string][]string

// requestEvent is the event of a REQUEST authorizer, in all its forms.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html,
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html and
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html.
type requestEvent struct {
	Version        string              `json:"version"`
	Type           string              `json:"type"`
	MethodARN      string              `json:"methodArn"`
	RouteARN       string              `json:"routeArn"`
	RouteKey       string              `json:"routeKey"`
	Resource       string              `json:"resource"`
	IdentitySource json.RawMessage     `json:"identitySource"`
	Headers        map[string]string   `json:"headers"`
	MultiHeaders   map[string][]string `json:"multiValueHeaders"`
	Query          map[string]string   `json:"queryStringParameters"`
	MultiQuery     map[string][]string `json:"multiValueQueryStringParameters"`
	Context        struct {
		RequestID string `json:"requestId"`
		Identity  struct {
			SourceIP string `json:"sourceIp"`
		} `json:"identity"`
		HTTP struct {
			SourceIP string `json:"sourceIp"`
		} `json:"http"`
	} `json:"requestContext"`
}

// parseRequest reads an event of type REQUEST. The error is an [*EventError].
func parseRequest(event []byte) (*request, error) {
	var e requestEvent
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, &EventError{"the event is no JSON object of the expected kind"}
	}
	if e.Type != "REQUEST" {
		return nil, &EventError{fmt.Sprintf("want an event of type REQUEST, got %.20q", e.Type)}
	}
	r := &request{requestID: e.Context.RequestID, route: e.RouteKey}
	if r.route == "" {
		r.route = e.Resource
	}
	if err := r.readForm(&e); err != nil {
		return nil, err
	}
	r.headers, r.query = merge(e.Headers, e.MultiHeaders, strings.ToLower), merge(e.Query, e.MultiQuery, plain)
	address := e.Context.Identity.SourceIP
	if r.form == formHTTP2 {
		address = e.Context.HTTP.SourceIP
	}
	if ip, err := netip.ParseAddr(address); err == nil {
		r.sourceIP = ip.Unmap()
	}
	return r, nil
}

// readForm finds out which kind of API the event comes from, and what is invoked there.
func (r *request) readForm(e *requestEvent) (err error) {
	name, text := "methodArn", e.MethodARN
	switch e.Version {
	case "":
		r.form = formREST
	case "1.0":
		r.form = formHTTP1
	case "2.0":
		r.form = formHTTP2
		name, text = "routeArn", e.RouteARN
		if len(e.IdentitySource) > 0 && json.Unmarshal(e.IdentitySource, &r.identitySource) != nil {
			return &EventError{"identitySource: want a list of texts"}
		}
	default:
		return &EventError{fmt.Sprintf("want payload format 1.0 or 2.0, got %.20q", e.Version)}
	}
	if r.arn, err = policy.ParseARN(text); err != nil {
		return &EventError{name + ": " + err.Error()}
	}
	if r.arn.RouteKey != "" {
		if r.form != formREST {
			return &EventError{name + " is that of a WebSocket API, and the event is that of an HTTP API"}
		}
		r.form, r.route = formWebSocket, r.arn.RouteKey
	}
	return nil
}

func plain(name string) string { return name }

// merge puts single and multiple values together. The single value of a name is the last one of its list, where
// the event has both.
func merge(single map[string]string, multi map[string][]string, fold func(string) string) values {
	all := values{}
	for name, list := range multi {
		all[fold(name)] = append(all[fold(name)], list...)
	}
	for name, value := range single {
		if !slices.Contains(multi[name], value) {
			all[fold(name)] = append(all[fold(name)], value)
		}
	}
	return all
}
