package cognito

import (
	"slices"

	"portcullis/authorizers/verify/verifytest"
)

// Broken makes a token of the pool's with one thing wrong, of the claims of a good one and of a kind of [verifytest.BrokenKinds]: for people
// who want to see it refused. It is false where there is no such token for these claims, and of kinds for which the pool would have to
// publish keys that nobody may use: its key set stays as it is. The claims need an exp, a number, and iat where it is there.
func (p *Pool) Broken(kind string, claims map[string]any) (token string, ok bool) {
	kinds := verifytest.BrokenKinds()
	at := slices.IndexFunc(kinds, func(k verifytest.BrokenKind) bool { return k.Name == kind })
	if at < 0 || kinds[at].Publishes || !p.issuer.Breaks(kind, claims) {
		return "", false
	}
	return p.issuer.Break(kind, claims), true
}
