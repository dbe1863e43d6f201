package plan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"portcullis/api/contract"
)

const (
	components   = "#/components/schemas/"
	mostRanks    = 4 // of models, which Terraform's module makes one after the other
	modelAddress = "https://apigateway.amazonaws.com/restapis/{restApiId}/models/"
	compiled     = "https://apigateway.amazonaws.com/restapis/%7BrestApiId%7D/models/" // modelAddress, as references to it are resolved
	draft4       = "http://json-schema.org/draft-04/schema#"
)

// AnyMediaType is the key of the model for bodies of media types that have none. It is set where the contract has JSON bodies only:
// without it a body that names another type would not be validated at all. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html.
const AnyMediaType = "$default"

// bodyModels are the models of a contract's bodies, what validates by them, and which bodies are validated. Plans of one contract share
// them.
type bodyModels struct {
	all        map[string]Model
	validators map[string]*Validator                     // by the names of all models
	of         map[*contract.Operation]map[string]string // operation -> media type -> model
}

// schema is one that becomes a model.
type schema struct {
	name       string // among the contract's schemas, or one made of an operation's name
	place      string // in the contract
	tree       any
	references []string // the names of schemas that it refers to
	rank       int      // -1: not known yet
}

// modelMaker turns the schemas that bodies use into models, which are JSON Schema draft 4 and refer to each other by address. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html.
type modelMaker struct {
	refusals
	document any
	schemas  map[string]*schema // by name; those that are needed
}

// makeModels makes the models of a contract's bodies, and says what is wrong with their schemas.
func makeModels(c *contract.Contract) (bodyModels, Errors) {
	m := &modelMaker{refusals: refusals{contract: c}, schemas: map[string]*schema{}}
	made := m.bodyModels()
	return made, m.wrong
}

func (m *modelMaker) bodyModels() bodyModels {
	made := bodyModels{all: map[string]Model{}, of: map[*contract.Operation]map[string]string{}}
	var err error
	if m.document, err = jsonschema.UnmarshalJSON(bytes.NewReader(m.contract.Document)); err != nil {
		m.refuse(contract.Position{File: m.contract.Name}, "%v", err)
		return made
	}
	bodies := map[*contract.Operation]map[string]*schema{}
	for i := range m.contract.Operations {
		o := &m.contract.Operations[i]
		bodies[o] = m.bodySchemas(o)
	}
	if m.rankAll(); len(m.wrong) > 0 {
		return made
	}
	for o, body := range bodies {
		made.of[o] = modelsOf(o, body)
	}
	for _, name := range slices.Sorted(maps.Keys(m.schemas)) {
		s := m.schemas[name]
		if _, taken := made.all[s.model()]; taken {
			m.refuse(m.contract.At(s.place), "%s: want another name: the model %s is another schema's", name, s.model())
			continue
		}
		made.all[s.model()] = Model{Schema: m.text(s), Rank: s.rank}
	}
	made.validators = m.compile(made.all)
	return made
}

// modelsOf names the models of an operation's bodies by their media types, [AnyMediaType] among them; nil: it has none.
func modelsOf(o *contract.Operation, body map[string]*schema) map[string]string {
	if len(body) == 0 {
		return nil
	}
	all := map[string]string{}
	for mediaType, s := range body {
		if !strings.Contains(mediaType, "*") { // a range is no type that a body names, and API Gateway compares them as texts
			all[mediaType] = s.model()
		}
	}
	if len(body) == len(o.Body.Schemas) { // each is JSON, and has a schema
		first := slices.Min(slices.Collect(maps.Keys(body)))
		all[AnyMediaType] = cmp.Or(all[plainJSON], body[first].model())
	}
	return all
}

const plainJSON = "application/json"

// jsonType gives a media type without its parameters and in lower case, as those of requests are compared, and tells whether such
// bodies are JSON (RFC 6839, section 3.1).
func jsonType(written string) (string, bool) {
	name, _, err := mime.ParseMediaType(written)
	return name, err == nil && (name == plainJSON || strings.HasPrefix(name, "application/") && strings.HasSuffix(name, "+json"))
}

// bodySchemas are the schemas of an operation's JSON bodies, by media type.
func (m *modelMaker) bodySchemas(o *contract.Operation) map[string]*schema {
	if o.Body == nil {
		return nil
	}
	all := map[string]*schema{}
	for _, written := range slices.Sorted(maps.Keys(o.Body.Schemas)) {
		place := o.Body.Schemas[written]
		mediaType, isJSON := jsonType(written)
		if place == "" || !isJSON {
			continue
		}
		if _, twice := all[mediaType]; twice {
			m.refuse(m.contract.At(place), "%s: %s: want one schema for all bodies of %s, as API Gateway has them", o.Route, written, mediaType)
			continue
		}
		name := "Body" + contract.LettersAndDigits(o.Route.String())
		if mediaType != plainJSON {
			name += contract.LettersAndDigits(mediaType)
		}
		if s := m.need(name, place, m.find(place)); s != nil {
			all[mediaType] = s
		}
	}
	return all
}

// find gives what stands at a place of the contract; nil: nothing does.
func (m *modelMaker) find(place string) any {
	node := m.document
	for _, token := range contract.PointerTokens(place) {
		switch parent := node.(type) {
		case map[string]any:
			node = parent[token]
		case []any:
			at, err := strconv.Atoi(token)
			if err != nil || at < 0 || at >= len(parent) {
				return nil
			}
			node = parent[at]
		default:
			return nil
		}
	}
	return node
}

// need gives the schema of a body; one that is nothing but a reference is what it refers to. Nil: something is wrong.
func (m *modelMaker) need(name, place string, tree any) *schema {
	if mapping, is := tree.(map[string]any); is && !asksMore(mapping) {
		if reference, refers := mapping["$ref"].(string); refers {
			return m.refer(place, reference)
		}
	}
	return m.add(name, place, tree)
}

// refer follows a reference that stands at a place.
func (m *modelMaker) refer(place, reference string) *schema {
	name, isSchema := schemaName(reference)
	tree := m.find(reference)
	switch {
	case !strings.HasPrefix(reference, "#"):
		m.refuse(m.contract.At(place), "$ref: %q is in another document: %s", reference, contract.Bundle)
		return nil
	case !isSchema || tree == nil:
		m.refuse(m.contract.At(place), "$ref: %q: want %sNAME, of a schema that is there, or a place in one", reference, components)
		return nil
	}
	return m.add(name, reference, tree)
}

// schemaName names what a reference refers to, and tells whether a schema can stand there: among the contract's schemas, at the schema
// of a body or a parameter, as bundlers write it, or within one of these. What is none would ask for nothing.
func schemaName(reference string) (name string, isSchema bool) {
	tokens := contract.PointerTokens(reference)
	var within []string
	if len(tokens) >= 3 && tokens[0] == "components" && tokens[1] == "schemas" {
		tokens = tokens[2:]
		within = tokens[1:]
	} else {
		at := slices.Index(tokens, "schema")
		if at < 2 || !slices.Contains([]string{"content", "parameters", "headers"}, tokens[at-2]) {
			return "", false
		}
		within = tokens[at+1:]
	}
	return strings.Join(tokens, "/"), leadToSchema(within)
}

// leadToSchema tells whether keywords, with names and numbers after those that have them, lead from a schema to one in it.
func leadToSchema(tokens []string) bool {
	for len(tokens) > 0 {
		taken := 1
		switch keyword := tokens[0]; {
		case slices.Contains(namedKeywords, keyword), slices.Contains(listKeywords, keyword):
			taken = 2
		case !slices.Contains(innerKeywords, keyword):
			return false
		}
		if taken > len(tokens) {
			return false
		}
		tokens = tokens[taken:]
	}
	return true
}

// add adds a schema, and those that it refers to.
func (m *modelMaker) add(name, place string, tree any) *schema {
	if s, known := m.schemas[name]; known {
		if !slices.Equal(contract.PointerTokens(s.place), contract.PointerTokens(place)) {
			m.refuse(m.contract.At(place), "want another path or schema's name: the model of this schema would be %s, as that of %s is", name, from(m.contract.At(s.place), m.contract.At(place)))
		}
		return s
	}
	s := &schema{name: name, place: place, tree: tree, rank: -1}
	m.schemas[name] = s
	changed(tree, func(node map[string]any) {
		reference, refers := node["$ref"].(string)
		if !refers {
			return
		}
		if to := m.refer(place, reference); to != nil && !slices.Contains(s.references, to.name) {
			s.references = append(s.references, to.name)
		}
	})
	return s
}

// from is how a position is told of at another one: the line, and the file where it is not the same.
func from(at, other contract.Position) string {
	if at.File == other.File {
		return fmt.Sprintf("line %d", at.Line)
	}
	return at.Place()
}

// rankAll gives each schema its rank. It refuses those that have none: there are [mostRanks], and none in a circle.
func (m *modelMaker) rankAll() {
	for rank := range mostRanks {
		var found []*schema
		for _, s := range m.schemas {
			below := !slices.ContainsFunc(s.references, func(name string) bool { return m.schemas[name].rank < 0 })
			if s.rank < 0 && below {
				found = append(found, s)
			}
		}
		for _, s := range found {
			s.rank = rank
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.schemas)) {
		s := m.schemas[name]
		if contract.LettersAndDigits(name) == "" {
			m.refuse(m.contract.At(s.place), "%q: want a name with letters or digits, of which the names of API Gateway's models are", name)
		}
		if s.rank < 0 {
			m.refuse(m.contract.At(s.place), "%s: want references at most %d deep, and not in a circle, to make it a model of API Gateway's", name, mostRanks)
		}
	}
}

// model is the name of the schema's model: the letters and digits of the schema's own. A schema whose rank changes gets another one,
// since the old one goes only after the new one is there. Two names are taken in every API from the start; see
// https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html.
func (s *schema) model() string {
	name := contract.LettersAndDigits(s.name)
	if s.rank == 0 && name != "Empty" && name != "Error" {
		return name
	}
	return fmt.Sprintf("%sRank%d", name, s.rank)
}

// text is the model's schema.
func (m *modelMaker) text(s *schema) string {
	tree := m.toDraft4(s.tree)
	mapping, is := tree.(map[string]any)
	if !is {
		m.refuse(m.contract.At(s.place), "%s: want a schema, a mapping", s.name)
		return ""
	}
	whole := map[string]any{"$schema": draft4, "title": s.name}
	maps.Copy(whole, mapping)
	text, err := json.Marshal(whole)
	if err != nil {
		m.refuse(m.contract.At(s.place), "%s: %v", s.name, err)
	}
	return string(text)
}

// toDraft4 is a copy in which stands what draft 4 says in another way than OpenAPI 3.1: const, exclusive bounds, no required members, and what
// stands beside a reference, which draft 4 passes over; and models in the place of schemas.
func (m *modelMaker) toDraft4(tree any) any {
	return changed(tree, func(schema map[string]any) {
		delete(schema, "$schema") // of the file that it is in; a model has its own
		if value, there := schema["const"]; there {
			schema["enum"] = []any{value}
			delete(schema, "const")
		}
		withoutEmptyRequired(schema)
		for exclusive, bound := range map[string]string{"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"} {
			limit, isNumber := schema[exclusive].(json.Number)
			if _, both := schema[bound]; isNumber && !both { // draft 4 has no way to say both, and refuses it
				schema[exclusive], schema[bound] = true, limit
			}
		}
		reference, refers := schema["$ref"].(string)
		if !refers {
			return
		}
		name, _ := schemaName(reference)
		schema["$ref"] = modelAddress + m.schemas[name].model()
		if all, isList := schema["allOf"].([]any); asksMore(schema) && (isList || schema["allOf"] == nil) {
			schema["allOf"] = append(all, map[string]any{"$ref": schema["$ref"]})
			delete(schema, "$ref")
		}
	})
}

// withoutEmptyRequired takes out a list of required members that is empty, which asks for nothing, and is none in draft 4.
func withoutEmptyRequired(schema map[string]any) {
	if list, is := schema["required"].([]any); is && len(list) == 0 {
		delete(schema, "required")
	}
}

var (
	// plainKeywords are those whose values hold no schemas, but whatever a document may.
	plainKeywords = []string{"const", "default", "enum", "example", "examples"}
	// namedKeywords are those whose values are schemas by names.
	namedKeywords = []string{"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"}
	// listKeywords are those whose values are lists of schemas, and innerKeywords those whose values are a schema.
	listKeywords  = []string{"allOf", "anyOf", "oneOf"}
	innerKeywords = []string{"additionalItems", "additionalProperties", "items", "not"}
	// tellingKeywords ask for nothing.
	tellingKeywords = []string{"$comment", "default", "deprecated", "description", "example", "examples", "externalDocs", "readOnly", "summary", "title", "writeOnly", "xml"}
)

// asksMore tells whether a schema asks for something beside what it refers to.
func asksMore(schema map[string]any) bool {
	for keyword := range schema {
		if keyword != "$ref" && !strings.HasPrefix(keyword, "x-") && !slices.Contains(tellingKeywords, keyword) {
			return true
		}
	}
	return false
}

// changed is a copy of a schema in which each schema, the inner ones first, was changed.
func changed(tree any, change func(schema map[string]any)) any {
	switch tree := tree.(type) {
	case []any:
		list := make([]any, len(tree))
		for i, item := range tree {
			list[i] = changed(item, change)
		}
		return list
	case map[string]any:
		made := changedMembers(tree, func(keyword string, value any) any {
			named, isMapping := value.(map[string]any)
			switch {
			case slices.Contains(plainKeywords, keyword):
				return value
			case isMapping && slices.Contains(namedKeywords, keyword):
				return changedMembers(named, func(_ string, schema any) any { return changed(schema, change) })
			}
			return changed(value, change)
		})
		change(made)
		return made
	}
	return tree
}

// changedMembers is a copy of a mapping with other values, made in the order of the names.
func changedMembers(mapping map[string]any, change func(name string, value any) any) map[string]any {
	made := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(mapping)) {
		made[name] = change(name, mapping[name])
	}
	return made
}

// compile makes what validates by the models, and so makes sure that they are JSON Schema; nil: something is wrong.
func (m *modelMaker) compile(models map[string]Model) map[string]*Validator {
	if len(m.wrong) > 0 {
		return nil
	}
	compiler, err := newCompiler(models)
	if err != nil {
		m.refuse(contract.Position{File: m.contract.Name}, "components.schemas: %v", err)
		return nil
	}
	inOrder := slices.SortedFunc(maps.Values(m.schemas), func(a, b *schema) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.name, b.name)) })
	made, failed := map[string]*Validator{}, map[string]bool{}
	for _, s := range inOrder {
		if slices.ContainsFunc(s.references, func(name string) bool { return failed[name] }) {
			failed[s.name] = true // for which it is not to blame
			continue
		}
		if made[s.model()], err = compiler.compile(s.model()); err != nil {
			m.refuseSchema(s, err)
			failed[s.name] = true
		}
	}
	return made
}

// refuseSchema says why a schema is none: all that is wrong, each with its place.
func (m *modelMaker) refuseSchema(s *schema, err error) {
	var invalid *jsonschema.SchemaValidationError
	var cause *jsonschema.ValidationError
	var noPattern *jsonschema.InvalidRegexError
	switch {
	case errors.As(err, &invalid) && errors.As(invalid.Err, &cause):
		for _, misfit := range misfits(cause) {
			m.refuseMember(s, misfit)
		}
	case errors.As(err, &noPattern): // a name in patternProperties
		_, at, _ := strings.Cut(noPattern.URL, "#")
		why := &kind.Format{Got: noPattern.Regex, Want: "regex", Err: noPattern.Err}
		m.refuseMember(s, &jsonschema.ValidationError{InstanceLocation: contract.PointerTokens(at), ErrorKind: why})
	default:
		m.refuse(m.contract.At(s.place), "%s: %s", s.name, strings.ReplaceAll(err.Error(), compiled, ""))
	}
}

// refuseMember says why a schema is none, by what does not fit the schema of schemas.
func (m *modelMaker) refuseMember(s *schema, misfit *jsonschema.ValidationError) {
	place, want, reason := s.place, "a schema of JSON Schema draft 4", misfit.Error()
	for _, token := range misfit.InstanceLocation {
		place += "/" + url.PathEscape(strings.ReplaceAll(token, "~", "~0"))
	}
	if why, is := misfit.ErrorKind.(*kind.Format); is && why.Want == "regex" {
		at, _, _ := strings.Cut(reason, ": ")
		want, reason = "a pattern of ECMA 262", fmt.Sprintf("%s: %q: %v", at, why.Got, why.Err)
	}
	m.refuse(m.contract.At(place), "%s: want %s: %s", s.name, want, reason)
}

// misfits are what does not fit at the bottom of an error, in the order of their places. Of alternatives, of which one would do, it is
// those of the one that the value comes nearest to.
func misfits(err *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(err.Causes) == 0 {
		return []*jsonschema.ValidationError{err}
	}
	var all []*jsonschema.ValidationError
	_, alternatives := err.ErrorKind.(*kind.AnyOf)
	for _, cause := range err.Causes {
		found := misfits(cause)
		switch {
		case !alternatives:
			all = append(all, found...)
		case all == nil || len(found[0].InstanceLocation) > len(all[0].InstanceLocation):
			all = found
		}
	}
	slices.SortStableFunc(all, func(a, b *jsonschema.ValidationError) int {
		return slices.Compare(a.InstanceLocation, b.InstanceLocation)
	})
	return all
}

// modelCompiler compiles the models of an API, whose patterns have one clock.
type modelCompiler struct {
	schemas *jsonschema.Compiler
	clock   *patternClock
}

func (c *modelCompiler) compile(name string) (*Validator, error) {
	schema, err := c.schemas.Compile(compiled + name)
	if err != nil {
		return nil, err
	}
	return &Validator{schema, c.clock}, nil
}

// newCompiler makes what compiles models, by their names.
func newCompiler(models map[string]Model) (*modelCompiler, error) {
	compiler, clock := jsonschema.NewCompiler(), &patternClock{}
	compiler.UseRegexpEngine(clock.compile)
	compiler.DefaultDraft(jsonschema.Draft4)
	for name, model := range models {
		tree, err := jsonschema.UnmarshalJSON(strings.NewReader(model.Schema))
		if err != nil {
			return nil, err
		}
		if err := compiler.AddResource(compiled+name, tree); err != nil {
			return nil, err
		}
	}
	return &modelCompiler{compiler, clock}, nil
}

// Validators are what validates by each of an API's models, by their names: nobody may change the map. [Compile] has made them; they are
// made anew for a plan that was made otherwise. The error is of the first model that is no schema of JSON Schema.
func (r *REST) Validators() (map[string]*Validator, error) {
	return validators(r.validators, r.Models)
}

// Validators are what validates by each of the models of messages, as those of a REST API are.
func (w *WebSocket) Validators() (map[string]*Validator, error) {
	return validators(w.validators, w.Models)
}

// validators are those that were made, or else new ones.
func validators(made map[string]*Validator, models map[string]Model) (map[string]*Validator, error) {
	if made != nil {
		return made, nil
	}
	compiler, err := newCompiler(models)
	if err != nil {
		return nil, err
	}
	all := map[string]*Validator{}
	for _, name := range slices.Sorted(maps.Keys(models)) {
		if all[name], err = compiler.compile(name); err != nil {
			return nil, err
		}
	}
	return all, nil
}
