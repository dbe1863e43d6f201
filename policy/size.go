package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
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
	other := r.clone()
	other.limit = min(max(bytes, 1), MaxDocument)
	return other
}

// BesideResourcePolicy is the same rules for an API that has a resource policy. With a Lambda authorizer, API Gateway lets in
// whom the resource policy allows and the authorizer's document is silent about ([Combine]). So what a document of these rules does
// not allow it denies explicitly, for whichever reason: no rule opens it, the credential has ended, the address is not among
// the caller's networks. Every decision is as without.
func (r *Rules) BesideResourcePolicy() *Rules {
	other := r.clone()
	other.closed = true
	return other
}

// clone is the same rules, of which no document is remembered yet.
func (r *Rules) clone() *Rules {
	return &Rules{
		router: r.router, rules: r.rules, owner: r.owner, vocabulary: r.vocabulary, owners: r.owners, needs: r.needs,
		surface: r.surface, routeKeys: r.routeKeys, messages: r.messages, conflicts: r.conflicts, limit: r.limit, closed: r.closed,
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
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html.
const LargeDocument = MaxConnectDocument

// LongestARN begins as the longest ARNs in use do: partition, region and API id have as many characters as any (see
// https://docs.aws.amazon.com/general/latest/gr/apigateway.html). A stage may have 128 characters; ten are more than
// stages such as prod and $default have, and 128 would find documents too large that are not.
var LongestARN = ARN{Partition: "aws-us-gov", Region: "ap-southeast-2", Account: "123456789012", API: "abcdefghij", Stage: "production"}

// SizesError lists callers for whom Compile fails, so that all that they do would be an error.
type SizesError struct {
	Sizes []Size // each with an Err
}

// Error names each caller, by what it brings, with its own error; semicolons stand between them.
func (e *SizesError) Error() string {
	texts := make([]string, len(e.Sizes))
	for i, size := range e.Sizes {
		texts[i] = size.Who() + ": " + size.Err.Error()
	}
	return strings.Join(texts, "; ")
}

// Who names the caller, with what it brings.
func (s Size) Who() string {
	name := s.Name // a group's may be any text
	if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		name = strconv.Quote(name)
	}
	return "a caller with " + name + " (" + strings.Join(s.Caller.Schemes, " and ") + ")"
}

// Remark is what somebody should know of the documents of an API's callers, and nothing fails by.
type Remark struct {
	Text   string
	Denies bool // something is denied that the rules allow
}

// CheckSizes measures the documents of [Rules.Sizes] for [LongestARN]. The error is a [*SizesError]. Remarks are of Resources that
// are left out, and of the largest document, from LargeDocument on. Of callers with the same scopes, whatever they
// bring, one is named.
func (r *Rules) CheckSizes(groups map[string][]string) (remarks []Remark, err error) {
	sizes, err := r.Sizes(LongestARN, groups)
	if err != nil {
		return nil, err
	}
	var failed SizesError
	var largest Size
	said := "" // the name of the caller that was named last
	for _, size := range sizes {
		if size.Err == nil && size.Bytes > largest.Bytes {
			largest = size
		}
		switch {
		case size.Name == said:
		case size.Err != nil:
			failed.Sizes, said = append(failed.Sizes, size), size.Name
		case len(size.LeftOut) > 0:
			remarks, said = append(remarks, size.leaving()), size.Name
		}
	}
	if largest.Bytes >= LargeDocument {
		remarks = append(remarks, Remark{Text: fmt.Sprintf("%s: the policy has %d bytes, the largest of all; AWS names a bound for WebSocket APIs only (%d)",
			largest.Who(), largest.Bytes, LargeDocument)})
	}
	if len(failed.Sizes) > 0 {
		return remarks, &failed
	}
	return remarks, nil
}

// leaving says what of a document is left out.
func (s Size) leaving() Remark {
	return Remark{Denies: true, Text: fmt.Sprintf("%s: a Resource has %d characters, more than API Gateway takes (%d), and what it is for is denied: %s",
		s.Who(), len(s.LeftOut[0]), maxResource, s.LeftOut[0])}
}
