package openapi

import (
	"slices"
	"strconv"
	"strings"
)

func itoa(i int) string { return strconv.Itoa(i) }

// mostDepth is how deep schemas are shown in each other.
const mostDepth = 24

// cut stands where a schema is not shown further.
func cut(why string) any { return map[string]any{"$comment": why} }

// schema is the one at a place with what it refers to in the place of references, as deep and as large as people read; nil: there is none.
func (d *Document) schema(place string) any {
	found := d.at(place)
	if found.value == nil {
		return nil
	}
	budget := min(mostOfSchema, d.left)
	r := &resolver{document: d, left: budget}
	shown := r.schema(place, nil)
	d.left -= budget - r.left
	return shown
}

// resolver puts what references refer to in their place.
type resolver struct {
	document *Document
	left     int
}

// schema is the one at a place; within are the places of those that it is in.
func (r *resolver) schema(place string, within []string) any {
	found := r.document.at(place)
	switch {
	case slices.Contains(within, found.place):
		return cut("the schema itself again: " + nameOf(found.place))
	case len(within) >= mostDepth || r.left <= 0:
		return cut("more of it is in the contract")
	}
	r.left--
	object, is := found.value.(map[string]any)
	if !is {
		return found.value // true, false, or nothing
	}
	within = append(slices.Clone(within), found.place)
	shown := map[string]any{}
	for _, keyword := range names(object) {
		shown[keyword] = r.keyword(keyword, object[keyword], below(found.place, keyword), within)
	}
	r.beside(place, shown, within)
	return shown
}

// beside adds what stands beside a reference: it counts too, and may be said of one use of the schema.
func (r *resolver) beside(place string, shown map[string]any, within []string) {
	object, _ := r.document.written(place).(map[string]any)
	if _, refers := object["$ref"]; !refers {
		return
	}
	for _, keyword := range names(object) {
		_, said := shown[keyword]
		if keyword != "$ref" && (!said || slices.Contains(tellingKeywords, keyword)) {
			shown[keyword] = r.keyword(keyword, object[keyword], below(place, keyword), within)
		}
	}
}

// keyword is the value of a member of a schema.
func (r *resolver) keyword(keyword string, value any, place string, within []string) any {
	switch {
	case slices.Contains(plainKeywords, keyword), strings.HasPrefix(keyword, "x-"):
		r.left -= sizeOf(value)
		return value
	case slices.Contains(namedKeywords, keyword):
		schemas, is := value.(map[string]any)
		if !is {
			return value
		}
		shown := map[string]any{}
		for _, name := range names(schemas) {
			shown[name] = r.schema(below(place, name), within)
		}
		return shown
	case slices.Contains(listKeywords, keyword):
		list, is := value.([]any)
		if !is {
			return value
		}
		shown := make([]any, len(list))
		for i := range list {
			shown[i] = r.schema(below(place, itoa(i)), within)
		}
		return shown
	case slices.Contains(innerKeywords, keyword):
		return r.schema(place, within)
	}
	r.left -= sizeOf(value)
	return value
}

// The keywords whose values are schemas, by names, in lists, and one; and those whose values may be whatever a document holds.
var (
	namedKeywords = []string{"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
	listKeywords  = []string{"allOf", "anyOf", "oneOf", "prefixItems"}
	innerKeywords = []string{"additionalItems", "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"}
	plainKeywords = []string{"const", "default", "enum", "example", "examples"}
	// tellingKeywords ask for nothing.
	tellingKeywords = []string{"default", "deprecated", "description", "example", "examples", "summary", "title"}
)

// sizeOf is how many values a value has in it.
func sizeOf(value any) int {
	n := 1
	switch value := value.(type) {
	case map[string]any:
		for _, inner := range value {
			n += sizeOf(inner)
		}
	case []any:
		for _, inner := range value {
			n += sizeOf(inner)
		}
	}
	return n
}

// nameOf is the last part of a place.
func nameOf(place string) string {
	tokens := pointer(place)
	if len(tokens) == 0 {
		return place
	}
	return tokens[len(tokens)-1]
}
