package contract

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"portcullis/policy"
)

// Parse reads a contract from its text, and the texts of the files that it refers to; the name is for errors. Without files it refers to
// none but itself. The error is an [Errors] with all that is wrong, each once, by files and lines.
//
// An operation without `security` inherits the document's; where there is none either, Parse refuses it
// rather than opening the operation: public ones say `security: []`.
// See https://spec.openapis.org/oas/v3.1.0#security-requirement-object.
func Parse(name string, text []byte, files ...File) (*Contract, error) {
	return newParser(name, given(files)).parse(text)
}

type parser struct {
	wrongs
	open    opener // gives the files beside the contract's own; nil: there are none
	bundled *bundler
	root    *yaml.Node
	schemes map[string]scheme  // by the contract's names
	inherit *policy.Access     // the document's own security
	unread  bool               // some `security` could not be read, so that not all is known that is asked for
	silent  int                // how many say nothing of who may call
	serving string             // the document's own x-function
	passed  map[string]*passed // extensions of API Gateway's that are passed over, by name
	inlined int                // how many values the schemas of messages have so far

	preflights passed // the OPTIONS that are passed over

	asked     []*yaml.Node    // the schemes that a security asks for, where each is asked for first
	isAsked   map[string]bool // whether one is among them, by its name
	several   passed          // of these, those of API Gateway's own form with more than one scope
	ofIssuers []Remark        // what is said of those that are one here
	ofPolicy  []Remark        // what is said of the resource policy

	seen       map[*yaml.Node]bool // the schemas of bodies that were looked at for what follows
	nulls      passed              // nullable: true
	later      passed              // keywords of later drafts than 4
	laterNames []string            // which these are
}

func newParser(name string, open opener) *parser {
	return &parser{wrongs: newWrongs(name), open: open, bundled: &bundler{}, passed: map[string]*passed{}, seen: map[*yaml.Node]bool{}}
}

func (p *parser) parse(text []byte) (*Contract, error) {
	c := p.contract(text)
	if err := p.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// readAll reads the contract's own file, and puts those that it refers to into it; false: the file is no OpenAPI document.
func (p *parser) readAll(text []byte) (*yaml.Node, bool) {
	own := p.sources[0]
	file := p.readYAML(text)
	own.size = len(text)
	if p.root = firstOf(file); len(p.all) > 0 || !p.isOpenAPI() {
		return nil, false
	}
	if p.open == nil && own.refersToItself(p.root) {
		p.open = amongGiven(nil)
	}
	if p.open != nil && hasAlias(file) {
		if file = p.spread(file, 0); file == nil {
			return nil, false
		}
		p.root = firstOf(file)
	}
	own.root = p.root
	p.bundled = p.bundle(p.open)
	p.unread = len(p.bundled.dead) > 0
	return file, true
}

// contract reads what can be read; what is wrong is noted.
func (p *parser) contract(text []byte) *Contract {
	file, ok := p.readAll(text)
	if !ok {
		return nil
	}
	document, err := asJSON(file)
	if err != nil {
		p.addYAML(err)
		return nil
	}
	c := &Contract{Name: p.sources[0].shown, OwnerScopes: map[string]string{}, Text: text, Files: p.bundled.read, Document: document}
	p.head(c)
	p.readWebSocket(c)
	p.paths(c)
	if !p.unread {
		p.checkOwnerScopes(c)
	}
	p.checkIssuers()
	p.checkSilent(c)
	p.checkRules(c)
	c.Remarks = slices.Concat(p.ofIssuers, p.ofPolicy, p.passedRemarks(), p.preflightRemark(), p.severalRemark(), p.nullableRemark(), p.laterRemark())
	slices.SortFunc(c.Remarks, func(a, b Remark) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return c
}

// readYAML reads the one YAML document of the text.
func (w *wrongs) readYAML(text []byte) *yaml.Node {
	file := &yaml.Node{}
	if len(text) > maxContract {
		w.add(0, tooLarge(len(text)))
		return file
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(file); err != nil && err != io.EOF {
		w.addYAML(err)
		return file
	}
	var more yaml.Node
	if err := decoder.Decode(&more); err != io.EOF {
		w.add(0, "want one YAML document, and something follows it")
	}
	w.checkPlain(file)
	return file
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
func (p *parser) head(c *Contract) {
	p.only(p.root, "the document", rootMembers...)
	info := find(p.root, "info")
	p.misplaced(info, "info")
	p.misplaced(find(p.root, "components"), "components")
	p.checkSchemes()
	p.gatewayMembers(p.root)
	p.gatewayMembers(find(p.root, "components"))
	p.checkGuards(p.root, "the document", policyMember)
	p.checkGuards(info, "info", "")
	p.checkGuards(find(p.root, "components"), "components", "")
	c.Title, c.Description = text(find(info, "title")), text(find(info, "description"))
	if function := find(p.root, functionMember); function != nil {
		p.serving = p.function(function, functionMember)
	}
	p.readSchemes()
	p.readOwnerScopes(c)
	p.readResourcePolicy(c)
	if security := find(p.root, "security"); security != nil {
		access := p.access(security)
		p.inherit = &access
	}
}

// isOpenAPI tells whether the document is one of OpenAPI, and says why it is not.
func (p *parser) isOpenAPI() bool {
	if p.root == nil || p.root.Kind != yaml.MappingNode {
		return p.add(0, "want an OpenAPI document, a mapping")
	}
	version, swagger := find(p.root, "openapi"), find(p.root, "swagger")
	switch {
	case isVersion(text(version)):
		return true
	case swagger != nil && version == nil:
		return p.refuse(swagger, "this is Swagger %.10s; want OpenAPI 3.0, 3.1 or 3.2: `openapi: 3.1.0`", text(swagger))
	}
	return p.refuse(or(version, p.root), "want OpenAPI 3.0, 3.1 or 3.2: `openapi: 3.1.0`")
}

// isVersion tells whether a version of OpenAPI is one of those that are read: 3.0, 3.1 or 3.2, with whatever follows.
func isVersion(text string) bool {
	minor, ofThree := strings.CutPrefix(text, "3.")
	minor, _, _ = strings.Cut(minor, ".")
	return ofThree && slices.Contains([]string{"0", "1", "2"}, minor)
}

func (p *parser) paths(c *Contract) {
	paths := find(p.root, "paths")
	if paths == nil || paths.Kind != yaml.MappingNode || len(paths.Content) == 0 {
		p.refuse(or(paths, p.root), "want `paths` with at least one path")
		return
	}
	p.misplaced(paths, "paths")
	p.checkGuards(paths, "paths", "")
	for path, item := range pairs(paths) {
		if p.bundled.dead[item] {
			continue // a reference for all paths
		}
		if strings.HasPrefix(path.Value, "/") || !isForeign(path.Value) && ownNear(path.Value) == "" {
			p.pathItem(c, path.Value, item)
		}
	}
}

// The members of OpenAPI's objects, of 3.0 to 3.2; of a path item, those that are no operations.
var (
	rootMembers      = []string{"$self", functionMember, ownerScopes, webSocketMember, connectSecurity, "openapi", "info", "jsonSchemaDialect", "servers", "paths", "webhooks", "components", "security", "tags", "externalDocs"}
	pathItemMembers  = []string{"summary", "description", "parameters", "servers"}
	bodyMembers      = []string{"description", "content", "required"}
	mediaMembers     = []string{"itemSchema", "prefixEncoding", "itemEncoding", "schema", "example", "examples", "encoding"}
	parameterMembers = []string{"name", "in", "description", "required", "deprecated", "allowEmptyValue", "style", "explode", "allowReserved", "schema", "example", "examples", "content"}
	operationMembers = []string{functionMember, publicMember, "tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody", "responses", "callbacks", "deprecated", "security", "servers"}
)

func (p *parser) pathItem(c *Contract, path string, item *yaml.Node) {
	if item.Kind != yaml.MappingNode {
		p.unread = true
		p.refuse(item, "%s: want a mapping of methods to operations", path)
		return
	}
	p.gatewayMembers(item)
	p.checkGuards(item, path, "")
	shared := p.parameters(find(item, "parameters"))
	for key, node := range pairs(item) {
		switch {
		case p.isPreflight(key, node) && path != defaultPath:
			p.passPreflight(c, path, key, node)
		case slices.Contains(methodMembers, key.Value):
			p.addOperations(c, path, key, node, shared)
		case slices.Contains(pathItemMembers, key.Value):
		case key.Value == "$ref":
			p.unread = true
			what := "by reference"
			if isElsewhere(text(node)) {
				what = "elsewhere: " + Bundle
			}
			if !p.bundled.dead[node] {
				p.refuse(node, "%s: $ref: want the operations of a path here, not %s", path, what)
			}
		case isForeign(key.Value):
		default:
			p.unread = true
			p.refuse(key, "%s: %q is no method that this API can have%s", path, key.Value, meant(key.Value, methodMembers))
		}
	}
}

// anyMember holds the operation of all methods that a path has none of its own for, and defaultPath is the path of what no
// other route of an HTTP API serves, its route $default. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-any-method.html.
const (
	anyMember   = "x-amazon-apigateway-any-method"
	defaultPath = "/$default"

	defaultRouteMember = "isDefaultRoute" // of the operation of defaultPath, as API Gateway writes it
)

var methodMembers = []string{"get", "head", "post", "put", "patch", "delete", "options", anyMember}

// addOperations adds the operation of a member of a path item. That of $default stands for two routes, which serve every
// path together: the root, and all below it.
func (p *parser) addOperations(c *Contract, path string, member, node *yaml.Node, shared []Parameter) {
	method := strings.ToUpper(member.Value)
	if member.Value == anyMember {
		method = policy.MethodAny
	}
	paths := []string{path}
	if path == defaultPath {
		if method != policy.MethodAny {
			p.unread = true
			p.refuse(member, "%s: want %s, and no single method", path, anyMember)
			return
		}
		paths = []string{"/", "/{proxy+}"}
	}
	operation, ok := p.operation(policy.Route{Method: method, Path: path}, node, shared, "#/paths/"+pointerToken(path)+"/"+member.Value)
	if !ok {
		p.unread = true
		return
	}
	operation.Default, operation.Position = path == defaultPath, p.position(member.Line)
	for _, served := range paths {
		operation.Route.Path = served
		c.Operations = append(c.Operations, operation)
	}
}

// operation reads the operation at a place of the document, a JSON pointer; false where it is none.
func (p *parser) operation(route policy.Route, node *yaml.Node, shared []Parameter, place string) (Operation, bool) {
	operation := Operation{Route: route}
	if node.Kind != yaml.MappingNode {
		return operation, p.refuse(node, "%s: want an operation, a mapping", route)
	}
	p.only(node, route.String(), membersOf(route)...)
	p.checkDefaultRoute(node, route.String())
	if id := find(node, "operationId"); id != nil {
		operation.ID = id.Value
	}
	operation.Function = cmp.Or(p.serving, p.integrated(node))
	if function := find(node, functionMember); function != nil {
		operation.Function = p.function(function, route.String()+": "+functionMember)
	}
	operation.Access = p.accessOr(find(node, "security"), node, route.String())
	operation.MeantPublic = p.meantPublic(node, route.String(), operation.Access)
	p.gatewayMembers(node)
	p.checkGuards(node, route.String(), authMember)
	p.checkAuth(node, route.String(), operation.Access)
	operation.KeyHeaders = p.keyHeaders(or(find(node, "security"), find(p.root, "security")))
	operation.Parameters = override(shared, p.parameters(find(node, "parameters")))
	operation.Body = p.body(find(node, "requestBody"), route, place)
	return operation, true
}

// membersOf are the members that the operation of a route may have.
func membersOf(route policy.Route) []string {
	if route.Path == defaultPath {
		return append(slices.Clip(operationMembers), defaultRouteMember)
	}
	return operationMembers
}

// checkDefaultRoute refuses a member that says of the operation of $default that it is another.
func (p *parser) checkDefaultRoute(node *yaml.Node, what string) {
	if mark := find(node, defaultRouteMember); mark != nil && (mark.ShortTag() != "!!bool" || strings.ToLower(mark.Value) != "true") {
		p.refuse(mark, "%s: %s: want true, which it is", what, defaultRouteMember)
	}
}

// function reads the name of a function.
func (p *parser) function(node *yaml.Node, what string) string {
	if !IsFunctionName(text(node)) {
		p.refuse(node, "%s: want the name of a function, %s", what, FunctionNames)
	}
	return text(node)
}

// FunctionNames says which names functions can have, as AWS Lambda has it. See
// https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html.
const FunctionNames = "1 to 64 of a-z A-Z 0-9 - _"

// IsFunctionName tells whether a function can have a name, see [FunctionNames].
func IsFunctionName(name string) bool {
	const others = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return len(name) >= 1 && len(name) <= 64 && strings.Trim(name, others) == ""
}

// mostRouteErrors bounds how often the rules are made anew to find what else is wrong with them.
const mostRouteErrors = 100

// checkRules makes sure that the operations are rules that can be decided by, and says where they are not: each time of the first
// that is not, and then of the others without it.
func (p *parser) checkRules(c *Contract) {
	rest := *c
	rest.Operations = slices.Clone(c.Operations)
	for range mostRouteErrors {
		_, err := rest.Rules()
		if err == nil {
			return
		}
		wrong := (*policy.RouteError)(nil)
		if !errors.As(err, &wrong) {
			p.add(0, err.Error())
			return
		}
		p.refuse(or(p.nodeOf(wrong.Route), p.root), "%s: %s", wrong.Route, wrong.Reason)
		if !rest.remove(wrong.Route) {
			return
		}
	}
}

// remove takes the last operation or message of a route out, and tells whether there was one.
func (c *Contract) remove(route policy.Route) bool {
	for i, o := range slices.Backward(c.Operations) {
		if o.Route == route {
			c.Operations = slices.Delete(c.Operations, i, i+1)
			return true
		}
	}
	if c.WebSocket == nil || route.Path != "" {
		return false
	}
	others := *c.WebSocket
	others.Routes = slices.DeleteFunc(slices.Clone(others.Routes), func(r MessageRoute) bool { return r.Key == route.Method })
	connects := route.Method == policy.RouteConnect && len(others.Connect.Alternatives) > 0
	if connects {
		others.Connect = policy.Access{}
	}
	removed := connects || len(others.Routes) < len(c.WebSocket.Routes)
	c.WebSocket = &others
	return removed
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
