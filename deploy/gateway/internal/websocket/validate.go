package websocket

import (
	"errors"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// misfit says what of a message does not fit the route's model; "": it fits, or there is none.
func (r *route) misfit(message string) string {
	if r.model == nil {
		return ""
	}
	tree, err := jsonschema.UnmarshalJSON(strings.NewReader(message))
	if err != nil {
		return "it is no JSON"
	}
	var wrong *jsonschema.ValidationError
	switch err := r.model.Validate(tree); {
	case errors.As(err, &wrong):
		for len(wrong.Causes) > 0 {
			wrong = wrong.Causes[0]
		}
		return "/" + strings.Join(wrong.InstanceLocation, "/") + " does not fit"
	case err != nil:
		return "it does not fit"
	}
	return ""
}
