package stage

import (
	"errors"
	"fmt"

	"portcullis/policy"
)

// Guard is what a stage asks whether a request may go on. Guards find facts, and change nothing of the exchange; how a
// refusal is answered is for the kind of API to say.
type Guard interface {
	decide(x *Exchange) Verdict
}

// Verdict is what a guard finds of a request. The zero verdict refuses it.
type Verdict struct {
	Decision Decision // whether the request may go on
	Reason   Reason   // of a refusal
	Err      error    // what is wrong, of a refusal and of CannotTell; nil: the reason says it all
	Scopes   []string // of LacksScope: those of which any one would have done
	Explicit bool     // of Denied: by a Deny, and not for want of an Allow
	// byResource says, of Denied, that it is the API's resource policy that does not let in whom the caller's own would.
	byResource bool

	Caller Caller // who calls, as far as that is known: of one that is refused, too

	// What a trace tells of it, where one is wanted; zero: there was none.
	authorizer AuthorizerTrace
	signature  SignatureTrace
	policy     PolicyTrace
	resource   *ResourceTrace
	denial     string // of Denied: why, in words
}

// Decision is what a guard decides. The zero Decision refuses.
type Decision int

// The decisions.
const (
	Refused    Decision = iota // for the verdict's reason
	Allowed                    // the caller may invoke the method
	CannotTell                 // the authorizer fails, or its answer is malformed; or an issuer's keys cannot be had
)

// Reason is why a request is refused.
type Reason int

// The reasons.
const (
	Unidentified   Reason = iota // an identity source is missing or not valid, or the authorizer does not know the caller
	NoToken                      // there is none where one is looked for
	BadToken                     // Err is a *TokenError
	LacksScope                   // the token is good, but has none of the scopes; Err says so
	BadSignature                 // Err is a *sigv4.Error
	UnreadableBody               // of a signed request; Err is that of [Exchange.ReadBody]
	Denied                       // by the caller's policy, or by a simple answer
)

// errUnauthorized has the text by which an authorizer says 401.
var errUnauthorized = errors.New("Unauthorized")

// isUnauthorized tells whether an authorizer's error means 401: its text is that, to the letter.
func isUnauthorized(err error) bool { return err != nil && err.Error() == errUnauthorized.Error() }

// TwoAuthorizations tells whether a request has more than one Authorization header, which RFC 9110 (section 5.3) forbids. By which of them
// API Gateway goes is not known; nobody is let in by either. The trace and the logs say so.
func (x *Exchange) TwoAuthorizations() bool {
	sent := len(x.HTTP.Header["Authorization"])
	if sent <= 1 {
		return false
	}
	why := fmt.Sprintf("not asked: a request has one Authorization header, got %d", sent)
	x.Because("the authorization %s: %s", x.Plan.Authorization, why)
	x.Blame(why)
	if x.trace != nil {
		x.trace.Authorizer = &AuthorizerTrace{Type: x.Plan.Authorization, Error: why}
	}
	return true
}

// Ask asks a guard, and notes what it found.
func (x *Exchange) Ask(g Guard) Verdict {
	v := g.decide(x)
	x.Caller = v.Caller
	if x.trace != nil {
		x.traceVerdict(v)
	}
	x.noteRefusal(&v)
	if v.resource != nil {
		x.noteResource(v.resource)
	}
	if v.byResource {
		x.LogDenial()
	}
	if v.policy.RoutedARN != "" {
		x.warnOfPath(v.policy)
	}
	return v
}

// noteRefusal notes why a guard does not let the request go on, where it does not.
func (x *Exchange) noteRefusal(v *Verdict) {
	why := v.why()
	if why == "" {
		return
	}
	x.Because("%s", why)
	x.invocationID = v.authorizer.InvocationID
	if v.authorizer.Error != "" {
		x.Blame(v.authorizer.why())
	}
}

// warnOfPath tells the log that a policy decides by the path as sent otherwise than by the one that routed.
func (x *Exchange) warnOfPath(t PolicyTrace) {
	if x.Config.Log == nil {
		return
	}
	secrets := x.secrets()
	x.Config.Log.Warn("the path as sent decides: by which one AWS does is not known", "requestId", x.ownID(),
		"arn", cutSecrets(t.ARN, secrets), "decision", t.Decision,
		"routedArn", cutSecrets(t.RoutedARN, secrets), "routedDecision", t.RoutedDecision)
}

// judge completes a verdict with what the caller's policy, and the resource policy with it, say of an action on what the request
// invokes. Of the caller's it is the path as sent that decides; the trace says so where the one that routed would decide otherwise.
func (v *Verdict) judge(r *Request, action string) {
	result := v.Caller.permits(r, action, r.ARN())
	api, arn := r.Resource.evaluate(r, action, v.Caller.Signer)
	decision, explicit := policy.Combine(result, api, v.Caller.isOf(r.Config.AccountID))
	v.Reason, v.Explicit = Denied, explicit
	if decision == policy.Allow {
		v.Decision = Allowed
	}
	v.resource = r.Resource.trace(arn, api)
	v.byResource = r.Resource != nil && v.Decision != Allowed && (api.Explicit || result.Decision == policy.Allow)
	v.policy = newPolicyTrace(r.ARN(), v.Caller.document(), ofOwn(result, r, &v.Caller))
	if v.Decision != Allowed {
		v.denial = v.whyDenied(action, result, api)
	}
	if r.Path == r.policyPath {
		return
	}
	routed := r.arnOf(r.Path)
	if other := v.Caller.permits(r, action, routed); other.Decision != result.Decision {
		v.policy.RoutedARN, v.policy.RoutedDecision = routed, other.Decision.String()
	}
}

// ofOwn is what a trace says of the caller's policy: where no resource policy lets a caller of another account in, it decides nothing.
func ofOwn(own policy.Result, r *Request, c *Caller) policy.Result {
	if r.Resource == nil && own.Decision == policy.Allow && !c.isOf(r.Config.AccountID) {
		return denied
	}
	return own
}

func newPolicyTrace(arn string, document policy.Document, result policy.Result) PolicyTrace {
	t := PolicyTrace{ARN: arn, Decision: result.Decision.String(), Reason: result.Reason.String(), Pattern: result.Pattern}
	if result.Problem != "" {
		t.Reason += ": " + result.Problem
	}
	if i := max(result.Statement, result.Near); i >= 0 && i < len(document.Statement) {
		t.Statement = &document.Statement[i]
	}
	return t
}
