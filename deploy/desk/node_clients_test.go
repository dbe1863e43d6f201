package desk_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"portcullis/deploy/desk"
	"portcullis/deploy/internal/localtls"
	"portcullis/deploy/testtools"
)

const clientsContract = `openapi: 3.1.0
info: {title: Things}
x-function: things
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
security: []
paths:
  /tokens: {post: {x-function: tokens}}
  /guarded: {get: {security: [bearer: [things/read]]}, delete: {security: [bearer: [things/write]]}}
  /echo: {x-amazon-apigateway-any-method: {}}
  /compressed: {get: {}}
  /picture: {get: {}}
  /moved: {get: {}}
  /busy: {get: {}}
  /recovers: {get: {}}
  /fails: {get: {}}
  /limited: {get: {}}
  /slow: {get: {}}
`

// clientsModes are a mode of each kind of gateway that takes the tokens of POST /tokens, by their names. Beside it stands the same mode as
// hasty, which waits for no slow function.
var clientsModes = map[string]string{
	"rest": `
gateway: REST
authorization: TOKEN
authorizer: {function: token, identitySource: method.request.header.Authorization}
binaryMediaTypes: ["*/*"]
throttle: {rateLimit: 10000, burstLimit: 5000, methods: {GET /limited: {rateLimit: 0.001, burstLimit: 1}}}
`,
	"http": `
gateway: HTTP
authorization: REQUEST
authorizer: {function: jwt, identitySource: $request.header.Authorization}
throttle: {rateLimit: 10000, burstLimit: 5000, methods: {GET /limited: {rateLimit: 0.001, burstLimit: 1}}}
`,
}

// things is the function that clients call. It reads events of REST APIs and of payload 2.0. What is slow lasts until the test ends.
func things(test context.Context) http.HandlerFunc {
	var recovered atomic.Bool
	return func(w http.ResponseWriter, r *http.Request) {
		var e thingsEvent
		if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answer := map[string]any{"statusCode": 200, "headers": map[string]string{"Content-Type": "text/plain"}, "body": path.Base(e.path())}
		headers := answer["headers"].(map[string]string)
		switch answer["body"] {
		case "echo":
			answer["body"] = e.told()
		case "compressed":
			headers["Content-Encoding"] = "gzip"
			answer["body"], answer["isBase64Encoded"] = base64.StdEncoding.EncodeToString(zipped("so small")), true
		case "picture":
			headers["Content-Type"] = "image/png"
			answer["body"], answer["isBase64Encoded"] = base64.StdEncoding.EncodeToString([]byte{0, 255, 128}), true
		case "moved":
			answer["statusCode"], headers["Location"] = 307, "/"+e.RequestContext.Stage+"/echo?moved=1"
		case "recovers":
			if recovered.Swap(true) {
				break
			}
			fallthrough
		case "busy":
			answer["statusCode"], headers["Retry-After"] = 503, "7"
		case "fails":
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			answer = map[string]any{"errorMessage": "it fails"}
		case "slow":
			select {
			case <-r.Context().Done():
			case <-test.Done():
			}
			return
		}
		json.NewEncoder(w).Encode(answer)
	}
}

// thingsEvent is what things needs of an event.
type thingsEvent struct {
	Path, RawPath                   string
	HTTPMethod                      string
	RawQueryString                  string
	MultiValueQueryStringParameters url.Values
	Body                            string
	IsBase64Encoded                 bool
	RequestContext                  struct {
		Stage string
		HTTP  struct{ Method string }
	}
}

func (e thingsEvent) path() string { return e.Path + e.RawPath }

// told tells of a request: its method, its query in the order of names, and its body.
func (e thingsEvent) told() string {
	query := e.MultiValueQueryStringParameters
	if query == nil {
		query, _ = url.ParseQuery(e.RawQueryString)
	}
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		body, _ = base64.StdEncoding.DecodeString(e.Body)
	}
	if len(body) > 100 {
		body = fmt.Appendf(nil, "%d bytes", len(body))
	}
	return fmt.Sprintf("%s %s %q", e.HTTPMethod+e.RequestContext.HTTP.Method, query.Encode(), body)
}

func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.Bytes()
}

// clientLine is what a client's program prints of a call to a REST API, and to an HTTP API.
type clientLine struct{ call, rest, http string }

const same = "same"

// axiosLines and undiciLines: a line a case.
var axiosLines = []clientLine{
	{"not signed in", `401 {"error":"Invalid credentials"}`, same},
	{"guarded", "200 text/plain guarded", same},
	{"without a token", `401 Bearer realm="Things" {"message":"Unauthorized"}`, `401 no www-authenticate {"message":"Unauthorized"}`},
	{"with a bad token", `401 Bearer realm="Things" {"message":"Unauthorized"}`, `401 no www-authenticate {"message":"Unauthorized"}`},
	{"without the scope", `403 Bearer realm="Things", error="insufficient_scope" {"Message":"User is not authorized to access this resource"}`, `403 no www-authenticate {"message":"Forbidden"}`},
	{"parameters", `200 GET a%5B%5D=1&a%5B%5D=2&b=%C3%A9+x%26y ""`, same},
	{"JSON", `200 POST  "{\"name\":\"Ä\"}"`, same},
	{"a form", `200 POST  "a=1&b=%C3%A9+x"`, same},
	{"bytes", `200 PUT  "\x00\xff\x80"`, same},
	{"nothing", `200 DELETE  ""`, same},
	{"a large body", `200 POST  "1048576 bytes"`, same},
	{"a body in chunks", `200 POST  "abc"`, same},
	{"a body that is too large", `413 application/json {"message":"Request Too Long"}`, `413 application/json {"message":"Request Entity Too Large"}`},
	{"Expect", `200 POST  "{\"waits\":true}"`, same},
	{"told to go on", `200 POST  "waited"`, same},
	{"compressed", "200 no content-encoding so small", same}, // it takes the header away with the coding
	{"as it is", "200 gzip so small", same},
	{"a picture", "200 image/png 00ff80", same},
	{"redirected", `200 GET moved=1 ""`, same},
	{"not redirected", "307 /rest/echo?moved=1 moved", "307 /http/echo?moved=1 moved"},
	{"HEAD", "200 text/plain ", same},
	{"none", `403 {"message":"Missing Authentication Token"}`, `404 {"message":"Not Found"}`},
	{"503", "503 7 busy", same},
	{"failed", `502 {"message":"Internal server error"}`, `500 {"message":"Internal Server Error"}`},
	{"limited at first", "200 limited", same},
	{"limited", `429 application/json {"message":"Too Many Requests"}`, same},
	{"given up", "ERR_CANCELED", same},
	{"no time", "ECONNABORTED", same},
	{"too slow", `504 {"message":"Endpoint request timed out"}`, `503 {"message":"Service Unavailable"}`},
	{"kept alive", "true true", same},
}

var undiciLines = []clientLine{
	{"guarded", "200 text/plain guarded", same},
	{"without a token", `401 Bearer realm="Things" {"message":"Unauthorized"}`, `401 no www-authenticate {"message":"Unauthorized"}`},
	{"without the scope", `403 Bearer realm="Things", error="insufficient_scope" {"Message":"User is not authorized to access this resource"}`, `403 no www-authenticate {"message":"Forbidden"}`},
	{"by request", "200 guarded", same},
	{"JSON", `200 POST  "{\"name\":\"Ä\"}"`, same},
	{"a form", `200 POST  "a=1"`, same},
	{"a stream", `200 PUT  "abc"`, same},
	{"a large body", `200 POST  "1048576 bytes"`, same},
	{"a body that is too large", `413 {"message":"Request Too Long"}`, `413 {"message":"Request Entity Too Large"}`},
	{"compressed", "200 gzip so small", same},
	{"as it is", "200 gzip so small", same},
	{"redirected", `200 GET moved=1 ""`, same},
	{"not redirected", "307 /rest/echo?moved=1 moved", "307 /http/echo?moved=1 moved"},
	{"redirected by an interceptor", `200 GET moved=1 ""`, same},
	{"HEAD", "200 ", same},
	{"503", "503 7 busy", same},
	{"tried again", "200 recovers", same},
	{"failed", `502 {"message": "Internal server error"}`, `500 {"message":"Internal Server Error"}`},
	{"limited at first", "200 limited", same},
	{"limited", `429 application/json {"message":"Too Many Requests"}`, same},
	{"given up", "TimeoutError", same},
	{"no time", "HeadersTimeoutError", same},
	{"too slow", `504 {"message": "Endpoint request timed out"}`, `503 {"message":"Service Unavailable"}`},
	{"pipelining 0", "40 answers by as many connections: true", same},
	{"pipelining 1", "40 answers by connections: 1", same},
	{"pipelining 10", "40 answers by connections: 1", same},
	{"a pool", "200 answers", same},
	{"given up among others", "AbortError, 5 answers", same},
}

// TestNodeHTTPClients: what axios and undici make of a desk's answers, errors and connections; undici of an HTTP API over https.
func TestNodeHTTPClients(t *testing.T) {
	for _, test := range []struct {
		module, version, mode string
		secure                bool
		lines                 []clientLine
	}{
		{"axios", "1", "rest", false, axiosLines},
		{"axios", "1", "http", false, axiosLines},
		{"undici", "7", "rest", false, undiciLines},
		{"undici", "7", "http", true, undiciLines},
	} {
		t.Run(test.module+"/"+test.mode, func(t *testing.T) {
			node, env := testtools.NodeModule(t, test.module, test.version)
			program, err := filepath.Abs("testdata/client/" + test.module + ".cjs")
			if err != nil {
				t.Fatal(err)
			}
			d := startThings(t, test.mode, test.secure)
			command := exec.CommandContext(t.Context(), node, program, d.url+"/"+test.mode)
			if command.Env = env; test.secure {
				command.Env = append(env, "NODE_EXTRA_CA_CERTS="+filepath.Join(os.Getenv(localtls.Variable), "ca.pem"))
			}
			output, err := command.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			got := strings.Split(strings.TrimSuffix(string(output), "\n"), "\n")
			if len(got) != len(test.lines) {
				t.Errorf("%d lines, want %d, of\n%s", len(got), len(test.lines), output)
			}
			for i, line := range test.lines[:min(len(got), len(test.lines))] {
				want := line.rest
				if test.mode == "http" && line.http != same {
					want = line.http
				}
				if want = line.call + ": " + want; got[i] != want {
					t.Errorf("%s\nwant\n%s", got[i], want)
				}
			}
		})
	}
}

// startThings starts a desk with the function things behind a mode.
func startThings(t *testing.T, mode string, secure bool) *running {
	t.Helper()
	function := testtools.Serve(t, things(t.Context()))
	t.Chdir(t.TempDir())
	write(t, "api.yaml", clientsContract)
	write(t, "mode.yaml", "name: "+mode+clientsModes[mode])
	write(t, "hasty.yaml", "name: hasty"+clientsModes[mode]+"integrationTimeoutInMillis: 500\n")
	c := desk.Config{Contract: "api.yaml", Modes: []string{"mode.yaml", "hasty.yaml"}, Functions: []desk.Function{{Name: "things", Where: function + "/things"}}}
	if !secure {
		return start(t, c)
	}
	d, _ := startSecure(t, c)
	return d
}
