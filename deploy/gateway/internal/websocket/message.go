package websocket

import (
	"errors"
	"strings"

	"portcullis/deploy/gateway/internal/lambda"
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/policy"
)

// message takes a message of a connection through what API Gateway does. It gives what the client gets for it; "": nothing.
func (a *API) message(c *connection, body string) string {
	x := a.NewEvent(c.opened, stage.Socket{
		ConnectionID: c.id, ConnectedAt: c.opened.Start, EventType: eventMessage, MessageID: a.messageID(c),
	})
	defer x.Finish()
	answer, r := a.answer(x, body)
	if r != nil {
		x.Fail(r.kind, r.message)
		x.Status = r.status
		return string(r.frame(x))
	}
	x.Status = statusOfDone
	return answer
}

// noRoute notes that no route takes a message, and what selects one.
func (a *API) noRoute(x *stage.Exchange, body string) {
	selected, ok := a.selection.of(body)
	if !ok {
		selected = ""
	}
	x.NoMessageRoute(selected)
}

// messageID is an id of a message, which ends as its connection's does.
func (a *API) messageID(c *connection) string {
	const own = 9 // characters; the others are the connection's
	return a.NewID()[:own] + c.id[own:]
}

// errAnswerTooLarge is that an answer is no message that API Gateway sends. What the client gets in its place is a choice.
var errAnswerTooLarge = errors.New("the function's answer is larger than 128 KB")

// answer gives what the client gets for a message; "": nothing.
func (a *API) answer(x *stage.Exchange, body string) (string, *refusal) {
	found := a.find(body)
	if found == nil {
		a.noRoute(x, body)
		return "", &noRoute
	}
	x.RoutedTo(found.Method, nil)
	if !x.WithinLimits() {
		return "", &throttled
	}
	if found.model != nil {
		switch misfits, err := stage.Misfits(found.model, []byte(body)); {
		case err != nil:
			x.TraceValidation(err.Error())
			return "", &misconfigured
		case len(misfits) > 0:
			x.Misfits(misfits)
			return "", &badBody
		}
	}
	output, err := x.Invoke(newMessageEvent(body), a.timeout)
	if err != nil {
		return "", invokeRefusal(err)
	}
	answer, err := lambda.ParseProxyAnswer(output)
	switch {
	case err != nil:
		x.Malformed(err)
		return "", &integrationFailed
	case found.answers && len(answer.Body) > maxMessage:
		x.Malformed(errAnswerTooLarge)
		return "", &integrationFailed
	}
	x.Answered(answer.Status)
	switch {
	case !found.answers:
		return "", nil
	case answer.Status >= 300: // one report says so; it is not known for sure
		x.Because("the function %s answers %d", x.Method.Operation.Function, answer.Status)
		return "", &integrationFailed
	}
	return answer.Body, nil
}

// disconnected tells the function behind $disconnect, if there is one, that a connection has ended. What it answers goes nowhere.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-keys-connect-disconnect.html.
func (a *API) disconnected(c *connection, why ending) {
	x := a.NewEvent(c.opened, stage.Socket{ConnectionID: c.id, ConnectedAt: c.opened.Start, EventType: eventDisconnect})
	defer x.Finish()
	x.Status = statusOfDone
	found := a.routes[policy.RouteDisconnect]
	if found == nil || !x.RoutedTo(found.Method, nil) || !x.HasFunction() {
		return
	}
	if _, err := x.Invoke(newDisconnectEvent(why), a.timeout); err != nil {
		r := invokeRefusal(err)
		x.Fail(r.kind, r.message)
		x.Status = r.status
	}
}

// find gives the route of a message; nil: none is for it. That the routes of connecting and disconnecting are no message's to choose is
// a choice: their functions would take a client's word for the gateway's.
func (a *API) find(message string) *route {
	if key, ok := a.selection.of(message); ok && !strings.EqualFold(key, policy.RouteConnect) && !strings.EqualFold(key, policy.RouteDisconnect) {
		if found := a.routes[key]; found != nil {
			return found
		}
	}
	return a.routes[policy.RouteDefault]
}
