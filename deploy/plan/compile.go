package plan

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
)

// Errors is all that is wrong with a contract and a mode together, each with the file, the line and what would be right.
type Errors = contract.Errors

// Applies tells whether a mode has anything of a contract to guard: one of a WebSocket API has nothing where there is no x-websocket.
// Who takes all modes leaves such a one out, and who names it is told by [Compile].
func Applies(c *contract.Contract, m *modes.Mode) bool {
	return m.Gateway != modes.WebSocket || c.WebSocket != nil
}

// Compile makes the plan of an API that guards a contract as a mode says. Both have to be there. The error is an [Errors] with
// all that is wrong, the contract's first, each in the order of its lines.
func Compile(c *contract.Contract, m *modes.Mode) (*Plan, error) {
	return compile(c, m, func() (bodyModels, Errors) { return makeModels(c) })
}

// compile is Compile with what makes the models of bodies, which is called where the mode has bodies validated.
func compile(c *contract.Contract, m *modes.Mode, models func() (bodyModels, Errors)) (*Plan, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	b := &builder{refusals: refusals{contract: c}, mode: m, makeModels: models}
	p := b.plan()
	if len(b.wrong)+len(b.wrongMode) > 0 {
		b.wrong.SortByLine()
		b.wrongMode.SortByLine()
		return nil, append(b.wrong, b.wrongMode...)
	}
	return p, nil
}

// CompileAll makes the plans of the APIs that guard a contract, one for each mode, in the order of the modes. The error is an [Errors]
// with all that is wrong: first what modes find wrong with the contract, each once and with the names of those modes, and then what is
// wrong with each mode.
func CompileAll(c *contract.Contract, all []*modes.Mode) ([]*Plan, error) {
	plans := make([]*Plan, len(all))
	var ofContract, ofModes Errors
	type found struct {
		at     contract.Position
		reason string
	}
	files := c.Paths()
	finders := map[found][]string{} // the modes by what they find wrong with the contract
	models := sync.OnceValues(func() (bodyModels, Errors) { return makeModels(c) })
	for i, m := range all {
		var err error
		if plans[i], err = compile(c, m, models); err == nil {
			continue
		}
		var wrong Errors
		if !errors.As(err, &wrong) {
			return nil, err
		}
		for _, w := range wrong {
			if !slices.Contains(files, w.Name) {
				ofModes = append(ofModes, w)
				continue
			}
			this := found{contract.Position{File: w.Name, Line: w.Line}, w.Reason}
			if finders[this] == nil {
				ofContract = append(ofContract, w)
			}
			finders[this] = append(finders[this], m.Name)
		}
	}
	for i, w := range ofContract {
		names := strings.Join(finders[found{contract.Position{File: w.Name, Line: w.Line}, w.Reason}], ", ")
		ofContract[i] = &contract.Error{Name: w.Name, Line: w.Line, Reason: w.Reason + " (mode " + names + ")", Err: w.Err}
	}
	ofContract.SortByLine()
	if len(ofContract)+len(ofModes) > 0 {
		return nil, append(ofContract, ofModes...)
	}
	return plans, nil
}

// builder makes one plan; what is wrong is gathered.
type builder struct {
	refusals
	mode      *modes.Mode
	wrongMode Errors // with the mode

	makeModels func() (bodyModels, Errors) // of the contract
	models     bodyModels                  // REST; none where the mode does not have bodies validated
}

// refusals are what is wrong with a contract.
type refusals struct {
	contract *contract.Contract
	wrong    Errors
}

// refuse notes what is wrong at a place of the contract.
func (r *refusals) refuse(at contract.Position, format string, args ...any) {
	r.wrong = append(r.wrong, &contract.Error{Name: at.File, Line: at.Line, Reason: fmt.Sprintf(format, args...)})
}

// refuseMode notes what is wrong with a member of the mode, its parents before it.
func (b *builder) refuseMode(reason string, member ...string) {
	b.wrongMode = append(b.wrongMode, b.mode.Wrong(reason, member...))
}

func (b *builder) plan() *Plan {
	m := b.mode
	p := &Plan{
		Name: m.Name, Gateway: m.Gateway, Description: b.contract.Description, Authorization: m.Authorization,
		Authorizer: b.authorizer(), Scopes: b.scopes(),
		StageVariables:  orEmpty(maps.Clone(m.StageVariables)),
		AccessLogFormat: cmp.Or(strings.TrimSpace(m.AccessLogFormat), logFormat(m)), IntegrationTimeoutInMillis: int(m.IntegrationTimeout().Milliseconds()),
		Local: localOf(m),
	}
	if m.Throttle != nil {
		p.Throttle = throttleOf(m.Throttle.Throttle)
	}
	switch m.Gateway {
	case modes.WebSocket:
		p.WebSocket, p.Operations, p.Description = b.webSocket(), b.messageRoutes(), cut(p.Description, mostDescription)
	case modes.HTTP:
		p.HTTP, p.Operations, p.Description = b.http(), b.operations(), cut(p.Description, mostDescription)
	default:
		p.REST, p.Operations = b.rest(), b.operations()
	}
	if m.Gateway != modes.REST {
		b.checkNoResourcePolicy()
	}
	b.checkFunctions()
	joinPermissions(p.Operations)
	b.checkNamedMethods(p)
	return p
}

// operations are those of a REST or HTTP API.
func (b *builder) operations() map[string]Operation {
	all := map[string]Operation{}
	for i := range b.contract.Operations {
		operation := &b.contract.Operations[i]
		if _, again := all[keyOf(operation)]; !again { // $default is two of the contract's
			all[keyOf(operation)] = b.operation(operation)
		}
	}
	return all
}

// logFormat is the line of an access log where the mode has no format of its own. No field may hold a credential: $context.error.message,
// in which AWS quotes the headers that were signed, and with them a session token, is left out of a WebSocket API's where requests are
// signed, and of all REST APIs', which take an Authorization for a signature wherever no method serves the request.
func logFormat(m *modes.Mode) string {
	format := logFormats[m.Gateway]
	if m.Authorization == modes.IAM && m.Gateway == modes.WebSocket {
		format = strings.Replace(format, messageField, "", 1)
	}
	return format
}

// messageField is the part of a line that has the gateway's message.
const messageField = `"errorMessage":"$context.error.message",`

// logFormats are the lines by gateway, with all that any authorization may have in them.
var logFormats = map[string]string{
	modes.REST: `{"apiKeyId":"$context.identity.apiKeyId","authorizerError":"$context.authorizer.error",` +
		`"authorizerLatency":"$context.authorizer.latency","authorizerStatus":"$context.authorizer.status",` +
		`"errorType":"$context.error.responseType","extendedRequestId":"$context.extendedRequestId","integrationError":"$context.integration.error",` +
		`"integrationLatency":"$context.integration.latency","integrationStatus":"$context.integration.status","latency":"$context.responseLatency",` +
		`"method":"$context.httpMethod","path":"$context.path","principalId":"$context.authorizer.principalId","requestId":"$context.requestId",` +
		`"resourcePath":"$context.resourcePath","responseLength":"$context.responseLength","sourceIp":"$context.identity.sourceIp",` +
		`"status":"$context.status","time":"$context.requestTime","traceId":"$context.xrayTraceId","userArn":"$context.identity.userArn"}`,
	modes.HTTP: `{"authorizerError":"$context.authorizer.error","authorizerLatency":"$context.authorizer.latency",` +
		messageField + `"errorType":"$context.error.responseType","integrationError":"$context.integration.error",` +
		`"integrationLatency":"$context.integration.latency","integrationStatus":"$context.integration.status","latency":"$context.responseLatency",` +
		`"method":"$context.httpMethod","path":"$context.path","requestId":"$context.requestId","responseLength":"$context.responseLength",` +
		`"routeKey":"$context.routeKey","sourceIp":"$context.identity.sourceIp","status":"$context.status","time":"$context.requestTime",` +
		`"userArn":"$context.identity.userArn"}`,
	modes.WebSocket: `{"apiKeyId":"$context.identity.apiKeyId","authorizerError":"$context.authorizer.error","connectedAt":"$context.connectedAt",` +
		`"connectionId":"$context.connectionId",` + messageField + `"errorType":"$context.error.responseType","eventType":"$context.eventType",` +
		`"integrationError":"$context.integration.error","integrationLatency":"$context.integration.latency",` +
		`"integrationStatus":"$context.integration.status","messageId":"$context.messageId","principalId":"$context.authorizer.principalId",` +
		`"requestId":"$context.requestId","routeKey":"$context.routeKey","sourceIp":"$context.identity.sourceIp","status":"$context.status",` +
		`"time":"$context.requestTime","userArn":"$context.identity.userArn"}`,
}

// scopes are all that the contract asks for.
func (b *builder) scopes() []string {
	access := b.webSocketAccess()
	for _, operation := range b.contract.Operations {
		access = append(access, operation.Access)
	}
	all := []string{}
	for _, a := range access {
		for _, alternative := range a.Alternatives {
			for _, requirement := range alternative {
				all = append(all, requirement.Scopes...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// checkNamedMethods makes sure that the methods that the mode names are the contract's, and that those of a usage plan ask for its keys.
func (b *builder) checkNamedMethods(p *Plan) {
	check := func(names []string, member string) {
		slices.Sort(names)
		for _, name := range names {
			if _, is := p.Operations[name]; !is {
				b.refuseMode("want an operation of "+b.contract.Name+", which has none such", member, "methods", name)
			}
		}
	}
	if m := b.mode; m.Throttle != nil {
		check(slices.Collect(maps.Keys(m.Throttle.Methods)), "throttle")
	}
	if m := b.mode; m.UsagePlan != nil {
		check(slices.Collect(maps.Keys(m.UsagePlan.Methods)), "usagePlan")
		for _, name := range slices.Sorted(maps.Keys(m.UsagePlan.Methods)) {
			if p.Operations[name].Public {
				b.refuseMode("want an operation that asks for a key, which "+b.contract.Name+" opens to everybody", "usagePlan", "methods", name)
			}
		}
	}
	if m := b.mode; m.Cache != nil {
		check(slices.Collect(maps.Keys(m.Cache.Methods)), "cache")
	}
}

func throttleOf(t modes.Throttle) *Throttle {
	return &Throttle{RateLimit: t.RateLimit, BurstLimit: t.BurstLimit}
}

// orEmpty is a map that is written as {} where it is nil.
func orEmpty[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

// listOf is a copy of a list, which is written as [] where it is nil.
func listOf(list []string) []string { return append([]string{}, list...) }

func localOf(m *modes.Mode) Local {
	local := Local{}
	for _, c := range m.LocalCallers {
		local.Callers = append(local.Callers, Caller{c.AccessKeyID, c.SecretAccessKey, c.SessionToken, c.ARN, c.Policy.Document})
	}
	if m.UsagePlan != nil {
		for _, k := range m.UsagePlan.LocalKeys {
			local.Keys = append(local.Keys, Key{k.Name, k.Value, k.Disabled})
		}
	}
	return local
}
