package access

import (
	"math/rand/v2"
	"slices"
	"strings"

	"portcullis/api/contract"
	"portcullis/deploy/internal/inquiry"
	"portcullis/policy"
)

// What random contracts are made of: few words, so that routes and rules meet.
var (
	verbs    = []string{"GET", "PUT", policy.MethodAny}
	literals = []string{"a", "b", "x", "y"} // the first two are literals of templates
	scopes   = []string{"own/p", "own/q", "plain"}
	owners   = map[string]string{"own/p": "p", "own/q": "q"}
	schemes  = [][]string{{policy.SchemeBearer}, {policy.SchemeAPIKey}, {policy.SchemeAPIKey, policy.SchemeBearer}}
	ids      = []string{"a", "b", "x", "other"}
)

// randomSurface makes a contract of up to most operations.
func randomSurface(r *rand.Rand, most int) *inquiry.Surface {
	for {
		c := &contract.Contract{Title: "random", OwnerScopes: owners}
		for range 1 + r.IntN(most) {
			c.Operations = append(c.Operations, randomOperation(r))
		}
		if s, err := inquiry.NewSurface(c, nil); err == nil { // some repeat a route
			return s
		}
	}
}

func randomOperation(r *rand.Rand) contract.Operation {
	path := randomPath(r)
	return contract.Operation{Route: policy.Route{Method: verbs[r.IntN(len(verbs))], Path: path}, Access: randomAccess(r, path)}
}

func randomPath(r *rand.Rand) string {
	names := []string{"{p}", "{q}"}
	if r.IntN(2) == 0 {
		slices.Reverse(names)
	}
	var parts []string
	for range r.IntN(4) {
		switch {
		case r.IntN(2) == 0 && len(names) > 0:
			parts, names = append(parts, names[0]), names[1:]
		default:
			parts = append(parts, literals[r.IntN(2)])
		}
	}
	if r.IntN(5) == 0 {
		parts = append(parts, "{rest+}")
	}
	return "/" + strings.Join(parts, "/")
}

func randomAccess(r *rand.Rand, path string) policy.Access {
	if r.IntN(8) == 0 {
		return policy.Access{Public: true}
	}
	var access policy.Access
	for range 1 + r.IntN(3) {
		var alternative policy.Alternative
		for _, scheme := range schemes[r.IntN(len(schemes))] {
			requirement := policy.Requirement{Scheme: scheme}
			for _, scope := range scopes {
				if parameter, owned := owners[scope]; r.IntN(3) == 0 && (!owned || strings.Contains(path, "{"+parameter+"}")) {
					requirement.Scopes = append(requirement.Scopes, scope)
				}
			}
			alternative = append(alternative, requirement)
		}
		access.Alternatives = append(access.Alternatives, alternative)
	}
	return access
}

// changed is a contract with one operation replaced, removed, added, or asking for something else.
func changed(r *rand.Rand, s *inquiry.Surface) *inquiry.Surface {
	for {
		c := &contract.Contract{Title: s.Title, OwnerScopes: s.OwnerScopes, Operations: slices.Clone(s.Operations)}
		i := r.IntN(len(c.Operations))
		switch r.IntN(4) {
		case 0:
			c.Operations[i] = randomOperation(r)
		case 1:
			c.Operations = append(c.Operations, randomOperation(r))
		case 2:
			c.Operations = slices.Delete(c.Operations, i, i+1)
		default:
			c.Operations[i].Access = randomAccess(r, c.Operations[i].Route.Path)
		}
		if next, err := inquiry.NewSurface(c, nil); err == nil {
			return next
		}
	}
}

// everyPath lists the paths of up to four segments.
func everyPath() []string {
	all, last := []string{"/"}, []string{""}
	for range 4 {
		var longer []string
		for _, path := range last {
			for _, word := range literals {
				longer = append(longer, path+"/"+word)
			}
		}
		all, last = append(all, longer...), longer
	}
	return all
}

// everyCaller lists callers of all schemes and ids, each scheme with all sets of scopes.
func everyCaller() []policy.Caller {
	var all []policy.Caller
	for _, id := range ids {
		all = append(all, policy.Caller{ID: id})
		for token := range 1 << len(scopes) {
			has := map[string][]string{policy.SchemeBearer: subset(token)}
			all = append(all, policy.Caller{ID: id, Schemes: tokenAlone, SchemeScopes: has})
			all = append(all, policy.Caller{ID: id, Schemes: keyAlone, Scopes: subset(token)})
			for key := range 1 << len(scopes) {
				has := map[string][]string{policy.SchemeBearer: subset(token), policy.SchemeAPIKey: subset(key)}
				all = append(all, policy.Caller{ID: id, Schemes: tokenAndKey, SchemeScopes: has})
			}
		}
	}
	return all
}

// subset are the scopes whose bits are set.
func subset(bits int) []string {
	var has []string
	for i, scope := range scopes {
		if bits>>i&1 == 1 {
			has = append(has, scope)
		}
	}
	return has
}
