package policy

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The security schemes that rules know, whatever a contract calls them.
const (
	SchemeBearer = "bearer" // a verified JWT in Authorization
	SchemeAPIKey = "apiKey" // an API key in X-Api-Key
)

// ValidScope tells whether a text is a scope-token: printable ASCII without spaces, quotes and backslashes
// (RFC 6749, section 3.3).
func ValidScope(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' })
}

// Caller is who makes a request, as far as rules ask. The zero Caller may do nothing, not even what is
// public: nothing is known of it.
type Caller struct {
	ID      string    // the caller's own id: a token's sub, a key's owner
	Schemes []string  // the security schemes that its credentials satisfied, such as SchemeBearer
	Scopes  []string  // what it was granted
	Expires time.Time // when its credential ends; zero: never
}

// Access says who may make a request; its zero value is nobody.
type Access struct {
	Public       bool          // everyone may, and Alternatives do not matter
	Alternatives []Alternative // any one of them is enough
}

// Alternative is a set of requirements that must all hold; an empty one never does.
type Alternative []Requirement

// Requirement holds where the caller satisfied the scheme and has every one of the scopes.
type Requirement struct {
	Scheme string
	Scopes []string
}

// Rule is a route and who may call it.
type Rule struct {
	Route  Route
	Access Access
}

// Rules are the access rules of a whole API. They do not change and may be used concurrently.
// The zero Rules has no route and denies everything.
type Rules struct {
	router Router
	access []Access          // by the router's index
	owner  map[string]string // scope -> parameter
}

// NewRules checks and keeps the rules of an API; [NewRouter] says what their routes may be.
//
// ownerScopes maps a scope to the name of a path parameter: the scope counts only where that parameter
// equals the caller's id. A route that asks for such a scope must have the parameter.
// The error is a [*RouteError].
func NewRules(rules []Rule, ownerScopes map[string]string) (*Rules, error) {
	routes := make([]Route, len(rules))
	access := make([]Access, len(rules))
	for i, rule := range rules {
		routes[i], access[i] = rule.Route, rule.Access
	}
	router, err := NewRouter(routes)
	if err != nil {
		return nil, err
	}
	r := &Rules{router: *router, access: access, owner: maps.Clone(ownerScopes)}
	for _, entries := range router.byMethod {
		for _, e := range entries {
			if err := r.checkOwner(e); err != nil {
				return nil, &RouteError{routes[e.index], err.Error()}
			}
		}
	}
	return r, nil
}

func (r *Rules) checkOwner(e entry) error {
	for _, alternative := range r.access[e.index].Alternatives {
		for _, requirement := range alternative {
			for _, scope := range requirement.Scopes {
				if parameter, owned := r.owner[scope]; owned && !e.template.hasParameter(parameter) {
					return fmt.Errorf("the scope %q counts only for the owner of {%s}, and the path has no such parameter", scope, parameter)
				}
			}
		}
	}
	return nil
}

func (t template) hasParameter(name string) bool {
	return slices.ContainsFunc(t, func(s segment) bool { return s.kind == single && s.text == name })
}

// Decide tells whether the caller may make the request: the rule of the one route that API Gateway would
// choose for it. The path is as the client sent it, without the stage, and not decoded.
// A request that no route serves is denied.
func (r *Rules) Decide(caller Caller, method, path string) Decision {
	segments, ok := splitPath(path)
	if !ok {
		return Deny
	}
	found, ok := r.router.find(method, segments)
	if !ok {
		return Deny
	}
	for _, granted := range r.grants(found, caller) {
		if granted.matches(segments) {
			return Allow
		}
	}
	return Deny
}

// grants lists the templates of the route's paths that are open to the caller: none, the route's own
// template, or narrower ones where only an owner's path is open.
func (r *Rules) grants(e entry, caller Caller) []template {
	if caller.ID == "" {
		return nil
	}
	access := r.access[e.index]
	if access.Public {
		return []template{e.template}
	}
	var granted []template
	for _, alternative := range access.Alternatives {
		parameters, holds := r.ownedParameters(alternative, caller)
		if !holds {
			continue
		}
		if len(parameters) == 0 {
			return []template{e.template}
		}
		for _, id := range ownerSegments(caller.ID) {
			granted = append(granted, e.template.withParameters(parameters, id))
		}
	}
	return granted
}

// ownedParameters tells whether the alternative holds for the caller, and which path parameters must equal
// the caller's id for that.
func (r *Rules) ownedParameters(alternative Alternative, caller Caller) (parameters []string, holds bool) {
	for _, requirement := range alternative {
		if !slices.Contains(caller.Schemes, requirement.Scheme) {
			return nil, false
		}
		for _, scope := range requirement.Scopes {
			if !slices.Contains(caller.Scopes, scope) {
				return nil, false
			}
			if parameter, owned := r.owner[scope]; owned {
				parameters = append(parameters, parameter)
			}
		}
	}
	return parameters, len(alternative) > 0
}

func (t template) withParameters(names []string, value string) template {
	narrowed := slices.Clone(t)
	for i, s := range narrowed {
		if s.kind == single && slices.Contains(names, s.text) {
			narrowed[i] = segment{static, value}
		}
	}
	return narrowed
}

// maxOwnerID bounds the ids that may stand in a pattern, in bytes; a Resource may have 512 characters.
const maxOwnerID = 128

// ownerSegments lists the spellings of an owner's id as a path segment, as sent: percent-encoded, and plain
// where that reads the same. An id that could mean something else in a pattern or a path has none.
func ownerSegments(id string) []string {
	hostile := len(id) > maxOwnerID || id == "." || id == ".." || !utf8.ValidString(id) ||
		strings.ContainsAny(id, "*?$/%\\#{}") || strings.ContainsFunc(id, isUnprintable)
	if hostile || id == "" {
		return nil
	}
	escaped := url.PathEscape(id)
	if escaped == id {
		return []string{id}
	}
	return []string{escaped, id}
}

func isUnprintable(r rune) bool { return !unicode.IsPrint(r) || r == ' ' }
