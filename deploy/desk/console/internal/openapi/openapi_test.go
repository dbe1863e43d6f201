package openapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"portcullis/api/contract"
	"portcullis/deploy/desk/console/internal/openapi"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// documents are contracts: the module's own, and those that look like teams' own.
func documents(t *testing.T) map[string]*contract.Contract {
	t.Helper()
	const root = "../../../../.."
	files, err := filepath.Glob(root + "/deploy/portcullis/testdata/wild/*/openapi.*")
	if err != nil || len(files) < 28 {
		t.Fatalf("documents %v, error %v", files, err)
	}
	all := map[string]*contract.Contract{}
	for _, file := range append(files, root+"/api/openapi.yaml") {
		c, err := contract.Load(file)
		if err != nil {
			continue // it is there to be refused
		}
		for i := range c.Operations {
			if c.Operations[i].Function == "" {
				c.Operations[i].Function = "echo"
			}
		}
		all[filepath.Base(filepath.Dir(file))] = c
	}
	if len(all) < 20 {
		t.Fatalf("%d documents can be read", len(all))
	}
	return all
}

// models gives the validators of bodies, as a REST API of the contract has them; nil where there can be no such API.
func models(t *testing.T, c *contract.Contract) func(o *contract.Operation, mediaType string) []*plan.Validator {
	t.Helper()
	mode, err := modes.Load(filepath.Join("../../../../modes", "rest-token.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	compiled, err := plan.Compile(c, mode)
	if err != nil {
		return func(*contract.Operation, string) []*plan.Validator { return nil }
	}
	validators, err := compiled.REST.Validators()
	if err != nil {
		t.Fatal(err)
	}
	return func(o *contract.Operation, mediaType string) []*plan.Validator {
		if v := validators[compiled.Operations[o.Route.String()].RequestModels[mediaType]]; v != nil {
			return []*plan.Validator{v}
		}
		return nil
	}
}

// without are the places for which no example is made, and why.
var without = map[string]string{}

// TestExamples: for each body and parameter of the documents there is an example, and it fits its schema and the model that bodies are
// validated by.
func TestExamples(t *testing.T) {
	made := 0
	for name, c := range documents(t) {
		d, err := openapi.Read(c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		schemas, err := plan.NewSchemas(c)
		if err != nil {
			t.Fatal(err)
		}
		of := models(t, c)
		for i := range c.Operations {
			o := &c.Operations[i]
			shown := d.Operation(o, func(string) []*plan.Validator { return nil })
			if body := shown.Body; body != nil && body.Schema != nil {
				at := fmt.Sprintf("%s: %s", name, o.Route)
				if body.Example == nil {
					if without[at] == "" {
						t.Errorf("%s: no example of %s", at, asJSON(t, body.Schema))
					}
					continue
				}
				made++
				validator, err := schemas.Validator(o.Body.Schemas[body.ContentType])
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range append(of(o, body.ContentType), validator) {
					if err := v.Validate(sent(t, body.Example)); err != nil {
						t.Errorf("%s: %s: %v", at, asJSON(t, body.Example), err)
					}
				}
			}
			for _, p := range shown.Parameters {
				at := fmt.Sprintf("%s: %s: %s", name, o.Route, p.Name)
				if p.Schema != nil && p.Example == nil && without[at] == "" {
					t.Errorf("%s: no example of %s", at, asJSON(t, p.Schema))
				}
			}
		}
	}
	if made < 60 {
		t.Errorf("%d examples of bodies", made)
	}
}

// TestFound: of each operation that has a summary, a description or tags in its document, they are found.
func TestFound(t *testing.T) {
	for name, c := range documents(t) {
		d, err := openapi.Read(c)
		if err != nil {
			t.Fatal(err)
		}
		told := 0
		for i := range c.Operations {
			shown := d.Operation(&c.Operations[i], func(string) []*plan.Validator { return nil })
			if shown.Summary+shown.Description != "" || len(shown.Tags) > 0 {
				told++
			}
			if len(shown.Parameters) < pathParameters(c.Operations[i]) {
				t.Errorf("%s: %s has %d parameters", name, c.Operations[i].Route, len(shown.Parameters))
			}
		}
		if written := strings.Count(string(c.Document), `"summary"`); told == 0 && written > 1 {
			t.Errorf("%s: of no operation anything is found, and %d summaries are written", name, written)
		}
	}
}

func pathParameters(o contract.Operation) (n int) {
	for _, p := range o.Parameters {
		if p.In == "path" {
			n++
		}
	}
	return n
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%.600s", text)
}

// sent is a value as a validator reads it.
func sent(t *testing.T, value any) any {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	read, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// TestSchemas makes examples of single schemas; "null" is none.
func TestSchemas(t *testing.T) {
	for _, test := range []struct{ schema, want string }{
		{`{type: string}`, `"example"`},
		{`{type: string, maxLength: 3}`, `"ple"`},
		{`{type: string, minLength: 9}`, `"exampleaa"`},
		{`{type: string, format: date-time}`, `"2026-01-31T12:00:00Z"`},
		{`{type: string, pattern: '^[A-Z]{2}\d{3,}$'}`, `"AA000"`},
		{`{type: string, pattern: '^[a-z]+$', minLength: 4}`, `"aaaa"`},
		{`{type: string, pattern: '^(?=.*x)x+$'}`, `"x"`},
		{`{type: string, enum: [b, a]}`, `"b"`},
		{`{type: string, example: Ada}`, `"Ada"`},
		{`{type: string, maxLength: 2, example: Ada}`, `"le"`},
		{`{const: "</script>${x}"}`, `"</script>${x}"`},
		{`{type: integer, minimum: 5}`, `5`},
		{`{type: integer, exclusiveMinimum: 5, multipleOf: 4}`, `8`},
		{`{type: integer, maximum: -3}`, `-3`},
		{`{type: integer, exclusiveMaximum: -3}`, `-4`},
		{`{type: number, exclusiveMinimum: 0, exclusiveMaximum: 1}`, `0.5`},
		{`{type: number, multipleOf: 0.25, minimum: 1.1}`, `1.25`},
		{`{type: integer, minimum: 3, maximum: 2}`, `null`},
		{`{type: boolean}`, `true`},
		{`{type: [string, "null"]}`, `"example"`},
		{`{type: array, items: {type: string}, minItems: 2, uniqueItems: true}`, `["example","example1"]`},
		{`{type: array, items: {enum: [b, a]}, minItems: 2, uniqueItems: true}`, `["b","a"]`},
		{`{type: array, prefixItems: [{type: integer}, {type: string}], minItems: 2}`, `[1,"example1"]`},
		{`{type: object, properties: {a: {type: integer}, b: {type: string, readOnly: true}}}`, `{"a":1}`},
		{`{type: object, required: [b], properties: {b: {type: string, readOnly: true}}}`, `{"b":"example"}`},
		{`{type: object, minProperties: 2, additionalProperties: {type: integer}}`, `{"key1":2,"key2":3}`},
		{`{allOf: [{type: object, required: [a], properties: {a: {type: string, minLength: 8}}}, {properties: {a: {maxLength: 8}}}]}`, `{"a":"examplea"}`},
		{`{oneOf: [{not: {}}, {type: integer}]}`, `1`},
		{`{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat'}}}`, `{"kind":"cat","lives":9}`},
		{`{$ref: '#/components/schemas/Cat', required: [name], properties: {name: {type: string}}}`, `{"kind":"example","lives":9,"name":"example"}`},
		{`{$ref: '#/components/schemas/Tree'}`, `{"children":[],"name":"example"}`},
		{`{$ref: '#/components/schemas/Endless'}`, `null`},
		{`false`, `null`},
		{`{type: string, pattern: '^(a+)+$', not: {}}`, `null`},
	} {
		c := parse(t, test.schema)
		d, err := openapi.Read(c)
		if err != nil {
			t.Fatal(err)
		}
		shown := d.Operation(&c.Operations[0], func(string) []*plan.Validator { return nil })
		if got := asPlainJSON(t, shown.Parameters[0].Example); got != test.want {
			t.Errorf("%s: %s, want %s", test.schema, got, test.want)
		}
	}
}

func asPlainJSON(t *testing.T, value any) string {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(text.String())
}

// parse is a contract with a parameter of a schema: no model is made of those, so that any may stand there.
func parse(t *testing.T, schema string) *contract.Contract {
	t.Helper()
	c, err := contract.Parse("api.yaml", []byte(`openapi: 3.1.0
info: {title: A, version: "1"}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  schemas:
    Cat: {type: object, required: [kind, lives], properties: {kind: {type: string}, lives: {const: 9}}}
    Dog: {type: object, required: [kind, barks], properties: {kind: {type: string}, barks: {type: boolean}}}
    Tree: {type: object, required: [name, children], properties: {name: {type: string}, children: {type: array, items: {$ref: '#/components/schemas/Tree'}}}}
    Endless: {type: object, required: [more], properties: {more: {$ref: '#/components/schemas/Endless'}}}
paths:
  /things:
    get:
      summary: "<img src=x onerror=alert(1)>"
      security: [bearer: []]
      parameters:
        - name: "q"
          in: query
          schema: `+schema+"\n"))
	if err != nil {
		t.Fatalf("%s: %v", schema, err)
	}
	return c
}

// TestBounds: schemas that grow as two to the power of their number are shown as far as people read, and at once.
func TestBounds(t *testing.T) {
	var text strings.Builder
	text.WriteString("openapi: 3.1.0\ncomponents:\n  securitySchemes: {bearer: {type: http, scheme: bearer}}\n  schemas:\n")
	for i := range 40 {
		fmt.Fprintf(&text, "    S%d: {type: object, properties: {a: {$ref: '#/components/schemas/S%d'}, b: {$ref: '#/components/schemas/S%d'}}}\n", i, i+1, i+1)
	}
	text.WriteString("    S40: {type: string}\npaths:\n")
	for i := range 200 {
		fmt.Fprintf(&text, "  /things%d: {get: {security: [bearer: []], parameters: [{name: q, in: query, schema: {$ref: '#/components/schemas/S0'}}]}}\n", i)
	}
	c, err := contract.Parse("api.yaml", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	d, err := openapi.Read(c)
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for i := range c.Operations {
		shown := d.Operation(&c.Operations[i], func(string) []*plan.Validator { return nil })
		if shown.Parameters[0].Example == nil {
			t.Fatal("no example")
		}
		size += len(asPlainJSON(t, shown.Parameters[0]))
	}
	if size > 16<<20 {
		t.Errorf("%d bytes", size)
	}
}
