package verifytest

import (
	"maps"
	"slices"
)

// unsignedBreakages have no signature, and say so (RFC 8725 section 2.1) or not.
var unsignedBreakages = []breakage{
	{"alg-none", "The alg is none, and the signature is empty.", condition{}, unsigned("none")},
	{"alg-none-upper", "The alg is NONE, and the signature is empty.", condition{}, unsigned("NONE")},
	{"alg-none-title", "The alg is None, and the signature is empty.", condition{}, unsigned("None")},
	{"alg-none-mixed", "The alg is nOnE, and the signature is empty.", condition{}, unsigned("nOnE")},
	{"alg-none-no-kid", "The alg is none, there is no kid, and the signature is empty.", condition{}, func(g *good) string {
		return encode([]byte(`{"alg":"none"}`)) + "." + encode(g.payload("")) + "."
	}},
	{"signature-empty", "The signature is empty.", condition{}, func(g *good) string { return g.input() + "." }},
}

func unsigned(alg string) func(*good) string {
	return func(g *good) string {
		header := g.key.header()
		header["alg"] = alg
		return encode(mustJSON(header)) + "." + encode(g.payload("")) + "."
	}
}

// signatureBreakages are for every algorithm.
var signatureBreakages = []breakage{
	{"signature-of-other-claims", "The signature is that of another token of the issuer's.", condition{}, func(g *good) string {
		other := changed(maps.Clone(g.claims), map[string]any{"sub": "another"}, nil)
		_, _, signature := cut(g.key.token(g.key.header(), other))
		return g.input() + "." + signature
	}},
	{"signature-bit", "One bit of the signature is wrong.", condition{}, altered(func(s []byte) []byte {
		s[len(s)/2] ^= 1
		return s
	})},
	{"signature-zeros", "The signature is nothing but zeros.", condition{}, altered(func(s []byte) []byte { return make([]byte, len(s)) })},
	{"signature-ones", "The signature is nothing but ones.", condition{}, altered(func(s []byte) []byte {
		return slices.Repeat([]byte{0xff}, len(s))
	})},
	{"signature-short", "The last byte of the signature is missing.", condition{}, altered(func(s []byte) []byte { return s[:len(s)-1] })},
	{"signature-long", "A zero follows the signature.", condition{}, altered(func(s []byte) []byte { return append(s, 0) })},
	{"signature-zero-before", "A zero is before the signature.", condition{}, altered(func(s []byte) []byte { return append([]byte{0}, s...) })},
	{"signature-twice", "The signature is there twice, one behind the other.", condition{}, altered(func(s []byte) []byte { return append(s, s...) })},
	{"signature-byte", "The signature is one zero.", condition{}, altered(func([]byte) []byte { return []byte{0} })},
	{"signature-is-digest", "The signature is the hash of what it should be over.", onlyHashed, func(g *good) string {
		return g.input() + "." + encode(g.key.digest([]byte(g.input())))
	}},
}

// altered changes the bytes of a good signature.
func altered(change func(signature []byte) []byte) func(*good) string {
	return func(g *good) string {
		return g.input() + "." + encode(change(g.key.sign(g.input())))
	}
}
