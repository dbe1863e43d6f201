package services

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"portcullis/api/environ/userstable"
	"portcullis/api/environ/websocket"
	"portcullis/authorizers/environ"
	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/emulators/eventsource"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// Live is the function of WebSocket APIs that keeps connections, sends to them and closes them.
const Live = "live"

// subscribe is the route of messages by which a client asks to be told of changes.
const subscribe = "subscribe"

// Feed is what the function live does of itself for the clients of a WebSocket API, in a project.
type Feed struct {
	Mode        string             // whose connections it keeps and closes; "": it keeps none
	Users       eventsource.Source // the changes that it tells clients of; nil: it tells of none
	Revocations eventsource.Source // the revocations that end connections at once; nil: there are none, or they are not told
	Why         string             // what is not done, and why; "": all is
	Expected    bool               // clients of a WebSocket API that the function serves miss what is not done

	caller *plan.Caller // who sends to connections
}

// Feed tells what the function live can do for a project. The streams of tables elsewhere are asked for.
func (s *Services) Feed(ctx context.Context, p *project.Project) Feed {
	mode, why := s.socketMode(p)
	expected := slices.ContainsFunc(p.Modes, func(m project.Mode) bool { return m.Plan.WebSocket != nil && serves(m.Plan) })
	if why != "" {
		return Feed{Expected: expected, Why: "no connection is kept, so that none is closed when its credential ends, and nobody is told of changes: " + why}
	}
	f := Feed{Mode: mode.Name, Expected: expected, caller: s.sender(mode)}
	var missing []string
	if f.Users, why = s.usersStream(ctx, p); why != "" {
		missing = append(missing, "nobody is told of changes: "+why)
	}
	if s.tables.Revocations.Name != "" {
		var err error
		if f.Revocations, err = s.stream(ctx, s.tables.Revocations); err != nil {
			missing = append(missing, "revocations close no connection: "+err.Error())
		}
	}
	f.Why = strings.Join(missing, "; ")
	return f
}

// serves tells whether live serves anything of a plan.
func serves(p *plan.Plan) bool {
	for _, operation := range p.Operations {
		if operation.Function == Live {
			return true
		}
	}
	return false
}

// socketMode is the mode whose connections live keeps, or why there is none.
func (s *Services) socketMode(p *project.Project) (mode project.Mode, why string) {
	var names []string
	for _, m := range p.Modes {
		if m.Plan.WebSocket != nil {
			mode, names = m, append(names, m.Name)
		}
	}
	switch kept := s.tables.Connections; {
	case len(names) == 0:
		why = "no mode is a WebSocket API"
	case len(names) > 1:
		why = fmt.Sprintf("the modes %s are WebSocket APIs, and the function %s sends to the connections of one", strings.Join(names, " and "), Live)
	case p.Contract.WebSocket.Function != Live:
		why = fmt.Sprintf("the function %s is not told of connections: connect in %s names another one, or none", Live, p.Contract.Name)
	case kept.Name == "":
		why = fmt.Sprintf("%s is elsewhere, and %s names no table there", environ.RevocationTable, websocket.ConnectionsTable)
	case !kept.Own && !kept.anyKey:
		why = fmt.Sprintf("%s names a table that asks for AWS credentials, and @connections here asks for others", websocket.ConnectionsTable)
	case s.sender(mode) == nil:
		why = fmt.Sprintf("%s has none among its localCallers whose policy allows execute-api:ManageConnections to POST and DELETE", mode.File())
	}
	return mode, why
}

// sender is the first caller of a mode that may send to its connections and close them; nil: there is none.
func (s *Services) sender(m project.Mode) *plan.Caller {
	i := slices.IndexFunc(m.Plan.Local.Callers, func(c plan.Caller) bool {
		return !slices.ContainsFunc([]string{"POST", "DELETE"}, func(method string) bool {
			arn := fmt.Sprintf("arn:aws:execute-api:%s:123456789012:api/%s/%s/@connections/id", s.Region(), m.Name, method)
			return policy.Evaluate(c.Policy, policy.Request{Action: "execute-api:ManageConnections", Resource: arn}).Decision != policy.Allow
		})
	})
	if i < 0 {
		return nil
	}
	return &m.Plan.Local.Callers[i]
}

// usersStream is the stream of the users table, or why nobody is told of its records.
func (s *Services) usersStream(ctx context.Context, p *project.Project) (source eventsource.Source, why string) {
	subscribes := false
	for _, route := range p.Contract.WebSocket.Routes {
		subscribes = subscribes || route.Key == subscribe && route.Function == Live
	}
	switch {
	case !subscribes:
		return nil, fmt.Sprintf("%s has no message %s of the function %s", p.Contract.Name, subscribe, Live)
	case s.tables.Users.InMemory():
		return nil, fmt.Sprintf("%s is %s, which has no stream", userstable.UsersTable, userstable.Memory)
	}
	source, err := s.stream(ctx, s.tables.Users)
	if err != nil {
		return nil, err.Error()
	}
	return source, ""
}

// environment is what live needs to keep connections, and to send to them, beyond this program's own environment.
func (f Feed) environment(s *Services, aws string) map[string]string {
	variables := map[string]string{websocket.ConnectionsTable: "", websocket.ConnectionsEndpoint: "", userstable.UsersTable: "", environ.RevocationTable: s.tables.Revocations.Name}
	if f.Mode == "" {
		return variables
	}
	maps.Copy(variables, s.tables.Connections.environment(aws))
	variables[websocket.ConnectionsEndpoint] = s.base + "/" + f.Mode
	if s.secure() {
		variables[websocket.ConnectionsEndpoint] = s.inner + "/" + f.Mode
	}
	if f.Users != nil {
		variables[userstable.UsersTable] = s.tables.Users.Name
	}
	variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], variables["AWS_SESSION_TOKEN"] = f.caller.AccessKeyID, f.caller.SecretAccessKey, f.caller.SessionToken
	return variables
}
