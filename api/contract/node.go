package contract

import (
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

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

// hasAlias tells whether there is an alias in a node.
func hasAlias(node *yaml.Node) bool {
	return node.Kind == yaml.AliasNode || slices.ContainsFunc(node.Content, hasAlias)
}

// maxAliased bounds the values that aliases stand for, each time.
const maxAliased = 500_000

// spread gives a file in which each alias is a copy of what it stands for, so that what changes in one place changes in no other; nil: it has
// none, which was said.
func (w *wrongs) spread(file *yaml.Node, before int) *yaml.Node {
	if w.aliased <= maxAliased {
		if _, err := asJSON(file); err != nil { // an alias may stand for what it is in
			line, reason := cutLine(yamlReason(err))
			w.add(before+line, reason)
			return nil
		}
		file = w.withoutAliases(file, false)
	}
	if w.aliased > maxAliased {
		w.add(before, fmt.Sprintf("want fewer aliases: those of the contract stand for more than %d values", maxAliased))
		return nil
	}
	return file
}

// withoutAliases is a copy of a node, and counts what stands in the place of aliases.
func (w *wrongs) withoutAliases(node *yaml.Node, aliased bool) *yaml.Node {
	if aliased = aliased || node.Kind == yaml.AliasNode; aliased {
		w.aliased++
	}
	one := *follow(node)
	one.Anchor, one.Content = "", slices.Clone(one.Content)
	for i, inner := range one.Content {
		if w.aliased <= maxAliased {
			one.Content[i] = w.withoutAliases(inner, aliased)
		}
	}
	return &one
}

// maxMembers bounds the members of one mapping: the YAML library compares each with each.
const maxMembers = 10_000

// plainTags are the tags of what JSON has too.
var plainTags = map[yaml.Kind][]string{
	yaml.MappingNode:  {"!!map"},
	yaml.SequenceNode: {"!!seq"},
	yaml.ScalarNode:   {"!!str", "!!int", "!!float", "!!bool", "!!null"},
}

// isDecimal tells whether a number is written as the whole numbers of JSON are, without a sign.
func isDecimal(text string) bool {
	return text == "0" || text != "" && text[0] != '0' && strings.Trim(text, "0123456789") == ""
}

// checkPlain refuses what readers of the contract could take for different things: tags beyond JSON's types,
// merge keys, keys that are no plain texts or decimal numbers, and two keys of the same text. What looks like a
// date is made a text, and so is a number that is a key.
func (w *wrongs) checkPlain(node *yaml.Node) {
	if node.ShortTag() == "!!timestamp" {
		node.Tag = "!!str"
	}
	if tags, tagged := plainTags[node.Kind]; tagged && !slices.Contains(tags, node.ShortTag()) {
		w.refuse(node, "the tag %.40q is not part of a contract", node.ShortTag())
	}
	step := 1
	if node.Kind == yaml.MappingNode {
		w.checkMembers(node)
		step = 2 // keys are looked at already
	}
	for i := step - 1; i < len(node.Content); i += step {
		w.checkPlain(node.Content[i])
	}
}

func isPlainKey(key *yaml.Node) bool {
	tag := key.ShortTag()
	return key.Kind == yaml.ScalarNode && (tag == "!!str" || tag == "!!timestamp" || tag == "!!int" && isDecimal(key.Value))
}

func (w *wrongs) checkMembers(mapping *yaml.Node) {
	if len(mapping.Content)/2 > maxMembers {
		w.refuse(mapping, "the mapping has more than %d members", maxMembers)
		return
	}
	seen := make(map[string]int, len(mapping.Content)/2)
	for i := 0; i < len(mapping.Content); i += 2 {
		key := mapping.Content[i]
		switch line, twice := seen[key.Value]; {
		case key.ShortTag() == "!!merge":
			w.refuse(key, "merge keys (`<<`) are not part of a contract: write the members out")
			continue
		case !isPlainKey(key):
			w.refuse(key, "want a plain text as a key")
			continue
		case twice:
			w.refuse(key, "the key %.60q stands in line %d already", key.Value, line)
		}
		seen[key.Value] = key.Line
		key.Tag = "!!str" // `200:` is "200", as in JSON
	}
}

// At gives the position of what stands at a place of the Document, a JSON pointer as a URI fragment such as
// "#/components/schemas/NewUser"; of what is nearest above it, where nothing stands there.
func (c *Contract) At(place string) Position {
	p := newParser(c.Name, given(c.Files))
	if _, ok := p.readAll(c.Text); !ok {
		return Position{File: c.Name}
	}
	return p.position(p.lineBelow(p.root, p.root.Line, PointerTokens(place)))
}

// lineBelow gives the line of what stands below a node; of what is nearest above it, where nothing stands there.
func (w *wrongs) lineBelow(node *yaml.Node, line int, tokens []string) int {
	for _, token := range tokens {
		key, value := member(node, token)
		if value == nil {
			break
		}
		node, line = value, key.Line
		if w.sourceOf(value.Line) != w.sourceOf(key.Line) {
			line = value.Line // the key is the reference's
		}
	}
	return line
}

// PointerTokens are the tokens of a JSON pointer in a URI fragment (RFC 6901, sections 3 and 6).
func PointerTokens(place string) []string {
	path, isAbsolute := strings.CutPrefix(strings.TrimPrefix(place, "#"), "/")
	if !isAbsolute {
		return nil
	}
	tokens := strings.Split(path, "/")
	for i, token := range tokens {
		if plain, err := url.PathUnescape(token); err == nil {
			token = plain
		}
		tokens[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	}
	return tokens
}

// member gives a member of a mapping with its key, or an item of a list by its number; nil where there is none.
func member(node *yaml.Node, token string) (key, value *yaml.Node) {
	if node.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(token); err == nil && 0 <= i && i < len(node.Content) {
			return node.Content[i], follow(node.Content[i])
		}
		return nil, nil
	}
	for key, value := range pairs(node) {
		if key.Value == token {
			return key, value
		}
	}
	return nil, nil
}

// ensure gives a mapping's member that is a mapping, which it makes where there is none.
func ensure(mapping *yaml.Node, name string) *yaml.Node {
	mapping = follow(mapping)
	if node := find(mapping, name); node != nil && node.Kind == yaml.MappingNode {
		return node
	}
	made := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	remove(mapping, name)
	mapping.Content = append(mapping.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name}, made)
	return made
}

// replace gives a member of a mapping another value.
func replace(mapping *yaml.Node, name string, node *yaml.Node) {
	mapping = follow(mapping)
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			mapping.Content[i+1] = node
		}
	}
}

// remove takes a member out of a mapping.
func remove(mapping *yaml.Node, name string) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			mapping.Content = slices.Delete(mapping.Content, i, i+2)
			return
		}
	}
}
