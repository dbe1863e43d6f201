package expression_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
	"portcullis/deploy/emulators/dynamodb/internal/expression"
)

// TestUpdate applies updates to one item. Want is an item, or begins with "!" and is an error.
func TestUpdate(t *testing.T) {
	const before = `{"id":{"S":"ann"},"n":{"N":"10"},"l":{"L":[{"S":"a"},{"S":"b"},{"S":"c"}]},"m":{"M":{"a":{"N":"1"}}},"ss":{"SS":["x","y"]}}`
	const missing = "!The provided expression refers to an attribute that does not exist in the item"
	const wrongType = "!An operand in the update expression has an incorrect data type"
	const wrongPath = "!The document path provided in the update expression is invalid for update"
	tests := []struct{ text, path, want string }{
		{"SET #name = :ann", "name", `{"S":"ann"}`},
		{"set #name = id", "name", `{"S":"ann"}`},
		{"SET n = n + :one", "n", `{"N":"11"}`},
		{"SET n = n - :hundred", "n", `{"N":"-90"}`},
		{"SET n = :one - n", "n", `{"N":"-9"}`},
		{"SET n = m.a, m.a = n", "n", `{"N":"1"}`},
		{"SET n = m.a, m.a = n", "m", `{"M":{"a":{"N":"10"}}}`},
		{"SET n = n + :big", "n", `{"N":"12345678901234567890123456789012345689"}`},
		{"SET n = n + :huge", "n", "!Attempting to store more than 38 significant digits in a Number"},
		{"SET n = absent + :one", "n", missing},
		{"SET n = if_not_exists(absent, :nine) + :one", "n", `{"N":"10"}`},
		{"SET n = if_not_exists(n, :nine) + :one", "n", `{"N":"11"}`},
		{"SET n = if_not_exists(absent, absent2)", "n", missing},
		{"SET n = id + :one", "n", wrongType},
		{"SET l = list_append(l, :list)", "l", `{"L":[{"S":"a"},{"S":"b"},{"S":"c"},{"S":"z"}]}`},
		{"SET l = list_append(:list, if_not_exists(absent, :list))", "l", `{"L":[{"S":"z"},{"S":"z"}]}`},
		{"SET l = list_append(l, n)", "l", wrongType},
		{"SET l[1] = :v", "l", `{"L":[{"S":"a"},{"S":"v"},{"S":"c"}]}`},
		{"SET l[9] = :v, l[7] = :x", "l", `{"L":[{"S":"a"},{"S":"b"},{"S":"c"},{"S":"x"},{"S":"v"}]}`},
		{"SET m.b = :map", "m", `{"M":{"a":{"N":"1"},"b":{"M":{"k":{"S":"v"}}}}}`},
		{"SET m.b.c = :one", "m", wrongPath}, {"SET m[0] = :one", "m", wrongPath}, {"SET l.a = :one", "l", wrongPath}, {"SET id.a = :one", "l", wrongPath},
		{"REMOVE n", "n", "null"}, {"REMOVE absent", "absent", "null"}, {"REMOVE m.absent", "m", `{"M":{"a":{"N":"1"}}}`}, {"REMOVE absent.a", "m", wrongPath},
		{"REMOVE m.a", "m", `{"M":{}}`},
		{"REMOVE l[0], l[2]", "l", `{"L":[{"S":"b"}]}`}, {"REMOVE l[2], l[0]", "l", `{"L":[{"S":"b"}]}`}, {"REMOVE l[9]", "l", `{"L":[{"S":"a"},{"S":"b"},{"S":"c"}]}`},
		{"SET l[5] = :v REMOVE l[0]", "l", `{"L":[{"S":"b"},{"S":"c"},{"S":"v"}]}`},
		{"ADD n :one", "n", `{"N":"11"}`}, {"ADD absent :one", "absent", `{"N":"1"}`}, {"ADD m.a :one", "m", `{"M":{"a":{"N":"2"}}}`},
		{"ADD ss :ssz", "ss", `{"SS":["x","y","z"]}`}, {"ADD absent :ssz", "absent", `{"SS":["y","z"]}`}, {"ADD ss :one", "ss", wrongType}, {"ADD n :ss", "n", wrongType},
		{"DELETE ss :ssz", "ss", `{"SS":["x"]}`}, {"DELETE ss :ss", "ss", "null"}, {"DELETE absent :ss", "absent", "null"}, {"DELETE ss :ns", "ss", wrongType}, {"DELETE n :ns", "n", wrongType},
		{"SET #name = :v REMOVE m ADD n :one DELETE ss :ssz", "n", `{"N":"11"}`},
		{"DELETE ss :ssz REMOVE m SET #name = :v ADD n :one", "name", `{"S":"v"}`},
	}
	for _, test := range tests {
		u, err := expression.ParseUpdate(test.text, scope(t))
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		old := item(t, before)
		after, err := u.Apply(old)
		got := ""
		if err != nil {
			got = "!" + err.Error()
		} else {
			got = printed(after[test.path])
		}
		if got != test.want {
			t.Errorf("%s: %s = %s, want %s", test.text, test.path, got, test.want)
		}
		if !reflect.DeepEqual(old, item(t, before)) {
			t.Errorf("%s changed the old item", test.text)
		}
	}
}

func printed(v attribute.Value) string {
	if !v.Exists() {
		return "null"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func TestWrongUpdates(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "The expression can not be empty;"},
		{"PUT n = :one", `Syntax error; token: "PUT", near: "PUT n"`},
		{"SET", `Syntax error; token: "<EOF>", near: "SET"`},
		{"SET n", `Syntax error; token: "<EOF>", near: "n"`},
		{"SET n = :one,", `Syntax error; token: "<EOF>", near: ","`},
		{"SET n = :one :nine", `Syntax error; token: ":nine", near: ":one :nine"`},
		{"SET n = :one + :one + :one", `Syntax error; token: "+", near: ":one + :one"`},
		{"SET n = (:one)", `Syntax error; token: "(", near: "= (:one"`},
		{"SET n = :one SET id = :v", `The "SET" section can only be used once in an update expression;`},
		{"SET n = :one REMOVE id remove ss", `The "REMOVE" section can only be used once in an update expression;`},
		{"SET name = :v", "Attribute name is a reserved keyword; reserved keyword: name"},
		{"SET n = :v + :one", "Incorrect operand type for operator or function; operator or function: +, operand type: S"},
		{"SET n = list_append(l, :one)", "Incorrect operand type for operator or function; operator or function: list_append, operand type: N"},
		{"SET n = if_not_exists(:one, :one)", "Operator or function requires a document path; operator or function: if_not_exists"},
		{"SET n = if_not_exists(n)", `Syntax error; token: ")", near: "n)"`},
		{"SET n = size(id)", "The function is not allowed to be used this way in an expression; function: size"},
		{"SET n = begins_with(id, :v)", "The function is not allowed to be used this way in an expression; function: begins_with"},
		{"SET n = now()", "Invalid function name; function: now"},
		{"SET n = :one, n = :nine", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [n], path two: [n]"},
		{"SET m.a = :one REMOVE m", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m, a], path two: [m]"},
		{"SET #id = :one REMOVE id", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [id], path two: [id]"},
		{"SET m.a = :one, m[0] = :one", "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [m, a], path two: [m, [0]]"},
		{"SET l[0] = :one, l[1] = :one", ""},
		{"ADD n id", `Syntax error; token: "id", near: "n id"`},
		{"ADD n :v", "Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"},
		{"DELETE ss :one", "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND"},
		{"SET n = :none", "An expression attribute value used in expression is not defined; attribute value: :none"},
	}
	for _, test := range tests {
		_, err := expression.ParseUpdate(test.text, scope(t))
		checkError(t, test.text, err, test.want)
	}
}

func TestProjection(t *testing.T) {
	tests := []struct{ text, want string }{
		{"id, n", `{"id":{"S":"ann"},"n":{"N":"10"}}`},
		{"#id", `{"id":{"S":"ann"}}`},
		{"absent", `{}`},
		{"map1.b", `{"map1":{"M":{"b":{"M":{"c":{"S":"deep"}}}}}}`},
		{"map1.a, map1.b.c", `{"map1":{"M":{"a":{"N":"1"},"b":{"M":{"c":{"S":"deep"}}}}}}`},
		{"map1.absent", `{}`},
		{"list1[2].k, list1[0]", `{"list1":{"L":[{"S":"a"},{"M":{"k":{"S":"v"}}}]}}`},
		{"list1[9]", `{}`}, {"id.a", `{}`}, {"ss", `{"ss":{"SS":["x","y"]}}`},
		{"id, id", "!Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [id], path two: [id]"},
		{"map1, map1.a", "!Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [map1], path two: [map1, a]"},
		{"id n", `!Syntax error; token: "n", near: "id n"`}, {"id,", `!Syntax error; token: "<EOF>", near: ","`}, {":v", `!Syntax error; token: ":v", near: ":v"`},
		{"", "!The expression can not be empty;"}, {"data", "!Attribute name is a reserved keyword; reserved keyword: data"},
	}
	for _, test := range tests {
		p, err := expression.ParseProjection(test.text, scope(t))
		if wanted, is := strings.CutPrefix(test.want, "!"); is {
			checkError(t, test.text, err, wanted)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if got, _ := json.Marshal(p.Of(item(t, itemText))); string(got) != test.want {
			t.Errorf("%s: %s, want %s", test.text, got, test.want)
		}
	}
}

// FuzzUpdate: what parses prints as text that parses to the same text and does the same.
func FuzzUpdate(f *testing.F) {
	f.Add("SET #name = :v, n = if_not_exists(#a, n) + :one REMOVE list1[0], map1.a ADD ns :ns DELETE ss :ssz")
	f.Add("SET list1 = list_append(list1, :list)")
	f.Fuzz(func(t *testing.T, text string) {
		u, err := expression.ParseUpdate(text, fuzzScope(t))
		if err != nil {
			checkError(t, text, err, err.Error())
			return
		}
		if len(u.String()) > 4096 {
			return
		}
		again, err := expression.ParseUpdate(u.String(), fuzzScope(t))
		if err != nil || again.String() != u.String() {
			t.Fatalf("%q prints as %q, and that as %q, %v", text, u, again, err)
		}
		one, err := u.Apply(item(t, itemText))
		two, failure := again.Apply(item(t, itemText))
		if !reflect.DeepEqual(one, two) || (err == nil) != (failure == nil) {
			t.Fatalf("%q and %q are not the same: %v, %v", text, u, err, failure)
		}
	})
}

// FuzzProjection: what parses prints as text that parses to the same text.
func FuzzProjection(f *testing.F) {
	f.Add("id, #name, map1.b.c, list1[2].k")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := expression.ParseProjection(text, fuzzScope(t))
		if err != nil {
			checkError(t, text, err, err.Error())
			return
		}
		again, err := expression.ParseProjection(p.String(), fuzzScope(t))
		if len(p.String()) <= 4096 && (err != nil || again.String() != p.String()) {
			t.Fatalf("%q prints as %q, and that as %q, %v", text, p, again, err)
		}
	})
}
