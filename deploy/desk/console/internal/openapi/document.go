// Package openapi reads of a contract what is for people: summaries, descriptions, parameters, schemas with what they refer to in its
// place, and examples. What decides about requests is read by package contract, which has refused what cannot be read, so that all here is
// lenient: what is missing, or is of another kind than it should be, is left out.
package openapi

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"portcullis/api/contract"
)

// Document is a contract's document, and what validates examples by it. It is for one goroutine.
type Document struct {
	contract *contract.Contract
	root     any
	found    map[string]any // what stands at places, references not followed
	examples map[string]any // that were made of the schemas at places alone; nil: none could be
	checks   checks
	left     int // values that schemas may still be shown with
}

// mostValues bounds what is shown of all schemas of a document together, and mostOfSchema what of one is.
const (
	mostValues   = 200_000
	mostOfSchema = 1_500
)

// Read reads a contract's document.
func Read(c *contract.Contract) (*Document, error) {
	d := &Document{contract: c, found: map[string]any{}, examples: map[string]any{}, left: mostValues}
	decoder := json.NewDecoder(bytes.NewReader(c.Document))
	decoder.UseNumber() // as they are written
	if err := decoder.Decode(&d.root); err != nil {
		return nil, err
	}
	var err error
	d.checks, err = newChecks(c)
	return d, err
}

// node is what stands at a place of the document, references followed.
type node struct {
	place string // as a JSON pointer in a URI fragment
	value any
}

// mostReferences is how many references are followed one after the other.
const mostReferences = 100

// at finds what stands at a place; its value is nil where nothing does.
func (d *Document) at(place string) node {
	for range mostReferences {
		value := d.written(place)
		to, refers := member[string](value, "$ref")
		if !refers || !strings.HasPrefix(to, "#") {
			return node{place, value}
		}
		place = to
	}
	return node{place: place}
}

// written is what stands at a place as it is; nil: nothing does.
func (d *Document) written(place string) any {
	value, known := d.found[place]
	if !known {
		value = d.root
		for _, token := range pointer(place) {
			value = child(value, token)
		}
		d.found[place] = value
	}
	return value
}

// pointer is the tokens of a place.
func pointer(place string) []string { return contract.PointerTokens(place) }

// child finds a member, or an item.
func child(value any, token string) any {
	switch value := value.(type) {
	case map[string]any:
		return value[token]
	case []any:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(value) {
			return value[i]
		}
	}
	return nil
}

// below is the place of what stands below another one.
func below(place string, tokens ...string) string {
	for _, token := range tokens {
		place += "/" + escapePointer(token)
	}
	return place
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1", "%", "%25", "{", "%7B", "}", "%7D", " ", "%20", "#", "%23", "?", "%3F", "^", "%5E", `"`, "%22", `\`, "%5C", "|", "%7C", "`", "%60", "<", "%3C", ">", "%3E")

// escapePointer writes a token of a JSON pointer as a URI fragment has it (RFC 6901, sections 3 and 6).
func escapePointer(token string) string { return pointerEscapes.Replace(token) }

// in finds what stands below a node, references followed.
func (d *Document) in(n node, tokens ...string) node { return d.at(below(n.place, tokens...)) }

// member gives a member of an object, where it is of a type.
func member[T any](value any, name string) (T, bool) {
	object, _ := value.(map[string]any)
	found, is := object[name].(T)
	return found, is
}

// names are those of an object's members, in order.
func names(value any) []string {
	object, _ := value.(map[string]any)
	return slices.Sorted(maps.Keys(object))
}

// texts are the items of a list that are texts.
func texts(value any) []string {
	list, _ := value.([]any)
	all := []string{}
	for _, item := range list {
		if text, is := item.(string); is {
			all = append(all, text)
		}
	}
	return all
}
