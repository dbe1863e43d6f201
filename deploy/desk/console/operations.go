package console

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"portcullis/api/contract"
	"portcullis/deploy/desk/console/internal/openapi"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// operation is one of the contract's, for people: who may call it, and what it takes.
type operation struct {
	Key      string   `json:"key"` // METHOD PATH
	Method   string   `json:"method"`
	Path     string   `json:"path"`
	ID       string   `json:"id"`
	Function string   `json:"function"`
	Modes    []string `json:"modes"` // that serve it
	access
	openapi.Operation
}

// message is what a client of the WebSocket API can send, or $connect.
type message struct {
	Key   string   `json:"key"`
	Modes []string `json:"modes"`
	access
	Schema  any `json:"schema"`  // nil: none
	Example any `json:"example"` // nil: there is none that fits the schema
}

// access is who may call, or send.
type access struct {
	Public       bool            `json:"public"`
	Who          string          `json:"who"` // in words
	Alternatives [][]requirement `json:"alternatives"`
}

// contents are the operations and the messages, as JSON: they are made once, and when they are first asked for.
func (d *Desk) contents() (operations, messages json.RawMessage, err error) {
	d.once.Do(func() { d.operations, d.messages, d.unread = d.readContents() })
	return d.operations, d.messages, d.unread
}

func (d *Desk) readContents() (operations, messages json.RawMessage, err error) {
	document, err := openapi.Read(d.Project.Contract)
	if err != nil {
		return nil, nil, err
	}
	if operations, err = plainJSON(d.readOperations(document)); err != nil {
		return nil, nil, err
	}
	messages, err = plainJSON(d.readMessages(document))
	return operations, messages, err
}

// plainJSON writes markup as it is, as answers do.
func plainJSON(value any) (json.RawMessage, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSpace(text.Bytes()), err
}

func (d *Desk) readOperations(document *openapi.Document) []operation {
	all := []operation{}
	for i := range d.Project.Contract.Operations {
		o := &d.Project.Contract.Operations[i]
		key := servedKey(o)
		all = append(all, operation{
			Key: o.Route.String(), Method: o.Route.Method, Path: o.Route.Path, ID: o.ID, Function: o.Function, Modes: d.servedBy(key),
			access:    d.whoMay(o.Access, func(scope string) string { return d.Project.Contract.OwnerScopes[scope] }),
			Operation: document.Operation(o, func(mediaType string) []*plan.Validator { return d.bodyModels(key, mediaType) }),
		})
	}
	return all
}

// servedKey is an operation's key in plans.
func servedKey(o *contract.Operation) string {
	if o.Default {
		return plan.DefaultRoute
	}
	return o.Route.String()
}

// servedBy are the modes that serve an operation, or a message.
func (d *Desk) servedBy(key string) []string {
	all := []string{}
	for _, m := range d.Project.Modes {
		if _, serves := m.Plan.Operations[key]; serves {
			all = append(all, m.Name)
		}
	}
	return all
}

// bodyModels are what validates an operation's bodies in the modes that do.
func (d *Desk) bodyModels(key, mediaType string) []*plan.Validator {
	var all []*plan.Validator
	for _, m := range d.Project.Modes {
		if m.Plan.REST == nil {
			continue
		}
		validators, err := m.Plan.REST.Validators()
		models := m.Plan.Operations[key].RequestModels
		if name, there := models[mediaType]; err == nil && there && validators[name] != nil {
			all = append(all, validators[name])
		}
	}
	return all
}

func (d *Desk) whoMay(rule policy.Access, owner func(scope string) string) access {
	return access{rule.Public, d.Project.Who(rule), alternatives(rule, owner)}
}

func (d *Desk) readMessages(document *openapi.Document) []message {
	all := []message{}
	api := d.Project.Contract.WebSocket
	if api == nil {
		return all
	}
	nobodys := func(string) string { return "" }
	all = append(all, message{Key: policy.RouteConnect, Modes: d.servedBy(policy.RouteConnect), access: d.whoMay(api.Connect, nobodys)})
	for _, route := range api.Routes {
		owner := func(scope string) string {
			if d.Project.Contract.OwnerScopes[scope] == "" {
				return ""
			}
			return route.Owner
		}
		schema, example := document.Message(route.Message, naming(api.RouteSelectionExpression, route.Key), d.messageModels(route.Key))
		all = append(all, message{
			Key: route.Key, Modes: d.servedBy(route.Key), access: d.whoMay(route.Access, owner), Schema: schema, Example: example,
		})
	}
	return all
}

// messageModels are what validates messages of a route, in the modes that do.
func (d *Desk) messageModels(key string) []*plan.Validator {
	var all []*plan.Validator
	for _, m := range d.Project.Modes {
		if m.Plan.WebSocket == nil {
			continue
		}
		validators, err := m.Plan.WebSocket.Validators()
		for _, name := range slices.Sorted(maps.Values(m.Plan.Operations[key].RequestModels)) {
			if err == nil && validators[name] != nil {
				all = append(all, validators[name])
			}
		}
	}
	return all
}

// naming sets what a message names its route by, where it is a member of it.
func naming(expression, key string) func(message map[string]any) {
	names, ok := policy.MessageMember(expression)
	return func(message map[string]any) {
		if !ok || key == policy.RouteDefault {
			return
		}
		for _, name := range names[:len(names)-1] {
			inner, is := message[name].(map[string]any)
			if inner = maps.Clone(inner); !is {
				inner = map[string]any{}
			}
			message[name] = inner
			message = inner
		}
		message[names[len(names)-1]] = key
	}
}
