package contract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"portcullis/api/contract"
	"portcullis/policy"
)

type tree = map[string]any

// FuzzSplit: a contract says the same in one file and in several, whichever they are: the rules, parameters, bodies with their schemas,
// messages, functions, remarks, and what is wrong with who may call.
func FuzzSplit(f *testing.F) {
	for seed := range uint64(80) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		draw := rand.New(rand.NewPCG(seed, 1))
		whole := randomDocument(draw)
		text := encode(t, whole, ".yaml")
		one, wrong := contract.Parse("openapi.yaml", []byte(text))
		folder := t.TempDir()
		files := split(draw, whole)
		shown := ""
		for _, name := range slices.Sorted(maps.Keys(files)) {
			file := encode(t, files[name], path.Ext(name))
			write(t, filepath.Join(folder, filepath.FromSlash(name)), file)
			shown += "-- " + name + " --\n" + file
		}
		several, err := contract.Load(filepath.Join(folder, "openapi.yaml"))
		if got, want := reasons(err), reasons(wrong); !slices.Equal(got, want) {
			t.Fatalf("%s\nerrors %q\nin one file %q", shown, got, want)
		}
		if err != nil {
			return
		}
		if got, want := said(t, several), said(t, one); got != want {
			t.Fatalf("%s\nsays\n%s\nin one file\n%s", shown, got, want)
		}
		again, err := contract.Parse("openapi.yaml", several.Text, several.Files...)
		if err != nil || len(several.Files) > 0 && (again.SHA256() != several.SHA256() || string(again.Document) != string(several.Document)) {
			t.Fatalf("%s\nits texts are another contract, error %v", shown, err)
		}
		checkCallers(t, whole, several)
	})
}

// reasons are those of errors, whatever the places, sorted.
func reasons(err error) []string {
	var all contract.Errors
	errors.As(err, &all)
	var texts []string
	for _, wrong := range all {
		texts = append(texts, wrong.Reason)
	}
	slices.Sort(texts)
	return texts
}

// said is all that a contract says, but for the lines, and for schemas that nothing needs.
func said(t *testing.T, c *contract.Contract) string {
	t.Helper()
	var b strings.Builder
	needed := tree{}
	for _, o := range c.Operations {
		fmt.Fprintln(&b, o.ID, o.Route, o.Function, o.Access, o.MeantPublic, o.KeyHeaders, o.Parameters)
		if o.Body != nil {
			fmt.Fprintln(&b, o.Body.Required, o.Body.Schemas)
			for _, place := range o.Body.Schemas {
				need(t, c, needed, place)
			}
		}
	}
	for _, r := range c.WebSocket.Routes {
		fmt.Fprintln(&b, r.Key, r.Access, r.Message, r.Reply, r.Schema)
		need(t, c, needed, r.Message)
		need(t, c, needed, r.Reply)
	}
	var remarks []string
	for _, r := range c.Remarks {
		remarks = append(remarks, fmt.Sprint(r.Text, r.Differs))
	}
	slices.Sort(remarks)
	fmt.Fprintln(&b, strings.Join(remarks, "\n"))
	fmt.Fprintln(&b, encode(t, needed, ".json"))
	rules, err := c.Rules()
	if err != nil {
		t.Fatal(err)
	}
	file, err := rules.Encode(policy.Source{Name: "openapi.yaml", SHA256: strings.Repeat("0", 64)})
	if err != nil {
		t.Fatal(err)
	}
	b.Write(file)
	return b.String()
}

// need adds what stands at a place of a contract's document, and what it refers to.
func need(t *testing.T, c *contract.Contract, all tree, place string) {
	t.Helper()
	if place == "" || all[place] != nil {
		return
	}
	var node any
	if err := json.Unmarshal(c.Document, &node); err != nil {
		t.Fatal(err)
	}
	for _, token := range contract.PointerTokens(place) {
		mapping, _ := node.(tree)
		if node = mapping[token]; node == nil {
			t.Fatalf("nothing stands at %q of %s", place, c.Document)
		}
	}
	all[place] = node
	walk(node, func(text string) string {
		if strings.HasPrefix(text, "#/") {
			need(t, c, all, text)
		} else if strings.Contains(text, ".yaml") || strings.Contains(text, ".json") {
			t.Errorf("%q leads out of the document", text)
		}
		return text
	})
}

// walk is a copy of a tree with other texts.
func walk(node any, change func(string) string) any {
	switch node := node.(type) {
	case string:
		return change(node)
	case []any:
		list := make([]any, len(node))
		for i, item := range node {
			list[i] = walk(item, change)
		}
		return list
	case tree:
		mapping := tree{}
		for _, name := range slices.Sorted(maps.Keys(node)) {
			mapping[name] = walk(node[name], change)
		}
		return mapping
	}
	return node
}

// checkCallers: what callers may call is what `security` says as it was drawn.
func checkCallers(t *testing.T, whole tree, c *contract.Contract) {
	t.Helper()
	rules, err := c.Rules()
	if err != nil {
		t.Fatal(err)
	}
	for at, item := range whole["paths"].(tree) {
		for method, operation := range item.(tree) {
			if method == "parameters" {
				continue
			}
			security, says := operation.(tree)["security"].([]any)
			if !says {
				security = whole["security"].([]any)
			}
			for bits := range 1 << 4 {
				who := policy.Caller{ID: "me"}
				has := map[string]bool{}
				for i, name := range []string{"bearer", "apiKey", "r", "w"} {
					if has[name] = bits>>i&1 == 1; has[name] && i < 2 {
						who.Schemes = append(who.Schemes, name)
					} else if has[name] {
						who.Scopes = append(who.Scopes, name)
					}
				}
				want := len(security) == 0
				for _, alternative := range security {
					holds := true
					for scheme, scopes := range alternative.(tree) {
						holds = holds && has[map[string]string{"bearer": "bearer", "key": "apiKey"}[scheme]]
						for _, scope := range scopes.([]any) {
							holds = holds && has[scope.(string)]
						}
					}
					want = want || holds
				}
				if got := rules.Decide(who, strings.ToUpper(method), at) == policy.Allow; got != want {
					t.Errorf("%s %s by %v: allowed %t, want %t, by %v", method, at, who, got, want, security)
				}
			}
		}
	}
}

// encode writes a tree as what its file is to be.
func encode(t *testing.T, node any, extension string) string {
	t.Helper()
	write := yaml.Marshal
	if extension == ".json" {
		write = json.Marshal
	}
	text, err := write(node)
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\n"
}

// The kinds of components, with the names of those that there are.
var kinds = map[string][]string{
	"securitySchemes": {"bearer", "key"},
	"schemas":         {"S0", "S1", "S2", "S3", "M0", "M1"},
	"parameters":      {"P0", "P1"},
	"requestBodies":   {"B0", "B1"},

	"x-amazon-apigateway-integrations": {"I0", "I1"},
}

func refTo(draw *rand.Rand, kind, prefix string) tree {
	var names []string
	for _, name := range kinds[kind] {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	return tree{"$ref": "#/components/" + kind + "/" + pick(draw, names...)}
}

func pick[T any](draw *rand.Rand, all ...T) T { return all[draw.IntN(len(all))] }

func randomSchema(draw *rand.Rand, depth int) any {
	switch of := draw.IntN(9); {
	case of < 2:
		return refTo(draw, "schemas", "S")
	case of == 2 && depth < 3:
		return tree{"type": "array", "items": randomSchema(draw, depth+1)}
	case of == 3 && depth < 3:
		return tree{"type": "object", "properties": tree{"a": randomSchema(draw, depth+1), "$ref": randomSchema(draw, depth+1)}}
	case of == 4 && depth < 3:
		return tree{"allOf": []any{randomSchema(draw, depth+1), tree{"if": randomSchema(draw, depth+1)}}}
	case of == 5:
		to := refTo(draw, "schemas", "S")
		return tree{"oneOf": []any{to}, "discriminator": tree{"propertyName": "p", "mapping": tree{"x": to["$ref"], "y": pick(draw, kinds["schemas"]...)}}}
	case of == 6:
		return tree{"type": "string", "nullable": true}
	case of == 7:
		return tree{"enum": []any{tree{"$ref": "none"}}, "dependencies": tree{"default": randomSchema(draw, 3)}, "$defs": tree{"d": randomSchema(draw, 3)}}
	}
	return tree{"type": pick(draw, "string", "integer")}
}

func randomSecurity(draw *rand.Rand) []any {
	security := []any{}
	for range draw.IntN(3) {
		security = append(security, pick(draw, tree{"bearer": []any{"r"}}, tree{"bearer": []any{"r", "w"}}, tree{"key": []any{}}, tree{"bearer": []any{}, "key": []any{"w"}}))
	}
	return security
}

func randomOperation(draw *rand.Rand, inherits bool) tree {
	o := tree{"operationId": fmt.Sprint("o", draw.IntN(1000))}
	if !inherits || draw.IntN(3) > 0 {
		o["security"] = randomSecurity(draw)
	}
	if draw.IntN(2) == 0 {
		o["parameters"] = []any{refTo(draw, "parameters", "P"), tree{"name": "q", "in": "query"}}
	}
	switch draw.IntN(3) {
	case 0:
		o["requestBody"] = refTo(draw, "requestBodies", "B")
	case 1:
		o["requestBody"] = tree{"content": tree{"application/json": tree{"schema": randomSchema(draw, 0)}}}
	}
	switch draw.IntN(4) {
	case 0:
		o["x-function"] = "f"
	case 1:
		o["x-amazon-apigateway-integration"] = refTo(draw, "x-amazon-apigateway-integrations", "I")
	}
	if draw.IntN(60) == 0 { // what is wrong with it
		switch draw.IntN(4) {
		case 0:
			delete(o, "security")
		case 1:
			o["secruity"] = []any{}
		case 2:
			o["security"] = []any{tree{"other": []any{}}, tree{}}
		case 3:
			o["x-amazon-apigateway-policy"] = tree{}
		}
	}
	return o
}

func randomDocument(draw *rand.Rand) tree {
	components := tree{
		"securitySchemes": tree{"bearer": tree{"type": "http", "scheme": "bearer"}, "key": tree{"type": "apiKey", "in": "header", "name": pick(draw, "X-Api-Key", "X-Own")}},
		"schemas":         tree{"M0": tree{"type": "object", "properties": tree{"m": tree{"$ref": "#/components/schemas/M1"}}}, "M1": tree{"type": "string", "maxLength": draw.IntN(9)}},
		"parameters":      tree{"P0": tree{"name": "p", "in": "query", "required": true}, "P1": tree{"name": "X-P", "in": "header"}},
		"requestBodies":   tree{},

		"x-amazon-apigateway-integrations": tree{},
	}
	for i, name := range []string{"I0", "I1"} {
		components["x-amazon-apigateway-integrations"].(tree)[name] = tree{"uri": fmt.Sprintf("arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:1:function:f%d/invocations", i)}
	}
	for _, name := range []string{"S0", "S1", "S2", "S3"} {
		components["schemas"].(tree)[name] = tree{"type": "object", "properties": tree{"p": randomSchema(draw, 0), "q": randomSchema(draw, 0)}}
	}
	for _, name := range kinds["requestBodies"] {
		components["requestBodies"].(tree)[name] = tree{"required": true, "content": tree{"application/json": tree{"schema": randomSchema(draw, 0)}, "text/plain": tree{}}}
	}
	document := tree{"openapi": "3.1.0", "components": components}
	inherits := draw.IntN(2) == 0
	if inherits {
		document["security"] = randomSecurity(draw)
	}
	paths := tree{}
	for i := range 1 + draw.IntN(5) {
		item := tree{}
		for _, method := range []string{"get", "post", "put"} {
			if draw.IntN(2) == 0 || method == "post" {
				item[method] = randomOperation(draw, inherits)
			}
		}
		if draw.IntN(3) == 0 {
			item["parameters"] = []any{refTo(draw, "parameters", "P")}
		}
		paths[fmt.Sprint("/p", i)] = item
	}
	document["paths"] = paths
	document["x-websocket"] = tree{"connect": tree{"security": []any{tree{"bearer": []any{}}}}, "routes": tree{
		"m": tree{"security": []any{tree{"bearer": []any{"w"}}}, "message": refTo(draw, "schemas", "M"), "reply": refTo(draw, "schemas", "S")},
	}}
	return document
}

// home is where a part of a document is.
type home struct {
	file, pointer string
	kept          bool // there is a component that is a reference to it
}

// split puts a document into files, openapi.yaml and others.
func split(draw *rand.Rand, whole tree) map[string]tree {
	files := map[string]tree{}
	homes := map[string]home{} // by the references in one file
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		for _, name := range kinds[kind] {
			at := home{"openapi.yaml", "/components/" + kind + "/" + name, true}
			if draw.IntN(4) > 0 {
				at = randomHome(draw, name)
				at.kept = kind == "securitySchemes" || strings.HasPrefix(kind, "x-") || draw.IntN(2) == 0
			}
			homes["#/components/"+kind+"/"+name] = at
		}
	}
	refer := func(from, reference string) string {
		at, is := homes[reference]
		switch {
		case !is:
			return reference
		case at.kept && draw.IntN(2) == 0:
			return relative(draw, from, "openapi.yaml") + reference
		}
		return relative(draw, from, at.file) + "#" + at.pointer
	}
	put := func(at home, part any) {
		part = walk(part, func(text string) string { return refer(at.file, text) })
		if files[at.file] == nil {
			files[at.file] = tree{}
		}
		place := files[at.file]
		tokens := contract.PointerTokens("#" + at.pointer)
		if len(tokens) == 0 {
			files[at.file] = part.(tree)
			return
		}
		for _, token := range tokens[:len(tokens)-1] {
			if place[token] == nil {
				place[token] = tree{}
			}
			place = place[token].(tree)
		}
		place[tokens[len(tokens)-1]] = part
	}
	for _, name := range slices.Sorted(maps.Keys(whole)) {
		switch name {
		case "paths":
			for i, at := range slices.Sorted(maps.Keys(whole[name].(tree))) {
				own := home{file: "openapi.yaml", pointer: "/paths/" + strings.ReplaceAll(at, "/", "~1")}
				if draw.IntN(3) > 0 {
					moved := randomHome(draw, fmt.Sprint("item", i))
					put(moved, whole[name].(tree)[at])
					put(own, tree{"$ref": relative(draw, "openapi.yaml", moved.file) + "#" + moved.pointer})
				} else {
					put(own, whole[name].(tree)[at])
				}
			}
		case "components":
			for _, reference := range slices.Sorted(maps.Keys(homes)) {
				at, tokens := homes[reference], strings.Split(reference, "/")
				put(at, whole["components"].(tree)[tokens[2]].(tree)[tokens[3]])
				if at.kept && at.file != "openapi.yaml" {
					put(home{file: "openapi.yaml", pointer: reference[1:]}, tree{"$ref": relative(draw, "openapi.yaml", at.file) + "#" + at.pointer})
				}
			}
		default:
			put(home{file: "openapi.yaml", pointer: "/" + name}, whole[name])
		}
	}
	return files
}

// randomHome is a file of its own, or a place in one for many.
func randomHome(draw *rand.Rand, name string) home {
	folder, extension := pick(draw, "", "a/", "a/b/", "c d/"), pick(draw, ".yaml", ".json")
	if draw.IntN(2) == 0 {
		return home{file: folder + name + extension}
	}
	return home{file: folder + "many" + extension, pointer: pick(draw, "/", "/deep/", "/a~1b/") + name}
}

// relative is a file as one refers to it from another one; "": it is the same.
func relative(draw *rand.Rand, from, to string) string {
	if from == to && draw.IntN(4) > 0 {
		return ""
	}
	way, _ := filepath.Rel(path.Dir(from), to)
	way = strings.ReplaceAll(filepath.ToSlash(way), " ", "%20")
	if draw.IntN(4) == 0 {
		way = strings.ReplaceAll(way, "a", "%61")
	}
	if draw.IntN(2) == 0 || !strings.Contains(way, "/") {
		way = "./" + way
	}
	return way
}

// TestSameAsInOneFile: who may call what, and what serves it, is that of the same document in one file, which its author wrote.
func TestSameAsInOneFile(t *testing.T) {
	const (
		head      = "openapi: 3.1.0\n"
		schemes   = "components: {securitySchemes: {bearer: {type: http, scheme: bearer}, key: {type: apiKey, in: header, name: X-Api-Key}}}\n"
		body      = "requestBody: {content: {application/json: {schema: "
		function  = "uri: 'arn:aws:apigateway:r:lambda:path/2015-03-31/functions/arn:aws:lambda:r:1:function:"
		withOwn   = "components: {securitySchemes: {bearer: {type: http, scheme: bearer}}, parameters: {P: {name: own, in: query}}, x-amazon-apigateway-integrations: {I: {" + function + "own/i'}}}\n"
		publicOne = "paths: {/a: {post: {security: []}}}\n"
	)
	tests := []struct{ name, own, file, whole string }{
		{"a scope that an alias makes of a reference", "paths: {/a: {post: {requestBody: {$ref: &r b.yaml}, security: [{bearer: [*r]}]}}}\n" + schemes, "content: {}",
			"paths: {/a: {post: {security: [{bearer: [b.yaml]}]}}}\n" + schemes},
		{"the same in another file", "paths: {/a: {$ref: b.yaml}}\n" + schemes, "x-r: &r 'b.yaml#/x-b'\npost: {requestBody: {$ref: *r}, security: [{bearer: [*r]}]}\nx-b: {content: {}}",
			"paths: {/a: {post: {security: [{bearer: ['b.yaml#/x-b']}]}}}\n" + schemes},
		{"schemas where operations are", "paths: {/a: &a {post: {security: [], " + body + "{$ref: 'b.yaml#/get'}}}}}}}\ncomponents: {schemas: *a}\n", "get: {security: []}", publicOne},
		{"schemas where messages are", publicOne + "x-websocket: {connect: {security: []}, routes: &r {n: {security: [], message: {properties: {a: {$ref: 'b.yaml#/m'}}}}}}\ncomponents: {schemas: *r}\n",
			"m: {type: string}", publicOne + "x-websocket: {connect: {security: []}, routes: {n: {security: [], message: {properties: {a: {type: string}}}}}}\n"},
		{"schemas where security schemes are", "paths: {/a: {post: {security: [{scheme: []}], " + body + "{$ref: 'b.yaml#/scheme'}}}}}}}\ncomponents: {schemas: &s {}, securitySchemes: *s}\n",
			"scheme: {type: http, scheme: bearer}", "paths: {/a: {post: {security: [{scheme: []}]}}}\n"},
		{"a schema that is asked for as a scheme", "paths: {/a: {$ref: b.yaml}}\n" + schemes, "post: {" + body + "&s {$id: a, bearer: []}}}}, security: [*s]}",
			"paths: {/a: {post: {security: [{$id: a, bearer: []}]}}}\n" + schemes},
		{"a component's name with a slash", "paths: {/a: {get: {security: [], x-amazon-apigateway-integration: {$ref: b.yaml}}}}\ncomponents: {x-portcullis-integrations: {a/b: {$ref: b.yaml}, a: {b: {" + function + "bad/i'}}}}\n",
			function + "good/i'", "paths: {/a: {get: {security: [], x-function: good}}}\n"},
		{"an item of two paths", "security: [{bearer: []}]\npaths: {/a: {$ref: b.yaml}, /b/{c}: &b {$ref: './%62.yaml'}, /d/e: *b}\n" + schemes, "get: {}\noptions: {security: []}\nput: {security: [{key: []}], x-function: f}",
			"security: [{bearer: []}]\npaths: {/a: &a {get: {}, options: {security: []}, put: {security: [{key: []}], x-function: f}}, /b/{c}: *a, /d/e: *a}\n" + schemes},
		{"what has its twin in the contract's own file", "paths: {/a: {$ref: 'b.yaml#/i'}}\n" + withOwn,
			"i: {get: {security: [{bearer: []}], parameters: [{$ref: '#/components/parameters/P'}], x-amazon-apigateway-integration: {$ref: '#/components/x-amazon-apigateway-integrations/I'}}}\n" +
				"components: {parameters: {P: {name: far, in: query}}, x-amazon-apigateway-integrations: {I: {" + function + "far/i'}}}\n",
			"paths: {/a: {get: {security: [{bearer: []}], parameters: [{name: far, in: query}], x-function: far}}}\n" + withOwn},
		{"names with characters of pointers", "paths: {/a: {$ref: 'b.yaml#/%2Fa~1~01'}, /b: {$ref: 'b.yaml#//a'}}\n" + schemes, "/a/~1: {get: {security: [{bearer: []}]}}\n'': {a: {get: {security: [{key: []}]}}}\n",
			"paths: {/a: {get: {security: [{bearer: []}]}}, /b: {get: {security: [{key: []}]}}}\n" + schemes},
		{"a local reference where $id says otherwise", "paths: {/a: {post: {security: [], " + body + "{$id: 'https://a/b', items: {$ref: '#/components/schemas/S'}}}}}, parameters: [{$ref: b.yaml}]}}}\ncomponents: {schemas: {S: {}}}\n",
			"{name: n, in: query}", "paths: {/a: {post: {security: [], parameters: [{name: n, in: query}]}}}\n"},
		{"what is passed over is elsewhere", "paths: {/a: {$ref: b.yaml}}\nwebhooks: {$ref: none.yaml}\ncomponents: {responses: {$ref: none.yaml}, x-a: {$ref: none.yaml}}\n", "post: {security: [], callbacks: {$ref: none.yaml}}", publicOne},
		{"schemes of which one refers to the other", "paths: {/a: {get: {security: [{a: []}, {b: [s]}]}}}\ncomponents: {securitySchemes: {a: {$ref: 'openapi.yaml#/components/securitySchemes/b'}, b: {$ref: b.yaml}}}\n",
			"{type: openIdConnect}", "paths: {/a: {get: {security: [{a: []}, {b: [s]}]}}}\ncomponents: {securitySchemes: {a: {type: openIdConnect}, b: {type: openIdConnect}}}\n"},
	}
	for _, test := range tests {
		whole, wrong := contract.Parse("openapi.yaml", []byte(head+test.whole))
		several, err := contract.Parse("openapi.yaml", []byte(head+test.own), contract.File{Name: "b.yaml", Text: test.file})
		if got, want := reasons(err), reasons(wrong); !slices.Equal(got, want) {
			t.Errorf("%s: errors %q\nin one file %q", test.name, got, want)
		} else if err == nil && calls(t, several) != calls(t, whole) {
			t.Errorf("%s:\n%s\nin one file\n%s", test.name, calls(t, several), calls(t, whole))
		}
	}
}

// calls are who may call what, the function that serves each, and its parameters.
func calls(t *testing.T, c *contract.Contract) string {
	t.Helper()
	var b strings.Builder
	for _, o := range c.Operations {
		fmt.Fprintln(&b, o.Route, o.Access, o.Function, o.Parameters)
	}
	rules, err := c.Rules()
	if err != nil {
		t.Fatal(err)
	}
	file, err := rules.Encode(policy.Source{Name: "openapi.yaml", SHA256: strings.Repeat("0", 64)})
	if err != nil {
		t.Fatal(err)
	}
	return b.String() + string(file)
}
