package expression

import (
	"cmp"
	"maps"
	"slices"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// Apply is the item after the update; the given item stays as it was. All terms see the item before the update. An index
// beyond a list's end appends to the list. Its errors are *Error.
func (u *Update) Apply(item attribute.Item) (attribute.Item, error) {
	whole := attribute.Value{Type: attribute.Map, Map: item}
	writes, removes, err := u.changesOf(item)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(writes, func(a, b write) int { return comparePaths(a.path, b.path) })
	for _, w := range writes {
		if whole, err = put(whole, w.path, w.value); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(removes, func(a, b Path) int { return comparePaths(b, a) })
	for _, path := range removes {
		if whole, err = put(whole, path, attribute.Value{}); err != nil {
			return nil, err
		}
	}
	return whole.Map, nil
}

// Before is, of the item before the update, what the update changes: ReturnValues UPDATED_OLD.
func (u *Update) Before(item attribute.Item) attribute.Item { return project(u.Paths(), item) }

// After is, of the item after the update, what the update changed: ReturnValues UPDATED_NEW.
func (u *Update) After(item attribute.Item) attribute.Item { return project(u.Paths(), item) }

// write is a value that comes to lie at a path.
type write struct {
	path  Path
	value attribute.Value
}

// changesOf computes what is written and what is removed.
func (u *Update) changesOf(item attribute.Item) (writes []write, removes []Path, err error) {
	removes = slices.Clone(u.removes)
	steps := []struct {
		changes []change
		combine func(old, value attribute.Value) (attribute.Value, error)
	}{{u.sets, nil}, {u.adds, add}, {u.deletes, remove}}
	for _, step := range steps {
		for _, c := range step.changes {
			value, err := c.value.in(item)
			if err == nil && step.combine != nil {
				value, err = step.combine(c.path.valueIn(item), value)
			}
			if err != nil {
				return nil, nil, err
			}
			if value.Exists() {
				writes = append(writes, write{c.path, value})
			} else {
				removes = append(removes, c.path)
			}
		}
	}
	return writes, removes, nil
}

// add is ADD: to a number, or to a set, and to nothing as to 0 or to the empty set.
func add(old, value attribute.Value) (attribute.Value, error) {
	switch {
	case !old.Exists():
		return value, nil
	case old.Type != value.Type:
		return attribute.Value{}, errOperandType
	case value.Type == attribute.Number:
		return number(attribute.Decimal(old.Text).Add(attribute.Decimal(value.Text)))
	}
	return attribute.NewSet(old.Type, slices.Concat(old.Set, value.Set)), nil
}

// remove is DELETE: the set without the elements, the zero Value where none is left.
func remove(old, value attribute.Value) (attribute.Value, error) {
	if old.Exists() && old.Type != value.Type {
		return attribute.Value{}, errOperandType
	}
	left := slices.DeleteFunc(slices.Clone(old.Set), func(text string) bool { return slices.Contains(value.Set, text) })
	return attribute.NewSet(old.Type, left), nil
}

// comparePaths orders paths so that of one list the lower index comes first.
func comparePaths(a, b Path) int {
	return slices.CompareFunc(a, b, func(one, two Step) int {
		return cmp.Or(cmp.Compare(one.Name, two.Name), cmp.Compare(one.Index, two.Index))
	})
}

var errPath = failure("The document path provided in the update expression is invalid for update")

// put is a map or list with a value at a path, or without one there if the value is zero. It copies what it changes.
func put(whole attribute.Value, path Path, value attribute.Value) (attribute.Value, error) {
	step, rest := path[0], path[1:]
	if len(rest) > 0 {
		inner := step.in(whole)
		if !inner.Exists() {
			return whole, errPath
		}
		var err error
		if value, err = put(inner, rest, value); err != nil {
			return whole, err
		}
	}
	switch {
	case step.Name != "" && whole.Type == attribute.Map:
		return putName(whole, step.Name, value), nil
	case step.Name == "" && whole.Type == attribute.List:
		return putIndex(whole, step.Index, value), nil
	}
	return whole, errPath
}

func putName(whole attribute.Value, name string, value attribute.Value) attribute.Value {
	whole.Map = maps.Clone(whole.Map)
	if whole.Map == nil {
		whole.Map = map[string]attribute.Value{}
	}
	if value.Exists() {
		whole.Map[name] = value
	} else {
		delete(whole.Map, name)
	}
	return whole
}

func putIndex(whole attribute.Value, index int, value attribute.Value) attribute.Value {
	whole.List = slices.Clone(whole.List)
	switch inside := index < len(whole.List); {
	case inside && value.Exists():
		whole.List[index] = value
	case inside:
		whole.List = slices.Delete(whole.List, index, index+1)
	case value.Exists():
		whole.List = append(whole.List, value)
	}
	return whole
}
