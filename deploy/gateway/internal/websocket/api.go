package websocket

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

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
	sockets    sockets
}

// route is what a WebSocket API has of a method beyond the method itself.
type route struct {
	*stage.Method
	model   *jsonschema.Schema // nil: messages are not validated
	answers bool               // the client gets what the function answers
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
		Stage: s, timeout: s.IntegrationTimeout(), routes: map[string]*route{}, sockets: sockets{open: map[string]*connection{}, expected: map[string]chan struct{}{}},
		idle: cmp.Or(s.Config.IdleTimeout, idleTimeout), most: cmp.Or(s.Config.ConnectionTimeout, connectionTimeout),
	}
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

// Serve opens a connection, and serves it to its end; or it answers a call of @connections.
func (a *API) Serve(w http.ResponseWriter, r *http.Request, headerLines []byte) {
	x := a.NewExchange(w, r, headerLines)
	if id, is := managed(x); is {
		defer x.FinishUnlogged() // an access log has a line for each event of a connection
		a.manage(x, id)
		return
	}
	if c := a.handshake(x); c != nil {
		c.serve()
	}
}

// Close ends all connections, as going away, and waits until functions know of it. Who connects later is refused.
func (a *API) Close() error {
	for _, c := range a.sockets.close() {
		c.end(goingAway)
	}
	a.sockets.serving.Wait()
	return nil
}

// sockets are the connections of an API.
type sockets struct {
	serving sync.WaitGroup // of all handshakes and connections

	mu       sync.Mutex
	closed   bool
	open     map[string]*connection   // by id
	expected map[string]chan struct{} // by id of connections that clients are being told of; closed when there is one, or none
}

// enter counts who wants to connect; false: no more do.
func (s *sockets) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.serving.Add(1)
	}
	return !s.closed
}

// add adds a connection; false: no more are, and it has to end.
func (s *sockets) add(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[c.id] = c
	return !s.closed
}

func (s *sockets) remove(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c.id)
}

// expect lets those wait who ask for a connection, until done is called: who is told that it is connected may be sent to at once.
func (s *sockets) expect(id string) (done func()) {
	told := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected[id] = told
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.expected, id)
		close(told)
	}
}

// find gives the connection of an id; nil: there is none, or none any more.
func (s *sockets) find(id string) *connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	if told := s.expected[id]; told != nil {
		s.mu.Unlock()
		<-told
		s.mu.Lock()
	}
	return s.open[id]
}

// close lets no more in, and gives those that are.
func (s *sockets) close() []*connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	all := make([]*connection, 0, len(s.open))
	for _, c := range s.open {
		all = append(all, c)
	}
	return all
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
