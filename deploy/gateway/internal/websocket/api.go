package websocket

import (
	"cmp"
	"errors"
	"net/http"
	"sync"
	"time"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// API serves a WebSocket API, and keeps its connections.
type API struct {
	*stage.Stage
	guard      stage.Guard // of $connect; nil: the authorization is NONE
	management stage.Guard // of @connections
	keys       *stage.Keys // nil: no key is asked for
	selection  selection
	routes     map[string]*route // by key
	timeout    time.Duration     // of functions
	idle, most time.Duration     // how long a connection may be without messages, and how long it may be
	sockets    *sockets
	events     sync.WaitGroup // of connections, that go by this API
}

// route is what a WebSocket API has of a method beyond the method itself.
type route struct {
	*stage.Method
	model   *plan.Validator // nil: messages are not validated
	answers bool            // the client gets what the function answers
}

// manageAction is what it takes to use @connections.
const manageAction = "execute-api:ManageConnections"

// New makes what serves the plan of a WebSocket API.
func New(config stage.Config) (*API, error) {
	s, err := stage.New(config, stage.Kind{OneID: true, Sockets: true})
	if err != nil {
		return nil, err
	}
	a := &API{
		Stage: s, timeout: s.IntegrationTimeout(), routes: map[string]*route{},
		idle: cmp.Or(s.Config.IdleTimeout, idleTimeout), most: cmp.Or(s.Config.ConnectionTimeout, connectionTimeout),
	}
	a.sockets = newSockets(a)
	if err := a.addRoutes(); err != nil {
		return nil, err
	}
	if a.selection, err = parseSelection(s.Plan.WebSocket.RouteSelectionExpression); err != nil {
		return nil, stage.Misconfigured("mode %s: routeSelectionExpression: %v", s.Plan.Name, err)
	}
	if a.guard, err = newGuard(s); err != nil {
		return nil, err
	}
	if a.management, err = stage.NewIAMGuard(s, manageAction); err != nil {
		return nil, err
	}
	a.keys, err = stage.NewKeys(s, s.Plan.WebSocket.KeyOfAuthorizer())
	return a, err
}

func (a *API) addRoutes() error {
	validators, err := a.Plan.WebSocket.Validators()
	if err != nil {
		return err
	}
	for _, m := range a.Methods {
		r := &route{Method: m, answers: m.Operation.RouteResponseSelectionExpression == plan.AnswersWithBody}
		if name := m.Operation.RequestModels[plan.AnyMediaType]; name != "" {
			if r.model, err = stage.ModelNamed(validators, name, m.Key()); err != nil {
				return err
			}
		}
		a.routes[m.Key()] = r
	}
	if a.routes[policy.RouteConnect] == nil {
		return stage.Misconfigured("mode %s: want the operation %s, which says who may connect", a.Plan.Name, policy.RouteConnect)
	}
	return nil
}

// newGuard makes the guard of the plan's authorization; nil: that is NONE.
func newGuard(s *stage.Stage) (stage.Guard, error) {
	switch s.Plan.Authorization {
	case plan.None:
		return nil, nil
	case plan.Request:
		return stage.NewLambdaGuard(s, stage.LambdaForm{Timeout: authorizerTimeout, Event: newAuthorizerEvent, Parse: parseAnswer})
	case plan.IAM:
		return stage.NewIAMGuard(s, policy.InvokeAction)
	}
	return nil, stage.Misconfigured("mode %s: authorization %q is no WebSocket API's", s.Plan.Name, s.Plan.Authorization)
}

// parseAnswer reads an authorizer's answer, which may not be large: what it says goes into every event of the connection.
func parseAnswer(output []byte) (*stage.Identity, error) {
	if len(output) > maxAuthorized {
		return nil, errors.New("the authorizer's answer is larger than 8 KB")
	}
	return stage.ParsePolicyAnswer(output)
}

// Serve opens a connection, which is served from then on; or it answers a call of @connections.
func (a *API) Serve(w http.ResponseWriter, r *http.Request, headerLines []byte) {
	x := a.NewExchange(w, r, headerLines)
	if id, is := managed(x); is {
		defer x.FinishUnlogged() // an access log has a line for each event of a connection
		a.manage(x, id)
		return
	}
	if c := a.handshake(x); c != nil {
		go c.serve()
	}
}

// TakeOver makes the connections of another API of the same stage those of this one, which serves nothing yet. What happens to them from
// now on goes by this one; so do connections that are opened at the other one meanwhile.
func (a *API) TakeOver(before *API) {
	a.sockets = before.sockets
	a.sockets.giveTo(a)
}

// Close ends all connections, as going away, unless another API has taken them over, and waits until functions know of it and all
// messages are answered that go by this API. Who connects later is refused.
func (a *API) Close() error {
	if a.sockets.close(a) {
		a.sockets.serving.Wait()
	}
	a.events.Wait()
	return nil
}

// Judge evaluates the policies that count for connecting. The request need be no handshake.
func (a *API) Judge(r *http.Request, who stage.Who) stage.Judgement {
	x := a.NewExchange(nil, r, nil)
	x.RoutedTo(a.routes[policy.RouteConnect].Method, nil)
	return x.Judge(a.guard, a.keys, who)
}
