package access

import (
	"fmt"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/internal/inquiry"
	"portcullis/policy"
)

// maxWitnesses bounds how many requests of one operation an answer is evaluated for.
const maxWitnesses = 4096

// askAll asks about requests of every route of the contract, and keeps one for each way in which those of a route come out.
func (e *evaluation) askAll() {
	stage := e.stage()
	e.ARN = strings.TrimSuffix(stage.String(), "/GET/")
	values := e.values()
	skipped := 0
	for i := range e.contract.Operations {
		operation := &e.contract.Operations[i]
		switch {
		case strings.HasPrefix(operation.Route.Method, inquiry.MessageMethod):
			continue // no authorizer is asked about messages
		case (operation.Route.Method == policy.RouteConnect) != e.isOfWebSocket():
			continue
		case operation.Access.Public:
			skipped++
			continue
		}
		e.askOperation(operation, stage, values)
	}
	if skipped > 0 {
		e.note(count(skipped, "public operation is", "public operations are") + " passed over: the gateway asks no authorizer about them")
	}
	if e.subject == nil {
		e.noteOnlyRequest()
	}
}

// isOfWebSocket tells whether the answer is a WebSocket API's: its policy, or the ARN, names $connect.
func (e *evaluation) isOfWebSocket() bool {
	return slices.ContainsFunc(e.resources(), func(r string) bool { return strings.HasSuffix(r, "/"+policy.RouteConnect) })
}

// resources are the patterns of the policy.
func (e *evaluation) resources() []string {
	var all []string
	for _, s := range e.document.Statement {
		all = append(all, slices.Concat(s.Resource, s.NotResource)...)
	}
	return all
}

// stage is the ARN of a request to the stage that is asked about: the one that is named, or else the first that the policy names.
func (e *evaluation) stage() policy.ARN {
	if e.asked.stage != (policy.ARN{}) {
		return e.asked.stage
	}
	for _, resource := range e.resources() {
		parts := strings.SplitN(resource, "/", 3)
		if len(parts) < 2 {
			continue
		}
		if named, err := policy.ParseARN(parts[0] + "/" + parts[1] + "/GET/"); err == nil {
			return named
		}
	}
	if e.simple == nil {
		e.note("the policy names no stage without a wildcard, and no --arn does: the routes are those of a made-up one")
	}
	return defaultARN
}

// values are what may stand for a path parameter: any value, the caller's id, and what the policy names.
func (e *evaluation) values() []string {
	var named []string
	if e.subject != nil {
		named = append(named, e.subject.Caller.ID)
	}
	for _, resource := range e.resources() {
		pieces := strings.Split(resource, "/")
		for _, piece := range pieces[min(3, len(pieces)):] {
			named = append(named, strings.NewReplacer("*", "x", "?", "x").Replace(piece))
		}
	}
	any := "any"
	for slices.Contains(named, any) || hasLiteral(e.contract, any) {
		any += "-other"
	}
	values := []string{any}
	for _, value := range named {
		if isOneSegment(value) && !slices.Contains(values, value) {
			values = append(values, value)
		}
	}
	return values
}

// isOneSegment tells whether a text may stand for a path parameter. What means another path to those who normalize paths is no such
// value: the policies of Portcullis deny it in whole.
func isOneSegment(text string) bool {
	return text != "" && text != "." && text != ".." && !strings.ContainsAny(text, "/*?$%") && !strings.ContainsFunc(text, inquiry.IsNeverSent)
}

// hasLiteral tells whether a path template has the literal segment.
func hasLiteral(s *inquiry.Surface, segment string) bool {
	return slices.ContainsFunc(s.Operations, func(o contract.Operation) bool { return slices.Contains(inquiry.Segments(o.Route.Path), segment) })
}

// askOperation asks about requests that are routed to the operation.
func (e *evaluation) askOperation(operation *contract.Operation, stage policy.ARN, values []string) {
	of, seen, asked := *inquiry.NewServed(operation), map[[2]string]bool{}, 0
	keep := func(arn policy.ARN) {
		j := e.judge(of, arn)
		if way := [2]string{j.Decision, j.Rules}; !seen[way] {
			seen[way] = true
			e.Requests = append(e.Requests, j)
		}
	}
	if operation.Route.Method == policy.RouteConnect {
		stage.RouteKey = policy.RouteConnect
		keep(stage)
		return
	}
	for _, method := range inquiry.MethodsOf(operation.Route) {
		for path := range paths(operation.Route.Path, e.longest(), values) {
			if index, _, ok := e.contract.Router.Route(method, path); !ok || &e.contract.Operations[index] != operation {
				continue
			}
			if asked++; asked > maxWitnesses {
				e.note(fmt.Sprintf("%s: it has more than %d requests that the policy could tell apart, and those were asked about", inquiry.RouteName(operation.Route), maxWitnesses))
				return
			}
			stage.Method, stage.Path = method, strings.TrimPrefix(path, "/")
			keep(stage)
		}
	}
}

// longest is how many segments a path has that the policy, with wildcards that stand for slashes too, could tell from longer ones.
func (e *evaluation) longest() int {
	longest := e.contract.Longest
	for _, resource := range e.resources() {
		longest = max(longest, strings.Count(resource, "/")-2)
	}
	return longest + 1
}

// paths gives the paths of a template with each of the values for each of its parameters; a greedy one stands for as many segments as
// make the path so long.
func paths(template string, longest int, values []string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		parts := inquiry.Segments(template)
		for {
			if !fill(parts, 0, values, yield) || !inquiry.IsGreedy(template) || len(parts) >= longest {
				return
			}
			parts = append(parts, parts[len(parts)-1])
		}
	}
}

// fill yields the paths of the template whose parameters from the i-th segment on are to be filled; false: no more are wanted.
func fill(template []string, i int, values []string, yield func(string) bool) bool {
	if i == len(template) {
		return yield(inquiry.RequestSet(template).Path())
	}
	if !inquiry.IsParameter(template[i]) {
		return fill(template, i+1, values, yield)
	}
	filled := slices.Clone(template)
	for _, value := range values {
		if filled[i] = value; !fill(filled, i+1, values, yield) {
			return false
		}
	}
	return true
}

// noteOnlyRequest tells of a policy that is about one request, where the gateway asks it about others.
func (e *evaluation) noteOnlyRequest() {
	denied := slices.ContainsFunc(e.Requests, func(r judged) bool { return r.Decision == inquiry.Deny })
	for i, s := range e.document.Statement {
		if s.Effect != policy.EffectAllow || len(s.Resource) != 1 || !denied {
			continue
		}
		if only, err := policy.ParseARN(s.Resource[0]); err == nil && !strings.ContainsAny(only.Path, "*?") {
			e.note(fmt.Sprintf("statement %d allows one request only: where the gateway keeps answers (a REST API does for 300 s unless told otherwise), all others of the same credentials get 403 meanwhile", i+1))
		}
	}
}
