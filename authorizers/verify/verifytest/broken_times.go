package verifytest

import (
	"encoding/json"
	"fmt"
)

const day = 24 * 60 * 60 // seconds

// timeBreakages are of exp, nbf and iat (RFC 7519 sections 4.1.4 to 4.1.6), which are numbers.
var timeBreakages = []breakage{
	{"exp-past", "The token has expired, a day before the good one was issued.", condition{}, func(g *good) string {
		return g.key.token(g.key.header(), changed(g.expired(), map[string]any{"iat": g.issued - 2*day}, nil))
	}},
	{"exp-missing", "There is no exp.", condition{}, claimsWithout("exp")},
	{"exp-wrong-case", "The claim exp is written Exp, which is another claim.", condition{}, func(g *good) string {
		return g.changeClaims(map[string]any{"Exp": g.expires}, "exp")
	}},
	{"exp-string", "The exp is a string of digits.", condition{}, func(g *good) string {
		return g.changeClaims(map[string]any{"exp": fmt.Sprint(g.expires)})
	}},
	{"exp-list", "The exp is a list with the right number in it.", condition{}, func(g *good) string {
		return g.changeClaims(map[string]any{"exp": []any{g.expires}})
	}},
	{"exp-null", "The exp is null.", condition{}, claimsWith("exp", nil)},
	{"exp-true", "The exp is true.", condition{}, claimsWith("exp", true)},
	{"exp-zero", "The exp is 0.", condition{}, claimsWith("exp", 0)},
	{"exp-negative", "The exp is before 1970.", condition{}, claimsWith("exp", -1)},
	{"exp-1e300", "The exp is 1e300, which is no time.", condition{}, claimsWith("exp", 1e300)},
	{"exp-overflow", "The exp is 1e999, which no floating-point number holds.", condition{}, claimsWith("exp", json.Number("1e999"))},
	{"exp-int64-overflow", "The exp is 2^63, one more than 64 bits hold.", condition{}, claimsWith("exp", json.Number("9223372036854775808"))},

	{"nbf-future", "The nbf is in the future.", condition{}, future("nbf")},
	{"nbf-string", "The nbf is a string of digits.", condition{}, func(g *good) string {
		return g.changeClaims(map[string]any{"nbf": fmt.Sprint(g.issued)})
	}},
	{"nbf-null", "The nbf is null.", condition{}, claimsWith("nbf", nil)},
	{"nbf-1e300", "The nbf is 1e300, which is no time.", condition{}, claimsWith("nbf", 1e300)},

	{"iat-future", "The iat is in the future.", condition{}, future("iat")},
	{"iat-string", "The iat is a string of digits.", condition{}, func(g *good) string {
		return g.changeClaims(map[string]any{"iat": fmt.Sprint(g.issued)})
	}},
	{"iat-null", "The iat is null.", condition{}, claimsWith("iat", nil)},
	{"iat-1e300", "The iat is 1e300, which is no time.", condition{}, claimsWith("iat", 1e300)},
}

// nowBreakages are wrong by less than clocks may differ.
var nowBreakages = []breakage{
	{"exp-now", "The token expired when the good one was issued; a token is no longer good at its exp.", condition{}, func(g *good) string {
		return g.changeClaims(map[string]any{"exp": g.issued})
	}},
}

// future sets a time to a day after the good token's end, and exp to a day after that.
func future(claim string) func(*good) string {
	return func(g *good) string {
		return g.changeClaims(map[string]any{claim: g.expires + day, "exp": g.expires + 2*day})
	}
}
