package terraform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/testtools"
)

// places are what API Gateway and Lambda know a thing by that has no id of its own, beside its API: what is made at the place of another
// takes it, or is refused, and goes with it.
var places = map[string][]string{
	"aws_api_gateway_resource":             {"parent_id", "path_part"},
	"aws_api_gateway_method":               {"resource_id", "http_method"},
	"aws_api_gateway_integration":          {"resource_id", "http_method"},
	"aws_api_gateway_method_response":      {"resource_id", "http_method", "status_code"},
	"aws_api_gateway_integration_response": {"resource_id", "http_method", "status_code"},
	"aws_api_gateway_gateway_response":     {"response_type"},
	"aws_api_gateway_model":                {"name"},
	"aws_api_gateway_request_validator":    {"name"},
	"aws_api_gateway_method_settings":      {"stage_name", "method_path"},
	"aws_api_gateway_rest_api_policy":      {},
	"aws_lambda_permission":                {"function_name", "qualifier", "statement_id"},
}

// plainAPI and richAPI are what changes begin with.
var (
	plainAPI = wanted{mode: "iam"}
	richAPI  = wanted{
		mode: "cache-origin",
		inMode: beside(`requestValidation: {body: true, parameters: true}
throttle: {rateLimit: 7, burstLimit: 3, methods: {GET /one: {rateLimit: 5, burstLimit: 2}}}
binaryMediaTypes: [image/png]
integrationTimeoutInMillis: 1500
gatewayResponses: {ACCESS_DENIED: {statusCode: 404, headers: {X-Request: $context.requestId}, body: '{}'}}`),
		vars: map[string]any{"name": "rich", "allowed_origins": []string{"https://a.example.com"}, "vpc_endpoint_ids": []string{"vpce-11111111"}},
	}
)

// TestNoChangeReplacesWhatHasOnePlace plans changes of REST APIs, each of an API of its own. What is made before the old one goes must not
// be at its place.
func TestNoChangeReplacesWhatHasOnePlace(t *testing.T) {
	t.Parallel()
	const part, thing = `Part: {type: object, properties: {label: {type: string}}}`, `Thing: {type: object, properties: {part: {$ref: "#/components/schemas/Part"}}}`
	const one = "  /one:\n    get: {operationId: getOne}\n"
	origins := func(all ...string) map[string]any { return map[string]any{"allowed_origins": all} }
	lines := []struct {
		name   string
		from   wanted
		change wanted
	}{
		{"a TOKEN authorizer", plainAPI, wanted{mode: "token"}},
		{"a REQUEST authorizer, and a cache", plainAPI, wanted{mode: "cache-request"}},
		{"user pools", plainAPI, wanted{mode: "own-pool"}},
		{"user pools, and a cache", plainAPI, wanted{mode: "cache-pools"}},
		{"API keys", plainAPI, wanted{mode: "key"}},
		{"a TOKEN authorizer and API keys", plainAPI, wanted{mode: "token-and-key"}},
		{"a cache", plainAPI, wanted{mode: "cache-iam"}},
		{"settings", plainAPI, wanted{mode: "settings"}},
		{"signatures in the place of tokens", richAPI, wanted{mode: "iam"}},
		{"user pools in the place of tokens", richAPI, wanted{mode: "pools"}},
		{"API keys in the place of tokens", richAPI, wanted{mode: "key"}},
		{"another authorizer", richAPI, wanted{vars: map[string]any{"authorizer": "two"}}},
		{"validation", plainAPI, wanted{inMode: beside("requestValidation: {body: true, parameters: true}")}},
		{"no validation, no settings, no cache", richAPI, wanted{mode: "token"}},
		{"binary media types", plainAPI, wanted{inMode: beside("binaryMediaTypes: [image/png]")}},
		{"another timeout", richAPI, wanted{inMode: []string{"1500", "2500"}}},
		{"another answer of the gateway's", richAPI, wanted{inMode: []string{"statusCode: 404", "statusCode: 410"}}},
		{"one origin", plainAPI, wanted{vars: origins("https://a.example.com")}},
		{"several origins", plainAPI, wanted{vars: origins("https://a.example.com", "https://b.example.com")}},
		{"all origins", richAPI, wanted{vars: origins("*")}},
		{"a private API", plainAPI, wanted{vars: map[string]any{"vpc_endpoint_ids": []string{"vpce-22222222"}}}},
		{"another endpoint", richAPI, wanted{vars: map[string]any{"vpc_endpoint_ids": []string{"vpce-22222222"}}}},
		{"no private API any more", richAPI, wanted{vars: map[string]any{"vpc_endpoint_ids": nil}}},
		{"its own domain alone", plainAPI, wanted{vars: map[string]any{"own_domain_only": true}}},
		{"another function", plainAPI, wanted{vars: map[string]any{"function": "two"}}},
		{"another alias", plainAPI, wanted{inMode: []string{"alias: live", "alias: blue"}, vars: map[string]any{"alias": "blue"}}},
		{"another name", richAPI, wanted{vars: map[string]any{"name": "other"}}},
		{"another stage", richAPI, wanted{vars: map[string]any{"stage": "v2"}}},
		{"an operation more", richAPI, wanted{contract: []string{"  /open:\n", "  /more/{id}:\n    get: {parameters: [{name: id, in: path, required: true}]}\n  /open:\n    put: {}\n"}}},
		{"an operation less", richAPI, wanted{contract: []string{"    get: {operationId: getOne}\n", ""}, inMode: withoutOne}},
		{"another verb", plainAPI, wanted{contract: []string{one, "  /one:\n    patch: {operationId: getOne}\n"}}},
		{"any verb", plainAPI, wanted{contract: []string{one, "  /one:\n    x-amazon-apigateway-any-method: {operationId: getOne}\n"}}},
		{"an operation that is open", plainAPI, wanted{contract: []string{"getOne}", "getOne, security: []}"}}},
		{"a path that is moved", plainAPI, wanted{contract: []string{"  /owned/{id}:", "  /of/owner/{id}:"}}},
		{"a path that is moved below itself", plainAPI, wanted{contract: []string{"  /open:", "  /open/wide:"}}},
		{"a path that is taken away", plainAPI, wanted{contract: []string{"  /open:\n    get: {security: []}\n", ""}}},
		{"a parameter that is required", richAPI, wanted{contract: []string{"getOne}", "getOne, parameters: [{name: X-Wanted, in: header, required: true, schema: {type: string}}]}"}}},
		{"another body", richAPI, wanted{contract: []string{"label: {type: string}", "label: {type: integer}"}}},
		{"a body of a higher rank", richAPI, wanted{contract: []string{part, `Part: {type: object, properties: {label: {$ref: "#/components/schemas/Label"}}}` + "\n    Label: {type: string}"}}},
		{"a body of a lower rank", richAPI, wanted{contract: []string{thing, "Thing: {type: object}"}}},
		{"no body", richAPI, wanted{contract: []string{"      requestBody: {content: {application/json: {schema: {$ref: \"#/components/schemas/Thing\"}}}}\n", "      summary: Nothing.\n"}}},
		{"another policy", plainAPI, wanted{contract: []string{"Effect: Allow", "Effect: Deny"}}},
		{"no policy any more", plainAPI, wanted{contract: []string{"x-amazon-apigateway-policy:", "x-other:"}}},
	}

	s := newAPIs(t, likeAPIGateway(t, testtools.Moto(t)))
	s.Run(append([]string{"apply", "-auto-approve"}, s.arguments(t, map[string]wanted{"plain": plainAPI, "rich": richAPI})...)...)
	changed, copies := map[string]wanted{}, map[string]string{}
	for _, line := range lines {
		changed[line.name] = line.from.with(line.change)
		if copies[line.name] = "plain"; line.from.mode == richAPI.mode {
			copies[line.name] = "rich"
		}
	}
	s.copyAPIs(t, copies)
	// The emulator has two APIs, of which all begin with a copy, so nothing is to be read of it.
	s.Run(append([]string{"plan", "-refresh=false", "-out=plan"}, s.arguments(t, changed)...)...)
	changes, seen := s.changes(t), map[string]bool{}
	for _, line := range lines {
		own := changes[line.name]
		if !slices.ContainsFunc(own, func(c resourceChange) bool { return !slices.Equal(c.Change.Actions, []string{"no-op"}) }) {
			t.Errorf("%s: nothing changes", line.name)
		}
		for _, c := range own {
			seen[c.Type] = seen[c.Type] || c.Change.Before != nil
		}
		for _, wrong := range atOnePlace(own) {
			t.Errorf("%s: %s", line.name, wrong)
		}
	}
	for kind := range places {
		if !seen[kind] {
			t.Errorf("no API has a %s to begin with", kind)
		}
	}
}

// beside replaces in a mode file so that it says more.
func beside(more string) []string { return []string{"stageVariables:", more + "\nstageVariables:"} }

// withoutOne takes what richAPI says of GET /one out of its mode.
var withoutOne = []string{", methods: {GET /one: {rateLimit: 5, burstLimit: 2}}", "", "    GET /one: {keyParameters: [context.authorizer.principalId, method.request.header.Origin]}\n", ""}

// resourceChange is what Terraform plans for one resource.
type resourceChange struct {
	Address, Type string
	Change        struct {
		Actions       []string
		Before, After map[string]any
	}
}

func (c resourceChange) goes() bool   { return slices.Contains(c.Change.Actions, "delete") }
func (c resourceChange) isMade() bool { return slices.Contains(c.Change.Actions, "create") }

// atOnePlace says which of the changes put a thing at the place of one that goes.
func atOnePlace(changes []resourceChange) []string {
	var wrong []string
	gone := map[string]string{}
	for _, c := range changes {
		if attributes, has := places[c.Type]; has && c.goes() {
			gone[place(c.Type, attributes, c.Change.Before)] = c.Address
		}
	}
	for _, c := range changes {
		attributes, has := places[c.Type]
		if !has || !c.isMade() {
			continue
		}
		if c.goes() && mayStay(attributes, c) {
			wrong = append(wrong, c.Address+" is replaced at one place")
		} else if old := gone[place(c.Type, attributes, c.Change.After)]; old != "" {
			wrong = append(wrong, c.Address+" is made at the place of "+old)
		}
	}
	return wrong
}

// place is the place of a thing; one that is not known is nobody's.
func place(kind string, attributes []string, values map[string]any) string {
	at := kind
	for _, name := range ofAPI(kind, attributes) {
		value, known := values[name].(string)
		if !known {
			return ""
		}
		at += "\n" + value
	}
	return at
}

// ofAPI are the attributes of a place with that of the API, which a permission has not.
func ofAPI(kind string, attributes []string) []string {
	if kind == "aws_lambda_permission" {
		return attributes
	}
	return append([]string{"rest_api_id"}, attributes...)
}

// mayStay tells whether what is replaced may be made at its old place: nothing of it is known to be another.
func mayStay(attributes []string, c resourceChange) bool {
	return !slices.ContainsFunc(ofAPI(c.Type, attributes), func(name string) bool {
		after, known := c.Change.After[name]
		return known && after != c.Change.Before[name]
	})
}

// apiStack is the stack of testdata/replaced: REST APIs, whose plans are compiled of the contract there and of modes of the fixtures.
type apiStack struct {
	*testtools.Stack
	dir   string
	plans int
}

// newAPIs makes the stack, at the emulator's address.
func newAPIs(t *testing.T, moto string) *apiStack {
	t.Helper()
	dir := filepath.Join(copyStack(t), "examples", "replaced")
	copyTo(t, dir, "testdata/replaced", "*.tf")
	copyTo(t, dir, "testdata/replaced", "*/*.tf")
	write(t, filepath.Join(dir, "code.zip"), zipOf(t, "code"))
	return &apiStack{Stack: testtools.Terraform(t, dir, testtools.MotoEnv(moto)...), dir: dir}
}

// wanted is what an API is to be: a mode, replacements in its text and in the contract's, and variables.
type wanted struct {
	mode             string
	contract, inMode []string
	vars             map[string]any
}

// with changes what is wanted. What is replaced in a mode's text stays with the mode.
func (w wanted) with(change wanted) wanted {
	if change.mode != "" {
		w.mode, w.inMode = change.mode, nil
	}
	w.contract, w.inMode = slices.Concat(w.contract, change.contract), slices.Concat(w.inMode, change.inMode)
	vars := maps.Clone(w.vars)
	if vars == nil {
		vars = map[string]any{}
	}
	maps.Copy(vars, change.vars)
	w.vars = vars
	return w
}

// arguments writes the plans of what APIs are to be, by their names, and gives the arguments of terraform that name them.
func (s *apiStack) arguments(t *testing.T, all map[string]wanted) []string {
	t.Helper()
	apis := map[string]any{}
	for name, w := range all {
		s.plans++
		folder := filepath.Join(s.dir, "plans", fmt.Sprint(s.plans))
		contract, mode := filepath.Join(folder, "openapi.yaml"), filepath.Join(folder, "modes", w.mode+".yaml")
		write(t, contract, replaced(t, "testdata/replaced/openapi.yaml", w.contract))
		write(t, mode, replaced(t, "tests/fixtures/modes/"+w.mode+".yaml", w.inMode))
		for file, content := range compiled(t, contract, []string{mode}, filepath.Join(folder, "rules.json"), folder) {
			write(t, file, content)
		}
		api := map[string]any{"name": "demo", "plan": filepath.Join(folder, w.mode+".json")}
		maps.Copy(api, w.vars)
		apis[name] = api
	}
	encoded, err := json.Marshal(map[string]any{"apis": apis})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(s.dir, "plans", fmt.Sprintf("%d.tfvars.json", s.plans))
	write(t, file, encoded)
	return []string{"-no-color", "-parallelism=20", "-var-file=" + file}
}

// replaced is a file's text with pairs of texts replaced, each of which is there.
func replaced(t *testing.T, file string, pairs []string) []byte {
	t.Helper()
	text := string(read(t, file))
	for pair := range slices.Chunk(pairs, 2) {
		if !strings.Contains(text, pair[0]) {
			t.Fatalf("%s does not have %q", file, pair[0])
		}
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	return []byte(text)
}

// copyAPIs has the state hold, in the place of the APIs that were made, copies of them by other names.
func (s *apiStack) copyAPIs(t *testing.T, copies map[string]string) {
	t.Helper()
	file := filepath.Join(s.dir, "terraform.tfstate")
	var state map[string]any
	if err := json.Unmarshal(read(t, file), &state); err != nil {
		t.Fatal(err)
	}
	var left []any
	for _, one := range state["resources"].([]any) {
		module, _ := one.(map[string]any)["module"].(string)
		if module == "" {
			left = append(left, one)
		}
		for to, from := range copies {
			if below, is := strings.CutPrefix(module, `module.api["`+from+`"]`); is {
				moved := maps.Clone(one.(map[string]any))
				moved["module"] = `module.api["` + to + `"]` + below
				left = append(left, moved)
			}
		}
	}
	state["resources"] = left
	encoded, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, encoded)
}

// changes are the changes that the file plan has, by the APIs' names.
func (s *apiStack) changes(t *testing.T) map[string][]resourceChange {
	t.Helper()
	var shown struct {
		Changes []resourceChange `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(s.Run("show", "-json", "plan")), &shown); err != nil {
		t.Fatal(err)
	}
	all := map[string][]resourceChange{}
	for _, c := range shown.Changes {
		if name, of := strings.CutPrefix(c.Address, `module.api["`); of {
			name, _, _ = strings.Cut(name, `"]`)
			all[name] = append(all[name], c)
		}
	}
	return all
}

// likeAPIGateway serves the emulator, and has its REST APIs answer as API Gateway does: where there is no integration moto 5.2.1 answers with
// an empty one, or fails, which has the provider ask again and again; and it writes policies without a backslash before each quote, which
// the provider cannot read.
func likeAPIGateway(t *testing.T, moto string) string {
	t.Helper()
	proxy := testtools.Proxy(t, moto)
	proxy.ModifyResponse = func(r *http.Response) error {
		integration, _ := path.Match("/restapis/*/resources/*/methods/*/integration", strings.TrimSuffix(r.Request.URL.Path, "/responses/204"))
		api, _ := path.Match("/restapis/*", r.Request.URL.Path)
		if !integration && !api || r.StatusCode == http.StatusNoContent {
			return nil
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		var answer map[string]any
		if unread := json.Unmarshal(body, &answer); integration && (unread != nil || len(answer) == 0) {
			r.StatusCode = http.StatusNotFound
			r.Header.Set("X-Amzn-Errortype", "NotFoundException")
			body = []byte(`{"message":"Invalid Integration identifier specified"}`)
		} else if policy, _ := answer["policy"].(string); api && policy != "" {
			answer["policy"] = strings.ReplaceAll(policy, `"`, `\"`)
			body, err = json.Marshal(answer)
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.Header.Set("Content-Length", fmt.Sprint(len(body)))
		return err
	}
	return testtools.Serve(t, proxy)
}
