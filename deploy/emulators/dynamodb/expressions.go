package dynamodb

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
	"portcullis/deploy/emulators/dynamodb/internal/expression"
)

// The members that hold expressions.
const (
	conditionExpression    = "ConditionExpression"
	filterExpression       = "FilterExpression"
	keyConditionExpression = "KeyConditionExpression"
	updateExpression       = "UpdateExpression"
	projectionExpression   = "ProjectionExpression"
)

// expressions are those of one request; nil where it has none.
type expressions struct {
	condition  *expression.Condition // or the filter
	keys       *expression.Condition
	update     *expression.Update
	projection *expression.Projection
}

// expressions reads and parses the named expressions, and what they refer to.
func (r *request) expressions(members ...string) (e expressions) {
	texts := map[string]string{}
	for _, member := range members {
		var text string
		if r.read(member, &text) {
			texts[member] = text
		}
	}
	scope := r.scope(texts, slices.DeleteFunc(slices.Clone(members), func(m string) bool { return m == projectionExpression }))
	if r.failure != nil {
		return e
	}
	for _, member := range members {
		if text, there := texts[member]; there {
			r.refuse(failed("Invalid "+member+": ", e.parse(member, text, scope)))
		}
	}
	r.refuse(failed("", scope.Unused()))
	return e
}

func (e *expressions) parse(member, text string, scope *expression.Scope) (err error) {
	switch member {
	case updateExpression:
		e.update, err = expression.ParseUpdate(text, scope)
	case projectionExpression:
		e.projection, err = expression.ParseProjection(text, scope)
	case keyConditionExpression:
		e.keys, err = expression.ParseCondition(text, scope)
	default:
		e.condition, err = expression.ParseCondition(text, scope)
	}
	return err
}

// scope reads the placeholders. The members in valued are the expressions that can use values; an operation without such
// does not take any.
func (r *request) scope(texts map[string]string, valued []string) *expression.Scope {
	var names map[string]string
	if r.read("ExpressionAttributeNames", &names) {
		switch {
		case len(texts) == 0:
			r.refuse(invalid("ExpressionAttributeNames can only be specified when using expressions"))
		case len(names) == 0:
			r.refuse(invalid("ExpressionAttributeNames must not be empty"))
		}
	}
	var values map[string]attribute.Value
	if len(valued) > 0 {
		values = r.values(texts, valued)
	}
	scope, err := expression.NewScope(names, values)
	r.refuse(failed("", err))
	return scope
}

func (r *request) values(texts map[string]string, valued []string) map[string]attribute.Value {
	var raws map[string]json.RawMessage
	if !r.read("ExpressionAttributeValues", &raws) {
		return nil
	}
	used := func(member string) bool { _, there := texts[member]; return there }
	switch {
	case !slices.ContainsFunc(valued, used):
		verb := " is null"
		if len(valued) > 1 {
			verb = " are null"
		}
		r.refuse(invalid("ExpressionAttributeValues can only be specified when using expressions: %s%s", strings.Join(valued, " and "), verb))
	case len(raws) == 0:
		r.refuse(invalid("ExpressionAttributeValues must not be empty"))
	}
	values := map[string]attribute.Value{}
	for _, name := range slices.Sorted(maps.Keys(raws)) {
		value, err := attribute.Parse(raws[name])
		if failure := failed("", err); failure != nil {
			if failure.Type == validation {
				failure = invalid("ExpressionAttributeValues contains invalid value: %s for key %s", failure.Message, name)
			}
			r.refuse(failure)
		}
		values[name] = value
	}
	return values
}
