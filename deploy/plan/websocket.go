package plan

import (
	"bytes"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/policy"
)

// The expressions of a WebSocket API that stand for themselves. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html.
const (
	// AnswersWithBody is the routeResponseSelectionExpression of a route whose function's answer is sent to the client; "": it
	// is dropped.
	AnswersWithBody = "$default"

	anyModel = `\$default` // a text: the key of a route's only model
)

// The expressions that find the API key of who connects, by a mode's apiKeySource.
var apiKeyExpressions = map[string]string{
	"":           "$request.header.x-api-key",
	"HEADER":     "$request.header.x-api-key",
	"AUTHORIZER": "$context.authorizer.usageIdentifierKey",
}

// KeyOfAuthorizer tells whether the API key is what the authorizer answers, and not the client's header.
func (w *WebSocket) KeyOfAuthorizer() bool {
	return w.APIKeySelectionExpression == apiKeyExpressions["AUTHORIZER"]
}

// webSocket is what only WebSocket APIs have. It gives nil where the contract has no such API.
func (b *builder) webSocket() *WebSocket {
	from := b.contract.WebSocket
	if from == nil {
		b.refuseMode("want a contract with x-websocket, and "+b.contract.Name+" has none", "gateway")
		return nil
	}
	w := &WebSocket{
		RouteSelectionExpression: from.RouteSelectionExpression, APIKeySelectionExpression: apiKeyExpressions[b.mode.APIKeySource],
		UsagePlan: b.usagePlan(),
	}
	w.Models, w.validators = b.messageModels()
	return w
}

// messageRoutes are the operations of a WebSocket API, by route key. Who may call is asked at $connect alone: AWS has an
// authorizer nowhere else.
func (b *builder) messageRoutes() map[string]Operation {
	all := map[string]Operation{}
	from := b.contract.WebSocket
	if from == nil {
		return all
	}
	connect := b.messageRoute(policy.RouteConnect, from.Function, from.Connect)
	if !connect.Public {
		b.guard(&connect)
		b.checkSignatures(from.ConnectAt, policy.RouteConnect, from.Connect)
	}
	all[policy.RouteConnect] = connect
	if from.Function != "" {
		all[policy.RouteDisconnect] = b.messageRoute(policy.RouteDisconnect, from.Function, policy.Access{})
	}
	for i := range from.Routes {
		r := &from.Routes[i]
		o := b.messageRoute(r.Key, r.Function, r.Access)
		if r.Function == "" {
			b.refuse(r.Position, "%s: no function serves it: want function here, or x-function at the document's root for all", r.Key)
		}
		if onlySigned(r.Access) {
			b.refuse(r.Position, "%s: asks for a signature, and no message has one: who sends is who has connected", r.Key)
		}
		if r.Reply != "" {
			o.RouteResponseSelectionExpression = AnswersWithBody
		}
		if r.Schema != "" {
			o.ModelSelectionExpression, o.RequestModels = anyModel, map[string]string{AnyMediaType: modelOf(r)}
		}
		all[r.Key] = o
	}
	return all
}

func (b *builder) messageRoute(key, function string, access policy.Access) Operation {
	o := Operation{Method: key, Function: function, Public: access.Public, AuthorizationType: modes.None, AuthorizationScopes: []string{}}
	if function != "" {
		o.Permission = key
	}
	b.addThrottle(&o, key)
	return o
}

// modelOf is the name of the model of a route's messages.
func modelOf(r *contract.MessageRoute) string {
	return "Message" + contract.LettersAndDigits(r.Key)
}

// messageModels are the models of messages, one for each route that has a schema, and what validates by them.
func (b *builder) messageModels() (map[string]Model, map[string]*Validator) {
	m := &modelMaker{refusals: refusals{contract: b.contract}, schemas: map[string]*schema{}}
	all := map[string]Model{}
	for i := range b.contract.WebSocket.Routes {
		if r := &b.contract.WebSocket.Routes[i]; r.Schema != "" {
			m.addMessage(r, all)
		}
	}
	validators := m.compile(all)
	b.wrong = append(b.wrong, m.wrong...)
	return all, validators
}

// How long the name of a WebSocket API's model and its schema may be, in bytes. See
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-models.html.
const (
	maxModelName   = 128
	maxModelSchema = 32768
)

// addMessage adds the model of a route's messages to all.
func (m *modelMaker) addMessage(r *contract.MessageRoute, all map[string]Model) {
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(r.Schema)))
	s := &schema{name: modelOf(r), place: r.Message, tree: tree}
	switch _, taken := m.schemas[s.name]; {
	case err != nil:
		m.refuse(r.Position, "%s: %v", r.Key, err)
		return
	case taken:
		m.refuse(r.Position, "%s: want another route key: the model %s is another route's", r.Key, s.name)
		return
	case len(s.name) > maxModelName:
		m.refuse(r.Position, "%s: want a shorter route key: the name of its messages' model, %s, has %d characters, and %d are the most", r.Key, s.name, len(s.name), maxModelName)
		return
	}
	m.schemas[s.name], all[s.name] = s, Model{Schema: m.text(s)}
	if size := len(all[s.name].Schema); size > maxModelSchema {
		m.refuse(m.contract.At(s.place), "%s: want a smaller schema: that of its messages, with what it refers to in the place of references, has %d bytes as a model of API Gateway's, and %d are the most",
			r.Key, size, maxModelSchema)
	}
}

// webSocketAccess is who may connect, and who may send by each route.
func (b *builder) webSocketAccess() []policy.Access {
	if b.contract.WebSocket == nil {
		return nil
	}
	all := []policy.Access{b.contract.WebSocket.Connect}
	for _, r := range b.contract.WebSocket.Routes {
		all = append(all, r.Access)
	}
	return all
}
