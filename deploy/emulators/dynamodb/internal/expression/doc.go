// Package expression parses and evaluates DynamoDB's expressions: conditions, filters and key conditions, updates, and
// projections. It knows no table; what an expression may refer to is in a Scope.
//
//	condition  = and { "OR" and }
//	and        = not { "AND" not }
//	not        = { "NOT" } primary
//	primary    = "(" condition ")" | test
//	           | operand ( comparator operand | "BETWEEN" operand "AND" operand | "IN" "(" operand { "," operand } ")" )
//	test       = "attribute_exists" "(" path ")" | "attribute_not_exists" "(" path ")"
//	           | ( "attribute_type" | "begins_with" | "contains" ) "(" operand "," operand ")"
//	operand    = path | value | "size" "(" operand ")"
//	comparator = "=" | "<>" | "<" | "<=" | ">" | ">="
//	update     = section { section }, each of them once
//	section    = "SET" path "=" sum { "," path "=" sum } | "REMOVE" path { "," path }
//	           | ( "ADD" | "DELETE" ) path value { "," path value }
//	sum        = term [ ( "+" | "-" ) term ]
//	term       = path | value | "if_not_exists" "(" path "," term ")" | "list_append" "(" term "," term ")"
//	projection = path { "," path }
//	path       = name { "." name | "[" digits "]" }
//	name       = identifier | "#" word
//	value      = ":" word
//
// Keywords may be in any case, and functions are in lower case. An identifier may not be one of DynamoDB's reserved words.
//
// A key condition is a condition of a few forms: comparisons, BETWEEN and begins_with on names, with AND between them.
//
// Sources, in https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/: Expressions.OperatorsAndFunctions.html,
// Expressions.UpdateExpressions.html, Query.KeyConditionExpressions.html, Expressions.Attributes.html, ExpressionPlaceholders.html, ReservedWords.html. The
// words of the errors are DynamoDB's.
package expression

import "fmt"

// Error says what is wrong with an expression, or with what it refers to.
type Error struct {
	Message string
}

// Error is the message; who answers a client puts the expression's kind before it.
func (e *Error) Error() string { return e.Message }

func failure(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }
