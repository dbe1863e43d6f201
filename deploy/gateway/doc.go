// Package gateway is Amazon API Gateway as an http.Handler: it answers requests as a deployed stage of a REST, HTTP or
// WebSocket API would, from the same plan that Terraform deploys, and calls the same Lambda functions with the same events. It is for
// desks and tests: what it lets through is what the deployed gateway would. A plan is made of a contract and a mode:
//
//	p, err := plan.Compile(contract, mode)
//	stage, err := gateway.New(gateway.Config{Plan: p, Functions: functions})
//
// A request goes the way that it goes in AWS, and the first step that refuses it answers:
//
//	REST: stage, route, resource policy, authorizer or signature, API key, usage plan, stage throttle, decompression, validation,
//	      stage cache, function
//	HTTP: stage, preflight, route, authorizer or signature, throttle, function
//	WebSocket, who connects: stage, authorizer or signature, API key, usage plan, throttle, function of $connect
//	WebSocket, a message: route, throttle, model, function
//
// A connection outlives the request that opens it: [Gateway.Close] ends all, and [Gateway.TakeOver] hands them on to the gateway of
// another plan. Functions send to connections, look at them and end them by signed requests to /{stage}/@connections/{id}, as they do
// in AWS.
//
// The gateway knows functions only as [Invoker] values, and access only by the policies that authorizers answer with. It
// checks signatures itself (package sigv4) and keeps API keys and usage plans (package usage); tokens for its own
// authorizers are verified by what [Config] has for that. What can be wrong with a contract or a mode, package plan says.
//
// What AWS documents or was seen to do is done so. Where that is not known, the choice has a comment that says so; many of
// them stand in the tables of answers in internal/rest/response.go and internal/httpapi/response.go, in
// internal/websocket/refusal.go and choices.go, and in the comment of package usage.
//
// Functions of REST APIs do not get the headers that API Gateway keeps, such as Connection, Content-Length and Upgrade, and get bodies in
// gzip and deflate decompressed, at most as large as any body; those of HTTP APIs get all headers, and such bodies as they were sent, in
// base64. X-Amzn-Trace-Id of a REST API's client goes on to function and answer. Several Authorization headers let nobody in: by which of
// them API Gateway goes is not known.
//
// Header names are handed on in Go's canonical case, since net/http does not keep what the client wrote;
// [KeepHeaderNames] does.
//
// The resource policy of a REST API counts as AWS documents it for what checks credentials: with none, and for public operations and
// preflights, it has to allow; with a Lambda authorizer it may deny before that is asked, and else either's Allow is enough if neither
// denies; with a user pool it has to allow once the token is good; a signed request is decided by it and the caller's own policy together.
// Of a path that may be read in several ways the strictest reading counts.
// The caller's address is the connection's: no header says another. No request here comes through a VPC, and no caller that signs is
// of an organization or has tags.
//
// It is not AWS in all: there is no WAF, no client certificate, no integration but Lambda proxies
// and preflights, and no limit of an account.
package gateway
