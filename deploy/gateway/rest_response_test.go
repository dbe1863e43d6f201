package gateway_test

import (
	"encoding/json"
	"io"
	"net"
	"strings"
	"testing"

	"portcullis/api/contract"
)

const responsesText = `gatewayResponses:
  ACCESS_DENIED: {statusCode: 404, headers: {X-Reason: denied, x-request: $context.requestId}, body: '{"error":$context.error.messageString,"type":"$context.error.responseType","path":"$context.path"}'}
  DEFAULT_4XX: {headers: {X-Class: client}}
  DEFAULT_5XX: {statusCode: 503}
  INTEGRATION_FAILURE: {body: '{"status":$context.status}'}
`

func TestGatewayResponses(t *testing.T) {
	s := startStage(t, modeText+responsesText, nil)
	s.things.code = func([]byte) (string, error) { return "nonsense", nil }
	tests := []struct {
		request string
		status  int
		body    string
		header  string
	}{
		{"GET /test/things\nAuthorization: Bearer deny", 404, `{"error":"User is not authorized to access this resource with an explicit deny","type":"ACCESS_DENIED","path":"/test/things"}`, "X-Reason: denied"},
		{"GET /test/files/a\"b\nAuthorization: Bearer things", 404, `{"error":"User is not authorized to access this resource","type":"ACCESS_DENIED","path":"/test/files/a\"b"}`, "X-Reason: denied"},
		{"GET /test/things", 401, `{"message":"Unauthorized"}`, "X-Class: client"},
		{"GET /test/nowhere", 403, `{"message":"Missing Authentication Token"}`, "X-Class: client"},
		{"GET /other/things", 403, `{"message":"Forbidden"}`, "X-Class: "}, // no API is there that could set it
		{"GET /test/things\nAuthorization: Bearer broken", 503, `{"message":null}`, "X-Class: "},
		{"GET /test/open", 502, `{"status":502}`, "X-Class: "}, // a type's own wins over its class's
	}
	for _, test := range tests {
		got := s.send(t, test.request)
		name, value, _ := strings.Cut(test.header, ": ")
		body := strings.ReplaceAll(test.body, `a"b`, `a\"b`)
		if got.status != test.status || got.body != body || got.header.Get(name) != value {
			t.Errorf("%s\n got %d %s %v\nwant %d %s %s", test.request, got.status, got.body, got.header, test.status, body, test.header)
		}
		if strings.HasPrefix(test.body, `{"error"`) && got.header.Get("X-Request") != got.header.Get("x-amzn-RequestId") {
			t.Errorf("%s: %v", test.request, got.header)
		}
	}
}

// TestGatewayResponseNames: headers have the names that a mode gives them, once, in the place of the gateway's own.
func TestGatewayResponseNames(t *testing.T) {
	s := startStage(t, modeText+`gatewayResponses:
  UNAUTHORIZED: {headers: {WWW-Authenticate: 'Bearer realm="a", x="b"', x-lower: a, content-type: text/plain, X-AMZN-ERRORTYPE: Mine, access-control-allow-origin: "https://a.example"}}
`, nil)
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	io.WriteString(connection, "GET /test/things HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	answer, err := io.ReadAll(connection)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`WWW-Authenticate: Bearer realm="a", x="b"`, "x-lower: a", "Content-Type: text/plain", "X-AMZN-ERRORTYPE: Mine", "access-control-allow-origin: https://a.example"} {
		name, _, _ := strings.Cut(want, ":")
		if all := strings.ToLower(string(answer)); !strings.Contains(string(answer), "\r\n"+want+"\r\n") || strings.Count(all, "\n"+strings.ToLower(name)+":") != 1 {
			t.Errorf("want %s once in\n%s", want, answer)
		}
	}
}

// TestBinaryMediaTypes: what is binary travels in base64, in both directions.
func TestBinaryMediaTypes(t *testing.T) {
	for _, test := range []struct {
		types, contentType, accept string
		in, out                    bool // in base64 to the function, and decoded from it
	}{
		{"[]", "image/png", "image/png", false, false},
		{"[image/png]", "image/png", "image/png", true, true},
		{"[image/png]", "IMAGE/PNG; q=1", "image/png;q=0.5", true, true},
		{"[image/*]", "image/gif", "image/webp, text/html", true, true},
		{"['*/*']", "text/plain", "text/plain", true, true},
		{"['*/*']", "", "", true, true},
		{"[image/png]", "text/plain", "text/html, image/png", false, false}, // only the first of Accept counts
		{"[image/png]", "image/pngx", "*/*", false, false},
	} {
		s := startStage(t, modeText+"binaryMediaTypes: "+test.types+"\n", nil)
		s.things.code = func([]byte) (string, error) {
			return `{"body":"aGVsbG8=","isBase64Encoded":true,"headers":{"Content-Type":"image/png"}}`, nil
		}
		headers := "\nAuthorization: Bearer all"
		if test.contentType != "" {
			headers += "\nContent-Type: " + test.contentType
		}
		if test.accept != "" {
			headers += "\nAccept: " + test.accept
		}
		got := s.send(t, "PUT /test/things"+headers+"\n\n{\"a\":1}")
		event := s.things.last(t)
		in, out := `{"a":1}`, "aGVsbG8="
		if test.in {
			in = "eyJhIjoxfQ=="
		}
		if test.out {
			out = "hello"
		}
		if event["isBase64Encoded"] != test.in || event["body"] != in || got.body != out {
			t.Errorf("%+v: the function got %v (%v), the client %q (%d)", test, event["body"], event["isBase64Encoded"], got.body, got.status)
		}
	}
}

func TestLimits(t *testing.T) {
	s := newStage(t, nil)
	long := strings.Repeat("x", 10_000)
	if got := s.send(t, "GET /test/open\nX-Long: "+long+long[:200]); got.status != 431 {
		t.Errorf("a head over 10,240 bytes: %d %s", got.status, got.body)
	}
	if got := s.send(t, "GET /test/open\nX-Long: "+long); got.status != 200 {
		t.Errorf("a head below: %d %s", got.status, got.body)
	}
	// 7 MB of body are within the gateway's limit, and beyond that of a function's event.
	if got := s.send(t, "PUT /test/things\nAuthorization: Bearer all\nContent-Type: text/plain\n\n"+strings.Repeat("x", 7<<20)); got.status != 413 || s.things.calls() != 1 {
		t.Errorf("an event over 6 MB: %d %s", got.status, got.body)
	}
	s.things.code = func([]byte) (string, error) { return `{"body":"` + strings.Repeat("x", 6<<20) + `"}`, nil }
	if got := s.send(t, "GET /test/open"); got.status != 502 {
		t.Errorf("an answer over 6 MB: %d", got.status)
	}
}

// TestMisfits: what of a body does not fit is said in the words of API Gateway's validator, in a gateway response, but for
// passwords and the like; and in the trace with its place and without any value.
func TestMisfits(t *testing.T) {
	const properties = `{name: {type: string, minLength: 2, maxLength: 3, pattern: "^[a-z]*$"}, kind: {enum: [a, b]}, size: {type: number, minimum: 1, maximum: 9.5}, count: {type: integer, exclusiveMinimum: 0, exclusiveMaximum: 10}, ` +
		`when: {type: string, format: date-time}, list: {type: array, minItems: 1, maxItems: 2, uniqueItems: true, items: {type: [string, "null"]}}, some: {anyOf: [{type: string}, {type: boolean}]}, ` +
		`one: {oneOf: [{type: string}, {type: boolean}]}, no: {not: {type: string}}, step: {multipleOf: 2}, box: {type: object, minProperties: 1, required: [lid, key], additionalProperties: false, properties: {lid: {}, key: {}}}, ` +
		`newPassword: {type: string, pattern: "^(?=.*[0-9]).{8,}$"}}`
	s := startStage(t, modeText+`gatewayResponses: {BAD_REQUEST_BODY: {body: '{"why":"$context.error.validationErrorString"}'}}`+"\n", func(c *setting) {
		var err error
		changed := with(contractText, "{name: {type: string, minLength: 1}, kind: {const: thing}, size: {type: integer, exclusiveMinimum: 0, exclusiveMaximum: 10}}", properties, "required: [name], ", "")
		if c.Contract, err = contract.Parse("contract.yaml", []byte(changed)); err != nil {
			t.Fatal(err)
		}
		c.ShowTrace = true
	})
	for _, test := range []struct{ body, why, trace string }{
		{`{`, `[Unknown error parsing request body]`, `Unknown error parsing request body`},
		{`[]`, `[instance type (array) does not match any allowed primitive type (allowed: ["object"])]`, `instance type (array) does not match any allowed primitive type (allowed: ["object"])`},
		{`{"z":1,"y":2}`, `[object instance has properties which are not allowed by the schema: ["y","z"]]`, `object instance has properties which are not allowed by the schema: ["y","z"]`},
		{`{"name":7}`, `[instance type (integer) does not match any allowed primitive type (allowed: ["string"])]`, `/name: instance type (integer) does not match any allowed primitive type (allowed: ["string"])`},
		{`{"size":"7"}`, `[instance type (string) does not match any allowed primitive type (allowed: ["integer","number"])]`, ``},
		{`{"count":1.5}`, `[instance type (number) does not match any allowed primitive type (allowed: ["integer"])]`, ``},
		{`{"name":null}`, `[instance type (null) does not match any allowed primitive type (allowed: ["string"])]`, ``},
		{`{"name":"a"}`, `[string "a" is too short (length: 1, required minimum: 2)]`, ``},
		{`{"name":"a<&d"}`, `[string "a<&d" is too long (length: 4, maximum allowed: 3), ECMA 262 regex "^[a-z]*$" does not match input string "a<&d"]`,
			`/name: string … is too long (length: 4, maximum allowed: 3); /name: ECMA 262 regex "^[a-z]*$" does not match input string …`},
		{`{"kind":"c"}`, `[instance value ("c") not found in enum (possible values: ["a","b"])]`, ``},
		{`{"size":0.5}`, `[numeric instance is lower than the required minimum (minimum: 1, found: 0.5)]`, ``},
		{`{"size":10}`, `[numeric instance is greater than the required maximum (maximum: 9.5, found: 10)]`, ``},
		{`{"count":0}`, `[numeric instance is not strictly greater than the required minimum 0]`, ``},
		{`{"count":-1}`, `[numeric instance is lower than the required minimum (minimum: 0, found: -1)]`, ``},
		{`{"count":10}`, `[numeric instance is not strictly lower than the required maximum 10]`, ``},
		{`{"count":11}`, `[numeric instance is greater than the required maximum (maximum: 10, found: 11)]`, ``},
		{`{"when":"now"}`, `[string "now" is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]]`, ``},
		{`{"list":[]}`, `[array is too short: must have at least 1 elements but instance has 0 elements]`, ``},
		{`{"list":["a","b","c"]}`, `[array is too long: must have at most 2 elements but instance has 3 elements]`, ``},
		{`{"list":["a","a"]}`, `[array must not contain duplicate elements]`, ``},
		{`{"list":["a",true]}`, `[instance type (boolean) does not match any allowed primitive type (allowed: ["null","string"])]`, `/list/1: instance type (boolean) does not match any allowed primitive type (allowed: ["null","string"])`},
		{`{"some":1}`, `[instance failed to match at least one required schema among 2]`, ``},
		{`{"one":1}`, `[instance failed to match exactly one schema (matched 0 out of 2)]`, ``},
		{`{"no":"a"}`, `[instance matched a schema which it should not have]`, ``},
		{`{"step":3}`, `[remainder of division is not zero (3 / 2)]`, ``},
		{`{"box":{}}`, `[object has too few properties (found 0 but schema requires at least 1), object has missing required properties (["key","lid"])]`, ``},
		{`{"box":{"lid":1,"key":2,"a/b":3},"kind":"c"}`, `[object instance has properties which are not allowed by the schema: ["a/b"], instance value ("c") not found in enum (possible values: ["a","b"])]`,
			`/box: object instance has properties which are not allowed by the schema: ["a/b"]; /kind: instance value (…) not found in enum (possible values: ["a","b"])`},
		{`{"newPassword":"opensesame"}`, `[ECMA 262 regex "^(?=.*[0-9]).{8,}$" does not match input string "…"]`, `/newPassword: ECMA 262 regex "^(?=.*[0-9]).{8,}$" does not match input string …`},
		{`{"kind":"` + strings.Repeat("c", 200) + `"}`, `[instance value ("` + strings.Repeat("c", 99) + `…) not found in enum (possible values: ["a","b"])]`, ``},
	} {
		got, trace := s.traced(t, "POST /test/things\nAuthorization: Bearer all\n\n"+test.body)
		var body struct{ Why string }
		if err := json.Unmarshal([]byte(got.body), &body); err != nil || got.status != 400 || body.Why != test.why {
			t.Errorf("%.60s: status %d, %s\nwant %s", test.body, got.status, body.Why, test.why)
		}
		if test.trace != "" && trace.Validation != test.trace {
			t.Errorf("%.60s: the trace says %s\nwant %s", test.body, trace.Validation, test.trace)
		}
	}
	many, trace := s.traced(t, "POST /test/things\nAuthorization: Bearer all\n\n{\"list\":["+strings.Repeat("1,", 50)+"2]}")
	if !strings.HasSuffix(many.body, `, and 33 more]"}`) || len(trace.Validation) > 10_000 {
		t.Errorf("%s", many.body)
	}
}
