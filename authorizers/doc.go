// Package authorizers holds the Lambda authorizers of Amazon API Gateway: each takes an authorizer event,
// finds out who calls, and answers with the one policy that is right for every route of the API.
//
// An authorizer ends in one of three ways. A good credential gets a policy; whether it allows the request at
// hand is for the gateway to see. No credential, or a bad one, is the error [ErrUnauthorized], from which
// the gateway makes a 401. When nothing can be told, as when an issuer's keys are out of reach, it is any
// other error, from which the gateway makes a 500; it is never a policy and never a 401.
//
// Credentials are checked by packages of their own (verify), rules are compiled by another (policy); a main
// in cmd wires them. Embed a handler in a function of your own to add to it.
package authorizers
