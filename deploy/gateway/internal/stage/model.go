package stage

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"portcullis/deploy/plan"
)

// ModelNamed finds a model of a plan for one of its operations. The error is a [*ConfigError] where there is none of that name: by a
// model that is not there nothing would be checked.
func ModelNamed(models map[string]*plan.Validator, name, operation string) (*plan.Validator, error) {
	if model := models[name]; model != nil {
		return model, nil
	}
	return nil, Misconfigured("%s: no model is called %q", operation, name)
}

// Misfits says what of a text does not fit a model; none: it fits. The error is a [*plan.UndecidedError]: neither can be said.
func Misfits(model *plan.Validator, text []byte) ([]Misfit, error) {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil || !numbersFit(value) {
		return unparsable, nil
	}
	var wrong *jsonschema.ValidationError
	if err := model.Validate(value); errors.As(err, &wrong) {
		return misfitsOf(value, wrong), nil
	} else if err != nil {
		return nil, err
	}
	return nil, nil
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
