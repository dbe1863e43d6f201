// Package verify turns the text of a JSON Web Token into claims that can be relied on, or into a typed
// error. It knows issuers, their key sets and cryptography; it does not know what claims allow.
//
// A [Verifier] accepts tokens of the issuers that it was made with and of no other. An error is either an
// [*authorizers.TokenError], the token is bad whatever one tries, or an [*authorizers.UnavailableError], which
// says nothing about the token: the issuer's keys could not be had.
//
// It is the one package that knows jwx, which reads JSON Web Keys; the compact form, the headers, the
// binding of algorithm to key and all claims are checked by stricter code of its own (RFC 8725).
package verify
