// Package authorizers holds the Lambda authorizers of Amazon API Gateway: each takes an authorizer event,
// finds out who calls, and answers with the one policy that is right for every route of the API.
//
//   - [Token] takes events of type TOKEN: a bearer JWT.
//   - [Request], made by [NewRequest], takes events of type REQUEST from REST, WebSocket and HTTP APIs: an API key, a
//     bearer JWT, or both.
//   - [Request], made by [NewJWT], takes those of HTTP APIs alone, and bearer JWTs.
//
// An authorizer ends in one of three ways. A good credential gets a policy; whether it allows the request at
// hand is for the gateway to see. No credential, or a bad one, is the error [ErrUnauthorized], from which
// the gateway makes a 401. When nothing can be told, as when an issuer's keys are out of reach, it is any
// other error, from which the gateway makes a 500; it is never a policy and never a 401.
//
// A gateway keeps an answer and gives it to all requests with the same identity sources. So an answer depends on
// the credentials alone, and the headers in which an authorizer may find them have to be identity sources: Authorization
// for tokens, X-Api-Key for keys, both where it takes both. A key's source networks are in the policy, as a condition.
// The one exception is a simple answer (isAuthorized), which is for one route, and knows neither path, address nor time.
// Where the gateway may keep it, it is an error unless $context.routeKey is among the identity sources, and for what is
// open to an owner or from some networks only; and it outlives its credential by the gateway's TTL.
//
// Each decision is one line of the log, with the reason as a stable code, and nothing of a credential.
//
// Credentials are checked by packages of their own (verify, apikey), rules are compiled by another (policy); a main
// in cmd wires them. Embed a handler in a function of your own to add to it.
package authorizers
