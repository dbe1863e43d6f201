package verifytest

import "strings"

// issuerBreakages have another iss: it has to be the very same (RFC 7519 section 4.1.1, RFC 8725
// section 3.8).
var issuerBreakages = []breakage{
	{"iss-missing", "There is no iss.", condition{}, claimsWithout("iss")},
	{"iss-null", "The iss is null.", condition{}, claimsWith("iss", nil)},
	{"iss-empty", "The iss is empty.", condition{}, claimsWith("iss", "")},
	{"iss-number", "The iss is a number.", condition{}, claimsWith("iss", 1)},
	{"iss-list", "The iss is a list with the right one in it.", condition{}, issuerAs(func(iss string) any { return []string{iss} })},
	{"iss-other", "The iss is that of another issuer.", condition{}, claimsWith("iss", "https://other.example")},
	{"iss-other-case", "The iss is in the other case.", condition{}, issuerAs(func(iss string) any { return swapCase(iss) })},
	{"iss-slash", "The iss ends with a slash too many, or lacks it.", condition{}, issuerAs(func(iss string) any {
		if rest, cut := strings.CutSuffix(iss, "/"); cut {
			return rest
		}
		return iss + "/"
	})},
	{"iss-space", "A space follows the iss.", condition{}, issuerAs(func(iss string) any { return iss + " " })},
	{"iss-nul", "A NUL character follows the iss.", condition{}, issuerAs(func(iss string) any { return iss + "\x00" })},
	{"iss-longer", "The iss begins with the right one.", condition{}, issuerAs(func(iss string) any { return iss + ".example.com" })},
	{"iss-shorter", "The iss lacks the last character.", condition{}, issuerAs(func(iss string) any { return iss[:len(iss)-1] })},
	{"iss-query", "A query follows the iss.", condition{}, issuerAs(func(iss string) any { return iss + "?" })},
	{"iss-look-alike", "The iss has a Cyrillic letter in the place of a Latin one.", condition{}, issuerAs(func(iss string) any {
		return strings.Replace(iss, "p", "р", 1) // the p of http
	})},
	{"iss-wrong-case", "The claim iss is written Iss, which is another claim.", condition{}, func(g *good) string {
		return g.changeClaims(map[string]any{"Iss": g.issuer.URL}, "iss")
	}},
}

func issuerAs(change func(iss string) any) func(*good) string {
	return func(g *good) string { return g.changeClaims(map[string]any{"iss": change(g.issuer.URL)}) }
}

// audienceBreakages have another aud (RFC 7519 section 4.1.3): a text or a list of texts, with the
// right one among them.
var audienceBreakages = []breakage{
	{"aud-missing", "There is no aud.", onlyAudience, claimsWithout("aud")},
	{"aud-null", "The aud is null.", onlyAudience, claimsWith("aud", nil)},
	{"aud-number", "The aud is a number.", onlyAudience, claimsWith("aud", 1)},
	{"aud-object", "The aud is an object.", onlyAudience, func(g *good) string {
		return g.changeClaims(map[string]any{"aud": map[string]any{"0": g.claims["aud"]}})
	}},
	{"aud-empty", "The aud is empty.", onlyAudience, claimsWith("aud", "")},
	{"aud-other", "The aud is another one.", onlyAudience, claimsWith("aud", "another-audience")},
	{"aud-any", "The aud is a star.", onlyAudience, claimsWith("aud", "*")},
	{"aud-longer", "The aud begins with the right one.", onlyAudience, eachAudience(func(aud string) any { return aud + "x" })},
	{"aud-other-case", "The aud is in the other case.", onlyLetters, eachAudience(func(aud string) any { return swapCase(aud) })},
	{"aud-two-in-one", "The aud is one text with the right one and another in it.", onlyAudience, eachAudience(func(aud string) any { return aud + " another-audience" })},
	{"aud-list-empty", "The aud is an empty list.", onlyAudience, claimsWith("aud", []any{})},
	{"aud-list-other", "The aud is a list of others.", onlyAudience, claimsWith("aud", []any{"another-audience", "a-third"})},
	{"aud-list-number", "The aud is a list with the right one and a number in it.", onlyAudience, func(g *good) string {
		return g.changeClaims(map[string]any{"aud": append(audiences(g.claims["aud"]), 1)})
	}},
	{"aud-list-list", "The aud is a list of lists.", onlyAudience, func(g *good) string {
		return g.changeClaims(map[string]any{"aud": []any{audiences(g.claims["aud"])}})
	}},
	{"aud-wrong-case", "The claim aud is written Aud, which is another claim.", onlyAudience, func(g *good) string {
		return g.changeClaims(map[string]any{"Aud": g.claims["aud"]}, "aud")
	}},
}

// boundBreakages are good tokens that are bound to a key of their sender, and brought as bearer tokens (RFC 7800, RFC 9449
// section 6, RFC 8705 section 3.1).
var boundBreakages = []breakage{
	{"bound-jkt", "The token is bound to a key of which the sender would have to prove possession (DPoP).", condition{},
		claimsWith("cnf", map[string]any{"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"})},
	{"bound-x5t", "The token is bound to the certificate of a TLS client.", condition{},
		claimsWith("cnf", map[string]any{"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"})},
	{"bound-empty", "The token is bound to something that it does not name.", condition{}, claimsWith("cnf", map[string]any{})},
	{"bound-false", "The cnf is no object.", condition{}, claimsWith("cnf", false)},
}

// audiences is the aud of a good token as a new list.
func audiences(aud any) []any {
	switch aud := aud.(type) {
	case []any:
		return append([]any{}, aud...)
	case []string:
		list := []any{}
		for _, a := range aud {
			list = append(list, a)
		}
		return list
	}
	return []any{aud}
}

// eachAudience changes every aud, and keeps a list a list.
func eachAudience(change func(aud string) any) func(*good) string {
	return func(g *good) string {
		list := audiences(g.claims["aud"])
		for n, a := range list {
			if text, ok := a.(string); ok {
				list[n] = change(text)
			}
		}
		if _, single := g.claims["aud"].(string); single {
			return g.changeClaims(map[string]any{"aud": list[0]})
		}
		return g.changeClaims(map[string]any{"aud": list})
	}
}
