package users_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/api/users"
)

// kinds are the gateways whose events stand in testdata, <kind>-users.json and <kind>-user.json each.
var kinds = []string{"rest", "http1", "http2"}

// call is a request as a client sends it.
type call struct {
	method string
	path   string // /users or /users/<percent-encoded segment>, with the query
	body   string
	header map[string][]string
}

// answer is what the function says, the body as it is.
type answer struct {
	StatusCode      int               `json:"statusCode"`
	Headers         map[string]string `json:"headers"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

type object = map[string]any

func load(t testing.TB, name string) object {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	e := object{}
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return e
}

// eventOf makes the event of a call, out of the one in testdata.
func eventOf(t testing.TB, kind string, c call) []byte {
	t.Helper()
	path, query, _ := strings.Cut(c.path, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	segment, single := strings.CutPrefix(path, "/users/")
	name := kind + "-users"
	if single {
		name = kind + "-user"
	}
	e := load(t, name)
	if single {
		e["pathParameters"] = object{"id": pathParameter(t, kind, segment)}
	}
	if c.body != "" {
		e["body"] = c.body
	}
	if kind == "http2" {
		fillHTTP2(e, c, path, values)
	} else {
		fillVersion1(e, c, path, values)
	}
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// pathParameter is percent-decoded by HTTP APIs and not by REST APIs.
func pathParameter(t testing.TB, kind, segment string) string {
	t.Helper()
	if kind == "rest" {
		return segment
	}
	decoded, err := url.PathUnescape(segment)
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

func fillVersion1(e object, c call, path string, query url.Values) {
	context := e["requestContext"].(object)
	context["path"] = strings.Replace(context["path"].(string), e["path"].(string), path, 1)
	e["path"], e["httpMethod"], context["httpMethod"] = path, c.method, c.method
	single, multi := e["headers"].(object), e["multiValueHeaders"].(object)
	for name, values := range c.header {
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

func fillHTTP2(e object, c call, path string, query url.Values) {
	context := e["requestContext"].(object)
	http := context["http"].(object)
	_, route, _ := strings.Cut(e["routeKey"].(string), " ")
	e["routeKey"], context["routeKey"], http["method"] = c.method+" "+route, c.method+" "+route, c.method
	e["rawPath"], http["path"] = "/prod"+path, "/prod"+path
	headers := e["headers"].(object)
	for name, values := range c.header {
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

func invoke(t testing.TB, h *users.Handler, event []byte) answer {
	t.Helper()
	out, err := h.Invoke(t.Context(), event)
	if err != nil {
		t.Fatalf("Invoke: %v", err)
	}
	var a answer
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatalf("answer %s: %v", out, err)
	}
	return a
}
