package plan

import (
	"bytes"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"portcullis/api/contract"
)

// Schemas validates values by the schemas of a contract as they stand in it: as those of JSON Schema draft 2020-12, or of OpenAPI 3.0 as
// those of draft 4. Unlike the models of a plan they may refer to each other in a circle, and be of parameters. It is for what is
// shown of a contract: what a gateway takes is for the models to say.
type Schemas struct {
	compiler *modelCompiler
}

// document is the name of a contract's document among what is compiled.
const document = "https://contract.invalid/document"

// NewSchemas makes what validates by the schemas of a contract. The error is that its Document is no JSON.
func NewSchemas(c *contract.Contract) (*Schemas, error) {
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(c.Document))
	if err != nil {
		return nil, err
	}
	compiler, clock := jsonschema.NewCompiler(), &patternClock{}
	compiler.UseRegexpEngine(clock.compile)
	compiler.UseLoader(jsonschema.SchemeURLLoader{}) // no file, and no address
	compiler.DefaultDraft(jsonschema.Draft2020)
	if root, is := tree.(map[string]any); is {
		if version, _ := root["openapi"].(string); strings.HasPrefix(version, "3.0") {
			compiler.DefaultDraft(jsonschema.Draft4)
			tree = changed(tree, withoutEmptyRequired)
		}
	}
	if err := compiler.AddResource(document, tree); err != nil {
		return nil, err
	}
	return &Schemas{&modelCompiler{compiler, clock}}, nil
}

// Validator is what validates by the schema at a place of the contract's Document, a JSON pointer as a URI fragment, such as
// "#/components/schemas/NewUser". The error says why what stands there is no schema.
func (s *Schemas) Validator(place string) (*Validator, error) {
	schema, err := s.compiler.schemas.Compile(document + place)
	if err != nil {
		return nil, err
	}
	return &Validator{schema, s.compiler.clock}, nil
}
