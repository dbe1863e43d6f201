package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"portcullis/policy"
)

// Parse reads a contract from its text; the name is for errors. The error is an [*Error].
//
// An operation without `security` inherits the document's; where there is none either, Parse refuses it
// rather than opening the operation: public ones say `security: []`.
// See https://spec.openapis.org/oas/v3.1.0#security-requirement-object.
func Parse(name string, text []byte) (*Contract, error) {
	p := parser{name: name}
	c, err := p.contract(text)
	if err != nil {
		return nil, p.located(err)
	}
	return c, nil
}

type parser struct {
	name    string
	root    *yaml.Node
	schemes map[string]scheme // by the contract's names
	inherit *policy.Access    // the document's own security
	serving string            // the document's own x-function
	inlined int               // how many values the schemas of messages have so far
}

// located is an error with the file's name and, where it is known, the line.
func (p *parser) located(err error) error {
	if at := (*lineError)(nil); errors.As(err, &at) {
		return &Error{Name: p.name, Line: at.line, Reason: at.reason}
	}
	reason := strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "\n", " ")
	line, reason := cutLine(reason)
	return &Error{Name: p.name, Line: line, Reason: reason}
}

// cutLine cuts the number of a line off that a reason of the YAML reader begins with; it is 0 where there is none.
func cutLine(reason string) (line int, rest string) {
	place, rest, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(reason, "unmarshal errors:")), ": ")
	number, numbered := strings.CutPrefix(place, "line ")
	line, err := strconv.Atoi(number)
	if !numbered || err != nil {
		return 0, reason
	}
	return line, rest
}

func (p *parser) contract(text []byte) (*Contract, error) {
	file, err := readYAML(text)
	if err != nil {
		return nil, err
	}
	if len(file.Content) == 0 || file.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("want an OpenAPI document, a mapping")
	}
	p.root = file.Content[0]
	document, err := asJSON(file)
	if err != nil {
		return nil, err
	}
	c := &Contract{Name: p.name, OwnerScopes: map[string]string{}, Text: text, Document: document}
	if err := p.head(c); err != nil {
		return nil, err
	}
	if err := p.paths(c); err != nil {
		return nil, err
	}
	if err := p.checkOwnerScopes(c); err != nil {
		return nil, err
	}
	return c, p.checkRules(c)
}

// readYAML reads the one YAML document of the text.
func readYAML(text []byte) (*yaml.Node, error) {
	if len(text) > maxContract {
		return nil, fmt.Errorf("the contract has %d bytes; %d are the most", len(text), maxContract)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	file := &yaml.Node{}
	if err := decoder.Decode(file); err != nil && err != io.EOF {
		return nil, err
	}
	var more yaml.Node
	if err := decoder.Decode(&more); err != io.EOF {
		return nil, errors.New("want one YAML document, and something follows it")
	}
	return file, checkPlain(file)
}

// asJSON gives the document as JSON.
func asJSON(file *yaml.Node) (json.RawMessage, error) {
	var tree any
	if err := file.Decode(&tree); err != nil {
		return nil, err
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, fmt.Errorf("the document has no JSON form: %w", err)
	}
	return text, nil
}

// head reads what stands at the document's root.
func (p *parser) head(c *Contract) error {
	version := find(p.root, "openapi")
	if version == nil || !strings.HasPrefix(version.Value, "3.") {
		return at(or(version, p.root), "want `openapi: 3.1.0`")
	}
	if err := only(p.root, "the document", rootMembers...); err != nil {
		return err
	}
	info := find(p.root, "info")
	if err := errors.Join(misplaced(info, "info"), misplaced(find(p.root, "components"), "components")); err != nil {
		return err
	}
	c.Title, c.Description = text(find(info, "title")), text(find(info, "description"))
	if function := find(p.root, functionMember); function != nil {
		if p.serving = function.Value; !IsFunctionName(function.Value) {
			return at(function, "x-function: want the name of a function, 1 to 32 of a-z 0-9 - with a letter first")
		}
	}
	p.readSchemes()
	if err := p.readOwnerScopes(c); err != nil {
		return err
	}
	if security := find(p.root, "security"); security != nil {
		access, err := p.access(security)
		if err != nil {
			return err
		}
		p.inherit = &access
	}
	return p.readWebSocket(c)
}

func (p *parser) paths(c *Contract) error {
	paths := find(p.root, "paths")
	if paths == nil || paths.Kind != yaml.MappingNode || len(paths.Content) == 0 {
		return at(or(paths, p.root), "want `paths` with at least one path")
	}
	if err := misplaced(paths, "paths"); err != nil {
		return err
	}
	for path, item := range pairs(paths) {
		if isForeign(path.Value) {
			continue
		}
		if err := p.pathItem(c, path.Value, item); err != nil {
			return err
		}
	}
	return nil
}

// The members of OpenAPI 3.1's objects; of a path item, those that are no operations.
var (
	rootMembers      = []string{functionMember, ownerScopes, webSocketMember, connectSecurity, "openapi", "info", "jsonSchemaDialect", "servers", "paths", "webhooks", "components", "security", "tags", "externalDocs"}
	pathItemMembers  = []string{"summary", "description", "parameters", "servers"}
	bodyMembers      = []string{"description", "content", "required"}
	mediaMembers     = []string{"schema", "example", "examples", "encoding"}
	parameterMembers = []string{"name", "in", "description", "required", "deprecated", "allowEmptyValue", "style", "explode", "allowReserved", "schema", "example", "examples", "content"}
	operationMembers = []string{functionMember, "tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody", "responses", "callbacks", "deprecated", "security", "servers"}
)

func (p *parser) pathItem(c *Contract, path string, item *yaml.Node) error {
	if item.Kind != yaml.MappingNode {
		return at(item, "%s: want a mapping of methods to operations", path)
	}
	shared, err := p.parameters(find(item, "parameters"))
	if err != nil {
		return err
	}
	for key, node := range pairs(item) {
		switch {
		case slices.Contains(methodMembers, key.Value):
			if err := p.addOperations(c, path, key, node, shared); err != nil {
				return err
			}
		case slices.Contains(pathItemMembers, key.Value):
		case isForeign(key.Value):
		default:
			return at(key, "%s: %q is no method that this API can have%s", path, key.Value, meant(key.Value, methodMembers))
		}
	}
	return nil
}

// anyMember holds the operation of all methods that a path has none of its own for, and defaultPath is the path of what no
// other route of an HTTP API serves, its route $default. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-any-method.html.
const (
	anyMember   = "x-amazon-apigateway-any-method"
	defaultPath = "/$default"
)

var methodMembers = []string{"get", "head", "post", "put", "patch", "delete", "options", anyMember}

// addOperations adds the operation of a member of a path item. That of $default stands for two routes, which serve every
// path together: the root, and all below it.
func (p *parser) addOperations(c *Contract, path string, member, node *yaml.Node, shared []Parameter) error {
	method := strings.ToUpper(member.Value)
	if member.Value == anyMember {
		method = policy.MethodAny
	}
	paths := []string{path}
	if path == defaultPath {
		if method != policy.MethodAny {
			return at(member, "%s: want %s, and no single method", path, anyMember)
		}
		paths = []string{"/", "/{proxy+}"}
	}
	for _, served := range paths {
		place := "#/paths/" + pointerToken(path) + "/" + member.Value
		operation, err := p.operation(policy.Route{Method: method, Path: served}, node, shared, place)
		if err != nil {
			return err
		}
		operation.Default, operation.Line = path == defaultPath, member.Line
		c.Operations = append(c.Operations, operation)
	}
	return nil
}

// operation reads the operation at a place of the document, a JSON pointer.
func (p *parser) operation(route policy.Route, node *yaml.Node, shared []Parameter, place string) (Operation, error) {
	operation := Operation{Route: route, Function: p.serving}
	if node.Kind != yaml.MappingNode {
		return operation, at(node, "%s: want an operation, a mapping", route)
	}
	if err := only(node, route.String(), operationMembers...); err != nil {
		return operation, err
	}
	if id := find(node, "operationId"); id != nil {
		operation.ID = id.Value
	}
	if function := find(node, functionMember); function != nil {
		if operation.Function = function.Value; !IsFunctionName(function.Value) {
			return operation, at(function, "%s: x-function: want the name of a function, 1 to 32 of a-z 0-9 - with a letter first", route)
		}
	}
	if operation.Function == "" {
		return operation, at(node, "%s: no function serves it; set x-function here or at the document's root", route)
	}
	var err error
	if operation.Access, err = p.accessOr(find(node, "security"), node, route.String()); err != nil {
		return operation, err
	}
	operation.KeyHeaders = p.keyHeaders(or(find(node, "security"), find(p.root, "security")))
	own, err := p.parameters(find(node, "parameters"))
	if err != nil {
		return operation, err
	}
	operation.Parameters = override(shared, own)
	operation.Body, err = p.body(find(node, "requestBody"), route, place)
	return operation, err
}

// IsFunctionName tells whether a function can have a name: 1 to 32 of a-z, 0-9 and -, with a letter first.
func IsFunctionName(name string) bool {
	const letters, others = "abcdefghijklmnopqrstuvwxyz", "0123456789-"
	return len(name) >= 1 && len(name) <= 32 && strings.Contains(letters, name[:1]) && strings.Trim(name, letters+others) == ""
}

// checkRules makes sure that the operations are rules that can be decided by, and says where they are not.
func (p *parser) checkRules(c *Contract) error {
	_, err := c.Rules()
	if wrong := (*policy.RouteError)(nil); errors.As(err, &wrong) {
		return at(or(p.nodeOf(wrong.Route), p.root), "%s: %s", wrong.Route, wrong.Reason)
	}
	return err
}

// nodeOf finds the operation that a route was made of, or the key of a WebSocket API's route.
func (p *parser) nodeOf(route policy.Route) *yaml.Node {
	if route.Path == "" {
		return p.nodeOfKey(route.Method)
	}
	paths := find(p.root, "paths")
	member := strings.ToLower(route.Method)
	if route.Method == policy.MethodAny {
		member = anyMember
	}
	return or(find(find(paths, route.Path), member), find(find(paths, defaultPath), member))
}
