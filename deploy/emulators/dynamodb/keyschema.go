package dynamodb

import (
	"maps"
	"slices"
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// keys reads what a new table's keys are, and its indexes' keys: KeySchema, GlobalSecondaryIndexes and AttributeDefinitions.
func (r *request) keys(t *table) {
	t.definitions = r.definitions()
	types := map[string]attribute.Type{}
	for _, d := range t.definitions {
		types[d.AttributeName] = d.AttributeType
	}
	t.key = r.keySchema(types)
	t.listing.key = t.key
	_, indexed := r.members["GlobalSecondaryIndexes"]
	for _, object := range r.objects("GlobalSecondaryIndexes") {
		x := object.index(types, t.units)
		x.listing.key = x.key.with(t.key)
		t.indexes = append(t.indexes, x)
		r.refuse(object.end())
	}
	if indexed && len(t.indexes) == 0 {
		r.refuse(invalid("One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty"))
	}
	r.refuse(t.checkDefinitions())
}

// definitions is the member AttributeDefinitions.
func (r *request) definitions() (all []definition) {
	if _, there := r.members["AttributeDefinitions"]; !there {
		r.refuse(r.null("AttributeDefinitions"))
	}
	for _, object := range r.objects("AttributeDefinitions") {
		all = append(all, definition{object.text("AttributeName"), attribute.Type(object.choice("AttributeType", "S", "N", "B"))})
		r.refuse(object.end())
	}
	return all
}

// keySchema is the member KeySchema, whose attributes have the types.
func (r *request) keySchema(types map[string]attribute.Type) (key schema) {
	for _, object := range r.objects("KeySchema") {
		k := keyAttribute{AttributeName: object.text("AttributeName"), KeyType: object.choice("KeyType", partitionKey, sortKey)}
		k.of = types[k.AttributeName]
		key = append(key, k)
		r.refuse(object.end())
	}
	switch {
	case len(key) == 0:
		r.refuse(r.null("KeySchema"))
	case len(key) > 2:
		r.refuse(unsupported("keys of more than two attributes: KeySchema has %d", len(key)))
	case slices.ContainsFunc(key, func(k keyAttribute) bool { return k.of == "" }):
		r.refuse(undefined(key, types))
	case key[0].KeyType != partitionKey:
		r.refuse(invalid("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"))
	case len(key) == 2 && key[1].KeyType != sortKey:
		r.refuse(invalid("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"))
	}
	return key
}

func undefined(key schema, types map[string]attribute.Type) *apiError {
	if len(key) > len(types) {
		return invalid("Invalid KeySchema: Some index key attribute have no definition")
	}
	return invalid("One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [%s], AttributeDefinitions: [%s]",
		strings.Join(key.names(), ", "), strings.Join(slices.Sorted(maps.Keys(types)), ", "))
}

// names are the names of the key's attributes.
func (s schema) names() (names []string) {
	for _, k := range s {
		names = append(names, k.AttributeName)
	}
	return names
}

// checkDefinitions refuses definitions of attributes that are in no key, and two of one attribute.
func (t *table) checkDefinitions() *apiError {
	used := map[string]bool{}
	for _, key := range t.keys() {
		for _, name := range key.names() {
			used[name] = true
		}
	}
	switch {
	case len(used) == len(t.definitions):
		return nil
	case len(t.indexes) == 0:
		return invalid("One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	var defined []string
	for _, d := range t.definitions {
		defined = append(defined, d.AttributeName)
	}
	slices.Sort(defined)
	return invalid("One or more parameter values were invalid: Some AttributeDefinitions are not used. AttributeDefinitions: [%s], keys used: [%s]",
		strings.Join(defined, ", "), strings.Join(slices.Sorted(maps.Keys(used)), ", "))
}

// define adds the definitions of a key's attributes that are not there yet.
func (t *table) define(key schema) {
	for _, k := range key {
		d := definition{k.AttributeName, k.of}
		if !slices.Contains(t.definitions, d) {
			t.definitions = append(t.definitions, d)
		}
	}
}

// keys are the table's key and its indexes' keys.
func (t *table) keys() []schema {
	keys := []schema{t.key}
	for _, x := range t.indexes {
		keys = append(keys, x.key)
	}
	return keys
}
