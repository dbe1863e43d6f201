package gateway

import (
	"context"

	"portcullis/deploy/gateway/internal/stage"
)

// Trace is the way that a request took through the gateway, with credentials cut: what was sent and the Route that it
// found; then, each nil or empty where the request did not come so far, ResourcePolicy, Authorizer, Signature, Policy, Key, Throttle,
// Validation, Cache and Integration; and the Status of the answer, its ResponseType and the Reason in words where the gateway made it,
// and the Milliseconds it took. It is JSON in the header X-Portcullis-Trace. See [Config] for who gets it.
type Trace = stage.Trace

// WithTraces has the ways of requests that have the context go to a function, when they are answered and in their goroutines, and not to
// the Traces of a [Config]. Of a connection's messages it is the context of the handshake.
func WithTraces(ctx context.Context, traces func(*Trace)) context.Context {
	return stage.WithTraces(ctx, traces)
}

// AuthorizerTrace is what an authorizer was asked, and what it said: its Type and Function, whether the answer was Cached,
// the Event and the Answer as JSON, the Error where it lets nobody in, the Reason of the decision that answer or error stands for and the
// InvocationID by which the function's log has it, where they are known ([Explain]), and how many Milliseconds it took. PrincipalID
// and Context are those of the answer, also of one that was Cached; of the gateway's own authorizers Context has the claims of a good token.
// Where nobody is let in, Expires is the exp of a token that was sent, in seconds of Unix time, which nobody has verified.
type AuthorizerTrace = stage.AuthorizerTrace

// SignatureTrace is who signed the request, by ARN, or the Error that says why that is not known.
type SignatureTrace = stage.SignatureTrace

// PolicyTrace is how a policy was evaluated: for which ARN, with which Decision and Reason, and the Statement and its
// Pattern that decided or came closest. RoutedARN and RoutedDecision are there where the path as sent is not the one that
// routed and the policy decides otherwise by that one: which of them AWS takes is not known.
type PolicyTrace = stage.PolicyTrace

// ResourceTrace is how the API's resource policy was evaluated: for which ARN, with which Decision and Reason, and the Statement, by its
// Index, and its Pattern that decided or came closest. Delegated says that it leaves to the caller's account whether the caller may.
type ResourceTrace = stage.ResourceTrace

// KeyTrace is by which API key (ID) and Plan the request was counted, or why it was Refused. It has no key's value.
type KeyTrace = stage.KeyTrace

// IntegrationTrace is what came of the Function behind the method: its Error, if any, and the Milliseconds it took.
type IntegrationTrace = stage.IntegrationTrace
