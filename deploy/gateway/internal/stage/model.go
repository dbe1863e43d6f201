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

// Misfit says what of a text does not fit a model; "": it fits. The error is a [*plan.UndecidedError]: neither can be said.
func Misfit(model *plan.Validator, text []byte) (string, error) {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	switch {
	case err != nil:
		return "it is no JSON", nil
	case !numbersFit(value):
		return "it has a number that is too long to compare", nil
	}
	var wrong *jsonschema.ValidationError
	switch err := model.Validate(value); {
	case errors.As(err, &wrong):
		for len(wrong.Causes) > 0 {
			wrong = wrong.Causes[0]
		}
		return "/" + strings.Join(wrong.InstanceLocation, "/") + " does not fit", nil
	case err != nil:
		return "", err
	}
	return "", nil
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
