package openapi

import (
	"maps"
	"slices"

	"portcullis/deploy/plan"
)

// example is a value that fits the schema at a place, and models: one that the document gives, beside the schema or in it, or else one that is
// made of it; nil: none was found. Holder is what the schema is of, a parameter or a media type.
func (d *Document) example(holder node, place string, models []*plan.Validator) any {
	if len(models) > 0 || len(d.given(holder)) > 0 {
		return d.exampleWith(holder, place, models, nil)
	}
	to := place
	if object, _ := d.written(place).(map[string]any); len(object) == 1 && object["$ref"] != nil {
		to = d.at(place).place // which many may refer to
	}
	made, known := d.examples[to]
	if !known {
		made = d.exampleWith(node{}, to, nil, nil)
		d.examples[to] = made
	}
	return made
}

// exampleWith is example where objects have members set.
func (d *Document) exampleWith(holder node, place string, models []*plan.Validator, set func(map[string]any)) any {
	for _, given := range d.given(holder) {
		if d.checks.fits(given, place, models) {
			return given
		}
	}
	for _, m := range makers {
		m.document = d
		value, ok := m.value([]string{place}, nil, 0)
		if object, is := value.(map[string]any); is && set != nil {
			object = maps.Clone(object)
			set(object)
			value = object
		}
		if ok && d.checks.fits(value, place, models) {
			return value
		}
	}
	return nil
}

// given are the examples that stand beside a schema (OpenAPI: example, and examples by names, each with a value or as it is).
func (d *Document) given(holder node) []any {
	var all []any
	if object, is := holder.value.(map[string]any); is {
		if value, there := object["example"]; there {
			all = append(all, value)
		}
		for _, name := range names(object["examples"]) {
			found := d.in(holder, "examples", name)
			for _, member := range []string{"value", "dataValue"} {
				if value := child(found.value, member); value != nil {
					all = append(all, value)
				}
			}
		}
	}
	return all
}

// maker makes a value of schemas in one way. What is hard to make, such as what "not" and "if" ask for, it does not look at: whether the value
// fits is for the validator to say, and then another way is tried.
type maker struct {
	document *Document
	optional bool // with members that need not be there
	told     bool // by what the schemas themselves give: examples and defaults
	variant  int  // which of alternatives is taken
	steps    *int // how many schemas were looked at
}

// makers are the ways, the ones that people like best first.
var makers = []maker{
	{optional: true, told: true}, {optional: true}, {told: true}, {},
	{variant: 1}, {optional: true, variant: 1}, {variant: 2}, {variant: 3},
}

// mostSteps bounds how many schemas are looked at for a value.
const mostSteps = 2_000

// value makes a value that schemas ask for together; within are the places that it is in, and the seed tells it from others of a list. It is
// false where none can be made.
func (m maker) value(places, within []string, seed int) (any, bool) {
	if m.steps == nil {
		m.steps = new(int)
	}
	s := m.together(places)
	if *m.steps += len(s.places); *m.steps > mostSteps || s.impossible {
		return nil, false
	}
	for _, place := range s.places {
		if slices.Contains(within, place) {
			return nil, false
		}
	}
	within = append(slices.Clone(within), s.places...)
	if given, ok := s.pick(m.told, seed); ok {
		return given, true
	}
	switch s.kind() {
	case "object":
		return m.object(s, within)
	case "array":
		return m.array(s, within)
	case "integer", "number":
		return s.number(seed)
	case "boolean":
		return true, true
	case "null":
		return nil, true
	}
	return m.text(s, seed)
}

// fits tells whether each of the schemas at places takes a value.
func (m maker) fits(value any, places []string) bool {
	return !slices.ContainsFunc(places, func(place string) bool { return !m.document.checks.fits(value, place, nil) })
}

// object makes an object.
func (m maker) object(s together, within []string) (any, bool) {
	made := map[string]any{}
	for _, name := range s.order {
		required := slices.Contains(s.required, name)
		if !required && (!m.optional || m.skips(s.properties[name])) {
			continue
		}
		value, ok := m.value(s.properties[name], within, 0)
		if hint := s.hints[name]; hint != "" && m.isPlain(s.properties[name]) {
			value, ok = hint, true
		}
		switch {
		case ok:
			made[name] = value
		case required:
			return nil, false
		}
	}
	for _, name := range s.required {
		if _, there := made[name]; there {
			continue
		}
		value, ok := m.value(s.additional, within, 0)
		if hint := s.hints[name]; hint != "" {
			value, ok = hint, true
		}
		if !ok {
			return nil, false
		}
		made[name] = value
	}
	for n := 1; len(made) < s.minProperties && n <= mostItems; n++ {
		value, ok := m.value(s.additional, within, n)
		if !ok {
			return nil, false
		}
		made["key"+itoa(n)] = value
	}
	return made, true
}

// skips tells whether a member that need not be there is left out: it is for answers, or is to be used no more.
func (m maker) skips(places []string) bool {
	s := m.together(places)
	return s.readOnly || s.deprecated
}

// isPlain tells whether a text may be any.
func (m maker) isPlain(places []string) bool {
	_, told := m.together(places).pick(false, 0)
	return !told
}

// mostItems bounds the items that are made for a list.
const mostItems = 100

// array makes a list: of as many items as there have to be, and one at least where there may be.
func (m maker) array(s together, within []string) (any, bool) {
	want := s.minItems
	if want == 0 && m.optional && (s.maxItems < 0 || s.maxItems > 0) {
		want = 1
	}
	made := []any{}
	for i := range min(want, mostItems) {
		places := s.items
		if i < len(s.prefix) {
			places = s.prefix[i]
		}
		item, ok := m.value(places, within, i)
		switch {
		case ok:
			made = append(made, item)
		case s.minItems > i:
			return nil, false
		}
	}
	return made, true
}
