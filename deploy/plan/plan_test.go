package plan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

var update = flag.Bool("update", false, "write the plans under testdata anew")

// TestPlans: the plan of each of the module's modes, and of a contract and modes that say all that can be said, as files that a
// person can read.
func TestPlans(t *testing.T) {
	ours, err := os.ReadFile(filepath.Join("..", "..", "api", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := modes.LoadAll(filepath.Join("..", "modes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		comparePlan(t, "../../../api/openapi.yaml", ours, m)
	}
	everything := filepath.Join("testdata", "everything")
	contractText, err := os.ReadFile(filepath.Join(everything, "contract.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for mode, more := range map[string]string{
		"rest-everything.yaml": "",
		"http-everything.yaml": "  /$default: {x-amazon-apigateway-any-method: {security: []}}\n", // which a REST API cannot have
	} {
		m, err := modes.Load(filepath.Join(everything, mode))
		if err != nil {
			t.Fatal(err)
		}
		comparePlan(t, "everything/contract.yaml", slices.Concat(contractText, []byte(more)), m)
	}
	chat, err := os.ReadFile(filepath.Join(everything, "chat.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Load(filepath.Join(everything, "websocket-everything.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	comparePlan(t, "everything/chat.yaml", chat, m)
}

// comparePlan compares the plan of a contract's text, which is of a file, and a mode with the plan's file.
func comparePlan(t *testing.T, contractFile string, contractText []byte, m *modes.Mode) {
	t.Helper()
	c, err := contract.Parse("contract.yaml", contractText)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(c, m)
	if err != nil {
		t.Errorf("%s: %v", m.Name, err)
		return
	}
	got := encode(t, p, contractFile)
	file := filepath.Join("testdata", m.Name+".json")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is another plan now (%v); go test ./deploy/plan -update writes it", file, err)
	}
}

// encode writes a plan, and makes sure that what is written says all of it.
func encode(t *testing.T, p *plan.Plan, contractFile string) []byte {
	t.Helper()
	files := plan.Sources{Contract: plan.File{Path: contractFile}}
	text, err := p.Encode(files)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Format  string
		Version int
		Files   plan.Sources
		Plan    *plan.Plan
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil || read.Format != "portcullis-plan" || read.Version != 1 || !reflect.DeepEqual(read.Files, files) {
		t.Errorf("%s: reads as %+v, error %v", text, read, err)
		return text
	}
	written := *p
	written.Local = plan.Local{} // which no file holds
	if !reflect.DeepEqual(withoutEmpty(*read.Plan), withoutEmpty(written)) {
		t.Errorf("%s: reads as another plan than it was written of", text)
	}
	return text
}

// withoutEmpty has nothing in the place of empty maps, which a file leaves out.
func withoutEmpty(p plan.Plan) plan.Plan {
	operations := map[string]plan.Operation{}
	for name, o := range p.Operations {
		if len(o.RequestParameters) == 0 {
			o.RequestParameters = nil
		}
		operations[name] = o
	}
	p.Operations = operations
	if p.REST != nil {
		p.REST = exported(p.REST)
	}
	if p.WebSocket != nil {
		p.WebSocket = exported(p.WebSocket)
	}
	return p
}

// exported is a copy of what everybody sees of a struct.
func exported[T any](of *T) *T {
	copied := new(T)
	from, to := reflect.ValueOf(of).Elem(), reflect.ValueOf(copied).Elem()
	for i := range from.NumField() {
		if to.Field(i).CanSet() {
			to.Field(i).Set(from.Field(i))
		}
	}
	return copied
}

// BenchmarkCompileAll compiles the plans of the module's modes, as a desk does when it starts.
func BenchmarkCompileAll(b *testing.B) {
	c, err := contract.Load(filepath.Join("..", "..", "api", "openapi.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	all, err := modes.LoadAll(filepath.Join("..", "modes"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := plan.CompileAll(c, all); err != nil {
			b.Fatal(err)
		}
	}
}

// TestValidators: the models of a plan validate bodies, those that refer to others too.
func TestValidators(t *testing.T) {
	c, err := contract.Load(filepath.Join("testdata", "everything", "contract.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Load(filepath.Join("testdata", "everything", "rest-everything.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(c, m)
	if err != nil {
		t.Fatal(err)
	}
	validators, err := p.REST.Validators()
	if err != nil || len(validators) != len(p.REST.Models) {
		t.Fatalf("%d validators of %d models, error %v", len(validators), len(p.REST.Models), err)
	}
	models := p.Operations["PUT /things/{id}"].RequestModels
	for _, test := range []struct {
		model, body string
		good        bool
	}{
		{models["application/json"], `{"boxes":[{"label":"a","lid":{"label":"b","kind":"flat"}}]}`, true},
		{models["$default"], `{"boxes":[]}`, true},
		{models["application/json"], `{}`, false},
		{models["application/json"], `{"boxes":[{"label":""}]}`, false},
		{models["application/json"], `{"boxes":[{"lid":{"kind":"round"}}]}`, false},
		{p.Operations["POST /things"].RequestModels["application/json"], `{"size":0.5}`, true},
		{p.Operations["POST /things"].RequestModels["application/json"], `{"size":0}`, false},
		{p.Operations["POST /things"].RequestModels["application/json"], `{"size":10}`, false},
		{p.Operations["POST /things"].RequestModels["application/merge-patch+json"], `{"kind":"round"}`, false},
	} {
		body, err := jsonschema.UnmarshalJSON(strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		if err := validators[test.model].Validate(body); (err == nil) != test.good {
			t.Errorf("%s: %s: %v", test.model, test.body, err)
		}
	}
	if m := p.Operations["POST /things"].RequestModels; len(m) != 2 {
		t.Errorf("models %v; want none for what is not JSON, and none for all others where bodies may be that", m)
	}
}

// TestModels: each row gives the media types of a body, and which bodies of which type the operation's models take.
func TestModels(t *testing.T) {
	const base = "{application/json: {schema: {$ref: \"#/components/schemas/Thing\"}}}"
	for _, test := range []struct{ content, mediaType, model, good, bad string }{
		{"{Application/JSON; charset=utf-8: {schema: {type: object}}}", "application/json", "BodyPOSTthings", "{}", "[]"},
		{"{application/merge-patch+json: {schema: {type: object}}}", "$default", "BodyPOSTthingsapplicationmergepatchjson", "{}", "[]"},
		{"{application/a+json: {schema: {type: string}}, application/json: {schema: {type: object}}}", "$default", "BodyPOSTthings", "{}", `""`},
		{"{application/json: {schema: {type: object}}, application/a+json: {}}", "$default", "", "", ""},
		{"{application/json: {schema: {type: object}}, application/*+json: {schema: {type: string}}}", "application/*+json", "", "", ""},
		{"{application/json: {schema: {type: object}}, application/*+json: {schema: {type: string}}}", "$default", "BodyPOSTthings", "{}", `""`},
		{"{application/*+json: {schema: {type: string}}}", "$default", "BodyPOSTthingsapplicationjson", `""`, "{}"},
		{"{application/json: {schema: {type: object}}, text/plain: {schema: {type: string}}}", "$default", "", "", ""},
		{"{application/json: {schema: {$ref: \"#/components/schemas/Part\", description: A part.}}}", "application/json", "Part", "{}", "[]"},
		{"{application/json: {schema: {$ref: \"#/components/schemas/Part\", minProperties: 1}}}", "application/json", "BodyPOSTthingsRank1", `{"a":1}`, "{}"},
		{"{application/json: {schema: {$ref: \"#/components/schemas/Part\", allOf: [{minProperties: 1}]}}}", "application/json", "BodyPOSTthingsRank1", `{"a":1}`, "{}"},
		{"{application/json: {schema: {$ref: \"#/components/schemas/Thing/properties/part\"}}}", "application/json", "ThingpropertiespartRank1", "{}", "[]"},
		{"{application/json: {schema: {$defs: {A: {type: integer}}, items: {$ref: \"#/paths/~1things/post/requestBody/content/application~1json/schema/$defs/A\"}}}}",
			"application/json", "BodyPOSTthingsRank1", "[1]", `["a"]`},
		{"{application/json: {schema: {properties: {b: {$ref: \"#/paths/~1things/get/parameters/0/schema/allOf/1/items\"}}}}}", "application/json", "BodyPOSTthingsRank1", `{"b":3}`, `{"b":2}`},
		{"{application/json: {schema: {const: {a: [1]}}}}", "application/json", "BodyPOSTthings", `{"a":[1]}`, `{"a":[2]}`},
		{"{application/json: {schema: {enum: [{const: 1}]}}}", "application/json", "BodyPOSTthings", `{"const":1}`, `{"enum":[1]}`},
		{"{application/json: {schema: {properties: {enum: {const: 1}}}}}", "application/json", "BodyPOSTthings", `{"enum":1}`, `{"enum":2}`},
		{"{application/json: {schema: {$ref: \"#/components/schemas/Error\"}}}", "application/json", "ErrorRank0", `""`, "1"}, // Error is there already
		{"{application/json: {schema: {$ref: \"#/components/schemas/a.b_C-1\"}}}", "application/json", "abC1", "1", `""`},
	} {
		text := strings.NewReplacer(base, test.content, "    get: {}\n", "    get: {parameters: [{name: a, in: query, schema: {allOf: [{}, {items: {minimum: 3}}]}}]}\n", "    Part: {type: object}\n", "    Part: {type: object}\n    Error: {type: string}\n    a.b_C-1: {type: integer}\n").Replace(contractBase)
		c, err := contract.Parse("contract.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Compile(c, parseBase(t, "iam", ""))
		if err != nil {
			t.Errorf("%s: %v", test.content, err)
			continue
		}
		models := p.Operations["POST /things"].RequestModels
		if models[test.mediaType] != test.model {
			t.Errorf("%s: models %v, want %s for %s", test.content, models, test.model, test.mediaType)
			continue
		}
		validators, err := p.REST.Validators()
		if err != nil {
			t.Fatal(err)
		}
		for body, good := range map[string]bool{test.good: true, test.bad: false} {
			if test.model == "" {
				continue
			}
			value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if err := validators[test.model].Validate(value); (err == nil) != good {
				t.Errorf("%s: %s: %v", test.content, body, err)
			}
		}
	}
}

// TestHTTPLimits: what is for people only is left out, or cut, where an HTTP API cannot have it.
func TestHTTPLimits(t *testing.T) {
	long, most := strings.Repeat("ä", 65), strings.Repeat("ä", 64)
	text := "info: {description: " + strings.Repeat("ö", 1025) + "}\n" + strings.NewReplacer("get: {}", "get: {operationId: "+long+"}", "post: {", "post: {operationId: "+most+", ").Replace(contractBase)
	c, err := contract.Parse("contract.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[string]struct {
		description   int // characters
		first, second string
	}{
		"iam":     {1025, long, most},
		"httpIAM": {1024, "", most},
	} {
		p, err := plan.Compile(c, parseBase(t, mode, ""))
		if err != nil {
			t.Fatal(err)
		}
		if got := utf8.RuneCountInString(p.Description); got != want.description || p.Operations["GET /things"].OperationName != want.first || p.Operations["POST /things"].OperationName != want.second {
			t.Errorf("%s: a description of %d characters, operations %v", mode, got, p.Operations)
		}
	}
}

// TestHeadersHaveNoCase: a key of the cache names a header as its method does, and preflights name each once.
func TestHeadersHaveNoCase(t *testing.T) {
	p, err := compileBase(t, "iam", "cache: {methods: {GET /things: {keyParameters: [method.request.header.x-a, method.request.header.X-a, context.identity.userArn]}}}\n",
		"get: {}", "get: {parameters: [{name: X-A, in: header, required: true}, {name: content-type, in: header}, {name: x-api-key, in: header}]}")
	if err != nil {
		t.Fatal(err)
	}
	o, headers := p.Operations["GET /things"], p.REST.Preflights["/things"]["Access-Control-Allow-Headers"]
	if !maps.Equal(o.RequestParameters, map[string]bool{"method.request.header.X-A": true}) ||
		!slices.Equal(o.Cache.CacheKeyParameters, []string{"method.request.header.X-A", "integration.request.header.X-Cache-User"}) {
		t.Errorf("parameters %v, kept by %v", o.RequestParameters, o.Cache.CacheKeyParameters)
	}
	if headers != "Content-Type,Authorization,X-Amz-Date,X-Amz-Security-Token,X-Api-Key,X-A" {
		t.Errorf("headers %s", headers)
	}
}

// fuzzTexts are contracts and modes to begin with.
func fuzzTexts(t testing.TB) (contracts, modeTexts []string) {
	read := func(pattern string) (texts []string) {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(text))
		}
		return texts
	}
	modeTexts = slices.Concat(read("../modes/*.yaml"), read("testdata/everything/*-everything.yaml"))
	for _, name := range slices.Sorted(maps.Keys(modeBases)) {
		modeTexts = append(modeTexts, validating(modeBases[name]))
	}
	return slices.Concat([]string{contractBase}, read("testdata/everything/contract.yaml"), read("testdata/everything/chat.yaml")), modeTexts
}

// FuzzCompile: whatever the texts, compiling is as [checkCompiled] wants it.
func FuzzCompile(f *testing.F) {
	contracts, modeTexts := fuzzTexts(f)
	for _, contractText := range contracts {
		for _, modeText := range modeTexts {
			f.Add(contractText, modeText)
		}
	}
	f.Fuzz(func(t *testing.T, contractText, modeText string) { checkCompiled(t, contractText, modeText) })
}

// TestEdited: the same of texts in which words were changed for others, which can be read more often than what a fuzzer makes.
func TestEdited(t *testing.T) {
	contracts, modeTexts := fuzzTexts(t)
	word := regexp.MustCompile(`[A-Za-z0-9$./_{}+#-]+|[\[\]:,"]`)
	words := []string{"/$default", "{id}", "{id+}", "#/components/schemas/Absent", "#/components/schemas/Thing", "$ref", "const", "null", "-1", "0", "1.5", "'('", "items", "true", "[]", "{}", "A_b"}
	for _, text := range slices.Concat(contracts, modeTexts) {
		words = append(words, word.FindAllString(text, -1)...)
	}
	random := rand.New(rand.NewPCG(1, 2))
	edit := func(text string) string {
		for range 1 + random.IntN(2) {
			places := word.FindAllStringIndex(text, -1)
			place := places[random.IntN(len(places))]
			text = text[:place[0]] + words[random.IntN(len(words))] + text[place[1]:]
		}
		return text
	}
	compiled, refused := 0, 0
	for i := range 3000 {
		contractText, modeText := contracts[i/2%len(contracts)], modeTexts[random.IntN(len(modeTexts))]
		if i%2 == 0 {
			contractText = edit(contractText)
		} else {
			modeText = edit(modeText)
		}
		switch checkCompiled(t, contractText, modeText) {
		case "compiled":
			compiled++
		case "refused":
			refused++
		}
	}
	if compiled < 100 || refused < 20 {
		t.Errorf("%d compiled, and %d refused; want many of both", compiled, refused)
	}
}

// checkCompiled makes sure that of a contract and a mode that can be read comes a plan that its file says all of, or errors that each
// have a file and a line. It tells which.
func checkCompiled(t *testing.T, contractText, modeText string) string {
	c, err := contract.Parse("contract.yaml", []byte(contractText))
	if err != nil {
		return ""
	}
	_, name, _ := strings.Cut("\n"+modeText, "\nname: ")
	name, _, _ = strings.Cut(name, "\n")
	file := name + ".yaml"
	m, err := modes.Parse(file, []byte(modeText))
	if err != nil {
		return ""
	}
	p, err := plan.Compile(c, m)
	if err == nil {
		encode(t, p, "contract.yaml")
		if p.REST != nil {
			if _, err := p.REST.Validators(); err != nil {
				t.Errorf("%s\nthe models cannot be compiled: %v", contractText, err)
			}
		}
		return "compiled"
	}
	wrong := (plan.Errors)(nil)
	if p != nil || !errors.As(err, &wrong) || len(wrong) == 0 {
		t.Errorf("%s\n%s\nplan %v, error %v", contractText, modeText, p, err)
	}
	for _, w := range wrong {
		if w.Name != "contract.yaml" && w.Name != file || w.Line == 0 || w.Reason == "" || strings.Contains(w.Reason, "\n") {
			t.Errorf("%s\n%s\n%q: want a file, a line, and a reason in one line", contractText, modeText, w.Error())
		}
	}
	return "refused"
}
