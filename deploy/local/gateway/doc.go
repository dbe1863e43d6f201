// Package gateway is Amazon API Gateway as an http.Handler: it answers requests as a deployed stage of an
// API would, from the same contract and the same mode file that Terraform reads, and calls the same Lambda
// functions with the same events. It is for desks and tests.
//
// It knows functions only as [Invoker] values, and access only by the policies that authorizers answer with. What
// AWS documents or was seen to do is done so; where that is not known, the choice stands in one place with
// a comment that says so.
//
// It does not throttle, and it hands on header names in Go's canonical case, since net/http does not keep
// what the client sent.
package gateway
