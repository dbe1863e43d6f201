// Package proxytest makes API Gateway's proxy events, and reads the answers to them, for tests of the API's functions. The
// events are those that AWS documents, filled in for a request.
package proxytest

import (
	"context"
	"embed"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Kinds are the gateways whose events there are: REST APIs, and HTTP APIs with payload version 1.0 and 2.0.
var Kinds = []string{"rest", "http1", "http2"}

//go:embed testdata
var files embed.FS

// Call is a request as a client sends it, and the route that the gateway chooses for it.
type Call struct {
	Method string
	Path   string // with the query, without the stage
	Route  string // such as /users/{id}; "": the path without the query
	// Parameters are the path's parameters, percent-encoded as the client sends them.
	Parameters map[string]string
	Body       string
	Header     map[string][]string // replaces what the event has, none where a header has no value
}

// Answer is what a function says, the body as it is.
type Answer struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

// WantShape ends the test unless an answer is one that the gateways take, of one of the statuses, with a JSON object for a body
// that has a member "error" where the status says so.
func WantShape(t testing.TB, out []byte, statuses ...int) Answer {
	t.Helper()
	var a Answer
	var body map[string]any
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatalf("answer %q: %v", out, err)
	}
	if err := json.Unmarshal([]byte(a.Body), &body); err != nil {
		t.Fatalf("body %q: %v", a.Body, err)
	}
	if !slices.Contains(statuses, a.StatusCode) {
		t.Fatalf("answer %s", out)
	}
	if _, isError := body["error"]; isError != (a.StatusCode >= 400) {
		t.Fatalf("status %d with body %s", a.StatusCode, a.Body)
	}
	return a
}

// Invoke has a function answer an event.
func Invoke(t testing.TB, f interface {
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}, event []byte) Answer {
	t.Helper()
	out, err := f.Invoke(t.Context(), event)
	if err != nil {
		t.Fatalf("Invoke: %v", err)
	}
	var a Answer
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatalf("answer %s: %v", out, err)
	}
	return a
}

// Others are events of other kinds, which no function of the API takes, and texts that are no events.
func Others(t testing.TB) []string {
	t.Helper()
	events := []string{"", "null", "[]", "{}", `"x"`, "{", `{"version":"3.0","httpMethod":"GET","resource":"/users"}`, `{"version":2}`,
		`{"httpMethod":"GET","resource":"/users","body":{"authorizationToken":1}}`}
	entries, err := files.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "other-") {
			events = append(events, string(read(t, entry.Name())))
		}
	}
	return events
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := files.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

type object = map[string]any

// Event is the event of a call at a gateway of the kind.
func Event(t testing.TB, kind string, c Call) []byte {
	t.Helper()
	path, text, _ := strings.Cut(c.Path, "?")
	query, err := url.ParseQuery(text)
	if err != nil {
		t.Fatal(err)
	}
	if c.Route == "" {
		c.Route = path
	}
	e := object{}
	if err := json.Unmarshal(read(t, kind+".json"), &e); err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	if len(c.Parameters) > 0 {
		e["pathParameters"] = parameters(t, kind, c.Parameters)
	}
	if c.Body != "" {
		e["body"] = c.Body
	}
	if kind == "http2" {
		fillHTTP2(e, c, path, query)
	} else {
		fillVersion1(e, c, path, query)
	}
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// parameters are percent-decoded by HTTP APIs and not by REST APIs.
func parameters(t testing.TB, kind string, sent map[string]string) object {
	t.Helper()
	all := object{}
	for name, value := range sent {
		if kind != "rest" {
			decoded, err := url.PathUnescape(value)
			if err != nil {
				t.Fatal(err)
			}
			value = decoded
		}
		all[name] = value
	}
	return all
}

func fillVersion1(e object, c Call, path string, query url.Values) {
	context := e["requestContext"].(object)
	context["path"] = strings.Replace(context["path"].(string), e["path"].(string), path, 1)
	e["path"], e["httpMethod"], context["httpMethod"] = path, c.Method, c.Method
	e["resource"], context["resourcePath"] = c.Route, c.Route
	single, multi := e["headers"].(object), e["multiValueHeaders"].(object)
	for name, values := range c.Header {
		delete(single, name)
		delete(multi, name)
		if len(values) > 0 {
			single[name], multi[name] = values[len(values)-1], values
		}
	}
	if len(query) > 0 {
		last := object{}
		for name, values := range query {
			last[name] = values[len(values)-1]
		}
		e["queryStringParameters"], e["multiValueQueryStringParameters"] = last, query
	}
}

func fillHTTP2(e object, c Call, path string, query url.Values) {
	context := e["requestContext"].(object)
	http := context["http"].(object)
	key := c.Method + " " + c.Route
	e["routeKey"], context["routeKey"], http["method"] = key, key, c.Method
	e["rawPath"], http["path"] = "/prod"+path, "/prod"+path
	headers := e["headers"].(object)
	for name, values := range c.Header {
		delete(headers, strings.ToLower(name))
		if len(values) > 0 {
			headers[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	if len(query) > 0 {
		joined := object{}
		for name, values := range query {
			joined[name] = strings.Join(values, ",")
		}
		e["queryStringParameters"], e["rawQueryString"] = joined, query.Encode()
	}
}
