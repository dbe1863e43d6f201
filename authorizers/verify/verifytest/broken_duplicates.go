package verifytest

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// headerTextBreakages are headers with a member twice (RFC 7515 section 4).
var headerTextBreakages = []breakage{
	{"header-duplicate-alg", "The header has alg twice, with the same value.", condition{}, moreHeader(`"alg":ALG`)},
	{"header-duplicate-alg-none-last", "The header has alg twice, the second time none.", condition{}, moreHeader(`"alg":"none"`)},
	{"header-duplicate-alg-none-first", "The header has alg twice, the first time none.", condition{}, func(g *good) string {
		return g.key.tokenOf(fmt.Appendf(nil, `{"alg":"none","kid":%q,"alg":%q}`, g.key.id, g.key.name), g.payload(""))
	}},
	{"header-duplicate-escaped", "The header has alg twice, the second time with an escape in its name.", condition{}, moreHeader(`"al\u0067":ALG`)},
	{"header-duplicate-kid", "The header has kid twice, with the same value.", condition{}, moreHeader(`"kid":KID`)},
	{"header-duplicate-unknown", "The header has a member twice that means nothing.", condition{}, moreHeader(`"x":1,"x":1`)},
	{"header-case-overrides-none", "The alg is none, and a member ALG behind it names the right algorithm.", condition{}, func(g *good) string {
		return g.key.tokenOf(fmt.Appendf(nil, `{"alg":"none","kid":%q,"ALG":%q}`, g.key.id, g.key.name), g.payload(""))
	}},
}

// claimsTextBreakages are claims with a member twice (RFC 7519 section 4), and with a member that only
// a parser that folds case takes for another.
var claimsTextBreakages = []breakage{
	{"claims-duplicate-exp", "The claims have exp twice, with the same value.", condition{}, func(g *good) string {
		return g.morePayload(g.claims, fmt.Sprintf(`"exp":%d`, g.expires))
	}},
	{"claims-duplicate-exp-old-first", "The claims have exp twice, the first time in the past.", condition{}, func(g *good) string {
		return g.morePayload(g.expired(), fmt.Sprintf(`"exp":%d`, g.expires))
	}},
	{"claims-duplicate-exp-old-last", "The claims have exp twice, the second time in the past.", condition{}, func(g *good) string {
		return g.morePayload(g.claims, fmt.Sprintf(`"exp":%d`, g.issued-day))
	}},
	{"claims-duplicate-escaped", "The claims have exp twice, the second time with an escape in its name.", condition{}, func(g *good) string {
		return g.morePayload(g.claims, fmt.Sprintf(`"\u0065xp":%d`, g.expires))
	}},
	{"claims-duplicate-iss", "The claims have iss twice, the first time another one.", condition{}, func(g *good) string {
		return g.morePayload(g.otherIssuer(), fmt.Sprintf(`"iss":%q`, g.issuer.URL))
	}},
	{"claims-duplicate-unknown", "The claims have a member twice that means nothing.", condition{}, func(g *good) string {
		return g.morePayload(g.claims, `"x":1,"x":1`)
	}},
	{"claims-case-overrides-exp", "The token has expired, and a claim EXP behind exp is in the future.", condition{}, func(g *good) string {
		return g.morePayload(g.expired(), fmt.Sprintf(`"EXP":%d`, g.expires))
	}},
	{"claims-case-overrides-iss", "The iss is another one, and a claim ISS behind it is the right one.", condition{}, func(g *good) string {
		return g.morePayload(g.otherIssuer(), fmt.Sprintf(`"ISS":%q`, g.issuer.URL))
	}},
	{"claims-folding-overrides-iss", "The iss is another one, and a claim with a long s (U+017F) behind it is the right one.", condition{}, func(g *good) string {
		return g.morePayload(g.otherIssuer(), fmt.Sprintf(`"i\u017fs":%q`, g.issuer.URL))
	}},
}

// moreHeader puts members behind the header's. ALG and KID in them stand for the values of these members there.
func moreHeader(members string) func(*good) string {
	return func(g *good) string {
		known := strings.NewReplacer("ALG", strconv.Quote(g.key.name), "KID", strconv.Quote(g.key.id))
		return g.key.tokenOf(g.header(known.Replace(members)), g.payload(""))
	}
}

// morePayload puts members behind claims.
func (g *good) morePayload(claims map[string]any, members string) string {
	return g.key.tokenOf(g.header(""), with(mustJSON(claims), members))
}

func (g *good) expired() map[string]any {
	return changed(maps.Clone(g.claims), map[string]any{"exp": g.issued - day}, nil)
}

func (g *good) otherIssuer() map[string]any {
	return changed(maps.Clone(g.claims), map[string]any{"iss": "https://other.example"}, nil)
}
