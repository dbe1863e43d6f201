package verifytest

import "strings"

// formBreakages are good tokens in another form than the compact one (RFC 7515 section 7.1), or larger
// or deeper than a verifier should read.
var formBreakages = []breakage{
	{"four-parts", "A fourth part follows the signature.", condition{}, func(g *good) string { return g.token() + ".AAAA" }},
	{"five-parts", "There are five parts, as in an encrypted token.", condition{}, func(g *good) string { return g.token() + ".AAAA.AAAA" }},
	{"trailing-dot", "A dot follows the signature.", condition{}, func(g *good) string { return g.token() + "." }},
	{"json-flattened", "The token is in the flattened JSON serialization.", condition{}, func(g *good) string {
		protected, payload, signature := cut(g.token())
		return string(mustJSON(map[string]any{"protected": protected, "payload": payload, "signature": signature}))
	}},
	{"json-general", "The token is in the general JSON serialization.", condition{}, func(g *good) string {
		protected, payload, signature := cut(g.token())
		signatures := []any{map[string]any{"protected": protected, "signature": signature}}
		return string(mustJSON(map[string]any{"payload": payload, "signatures": signatures}))
	}},
	{"scheme", "The scheme Bearer of the header Authorization is still before the token.", condition{}, func(g *good) string { return "Bearer " + g.token() }},
	{"space-before", "A space is before the token.", condition{}, func(g *good) string { return " " + g.token() }},
	{"space-after", "A space is behind the token.", condition{}, func(g *good) string { return g.token() + " " }},
	{"newline-after", "A line break is behind the token.", condition{}, func(g *good) string { return g.token() + "\n" }},
	{"nested", "The payload is a token, and not claims.", condition{}, func(g *good) string {
		return g.key.tokenOf(g.header(`"cty":"JWT"`), []byte(g.token()))
	}},
	{"large", "The token is larger than 10 KB.", condition{}, func(g *good) string {
		return g.changeClaims(map[string]any{"large": strings.Repeat("x", 10<<10)})
	}},
}

// partBreakages lack the signature as a part.
var partBreakages = []breakage{
	{"empty", "There is no token.", condition{}, func(*good) string { return "" }},
	{"dots", "All three parts are empty.", condition{}, func(*good) string { return ".." }},
	{"one-part", "There is the header alone.", condition{}, func(g *good) string { return encode(g.header("")) }},
	{"two-parts", "There is no third part for a signature.", condition{}, func(g *good) string { return g.input() }},
	{"leading-dot", "A dot is before the header.", condition{}, func(g *good) string { return "." + g.token() }},
}

// cut gives the parts of a good token.
func cut(token string) (header, payload, signature string) {
	header, rest, _ := strings.Cut(token, ".")
	payload, signature, _ = strings.Cut(rest, ".")
	return header, payload, signature
}
