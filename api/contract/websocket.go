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
	ConnectAt                Position       // where connect stands, or else x-websocket
	Function                 string         // the function that is told of connections, at $connect and $disconnect; "": none is
	Routes                   []MessageRoute // in the order of the document
}

// MessageRoute is a route of a WebSocket API: what becomes of messages.
type MessageRoute struct {
	Key      string        // what the route selection expression gives, or $default
	Access   policy.Access // `security` of the route, or of the document
	Owner    string        // the member of the message that must equal the caller's id, such as $request.body.user; "": none
	Function string        // the function that serves it: function of the route, or x-function of the document; "": none is named
	Message  string        // the place of the message's schema in Contract.Document, as those of a Body; "": there is none
	Reply    string        // the same of what is sent back; "": nothing is

	// Schema is the schema of Message as package policy carries it in a rule, references resolved; "": there is none.
	Schema string

	Position // where the route begins
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
func (p *parser) readWebSocket(c *Contract) {
	if before := find(p.root, connectSecurity); before != nil {
		if line, err := asJSON(before); err == nil {
			p.refuse(before, "%s: write `%s: {connect: {security: %s}}` in its place", connectSecurity, webSocketMember, line)
		}
	}
	at, node := member(p.root, webSocketMember)
	if node == nil || !p.exactly(node, webSocketMember, "routeSelectionExpression", "connect", "routes") {
		return
	}
	c.WebSocket = &WebSocket{RouteSelectionExpression: DefaultRouteSelectionExpression}
	if expression := find(node, "routeSelectionExpression"); expression != nil {
		if c.WebSocket.RouteSelectionExpression = text(expression); !isSelectionExpression(text(expression)) {
			p.refuse(expression, "%s: routeSelectionExpression: want `%s` or the like: text and variables of the message, such as `${request.body.service}/${request.body.action}`",
				webSocketMember, DefaultRouteSelectionExpression)
		}
	}
	p.readConnect(c.WebSocket, at, node)
	p.readMessageRoutes(c.WebSocket, find(node, "routes"))
}

// exactly refuses members that are not in the list; here none is passed over. It is false for what is no mapping.
func (w *wrongs) exactly(mapping *yaml.Node, what string, known ...string) bool {
	if mapping.Kind != yaml.MappingNode {
		return w.refuse(mapping, "%s: want a mapping of %s", what, strings.Join(known, ", "))
	}
	for key := range pairs(mapping) {
		if !slices.Contains(known, key.Value) {
			w.refuse(key, "%s: %.60q is no member that a contract has there; want %s", what, key.Value, strings.Join(known, ", "))
		}
	}
	return true
}

func (p *parser) readConnect(w *WebSocket, at, node *yaml.Node) {
	const what = webSocketMember + ": connect"
	key, connect := member(node, "connect")
	w.ConnectAt = p.position(or(key, at).Line)
	if connect != nil && !p.exactly(connect, what, "security", "function") {
		return
	}
	w.Connect = p.webSocketAccess(find(connect, "security"), or(connect, node), what)
	if function := find(connect, "function"); function != nil {
		w.Function = p.function(function, what+": function")
	}
}

func (p *parser) readMessageRoutes(w *WebSocket, routes *yaml.Node) {
	if routes == nil {
		return
	}
	if routes.Kind != yaml.MappingNode {
		p.refuse(routes, "%s: routes: want a mapping of route keys to routes", webSocketMember)
		return
	}
	for key, node := range pairs(routes) {
		if len(w.Routes) == maxMessageRoutes {
			p.refuse(key, "%s: routes: there are more than %d, the most that API Gateway has beside $connect and $disconnect", webSocketMember, maxMessageRoutes)
			return
		}
		route, ok := p.messageRoute(key, node)
		if !ok {
			p.unread = true
			continue
		}
		w.Routes = append(w.Routes, route)
	}
}

// messageRoute reads a route; false where nothing can be said of it.
func (p *parser) messageRoute(key, node *yaml.Node) (r MessageRoute, ok bool) {
	what := webSocketMember + ": " + key.Value
	r = MessageRoute{Key: key.Value, Function: p.serving, Position: p.position(key.Line)}
	if key.Value == policy.RouteConnect || key.Value == policy.RouteDisconnect {
		return r, p.refuse(key, "%s: is no route of messages; who may connect is said under connect", what)
	}
	if !p.exactly(node, what, "summary", "description", "security", "owner", "function", "message", "reply") {
		return r, false
	}
	r.Access = p.webSocketAccess(find(node, "security"), node, what)
	if function := find(node, "function"); function != nil {
		r.Function = p.function(function, what+": function")
	}
	if owner := find(node, "owner"); owner != nil {
		if r.Owner = text(owner); r.Owner == "" {
			p.refuse(owner, "%s: owner: want a member of the message, such as $request.body.user", what)
			p.leaveOut(&r)
		}
	}
	p.messageSchemas(&r, node, what)
	return r, true
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

// webSocketAccess is accessOr for connecting, and for messages.
func (p *parser) webSocketAccess(security, node *yaml.Node, what string) policy.Access {
	if headers := p.keyHeaders(or(security, find(p.root, "security"))); len(headers) > 0 {
		p.refuse(or(security, node), "%s: asks for an API key in the header %s, and the keys of a WebSocket API are in %s", what, headers[0], plainKeyHeader)
	}
	return p.accessOr(security, node, what)
}

// messageSchemas reads the schemas of a route's messages, and of what is sent back.
func (p *parser) messageSchemas(r *MessageRoute, node *yaml.Node, what string) {
	place := "#/" + webSocketMember + "/routes/" + pointerToken(r.Key)
	if reply := find(node, "reply"); reply != nil {
		_, r.Reply = p.resolve(reply, place+"/reply")
	}
	message := find(node, "message")
	if message == nil {
		return
	}
	r.Message = place + "/message"
	if _, to := p.target(message); to != "" {
		r.Message = to
	}
	read := p.messageSchema(message, what+": message")
	if read == nil {
		p.leaveOut(r)
		return
	}
	r.Schema = read.String()
	if names, ok := policy.MessageMember(r.Owner); ok && !mayBeText(read, names) {
		p.refuse(find(node, "owner"), "%s: owner: %s is no text by the schema of the message", what, r.Owner)
	}
}

// leaveOut makes a route nobody's, of which something is wrong: what follows of that is not said as well.
func (p *parser) leaveOut(r *MessageRoute) {
	r.Owner, r.Access, p.unread = "", policy.Access{}, true
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

// messageSchema reads a schema, with what it refers to in the place of references; nil: it is none.
func (p *parser) messageSchema(node *yaml.Node, what string) *schema.Schema {
	tree, ok := p.inline(node, nil)
	if !ok {
		return nil
	}
	if reference := find(node, "$ref"); reference != nil {
		what = p.asWritten(reference) // which others refer to as well
	}
	text, err := json.Marshal(tree)
	if err != nil {
		p.refuse(node, "%s: %v", what, err)
		return nil
	}
	read, err := schema.Parse(text)
	if wrong := (*schema.Error)(nil); errors.As(err, &wrong) {
		node = p.schemaNode(node, wrong.Place)
	}
	if err != nil {
		p.refuse(node, "%s: %v", what, err)
		return nil
	}
	return read
}

// inline gives what stands at a node, with what is referred to in the place of references; within are those that it stands in. It is
// false where that cannot be done.
func (p *parser) inline(node *yaml.Node, within []string) (any, bool) {
	if p.inlined++; p.inlined > maxInlined {
		return nil, p.inlined == maxInlined+1 &&
			p.refuse(node, "%s: the schemas of messages have more than %d values, with what they refer to in the place of each reference", webSocketMember, maxInlined)
	}
	node = follow(node)
	switch node.Kind {
	case yaml.SequenceNode:
		list := make([]any, len(node.Content))
		for i, item := range node.Content {
			var ok bool
			if list[i], ok = p.inline(item, within); !ok {
				return nil, false
			}
		}
		return list, true
	case yaml.MappingNode:
		if reference := find(node, "$ref"); reference != nil {
			return p.inlineReference(node, reference, within)
		}
		members := map[string]any{}
		for key, value := range pairs(node) {
			var ok bool
			if members[key.Value], ok = p.inline(value, within); !ok {
				return nil, false
			}
		}
		return members, true
	}
	var value any
	if err := node.Decode(&value); err != nil {
		return nil, p.refuse(node, "%s: %v", webSocketMember, err)
	}
	return value, true
}

func (p *parser) inlineReference(node, reference *yaml.Node, within []string) (any, bool) {
	target, _ := p.resolve(node, "")
	switch {
	case target == nil:
		return nil, false
	case len(node.Content) > 2:
		return nil, p.refuse(node, "$ref: want nothing beside it")
	case slices.Contains(within, reference.Value):
		return nil, p.refuse(reference, "$ref: %q stands in itself, and a message's schema cannot", p.asWritten(reference))
	}
	return p.inline(target, append(slices.Clip(within), reference.Value))
}

// schemaNode finds what stands at a place in a schema, or what is nearest above it.
func (p *parser) schemaNode(node *yaml.Node, place []string) *yaml.Node {
	for _, name := range place {
		if target, _ := p.target(node); target != nil {
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
