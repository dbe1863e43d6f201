package expression

import (
	"slices"
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// KeyCondition is a condition on one attribute of a key. The values that meet it follow each other in their order.
type KeyCondition struct {
	Attribute string
	Operator  string            // =, <, <=, >, >=, BETWEEN or begins_with
	Values    []attribute.Value // the operands; two of BETWEEN
}

// KeyConditions are the conditions of which a KeyConditionExpression is made, at most one on each attribute. Its errors are
// *Error.
// See https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html.
func (c *Condition) KeyConditions() ([]KeyCondition, error) { return keyConditions(nil, c.root) }

// keyConditions adds what a part of the expression says.
func keyConditions(all []KeyCondition, part node) ([]KeyCondition, error) {
	switch part := part.(type) {
	case group:
		return keyConditions(all, part.inner)
	case junction:
		if !part.all {
			return nil, notOnKeys("OR")
		}
		for _, inner := range part.parts {
			var err error
			if all, err = keyConditions(all, inner); err != nil {
				return nil, err
			}
		}
		return all, nil
	case negation:
		return nil, notOnKeys("NOT")
	case among:
		return nil, notOnKeys("IN")
	case compare:
		return addCompare(all, part)
	case between:
		return addKeyCondition(all, "BETWEEN", part.value, part.low, part.high)
	case call:
		if part.name != "begins_with" {
			return nil, notOnKeys(part.name)
		}
		return addKeyCondition(all, part.name, part.arguments...)
	}
	return nil, errNoKey
}

func notOnKeys(operator string) error {
	return failure("Invalid operator used in KeyConditionExpression: %s", operator)
}

var errNoKey = failure("Invalid condition in KeyConditionExpression: No key attribute specified")

// mirrored are the comparators with their operands in each other's place.
var mirrored = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func addCompare(all []KeyCondition, c compare) ([]KeyCondition, error) {
	mirror, known := mirrored[c.comparator]
	if !known {
		return nil, notOnKeys(c.comparator)
	}
	if _, is := c.right.(Path); is {
		if _, too := c.left.(literal); too {
			return addKeyCondition(all, mirror, c.right, c.left)
		}
	}
	return addKeyCondition(all, c.comparator, c.left, c.right)
}

func addKeyCondition(all []KeyCondition, operator string, operands ...operand) ([]KeyCondition, error) {
	if err := checkKeyOperands(operator, operands); err != nil {
		return nil, err
	}
	k := KeyCondition{Attribute: operands[0].(Path)[0].Name, Operator: operator}
	for _, o := range operands[1:] {
		k.Values = append(k.Values, o.(literal).value)
	}
	if slices.ContainsFunc(all, func(other KeyCondition) bool { return other.Attribute == k.Attribute }) {
		return nil, failure("KeyConditionExpressions must only contain one condition per key")
	}
	return append(all, k), nil
}

// checkKeyOperands wants an attribute, and values behind it.
func checkKeyOperands(operator string, operands []operand) error {
	paths := 0
	for _, o := range operands {
		switch o := o.(type) {
		case sizeOf:
			return failure("KeyConditionExpressions cannot contain nested operations")
		case Path:
			if len(o) > 1 {
				return failure("KeyConditionExpressions cannot have conditions on nested attributes")
			}
			paths++
		}
	}
	_, first := operands[0].(Path)
	switch {
	case paths > 1:
		return failure("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
	case !first && (operator == "BETWEEN" || operator == "begins_with"):
		return failure("Invalid condition in KeyConditionExpression: %s operator must have the key attribute as its first operand", operator)
	case !first:
		return errNoKey
	}
	return nil
}

// Side is 0 where a value meets the condition, below 0 where it comes before all that do, and above 0 where it comes behind
// them. The value's type is that of the condition's values.
func (k KeyCondition) Side(value attribute.Value) int {
	order, _ := value.Compare(k.Values[0])
	holds, elsewhere := order == 0, order
	switch k.Operator {
	case "<":
		holds, elsewhere = order < 0, 1
	case "<=":
		holds, elsewhere = order <= 0, 1
	case ">":
		holds, elsewhere = order > 0, -1
	case ">=":
		holds, elsewhere = order >= 0, -1
	case "BETWEEN":
		upper, _ := value.Compare(k.Values[1])
		holds = order >= 0 && upper <= 0
	case "begins_with":
		holds = strings.HasPrefix(value.Text, k.Values[0].Text)
	}
	if holds {
		return 0
	}
	return elsewhere
}
