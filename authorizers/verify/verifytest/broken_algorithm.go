package verifytest

import "strings"

// algorithmBreakages have a good signature and an alg that does not say so.
var algorithmBreakages = []breakage{
	{"alg-none-signed", "The alg is none, though there is a good signature.", condition{}, headerWith("alg", "none")},
	{"alg-missing", "There is no alg.", condition{}, headerWithout("alg")},
	{"alg-null", "The alg is null.", condition{}, headerWith("alg", nil)},
	{"alg-empty", "The alg is empty.", condition{}, headerWith("alg", "")},
	{"alg-number", "The alg is a number.", condition{}, headerWith("alg", 256)},
	{"alg-list", "The alg is a list with the right name in it.", condition{}, func(g *good) string {
		return g.changeHeader(map[string]any{"alg": []string{g.key.name}})
	}},
	{"alg-object", "The alg is an object.", condition{}, headerWith("alg", map[string]any{"name": "none"})},
	{"alg-other-case", "The alg is in the other case, and names are case-sensitive.", condition{}, func(g *good) string {
		return g.changeHeader(map[string]any{"alg": swapCase(g.key.name)})
	}},
	{"alg-space", "A space follows the name of the algorithm.", condition{}, func(g *good) string {
		return g.changeHeader(map[string]any{"alg": g.key.name + " "})
	}},
	{"alg-unknown", "The alg is no algorithm.", condition{}, headerWith("alg", "XS256")},
	{"alg-wrong-case-member", "The member alg is written Alg, which is another member.", condition{}, func(g *good) string {
		return g.changeHeader(map[string]any{"Alg": g.key.name}, "alg")
	}},
}

// namedBreakages name another algorithm over a good signature.
func namedBreakages() []breakage {
	var all []breakage
	for _, a := range append(Algorithms(), "HS256", "ES256K") {
		all = append(all, breakage{
			"alg-named-" + strings.ToLower(a), "The header names " + a + ", and key and signature are for another algorithm.",
			condition{"algorithms other than " + a, func(g *good) bool { return g.key.name != a }}, headerWith("alg", a),
		})
	}
	return all
}

// swappedBreakages name another algorithm and are signed with it, by the same key.
func swappedBreakages() []breakage {
	var all []breakage
	for _, a := range algorithms {
		if a.kind == eddsa {
			continue // no other algorithm has keys of its type
		}
		all = append(all, breakage{
			"alg-swapped-" + strings.ToLower(a.name), "The token is signed with " + a.name + " by a key for another algorithm, and the header says so.",
			condition{"other algorithms of the key type of " + a.name, func(g *good) bool { return a.swaps(g.key.algorithm) }},
			func(g *good) string {
				other := g.key
				other.algorithm = a
				return other.token(other.header(), g.claims)
			},
		})
	}
	return append(all, breakage{"kid-of-another-key", "The token is signed by another published key than the kid names.", onlyPair, func(g *good) string {
		other := g.others[0]
		header := other.header()
		header["kid"] = g.key.id
		return other.token(header, g.claims)
	}})
}

// swaps tells whether a is another algorithm that a key for b can sign with.
func (a algorithm) swaps(b algorithm) bool {
	isRSA := func(k kind) bool { return k == pkcs1 || k == pss }
	return a.name != b.name && (a.kind == b.kind || isRSA(a.kind) && isRSA(b.kind))
}

// swapCase changes the case of every ASCII letter.
func swapCase(text string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r ^ 0x20
		}
		return r
	}, text)
}
