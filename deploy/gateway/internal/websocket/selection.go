package websocket

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/policy"
)

// selection is a route selection expression: text, and variables of the message. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html.
type selection []selectionPart

// selectionPart is a text, or the names that lead to a member of the message.
type selectionPart struct {
	text  string
	names []string // nil: it is a text
}

// parseSelection reads an expression: a variable by itself, such as $request.body.action, or variables such as ${request.body.action}
// among text, in which \$ is a dollar.
func parseSelection(expression string) (selection, error) {
	if names, whole := policy.MessageMember(expression); whole {
		return selection{{names: names}}, nil
	}
	var all selection
	text := ""
	for rest := expression; rest != ""; {
		switch {
		case strings.HasPrefix(rest, `\$`):
			text, rest = text+"$", rest[2:]
		case strings.HasPrefix(rest, "${"):
			variable, after, closed := strings.Cut(rest[2:], "}")
			names, ok := policy.MessageMember("$" + variable)
			if !ok || !closed {
				return nil, fmt.Errorf("%.40q is no variable of a message, such as ${request.body.action}", rest)
			}
			all, text, rest = append(all, selectionPart{text: text}, selectionPart{names: names}), "", after
		case rest[0] == '$':
			return nil, fmt.Errorf(`%.40q: a dollar is written \$`, rest)
		default:
			text, rest = text+rest[:1], rest[1:]
		}
	}
	return append(all, selectionPart{text: text}), nil
}

// of is what the expression gives for a message; false where it cannot be evaluated, since the message is no JSON. A member that is not
// there gives nothing, and what is put in is not read again.
func (s selection) of(message string) (string, bool) {
	var tree any
	decoder := json.NewDecoder(strings.NewReader(message))
	decoder.UseNumber()
	if decoder.Decode(&tree) != nil {
		return "", false
	}
	if _, err := decoder.Token(); err != io.EOF {
		return "", false
	}
	var text strings.Builder
	for _, part := range s {
		text.WriteString(part.text)
		if part.names != nil {
			text.WriteString(textOf(member(tree, part.names)))
		}
	}
	return text.String(), true
}

// member gives what the names lead to; nil: nothing.
func member(tree any, names []string) any {
	for _, name := range names {
		mapping, _ := tree.(map[string]any)
		tree = mapping[name]
	}
	return tree
}

// textOf writes a value as selection expressions do: a list is [a, b]. That null is nothing, and an object JSON, is a choice.
func textOf(value any) string {
	if text, ok := lambda.ScalarText(value); ok {
		return text
	}
	switch value := value.(type) {
	case nil:
		return ""
	case []any:
		items := make([]string, len(value))
		for i, item := range value {
			items[i] = textOf(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	text, _ := json.Marshal(value) // of what was JSON there is no error
	return string(text)
}
