package rest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"portcullis/api/contract"
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/modes"
)

// validator checks requests to one method before its function is called.
type validator struct {
	headers, paths, queries []string // required parameters, as the contract writes them
	models                  map[string]*jsonschema.Schema
}

// schemas compiles the contract's schemas as API Gateway's models, which are JSON Schema draft 4.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html.
type schemas struct {
	contract *contract.Contract
	compiler *jsonschema.Compiler
	err      error
}

func newSchemas(contract *contract.Contract) *schemas {
	s := &schemas{contract: contract, compiler: jsonschema.NewCompiler()}
	s.compiler.DefaultDraft(jsonschema.Draft4)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(contract.Document))
	if err == nil {
		toDraft4(document)
		err = s.compiler.AddResource(contractURL, document)
	}
	s.err = err
	return s
}

// toDraft4 rewrites what draft 4 says in another way than OpenAPI 3.1: const, and exclusive bounds.
func toDraft4(tree any) {
	switch tree := tree.(type) {
	case []any:
		for _, item := range tree {
			toDraft4(item)
		}
	case map[string]any:
		for _, value := range tree {
			toDraft4(value)
		}
		if value, ok := tree["const"]; ok && isScalar(value) {
			tree["enum"] = []any{value}
			delete(tree, "const")
		}
		for exclusive, bound := range map[string]string{"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"} {
			limit, isNumber := tree[exclusive].(json.Number)
			if _, both := tree[bound]; isNumber && !both { // draft 4 has no way to say both, and refuses it
				tree[exclusive], tree[bound] = true, limit
			}
		}
	}
}

func isScalar(value any) bool {
	switch value.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

const contractURL = "contract:///openapi.json"

func (s *schemas) compile(place string) (*jsonschema.Schema, error) {
	err := s.err
	var schema *jsonschema.Schema
	if err == nil {
		schema, err = s.compiler.Compile(contractURL + place)
	}
	if err != nil {
		reason, _, _ := strings.Cut(strings.ReplaceAll(err.Error(), contractURL, ""), "\n")
		return nil, &contract.Error{Name: s.contract.Name, Reason: place + ": " + reason}
	}
	return schema, nil
}

func newValidator(operation *contract.Operation, checks modes.RequestValidation, schemas *schemas) (*validator, error) {
	v := &validator{models: map[string]*jsonschema.Schema{}}
	if checks.Parameters {
		v.require(operation.Parameters)
	}
	if !checks.Body || operation.Body == nil {
		return v, nil
	}
	for mediaType, place := range operation.Body.Schemas {
		if place == "" {
			continue
		}
		schema, err := schemas.compile(place)
		if err != nil {
			return nil, err
		}
		v.models[mediaType] = schema
		if len(operation.Body.Schemas) == 1 && mediaType == "application/json" {
			v.models[anyMediaType] = schema
		}
	}
	return v, nil
}

// anyMediaType is the key of the model for media types that have none. It is set where bodies are JSON only:
// without it a body of another type would not be validated at all.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html.
const anyMediaType = "$default"

func (v *validator) require(parameters []contract.Parameter) {
	for _, parameter := range parameters {
		switch {
		case !parameter.Required:
		case parameter.In == "header":
			v.headers = append(v.headers, parameter.Name)
		case parameter.In == "path":
			v.paths = append(v.paths, parameter.Name)
		case parameter.In == "query":
			v.queries = append(v.queries, parameter.Name)
		}
	}
}

// check says what a request lacks; nil where it may go on.
func (v *validator) check(x *stage.Exchange) *refusal {
	if missing := v.missingParameters(x); len(missing) > 0 {
		return refuseWith(badParameters, "Missing required request parameters: ["+strings.Join(missing, ", ")+"]")
	}
	if !v.bodyFits(x) {
		return refuse(badBody)
	}
	return nil
}

// missingParameters lists the required parameters that are absent or blank: headers, path, then query.
func (v *validator) missingParameters(x *stage.Exchange) []string {
	var missing []string
	for _, name := range v.headers {
		if strings.TrimSpace(x.HTTP.Header.Get(name)) == "" {
			missing = append(missing, name)
		}
	}
	for _, name := range v.paths {
		if x.Parameters[name] == "" {
			missing = append(missing, name)
		}
	}
	for _, name := range v.queries {
		if strings.TrimSpace(x.Queries().Get(name)) == "" {
			missing = append(missing, name)
		}
	}
	return missing
}

// bodyFits validates the body by the model of its media type, or by the one for any. No body is validated as {}.
func (v *validator) bodyFits(x *stage.Exchange) bool {
	model := v.models[stage.MediaType(x.HTTP.Header)]
	if model == nil {
		model = v.models[anyMediaType]
	}
	if model == nil {
		return true
	}
	body := x.Body
	if len(body) == 0 {
		body = []byte("{}")
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	return err == nil && numbersFit(value) && model.Validate(value) == nil
}

// maxNumber is the most characters, and the largest exponent, of a number in a body. The validator works with
// exact numbers, whose size grows with the exponent.
const maxNumber = 400

// numbersFit tells whether every number of a decoded body is one that can be compared.
func numbersFit(tree any) bool {
	switch tree := tree.(type) {
	case map[string]any:
		for _, value := range tree {
			if !numbersFit(value) {
				return false
			}
		}
	case []any:
		return !slices.ContainsFunc(tree, func(item any) bool { return !numbersFit(item) })
	case json.Number:
		_, exponent, scientific := strings.Cut(strings.ToLower(tree.String()), "e")
		n, err := strconv.Atoi(exponent)
		return len(tree) <= maxNumber && (!scientific || err == nil && -maxNumber <= n && n <= maxNumber)
	}
	return true
}
