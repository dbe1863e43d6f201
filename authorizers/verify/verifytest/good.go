package verifytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// good is what a good token is made of. Breakages change copies.
type good struct {
	issuer          *Issuer
	key             key
	others          []key // the issuer's other published keys
	claims          map[string]any
	issued, expires int64
}

func newGood(i *Issuer, claims map[string]any) *good {
	g := &good{issuer: i, key: i.current(), claims: maps.Clone(claims)}
	g.expires = mustSeconds(claims, "exp")
	g.issued = g.expires - int64(DefaultLifetime.Seconds())
	if _, present := claims["iat"]; present {
		g.issued = mustSeconds(claims, "iat")
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, p := range i.published {
		if p.key != nil && p.key.id != g.key.id {
			g.others = append(g.others, *p.key)
		}
	}
	return g
}

// mustSeconds reads a time of any type that encoding/json writes as a number.
func mustSeconds(claims map[string]any, name string) int64 {
	var seconds float64
	text := mustJSON(claims[name])
	if err := json.Unmarshal(text, &seconds); err != nil || bytes.Equal(text, []byte("null")) {
		panic(fmt.Sprintf("verifytest: claim %s of a good token is %s, no number", name, text))
	}
	return int64(seconds)
}

// header is the text of the good header, with members behind it, as in `"x":1`.
func (g *good) header(members string) []byte { return with(mustJSON(g.key.header()), members) }

// payload is the text of the good claims, with members behind them.
func (g *good) payload(members string) []byte { return with(mustJSON(g.claims), members) }

func with(text []byte, members string) []byte {
	if members == "" {
		return text
	}
	return slices.Concat(text[:len(text)-1], []byte(","+members+"}"))
}

// input is what the good token's signature is over.
func (g *good) input() string { return encode(g.header("")) + "." + encode(g.payload("")) }

func (g *good) token() string { return g.key.seal(g.input()) }

// changeHeader signs the header with some members set and others taken out.
func (g *good) changeHeader(set map[string]any, remove ...string) string {
	return g.key.token(changed(g.key.header(), set, remove), g.claims)
}

// changeClaims is changeHeader for the claims.
func (g *good) changeClaims(set map[string]any, remove ...string) string {
	return g.key.token(g.key.header(), changed(maps.Clone(g.claims), set, remove))
}

func changed(m, set map[string]any, remove []string) map[string]any {
	for _, name := range remove {
		delete(m, name)
	}
	maps.Copy(m, set)
	return m
}

// The makers of tables, where a member's new value does not depend on the good token.

func headerWith(name string, value any) func(*good) string {
	return func(g *good) string { return g.changeHeader(map[string]any{name: value}) }
}

func headerWithout(name string) func(*good) string {
	return func(g *good) string { return g.changeHeader(nil, name) }
}

func claimsWith(name string, value any) func(*good) string {
	return func(g *good) string { return g.changeClaims(map[string]any{name: value}) }
}

func claimsWithout(name string) func(*good) string {
	return func(g *good) string { return g.changeClaims(nil, name) }
}

// condition says which good tokens a breakage is for. The zero value is all of them.
type condition struct {
	what string
	test func(*good) bool
}

func (c condition) holds(g *good) bool { return c.test == nil || c.test(g) }

var (
	onlyRSA     = condition{"algorithms of RSA keys", func(g *good) bool { return g.key.kind == pkcs1 || g.key.kind == pss }}
	onlyPKCS1   = condition{"RS256, RS384 and RS512", func(g *good) bool { return g.key.kind == pkcs1 }}
	onlyPSS     = condition{"PS256, PS384 and PS512", func(g *good) bool { return g.key.kind == pss }}
	onlyECDSA   = condition{"ES256, ES384 and ES512", func(g *good) bool { return g.key.kind == ec }}
	onlyES512   = condition{"ES512", func(g *good) bool { return g.key.name == "ES512" }}
	onlyEd25519 = condition{"EdDSA", func(g *good) bool { return g.key.kind == eddsa }}
	onlyHashed  = condition{"algorithms other than EdDSA", func(g *good) bool { return g.key.kind != eddsa }}
	onlyPair    = condition{"issuers with another published key", func(g *good) bool { return len(g.others) > 0 }}

	onlyLetteredKeyID = condition{"key ids with letters", func(g *good) bool { return swapCase(g.key.id) != g.key.id }}

	onlyAccess   = condition{"claims whose token_use is access", func(g *good) bool { return g.claims["token_use"] == "access" }}
	onlyID       = condition{"claims whose token_use is id", func(g *good) bool { return g.claims["token_use"] == "id" }}
	onlyCognito  = condition{"claims with token_use", func(g *good) bool { return g.claims["token_use"] != nil }}
	onlyAudience = condition{"claims with aud", func(g *good) bool { return g.claims["aud"] != nil && !onlyAccess.holds(g) }}
	onlyLetters  = condition{"claims with letters in aud", func(g *good) bool {
		text := string(mustJSON(g.claims["aud"]))
		return onlyAudience.holds(g) && swapCase(text) != text
	}}
)
