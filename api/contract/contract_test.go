package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"portcullis/api/contract"
	"portcullis/policy"
)

// TestTheContract pins who may call what of the contract that ships.
func TestTheContract(t *testing.T) {
	read, err := contract.Load("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := read.Rules()
	if err != nil {
		t.Fatal(err)
	}
	operations := []string{"GET /users", "POST /users", "GET /users/me", "PUT /users/me", "DELETE /users/me", "GET /users/you", "PUT /users/you"}
	public := []string{"POST /tokens", "POST /tokens/refresh", "POST /tokens/revoke", "POST /tokens/sign-out"}
	tests := []struct{ scopes, allowed string }{
		{"users/read users/write", "GET /users, POST /users, GET /users/me, PUT /users/me, DELETE /users/me, GET /users/you, PUT /users/you"},
		{"users/read", "GET /users, GET /users/me, GET /users/you"},
		{"users/self", "GET /users/me, PUT /users/me"},
		{"", ""},
		{"users users/ users/readx", ""},
	}
	for _, test := range tests {
		for _, scheme := range []string{"bearer", "apiKey", "other"} {
			want := strings.Join(public, ", ")
			if scheme != "other" && test.allowed != "" {
				want += ", " + test.allowed
			}
			var allowed []string
			for _, operation := range slices.Concat(public, operations) {
				method, path, _ := strings.Cut(operation, " ")
				who := policy.Caller{ID: "me", Schemes: []string{scheme}, Scopes: strings.Fields(test.scopes)}
				if rules.Decide(who, method, path) == policy.Allow {
					allowed = append(allowed, operation)
				}
			}
			if got := strings.Join(allowed, ", "); got != want {
				t.Errorf("%s with %q may call %s; want %s", scheme, test.scopes, got, want)
			}
		}
	}
}

func TestTheContractsInputs(t *testing.T) {
	read, err := contract.Load("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := json.Unmarshal(read.Document, &document); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range read.Operations {
		line := fmt.Sprint(o.ID, " ", o.Function, " ", o.Parameters)
		if o.Body != nil {
			line += fmt.Sprint(" ", o.Body.Required, " ", o.Body.Schemas["application/json"])
		}
		got = append(got, line)
	}
	want := []string{
		"listUsers users [{limit query false} {next query false}]",
		"createUser users [] true #/paths/~1users/post/requestBody/content/application~1json/schema",
		"getUser users [{id path true}]",
		"updateUser users [{id path true} {If-Match header false}] true #/paths/~1users~1%7Bid%7D/put/requestBody/content/application~1json/schema",
		"deleteUser users [{id path true} {If-Match header false}]",
		"signIn tokens [] true #/paths/~1tokens/post/requestBody/content/application~1json/schema",
		"refreshTokens tokens [] true #/paths/~1tokens~1refresh/post/requestBody/content/application~1json/schema",
		"revokeToken tokens [] true #/paths/~1tokens~1revoke/post/requestBody/content/application~1json/schema",
		"signOut tokens []",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestParseRefuses goes through testdata/refused: each file's first lines are the errors that it must cause, and no others.
func TestParseRefuses(t *testing.T) {
	files, err := filepath.Glob("testdata/refused/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no files in testdata/refused")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for line := range strings.Lines(string(text)) {
			reason, isError := strings.CutPrefix(line, "# ")
			if !isError {
				break
			}
			want = append(want, file+":"+strings.TrimSuffix(reason, "\n"))
		}
		_, err = contract.Load(file)
		if all := (contract.Errors)(nil); !errors.As(err, &all) || err.Error() != strings.Join(want, "\n") {
			t.Errorf("%s: error\n%v\nwant\n%s", file, err, strings.Join(want, "\n"))
		}
	}
}

func TestParse(t *testing.T) {
	read, err := contract.Load("testdata/inheriting.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range read.Operations {
		got = append(got, fmt.Sprintf("%s: %s public=%v %v %v %v", o.Route, o.Function, o.Access.Public, o.Access.Alternatives, o.Parameters, o.Body))
	}
	want := []string{
		"GET /: things public=true [] [] <nil>",
		"GET /things/{id}: things public=false [[{bearer [read]}]] [{id path true} {X-Trace header true}] <nil>",
		"POST /things/{id}: writer public=false [[{bearer [write]} {apiKey []}] [{bearer [admin]}]] [{X-Trace header false} {id path true}] &{true map[application/json:#/components/requestBodies/Thing/content/application~1json/schema text/plain:]}",
		"GET /files/{path+}: things public=false [[{bearer [read]}]] [] <nil>",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestLoadNamesTheFile(t *testing.T) {
	for _, name := range []string{filepath.Join(t.TempDir(), "absent.yaml"), t.TempDir()} {
		if _, err := contract.Load(name); err == nil || !strings.HasPrefix(err.Error(), name+": ") || strings.Count(err.Error(), name) != 1 {
			t.Errorf("error %v; want one that begins with the file's name", err)
		}
	}
}

// FuzzParse: what is read has rules, and each operation the access that a plain reading of the document gives.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"../openapi.yaml", "testdata/*.yaml", "testdata/refused/*.yaml", "../../deploy/portcullis/testdata/wild/*/openapi.*"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("there is no %s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			if len(text) < 40_000 { // of larger ones no change is tried often enough
				f.Add(text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := contract.Parse("contract", text)
		if err != nil {
			return
		}
		if _, err := read.Rules(); err != nil {
			t.Errorf("the rules of a contract that was read: %v", err)
		}
		plain := plainReading(t, text)
		for _, o := range read.Operations {
			path, member := o.Route.Path, strings.ToLower(o.Route.Method)
			if o.Default {
				path = "/$default"
			}
			if member == "any" {
				member = "x-amazon-apigateway-any-method"
			}
			want, there := plain[path+" "+member]
			if got := accessText(o.Access); !there || got != want {
				t.Errorf("%s: %s; the document says %s", o.Route, got, want)
			}
			delete(plain, path+" "+member)
			if o.Default {
				plain[path+" "+member] = want // which is two operations
			}
		}
		for lost := range plain {
			if !strings.HasPrefix(lost, "/$default ") {
				t.Errorf("%s was lost", lost)
			}
		}
	})
}

// accessText is who may call, in one line.
func accessText(access policy.Access) string {
	if access.Public {
		return "public"
	}
	var alternatives []string
	for _, alternative := range access.Alternatives {
		var requirements []string
		for _, r := range alternative {
			requirements = append(requirements, fmt.Sprint(r.Scheme, r.Scopes))
		}
		slices.Sort(requirements)
		alternatives = append(alternatives, strings.Join(requirements, "+"))
	}
	return strings.Join(alternatives, " or ")
}

// plainReading is who may call each operation, by its path and member, as OpenAPI has it, read without any checks.
func plainReading(t *testing.T, text []byte) map[string]string {
	var document map[string]any
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatalf("a contract that is no YAML: %v", err)
	}
	components, _ := document["components"].(map[string]any)
	schemes, _ := components["securitySchemes"].(map[string]any)
	paths, _ := document["paths"].(map[string]any)
	all := map[string]string{}
	for path, item := range paths {
		members, _ := item.(map[string]any)
		for member, operation := range members {
			members, isOperation := operation.(map[string]any)
			if !slices.Contains(strings.Fields("get head post put patch delete options x-amazon-apigateway-any-method"), member) || !isOperation || path[0] != '/' {
				continue
			}
			security, own := members["security"]
			if !own {
				security = document["security"]
			}
			if access := plainAccess(security, schemes); !isMockOptions(member, members, document, access) {
				all[path+" "+member] = access
			}
		}
	}
	return all
}

// isMockOptions tells whether an operation is no operation but the gateway's own answer to preflights.
func isMockOptions(member string, operation, document map[string]any, access string) bool {
	integration, _ := operation["x-amazon-apigateway-integration"].(map[string]any)
	if reference, refers := integration["$ref"].(string); refers {
		var at any = document
		for _, name := range strings.Split(strings.TrimPrefix(reference, "#/"), "/") {
			within, _ := at.(map[string]any)
			at = within[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)]
		}
		integration, _ = at.(map[string]any)
	}
	kind, _ := integration["type"].(string)
	for _, own := range []string{"x-function", "x-public", "x-amazon-apigateway-auth"} {
		if _, has := operation[own]; has {
			return false
		}
	}
	return member == "options" && strings.EqualFold(kind, "mock") && (access == "public" || access == "")
}

func plainAccess(security any, schemes map[string]any) string {
	list, isList := security.([]any)
	if isList && len(list) == 0 {
		return "public"
	}
	var alternatives []string
	for _, alternative := range list {
		var requirements []string
		for name, scopes := range alternative.(map[string]any) {
			requirements = append(requirements, plainScheme(name, schemes)+fmt.Sprint(scopes))
		}
		slices.Sort(requirements)
		alternatives = append(alternatives, strings.Join(requirements, "+"))
	}
	return strings.Join(alternatives, " or ")
}

// plainScheme is what a request has to bring by a scheme: the text is that of ours.
func plainScheme(name string, schemes map[string]any) string {
	scheme, _ := schemes[name].(map[string]any)
	if reference, refers := scheme["$ref"].(string); refers {
		return plainScheme(strings.TrimPrefix(reference, "#/components/securitySchemes/"), schemes)
	}
	_, isGateway := scheme["x-amazon-apigateway-authorizer"]
	authType, isTyped := scheme["x-amazon-apigateway-authtype"]
	switch {
	case authType == "awsSigv4":
		return "awsSigv4"
	case scheme["type"] == "apiKey" && !isGateway && !isTyped:
		return "apiKey"
	}
	return "bearer"
}

func ExampleContract_Rules() {
	read, err := contract.Load("../openapi.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	rules, err := read.Rules()
	if err != nil {
		fmt.Println(err)
		return
	}
	reader := policy.Caller{ID: "7", Schemes: []string{policy.SchemeBearer}, Scopes: []string{"users/read"}}
	fmt.Println(rules.Decide(reader, "GET", "/users/8"), rules.Decide(reader, "DELETE", "/users/8"))
	// Output: allow deny
}

// TestAnyMethod: an operation of every method, and the route for what no other one serves.
func TestAnyMethod(t *testing.T) {
	read, err := contract.Load("testdata/any.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range read.Operations {
		got = append(got, fmt.Sprintf("%s %v", o.Route, o.Default))
	}
	if want := "GET /things false, ANY /things false, ANY / true, ANY /{proxy+} true"; strings.Join(got, ", ") != want {
		t.Errorf("operations %s\nwant %s", strings.Join(got, ", "), want)
	}
	if place := read.Operations[1].Body.Schemas["application/json"]; place != "#/paths/~1things/x-amazon-apigateway-any-method/requestBody/content/application~1json/schema" {
		t.Errorf("schema at %s", place)
	}
	rules, err := read.Rules()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		scope, method, path string
		want                policy.Decision
	}{
		{"things/read", "PUT", "/things", policy.Allow},
		{"things/read", "PUT", "/", policy.Deny},
		{"things/read", "PUT", "/other", policy.Deny},
		{"things/all", "PUT", "/things", policy.Deny},
		{"things/all", "PUT", "/", policy.Allow},
		{"things/all", "DELETE", "/other/one", policy.Allow},
	}
	for _, test := range tests {
		who := policy.Caller{ID: "me", Schemes: []string{policy.SchemeBearer}, Scopes: []string{test.scope}}
		if got := rules.Decide(who, test.method, test.path); got != test.want {
			t.Errorf("%s may %s %s: %v", test.scope, test.method, test.path, got)
		}
	}
}

// TestFunctions: what names an operation's function, and what does not.
func TestFunctions(t *testing.T) {
	const (
		uri  = "{security: [], x-amazon-apigateway-integration: {uri: '%s'}}"
		rest = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:"
		http = "arn:aws:lambda:us-east-1:123456789012:function:"
	)
	named := strings.Repeat("n", 64)
	for _, test := range []struct{ root, operation, want string }{
		{"", "{security: []}", ""},
		{"x-function: all", "{security: []}", "all"},
		{"x-function: all", "{security: [], x-function: own}", "own"},
		{"", fmt.Sprintf(uri, rest+"Hello_World-1/invocations"), "Hello_World-1"},
		{"", fmt.Sprintf(uri, rest+"hello:live/invocations"), "hello"},
		{"", fmt.Sprintf(uri, rest+"hello:${stageVariables.alias}/invocations"), "hello"},
		{"", fmt.Sprintf(uri, http+"hello"), "hello"},
		{"", fmt.Sprintf(uri, "arn:aws-cn:lambda:cn-north-1:123456789012:function:hello:3"), "hello"},
		{"x-function: all", fmt.Sprintf(uri, http+"hello"), "all"},
		{"", "{security: [], x-function: own, x-amazon-apigateway-integration: {uri: '" + http + "hello'}}", "own"},
		{"", "{security: [], x-amazon-apigateway-integration: {$ref: '#/components/x-amazon-apigateway-integrations/one'}}", "shared"},
		{"", fmt.Sprintf(uri, rest+"${stageVariables.fn}/invocations"), ""},
		{"x-function: all", fmt.Sprintf(uri, rest+"hello-${stageVariables.fn}/invocations"), "all"},
		{"", fmt.Sprintf(uri, "https://example.com/:function:hello"), ""},
		{"", fmt.Sprintf(uri, "arn:aws:apigateway:us-east-1:s3:path/bucket:function:hello"), ""},
		{"", "{security: [], x-amazon-apigateway-integration: {type: mock}}", ""},
		{"", "{security: [], x-function: " + named + "}", named},
	} {
		read, err := contract.Parse("contract", fmt.Appendf(nil, "openapi: 3.0.1\ncomponents: {x-amazon-apigateway-integrations: {one: {uri: '%sshared'}}}\npaths: {/a: {get: %s}}\n%s", http, test.operation, test.root))
		if err != nil {
			t.Errorf("%s: %v", test.operation, err)
			continue
		}
		if got := read.Operations[0].Function; got != test.want {
			t.Errorf("%s %s: %q, want %q", test.root, test.operation, got, test.want)
		}
	}
	for _, name := range []string{named + "n", "a.b", "a b", "", "é", "arn:aws:lambda"} {
		if contract.IsFunctionName(name) {
			t.Errorf("%q is no name of a function", name)
		}
	}
}

// TestMeantPublic: the mark is told of the operation that has it, whether its security is its own or the document's.
func TestMeantPublic(t *testing.T) {
	read, err := contract.Parse("contract", []byte("openapi: 3.0.1\nsecurity: []\npaths: {/a: {get: {x-public: true}, put: {security: [], x-public: true}, post: {}}}"))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, true, false} {
		if o := read.Operations[i]; o.MeantPublic != want || !o.Access.Public {
			t.Errorf("%s: %+v", o.Route, o)
		}
	}
}

// TestPreflights: OPTIONS that a mock answers is the gateway's own, and no operation, where nobody has to sign in for it; anything else
// is an operation that says who may call it.
func TestPreflights(t *testing.T) {
	const mock = "x-amazon-apigateway-integration: {type: mock}"
	const silent = "contract:3: OPTIONS /a: no `security`, here or at the document's root; a public operation says `security: []`"
	for _, test := range []struct{ root, options, want string }{
		{"", mock, "passed"},
		{"", "security: [], " + mock, "passed"},
		{"", "responses: {'200': {description: CORS}}, x-amazon-apigateway-integration: {type: MOCK, responses: {}}", "passed"},
		{"", "x-amazon-apigateway-integration: {$ref: '#/components/x-amazon-apigateway-integrations/cors'}", "passed"},
		{"security: []", mock, "passed"},
		{"security: [b: [r]]", "security: [], " + mock, "passed"},

		{"security: [b: [r]]", mock, "false [[{bearer [r]}]]"},
		{"", "security: [b: []], " + mock, "false [[{bearer []}]]"},
		{"", "security: [], x-public: true, " + mock, "true []"},
		{"", "security: [], x-function: f, " + mock, "true []"},
		{"", "security: [], x-amazon-apigateway-auth: {type: NONE}, " + mock, "true []"},
		{"", "security: []", "true []"},
		{"", "security: [], x-amazon-apigateway-integration: {type: aws_proxy}", "true []"},

		{"", "x-function: f, " + mock, silent},
		{"", "x-amazon-apigateway-auth: {type: AWS_IAM}, " + mock, silent},
		{"", "x-amazon-apigateway-integration: {type: http}", silent},
		{"", "x-amazon-apigateway-integration: {$ref: '#/components/x-amazon-apigateway-integrations/other'}", silent},
		{"", "security: null, " + mock, "contract:3: security: want a list; `[]` makes an operation public"},
		{"", "securty: [b: []], " + mock, `contract:3: OPTIONS /a: "securty" is no member that a contract has there; did you mean security?`},
		{"", "parameter: [], " + mock, `contract:3: OPTIONS /a: "parameter" is no member that a contract has there; did you mean parameters?`},
		{"", "x-functoin: f, " + mock, `contract:3: OPTIONS /a: "x-functoin" is no member that a contract has there; did you mean x-function?`},
		{"", "x-amazon-apigateway-authtype: custom, " + mock, "contract:3: OPTIONS /a: x-amazon-apigateway-authtype: want it in a security scheme, and that scheme in `security`"},
	} {
		const text = "openapi: 3.0.1\npaths: {/a: {get: {security: [b: [r]]},\noptions: {%s}}}\n" +
			"components: {securitySchemes: {b: {type: http, scheme: bearer}}, x-amazon-apigateway-integrations: {cors: {type: mock}, other: {type: http}}}\n%s"
		read, err := contract.Parse("contract", fmt.Appendf(nil, text, test.options, test.root))
		got := ""
		switch {
		case err != nil:
			got = err.Error()
		case len(read.Operations) == 2:
			got = fmt.Sprint(read.Operations[1].Access.Public, read.Operations[1].Access.Alternatives)
		case slices.Equal(read.Preflights, []string{"/a"}):
			got = "passed"
		}
		if got != test.want {
			t.Errorf("%s, %s: %s, want %s", test.root, test.options, got, test.want)
		}
		if err != nil {
			continue
		}
		told := slices.ContainsFunc(read.Remarks, func(r contract.Remark) bool {
			return r.Line == 3 && strings.HasPrefix(r.Text, "options with a mock's answer: is passed over: ")
		})
		if told != (got == "passed") {
			t.Errorf("%s, %s: remarks %v", test.root, test.options, read.Remarks)
		}
	}
	_, err := contract.Parse("contract", []byte("openapi: 3.0.1\npaths: {/$default: {options: {security: [], "+mock+"}}}"))
	if err == nil || !strings.HasPrefix(err.Error(), "contract:2: /$default: want x-amazon-apigateway-any-method, and no single method") {
		t.Errorf("error %v", err)
	}
}

// TestDefaultRoute: API Gateway's own mark of its route $default says nothing new there, and is no member anywhere else.
func TestDefaultRoute(t *testing.T) {
	for text, want := range map[string]string{
		"/$default: {x-amazon-apigateway-any-method: {security: [], isDefaultRoute: true}}":   "",
		"/$default: {x-amazon-apigateway-any-method: {security: [], isDefaultRoute: false}}":  "contract:2: ANY /$default: isDefaultRoute: want true, which it is",
		"/$default: {x-amazon-apigateway-any-method: {security: [], isDefaultRoute: 'true'}}": "contract:2: ANY /$default: isDefaultRoute: want true, which it is",
		"/a: {x-amazon-apigateway-any-method: {security: [], isDefaultRoute: true}}":          `contract:2: ANY /a: "isDefaultRoute" is no member that a contract has there`,
		"/a: {get: {security: [], isDefaultRoute: true}}":                                     `contract:2: GET /a: "isDefaultRoute" is no member that a contract has there`,
	} {
		_, err := contract.Parse("contract", []byte("openapi: 3.0.1\npaths: {"+text+"}"))
		if got := fmt.Sprint(err); got != want && (err != nil || want != "") {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
