package modes

import (
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Sources are identity sources: in a file a list, or a text with commas.
type Sources []string

// UnmarshalYAML reads both forms.
func (s *Sources) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode {
		return node.Decode((*[]string)(s))
	}
	if node.Value == "" {
		return nil
	}
	for part := range strings.SplitSeq(node.Value, ",") {
		*s = append(*s, strings.TrimSpace(part))
	}
	return nil
}

// UnmarshalYAML reads a policy as its JSON is read, with all that is refused there.
func (d *Document) UnmarshalYAML(node *yaml.Node) error {
	var tree any
	if err := node.Decode(&tree); err != nil {
		return err
	}
	text, err := json.Marshal(tree)
	if err == nil {
		err = json.Unmarshal(text, &d.Document)
	}
	if err != nil {
		return &lineError{node.Line, fmt.Sprintf("want an IAM policy: %v", err)}
	}
	return nil
}

// lineError says what is wrong in a line.
type lineError struct {
	line   int
	reason string
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.reason) }
