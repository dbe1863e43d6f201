package desk

import (
	"slices"
	"strings"

	"portcullis/deploy/desk/internal/project"
	"portcullis/policy"
)

// routes are what people are shown of who may call what.
type routes struct {
	File       string
	Operations []shownOperation
	More       int              // how many operations are not shown
	Messages   []shownOperation // of the WebSocket API; Path is empty
}

// ownAPI is what people are shown of an API that is not this module's.
type ownAPI struct {
	Groups []shownGroup // of the user pool whose tokens gain scopes by them
	Echoed bool         // a built-in function answers for operations or messages
	Named  []string     // functions in whose place it does so, but for the one that all have that name none
	Lent   []string     // this module's functions that serve what names them
}

// shownOperation is an operation, or a message, and who may call or send it.
type shownOperation struct{ Method, Path, Who string }

type shownGroup struct{ Name, Scopes string }

// mostShown is how many operations are shown.
const mostShown = 30

// routesOf tells of a project's routes.
func routesOf(p *project.Project) routes {
	c := p.Contract
	r := routes{File: c.Name}
	for _, o := range c.Operations[:min(len(c.Operations), mostShown)] {
		r.Operations = append(r.Operations, shownOperation{o.Route.Method, o.Route.Path, p.Who(o.Access)})
	}
	r.More = len(c.Operations) - len(r.Operations)
	if c.WebSocket != nil {
		r.Messages = append(r.Messages, shownOperation{Method: policy.RouteConnect, Who: p.Who(c.WebSocket.Connect)})
		for _, route := range c.WebSocket.Routes {
			r.Messages = append(r.Messages, shownOperation{Method: route.Key, Who: p.Who(route.Access)})
		}
	}
	return r
}

// ownAPIOf tells of a project's API; groups are the scopes that tokens gain by groups.
func ownAPIOf(p *project.Project, groups map[string][]string) *ownAPI {
	own := &ownAPI{Echoed: len(p.Echoed) > 0, Lent: p.Lent}
	own.Named = slices.DeleteFunc(slices.Clone(p.Echoed), func(name string) bool { return name == project.Unnamed })
	for _, name := range []string{"admins", "readers", "members"} {
		if scopes := groups[name]; len(scopes) > 0 {
			own.Groups = append(own.Groups, shownGroup{name, strings.Join(scopes, " ")})
		}
	}
	return own
}
