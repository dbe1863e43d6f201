package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The route keys of a WebSocket API that are not its owner's to name. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-develop-routes.html.
const (
	RouteConnect    = "$connect"    // to connect: the only route at which an authorizer is asked
	RouteDisconnect = "$disconnect" // of a connection that has ended: nobody is asked
	RouteDefault    = "$default"    // of messages that no other route is for
)

// routeKey is a route of a WebSocket API and who may use it.
type routeKey struct {
	rule  Rule
	needs []need
}

// isOfWebSocket tells whether the rule is for a route of a WebSocket API.
func (r Rule) isOfWebSocket() bool {
	return r.Route.Path == "" || strings.HasPrefix(r.Route.Method, "$")
}

// isOfMessages tells whether the rule is for the messages of a route.
func (r Rule) isOfMessages() bool { return r.isOfWebSocket() && r.Route.Method != RouteConnect }

func (r *Rules) addRouteKey(rule Rule) error {
	vocabulary := &r.vocabulary
	if rule.isOfMessages() {
		vocabulary = &r.messages
	}
	needs := vocabulary.needs(rule.Access, r.owner)
	if reason := r.wrongRouteKey(rule, needs); reason != "" {
		return &RouteError{rule.Route, reason}
	}
	r.routeKeys[rule.Route.Method] = routeKey{rule.clone(), needs}
	return nil
}

// wrongRouteKey says what is wrong with the rule of a route key; "" where nothing is.
func (r *Rules) wrongRouteKey(rule Rule, needs []need) string {
	key := rule.Route.Method
	_, twice := r.routeKeys[key]
	_, isMember := MessageMember(rule.Owner)
	owned := slices.ContainsFunc(needs, func(n need) bool { return len(n.owned) > 0 })
	switch {
	case twice:
		return "stands there twice"
	case rule.Route.Path != "":
		return "want a route key such as $connect, and no path"
	case !isRouteKey(key):
		return "want $connect, $default, or a route key of its own: at most 128 printable ASCII characters, no spaces, quotes, backslashes, * or ?, and no $ first"
	case !rule.isOfMessages() && (rule.Owner != "" || rule.Message != ""):
		return "is no route of messages, which alone have an owner and a schema"
	case owned && rule.Owner == "":
		return "a scope that counts for owners only has nothing to count for: there is no path, and no member of the message is named as the owner"
	case rule.Owner != "" && !owned:
		return fmt.Sprintf("the owner %s restricts nobody: no scope that is asked for counts for owners only", rule.Owner)
	case rule.Owner != "" && !isMember:
		return fmt.Sprintf("the owner %.100q is no member of a message, such as $request.body.user", rule.Owner)
	case rule.Message != "" && !isCompactObject(rule.Message):
		return "the schema of its messages is no JSON object without white space"
	}
	return ""
}

// maxRouteKey bounds a route's key, in bytes.
const maxRouteKey = 128

// isRouteKey tells whether a text may be the key of a route that has a rule. A wildcard would be one in the ARNs by which
// the API may call functions.
func isRouteKey(key string) bool {
	own := len(key) <= maxRouteKey && ValidScope(key) && key[0] != '$' && !strings.ContainsAny(key, "*?")
	return own || key == RouteConnect || key == RouteDefault
}

// isCompactObject tells whether a text is a JSON object without white space. Package json does not look at a string's UTF-8.
func isCompactObject(text string) bool {
	var compact bytes.Buffer
	return strings.HasPrefix(text, "{") && utf8.ValidString(text) && json.Compact(&compact, []byte(text)) == nil && compact.String() == text
}

// MessageMember reads the name of a message's member as a WebSocket API's selection expressions write it, such as
// "$request.body.user" or "$request.body.user.id": the names of the members that lead to it, of letters, digits, - and _.
// It is false for any other text. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html.
func MessageMember(text string) (names []string, ok bool) {
	path, ok := strings.CutPrefix(text, "$request.body.")
	names = strings.Split(path, ".")
	isNot := func(name string) bool {
		return name == "" || strings.ContainsFunc(name, func(r rune) bool { return !isAlphanumeric(r) && r != '-' && r != '_' })
	}
	if !ok || slices.ContainsFunc(names, isNot) {
		return nil, false
	}
	return names, true
}

// RouteKeys are the rules of a WebSocket API's routes, sorted by their keys.
func (r *Rules) RouteKeys() []Rule {
	all := make([]Rule, 0, len(r.routeKeys))
	for _, key := range slices.Sorted(maps.Keys(r.routeKeys)) {
		all = append(all, r.routeKeys[key].rule.clone())
	}
	return all
}

// Message is a message to a WebSocket API, as far as rules ask.
type Message struct {
	Key   string    // of the route that the gateway has chosen
	Owner string    // the text of the member that the route's rule names as Owner; "" where that is no text, or not there: nobody's
	At    time.Time // when the message is looked at
}

// DecideMessage tells whether the caller may send the message, by the rule of its route; API Gateway itself asks nobody about
// a message. Access means what it means to Decide, and scopes that count for owners do so where the message's Owner is the
// caller's id. From when the caller's credential ends on, nothing is allowed; nor are messages to a route that has no rule,
// or to [RouteConnect] and [RouteDisconnect], which are for no message.
func (r *Rules) DecideMessage(caller Caller, m Message) Decision {
	route, known := r.routeKeys[m.Key]
	ended := !caller.Expires.IsZero() && !m.At.Before(caller.Expires)
	if !known || ended || m.Key == RouteConnect || caller.owner() == "" {
		return Deny
	}
	has, owns := r.messages.of(&caller), m.isOwnedBy(&caller)
	for _, need := range route.needs {
		if has.has(need.capabilities) && (owns || len(need.owned) == 0) {
			return Allow
		}
	}
	return Deny
}

// isOwnedBy tells whether scopes that count for owners do so for the caller.
func (m Message) isOwnedBy(caller *Caller) bool {
	return mayOwn(caller.owner()) && m.Owner == caller.owner()
}

// decideConnect tells whether the caller may connect.
func (r *Rules) decideConnect(caller *Caller) Decision {
	has := r.vocabulary.of(caller)
	holds := func(n need) bool { return has.has(n.capabilities) }
	if caller.owner() != "" && slices.ContainsFunc(r.routeKeys[RouteConnect].needs, holds) {
		return Allow
	}
	return Deny
}
