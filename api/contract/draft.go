package contract

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"portcullis/policy"
)

// Draft gives a copy of an OpenAPI document, in YAML, in which each operation that says nothing of who may call it has the choices
// above its first member, as comments: it is public, or asks for one of the document's schemes. So has each route of x-websocket, and
// its connect. Everything else is as it was, to the byte. Undecided is how many such operations there are; with none of them the copy
// is the same. Operations of JSON's form, {…}, have the comments above the line that they begin in.
//
// Operations in other files, and security schemes, are not looked at; see [Elsewhere].
//
// The document need not be a contract yet. The error is an [Errors]: for what is no OpenAPI document, and for JSON, which has no
// comments.
func Draft(name string, text []byte) (copied []byte, undecided int, err error) {
	p := newParser(name, nil)
	file := p.readYAML(text)
	if p.root = firstOf(file); len(p.all) == 0 && p.isOpenAPI() && !isBlock(p.root) {
		p.refuse(p.root, "want YAML, with a line for each member: JSON has no comments")
	}
	if err := p.err(); err != nil {
		return nil, 0, err
	}
	p.readSchemes()
	choices := p.undecided()
	copied = p.insert(text, choices)
	if again := p.readYAML(copied); len(p.all) > 0 || !sameDocument(file, again) {
		return nil, 0, Errors{{Name: name, Reason: "the comments would change what the document says: want a line for each member"}}
	}
	return copied, len(choices), nil
}

// Elsewhere are the paths of an OpenAPI document whose operations stand in other files, each with the reference to them. Of a text that is
// no document there is none.
func Elsewhere(text []byte) []string {
	p := newParser("", nil)
	var all []string
	for path, item := range pairs(find(firstOf(p.readYAML(text)), "paths")) {
		if reference := find(item, "$ref"); reference != nil {
			all = append(all, path.Value+" ("+reference.Value+")")
		}
	}
	return all
}

// firstOf is the root of a file, nil where it is empty.
func firstOf(file *yaml.Node) *yaml.Node {
	if len(file.Content) == 0 {
		return nil
	}
	return file.Content[0]
}

// isBlock tells whether a mapping has a line for each member.
func isBlock(node *yaml.Node) bool {
	return node != nil && node.Kind == yaml.MappingNode && node.Style&yaml.FlowStyle == 0 && len(node.Content) > 0
}

// sameDocument tells whether two files say the same.
func sameDocument(a, b *yaml.Node) bool {
	one, err1 := asJSON(a)
	other, err2 := asJSON(b)
	return err1 == nil && err2 == nil && bytes.Equal(one, other)
}

// choice is what an operation has to choose from, as comments above a line.
type choice struct {
	line, column int
	of           string // the operation, where the line is not one of its own
	ofSocket     bool   // it is of a WebSocket API: connecting, or a message
}

// undecided are the operations, and the routes of a WebSocket API, that say nothing of who may call them, by lines.
func (p *parser) undecided() []choice {
	if find(p.root, "security") != nil {
		return nil
	}
	var all []choice
	paths := find(p.root, "paths")
	for path, item := range pairs(paths) {
		for key, node := range pairs(item) {
			if !slices.Contains(methodMembers, key.Value) || node.Kind != yaml.MappingNode || find(node, "security") != nil || p.isPreflight(key, node) {
				continue
			}
			above, of := key, key.Value
			switch {
			case isBlock(node):
				above, of = node.Content[0], ""
			case !isBlock(item):
				above, of = path, key.Value+" "+path.Value
			}
			all = append(all, choice{above.Line, above.Column, of, false})
		}
	}
	all = append(all, p.undecidedRoutes()...)
	slices.SortStableFunc(all, func(a, b choice) int { return a.line - b.line })
	return slices.CompactFunc(all, func(a, b choice) bool { return a == b && a.of == "" }) // what an alias stands for has one place
}

// undecidedRoutes are those of a WebSocket API: connecting, where that is described, and messages.
func (p *parser) undecidedRoutes() []choice {
	var all []choice
	add := func(key, node *yaml.Node) {
		switch {
		case node.Kind != yaml.MappingNode || find(node, "security") != nil:
		case isBlock(node):
			all = append(all, choice{node.Content[0].Line, node.Content[0].Column, "", true})
		default:
			all = append(all, choice{key.Line, key.Column, key.Value, true})
		}
	}
	webSocket := find(p.root, webSocketMember)
	for key, node := range pairs(webSocket) {
		if key.Value == "connect" {
			add(key, node)
		}
	}
	for key, node := range pairs(find(webSocket, "routes")) {
		add(key, node)
	}
	return all
}

// comments are the lines of a choice, without their indentation.
func (p *parser) comments(c choice) []string {
	question := "# Who may call? Say one of these:"
	if c.of != "" {
		question = "# Who may call " + c.of + "? Say one of these between its braces:"
	}
	public := "# security: []  # everybody; x-public: true beside it says that it is meant"
	if c.ofSocket {
		public = "# security: []  # everybody"
	}
	lines := []string{question, public}
	before := len(lines)
	for name, node := range pairs(p.securitySchemes()) {
		who := bringers[p.schemes[name.Value].ours]
		if reference := text(find(node, "$ref")); isFile(reference) {
			who = "who has what " + strconv.Quote(reference) + " asks for"
		}
		if who != "" {
			lines = append(lines, fmt.Sprintf("# security: [{%s: []}]  # %s", plainName(name.Value), who))
		}
	}
	if len(lines) == before {
		lines = append(lines, "# security: [{bearer: []}]  # who has a token, with `bearer: {type: http, scheme: bearer}` in components.securitySchemes")
	}
	return lines
}

// insert puts the comments of choices above their lines.
func (p *parser) insert(text []byte, choices []choice) []byte {
	var copied bytes.Buffer
	number := 0
	for line := range bytes.Lines(text) {
		number++
		end := "\n"
		if bytes.HasSuffix(line, []byte("\r\n")) {
			end = "\r\n"
		}
		for len(choices) > 0 && choices[0].line == number {
			for _, comment := range p.comments(choices[0]) {
				copied.WriteString(strings.Repeat(" ", choices[0].column-1) + comment + end)
			}
			choices = choices[1:]
		}
		copied.Write(line)
	}
	return copied.Bytes()
}

// bringers are those who may call by a scheme.
var bringers = map[string]string{
	policy.SchemeBearer: "who has a token, with the scopes in the list", policy.SchemeAPIKey: "who has an API key",
	SchemeSigV4: "who signs the request (AWS_IAM)",
}

// plainName is a key as YAML takes it in a flow mapping.
func plainName(name string) string {
	if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_") == "" {
		return name
	}
	return strconv.Quote(name)
}
