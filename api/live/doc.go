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
// The package also has what the function live of this module's contract does: see [Function]; and [Events], by which it takes, beside the
// events of the WebSocket API, those by which connections are sent something or closed.
//
// # Connections that are kept
//
// With a [Store], a Function keeps each connection when it opens, until it hears that it has ended: by what it may be ended (the names of the
// credential's revocations, and that of its owner), and when it ends at the latest: with its credential, or two hours after it was opened,
// when API Gateway closes it. Who cannot be kept does not connect: 503, and a line at level ERROR. A credential that is revoked between the
// authorizer's look and that a connection is kept is found by another look, after it is kept. A client that everybody may be is kept without names.
//
// A connection that is kept may be subscribed to topics, by the messages subscribe and unsubscribe: what they name is up to
// [FunctionConfig.Topics]. The answer to subscribe says until when the connection is sent something, in seconds since 1970. Where nothing is done
// the answer has a code as its error: "no-feed" (there is no store, or there are no topics), "bad-value", "too-many"
// ([connections.MaxTopics]) or "connect-again" (the connection is not kept, as one is that was opened before there was a store); and a
// sentence as its message.
//
// Whether a client may subscribe is decided when it does, and holds until the connection ends: a later contract that asks for more, or has no
// such message, ends no subscription that there is. Where there are no topics meanwhile nobody is told of anything, and of what happened then
// not later either. Whoever tightens such a rule has the clients connect again, as by revoking the tokens of their issuer.
//
// # What it takes to run
//
// The function as package environ/websocket makes it gets, beside the events of the API:
//
//   - those of the stream of the table of users, with new and old images: package feed sends what became of a user, and package ends closes the
//     connections of one who is removed;
//   - those of the stream of the table of revocations, with new images: package ends closes the connections that one ends;
//   - those of a schedule, each minute: package ends closes the connections that have ended. An error fails the invocation, for an alarm to see.
//
// Both event source mappings need ReportBatchItemFailures, without which a failure has all records of a batch come again; BisectBatchOnFunctionError;
// an end of MaximumRetryAttempts and of MaximumRecordAgeInSeconds; and a destination for what was given up, with an alarm: so no record keeps
// those behind it for a day. ParallelizationFactor may be any, since records of one key stay in order. See
// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html. Streams of tables other than these are an error.
//
// Its role needs dynamodb:GetItem, PutItem, UpdateItem, DeleteItem and Query on the table of connections, and Query on its index (package
// connections/dynamo); dynamodb:BatchGetItem on that of revocations; execute-api:ManageConnections on the stage's
// POST/@connections/* and DELETE/@connections/* (package manage/apigateway); for the mappings, dynamodb:DescribeStream, GetRecords and
// GetShardIterator on the streams, ListStreams, and what the destination asks for. See
// https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html.
package live
