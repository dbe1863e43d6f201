package stage

import (
	"context"
	"encoding/json"
	"time"

	"portcullis/policy"
)

// traceHeader asks for a trace in a request, and holds it in the answer.
const traceHeader = "X-Portcullis-Trace"

// Trace is the way that a request took through the gateway. Credentials in it are cut. What the request did not come to is
// nil or empty.
type Trace struct {
	RequestID  string            `json:"requestId"`            // as in events and logs
	Method     string            `json:"method"`               // of the request
	Path       string            `json:"path"`                 // as sent
	Route      string            `json:"route"`                // such as "GET /things/{id}"
	Parameters map[string]string `json:"parameters,omitempty"` // of the path, by name

	ConnectionID string `json:"connectionId,omitempty"` // of a WebSocket API
	EventType    string `json:"eventType,omitempty"`    // the same: CONNECT, MESSAGE or DISCONNECT

	Authorizer *AuthorizerTrace `json:"authorizer,omitempty"` // a Lambda authorizer, or one of the gateway's own
	Signature  *SignatureTrace  `json:"signature,omitempty"`  // of AWS_IAM
	Policy     *PolicyTrace     `json:"policy,omitempty"`     // the caller's
	// ResourcePolicy is how that of the API was evaluated, before or beside the caller's.
	ResourcePolicy *ResourceTrace    `json:"resourcePolicy,omitempty"`
	Key            *KeyTrace         `json:"key,omitempty"`         // an API key
	Throttle       string            `json:"throttle,omitempty"`    // why the stage let no more through
	Validation     string            `json:"validation,omitempty"`  // what does not fit
	Cache          string            `json:"cache,omitempty"`       // "hit", "miss", "invalidated" or "not permitted to invalidate"
	Integration    *IntegrationTrace `json:"integration,omitempty"` // the function behind the method

	// Reason says in words why the gateway answered itself; "": it did not.
	Reason string `json:"reason,omitempty"`

	Status       int     `json:"status"`                 // of the answer
	ResponseType string  `json:"responseType,omitempty"` // of an answer that the gateway makes itself, such as ACCESS_DENIED
	Milliseconds float64 `json:"milliseconds"`           // from the request to the answer
}

// AuthorizerTrace is what an authorizer was asked, and what it said.
type AuthorizerTrace struct {
	Type         string          `json:"type"`                   // TOKEN, REQUEST, COGNITO_USER_POOLS or JWT; of one that is not asked the mode's authorization
	Function     string          `json:"function,omitempty"`     // of a Lambda authorizer
	Cached       bool            `json:"cached"`                 // the answer was, and the function not called
	Event        json.RawMessage `json:"event,omitempty"`        // that the function got
	Answer       json.RawMessage `json:"answer,omitempty"`       // of the function
	Error        string          `json:"error,omitempty"`        // why nobody was let in
	Reason       string          `json:"reason,omitempty"`       // of the decision in the function's log that answer or error stands for
	InvocationID string          `json:"invocationId,omitempty"` // of the call that answered, cached or not
	Milliseconds float64         `json:"milliseconds"`           // that the function took

	PrincipalID string         `json:"principalId,omitempty"` // of the answer, cached or not
	Context     map[string]any `json:"context,omitempty"`     // of the answer; of the gateway's own authorizers the claims of a good token
	Expires     int64          `json:"expires,omitempty"`     // with Error: the exp of a token that was sent, which nobody has verified
}

// SignatureTrace is who signed the request, or why that is not known.
type SignatureTrace struct {
	ARN   string `json:"arn,omitempty"`   // of the signer
	Error string `json:"error,omitempty"` // what is wrong with the signature
}

// PolicyTrace is how a policy was evaluated.
type PolicyTrace struct {
	ARN       string            `json:"arn"`                 // that it was evaluated for
	Decision  string            `json:"decision"`            // as policy.Decision has it
	Reason    string            `json:"reason"`              // as policy.Reason has it
	Statement *policy.Statement `json:"statement,omitempty"` // the one that decided, or came closest to it
	Pattern   string            `json:"pattern,omitempty"`   // of it, that matched

	// The two are there where the path as sent is not the one that routed, and the policy decides otherwise by that one.
	RoutedARN      string `json:"routedArn,omitempty"`
	RoutedDecision string `json:"routedDecision,omitempty"`
}

// ResourceTrace is how a resource policy was evaluated.
type ResourceTrace struct {
	ARN       string                    `json:"arn"`                 // that it was evaluated for
	Decision  string                    `json:"decision"`            // as policy.Decision has it
	Reason    string                    `json:"reason"`              // as policy.Reason has it
	Index     int                       `json:"index"`               // of the statement that decided, or came closest to it; -1: none
	Statement *policy.ResourceStatement `json:"statement,omitempty"` // that one, its short resources written out
	Pattern   string                    `json:"pattern,omitempty"`   // of it, that matched
	Delegated bool                      `json:"delegated,omitempty"` // it leaves to the caller's account whether the caller may
}

// KeyTrace is by which API key and plan the request was counted.
type KeyTrace struct {
	ID      string `json:"id,omitempty"`      // of the key, never its value
	Plan    string `json:"plan,omitempty"`    // the id of the usage plan
	Refused string `json:"refused,omitempty"` // why it was not
}

// IntegrationTrace is what came of the function behind the method.
type IntegrationTrace struct {
	Function     string  `json:"function"`        // its name in the contract
	Error        string  `json:"error,omitempty"` // why it did not answer, or what is wrong with the answer
	Milliseconds float64 `json:"milliseconds"`    // that it took
}

// tracesKey is what a context has of [WithTraces].
type tracesKey struct{}

// WithTraces has the ways of requests that have the context go to a function, and not to Config.Traces.
func WithTraces(ctx context.Context, traces func(*Trace)) context.Context {
	return context.WithValue(ctx, tracesKey{}, traces)
}

// traces is what gets the way of the request, which begins; nil: nobody wants to know it. asked: the client does.
func (x *Exchange) traces(asked bool) func(*Trace) {
	if own, is := x.HTTP.Context().Value(tracesKey{}).(func(*Trace)); is {
		return own
	}
	if c := x.Config; asked || c.Traced == nil || c.Traced() {
		return c.Traces
	}
	return nil
}

// startTrace begins a trace where somebody wants it. The request that asks for it is none of the function's business.
func (x *Exchange) startTrace() {
	asked := x.Config.ShowTrace && x.HTTP.Header.Get(traceHeader) != ""
	x.toldTo = x.traces(asked)
	if !asked && x.toldTo == nil {
		return
	}
	x.trace = &Trace{RequestID: x.ownID(), Method: x.HTTP.Method, Path: x.StagePath}
	x.traceAsked = asked
}

func (x *Exchange) traceRoute() {
	if x.trace != nil {
		x.trace.Route, x.trace.Parameters = x.Method.Key(), x.Parameters
	}
}

// traceVerdict notes what a guard found.
func (x *Exchange) traceVerdict(v Verdict) {
	if v.authorizer.Type != "" {
		x.trace.Authorizer = &v.authorizer
		x.traceIdentity(v.Caller.Identity)
	}
	if v.signature != (SignatureTrace{}) {
		x.trace.Signature = &v.signature
	}
	if v.policy.ARN != "" {
		x.trace.Policy = &v.policy
	}
}

// traceIdentity notes whom the authorizer knows.
func (x *Exchange) traceIdentity(i *Identity) {
	if i == nil {
		return
	}
	a := x.trace.Authorizer
	a.PrincipalID, a.Context = i.PrincipalID, i.Context
	if i.Claims != nil {
		a.Context = i.Claims
	}
}

// TraceCache notes what the cache of a method's answers had: "hit", "miss", "invalidated" or "not permitted to invalidate".
func (x *Exchange) TraceCache(what string) {
	if x.trace != nil {
		x.trace.Cache = what
	}
}

// TraceValidation notes what of the request does not fit.
func (x *Exchange) TraceValidation(what string) {
	x.Because("the request does not fit the contract: %s", what)
	if x.trace != nil {
		x.trace.Validation = what
	}
}

// traceEnd completes the trace with how the request ends.
func (x *Exchange) traceEnd() {
	x.trace.Status, x.trace.ResponseType, x.trace.Reason = x.Status, x.responseType, x.reason()
	x.trace.ConnectionID, x.trace.EventType = x.socket().ConnectionID, x.socket().EventType
	x.trace.Milliseconds = milliseconds(x.Config.Now().Sub(x.Start))
	if a := x.trace.Authorizer; a != nil && a.Error != "" {
		a.Expires = expiryOf(x.secrets())
	}
	if x.integrated.called {
		x.trace.Integration = &IntegrationTrace{x.Method.Operation.Function, x.integrated.err, milliseconds(x.integrated.latency)}
	}
}

// showTrace puts the trace in the answer's header where the request asks for it.
func (x *Exchange) showTrace() {
	if !x.traceAsked {
		return
	}
	x.traceEnd()
	x.w.Header().Set(traceHeader, x.trace.headerText(x.secrets()))
}

// reportTrace gives the trace to who wants all.
func (x *Exchange) reportTrace() {
	if x.toldTo == nil || x.trace == nil {
		return
	}
	x.traceEnd()
	x.toldTo(x.trace.cut(x.secrets()))
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
