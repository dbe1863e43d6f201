// Package verify turns the text of a JSON Web Token into claims that can be relied on, or into a typed
// error. It knows issuers, their key sets and cryptography; it does not know what claims allow.
//
// A [Verifier] accepts tokens of the issuers that it was made with and of no other. An error is either an
// [*authorizers.TokenError], the token is bad as things stand, or an [*authorizers.UnavailableError], which
// says nothing about the token: its key could not be looked for.
//
// Keys are fetched when a token first asks for them, or by Prefetch. They stay fresh for as long as
// Cache-Control says, within 5 minutes to 24 hours, and are renewed before that ends while tokens go on being
// checked. While the issuer cannot be reached they serve for 24 hours more. A key id that is not among them
// asks the issuer at most once in 10 seconds, whatever tokens say; one that the issuer does not have is
// remembered for a minute. So a token of a new key is accepted at once, or after those 10 seconds, and a
// withdrawn key is not, once the set has been fetched again.
//
// It is the one package that knows jwx, which reads JSON Web Keys; the compact form, the headers, the
// binding of algorithm to key and all claims are checked by stricter code of its own (RFC 8725).
package verify
