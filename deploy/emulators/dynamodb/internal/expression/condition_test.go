package expression_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"portcullis/deploy/emulators/dynamodb/internal/expression"
)

// TestConditions reads testdata/conditions.txt.
func TestConditions(t *testing.T) {
	for _, line := range strings.Split(read(t, "testdata/conditions.txt"), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		line, _, _ = strings.Cut(line, " -- ")
		want, text, _ := strings.Cut(line, "\t")
		c, err := expression.ParseCondition(text, scope(t))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := c.Holds(item(t, itemText)); strconv.FormatBool(got) != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestWrongConditions(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "The expression can not be empty;"},
		{" \n", "The expression can not be empty;"},
		{"id", `Syntax error; token: "<EOF>", near: "id"`},
		{"id =", `Syntax error; token: "<EOF>", near: "="`},
		{"id == :ann", `Syntax error; token: "=", near: "== :ann"`},
		{"id = :ann AND", `Syntax error; token: "<EOF>", near: "AND"`},
		{"id = :ann id", `Syntax error; token: "id", near: ":ann id"`},
		{"(id = :ann", `Syntax error; token: "<EOF>", near: ":ann"`},
		{"id = :ann)", `Syntax error; token: ")", near: ":ann)"`},
		{"id = 'ann'", `Syntax error; token: "'", near: "= '"`},
		{"id = \u00e9", "Syntax error; token: \"\u00e9\", near: \"= \u00e9\""},
		{"id IN ()", `Syntax error; token: ")", near: "()"`},
		{"id IN :ann", `Syntax error; token: ":ann", near: "IN :ann"`},
		{"n BETWEEN :one", `Syntax error; token: "<EOF>", near: ":one"`},
		{"list1[-1] = :one", `Syntax error; token: "-", near: "[-1"`},
		{"list1[99999999999] = :one", `Syntax error; token: "99999999999", near: "[99999999999]"`},
		{"map1..a = :one", `Syntax error; token: ".", near: "..a"`},
		{":ann", `Syntax error; token: "<EOF>", near: ":ann"`},
		{"name = :ann", "Attribute name is a reserved keyword; reserved keyword: name"},
		{"map1.Status = :ann", "Attribute name is a reserved keyword; reserved keyword: Status"},
		{"size = :ann", "Attribute name is a reserved keyword; reserved keyword: size"},
		{"#none = :ann", "An expression attribute name used in the document path is not defined; attribute name: #none"},
		{"id = :none", "An expression attribute value used in expression is not defined; attribute value: :none"},
		{"((id = :ann))", "The expression has redundant parentheses;"},
		{"id = id", "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [id]"},
		{"map1.a = #id", ""},
		{"#id < id", "The first operand must be distinct from the remaining operands for this operator or function; operator: <, first operand: [id]"},
		{"yes < :yes", "Incorrect operand type for operator or function; operator or function: <, operand type: BOOL"},
		{"n BETWEEN :nine AND :one", "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:9}, upper bound operand: AttributeValue: {N:1}"},
		{"n BETWEEN :an AND :one", "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {S:an}, upper bound operand: AttributeValue: {N:1}"},
		{"n BETWEEN :yes AND :one", "Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: BOOL"},
		{"exists(id)", "Invalid function name; function: exists"},
		{"Attribute_exists(id)", "Invalid function name; function: Attribute_exists"},
		{"attribute_exists(id, n)", "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2"},
		{"begins_with(id)", "Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1"},
		{"attribute_exists(:ann)", "Operator or function requires a document path; operator or function: attribute_exists"},
		{"attribute_exists(size(id))", "Operator or function requires a document path; operator or function: attribute_exists"},
		{"attribute_type(id, n)", "The second operand of attribute_type must be an expression attribute value"},
		{"attribute_type(id, :typeX)", "Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"},
		{"attribute_type(id, :one)", "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N"},
		{"begins_with(id, :one)", "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"},
		{"contains(id, id)", "The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [id]"},
		{"size(id)", `Syntax error; token: "<EOF>", near: ")"`},
		{"size(:one) = :one", "Incorrect operand type for operator or function; operator or function: size, operand type: N"},
		{"size(size(id)) = :one", "The function is not allowed to be used this way in an expression; function: size"},
		{"if_not_exists(id, :ann)", "The function is not allowed to be used this way in an expression; function: if_not_exists"},
		{"id = attribute_exists(n)", "The function is not allowed to be used this way in an expression; function: attribute_exists"},
		{"id = now()", "Invalid function name; function: now"},
		{"id = :ann + :one", `Syntax error; token: "+", near: ":ann + :one"`},
		{"id IN (" + strings.Repeat(":ann, ", 100) + ":ann)", "Incorrect number of operands for operator or function; operator or function: IN, number of operands: 101"},
		{strings.Repeat(" ", 4086) + "id = :ann ", ""},
		{strings.Repeat(" ", 4087) + "id = :ann ", "Expression size has exceeded the maximum allowed size; expression size: 4097"},
	}
	for _, test := range tests {
		_, err := expression.ParseCondition(test.text, scope(t))
		checkError(t, test.text, err, test.want)
	}
}

func checkError(t *testing.T, text string, err error, want string) {
	t.Helper()
	var typed *expression.Error
	switch {
	case err == nil && want == "":
	case !errors.As(err, &typed):
		t.Errorf("%s: %v, want an *Error", text, err)
	case typed.Message != want:
		t.Errorf("%s:\n got %s\nwant %s", text, typed.Message, want)
	}
}

// FuzzCondition: what parses prints as text that parses to the same text, and that holds for the same items.
func FuzzCondition(f *testing.F) {
	f.Add("attribute_exists(id) AND (attribute_not_exists(#a) OR #a < :ann)")
	f.Add("NOT n BETWEEN :one AND :ten AND id IN (:ann, list1[0]) OR size(map1.b) <> :one")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := expression.ParseCondition(text, fuzzScope(t))
		if err != nil {
			checkError(t, text, err, err.Error())
			return
		}
		again, err := expression.ParseCondition(c.String(), fuzzScope(t))
		if err != nil {
			if len(c.String()) > 4096 {
				return
			}
			t.Fatalf("%q prints as %q: %v", text, c, err)
		}
		if again.String() != c.String() {
			t.Fatalf("%q prints as %q, and that as %q", text, c, again)
		}
		if thing := item(t, itemText); again.Holds(thing) != c.Holds(thing) {
			t.Fatalf("%q and %q are not the same", text, c)
		}
	})
}
