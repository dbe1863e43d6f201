package dynamodb

import (
	"math"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// search is what Query and Scan have in common.
type search struct {
	expressions
	table, index string // index "" means the table itself
	limit        int
	start        attribute.Item // nil where it is absent
	consistent   bool
	selected     string // a value of Select, "" where it is absent
}

// found is the answer. Items is nil where only their number is wanted.
type found struct {
	Items            *[]attribute.Item `json:",omitempty"`
	Count            int
	ScannedCount     int
	LastEvaluatedKey attribute.Item `json:",omitempty"`
}

// The values of Select.
const (
	allAttributes          = "ALL_ATTRIBUTES"
	allProjectedAttributes = "ALL_PROJECTED_ATTRIBUTES"
	specificAttributes     = "SPECIFIC_ATTRIBUTES"
	countOnly              = "COUNT"
)

func (r *request) search(members ...string) search {
	s := search{table: r.tableName()}
	if r.read("IndexName", &s.index) {
		r.refuse(checkIndexName(s.index))
	}
	s.limit = r.limit("Limit", math.MaxInt32)
	s.start = r.item("ExclusiveStartKey")
	s.consistent = r.flag("ConsistentRead")
	r.nothing("ReturnConsumedCapacity", "NONE")
	s.expressions = r.expressions(members...)
	r.selected(&s)
	return s
}

// selected reads Select, which goes with a projection or without one, and with an index or without one.
func (r *request) selected(s *search) {
	if _, given := r.members["Select"]; !given {
		return
	}
	s.selected = r.choice("Select", allAttributes, allProjectedAttributes, specificAttributes, countOnly)
	switch projected := s.projection != nil; {
	case projected && s.selected == countOnly:
		r.refuse(invalid("Cannot specify the ProjectionExpression when choosing to get only the Count"))
	case projected && s.selected != specificAttributes:
		r.refuse(invalid("Cannot specify the ProjectionExpression when choosing to get %s", s.selected))
	case !projected && s.selected == specificAttributes:
		r.refuse(invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"))
	case s.index == "" && s.selected == allProjectedAttributes:
		r.refuse(invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"))
	}
}

// source is the listing of a table in which a search looks, and the key that conditions and filters are held to.
func (s search) source(t *table) (*listing, schema, *apiError) {
	if s.index == "" {
		return &t.listing, t.key, nil
	}
	for _, x := range t.indexes {
		if x.name == s.index {
			return &x.listing, x.key, s.checkIndex(x)
		}
	}
	return nil, nil, invalid("The table does not have the specified index: %s", s.index)
}

// checkIndex holds a search to what an index can give.
func (s search) checkIndex(x *index) *apiError {
	if s.consistent {
		return invalid("Consistent reads are not supported on global secondary indexes")
	}
	if s.selected == allAttributes && x.projection.ProjectionType != projectAll {
		return invalid("One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", x.name)
	}
	if s.projection != nil {
		for _, name := range s.projection.Attributes() {
			if !x.has(name) {
				return invalid("One or more parameter values were invalid: Global secondary index %s does not project [%s]", x.name, name)
			}
		}
	}
	return nil
}

// answer filters and projects what was read of a listing.
func (s search) answer(l *listing, items []attribute.Item, stopped bool) found {
	answer := found{ScannedCount: len(items)}
	kept := []attribute.Item{}
	for _, item := range items {
		if s.condition == nil || s.condition.Holds(item) {
			kept = append(kept, s.project(item))
		}
	}
	answer.Count = len(kept)
	if s.selected != countOnly {
		answer.Items = &kept
	}
	if stopped {
		answer.LastEvaluatedKey = l.key.of(items[len(items)-1])
	}
	return answer
}

// scan reads a part of a table or of an index. Source: API reference, Scan.
func (h *Handler) scan(r *request) (any, *apiError) {
	s := r.search(filterExpression, projectionExpression)
	t, failure := h.reach(r, s.table)
	if failure != nil {
		return nil, failure
	}
	l, _, failure := s.source(t)
	if failure != nil {
		return nil, failure
	}
	if s.start != nil {
		if failure := l.key.checkAlone(s.start); failure != nil {
			return nil, notStart(failure)
		}
	}
	items, stopped := t.read(l, walk{behind: s.start, limit: s.limit})
	return s.answer(l, items, stopped), nil
}

func notStart(failure *apiError) *apiError {
	return invalid("The provided starting key is invalid: %s", failure.Message)
}
