// Package authorizers holds the Lambda authorizers of Amazon API Gateway: each takes an authorizer event,
// finds out who calls, and answers with the one policy that is right for every route of the API.
//
//   - [TokenAuthorizer] takes events of type TOKEN: a JWT.
//   - [RequestAuthorizer], made by [NewRequest], takes events of type REQUEST from REST, WebSocket and HTTP APIs: an API key, a
//     JWT, or both.
//   - [RequestAuthorizer], made by [NewJWT], takes those of HTTP APIs alone, and JWTs.
//
// A JWT stands in the header Authorization, behind the scheme Bearer; [TokenSources] tell of it to be there without a
// scheme, and where WebSocket clients, which set no header in browsers, put it. Cookies are never read: a browser sends
// them with whatever another site makes it ask for.
//
// An authorizer ends in one of three ways. A good credential gets a policy; whether it allows the request at
// hand is for the gateway to see. No credential, or a bad one, is the error [ErrUnauthorized], from which
// the gateway makes a 401. When nothing can be told, as when an issuer's keys are out of reach, it is any
// other error, from which the gateway makes a 500; it is never a policy and never a 401.
//
// Of an error no gateway keeps anything, each is a failed invocation in the function's metrics, and of an HTTP API it is not documented
// to become a 401. With Config.Deny no credential, or a bad one, is an answer that denies everything, from which each gateway makes a
// 403. It is kept as any other: who brings a token a moment before it is good, as before its issuer's new key is known or its
// revocation is undone, stays out until the gateway forgets the answer. An API key from a network that it is not for gets its own policy,
// whose conditions refuse it there, since the same key may be good from elsewhere. What cannot be told stays an error.
//
// A gateway keeps an answer and gives it to all requests with the same identity sources. So an answer depends on
// the credentials alone, and a key's source networks are in the policy, as a condition. That leaves the credentials
// themselves:
//
//   - An HTTP API says in its events what the identity sources are. Where there is any, a credential that is none of
//     them is passed over, as if it had not been sent; where none is left, that is no credential.
//   - A REST API does not say. Unless its TTL is 0, all places that the authorizer reads have to be identity sources:
//     Authorization for tokens and X-Api-Key for keys, both where it takes both. Where clients may leave one of two out, the TTL
//     has to be 0: such a gateway asks no authorizer without all of them.
//   - A WebSocket API keeps no answer, and takes no TTL: it asks for each handshake, and its authorizer may look at all of its
//     places at once. It needs no identity source; one that is declared has to be in every handshake.
//
// A WebSocket API asks at $connect, and about no message. The answer's context has a grant ([ContextGrant]) for the function
// that gets the messages, which decides each of them by it: see package policy. A caller whose grant would be longer than
// policy.MaxGrant does not connect, nor does one for whom the whole answer would be longer than API Gateway takes (8 KB), without
// the lists of scopes and groups, which are left out first; the log has the reason, grant-too-large or answer-too-large, and
// the size in bytes.
//
// A simple answer (isAuthorized) is for one route, and knows neither path, address nor time. Where the gateway may keep
// it, it is an error unless $context.routeKey is among the identity sources and names a route of the rules, and for
// what is open to an owner or from some networks only; and it outlives its credential by the gateway's TTL. The
// gateway has to have all routes of the rules, or requests of one that it lacks are served, and answered, as another's.
//
// The ARN of an HTTP API's route $default may name no request. A policy for it is that of the API, as for any other
// ARN, and allows no such ARN; a simple answer is an error. A rule for all other paths is one for /{proxy+}.
//
// A token is good until it ends, unless the authorizer is given [Revocations], which tell of each token whether it was
// revoked. They are asked when the gateway asks the authorizer, so a token that was revoked is accepted until the
// gateway forgets the answer that it has kept.
//
// A connection to a WebSocket API outlives that: API Gateway leaves it open for up to two hours. Where Config.RevocationNames
// are given, the context of $connect has the names of all revocations that can end the caller's token, and when that was issued
// ([ContextRevocations]), for the function that gets the messages to look up; nobody with a token connects without. Where they
// are not, or that function does not look, and for whom an API key was all, a connection sends messages for as long as its grant
// holds, whatever is revoked or disabled in the meantime.
//
// Each decision is one line of the log, with the reason as a stable code, and nothing of a credential. Its attribute source
// is the place where the credential stood, as TokenSources write it, or header:x-api-key; several are joined by commas. Where
// no credential could be used, looked are the places that were looked at.
//
// Of a token whose issuer cannot be reached, and whose keys should have been fetched again, keysStaleSeconds tells for how long that has been so:
// when they may serve no longer, good tokens are decided by nobody (keys-unavailable). Keys that are not looked up while made-up ones
// come in a flood have the reason api-keys-flood.
//
// Credentials are checked by packages of their own (verify, apikey, revocation), rules are compiled by another (policy); a main
// in cmd wires them. Embed a handler in a function of your own to add to it.
package authorizers
