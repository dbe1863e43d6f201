// Package revocation revokes verified tokens before they end.
//
// An [Entry] says which tokens are revoked: one token by its jti ([OfToken]), all tokens of one sign-in by their
// origin_jti ([OfFamily]), those of one user by their sub ([OfUser]), or all of an issuer ([OfIssuer]); the last two up to
// a second at which they were issued. An entry counts for tokens of its own issuer alone: what the ids of two issuers
// have in common means nothing. A token that does not say when it was issued (iat) is older than any such second. One
// that says neither jti nor origin_jti can be revoked by its user or its issuer only.
//
// Only tokens that authorizers see are revoked. A refresh token goes on getting new ones, which a user's entry does not
// cover and a family's covers until it expires: whoever writes an entry ends refresh tokens with the issuer too, as
// Cognito's RevokeToken and GlobalSignOut do.
//
// [InTable] looks a token's entries up, all at once; package dynamo keeps them in a DynamoDB table. In place of a table,
// package cognito asks a Cognito user pool itself; no entry is needed then. A [Checker] asks either for each token, and
// believes the answer for [RememberedFor]. [ByName] and [NameChecker] do the same for who no longer has the token, but the names
// of its entries ([NamesOf]). What cannot be told, as when the table is down, an item in it cannot be read, or time is up, is an
// [*authorizers.RevocationsUnavailableError], and no call is let through.
//
// # How long it takes
//
// From the end of the write, a token is refused when all of these have passed, together the longest delay:
//
//   - the time for which the gateway keeps the authorizer's answer: its TTL, 300 s unless set otherwise, up to 3600 s. With
//     a TTL of 0 it keeps none. A revocation does not reach into the gateway; flushing the stage's authorizer cache does.
//   - [RememberedFor], 10 s, in each Lambda environment.
//   - nothing more: the table is read consistently, so an entry that was written is read.
//
// Where the gateway checks tokens on its own (Cognito and JWT authorizers of API Gateway), nobody asks for revocations. A token
// that is issued in the very second up to which a user's tokens are revoked is refused too, and where the clocks of issuer and
// writer differ, so are those of that difference: a sign-in right after may have to be done again.
//
// # Connections that are open
//
// Of a WebSocket API only $connect is authorized, and the connection that it opens outlives the answer. What is kept of its token
// are the names of the entries that can cover it, and when it was issued: an authorizer with authorizers.Config.RevocationNames puts
// both into the connection's context. A function behind the API that asks a [NameChecker] about them with each message, and before it
// sends anything, takes nothing from the connection and sends nothing to it from [RememberedFor] after the end of the write. The
// function live of this module (api/live) does so where it is given the table, and closes the connection when the table's stream
// brings it the entry.
//
// A connection whose function asks nobody goes on to its token's end, where the function looks at that, and at most for the two hours
// that API Gateway leaves it open. So does any where package cognito takes the place of a table: it asks about whole tokens, which
// nobody keeps beside a connection.
//
// # How long entries last
//
// An entry expires, for DynamoDB to delete it, some time after the last of its tokens has ended. Until it is deleted,
// within days, it still counts: it is never wrong to refuse those tokens.
package revocation
