// Package verify turns the text of a JSON Web Token into claims that can be relied on, or into a typed
// error. It knows issuers, their key sets and cryptography; it does not know what claims allow.
//
// A [Verifier] accepts tokens of the issuers that it was made with and of no other, and each gains only what the entry of
// its [Issuer] says; ISSUERS.md beside this package has entries for the usual providers. An error is either an
// [*authorizers.TokenError], the token is bad as things stand, or an [*authorizers.UnavailableError], which
// says nothing about the token: its key could not be looked for.
//
// Keys are fetched when a token first asks for them, or by Prefetch. They stay fresh for as long as
// Cache-Control says, within 5 minutes to 24 hours, and are renewed before that ends while tokens go on being
// checked. While the issuer cannot be reached they serve for 24 hours more. A key id that is not among them
// asks the issuer at most once in 10 seconds, whatever tokens say; so a token of a new key is accepted at once, or
// after those 10 seconds, and a withdrawn key is not, once the set has been fetched again. A signature that the key
// with the token's id did not make asks at most once in a minute, and not within a minute after the keys were
// fetched, since the issuer may have put another key under the id; it does so only for a token whose claims are good.
// Keys may also stand in a file or in the configuration itself; then nothing is fetched ([Issuer].JWKSURI).
//
// A key is found by its id and its algorithm. Keys for other uses or of other kinds, private and weak ones (RSA below
// 2,048 bits, with an even modulus or the pattern of CVE-2017-15361, points of small order) are passed over and spoil
// no others. Of two different keys with one id and algorithm neither is used.
//
// It is the one package that knows jwx (github.com/lestrrat-go/jwx/v2), and jwx does one thing here: it reads the
// members that make a public key of a JSON Web Key. The compact form, the headers, the choice of the key, the binding
// of algorithm to key and all claims are checked by stricter code of this package (RFC 8725), and signatures by the
// standard library: jwx's own verifier accepts many of the broken tokens of [portcullis/authorizers/verify/vectors] that this
// one refuses; lenience/README.md names them. The day to leave jwx is that on which a vulnerability is not mended in its
// version 2 any more; what has to be written for it then are three public keys out of base64url numbers.
package verify
