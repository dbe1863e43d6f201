package gateway

import (
	"errors"

	"portcullis/policy"
)

// guard is what a stage asks whether a request may go on. Guards find facts, and change nothing of the exchange; how a
// refusal is answered is for the kind of API to say.
type guard interface {
	decide(x *exchange) verdict

	// What a [Description] tells of it.
	authorization() string
	scopesOf(m *method) []string // of which a token needs any one; nil: it asks for none
	describeAuthorizer() *AuthorizerDescription
}

// verdict is what a guard finds of a request. The zero verdict refuses it.
type verdict struct {
	decision decision
	reason   reason   // of a refusal
	err      error    // what is wrong, of badToken, badSignature, unreadableBody and cannotTell; nil: the reason says it all
	scopes   []string // of lacksScope: those of which any one would have done
	explicit bool     // of denied: by a Deny, and not for want of an Allow

	caller caller // who calls, as far as that is known: of one that is refused, too

	// What a trace tells of it; nil: there was none.
	authorizer *AuthorizerTrace
	signature  *SignatureTrace
	policy     *PolicyTrace
}

// decision is what becomes of a request.
type decision int

const (
	refused    decision = iota // for the verdict's reason
	allowed                    //
	cannotTell                 // the authorizer fails, or its answer is malformed; or an issuer's keys cannot be had
)

// reason is why a request is refused.
type reason int

const (
	unidentified   reason = iota // an identity source is missing or not valid, or the authorizer does not know the caller
	noToken                      // there is none where one is looked for
	badToken                     // err is a *TokenError
	lacksScope                   // the token is good, but has none of the scopes
	badSignature                 // err is a *sigv4.Error
	unreadableBody               // which is signed; err is errBodyTooLarge or errBodyCut
	denied                       // by the caller's policy, or by a simple answer
)

// errUnauthorized has the text by which an authorizer says 401.
var errUnauthorized = errors.New("Unauthorized")

// isUnauthorized tells whether an authorizer's error means 401: its text is that, to the letter.
func isUnauthorized(err error) bool { return err != nil && err.Error() == errUnauthorized.Error() }

// ask asks a guard, and notes what it found.
func (x *exchange) ask(g guard) verdict {
	v := g.decide(x)
	x.caller = v.caller
	if x.trace != nil {
		x.trace.Authorizer, x.trace.Signature, x.trace.Policy = v.authorizer, v.signature, v.policy
	}
	if v.policy != nil && v.policy.RoutedARN != "" {
		x.warnOfPath(v.policy)
	}
	return v
}

// warnOfPath tells the log that a policy decides by the path as sent otherwise than by the one that routed.
func (x *exchange) warnOfPath(t *PolicyTrace) {
	if x.config.Log == nil {
		return
	}
	secrets := x.secrets()
	x.config.Log.Warn("the path as sent decides: by which one AWS does is not known", "requestId", x.ownID(),
		"arn", cutSecrets(t.ARN, secrets), "decision", t.Decision,
		"routedArn", cutSecrets(t.RoutedARN, secrets), "routedDecision", t.RoutedDecision)
}

// judge completes a verdict with what the caller's policy says of what the request invokes. It is the path as sent that
// decides; the trace says so where the one that routed would decide otherwise.
func (v *verdict) judge(r *request) {
	result := v.caller.permits(r, policy.InvokeAction, r.arn())
	v.reason, v.explicit = denied, result.Explicit
	if result.Decision == policy.Allow {
		v.decision = allowed
	}
	v.policy = newPolicyTrace(r.arn(), v.caller.document(), result)
	if r.path == r.policyPath {
		return
	}
	routed := r.arnOf(r.path)
	if other := v.caller.permits(r, policy.InvokeAction, routed); other.Decision != result.Decision {
		v.policy.RoutedARN, v.policy.RoutedDecision = routed, other.Decision.String()
	}
}

func newPolicyTrace(arn string, document policy.Document, result policy.Result) *PolicyTrace {
	t := &PolicyTrace{ARN: arn, Decision: result.Decision.String(), Reason: result.Reason.String(), Pattern: result.Pattern}
	if result.Problem != "" {
		t.Reason += ": " + result.Problem
	}
	if i := max(result.Statement, result.Near); i >= 0 && i < len(document.Statement) {
		t.Statement = &document.Statement[i]
	}
	return t
}
