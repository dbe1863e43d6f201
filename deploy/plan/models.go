package plan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"portcullis/api/contract"
)

const (
	components   = "#/components/schemas/"
	mostRanks    = 4 // of models, which Terraform's module makes one after the other
	modelAddress = "https://apigateway.amazonaws.com/restapis/{restApiId}/models/"
	compiled     = "https://apigateway.amazonaws.com/restapis/%7BrestApiId%7D/models/" // modelAddress, as references to it are resolved
	draft4       = "http://json-schema.org/draft-04/schema#"

	// anyMediaType is the key of the model for media types that have none. It is set where bodies are JSON only: without it a body of
	// another type would not be validated at all. See
	// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html.
	anyMediaType = "$default"
)

// bodyModels are an API's models, and which bodies are validated by them.
type bodyModels struct {
	all map[string]Model
	of  map[*contract.Operation]map[string]string // operation -> media type -> model
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
	*builder
	document any
	schemas  map[string]*schema // by name; those that are needed
	before   int                // how much was wrong before
}

// failed tells whether something is wrong with the schemas.
func (m *modelMaker) failed() bool { return len(m.wrong) > m.before }

// makeModels makes the models of the contract's bodies.
func (b *builder) makeModels() bodyModels {
	m := &modelMaker{builder: b, schemas: map[string]*schema{}, before: len(b.wrong)}
	made := bodyModels{all: map[string]Model{}, of: map[*contract.Operation]map[string]string{}}
	var err error
	if m.document, err = jsonschema.UnmarshalJSON(bytes.NewReader(b.contract.Document)); err != nil {
		b.refuse(0, "%v", err)
		return made
	}
	bodies := map[*contract.Operation]map[string]*schema{}
	for i := range b.contract.Operations {
		o := &b.contract.Operations[i]
		bodies[o] = m.bodySchemas(o)
	}
	m.checkNames()
	if m.rankAll(); m.failed() {
		return made
	}
	for o, body := range bodies {
		for mediaType, s := range body {
			if made.of[o] == nil {
				made.of[o] = map[string]string{}
			}
			made.of[o][mediaType] = s.model()
			if len(o.Body.Schemas) == 1 && mediaType == "application/json" {
				made.of[o][anyMediaType] = s.model()
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m.schemas)) {
		s := m.schemas[name]
		if _, taken := made.all[s.model()]; taken {
			b.refuse(b.contract.Line(s.place), "%s: want another name: the model %s is another schema's", name, s.model())
			continue
		}
		made.all[s.model()] = Model{Schema: m.text(s), Rank: s.rank}
	}
	m.compile(made.all)
	return made
}

// isJSON tells whether bodies of a media type are JSON.
func isJSON(mediaType string) bool {
	return mediaType == "application/json" || strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}

// bodySchemas are the schemas of an operation's JSON bodies, by media type.
func (m *modelMaker) bodySchemas(o *contract.Operation) map[string]*schema {
	if o.Body == nil {
		return nil
	}
	all := map[string]*schema{}
	for _, mediaType := range slices.Sorted(maps.Keys(o.Body.Schemas)) {
		place := o.Body.Schemas[mediaType]
		if place == "" || !isJSON(mediaType) {
			continue
		}
		name := "Body" + strings.Map(lettersAndDigits, o.Route.String())
		if mediaType != "application/json" {
			name += strings.Map(lettersAndDigits, mediaType)
		}
		if s := m.need(name, place, m.find(place)); s != nil {
			all[mediaType] = s
		}
	}
	return all
}

func lettersAndDigits(r rune) rune {
	if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
		return r
	}
	return -1
}

// checkNames refuses the schemas whose names no model can have.
func (m *modelMaker) checkNames() {
	for _, name := range slices.Sorted(maps.Keys(m.schemas)) {
		if name == "" || strings.Map(lettersAndDigits, name) != name {
			m.refuse(m.contract.Line(m.schemas[name].place), "%q: want a name of letters and digits, as the models of API Gateway have", name)
		}
	}
}

// find gives what stands at a place of the contract; nil: nothing does.
func (m *modelMaker) find(place string) any {
	node := m.document
	for _, token := range contract.PointerTokens(place) {
		mapping, is := node.(map[string]any)
		if !is {
			return nil
		}
		node = mapping[token]
	}
	return node
}

// need gives the schema of a body; one that is nothing but a reference is what it refers to. Nil: something is wrong.
func (m *modelMaker) need(name, place string, tree any) *schema {
	if mapping, is := tree.(map[string]any); is {
		if reference, refers := mapping["$ref"].(string); refers {
			return m.refer(place, reference)
		}
	}
	return m.add(name, place, tree)
}

// refer follows a reference that stands at a place.
func (m *modelMaker) refer(place, reference string) *schema {
	name, local := strings.CutPrefix(reference, components)
	tree := m.find(reference)
	if !local || strings.Contains(name, "/") || tree == nil {
		m.refuse(m.contract.Line(place), "$ref: %q: want %sNAME, of a schema that is there", reference, components)
		return nil
	}
	return m.add(name, reference, tree)
}

// add adds a schema, and those that it refers to.
func (m *modelMaker) add(name, place string, tree any) *schema {
	if s, known := m.schemas[name]; known {
		if s.place != place {
			m.refuse(m.contract.Line(place), "want another path or schema's name: the model of this schema would be %s, as that of line %d is", name, m.contract.Line(s.place))
		}
		return s
	}
	s := &schema{name: name, place: place, tree: tree, rank: -1}
	m.schemas[name] = s
	walk(tree, func(node map[string]any) {
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

// walk goes through the mappings of a tree.
func walk(tree any, visit func(map[string]any)) {
	switch tree := tree.(type) {
	case []any:
		for _, item := range tree {
			walk(item, visit)
		}
	case map[string]any:
		visit(tree)
		for _, name := range slices.Sorted(maps.Keys(tree)) {
			walk(tree[name], visit)
		}
	}
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
		if s := m.schemas[name]; s.rank < 0 {
			m.refuse(m.contract.Line(s.place), "%s: want references at most %d deep, and not in a circle, to make it a model of API Gateway's", name, mostRanks)
		}
	}
}

// model is the name of the schema's model. A schema whose rank changes gets another one, since the old one goes only after the new one is
// there.
func (s *schema) model() string {
	if s.rank == 0 {
		return s.name
	}
	return fmt.Sprintf("%sRank%d", s.name, s.rank)
}

// text is the model's schema.
func (m *modelMaker) text(s *schema) string {
	tree := m.toDraft4(s.tree)
	mapping, is := tree.(map[string]any)
	if !is {
		m.refuse(m.contract.Line(s.place), "%s: want a schema, a mapping", s.name)
		return ""
	}
	whole := map[string]any{"$schema": draft4, "title": s.name}
	maps.Copy(whole, mapping)
	text, err := json.Marshal(whole)
	if err != nil {
		m.refuse(m.contract.Line(s.place), "%s: %v", s.name, err)
	}
	return string(text)
}

// toDraft4 is a copy in which stands what draft 4 says in another way than OpenAPI 3.1: const, and exclusive bounds; and models in the
// place of schemas.
func (m *modelMaker) toDraft4(tree any) any {
	switch tree := tree.(type) {
	case []any:
		list := make([]any, len(tree))
		for i, item := range tree {
			list[i] = m.toDraft4(item)
		}
		return list
	case map[string]any:
		made := map[string]any{}
		for name, value := range tree {
			made[name] = m.toDraft4(value)
		}
		if reference, refers := made["$ref"].(string); refers {
			made["$ref"] = modelAddress + m.schemas[strings.TrimPrefix(reference, components)].model()
		}
		if value, there := made["const"]; there && isScalar(value) {
			made["enum"] = []any{value}
			delete(made, "const")
		}
		for exclusive, bound := range map[string]string{"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"} {
			limit, isNumber := made[exclusive].(json.Number)
			if _, both := made[bound]; isNumber && !both { // draft 4 has no way to say both, and refuses it
				made[exclusive], made[bound] = true, limit
			}
		}
		return made
	}
	return tree
}

func isScalar(value any) bool {
	switch value.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

// compile makes sure that the models are JSON Schema.
func (m *modelMaker) compile(models map[string]Model) {
	if m.failed() {
		return
	}
	compiler, err := newCompiler(models)
	if err != nil {
		m.refuse(0, "components.schemas: %v", err)
		return
	}
	inOrder := slices.SortedFunc(maps.Values(m.schemas), func(a, b *schema) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.name, b.name)) })
	failed := map[string]bool{}
	for _, s := range inOrder {
		if slices.ContainsFunc(s.references, func(name string) bool { return failed[name] }) {
			failed[s.name] = true // for which it is not to blame
			continue
		}
		if _, err := compiler.Compile(compiled + s.model()); err != nil {
			m.refuseSchema(s, err)
			failed[s.name] = true
		}
	}
}

// refuseSchema says why a schema is none, where of it that is known.
func (m *modelMaker) refuseSchema(s *schema, err error) {
	place, reason := s.place, err.Error()
	var invalid *jsonschema.SchemaValidationError
	var cause *jsonschema.ValidationError
	if errors.As(err, &invalid) && errors.As(invalid.Err, &cause) {
		for len(cause.Causes) > 0 {
			cause = cause.Causes[0]
		}
		for _, token := range cause.InstanceLocation {
			place += "/" + url.PathEscape(strings.ReplaceAll(token, "~", "~0"))
		}
		reason = "want a schema of JSON Schema draft 4: " + cause.Error()
	}
	reason, _, _ = strings.Cut(strings.ReplaceAll(reason, compiled, ""), "\n")
	m.refuse(m.contract.Line(place), "%s: %s", s.name, reason)
}

// newCompiler makes what compiles models, by their addresses.
func newCompiler(models map[string]Model) (*jsonschema.Compiler, error) {
	compiler := jsonschema.NewCompiler()
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
	return compiler, nil
}

// Validators makes what validates by each of an API's models, by their names.
func (r *REST) Validators() (map[string]*jsonschema.Schema, error) {
	compiler, err := newCompiler(r.Models)
	if err != nil {
		return nil, err
	}
	all := map[string]*jsonschema.Schema{}
	for name := range r.Models {
		if all[name], err = compiler.Compile(compiled + name); err != nil {
			return nil, err
		}
	}
	return all, nil
}
