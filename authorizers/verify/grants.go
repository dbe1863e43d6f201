package verify

import (
	"maps"
	"slices"
	"strings"

	"portcullis/authorizers/internal/strictjson"
	"portcullis/policy"
)

// The claims that scopes stand in: scope (RFC 8693, section 4.2; RFC 9068, section 2.2.3), and scp, as Entra and Okta write it.
const (
	claimSubject = "sub"
	claimScope   = "scope"
	claimScp     = "scp"
)

// claimPath says where a claim stands: its name, and below it the names of members of objects.
type claimPath struct {
	text  string   // as it is configured
	names []string // never empty
}

// parseClaimPath reads the name of a claim, or a JSON Pointer (RFC 6901), which begins with a slash.
func parseClaimPath(text string) (path claimPath, ok bool) {
	pointer, isPointer := strings.CutPrefix(text, "/")
	if !isPointer {
		return claimPath{text, []string{text}}, text != ""
	}
	names := strings.Split(pointer, "/")
	for i, name := range names {
		if rest := strings.NewReplacer("~0", "", "~1", "").Replace(name); strings.Contains(rest, "~") {
			return claimPath{}, false
		}
		names[i] = strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
	}
	return claimPath{text, names}, true
}

// claimPathOf is a path that was checked.
func claimPathOf(text string) claimPath {
	path, _ := parseClaimPath(text)
	return path
}

// in gives the value at the path; strictjson.Absent where there is none.
func (p claimPath) in(claims strictjson.Object) strictjson.Value {
	v := claims.Get(p.names[0])
	for _, name := range p.names[1:] {
		v = v.Members().Get(name)
	}
	return v
}

// grant is a claim by which tokens gain scopes.
type grant struct {
	path   claimPath
	scopes map[string][]string // by value, see [Any]
	words  bool                // texts are lists of words
}

func newGrant(claim string, scopes map[string][]string) grant {
	g := grant{path: claimPathOf(claim), scopes: map[string][]string{}}
	for value, granted := range scopes {
		g.scopes[value] = slices.Clone(granted)
	}
	g.words = claim == claimScope || claim == claimScp || takesAsItStands(scopes)
	return g
}

// takesAsItStands tells whether some value of a claim is taken for a scope as it stands.
func takesAsItStands(scopes map[string][]string) bool {
	for _, granted := range scopes {
		if slices.Contains(granted, Any) {
			return true
		}
	}
	return false
}

// granting is all that an issuer's tokens gain scopes by.
type granting struct {
	grants  []grant
	scpToo  bool            // scope stands for scp where a token has none
	allowed map[string]bool // nil: every scope
	groups  claimPath       // without names: there is no groups claim
}

func newGranting(i *Issuer) *granting {
	g := &granting{}
	for _, claim := range slices.Sorted(maps.Keys(i.Grants)) {
		g.grants = append(g.grants, newGrant(claim, i.Grants[claim]))
	}
	_, hasScp := i.Grants[claimScp]
	g.scpToo = !hasScp
	if i.Scopes != nil && !isAnyScope(i.Scopes) {
		g.allowed = map[string]bool{}
		for _, scope := range i.Scopes {
			g.allowed[scope] = true
		}
	}
	if i.GroupsClaim != "" {
		g.groups = claimPathOf(i.GroupsClaim)
	}
	return g
}

// scopes gives what a token gains, and appends to unread which claims could not be read.
func (g *granting) scopes(claims strictjson.Object, unread *[]string) []string {
	var all []string
	for i := range g.grants {
		all = g.grants[i].add(all, claims, g.scpToo, unread)
	}
	return slices.DeleteFunc(all, func(scope string) bool { return !g.may(scope) })
}

// may tells whether the entry may grant a scope.
func (g *granting) may(scope string) bool {
	return policy.ValidScope(scope) && (g.allowed == nil || g.allowed[scope])
}

// add appends what the claim gives.
func (g *grant) add(all []string, claims strictjson.Object, scpToo bool, unread *[]string) []string {
	v, _ := g.in(claims, scpToo)
	if v.Kind == strictjson.Absent {
		noteMisnamed(g.path, claims, unread)
		return all
	}
	values, ok := g.values(v)
	if !ok {
		*unread = append(*unread, short(g.path.text)+" is "+kindName(v))
	}
	for _, text := range values {
		all = g.addValue(all, text)
	}
	return all
}

// in gives the claim that is read, and where it stands: scp may be read for scope.
func (g *grant) in(claims strictjson.Object, scpToo bool) (strictjson.Value, claimPath) {
	v := g.path.in(claims)
	if v.Kind == strictjson.Absent && scpToo && g.path.text == claimScope {
		return claims.Get(claimScp), claimPathOf(claimScp)
	}
	return v, g.path
}

// values are those that the claim holds; ok is false where it is of a kind that is not read.
func (g *grant) values(v strictjson.Value) (texts []string, ok bool) {
	if v.Kind == strictjson.Text && g.words {
		return strings.Split(v.Text, " "), true
	}
	return valuesOf(v)
}

// addValue appends what a value of the claim gives. An empty text is none: a token with the scope "" has no scope.
func (g *grant) addValue(all []string, text string) []string {
	if text == "" {
		return all
	}
	for _, value := range [...]string{text, Any} {
		for _, scope := range g.scopes[value] {
			if scope == Any {
				scope = text
			}
			all = append(all, scope)
		}
	}
	return all
}

// noteMisnamed notes where a name with dots is no claim, and would lead into an object if it were a pointer.
func noteMisnamed(path claimPath, claims strictjson.Object, unread *[]string) {
	first, _, dotted := strings.Cut(path.text, ".")
	if dotted && len(path.names) == 1 && claims.Get(first).Kind == strictjson.Map {
		*unread = append(*unread, short(path.text)+` is missing, and "/`+short(strings.ReplaceAll(path.text, ".", "/"))+`" would look into the object `+short(first))
	}
}

// groupsOf are the groups that a token names.
func (g *granting) groupsOf(claims strictjson.Object) []string {
	if len(g.groups.names) == 0 {
		return nil
	}
	groups, _ := valuesOf(g.groups.in(claims))
	return groups
}

// valuesOf are the texts that a claim holds: one, those of a list, or the names of an object's members that are neither null
// nor false. A claim that is null holds none; ok is false where it is of a kind that is not read.
func valuesOf(v strictjson.Value) (texts []string, ok bool) {
	switch v.Kind {
	case strictjson.Absent:
		return nil, true
	case strictjson.Text:
		return []string{v.Text}, true
	case strictjson.List:
		return listTexts(v)
	case strictjson.Map:
		for _, m := range v.Members() {
			if !m.Value.IsNull() && !isFalse(m.Value) {
				texts = append(texts, m.Name)
			}
		}
		return texts, true
	}
	return nil, v.IsNull()
}

func isFalse(v strictjson.Value) bool { return v.Kind == strictjson.Literal && v.Text == "false" }

// listTexts is a list that holds nothing but texts.
func listTexts(list strictjson.Value) ([]string, bool) {
	if list.Kind != strictjson.List {
		return nil, false
	}
	all := make([]string, 0, min(strings.Count(list.Text, ",")+1, 32))
	for item := range list.Items {
		if item.Kind != strictjson.Text {
			return nil, false
		}
		all = append(all, item.Text)
	}
	return all, true
}

// kindName says of which kind a value is that is not read.
func kindName(v strictjson.Value) string {
	switch v.Kind {
	case strictjson.Number:
		return "a number"
	case strictjson.List:
		return "a list of other things than texts"
	}
	return short(v.Text)
}

// required is a claim that a token has to have, and its values.
type required struct {
	path   claimPath
	values []string
}

func newRequired(i *Issuer) []required {
	var all []required
	for _, claim := range slices.Sorted(maps.Keys(i.Require)) {
		all = append(all, required{claimPathOf(claim), slices.Clone(i.Require[claim])})
	}
	return all
}

// holds tells whether the claim has one of the values.
func (r *required) holds(claims strictjson.Object) bool {
	v := r.path.in(claims)
	for item := range v.Items {
		if r.isOne(item) {
			return true
		}
	}
	return r.isOne(v)
}

// isOne tells whether a text, or a number or boolean as it is written, is one of the values.
func (r *required) isOne(v strictjson.Value) bool {
	switch v.Kind {
	case strictjson.Text, strictjson.Number, strictjson.Literal:
		return !v.IsNull() && slices.Contains(r.values, v.Text)
	}
	return false
}
