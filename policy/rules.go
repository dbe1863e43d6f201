package policy

import (
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The security schemes that rules know, whatever a contract calls them.
const (
	SchemeBearer = "bearer" // a verified JWT (RFC 7519) in Authorization (RFC 6750, section 2.1)
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
	ID          string         // the caller's own id: a token's sub, a key's owner; "": of whom nothing is known, and who may do nothing
	OwnsNothing bool           // scopes that count for owners count nowhere, whatever the ID
	Schemes     []string       // the security schemes that its credentials satisfied, such as SchemeBearer
	Scopes      []string       // what it was granted, under each of its schemes
	Expires     time.Time      // when its credential ends; zero: never
	Networks    []netip.Prefix // the addresses that it may call from; none: any

	// SchemeScopes are what the credential of one scheme was granted besides Scopes, by scheme; nil where all were
	// granted the same. Those of a scheme that is not among Schemes count for nothing.
	SchemeScopes map[string][]string
}

// noOwner is an id that owns no path, since it can be no segment of one.
const noOwner = "*"

// owner is the id by which the caller owns paths; "" for one of whom nothing is known.
func (c *Caller) owner() string {
	if c.ID != "" && c.OwnsNothing {
		return noOwner
	}
	return c.ID
}

// granted tells whether the credential of a scheme was granted the scope. Whether there is such a credential
// does not matter.
func (c *Caller) granted(scheme, scope string) bool {
	return slices.Contains(c.Scopes, scope) || slices.Contains(c.SchemeScopes[scheme], scope)
}

// Access says who may make a request; its zero value is nobody.
type Access struct {
	Public       bool          // everyone may, and Alternatives do not matter
	Alternatives []Alternative // any one of them is enough
}

// Alternative is a set of requirements that must all hold; an empty one never does.
type Alternative []Requirement

// Requirement holds where the caller satisfied the scheme and the credential of that scheme was granted every one of
// the scopes; what another credential was granted does not count.
// See https://spec.openapis.org/oas/v3.1.1.html#security-requirement-object.
type Requirement struct {
	Scheme string   // the name of a security scheme
	Scopes []string // none: the scheme is enough
}

// Rule is a route and who may call it.
type Rule struct {
	Route  Route  // which requests
	Access Access // who may make them

	// Owner is the member of a WebSocket API's message, such as "$request.body.users" (see [MessageMember]), that must
	// equal the caller's id where a scope counts for owners only; "" where none does, and of other routes.
	Owner string

	// Message is the schema of such a route's messages, compact JSON; "": there is none. Whoever reads messages checks
	// them by it: nothing is decided by it here.
	Message string
}

// clone is a rule of its own.
func (r Rule) clone() Rule {
	r.Access.Alternatives = slices.Clone(r.Access.Alternatives)
	for i, alternative := range r.Access.Alternatives {
		alternative = slices.Clone(alternative)
		for j := range alternative {
			alternative[j].Scopes = slices.Clone(alternative[j].Scopes)
		}
		r.Access.Alternatives[i] = alternative
	}
	return r
}

// Rules are the access rules of a whole API. They do not change and may be used concurrently.
// The zero Rules has no route and denies everything.
type Rules struct {
	router     Router
	rules      []Rule            // by the router's index
	owner      map[string]string // scope -> parameter
	vocabulary vocabulary
	owners     capabilities
	needs      [][]need // by the router's index
	surface    *surface
	routeKeys  map[string]routeKey // of a WebSocket API
	messages   vocabulary          // of the rules of its messages
	conflicts  []Conflict
	limit      int // bytes of a document
	closed     bool
	documents  documents
}

// NewRules checks and keeps the rules of an API; [NewRouter] says what their routes may be. A rule may also be
// for a WebSocket API's route: its Method is the route key, and it has no Path. That of [RouteConnect] is about connecting,
// any other one about each message that goes to its route; see [Rules.DecideMessage].
//
// ownerScopes maps a scope to the name of a path parameter: the scope counts only where that parameter
// equals the caller's id. A route that asks for such a scope must have the parameter; a WebSocket API's, which has none,
// must name an Owner.
// The error is a [*RouteError].
func NewRules(rules []Rule, ownerScopes map[string]string) (*Rules, error) {
	r, err := newRules(rules, ownerScopes)
	if err != nil {
		return nil, err
	}
	r.conflicts = r.findConflicts()
	return r, nil
}

// newRules is NewRules without the conflicts, which decide nothing and take most of its time.
func newRules(rules []Rule, ownerScopes map[string]string) (*Rules, error) {
	r := &Rules{owner: maps.Clone(ownerScopes), routeKeys: map[string]routeKey{}, limit: MaxDocument}
	r.vocabulary = newVocabulary(slices.DeleteFunc(slices.Clone(rules), Rule.isOfMessages))
	r.messages = newVocabulary(slices.DeleteFunc(slices.Clone(rules), func(rule Rule) bool { return !rule.isOfMessages() }))
	r.owners = r.vocabulary.owners(r.owner)
	var routes []Route
	for _, rule := range rules {
		switch {
		case rule.isOfWebSocket():
			if err := r.addRouteKey(rule); err != nil {
				return nil, err
			}
			continue
		case rule.Owner != "" || rule.Message != "":
			return nil, &RouteError{rule.Route, "has a path, and an owner or a message is of a WebSocket API's route"}
		}
		routes = append(routes, rule.Route)
		r.rules, r.needs = append(r.rules, rule.clone()), append(r.needs, r.vocabulary.needs(rule.Access, r.owner))
	}
	router, err := NewRouter(routes)
	if err != nil {
		return nil, err
	}
	r.router = *router
	r.surface = newSurface(router, routes)
	for _, m := range r.surface.methods {
		for _, e := range m.entries {
			if err := r.checkOwner(e); err != nil {
				return nil, &RouteError{routes[e.index], err.Error()}
			}
		}
	}
	return r, nil
}

func (r *Rules) checkOwner(e entry) error {
	for _, alternative := range r.rules[e.index].Access.Alternatives {
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
// Of a path with empty segments, with . and .. or with characters encoded that need not be, it is not known how API
// Gateway reads it (RFC 3986, sections 5.2.4 and 6.2.2.2): it is allowed only if every reading that a route serves is.
// A request that no route serves is denied. When and from where the request comes does not matter.
// To connect to a WebSocket API the method is [RouteConnect], and there is no path; its messages are for
// [Rules.DecideMessage].
func (r *Rules) Decide(caller Caller, method, path string) Decision {
	if method == RouteConnect && path == "" {
		return r.decideConnect(&caller)
	}
	_, decision := r.decide(&caller, method, path)
	return decision
}

// reading is a path as it may be read, and the route that serves it.
type reading struct {
	path     string
	segments []string
	entry    entry
	served   bool
}

// decide finds the reading of a path that decides: the first that is served and denied, or else the first that is served.
func (r *Rules) decide(caller *Caller, method, path string) (reading, Decision) {
	has := r.vocabulary.of(caller)
	if !isOddPath(path) {
		return r.decideReading(caller.owner(), has, method, path)
	}
	var first reading
	for _, path := range Readings(path) {
		read, decision := r.decideReading(caller.owner(), has, method, path)
		if read.served && decision == Deny {
			return read, Deny
		}
		if !first.served {
			first = read
		}
	}
	if first.served {
		return first, Allow
	}
	return first, Deny
}

func (r *Rules) decideReading(id string, has capabilities, method, path string) (reading, Decision) {
	read := reading{path: path}
	segments, ok := splitPath(path)
	if read.segments = segments; ok {
		read.entry, read.served = r.router.find(method, segments)
	} else {
		read.entry, read.served = r.router.findGreedy(method, segments)
	}
	if !read.served {
		return read, Deny
	}
	for _, open := range r.opening(read.entry, id, has).templates {
		if open.matches(segments) {
			return read, Allow
		}
	}
	return read, Deny
}

// CountsForOwners tells whether a scope counts only where a path parameter equals the caller's id.
func (r *Rules) CountsForOwners(scope string) bool {
	_, owned := r.owner[scope]
	return owned
}

// opening is what of a route is open to a caller: nothing, all of it, or narrower templates where only an
// owner's path is.
type opening struct {
	templates []template
	whole     bool
}

func (r *Rules) opening(e entry, id string, has capabilities) opening {
	if id == "" {
		return opening{}
	}
	switch whole, partly := opens(r.needs[e.index], has); {
	case whole:
		return opening{[]template{e.template}, true}
	case partly:
		return r.ownersOpening(e, ownerSegments(id), has)
	}
	return opening{}
}

// ownersOpening is what of a route that is not open as a whole is open to an owner, in each spelling of its id.
func (r *Rules) ownersOpening(e entry, spellings []string, has capabilities) opening {
	var narrowed []template
	for _, need := range r.needs[e.index] {
		if !has.has(need.capabilities) {
			continue
		}
		for _, segment := range spellings {
			narrowed = append(narrowed, e.template.withParameters(need.owned, segment))
		}
	}
	return opening{templates: narrowed}
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

// anyID stands in a template for an owner's id, which is not known yet and may be any text.
const anyID = "\x00"

// maxOwnerID bounds the ids that may stand in a pattern, in bytes; a Resource may have 512 characters.
const maxOwnerID = 128

// mayOwn tells whether an id is one that may own anything: none that could mean something else in a pattern or a path.
func mayOwn(id string) bool {
	return id != "" && len(id) <= maxOwnerID && id != "." && id != ".." && utf8.ValidString(id) &&
		!strings.ContainsAny(id, "*?$/%\\#{}") && !strings.ContainsFunc(id, isUnprintable)
}

// ownerSegments lists the spellings of an owner's id as a path segment, as sent: percent-encoded as clients do it, and plain
// where that reads the same. An id that may not own anything has none.
func ownerSegments(id string) []string {
	if !mayOwn(id) {
		return nil
	}
	spellings := []string{url.PathEscape(id), encodeComponent(id), id}
	slices.Sort(spellings)
	return slices.Compact(spellings)
}

// encodeComponent is the id as browsers encode it for a path: JavaScript's encodeURIComponent also encodes what may stand in
// a segment, such as the @ of an address (ECMA-262, section 19.2.6.4).
func encodeComponent(id string) string { return queryToComponent.Replace(url.QueryEscape(id)) }

// queryToComponent undoes what a query's encoding does besides.
var queryToComponent = strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")")

func isUnprintable(r rune) bool { return !unicode.IsPrint(r) || r == ' ' }
