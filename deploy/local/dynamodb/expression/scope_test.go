package expression_test

import (
	"maps"
	"slices"
	"testing"

	"portcullis/deploy/local/dynamodb/attribute"
	"portcullis/deploy/local/dynamodb/expression"
)

// The item that the tables look at, and the names and values that their expressions may use.
const (
	itemText = `{
		"id": {"S": "ann"}, "n": {"N": "10"}, "big": {"N": "12345678901234567890123456789012345678"},
		"bin": {"B": "AQID"}, "yes": {"BOOL": true}, "nil": {"NULL": true},
		"list1": {"L": [{"S": "a"}, {"N": "2"}, {"M": {"k": {"S": "v"}}}]},
		"map1": {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"S": "deep"}}}}},
		"ss": {"SS": ["x", "y"]}, "ns": {"NS": ["1", "2.0"]}, "bs": {"BS": ["AQ=="]}, "a.b": {"S": "dotted"}
	}`
	valuesText = `{
		":ann": {"S": "ann"}, ":an": {"S": "an"}, ":bob": {"S": "bob"}, ":empty": {"S": ""},
		":one": {"N": "1"}, ":nine": {"N": "9"}, ":ten": {"N": "1e1"}, ":hundred": {"N": "100"},
		":big": {"N": "12345678901234567890123456789012345679"}, ":huge": {"N": "9e125"},
		":bin": {"B": "AQ=="}, ":yes": {"BOOL": true}, ":no": {"BOOL": false}, ":nil": {"NULL": true},
		":list": {"L": [{"S": "z"}]}, ":map": {"M": {"k": {"S": "v"}}}, ":typeS": {"S": "S"}, ":typeX": {"S": "X"},
		":ss": {"SS": ["y", "x"]}, ":x": {"S": "x"}, ":ssz": {"SS": ["y", "z"]}, ":ns": {"NS": ["2"]}, ":v": {"S": "v"}
	}`
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
