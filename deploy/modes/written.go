package modes

import (
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// checkWritten finds in a mode's file what the values that were read of it do not show: the YAML library takes "yes" for true and
// cuts what is behind a point, and a limit that is missing is 0.
func (m *Mode) checkWritten() wrongs {
	if len(m.root.Content) == 0 {
		return nil
	}
	return checkNode(m.root.Content[0], reflect.TypeFor[Mode]())
}

// checkNode checks what was read into a value of a type.
func checkNode(node *yaml.Node, t reflect.Type) wrongs {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	tag := node.ShortTag()
	if t.Kind() == reflect.Pointer {
		if tag == "!!null" {
			return nil
		}
		t = t.Elem()
	}
	var all wrongs
	switch {
	case reflect.PointerTo(t).Implements(reflect.TypeFor[yaml.Unmarshaler]()): // which has checked it
	case t.Kind() == reflect.Bool && tag != "!!bool" && tag != "!!null":
		all = at(fmt.Sprintf("want true or false, got %q", node.Value))
	case t.Kind() == reflect.Int && tag == "!!float":
		all = at(fmt.Sprintf("want a whole number, got %q", node.Value))
	case t.Kind() == reflect.Slice:
		for i, item := range node.Content {
			all = append(all, checkNode(item, t.Elem()).in(fmt.Sprint(i))...)
		}
	case t.Kind() == reflect.Map || t.Kind() == reflect.Struct:
		all = checkMapping(node, t)
	}
	return all
}

// checkMapping checks the members of a mapping that was read into a map or a struct.
func checkMapping(node *yaml.Node, t reflect.Type) wrongs {
	var all wrongs
	given := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		if name.ShortTag() == "!!merge" {
			all = append(all, at("<<", "merge keys are not part of a mode: write the members out")...)
		}
		given[name.Value] = value.ShortTag() != "!!null"
		if member := memberType(t, name.Value); member != nil {
			all = append(all, checkNode(value, member).in(name.Value)...)
		}
	}
	if t != reflect.TypeFor[Throttle]() && t != reflect.TypeFor[StageThrottle]() {
		return all
	}
	for _, limit := range []string{"rateLimit", "burstLimit"} {
		if !given[limit] {
			all = append(all, at(limit, "is missing, and would be 0, by which nothing gets through: want a limit of 0 or more")...)
		}
	}
	return all
}

// memberType is the type of a member of a map or a struct; nil where a struct has none of that name.
func memberType(t reflect.Type, name string) reflect.Type {
	if t.Kind() == reflect.Map {
		return t.Elem()
	}
	for _, field := range reflect.VisibleFields(t) {
		if field.Tag.Get("yaml") == name {
			return field.Type
		}
	}
	return nil
}
