package gateway_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"portcullis/api/contract"
)

// oddContract has a route of each kind, where a greedy one takes what no other does.
const oddContract = `openapi: 3.1.0
info: {title: Odd, version: "1"}
x-function: things
components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}
security: [bearer: [things/read]]
paths:
  /: {get: {}}
  /static: {get: {}, post: {}}
  /things/{id}: {parameters: [{name: id, in: path, required: true}], get: {}}
  /things/{id}/parts: {parameters: [{name: id, in: path, required: true}], get: {}}
  /files/{path+}: {parameters: [{name: path, in: path, required: true}], get: {}}
  /things/{id}/files/{path+}: {parameters: [{name: id, in: path, required: true}, {name: path, in: path, required: true}], get: {}}
  /{proxy+}: {parameters: [{name: proxy, in: path, required: true}], get: {}, delete: {}}
`

// withContract is a change of the configuration: another contract.
func withContract(t *testing.T, text string, more ...func(*setting)) func(*setting) {
	t.Helper()
	contract, err := contract.Parse("contract.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return func(c *setting) {
		c.Contract = contract
		for _, change := range more {
			change(c)
		}
	}
}

// TestRowsRESTOddPaths: slashes in front of the stage and of the path are passed over to route a request, and of all
// forms of the path each is where AWS has it. An empty segment elsewhere is a greedy route's.
func TestRowsRESTOddPaths(t *testing.T) {
	s := startStage(t, modeText, withContract(t, oddContract))
	for _, test := range []struct {
		target     string
		resource   string // "": none
		path       string
		parameters string
		arn        string
	}{
		{"GET /test/static", "/static", "/static", "map[]", "GET/static"},
		{"GET //test/static", "/static", "/static", "map[]", "GET/static"},
		{"GET ///test/static", "/static", "/static", "map[]", "GET/static"},
		{"GET /test//static", "/static", "/static", "map[]", "GET//static"},
		{"GET /test///static", "/static", "/static", "map[]", "GET///static"},
		{"GET //test//static", "/static", "/static", "map[]", "GET//static"},
		{"GET /test//static/", "/static", "/static/", "map[]", "GET//static"},
		{"GET /test/", "/", "/", "map[]", "GET/"},
		{"GET /test//", "/", "/", "map[]", "GET//"},
		{"GET /test///", "/", "/", "map[]", "GET//"},
		{"GET //test", "/", "/", "map[]", "GET/"},
		{"GET //test//x", "/{proxy+}", "/x", "map[proxy:x]", "GET//x"},
		{"GET /test//things/7", "/things/{id}", "/things/7", "map[id:7]", "GET//things/7"},
		{"GET /test//files/a", "/files/{path+}", "/files/a", "map[path:a]", "GET//files/a"},
		{"DELETE /test//static", "/{proxy+}", "/static", "map[proxy:static]", "DELETE//static"},
		{"GET /test/x//y", "/{proxy+}", "/x//y", "map[proxy:x//y]", "GET/x//y"},
		{"GET /test//x//y", "/{proxy+}", "/x//y", "map[proxy:x//y]", "GET//x//y"},
		{"GET /test/x//y/", "/{proxy+}", "/x//y/", "map[proxy:x//y]", "GET/x//y"},
		{"GET /test/x///y//z", "/{proxy+}", "/x///y//z", "map[proxy:x///y//z]", "GET/x///y//z"},
		{"GET /test/static//", "/{proxy+}", "/static//", "map[proxy:static/]", "GET/static/"},
		{"GET /test/files//", "/{proxy+}", "/files//", "map[proxy:files/]", "GET/files/"},
		{"GET /test/files//a", "/files/{path+}", "/files//a", "map[path:/a]", "GET/files//a"},
		{"GET /test/files/a//b", "/files/{path+}", "/files/a//b", "map[path:a//b]", "GET/files/a//b"},
		{"GET /test/things//parts", "/{proxy+}", "/things//parts", "map[proxy:things//parts]", "GET/things//parts"},
		{"GET /test/things//files/a", "/{proxy+}", "/things//files/a", "map[proxy:things//files/a]", "GET/things//files/a"},
		{"GET /test/things/7/files/a//b", "/things/{id}/files/{path+}", "/things/7/files/a//b", "map[id:7 path:a//b]", "GET/things/7/files/a//b"},
		{"DELETE /test/files//a", "/{proxy+}", "/files//a", "map[proxy:files//a]", "DELETE/files//a"},
		{"POST /test//static", "/static", "/static", "map[]", "POST//static"},
		{"POST /test/static//a", "", "", "", ""},
		{"POST /test/static//", "", "", "", ""},
		{"DELETE /test//", "", "", "", ""},
	} {
		s.now = s.now.Add(3600e9) // the authorizer is asked for each
		got := s.send(t, test.target+"\nAuthorization: Bearer all")
		if test.resource == "" {
			if got.status != 403 || got.header.Get("x-amzn-ErrorType") != "IncompleteSignatureException" {
				t.Errorf("%s: %d %s", test.target, got.status, got.body)
			}
			continue
		}
		if got.status != 200 {
			t.Errorf("%s: %d %s", test.target, got.status, got.body)
			continue
		}
		event, asked := s.things.last(t), s.token.last(t)
		parameters := "map[]"
		if event["pathParameters"] != nil {
			parameters = fmt.Sprint(event["pathParameters"])
		}
		if event["resource"] != test.resource || event["path"] != test.path || parameters != test.parameters {
			t.Errorf("%s: resource %v, path %v, parameters %s", test.target, event["resource"], event["path"], parameters)
		}
		_, sent, _ := strings.Cut(test.target, " ")
		if context := member(t, event, "requestContext"); context["path"] != sent || context["resourcePath"] != test.resource {
			t.Errorf("%s: requestContext.path %v, resourcePath %v", test.target, context["path"], context["resourcePath"])
		}
		if arn := fmt.Sprint(asked["methodArn"]); !strings.HasSuffix(arn, "/test/"+test.arn) {
			t.Errorf("%s: methodArn %s, want %s", test.target, arn, test.arn)
		}
	}
}

// TestOddPathsWithoutGreedyRoute: where no route is greedy, nothing takes an empty segment within a path.
func TestOddPathsWithoutGreedyRoute(t *testing.T) {
	s := startStage(t, modeText, withContract(t, strings.Split(oddContract, "  /files/")[0]))
	for request, status := range map[string]int{
		"GET /test//static": 200, "GET //test//things/7": 200, "GET /test//": 200,
		"GET /test/static//": 403, "GET /test/things//7": 403, "GET /test/things//parts": 403, "GET /test/things/7//": 403, "GET /test//x": 403,
	} {
		if got := s.send(t, request+"\nAuthorization: Bearer all"); got.status != status {
			t.Errorf("%s: %d %s, want %d", request, got.status, got.body, status)
		}
	}
}

// TestOddPathsInOtherModes: whoever checks, a path with slashes in front is the route's that it is without them.
func TestOddPathsInOtherModes(t *testing.T) {
	keyed := startStage(t, keyModeText, nil)
	for _, target := range []string{"/test//things", "//test/things"} {
		if got := keyed.send(t, "GET "+target); got.status != 403 || keyed.things.calls() > 0 {
			t.Errorf("%s without a key: %d, %d calls", target, got.status, keyed.things.calls())
		}
		if got := keyed.send(t, "GET "+target+"\nX-Api-Key: first-key-0123456789"); got.status != 200 || got.body != "/things" {
			t.Errorf("%s with a key: %d %s", target, got.status, got.body)
		}
		keyed.things.events = nil
	}
	signed := startStage(t, iamModeText, nil)
	if got := signed.send(t, "GET /test//things"); got.status != 403 || signed.things.calls() > 0 {
		t.Errorf("unsigned: %d, %d calls", got.status, signed.things.calls())
	}
}

// TestOddPathsAreLimited: slashes in front do not lead past what a method is limited to and validated by.
func TestOddPathsAreLimited(t *testing.T) {
	s := startStage(t, modeText+"throttle:\n  rateLimit: 1000\n  burstLimit: 1000\n  methods:\n    GET /things: {rateLimit: 0.001, burstLimit: 1}\n", nil)
	for _, test := range []struct {
		request string
		status  int
	}{
		{"GET /test//things", 200}, {"GET /test/things", 429}, {"GET /test///things", 429}, {"GET //test/things/", 429},
		{"GET /test//search", 400}, {"GET //test/search?qs1=a", 400},
		{"GET /test//open", 200},
	} {
		if got := s.send(t, test.request+"\nAuthorization: Bearer all"); got.status != test.status {
			t.Errorf("%s: %d %s, want %d", test.request, got.status, got.body, test.status)
		}
	}
}

// TestHTTPEmptySegments: an HTTP API routes no path with an empty segment, whatever the route.
func TestHTTPEmptySegments(t *testing.T) {
	s := newHTTPStage(t, httpModeText, nil)
	byDefault := defaultStage(t, httpModeText, "")
	for _, target := range []string{"//test/things", "/test//things", "/test//", "/test/files//", "/test/files//a", "/test/files/a//b", "/test/files/a//", "/test/any//x",
		"/test/things//", "/test/%2Fthings", "/test/files/%2f/a", "/test/files/a%2F%2Fb"} {
		for name, s := range map[string]*stage{"routes": s, "$default": byDefault} {
			if got := s.send(t, "GET "+target+"\nAuthorization: Bearer all"); got.status != 404 || s.token.calls()+s.things.calls() > 0 {
				t.Errorf("%s: %s: %d %s", name, target, got.status, got.body)
			}
		}
	}
}

// TestPathAsSentDecides: a policy is matched with the path as sent; where it would decide otherwise by the path that
// routed, the log and the trace say so, and nowhere else.
func TestPathAsSentDecides(t *testing.T) {
	var log bytes.Buffer
	s := startStage(t, modeText, func(c *setting) {
		c.ShowTrace, c.Log = true, slog.New(slog.NewJSONHandler(&log, nil))
	})
	policies := map[string]string{
		"things":    `{"Effect":"Allow","Action":"*","Resource":"` + arnPrefix + `GET/things"}`,
		"slashed":   `{"Effect":"Allow","Action":"*","Resource":"` + arnPrefix + `GET//things"}`,
		"no-things": `{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"` + arnPrefix + `GET/things"}`,
		"any":       `{"Effect":"Allow","Action":"*","Resource":"*"}`,
		"none":      `{"Effect":"Allow","Action":"*","Resource":"` + arnPrefix + `GET/open"}`,
	}
	s.token.code = func(event []byte) (string, error) {
		var e struct{ AuthorizationToken string }
		json.Unmarshal(event, &e)
		return `{"principalId":"me","policyDocument":{"Statement":[` + policies[strings.TrimPrefix(e.AuthorizationToken, "Bearer ")] + `]}}`, nil
	}
	for _, test := range []struct {
		target, token string
		status        int
		routed        string // what the policy says of the path that routed, where that is told
	}{
		{"/test/things", "things", 200, ""},
		{"//test/things", "things", 200, ""},
		{"/test//things", "things", 403, "allow"},
		{"/test//things/", "things", 403, "allow"},
		{"/test//things", "slashed", 200, "deny"},
		{"/test/things", "slashed", 403, ""},
		{"/test//things", "no-things", 200, "deny"},
		{"/test/things", "no-things", 403, ""},
		{"/test//things", "any", 200, ""},
		{"/test//things", "none", 403, ""},
		{"/test//open", "none", 200, ""},
	} {
		log.Reset()
		got, trace := s.traced(t, "GET "+test.target+"\nAuthorization: Bearer "+test.token)
		if got.status != test.status {
			t.Errorf("%s, %s: %d %s, want %d", test.target, test.token, got.status, got.body, test.status)
		}
		if test.routed == "" {
			if strings.Contains(log.String(), "routedArn") || trace.Policy != nil && trace.Policy.RoutedARN+trace.Policy.RoutedDecision != "" {
				t.Errorf("%s, %s: log %s, trace %+v", test.target, test.token, &log, trace.Policy)
			}
			continue
		}
		var line struct{ RequestID, ARN, Decision, RoutedARN, RoutedDecision string }
		warning, _, _ := strings.Cut(log.String(), "\n") // before the one that says why the answer is the gateway's
		if err := json.Unmarshal([]byte(warning), &line); err != nil {
			t.Fatalf("%s, %s: %v in %q", test.target, test.token, err, &log)
		}
		decision := map[int]string{200: "allow", 403: "deny"}[test.status]
		if line.RequestID != trace.RequestID || line.Decision != decision || line.RoutedDecision != test.routed ||
			!strings.HasSuffix(line.ARN, "/test/GET//things") || !strings.HasSuffix(line.RoutedARN, "/test/GET/things") {
			t.Errorf("%s, %s: log %s", test.target, test.token, &log)
		}
		if p := trace.Policy; p.ARN != line.ARN || p.RoutedARN != line.RoutedARN || p.RoutedDecision != test.routed {
			t.Errorf("%s, %s: trace %+v", test.target, test.token, p)
		}
	}
}
