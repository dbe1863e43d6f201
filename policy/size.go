package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Size says how large the document for a caller is.
type Size struct {
	Name     string   // of the caller, such as "the scope users/read" or "all scopes"
	Caller   Caller   // as Compile was asked
	Bytes    int      // of the document's JSON, as encoding/json writes it, with an end of the credential
	Patterns int      // how many Resources it has
	LeftOut  []string // Resources that are longer than API Gateway takes: what they are for is denied
	Err      error    // a *SizeError where Compile fails for this caller; nil elsewhere
}

// WithLimit is the same rules with another bound on documents, in bytes of JSON, from 1 to [MaxDocument]; other bounds
// are those.
func (r *Rules) WithLimit(bytes int) *Rules {
	return &Rules{
		router: r.router, rules: r.rules, owner: r.owner, vocabulary: r.vocabulary, owners: r.owners, needs: r.needs,
		surface: r.surface, routeKeys: r.routeKeys, conflicts: r.conflicts, limit: min(max(bytes, 1), MaxDocument),
	}
}

// Size measures the document that Compile writes for a caller. The error is an [*ARNError]; a document that is too large
// is no error here.
func (r *Rules) Size(caller Caller, arn ARN) (Size, error) {
	p, err := r.patterns(&caller, arn)
	if err != nil {
		return Size{}, err
	}
	size := Size{Caller: caller, Bytes: p.size(len(caller.Networks)), Patterns: len(p.allows) + len(p.denies), LeftOut: slices.Clone(p.leftOut)}
	size.Err = p.checkSize(size.Bytes)
	return size, nil
}

// Sizes measures the documents of the callers that the rules' scopes make: with none of them, with each alone, with those
// of each of the groups, which are lists of scopes by name, of all groups, and with all. There is one for each way to
// bring credentials: one scheme's, or those of all. Of callers that the rules treat alike there is the first only. Their
// ids are as long as an owner's may be, in ASCII; the ARN's parts before the method count. The error is an [*ARNError].
func (r *Rules) Sizes(arn ARN, groups map[string][]string) ([]Size, error) {
	var all []Size
	seen := map[string]bool{}
	for _, named := range r.scopeSets(groups) {
		for _, schemes := range r.schemeSets() {
			caller := Caller{ID: strings.Repeat("i", maxOwnerID), Schemes: schemes, Scopes: named.scopes}
			key := r.documentKey("", caller.owner(), r.vocabulary.of(&caller))
			if seen[key] {
				continue
			}
			seen[key] = true
			size, err := r.Size(caller, arn)
			if err != nil {
				return nil, err
			}
			size.Name = named.name
			all = append(all, size)
		}
	}
	return all, nil
}

// scopeSet is scopes that a caller may have, and what to call them.
type scopeSet struct {
	name   string
	scopes []string
}

func (r *Rules) scopeSets(groups map[string][]string) []scopeSet {
	asked := map[string]bool{}
	for _, scopes := range r.vocabulary.scopes {
		for scope := range scopes {
			asked[scope] = true
		}
	}
	scopes := slices.Sorted(maps.Keys(asked))
	sets := []scopeSet{{"no scope", nil}}
	for _, scope := range scopes {
		sets = append(sets, scopeSet{"the scope " + scope, []string{scope}})
	}
	var granted []string
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		sets = append(sets, scopeSet{"the group " + name, groups[name]})
		granted = append(granted, groups[name]...)
	}
	return append(sets, scopeSet{"all groups", granted}, scopeSet{"all scopes", scopes})
}

// schemeSets are each scheme alone, and all of them.
func (r *Rules) schemeSets() [][]string {
	schemes := slices.Sorted(maps.Keys(r.vocabulary.schemes))
	var sets [][]string
	for _, scheme := range schemes {
		sets = append(sets, []string{scheme})
	}
	if len(schemes) != 1 {
		sets = append(sets, schemes)
	}
	return sets
}

// LargeDocument is from how many bytes on tools warn of a document: API Gateway's own bound for WebSocket APIs, and as far as
// AWS's support is quoted for other APIs too.
const LargeDocument = MaxConnectDocument

// LongestARN begins as the longest ARNs in use do: partition, region and API id have as many characters as any (see
// https://docs.aws.amazon.com/general/latest/gr/apigateway.html). A stage may have 128 characters; ten are more than
// stages such as prod and $default have, and 128 would find documents too large that are not.
var LongestARN = ARN{Partition: "aws-us-gov", Region: "ap-southeast-2", Account: "123456789012", API: "abcdefghij", Stage: "production"}

// SizesError lists the callers for whom Compile fails, so that all that they do would be an error.
type SizesError struct {
	Sizes []Size // each with an Err
}

// Error names each caller, by what it brings, with its own error; semicolons stand between them.
func (e *SizesError) Error() string {
	texts := make([]string, len(e.Sizes))
	for i, size := range e.Sizes {
		texts[i] = size.who() + ": " + size.Err.Error()
	}
	return strings.Join(texts, "; ")
}

// who names the caller with what it brings.
func (s Size) who() string {
	return "a caller with " + s.Name + " (" + strings.Join(s.Caller.Schemes, " and ") + ")"
}

// CheckSizes measures the documents of [Rules.Sizes] for [LongestARN]. The error is a [*SizesError]. Remarks are what somebody
// should know and nothing fails by: the largest document, from LargeDocument on, and Resources that are left out.
func (r *Rules) CheckSizes(groups map[string][]string) (remarks []string, err error) {
	sizes, err := r.Sizes(LongestARN, groups)
	if err != nil {
		return nil, err
	}
	var failed SizesError
	var largest Size
	for _, size := range sizes {
		switch {
		case size.Err != nil:
			failed.Sizes = append(failed.Sizes, size)
		case size.Bytes > largest.Bytes:
			largest = size
		}
		if len(size.LeftOut) > 0 {
			remarks = append(remarks, fmt.Sprintf("%s: a Resource has %d characters, more than API Gateway takes (%d), and what it is for is denied: %s",
				size.who(), len(size.LeftOut[0]), maxResource, size.LeftOut[0]))
		}
	}
	if largest.Bytes >= LargeDocument {
		remarks = append(remarks, fmt.Sprintf("%s: the policy has %d bytes, the largest of all; AWS names a bound for WebSocket APIs only (%d)", largest.who(), largest.Bytes, LargeDocument))
	}
	if len(failed.Sizes) > 0 {
		return remarks, &failed
	}
	return remarks, nil
}
