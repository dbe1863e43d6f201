package dynamodb

import (
	"slices"

	"portcullis/deploy/emulators/dynamodb/internal/expression"
)

// query reads the items of a table or of an index that have one partition key, in the order of their sort keys.
// Source: API reference, Query.
func (h *Handler) query(r *request) (any, *apiError) {
	forward := true
	r.read("ScanIndexForward", &forward)
	s := r.search(filterExpression, keyConditionExpression, projectionExpression)
	if _, old := r.members["KeyConditions"]; s.keys == nil && !old {
		r.refuse(invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."))
	}
	conditions := r.keyConditions(s.keys)
	t, failure := h.reach(r, s.table)
	if failure != nil {
		return nil, failure
	}
	l, key, failure := s.source(t)
	if failure != nil {
		return nil, failure
	}
	if conditions, failure = key.conditions(conditions); failure != nil {
		return nil, failure
	}
	if failure := s.checkStart(l, conditions); failure != nil {
		return nil, failure
	}
	if failure := s.checkFilter(key); failure != nil {
		return nil, failure
	}
	items, stopped := t.read(l, walk{conditions: conditions, backward: !forward, behind: s.start, limit: s.limit})
	return s.answer(l, items, stopped), nil
}

// keyConditions are the conditions of a KeyConditionExpression, of which a key has two attributes to be met by.
func (r *request) keyConditions(c *expression.Condition) []expression.KeyCondition {
	if c == nil {
		return nil
	}
	conditions, err := c.KeyConditions()
	r.refuse(failed("", err))
	if len(conditions) > 2 {
		r.refuse(invalid("Conditions can be of length 1 or 2 only"))
	}
	return conditions
}

// conditions holds the conditions of a Query to a key, and puts them in its order: one that its partition key is equal to a
// value, and perhaps one on its sort key.
func (s schema) conditions(given []expression.KeyCondition) (ordered []expression.KeyCondition, failure *apiError) {
	if len(given) > len(s) {
		return nil, errKeyCondition
	}
	for _, k := range s[:len(given)] {
		at := slices.IndexFunc(given, func(c expression.KeyCondition) bool { return c.Attribute == k.AttributeName })
		if at < 0 {
			return nil, invalid("Query condition missed key schema element: %s", k.AttributeName)
		}
		if failure := k.checkCondition(given[at]); failure != nil {
			return nil, failure
		}
		ordered = append(ordered, given[at])
	}
	return ordered, nil
}

var errKeyCondition = invalid("Query key condition not supported")

// checkCondition holds a condition to the attribute of a key that it is on.
func (k keyAttribute) checkCondition(c expression.KeyCondition) *apiError {
	for _, value := range c.Values {
		if value.Type != k.of {
			return invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
		}
		if failure := k.checkText(value.Text); failure != nil {
			return failure
		}
	}
	if k.KeyType == partitionKey && c.Operator != "=" {
		return errKeyCondition
	}
	return nil
}

// checkStart holds ExclusiveStartKey to being the key of an item that the Query could have read.
func (s search) checkStart(l *listing, conditions []expression.KeyCondition) *apiError {
	if s.start == nil {
		return nil
	}
	for _, k := range l.key {
		if !s.start[k.AttributeName].Exists() || len(s.start) != len(l.key) {
			return invalid("The provided starting key is invalid")
		}
	}
	if failure := l.key.checkAlone(s.start); failure != nil {
		return notStart(failure)
	}
	for i, c := range slices.Backward(conditions) {
		switch met := c.Side(s.start[c.Attribute]) == 0; {
		case met:
		case i == 1:
			return invalid("The provided starting key does not match the range key predicate")
		case len(conditions) == 2:
			return invalid("The query can return at most one row and cannot be restarted")
		default:
			return invalid("The provided starting key is outside query boundaries based on provided conditions")
		}
	}
	return nil
}

// checkFilter refuses a filter on the key that the Query is about.
func (s search) checkFilter(key schema) *apiError {
	if s.condition == nil {
		return nil
	}
	for _, k := range key {
		if slices.Contains(s.condition.Attributes(), k.AttributeName) {
			return invalid("Filter Expression can only contain non-primary key attributes: Primary key attribute: %s", k.AttributeName)
		}
	}
	return nil
}
