package verifytest

import (
	"fmt"
	"slices"
	"strings"
)

// BrokenToken is a token with one thing wrong.
type BrokenToken struct {
	Name string // stable, in kebab-case, such as "alg-none"
	Why  string // what is wrong, as a sentence

	// Part is where it is wrong: "form", "header", "claims" or "signature".
	Part string

	// Signed tells that the signature, decoded however leniently, is the current key's and of its
	// algorithm: a verifier that checks nothing else accepts the token.
	Signed bool

	// NoSkew tells that the token is wrong by less than clocks may differ: it is to be refused only by a
	// verifier that allows no clock skew.
	NoSkew bool

	// Token is the text to send.
	Token string
}

// Broken makes every broken token that there is for these claims and for the algorithm that signs
// now. Claims are those of a good token, as CognitoAccessClaims, CognitoIDClaims and OIDCClaims make
// them. A correct verifier refuses each of the tokens if it is set up for this issuer, this
// algorithm, this kind of token and tokens of at most 8 KB, and accepts Sign(claims).
//
// Times derive from the claims' own iat and exp, so the verifier's clock may be any that is not before
// iat and is before exp: what has expired did so a day before iat (or, with NoSkew, at iat), and what
// is in the future is a day after exp.
//
// Only the signature of a token is bad where that is what is broken: the others are signed as they
// stand. Keys that nobody may use are published from then on, until [Issuer.Replace], behind the issuer's
// own: some of the tokens are signed by them. It panics if the claims have no exp, or times that are no numbers.
func (i *Issuer) Broken(claims map[string]any) []BrokenToken {
	g := newGood(i, claims)
	var tokens []BrokenToken
	for _, family := range families {
		for _, b := range family.breakages {
			if b.only.holds(g) {
				tokens = append(tokens, family.token(b, g))
			}
		}
	}
	return tokens
}

// Break makes one of the tokens of [Issuer.Broken]. It panics if there is none of that name, or if it
// does not apply to these claims or to the algorithm that signs now.
func (i *Issuer) Break(name string, claims map[string]any) string {
	for _, family := range families {
		n := slices.IndexFunc(family.breakages, func(b breakage) bool { return b.name == name })
		if n < 0 {
			continue
		}
		b, g := family.breakages[n], newGood(i, claims)
		if !b.only.holds(g) {
			panic(fmt.Sprintf("verifytest: broken token %q is only for %s", name, b.only.what))
		}
		return b.make(g)
	}
	panic(fmt.Sprintf("verifytest: no broken token %q; there are %s", name, strings.Join(brokenNames(), ", ")))
}

// Breaks tells whether a token can be broken so: whether [Issuer.Broken] would make one of that name for these claims and for
// the algorithm that signs now. It panics as Broken does.
func (i *Issuer) Breaks(name string, claims map[string]any) bool {
	g := newGood(i, claims)
	return slices.ContainsFunc(families, func(f family) bool {
		return slices.ContainsFunc(f.breakages, func(b breakage) bool { return b.name == name && b.only.holds(g) })
	})
}

// BrokenKind is a way to break a token, of any claims and algorithm. Its members are those of the [BrokenToken] that it gives, but for the
// last two.
type BrokenKind struct {
	Name, Why, Part string
	Signed, NoSkew  bool
	Publishes       bool   // to make one is to publish keys that nobody may use, see [Issuer.Broken]
	Only            string // for which algorithms or claims alone there is one, such as "claims with aud"; "" for all
}

// BrokenKinds are all ways to break a token, in the order of [Issuer.Broken].
func BrokenKinds() []BrokenKind {
	var all []BrokenKind
	for _, f := range families {
		for _, b := range f.breakages {
			all = append(all, BrokenKind{Name: b.name, Why: b.why, Part: f.part, Signed: f.signed, NoSkew: f.noSkew, Publishes: f.publishes, Only: b.only.what})
		}
	}
	return all
}

func brokenNames() []string {
	var names []string
	for _, kind := range BrokenKinds() {
		names = append(names, kind.Name)
	}
	return names
}

// breakage is one way to break a token.
type breakage struct {
	name, why string
	only      condition
	make      func(*good) string
}

// family is breakages of one part.
type family struct {
	part      string
	signed    bool
	noSkew    bool
	publishes bool
	breakages []breakage
}

func (f family) token(b breakage, g *good) BrokenToken {
	return BrokenToken{Name: b.name, Why: b.why, Part: f.part, Signed: f.signed, NoSkew: f.noSkew, Token: b.make(g)}
}

// families are all ways to break a token. Each has a file of its own, named after what it breaks: who adds a way finds those
// that are like it there, with what they need, and a review sees which part of a token it is about.
var families = []family{
	{part: "form", signed: true, breakages: formBreakages},
	{part: "form", signed: false, breakages: partBreakages},
	{part: "form", signed: true, breakages: base64Breakages()},
	{part: "header", signed: true, breakages: algorithmBreakages},
	{part: "header", signed: true, breakages: namedBreakages()},
	{part: "header", signed: true, breakages: headerBreakages},
	{part: "header", signed: true, breakages: keyIDBreakages},
	{part: "header", signed: true, breakages: textBreakages("header")},
	{part: "header", signed: true, breakages: headerTextBreakages},
	{part: "claims", signed: true, breakages: textBreakages("claims")},
	{part: "claims", signed: true, breakages: claimsTextBreakages},
	{part: "claims", signed: true, breakages: timeBreakages},
	{part: "claims", signed: true, noSkew: true, breakages: nowBreakages},
	{part: "claims", signed: true, breakages: issuerBreakages},
	{part: "claims", signed: true, breakages: audienceBreakages},
	{part: "claims", signed: true, breakages: cognitoBreakages},
	{part: "claims", signed: true, breakages: boundBreakages},
	{part: "signature", signed: false, breakages: unsignedBreakages},
	{part: "signature", signed: false, breakages: swappedBreakages()},
	{part: "signature", signed: false, breakages: hmacBreakages},
	{part: "signature", signed: false, breakages: attackerBreakages()},
	{part: "signature", signed: false, publishes: true, breakages: keySetBreakages},
	{part: "signature", signed: false, breakages: signatureBreakages},
	{part: "signature", signed: false, breakages: rsaBreakages},
	{part: "signature", signed: false, breakages: pkcs1Breakages},
	{part: "signature", signed: false, breakages: pssBreakages},
	{part: "signature", signed: false, breakages: ecdsaBreakages},
	{part: "signature", signed: false, breakages: ed25519Breakages},
	{part: "signature", signed: true, breakages: neutralBreakages},
}
