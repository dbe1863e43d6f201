package desk_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"portcullis/deploy/desk"
)

// ask asks the console, with a body as JSON where there is one, and reads its answer into a value.
func ask(t *testing.T, d *running, path string, body, into any) (status int, text string) {
	t.Helper()
	method, sent, header := "GET", "", []string{}
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		method, sent, header = "POST", string(encoded), []string{"Content-Type: application/json"}
	}
	status, text = send(t, d, method, "/_console/"+path, sent, header...)
	if into != nil {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatalf("%s: %d %.500s: %v", path, status, text, err)
		}
	}
	return status, text
}

// object is JSON's.
type object = map[string]any

// told is what tests look at of what the page is told.
type pageTold struct {
	Base, Title, Protocol string
	Ours                  bool
	SignIn                struct {
		Available                      bool
		Why, Cognito, ClientID, Tokens string
		Accounts                       []struct{ Username, Password, Sub, Asked, TOTPSecret string }
	}
	Machine *struct{ TokenURL, ClientID, ClientSecret string }
	Keys    struct {
		Available bool
		Why       string
		Scopes    []string
	}
	Modes []struct {
		Name, URL, Why string
		TTL            int
		Takes          []string
		Keys           []struct{ ID, Name, Value string }
		Callers        []struct{ ID, ARN, Name string }
		FromPages      bool
	}
	Operations []operationTold
	Messages   []struct {
		Key     string
		Modes   []string
		Example any
	}
	LeftOut []struct{ Name, Why string }
}

// operationTold is an operation.
type operationTold struct {
	Key, Method, Path, ID, Who, Summary, Description string
	Public                                           bool
	Modes, Tags                                      []string
	Alternatives                                     [][]struct {
		Scheme, Owner string
		Scopes        []string
	}
	Parameters []struct {
		Name, In string
		Required bool
		Schema   any
		Example  any
	}
	Body *struct {
		ContentType string
		Schema      object
		Example     any
	}
}

func (d pageTold) takes(mode string) string {
	for _, m := range d.Modes {
		if m.Name == mode {
			return strings.Join(m.Takes, " ")
		}
	}
	return "no such mode"
}

// TestConsoleDesk: the page is told all that it needs of our own API.
func TestConsoleDesk(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	var got pageTold
	ask(t, d, "desk", nil, &got)
	if got.Base != d.url || !got.Ours || got.Title != "Users" || got.Protocol != "token" || len(got.Modes) != 9 || len(got.LeftOut) != 0 {
		t.Errorf("%+v", got)
	}
	for mode, want := range map[string]string{
		"rest-token": "token", "rest-cognito": "token", "http-jwt": "token", "http-lambda": "token", "rest-iam": "iam", "http-iam": "iam",
		"rest-api-key": "usageKey", "rest-request": "key", "websocket": "token key",
	} {
		if takes := got.takes(mode); takes != want {
			t.Errorf("%s takes %s, want %s", mode, takes, want)
		}
	}
	if s := got.SignIn; !s.Available || s.Cognito != d.url+"/_cognito" || s.ClientID != "local-client" || s.Tokens != d.url+"/rest-token/tokens" || len(s.Accounts) != 5 ||
		s.Accounts[4].TOTPSecret == "" || s.Accounts[3].Asked != "a new password" {
		t.Errorf("sign-in %+v", s)
	}
	for _, m := range got.Modes {
		if m.Name == "websocket" && (!m.FromPages || m.Why != "") || m.Name == "rest-api-key" && (len(m.Keys) != 1 || m.Keys[0].ID == "") {
			t.Errorf("%+v", m)
		}
	}
	if o := got.Operations[2]; o.Key != "GET /users/{id}" || o.ID != "getUser" || o.Summary != "Get a user" || o.Alternatives[2][0].Owner != "id" ||
		len(o.Parameters) != 1 || o.Parameters[0].Example != "example" || len(o.Modes) != 8 {
		t.Errorf("%+v", o)
	}
	if body := got.Operations[1].Body; body == nil || body.ContentType != "application/json" || body.Example.(object)["name"] == nil || body.Schema["properties"] == nil {
		t.Errorf("%+v", body)
	}
	if m := got.Messages; len(m) != 5 || m[0].Key != "$connect" || m[1].Example.(object)["action"] != "whoami" {
		t.Errorf("%+v", m)
	}
	if status, text := send(t, d, "GET", "/", "", "Accept: application/json"); status != 200 || !strings.Contains(text, `"clientId":"local-client"`) {
		t.Errorf("programs get %d %s", status, text)
	}
}

// TestConsoleExamples: the API takes the bodies that its form begins with.
func TestConsoleExamples(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	var told pageTold
	ask(t, d, "desk", nil, &told)
	admin := "Authorization: Bearer " + accessToken(t, d.url, "admin")
	for key, want := range map[string]int{"POST /users": 201, "PUT /users/{id}": 200, "POST /tokens": 401} { // ann is no account
		o := told.Operations[slices.IndexFunc(told.Operations, func(o operationTold) bool { return o.Key == key })]
		body, err := json.Marshal(o.Body.Example)
		if err != nil {
			t.Fatal(err)
		}
		if o.Method == "PUT" {
			send(t, d, "POST", "/rest-token/users", `{"id":"ada","name":"Ada"}`, admin, "Content-Type: application/json")
		}
		if status, text := send(t, d, o.Method, "/rest-token"+strings.Replace(o.Path, "{id}", "ada", 1), string(body), admin, "Content-Type: application/json"); status != want {
			t.Errorf("%s %s: %d %s, want %d", key, body, status, text, want)
		}
	}
}

// TestConsoleOwnAPIs: an API of others, with what it lacks, and with names that are markup.
func TestConsoleOwnAPIs(t *testing.T) {
	t.Parallel()
	const hostile = `</script><img src=x onerror="alert(1)">${x}{{.}}'`
	const head = "openapi: 3.1.0\ncomponents: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\nsecurity: [bearer: [things/read]]\n"
	many := head + "paths:\n"
	for i := range 300 {
		many += fmt.Sprintf("  /things%d: {get: {summary: Thing %[1]d, x-function: things, parameters: [{name: q, in: query, schema: {type: integer, minimum: %[1]d}}]}}\n", i)
	}
	for name, test := range map[string]struct {
		contract string
		environ  []string
		check    func(t *testing.T, got pageTold, text string)
	}{
		"of 300 operations": {many, nil, func(t *testing.T, got pageTold, _ string) {
			if len(got.Operations) != 300 || got.Operations[299].Summary != "Thing 299" || got.Operations[299].Parameters[0].Example != 299.0 || got.Ours {
				t.Errorf("%d operations, the last %+v", len(got.Operations), got.Operations[len(got.Operations)-1])
			}
			if s := got.SignIn; !s.Available || s.Tokens != "" || s.Cognito == "" || got.Machine == nil || len(got.Keys.Scopes) != 0 || len(got.Messages) != 0 {
				t.Errorf("%+v %+v", s, got.Keys)
			}
		}},
		"with markup": {
			head + fmt.Sprintf("info: {title: %q, description: %[1]q, version: '1'}\npaths:\n  /things: {get: {summary: %[1]q, tags: [%[1]q], parameters: [{name: %[1]q, in: query, schema: {const: %[1]q}}]}}\n", hostile),
			nil, func(t *testing.T, got pageTold, text string) {
				o := got.Operations[0]
				if got.Title != hostile || o.Summary != hostile || o.Tags[0] != hostile || o.Parameters[0].Name != hostile || o.Parameters[0].Example != hostile {
					t.Errorf("%+v", o)
				}
			},
		},
		"with another user pool": {
			head + "paths:\n  /things: {get: {}}\n",
			[]string{"USER_POOL_CLIENT_ID=other", `ISSUERS=[{"issuer":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other","audience":["other"],"tokenUse":["access"]}]`},
			func(t *testing.T, got pageTold, _ string) {
				if s := got.SignIn; s.Available || !strings.Contains(s.Why, "eu-west-1_other") || s.Cognito != "" || len(s.Accounts) != 0 || got.Machine != nil {
					t.Errorf("%+v", s)
				}
			},
		},
		"with sockets that pages cannot open": {
			"openapi: 3.1.0\ncomponents: {securitySchemes: {key: {type: apiKey, in: header, name: X-Api-Key}}}\nsecurity: [key: [a]]\npaths: {/things: {get: {}}}\n" +
				"x-websocket: {routeSelectionExpression: $request.body.of.kind, routes: {'go': {message: {type: object, required: [of], properties: {of: {type: object, properties: {kind: {const: go}}}}}}}}\n",
			nil, func(t *testing.T, got pageTold, _ string) {
				for _, m := range got.Modes {
					if m.Name == "websocket" && (m.FromPages || !strings.Contains(m.Why, "portcullis ws") || strings.Join(m.Takes, " ") != "key") {
						t.Errorf("%+v", m)
					}
				}
				if example := fmt.Sprint(got.Messages[1].Example); example != "map[of:map[kind:go]]" {
					t.Errorf("a message %s", example)
				}
				if strings.Join(got.Keys.Scopes, " ") != "a" {
					t.Errorf("%+v", got.Keys)
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "api.yaml")
			write(t, file, test.contract)
			d := start(t, desk.Config{Contract: file, Environ: append(os.Environ(), test.environ...)})
			var got pageTold
			status, text := ask(t, d, "desk", nil, &got)
			if status != 200 {
				t.Fatalf("%d %s", status, text)
			}
			test.check(t, got, text)
		})
	}
}

// TestConsoleForOthers: pages of other origins, and forms, are told nothing and do nothing.
func TestConsoleForOthers(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{Modes: []string{"rest-token"}})
	for _, path := range []string{"desk", "broken", "keys", "sign"} {
		if status, text := send(t, d, "GET", "/_console/"+path, "", "Sec-Fetch-Site: cross-site"); status != 403 || strings.Contains(text, "Passw0rd!") {
			t.Errorf("%s: another site's page gets %d %s", path, status, text)
		}
	}
	for _, path := range []string{"keys", "sign", "broken"} {
		for _, header := range []string{"Content-Type: text/plain", "Content-Type: application/x-www-form-urlencoded", "X-None: 1"} {
			if status, text := send(t, d, "POST", "/_console/"+path, `{}`, header); status != 415 {
				t.Errorf("%s: %s: %d %s", path, header, status, text)
			}
		}
		if status, text := send(t, d, "POST", "/_console/"+path, `{"unknown":1}`, "Content-Type: application/json"); status != 400 {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

// TestConsoleKeys: keys that are made open what their scopes do, and are counted where a mode counts.
func TestConsoleKeys(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	var key struct {
		Key, ID, Subject string
		Scopes           []string
		Expires          int64
	}
	make := func(mode string, scopes ...string) string {
		t.Helper()
		if status, text := ask(t, d, "keys", object{"subject": "ann", "scopes": scopes, "mode": mode}, &key); status != 200 {
			t.Fatalf("%d %s", status, text)
		}
		return "X-Api-Key: " + key.Key
	}
	for _, test := range []struct {
		method, header string
		want           int
	}{
		{"GET", make("rest-request", "users/read"), 200},
		{"DELETE", make("rest-request", "users/read"), 403},
		{"DELETE", make("rest-request", "users/write"), 200},
		{"GET", make("rest-request", "users/self"), 403},
		{"GET", make("", "users/read"), 403}, // which no usage plan counts
	} {
		if status, text := send(t, d, test.method, "/rest-request/users/7", "", test.header); status != test.want && !(test.want == 200 && status == 404) {
			t.Errorf("%s with %v: %d %s, want %d", test.method, key.Scopes, status, text, test.want)
		}
	}
	if strings.Contains(d.stderr.String(), key.Key) {
		t.Error("the log has the key")
	}
	for _, test := range []struct {
		body   object
		status int
		want   string
	}{
		{object{"subject": "", "scopes": []string{"a"}}, 400, "subject"},
		{object{"subject": "ann", "scopes": []string{"a b"}}, 400, "scope"},
		{object{"subject": "ann", "scopes": []string{}, "mode": "none"}, 404, "want one of rest-token"},
	} {
		if status, text := ask(t, d, "keys", test.body, nil); status != test.status || !strings.Contains(text, test.want) {
			t.Errorf("%v: %d %s", test.body, status, text)
		}
	}

	others := start(t, desk.Config{Environ: append(os.Environ(), "API_KEYS_TABLE=api-keys", "REVOCATION_TABLE=revocations", "AWS_ENDPOINT_URL_DYNAMODB="+d.url+"/_aws")})
	if status, text := ask(t, others, "keys", object{"subject": "ann", "scopes": []string{"users/read"}}, nil); status != 409 || !strings.Contains(text, "portcullis key create") {
		t.Errorf("in the table of others: %d %s", status, text)
	}
	var got pageTold
	if ask(t, others, "desk", nil, &got); got.Keys.Available || !strings.Contains(got.Keys.Why, "key create") {
		t.Errorf("%+v", got.Keys)
	}
}

// TestConsoleSign: what is signed is let in, whatever its path, query and body are, and nothing else is.
func TestConsoleSign(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	for _, test := range []struct{ mode, caller, method, path, body string }{
		{"rest-iam", "AKIALOCALADMIN000001", "GET", "/users", ""},
		{"rest-iam", "ASIALOCALREADER00001", "GET", "/users?limit=5&a=x+y&b=%2B&a=2&;=&c", ""},
		{"rest-iam", "AKIALOCALADMIN000001", "PUT", "/users/a%2Fb%20c", `{"name":"Ada"}`},
		{"rest-iam", "AKIALOCALADMIN000001", "GET", "//users", ""},
		{"http-iam", "AKIALOCALADMIN000001", "POST", "/users", `{"name":"<ü>"}`},
		{"http-iam", "ASIALOCALREADER00001", "GET", "/users/%C3%A4%20~!$&'()*+,=:@?limit=5&limit=6", ""},
	} {
		var signed struct{ Headers map[string]string }
		status, text := ask(t, d, "sign", object{
			"mode": test.mode, "caller": test.caller, "method": test.method, "url": d.url + "/" + test.mode + test.path, "body": test.body,
			"headers": object{"Content-Type": "application/json", "X-Amz-Meta": " a  b "},
		}, &signed)
		if status != 200 {
			t.Fatalf("%s: %d %s", test.path, status, text)
		}
		header := []string{"Content-Type: application/json", "X-Amz-Meta:  a  b "}
		for name, value := range signed.Headers {
			header = append(header, name+": "+value)
		}
		if status, text := send(t, d, test.method, "/"+test.mode+test.path, test.body, header...); status == 401 || status == 403 || text == `{"message":"Not Found"}` {
			t.Errorf("%s %s: %d %s", test.method, test.path, status, text)
		}
		if status, text := send(t, d, test.method, "/"+test.mode+test.path, test.body+" ", header...); status != 403 {
			t.Errorf("%s %s: the signature is good for another body: %d %s", test.method, test.path, status, text)
		}
		if strings.Contains(text, "admin-secret") || strings.Contains(text, "reader-secret") {
			t.Errorf("the answer has a secret: %s", text)
		}
	}
	for _, test := range []struct {
		body   object
		status int
		want   string
	}{
		{object{"mode": "none"}, 404, "want one of rest-token"},
		{object{"mode": "rest-token", "caller": "a"}, 404, "none who signs"},
		{object{"mode": "rest-iam", "caller": "a"}, 404, "AKIALOCALADMIN000001"},
		{object{"mode": "rest-iam", "caller": "AKIALOCALADMIN000001", "method": "GET", "url": "/rest-iam/users"}, 400, "absolute"},
		{object{"mode": "rest-iam", "caller": "AKIALOCALADMIN000001", "method": "GET", "url": d.url + "/http-iam/users"}, 400, "path of the mode"},
		{object{"mode": "rest-iam", "caller": "AKIALOCALADMIN000001", "method": "get", "url": d.url + "/rest-iam/users"}, 400, "method"},
		{object{"mode": "rest-iam", "caller": "AKIALOCALADMIN000001", "method": "GET", "url": d.url + "/rest-iam/users?a=%zz"}, 400, "url"},
		{object{"mode": "rest-iam", "caller": "AKIALOCALADMIN000001", "method": "GET", "url": d.url + "/rest-iam/users?X-Amz-Signature=1"}, 400, "signed already"},
	} {
		if status, text := ask(t, d, "sign", test.body, nil); status != test.status || !strings.Contains(text, test.want) {
			t.Errorf("%v: %d %s", test.body, status, text)
		}
	}
}

// TestConsoleSignsSockets: a page connects to a WebSocket API with a URL that is signed.
func TestConsoleSignsSockets(t *testing.T) {
	t.Parallel()
	mode, contract := filepath.Join(t.TempDir(), "sockets.yaml"), filepath.Join(t.TempDir(), "api.yaml")
	write(t, mode, signedSockets)
	write(t, contract, "openapi: 3.1.0\ncomponents: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\nsecurity: [bearer: []]\npaths: {/things: {get: {}}}\n"+
		"x-websocket: {routes: {go: {message: {type: object}}}}\n")
	d := start(t, desk.Config{Contract: contract, Modes: []string{mode}})
	var got pageTold
	ask(t, d, "desk", nil, &got)
	if m := got.Modes[0]; !m.FromPages || !slices.Equal(m.Takes, []string{"iam"}) {
		t.Errorf("%+v", m)
	}
	address := "ws" + strings.TrimPrefix(d.url, "http") + "/sockets?a=b+c"
	for _, caller := range got.Modes[0].Callers {
		var signed struct{ URL string }
		if status, text := ask(t, d, "sign", object{"mode": "sockets", "caller": caller.ID, "url": address}, &signed); status != 200 {
			t.Fatalf("%d %s", status, text)
		}
		c, _, err := websocket.Dial(t.Context(), signed.URL, nil)
		if err != nil {
			t.Fatalf("%s: %v; %s", caller.Name, err, d.stderr)
		}
		c.CloseNow()
		if c, _, err := websocket.Dial(t.Context(), strings.Replace(signed.URL, "a=b", "a=c", 1), nil); err == nil {
			c.CloseNow()
			t.Errorf("%s: the signature is good for another query", caller.Name)
		}
	}
}

const signedSockets = `name: sockets
gateway: WEBSOCKET
authorization: AWS_IAM
localCallers:
  - accessKeyId: AKIASOCKETS000000001
    secretAccessKey: local-sockets-not-secret
    arn: arn:aws:iam::123456789012:user/ann
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "execute-api:*", Resource: "*"}]}
  - accessKeyId: ASIASOCKETS000000001
    secretAccessKey: local-sockets-not-secret
    sessionToken: local+session/token==
    arn: arn:aws:sts::123456789012:assumed-role/sockets/bob
    policy: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "execute-api:*", Resource: "*"}]}
`

// verdict is what became of a broken token.
type verdict struct {
	Name, Part, Why, Class, Token, Code, Body, Verdict, Skipped string
	Status                                                      int
}

// verdicts has a token of admin's broken in ways, none: in all.
func verdicts(t *testing.T, d *running, mode string, kinds ...string) map[string]verdict {
	t.Helper()
	method, path := "GET", "/users"
	if strings.HasSuffix(mode, "socket") {
		method, path = "$connect", ""
	}
	status, text := ask(t, d, "broken", object{
		"credential": object{"kind": "token", "token": accessToken(t, d.url, "admin")}, "mode": mode, "method": method, "path": path, "kinds": kinds,
	}, nil)
	if status != 200 {
		t.Fatalf("%s: %d %s", mode, status, text)
	}
	all := map[string]verdict{}
	for line := range strings.Lines(text) {
		var v verdict
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if _, twice := all[v.Name]; twice {
			t.Errorf("%s: twice", v.Name)
		}
		all[v.Name] = v
	}
	return all
}

// TestConsoleBroken: each kind of broken token that there is of a caller's is refused, by the gateway and by the verifier, and the issuer's
// keys stay as they are.
func TestConsoleBroken(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{})
	_, keys := send(t, d, "GET", "/_cognito/us-east-1_local/.well-known/jwks.json", "")
	var kinds struct {
		Available bool
		Kinds     []verdict
	}
	ask(t, d, "broken", nil, &kinds)
	if !kinds.Available || len(kinds.Kinds) < 300 {
		t.Fatalf("%d kinds", len(kinds.Kinds))
	}
	for _, mode := range []string{"rest-token", "http-lambda", "websocket"} {
		all, sent := verdicts(t, d, mode), 0
		for _, kind := range kinds.Kinds {
			v, there := all[kind.Name]
			switch {
			case !there:
				t.Errorf("%s: %s: no verdict", mode, kind.Name)
			case v.Token == "" && v.Skipped != "" && kind.Class != "publishes":
				continue // there is none such of this token
			case v.Verdict != "refused" || v.Code == "" || v.Why == "":
				t.Errorf("%s: %+v", mode, v)
			}
			if v.Status == 0 && v.Skipped == "" {
				t.Errorf("%s: %s was not sent, and it is not said why", mode, v.Name)
			}
			if kind.Class == "publishes" && (v.Status != 0 || v.Token == "") {
				t.Errorf("%s: %+v", mode, v)
			}
			if v.Status != 0 {
				sent++
			}
		}
		if sent < 200 {
			t.Errorf("%s: %d were sent", mode, sent)
		}
	}
	if _, after := send(t, d, "GET", "/_cognito/us-east-1_local/.well-known/jwks.json", ""); after != keys {
		t.Errorf("the issuer publishes %s, and it did %s", after, keys)
	}
	if some := verdicts(t, d, "rest-token", "alg-none", "key-roca"); len(some) != 2 {
		t.Errorf("%+v", some)
	}
	if v := verdicts(t, d, "http-jwt", "bound-jkt")["bound-jkt"]; v.Verdict != "accepted" || v.Code == "" {
		t.Errorf("API Gateway's own authorizer takes tokens that are bound: %+v", v)
	}
	for _, test := range []struct {
		credential         object
		mode, method, path string
		status             int
		want               string
	}{
		{object{"kind": "token", "token": "a.b.c"}, "rest-token", "GET", "/users", 409, "of a good one"},
		{object{"kind": "none"}, "rest-token", "GET", "/users", 400, "want a token"},
		{nil, "none", "GET", "/users", 404, "want one of"},
		{nil, "rest-iam", "GET", "/users", 400, "takes tokens"},
		{nil, "websocket", "GET", "/", 400, "want $connect"},
		{nil, "websocket", "$connect", "/", 400, "no path"},
		{nil, "websocket", "message whoami", "", 400, "want $connect"},
		{nil, "rest-token", "GET", "users", 400, "begins with /"},
		{nil, "rest-token", "", "/users", 400, "method"},
		{nil, "rest-token", "POST", "/tokens", 409, "asks for one"},
		{nil, "rest-token", "GET", "/nowhere", 409, "asks for one"},
		{nil, "rest-cognito", "GET", "/users", 409, "good token too"},
	} {
		if test.credential == nil {
			test.credential = object{"kind": "token", "token": accessToken(t, d.url, "admin")}
		}
		status, text := ask(t, d, "broken", object{"credential": test.credential, "mode": test.mode, "method": test.method, "path": test.path}, nil)
		if status != test.status || !strings.Contains(text, test.want) {
			t.Errorf("%s %s %s: %d %s, want %d and %q", test.mode, test.method, test.path, status, text, test.status, test.want)
		}
	}
}

// TestConsoleBrokenSeesHoles: an authorizer that takes unsigned tokens and all that expired is seen, and one that fails says nothing.
func TestConsoleBrokenSeesHoles(t *testing.T) {
	t.Parallel()
	authorizer := httptest.NewServer(http.HandlerFunc(holed))
	t.Cleanup(authorizer.Close)
	file := filepath.Join(t.TempDir(), "api.yaml")
	write(t, file, "openapi: 3.1.0\ncomponents: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\npaths: {/users: {get: {security: [bearer: []]}}}\nx-websocket: {connect: {security: [bearer: []]}, routes: {ping: {security: [bearer: []]}}}\n")
	mode := filepath.Join(t.TempDir(), "holed.yaml") // without a pattern, which unsigned tokens do not fit
	write(t, mode, "name: holed\ngateway: REST\nauthorization: TOKEN\nauthorizer: {function: token, identitySource: method.request.header.Authorization, resultTtlInSeconds: 0}\n")
	socket := filepath.Join(t.TempDir(), "holed-socket.yaml")
	write(t, socket, "name: holed-socket\ngateway: WEBSOCKET\nauthorization: REQUEST\nauthorizer: {function: request, identitySource: []}\n")
	d := start(t, desk.Config{Contract: file, Modes: []string{mode, socket}, Functions: []desk.Function{{Name: "token", Where: authorizer.URL}, {Name: "request", Where: authorizer.URL}}})
	for mode, opens := range map[string]int{"holed": 200, "holed-socket": 101} {
		for name, want := range map[string]string{"alg-none": "accepted", "exp-past": "accepted", "hs256-pem": "unknown", "iss-other": "refused", "forged-own-kid": "accepted"} {
			v := verdicts(t, d, mode, name)[name]
			if v.Verdict != want || v.Code == "" || v.Status == 0 || (v.Status == opens) != (want == "accepted") {
				t.Errorf("%s: %+v, want %s", mode, v, want)
			}
		}
	}
	for end := time.Now().Add(time.Minute); len(stateOf(t, d).Sockets) > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("connections are left open")
		}
	}
}

// holed is a TOKEN and a REQUEST authorizer with holes: of a token it looks at alg and iss alone.
func holed(w http.ResponseWriter, r *http.Request) {
	var event struct {
		AuthorizationToken, MethodArn string
		Headers                       map[string]string
	}
	var header struct{ Alg string }
	var claims struct{ Iss string }
	err := json.NewDecoder(r.Body).Decode(&event)
	parts := strings.Split(strings.TrimPrefix(event.AuthorizationToken+event.Headers["Authorization"], "Bearer "), ".")
	for i, into := range []any{&header, &claims} {
		if text, _ := base64.RawURLEncoding.DecodeString(parts[min(i, len(parts)-1)]); err == nil {
			err = json.Unmarshal(text, into)
		}
	}
	answer := `{"errorMessage":"Unauthorized","errorType":"errorString"}`
	switch {
	case header.Alg == "HS256":
		answer = `{"errorMessage":"the keys are gone","errorType":"errorString"}`
	case err == nil && strings.HasSuffix(claims.Iss, "/us-east-1_local"):
		fmt.Fprintf(w, `{"principalId":"ann","policyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"execute-api:Invoke","Resource":%q}]}}`, event.MethodArn)
		return
	}
	w.Header().Set("X-Amz-Function-Error", "Unhandled")
	fmt.Fprint(w, answer)
}

// TestConsoleBrokenElsewhere: of another issuer's tokens none is broken, since the desk has not its keys.
func TestConsoleBrokenElsewhere(t *testing.T) {
	t.Parallel()
	d := start(t, desk.Config{Modes: []string{"rest-token"}, Environ: append(os.Environ(), "USER_POOL_CLIENT_ID=other",
		`ISSUERS=[{"issuer":"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other","audience":["other"],"tokenUse":["access"]}]`)})
	var kinds struct {
		Available bool
		Why       string
	}
	if ask(t, d, "broken", nil, &kinds); kinds.Available || !strings.Contains(kinds.Why, "eu-west-1_other") {
		t.Errorf("%+v", kinds)
	}
	if status, text := ask(t, d, "broken", object{"credential": object{"kind": "token", "token": "a"}, "mode": "rest-token", "method": "GET", "path": "/users"}, nil); status != 409 {
		t.Errorf("%d %s", status, text)
	}
}
