package api

import (
	"fmt"
	"iter"

	"go.yaml.in/yaml/v3"
)

// lineError is an error at a line of the document.
type lineError struct {
	line   int
	reason string
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.reason) }

func at(node *yaml.Node, format string, args ...any) error {
	return &lineError{node.Line, fmt.Sprintf(format, args...)}
}

// or is the first node, or the second where there is no first.
func or(node, otherwise *yaml.Node) *yaml.Node {
	if node != nil {
		return node
	}
	return otherwise
}

// find gives the value of a mapping's key, nil where there is none.
func find(mapping *yaml.Node, key string) *yaml.Node {
	for k, value := range pairs(mapping) {
		if k.Value == key {
			return value
		}
	}
	return nil
}

// text is the text of a scalar, empty for anything else.
func text(node *yaml.Node) string {
	if node == nil || node.Kind != yaml.ScalarNode {
		return ""
	}
	return node.Value
}

// pairs goes through the keys and values of a mapping, in the document's order, aliases followed.
func pairs(mapping *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(*yaml.Node, *yaml.Node) bool) {
		mapping = follow(mapping)
		if mapping == nil || mapping.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(mapping.Content); i += 2 {
			if !yield(mapping.Content[i], follow(mapping.Content[i+1])) {
				return
			}
		}
	}
}

// follow is the node that an alias stands for.
func follow(node *yaml.Node) *yaml.Node {
	for node != nil && node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	return node
}

// refuseMerges refuses YAML's merge keys: readers of the contract do not agree about them.
func refuseMerges(node *yaml.Node) error {
	for i, child := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 0 && child.Tag == "!!merge" {
			return at(child, "merge keys (`<<`) are not part of a contract: write the members out")
		}
		if err := refuseMerges(child); err != nil {
			return err
		}
	}
	return nil
}

// textKeys gives the tree with every key as a text, as in JSON: `200:` is "200".
func textKeys(tree any) any {
	switch tree := tree.(type) {
	case map[any]any:
		texts := make(map[string]any, len(tree))
		for key, value := range tree {
			texts[fmt.Sprint(key)] = textKeys(value)
		}
		return texts
	case map[string]any:
		for key, value := range tree {
			tree[key] = textKeys(value)
		}
	case []any:
		for i, value := range tree {
			tree[i] = textKeys(value)
		}
	}
	return tree
}
