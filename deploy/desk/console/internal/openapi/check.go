package openapi

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"portcullis/api/contract"
	"portcullis/deploy/plan"
)

// checks tell whether examples are such as they should be, by the contract's own schemas.
type checks struct {
	schemas    *plan.Schemas
	validators map[string]*plan.Validator // by places; nil: what stands there is no schema
	undecided  int
}

// mostUndecided is how many examples may take as long as a validator lets patterns take: it is a second each time.
const mostUndecided = 3

func newChecks(c *contract.Contract) (checks, error) {
	schemas, err := plan.NewSchemas(c)
	return checks{schemas: schemas, validators: map[string]*plan.Validator{}}, err
}

// fits tells whether a value is such as the schema at a place asks for, and as models do. Where that cannot be told, it does not.
func (c *checks) fits(value any, place string, models []*plan.Validator) bool {
	validator, known := c.validators[place]
	if !known {
		validator, _ = c.schemas.Validator(place)
		c.validators[place] = validator
	}
	text, err := json.Marshal(value)
	if err != nil || validator == nil || c.undecided >= mostUndecided {
		return false
	}
	sent, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return false
	}
	for _, by := range append([]*plan.Validator{validator}, models...) {
		if err := by.Validate(sent); err != nil {
			if errors.As(err, new(*plan.UndecidedError)) {
				c.undecided++
			}
			return false
		}
	}
	return true
}
