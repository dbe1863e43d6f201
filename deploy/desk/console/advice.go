package console

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/desk/internal/services"
	"portcullis/deploy/gateway"
	"portcullis/deploy/plan"
)

// adviser knows what is served, and says of a call that was refused why it was, and what would change that.
type adviser struct {
	base     string // of the desk's address
	project  *project.Project
	services *services.Services
	modes    map[string]project.Mode // by name
}

func newAdviser(d *Desk) *adviser {
	a := &adviser{base: d.Base, project: d.Project, services: d.Services, modes: map[string]project.Mode{}}
	for _, m := range d.Project.Modes {
		a.modes[m.Name] = m
	}
	return a
}

// refused is a call that was refused, or failed.
type refused struct {
	*adviser
	*gateway.Trace
	mode *project.Mode // nil: it was for none
}

// advise says in a sentence why a call was refused or failed, and in another what would change that; both are "" for one that was not.
func (a *adviser) advise(mode string, t *gateway.Trace) (why, change string) {
	if t.Status < 400 {
		return "", ""
	}
	r := &refused{adviser: a, Trace: t}
	if m, there := a.modes[mode]; there {
		r.mode = &m
	}
	for _, of := range []func(*refused) (why, change string){
		(*refused).ofFunction, (*refused).ofAuthorizer, (*refused).ofSignature, (*refused).ofPolicy, (*refused).ofKey, (*refused).ofThrottle,
		(*refused).ofValidation, (*refused).ofReason,
	} {
		if why, change := of(r); why != "" {
			return sentence(why), sentence(change)
		}
	}
	return sentence(cmp.Or(r.Reason, r.ResponseType)), ""
}

// ofFunction is of answers that are a function's own.
func (r *refused) ofFunction() (why, change string) {
	if r.Reason != "" || r.ResponseType != "" || r.Integration == nil {
		return "", ""
	}
	return fmt.Sprintf("the function %s answers %d itself: the gateway let the call through", r.Integration.Function, r.Status),
		"its answer says what it wants, and its log has the call by the id " + r.RequestID
}

// ofThrottle is of the limits of a stage.
func (r *refused) ofThrottle() (why, change string) {
	if r.Throttle == "" || r.mode == nil {
		return "", ""
	}
	limit, whose := r.mode.Plan.Throttle, "the stage"
	if own := r.mode.Plan.Operations[r.Route].Throttle; own != nil {
		limit, whose = own, r.Route
	}
	if limit == nil {
		return r.Throttle, ""
	}
	return fmt.Sprintf("%s takes %g requests a second, and %d at once, of all callers together, and had more", whose, limit.RateLimit, limit.BurstLimit),
		"wait a moment, or raise throttle in " + r.mode.File()
}

// ofValidation is of what does not fit the contract, or cannot be read.
func (r *refused) ofValidation() (why, change string) {
	if r.Validation == "" || !strings.HasPrefix(r.Reason, "the request does not fit the contract") {
		return "", ""
	}
	if list, missing := strings.CutPrefix(r.Validation, "Missing required request parameters: ["); missing {
		return r.Reason, "send " + words(strings.Split(strings.TrimSuffix(list, "]"), ", "))
	}
	var places []string
	for misfit := range strings.SplitSeq(r.Validation, "; ") {
		if place, _, within := strings.Cut(misfit, ": "); within && strings.HasPrefix(place, "/") && !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	what := "the body"
	if r.EventType != "" {
		what = "the message"
	}
	if len(places) > 0 {
		what += " at " + words(places)
	}
	return r.Reason, fmt.Sprintf("correct %s, or the schema of %s in %s", what, r.Route, r.project.Contract.Name)
}

// ofReason is of refusals that the gateway's own words are enough for, by what these have in them.
func (r *refused) ofReason() (why, change string) {
	for _, known := range reasons {
		if !strings.Contains(r.Reason, known.has) {
			continue
		}
		change = known.change
		if known.changes != nil {
			change = known.changes(r)
		}
		return r.Reason, change
	}
	return "", ""
}

// reasons are what would change a refusal, by what the gateway's reason for it has in it. The first that is in it counts.
var reasons = []struct {
	has, change string
	changes     func(*refused) string
}{
	{has: "there is no stage ", changes: (*refused).otherStage},
	{has: "takes handshakes alone", changes: (*refused).openSocket},
	{has: "is opened at /", changes: (*refused).openSocket},
	{has: "no route is for messages", changes: (*refused).otherMessage},
	{has: "no route is for ", changes: (*refused).otherRoute},
	{has: "@connections takes", change: "call @connections/ID by POST to send, by GET to look at the connection, or by DELETE to end it"},
	{has: " takes ", changes: (*refused).otherRoute}, // other methods
	{has: "the headers are larger than", change: "send fewer or shorter headers: cookies and a token count too"},
	{has: "the path and query are longer than", change: "shorten the query: a long token fits into a header or the subprotocol"},
	{has: "the ARN of the path is longer than", change: "shorten the path"},
	{has: "the path is not UTF-8", change: "write the path as UTF-8, with percent signs where it has other characters (RFC 3986)"},
	{has: "the handshake is none of RFC 6455", changes: (*refused).openSocket},
	{has: "the gateway is closing", change: "connect again: the desk stops, or serves something else now"},
	{has: "is no id of a connection", change: "take an id as functions get it, in requestContext.connectionId"},
	{has: "no connection is open that has", change: "take the id of a connection that is open: the client has gone, or was never there"},
	{has: "the connection has ended", change: "take the id of a connection that is open"},
	{has: "too much waits for the client", change: "let the client read what it was sent, or send it less"},
	{has: "the message is larger than", change: "send at most 128 KB, as much as a message may have"},
	{has: "the body is larger than", change: "send at most 10 MB, as much as API Gateway takes"},
	{has: "the body ended early", change: "send as many bytes as Content-Length says"},
	{has: "the body took too long", change: "send the body faster"},
	{has: "Content-Encoding", change: "send the body in gzip or deflate, in one piece, or as it is"},
	{has: "execute-api:InvalidateCache", change: "leave Cache-Control: max-age=0 out, or let the caller's policy allow execute-api:InvalidateCache"},
	{has: ": the event is larger than 6 MB", change: "send less: a function gets an event of 6 MB at most, in which a body may be in base64"},
	{has: "answer is larger than", change: "let the function answer less, or in several answers"},
	{has: "the function took too long", changes: (*refused).slowFunction},
	{has: " answers ", changes: (*refused).askFunction},
	{has: "the function ", changes: (*refused).readLog},
}

func (r *refused) otherStage() string {
	return "begin the path with a mode, as in " + r.base + "/" + firstOf(slices.Sorted(maps.Keys(r.modes))) + "/…; there are " + words(slices.Sorted(maps.Keys(r.modes)))
}

func (r *refused) otherRoute() string {
	change := "call a method and path that there is, or write this one into " + r.project.Contract.Name
	if r.ResponseType == "MISSING_AUTHENTICATION_TOKEN" || r.ResponseType == "INVALID_SIGNATURE" {
		change += "; that a credential is missing or wrong is only what API Gateway says of any path that it does not know"
	}
	return change
}

func (r *refused) otherMessage() string {
	if r.mode == nil || r.mode.Plan.WebSocket == nil {
		return ""
	}
	return "send a message in which " + r.mode.Plan.WebSocket.RouteSelectionExpression + " is the key of a route, or write $default into " + r.project.Contract.Name
}

func (r *refused) openSocket() string {
	stage := ""
	if r.mode != nil {
		stage = r.mode.Name
	}
	return "open a WebSocket at ws" + strings.TrimPrefix(r.base, "http") + "/" + stage
}

func (r *refused) slowFunction() string {
	where := "the mode's file"
	if r.mode != nil {
		where = fmt.Sprintf("%s (%d now)", r.mode.File(), r.mode.Plan.IntegrationTimeoutInMillis)
	}
	return "make the function faster, or raise integrationTimeoutInMillis in " + where
}

func (r *refused) askFunction() string {
	return "the function decides that: its log has the call by the id " + r.RequestID
}

func (r *refused) readLog() string {
	return "the caller can do nothing: the function's log has the call by the id " + r.RequestID
}

// usagePlan is a usage plan that a mode names; nil: there is none.
func usagePlan(m *project.Mode) *plan.UsagePlan {
	if m == nil {
		return nil
	}
	return m.Plan.Keys()
}

// splitPath cuts the mode off a path.
func splitPath(path string) (mode, rest string) {
	mode, rest, _ = strings.Cut(strings.TrimLeft(path, "/"), "/")
	return mode, "/" + rest
}

// sentence makes a text one: it begins with a capital, but for a name or a path, and ends with a full stop.
func sentence(text string) string {
	if text = strings.TrimSpace(text); text == "" {
		return ""
	}
	if word, _, _ := strings.Cut(text, " "); strings.IndexFunc(word, func(c rune) bool { return !unicode.IsLower(c) }) < 0 {
		first, size := utf8.DecodeRuneInString(text)
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}

// words are names in a text: "a", "a and b", "a, b and c", and no more than ten.
func words(names []string) string {
	const most = 10
	if more := len(names) - most; more > 1 {
		names = append(slices.Clone(names[:most]), fmt.Sprintf("%d more", more))
	}
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func firstOf(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return names[0]
}
