package expression_test

import (
	_ "embed"
	"maps"
	"os"
	"slices"
	"testing"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
	"portcullis/deploy/emulators/dynamodb/internal/expression"
)

// The item that the tables look at, and the values that their expressions may use.
var (
	//go:embed testdata/item.json
	itemText string
	//go:embed testdata/values.json
	valuesText string
)

var names = map[string]string{"#id": "id", "#dotted": "a.b", "#name": "name", "#size": "size"}

func item(t testing.TB, text string) attribute.Item {
	t.Helper()
	parsed, err := attribute.ParseItem([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// scope has all names and values.
func scope(t testing.TB) *expression.Scope {
	t.Helper()
	s, err := expression.NewScope(names, values(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// values are read as an item is, whose names may be any.
func values(t testing.TB) map[string]attribute.Value { return item(t, valuesText) }

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPlaceholders(t *testing.T) {
	one := attribute.NewNumber("1")
	tests := []struct {
		name, value, text, want string
	}{
		{"#a", ":v", "#a = :v", ""},
		{"#a", ":v", "a = :v", "Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}"},
		{"#a", ":v", "#a = b", "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}"},
		{"#a", ":v", "#b = :v", "An expression attribute name used in the document path is not defined; attribute name: #b"},
		{"#a", ":v", "#a = :w", "An expression attribute value used in expression is not defined; attribute value: :w"},
		{"a", ":v", "", `ExpressionAttributeNames contains invalid key: Syntax error; key: "a"`},
		{"#a b", ":v", "", `ExpressionAttributeNames contains invalid key: Syntax error; key: "#a b"`},
		{"#a", "#v", "", `ExpressionAttributeValues contains invalid key: Syntax error; key: "#v"`},
		{"#a", ":", "", `ExpressionAttributeValues contains invalid key: Syntax error; key: ":"`},
	}
	for _, test := range tests {
		got := ""
		s, err := expression.NewScope(map[string]string{test.name: "x"}, map[string]attribute.Value{test.value: one})
		if err == nil {
			_, err = expression.ParseCondition(test.text, s)
		}
		if err == nil {
			err = s.Unused()
		}
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s, %s, %q: %q, want %q", test.name, test.value, test.text, got, test.want)
		}
	}
	if _, err := expression.NewScope(map[string]string{"#a": ""}, nil); err == nil {
		t.Error("a name may be empty")
	}
}

// fuzzScope has a few more names, of one letter or digit.
func fuzzScope(t testing.TB) *expression.Scope {
	defined := maps.Clone(names)
	for _, r := range slices.Concat([]rune("abcxyz"), []rune("0123")) {
		defined["#"+string(r)] = "name-" + string(r)
	}
	s, err := expression.NewScope(defined, values(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
