package contract

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"portcullis/api/internal/schema"
	"portcullis/policy"
)

// The document's members about a WebSocket API, and the one that said it before.
const (
	webSocketMember = "x-websocket"
	connectSecurity = "x-connect-security"
)

// DefaultRouteSelectionExpression is how a WebSocket API chooses a message's route where the contract does not say it.
const DefaultRouteSelectionExpression = "$request.body.action"

// maxMessageRoutes is how many routes of messages a WebSocket API may have: 300 in all, of which $connect and $disconnect are
// two. See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html.
const maxMessageRoutes = 298

// maxInlined bounds the values in the schemas of all messages, with what they refer to in the place of references: a schema that
// refers to another one twice, and so on, is as large as two to the power of their number.
const maxInlined = 100_000

// WebSocket is a WebSocket API that is served beside the operations.
type WebSocket struct {
	RouteSelectionExpression string         // which route a message is for
	Connect                  policy.Access  // `security` of connect, or of the document
	Function                 string         // the function that is told of connections, at $connect and $disconnect; "": none is
	Routes                   []MessageRoute // in the order of the document
}

// MessageRoute is a route of a WebSocket API: what becomes of messages.
type MessageRoute struct {
	Key      string        // what the route selection expression gives, or $default
	Access   policy.Access // `security` of the route, or of the document
	Owner    string        // the member of the message that must equal the caller's id, such as $request.body.user; "": none
	Function string        // the function that serves it: function of the route, or x-function of the document
	Message  string        // the place of the message's schema in Contract.Document, as those of a Body; "": there is none
	Reply    string        // the same of what is sent back; "": nothing is

	// Schema is the schema of Message as package policy carries it in a rule, references resolved; "": there is none.
	Schema string

	Line int // of the file, where the route begins
}

// route is the route as rules have it.
func (r *MessageRoute) route() policy.Route { return policy.Route{Method: r.Key} }

// rules are those of connecting, and of all messages.
func (w *WebSocket) rules() []policy.Rule {
	rules := []policy.Rule{{Route: policy.Route{Method: policy.RouteConnect}, Access: w.Connect}}
	for _, r := range w.Routes {
		rules = append(rules, policy.Rule{Route: r.route(), Access: r.Access, Owner: r.Owner, Message: r.Schema})
	}
	return rules
}

// readWebSocket reads the WebSocket API, if there is one.
func (p *parser) readWebSocket(c *Contract) error {
	if before := find(p.root, connectSecurity); before != nil {
		line, err := asJSON(before)
		if err != nil {
			return err
		}
		return at(before, "%s: write `%s: {connect: {security: %s}}` in its place", connectSecurity, webSocketMember, line)
	}
	node := find(p.root, webSocketMember)
	if node == nil {
		return nil
	}
	if err := exactly(node, webSocketMember, "routeSelectionExpression", "connect", "routes"); err != nil {
		return err
	}
	c.WebSocket = &WebSocket{RouteSelectionExpression: DefaultRouteSelectionExpression}
	if expression := find(node, "routeSelectionExpression"); expression != nil {
		if c.WebSocket.RouteSelectionExpression = text(expression); !isSelectionExpression(text(expression)) {
			return at(expression, "%s: routeSelectionExpression: want `%s` or the like: text and variables of the message, such as `${request.body.service}/${request.body.action}`",
				webSocketMember, DefaultRouteSelectionExpression)
		}
	}
	if err := p.readConnect(c.WebSocket, node); err != nil {
		return err
	}
	return p.readMessageRoutes(c.WebSocket, find(node, "routes"))
}

// exactly refuses what is no mapping, and members that are not in the list; here none is passed over.
func exactly(mapping *yaml.Node, what string, known ...string) error {
	if mapping.Kind != yaml.MappingNode {
		return at(mapping, "%s: want a mapping of %s", what, strings.Join(known, ", "))
	}
	for key := range pairs(mapping) {
		if !slices.Contains(known, key.Value) {
			return at(key, "%s: %.60q is no member that a contract has there; want %s", what, key.Value, strings.Join(known, ", "))
		}
	}
	return nil
}

func (p *parser) readConnect(w *WebSocket, node *yaml.Node) (err error) {
	const what = webSocketMember + ": connect"
	connect := find(node, "connect")
	if connect != nil {
		if err := exactly(connect, what, "security", "function"); err != nil {
			return err
		}
	}
	if w.Connect, err = p.webSocketAccess(find(connect, "security"), or(connect, node), what); err != nil {
		return err
	}
	if function := find(connect, "function"); function != nil {
		if w.Function = text(function); !IsFunctionName(w.Function) {
			return at(function, "%s: function: want the name of a function, 1 to 32 of a-z 0-9 - with a letter first", what)
		}
	}
	return nil
}

func (p *parser) readMessageRoutes(w *WebSocket, routes *yaml.Node) error {
	if routes == nil {
		return nil
	}
	if routes.Kind != yaml.MappingNode {
		return at(routes, "%s: routes: want a mapping of route keys to routes", webSocketMember)
	}
	for key, node := range pairs(routes) {
		if len(w.Routes) == maxMessageRoutes {
			return at(key, "%s: routes: there are more than %d, the most that API Gateway has beside $connect and $disconnect", webSocketMember, maxMessageRoutes)
		}
		route, err := p.messageRoute(key, node)
		if err != nil {
			return err
		}
		w.Routes = append(w.Routes, route)
	}
	return nil
}

func (p *parser) messageRoute(key, node *yaml.Node) (r MessageRoute, err error) {
	what := webSocketMember + ": " + key.Value
	r = MessageRoute{Key: key.Value, Function: p.serving, Line: key.Line}
	if key.Value == policy.RouteConnect || key.Value == policy.RouteDisconnect {
		return r, at(key, "%s: is no route of messages; who may connect is said under connect", what)
	}
	if err := exactly(node, what, "summary", "description", "security", "owner", "function", "message", "reply"); err != nil {
		return r, err
	}
	if r.Access, err = p.webSocketAccess(find(node, "security"), node, what); err != nil {
		return r, err
	}
	if function := find(node, "function"); function != nil {
		if r.Function = text(function); !IsFunctionName(r.Function) {
			return r, at(function, "%s: function: want the name of a function, 1 to 32 of a-z 0-9 - with a letter first", what)
		}
	}
	if r.Function == "" {
		return r, at(key, "%s: no function serves it; set function here or x-function at the document's root", what)
	}
	if owner := find(node, "owner"); owner != nil {
		if r.Owner = text(owner); r.Owner == "" {
			return r, at(owner, "%s: owner: want a member of the message, such as $request.body.user", what)
		}
	}
	return r, p.messageSchemas(&r, node, what)
}

// nodeOfKey finds where a WebSocket API's route begins.
func (p *parser) nodeOfKey(key string) *yaml.Node {
	webSocket := find(p.root, webSocketMember)
	for node := range pairs(find(webSocket, "routes")) {
		if node.Value == key {
			return node
		}
	}
	return or(find(webSocket, "connect"), webSocket)
}

// accessOr reads the security of what stands at a node; where it has none, the document's own counts.
func (p *parser) accessOr(security, node *yaml.Node, what string) (policy.Access, error) {
	switch {
	case security != nil:
		return p.access(security)
	case p.inherit != nil:
		return *p.inherit, nil
	}
	return policy.Access{}, at(node, "%s: no `security`, here or at the document's root; a public operation says `security: []`", what)
}

// webSocketAccess is accessOr for connecting, and for messages.
func (p *parser) webSocketAccess(security, node *yaml.Node, what string) (policy.Access, error) {
	access, err := p.accessOr(security, node, what)
	if headers := p.keyHeaders(or(security, find(p.root, "security"))); err == nil && len(headers) > 0 {
		return access, at(or(security, node), "%s: asks for an API key in the header %s, and the keys of a WebSocket API are in %s", what, headers[0], plainKeyHeader)
	}
	return access, err
}

// messageSchemas reads the schemas of a route's messages, and of what is sent back.
func (p *parser) messageSchemas(r *MessageRoute, node *yaml.Node, what string) error {
	place := "#/" + webSocketMember + "/routes/" + pointerToken(r.Key)
	if reply := find(node, "reply"); reply != nil {
		_, at, err := p.resolve(reply, place+"/reply")
		if r.Reply = at; err != nil {
			return err
		}
	}
	message := find(node, "message")
	if message == nil {
		return nil
	}
	_, r.Message, _ = p.resolve(message, place+"/message")
	read, err := p.messageSchema(message, what+": message")
	if err != nil {
		return err
	}
	r.Schema = read.String()
	if names, ok := policy.MessageMember(r.Owner); ok && !mayBeText(read, names) {
		return at(find(node, "owner"), "%s: owner: %s is no text by the schema of the message", what, r.Owner)
	}
	return nil
}

// mayBeText tells whether a schema lets a member be a text, by the names that lead to it.
func mayBeText(s *schema.Schema, names []string) bool {
	for _, name := range names {
		next, known := s.Properties[name]
		if !known {
			return s.Properties == nil && s.AdditionalProperties == nil
		}
		s = next
	}
	return len(s.Types) == 0 || slices.Contains(s.Types, "string")
}

// messageSchema reads a schema, with what it refers to in the place of references.
func (p *parser) messageSchema(node *yaml.Node, what string) (*schema.Schema, error) {
	tree, err := p.inline(node, nil)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, at(node, "%s: %v", what, err)
	}
	read, err := schema.Parse(text)
	if wrong := (*schema.Error)(nil); errors.As(err, &wrong) {
		return nil, at(p.schemaNode(node, wrong.Place), "%s: %v", what, err)
	}
	return read, err
}

// inline gives what stands at a node, with what is referred to in the place of references; within are those that it stands in.
func (p *parser) inline(node *yaml.Node, within []string) (any, error) {
	if p.inlined++; p.inlined > maxInlined {
		return nil, at(node, "%s: the schemas of messages have more than %d values, with what they refer to in the place of each reference", webSocketMember, maxInlined)
	}
	node = follow(node)
	switch node.Kind {
	case yaml.SequenceNode:
		list := make([]any, len(node.Content))
		for i, item := range node.Content {
			var err error
			if list[i], err = p.inline(item, within); err != nil {
				return nil, err
			}
		}
		return list, nil
	case yaml.MappingNode:
		if reference := find(node, "$ref"); reference != nil {
			return p.inlineReference(node, reference, within)
		}
		members := map[string]any{}
		for key, value := range pairs(node) {
			var err error
			if members[key.Value], err = p.inline(value, within); err != nil {
				return nil, err
			}
		}
		return members, nil
	}
	var value any
	err := node.Decode(&value)
	return value, err
}

func (p *parser) inlineReference(node, reference *yaml.Node, within []string) (any, error) {
	target, _, err := p.resolve(node, "")
	switch {
	case err != nil:
		return nil, err
	case len(node.Content) > 2:
		return nil, at(node, "$ref: want nothing beside it")
	case slices.Contains(within, reference.Value):
		return nil, at(reference, "$ref: %q stands in itself, and a message's schema cannot", reference.Value)
	}
	return p.inline(target, append(slices.Clip(within), reference.Value))
}

// schemaNode finds what stands at a place in a schema, or what is nearest above it.
func (p *parser) schemaNode(node *yaml.Node, place []string) *yaml.Node {
	for _, name := range place {
		if target, _, err := p.resolve(node, ""); err == nil {
			node = target
		}
		next := find(node, name)
		if i, err := strconv.Atoi(name); err == nil && node.Kind == yaml.SequenceNode && i < len(node.Content) {
			next = follow(node.Content[i])
		}
		if next == nil {
			return node
		}
		node = next
	}
	return node
}

// isSelectionExpression tells whether a text is an expression by which messages can be told apart: variables of the message's
// body, $request.body.PATH by itself or ${request.body.PATH} among text, where \$ stands for $. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html.
func isSelectionExpression(text string) bool {
	if _, whole := policy.MessageMember(text); whole {
		return true
	}
	variables := 0
	for text != "" {
		switch {
		case strings.HasPrefix(text, `\$`):
			text = text[2:]
		case strings.HasPrefix(text, "${"):
			variable, rest, closed := strings.Cut(text[2:], "}")
			if _, ok := policy.MessageMember("$" + variable); !ok || !closed {
				return false
			}
			variables, text = variables+1, rest
		case text[0] == '$' || text[0] < ' ' || text[0] > '~':
			return false
		default:
			text = text[1:]
		}
	}
	return variables > 0
}
