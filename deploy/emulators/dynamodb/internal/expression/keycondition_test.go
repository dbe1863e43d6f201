package expression_test

import (
	"strings"
	"testing"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
	"portcullis/deploy/emulators/dynamodb/internal/expression"
)

// TestSides: on which side of those that meet a condition values are.
func TestSides(t *testing.T) {
	text := func(s string) attribute.Value { return attribute.Value{Type: attribute.String, Text: s} }
	tests := []struct {
		condition, before, in, behind string
	}{
		{"a = :ann", "am anm", "ann", "anna b"},
		{"a < :ann", "", "a anm", "ann anna"},
		{"a <= :ann", "", "a ann", "anna b"},
		{"a > :ann", "a ann", "anna b", ""},
		{"a >= :ann", "a anm", "ann anna", ""},
		{":ann < a", "a ann", "anna b", ""},
		{":ann >= a", "", "a ann", "anna b"},
		{":ann = a", "am", "ann", "anna"},
		{"a BETWEEN :ann AND :bob", "a anm", "ann anna bob", "boba c"},
		{"begins_with(a, :an)", "a am", "an ann anz", "ao b"},
	}
	for _, test := range tests {
		c, err := expression.ParseCondition(test.condition, scope(t))
		if err != nil {
			t.Fatalf("%s: %v", test.condition, err)
		}
		all, err := c.KeyConditions()
		if err != nil || len(all) != 1 || all[0].Attribute != "a" {
			t.Fatalf("%s: %+v, %v", test.condition, all, err)
		}
		for side, texts := range map[int]string{-1: test.before, 0: test.in, 1: test.behind} {
			for _, s := range strings.Fields(texts) {
				if got := all[0].Side(text(s)); got != side {
					t.Errorf("%s: %s is at %d, want %d", test.condition, s, got, side)
				}
			}
		}
	}
}

// FuzzKeyConditions: the values that meet a key condition are those that meet the expression, and follow each other.
func FuzzKeyConditions(f *testing.F) {
	for _, text := range []string{"#x = :ann AND #y > :one", "(#x BETWEEN :an AND :bob)", "begins_with(#x, :an)", ":ann <= #x", "#x < :bin", "#x = :x or #y = :one", "not #x = :x", "size(#x) = :one"} {
		f.Add(text, "ann", "am")
	}
	f.Fuzz(func(t *testing.T, text, one, two string) {
		c, err := expression.ParseCondition(text, fuzzScope(t))
		if err != nil {
			return
		}
		all, err := c.KeyConditions()
		if err != nil {
			checkError(t, text, err, err.Error())
			return
		}
		for _, k := range all {
			of := k.Values[0].Type
			if of != attribute.String && of != attribute.Binary {
				continue
			}
			a, b := attribute.Value{Type: of, Text: one}, attribute.Value{Type: of, Text: two}
			if order, _ := a.Compare(b); order > 0 {
				a, b = b, a
			}
			if k.Side(a) > k.Side(b) {
				t.Fatalf("%s: %q is at %d, and %q behind it at %d", text, a.Text, k.Side(a), b.Text, k.Side(b))
			}
			if len(all) == 1 && (k.Side(a) == 0) != c.Holds(attribute.Item{k.Attribute: a}) {
				t.Fatalf("%s: %q is at %d", text, a.Text, k.Side(a))
			}
		}
	})
}
