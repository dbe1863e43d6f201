package verifytest

import (
	"bytes"
	"compress/flate"
	"strings"
)

const unknownMember = "https://example.com/extension"

// headerBreakages are crit and b64 (RFC 7515 section 4.1.11, RFC 7797), typ of another kind (RFC 8725
// section 3.11), and zip, which a JWS does not have.
var headerBreakages = []breakage{
	{"crit-unknown", "An extension that nobody knows is critical.", condition{}, critical([]any{unknownMember})},
	{"crit-absent", "A critical extension is not in the header.", condition{}, headerWith("crit", []any{"absent"})},
	{"crit-empty", "The list crit is empty.", condition{}, critical([]any{})},
	{"crit-string", "The crit is a string.", condition{}, critical(unknownMember)},
	{"crit-null", "The crit is null.", condition{}, critical(nil)},
	{"crit-object", "The crit is an object.", condition{}, critical(map[string]any{})},
	{"crit-number", "There is a number in the list crit.", condition{}, critical([]any{1})},
	{"crit-duplicate", "The list crit names an extension twice.", condition{}, critical([]any{unknownMember, unknownMember})},
	{"crit-registered", "The list crit names alg, which the standard itself defines.", condition{}, critical([]any{"alg"})},
	{"crit-registered-kid", "The list crit names kid, which the standard itself defines.", condition{}, critical([]any{"kid"})},
	{"crit-exp", "The list crit names exp, which is a claim and not in the header.", condition{}, critical([]any{"exp"})},
	{"b64-false", "The header says that the payload is not base64url, and that this is not critical.", condition{}, headerWith("b64", false)},
	{"b64-false-critical", "The header says that the payload is not base64url, which a JWT may not say.", condition{}, func(g *good) string {
		return g.changeHeader(map[string]any{"b64": false, "crit": []any{"b64"}})
	}},

	{"typ-dpop", "The typ is that of a DPoP proof.", condition{}, headerWith("typ", "dpop+jwt")},
	{"typ-logout", "The typ is that of a logout token.", condition{}, headerWith("typ", "logout+jwt")},
	{"typ-secevent", "The typ is that of a security event.", condition{}, headerWith("typ", "secevent+jwt")},
	{"typ-authorization-request", "The typ is that of an authorization request.", condition{}, headerWith("typ", "oauth-authz-req+jwt")},
	{"typ-introspection", "The typ is that of an introspection answer.", condition{}, headerWith("typ", "token-introspection+jwt")},
	{"typ-number", "The typ is a number.", condition{}, headerWith("typ", 1)},
	{"typ-null", "The typ is null.", condition{}, headerWith("typ", nil)},
	{"typ-list", "The typ is a list.", condition{}, headerWith("typ", []any{"JWT"})},

	{"zip", "The payload is compressed, as only that of an encrypted token may be.", condition{}, func(g *good) string {
		return g.key.tokenOf(g.header(`"zip":"DEF"`), deflate(g.payload("")))
	}},
	{"zip-plain", "The header says that the payload is compressed, and it is not.", condition{}, headerWith("zip", "DEF")},
}

// keyIDBreakages have a kid that names no key.
var keyIDBreakages = []breakage{
	{"kid-missing", "There is no kid.", condition{}, headerWithout("kid")},
	{"kid-null", "The kid is null.", condition{}, headerWith("kid", nil)},
	{"kid-number", "The kid is a number.", condition{}, headerWith("kid", 0)},
	{"kid-list", "The kid is a list with the right one in it.", condition{}, func(g *good) string {
		return g.changeHeader(map[string]any{"kid": []string{g.key.id}})
	}},
	{"kid-empty", "The kid is empty.", condition{}, headerWith("kid", "")},
	{"kid-huge", "The kid is 2000 characters long.", condition{}, headerWith("kid", strings.Repeat("k", 2000))},
	{"kid-path", "The kid is a path.", condition{}, headerWith("kid", "../../../../dev/null")},
	{"kid-url", "The kid is a URL.", condition{}, func(g *good) string {
		return g.changeHeader(map[string]any{"kid": g.issuer.address(lureKeySetPath)})
	}},
	{"kid-query", "The kid is a query in SQL.", condition{}, headerWith("kid", "x' UNION SELECT 'key' --")},
	{"kid-command", "The kid is a command.", condition{}, headerWith("kid", "key|/usr/bin/id")},
	{"kid-control", "There are control characters in the kid, which would forge a line of a log.", condition{}, headerWith("kid", "key\r\nallowed: yes\x1b[2J")},
	{"kid-nul", "A NUL character follows the right kid.", condition{}, func(g *good) string {
		return g.changeHeader(map[string]any{"kid": g.key.id + "\x00"})
	}},
	{"kid-other-case", "The kid is in the other case, and kids are case-sensitive.", onlyLetteredKeyID, func(g *good) string {
		return g.changeHeader(map[string]any{"kid": swapCase(g.key.id)})
	}},
	{"kid-unknown", "The kid is that of no published key.", condition{}, headerWith("kid", "unknown")},
	{"kid-wrong-case-member", "The member kid is written Kid, which is another member.", condition{}, func(g *good) string {
		return g.changeHeader(map[string]any{"Kid": g.key.id}, "kid")
	}},
}

// critical makes a header with an extension member, and with crit.
func critical(crit any) func(*good) string {
	return func(g *good) string { return g.changeHeader(map[string]any{"crit": crit, unknownMember: true}) }
}

func deflate(text []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	must(err)
	_, err = w.Write(text)
	must(err)
	must(w.Close())
	return out.Bytes()
}
