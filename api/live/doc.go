// Package live decides each message of a WebSocket API. API Gateway asks an authorizer when a client connects, and about
// nothing after it; a [Guard] stands before the handlers of messages, and lets those through that the contract's rules allow
// the sender.
//
//	rules, _, err := policy.LoadRules("rules.json")
//	guard, err := live.New(live.Config{Rules: rules, Next: lambda.NewHandler(handle)})
//	lambda.Start(guard)
//
// Who sends a message is told by the grant, a text that the REQUEST authorizer put into its context when the client connected,
// and that API Gateway hands on in every event of the connection. A Guard takes a message where the rule of its route allows
// it to the sender, as the rule of an operation does a request; where a scope counts for owners only, the member of the message
// that the route names as its owner has to be the sender's id. It takes nothing from when the sender's credential ends on,
// though API Gateway leaves the connection open for up to two hours; nor from a credential that [Config.Revocations] says was revoked, by the
// names that the authorizer put beside the grant. That is asked of each message that the rules allow, and where it cannot be told, the
// message is neither let through nor refused, but an error. Of a connection that has no such names, as of one that an API key opened,
// nobody is asked; nor does a Guard close any: see package ends. A body has to be as the route's schema says.
// A grant has those of the sender's scopes that the rules asked for when it was given: where a later contract asks for another one, the
// sender may send such a message only when it has connected again.
//
// A client that connects without a grant is refused where the contract asks for a credential.
//
// The route is the one that API Gateway chose, by the event. A handler goes by that, too, and not by the message's own word.
//
// The package also has what the function live of this module's contract does: see [Function].
package live
