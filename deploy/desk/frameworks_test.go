package desk_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/desk"
	"portcullis/deploy/testtools"
)

const frameworksContract = `openapi: 3.1.0
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
paths:
  /{proxy+}: {x-amazon-apigateway-any-method: {security: []}}
  /me: {get: {security: [bearer: [things/read]]}}
`

// frameworksModes are the kinds of events that adapters tell apart, each with another kind of authorizer. Their words are those by which rows
// tell of them: of REST APIs and payload 1.0 there are lists beside single values, and "text" has no binary media types.
var frameworksModes = []struct{ name, words, text string }{
	{"rest", "REST lists text", `
gateway: REST
authorization: TOKEN
authorizer: {function: token, identitySource: method.request.header.Authorization}
`},
	{"binary", "REST lists", `
gateway: REST
authorization: COGNITO_USER_POOLS
authorizer: {identitySource: method.request.header.Authorization}
binaryMediaTypes: ["*/*"]
`},
	{"http", "HTTP 2.0", `
gateway: HTTP
authorization: JWT
authorizer: {identitySource: $request.header.Authorization}
cors: {allowMethods: [GET, POST], allowHeaders: [authorization], allowOrigins: ["https://page.example"]}
`},
	{"one", "HTTP 1.0 lists", `
gateway: HTTP
authorization: REQUEST
authorizer: {function: jwt, identitySource: $request.header.Authorization}
payloadFormatVersion: "1.0"
`},
}

// frameworkRow is a request, which of the answer's headers are looked at, and the answer. but has those of adapters and modes that have all
// words of its key; the longest key counts.
type frameworkRow struct {
	request, headers, want string
	but                    map[string]string
}

// frameworkRows: a line a case.
var frameworkRows = []frameworkRow{
	{"GET /where/x?a=1", "", "200 /where/x?a=1", map[string]string{
		// Paths of HTTP APIs begin with the stage. An app has its routes below it, or the adapter takes it off: serverless-http's basePath does.
		"serverless-express 2.0": "200 /http/where/x?a=1", "hono 2.0": "200 /http/where/x?a=1", "hono 1.0": "200 /one/where/x?a=1",
	}},
	{"GET /echo/a%20b/%C3%A9?x=1&y=%C3%A9+z", "", `200 {"method":"GET","rest":"a b|é","query":{"x":"1","y":"é z"}}`, nil},
	{"GET /echo/a+b", "", `200 {"method":"GET","rest":"a+b","query":{}}`, nil},
	// What is decoded once is decoded once more by a framework: rawPath of payload 2.0 is, and of payload 1.0 the path parameter proxy, which
	// serverless-express takes in the place of the path.
	{"GET /echo/a%2Fb", "", `200 {"method":"GET","rest":"a/b","query":{}}`, map[string]string{
		"2.0": `200 {"method":"GET","rest":"a|b","query":{}}`, "serverless-express 1.0": `200 {"method":"GET","rest":"a|b","query":{}}`,
	}},
	{"GET /echo/c%25d", "", `200 {"method":"GET","rest":"c%d","query":{}}`, map[string]string{"2.0": "400 refused", "serverless-express 1.0": "400 refused"}},
	{"GET /echo/x/", "", `200 {"method":"GET","rest":"x|","query":{}}`, map[string]string{
		"serverless-express REST": `200 {"method":"GET","rest":"x","query":{}}`, // the path parameter has no slash at its end
	}},
	{"GET /echo/x?a=1&a=2&b=&c", "", `200 {"method":"GET","rest":"x","query":{"a":["1","2"],"b":"","c":""}}`, nil},
	{"GET /echo/x?a=1%262&b%5B%5D=2", "", `200 {"method":"GET","rest":"x","query":{"a":"1&2","b[]":"2"}}`, nil},
	{"GET /echo/x\nX-Many: one\nX-Many: two", "", `200 {"method":"GET","rest":"x","query":{},"many":"one,two"}`, map[string]string{
		"serverless-http lists": `200 {"method":"GET","rest":"x","query":{},"many":"two"}`, // headers, with the last ones, win over multiValueHeaders
		"hono lists":            `200 {"method":"GET","rest":"x","query":{},"many":"one, two"}`,
	}},
	{"GET /echo/x\nCookie: a=1; b=2", "", `200 {"method":"GET","rest":"x","query":{},"cookie":"a=1; b=2"}`, nil},
	{"GET /echo/x\nCookie: a=1\nCookie: b=2", "", `200 {"method":"GET","rest":"x","query":{},"cookie":"a=1; b=2"}`, map[string]string{
		"serverless-http lists":    `200 {"method":"GET","rest":"x","query":{},"cookie":"b=2"}`, // as with other headers
		"serverless-express lists": `200 {"method":"GET","rest":"x","query":{},"cookie":"a=1,b=2"}`,
	}},
	{"POST /echo/x\nContent-Type: application/json\n\n{\"name\":\"Ä\"}", "", `200 {"method":"POST","rest":"x","query":{},"body":{"name":"Ä"}}`, nil},
	{"POST /echo/x\nContent-Type: application/json\n\n{\"name\":", "", "400 refused", nil},
	{"POST /echo/x\nContent-Type: application/x-www-form-urlencoded\n\na=1&b=%C3%A9+x&b=2", "", `200 {"method":"POST","rest":"x","query":{},"body":{"a":"1","b":["é x","2"]}}`, nil},
	{"POST /echo/x\nContent-Type: text/plain\n\nGrüße", "", `200 {"method":"POST","rest":"x","query":{},"body":"7 f83e0397"}`, nil},
	{"POST /echo/x\nContent-Type: application/octet-stream\n\n\x00\xff\x80", "", `200 {"method":"POST","rest":"x","query":{},"body":"3 f742b965"}`, map[string]string{
		"text": `200 {"method":"POST","rest":"x","query":{},"body":"7 58c1b491"}`, // a REST API takes it for UTF-8 without binary media types
	}},
	{"POST /echo/x", "", `200 {"method":"POST","rest":"x","query":{}}`, nil},
	{"PUT /echo/x\nContent-Type: application/json\n\n{}", "", `200 {"method":"PUT","rest":"x","query":{},"body":{}}`, nil},
	{"PATCH /echo/x\nContent-Type: application/json\n\n[]", "", `200 {"method":"PATCH","rest":"x","query":{},"body":[]}`, nil},
	{"DELETE /echo/x", "", `200 {"method":"DELETE","rest":"x","query":{}}`, nil},
	{"HEAD /echo/x", "", "200 ", nil},
	{"OPTIONS /echo/x", "", `200 {"method":"OPTIONS","rest":"x","query":{}}`, nil},
	{"OPTIONS /echo/x\nOrigin: https://page.example\nAccess-Control-Request-Method: POST", "Access-Control-Allow-Origin", `200 {"method":"OPTIONS","rest":"x","query":{}}`, map[string]string{
		"2.0": "204 Access-Control-Allow-Origin: https://page.example; ", // the mode with cors, which answers itself
	}},
	{"GET /nothing\nOrigin: https://page.example", "Access-Control-Allow-Origin", "204 ", map[string]string{"2.0": "204 Access-Control-Allow-Origin: https://page.example; "}},
	{"GET /status/201", "", "201 201", nil},
	{"GET /status/404", "", "404 404", nil},
	{"GET /status/418", "", "418 418", nil},
	{"GET /status/503", "", "503 503", nil},
	{"GET /fails", "", "500 refused", nil},
	{"GET /moved", "Location", "302 Location: /echo/there?a=1&b=%C3%A9; ", map[string]string{
		"express": "302 Location: /echo/there?a=1&b=%C3%A9; Found. Redirecting to /echo/there?a=1&b=%C3%A9",
	}},
	{"GET /cookies", "Set-Cookie", "200 Set-Cookie: a=1; Path=/; HttpOnly; Set-Cookie: b=two%3B%20three; Path=/; set", nil},
	{"GET /several", "X-Several", "200 X-Several: one, two; several", map[string]string{
		"serverless-http lists":    "200 X-Several: one; X-Several: two; X-Several: one, two; several", // it says both headers and multiValueHeaders
		"serverless-express lists": "200 X-Several: one; X-Several: two; several",
		"serverless-express 2.0":   "200 X-Several: one,two; several",
	}},
	{"GET /page", "Content-Encoding", "200 3437 bytes, 9f6071a4", nil},
	{"GET /page\nAccept-Encoding: gzip\nAccept: text/html", "Content-Encoding", "200 Content-Encoding: gzip; 3437 bytes, 9f6071a4", map[string]string{
		"text": "200 Content-Encoding: gzip; no gzip", // without binary media types it stays in base64
	}},
	{"GET /picture\nAccept: image/png", "Content-Type", "200 Content-Type: image/png; 256 bytes, 40aff2e9", map[string]string{"text": "200 Content-Type: image/png; 344 bytes, ab7727e2"}},
	{"GET /me\nAuthorization: Bearer TOKEN", "", "200 local-machine", nil},
	{"GET /me", "", `401 {"message":"Unauthorized"}`, nil},
}

// TestFrameworks: apps of frameworks for the web get and answer requests by their adapters for Lambda as they do behind API Gateway.
func TestFrameworks(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("it starts no scripts")
	}
	for _, test := range []struct{ name, words string }{
		{"serverless-http", "serverless-http express"},
		{"serverless-http-plain", "serverless-http"},
		{"serverless-express", "serverless-express express"},
		{"hono", "hono"},
	} {
		t.Run(test.name, func(t *testing.T) {
			env := frameworkModules(t, test.words)
			d := startFramework(t, desk.Config{Environ: env, Env: []string{"NODE_PATH", "ADAPTER=" + test.name}})
			token := machineToken(t, d, "things/read")
			for _, mode := range frameworksModes {
				for _, row := range frameworkRows {
					want := row.wanted(test.words + " " + mode.words)
					if got := exchange(t, d.url+"/"+mode.name, strings.Replace(row.request, "TOKEN", token, 1), row.headers); got != want {
						t.Errorf("%s: %q: %q, want %q", mode.name, row.request, got, want)
					}
				}
			}
		})
	}
}

// wanted is the answer of an adapter and a mode, by the words of both.
func (r frameworkRow) wanted(words string) string {
	want, longest := r.want, 0
	for key, other := range r.but {
		holds := !slices.ContainsFunc(strings.Fields(key), func(word string) bool { return !slices.Contains(strings.Fields(words), word) })
		if holds && len(key) > longest {
			want, longest = other, len(key)
		}
	}
	return want
}

// frameworkModules gives an environment in which node finds what an adapter's words name, or skips.
func frameworkModules(t *testing.T, words string) (env []string) {
	t.Helper()
	for _, word := range strings.Fields(words) {
		module := map[string][2]string{
			"serverless-http": {"serverless-http", "4"}, "serverless-express": {"@vendia/serverless-express", "4"}, "express": {"express", "5"}, "hono": {"hono", "4"},
		}[word]
		_, env = testtools.NodeModule(t, module[0], module[1])
	}
	return env
}

// startFramework starts a desk whose every route is a framework's, in each of the modes.
func startFramework(t *testing.T, c desk.Config) *running {
	t.Helper()
	bootstrap, err := filepath.Abs("testdata/frameworks/bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	write(t, "api.yaml", frameworksContract)
	for _, mode := range frameworksModes {
		write(t, mode.name+".yaml", "name: "+mode.name+mode.text)
		c.Modes = append(c.Modes, mode.name+".yaml")
	}
	c.Contract, c.Functions = "api.yaml", []desk.Function{{Where: bootstrap}}
	return start(t, c)
}

// exchange makes the request of a text, which is METHOD PATH, headers in lines, and behind an empty line the body. It tells of the answer's status, of
// some of its headers, and of its body.
func exchange(t *testing.T, base, text, headers string) string {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	method, path, _ := strings.Cut(lines[0], " ")
	request, err := http.NewRequestWithContext(t.Context(), method, base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "identity") // which the client would else change and hide
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Accept-Encoding" {
			request.Header.Del(name)
		}
		request.Header.Add(name, value)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	told := fmt.Sprint(response.StatusCode, " ")
	for _, name := range strings.Fields(headers) {
		for _, value := range response.Header.Values(name) {
			told += name + ": " + value + "; "
		}
	}
	if response.Header.Get("Content-Encoding") == "gzip" {
		if content, err = unzipped(content); err != nil {
			return told + "no gzip"
		}
	}
	if len(content) > 200 {
		sum := sha256.Sum256(content)
		return told + fmt.Sprintf("%d bytes, %x", len(content), sum[:4])
	}
	return told + string(content)
}

func unzipped(content []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}
