package policy

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	// maxResource is how many bytes of what it calls characters API Gateway takes in one Resource of an authorizer's policy.
	// See https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
	maxResource = 512

	// maxDocument bounds a document, in bytes of JSON: every request of a caller is evaluated against it.
	maxDocument = 8 << 10
)

// ResourceError says that a pattern would be longer than API Gateway accepts.
type ResourceError struct {
	Resource string
}

func (e *ResourceError) Error() string {
	return fmt.Sprintf("policy: a Resource may have %d characters, and %.60q… has %d", maxResource, e.Resource, len(e.Resource))
}

// SizeError says that the document for a caller would be too large to answer with.
type SizeError struct {
	Bytes  int // of the document's JSON
	Routes int // how many patterns of routes stand in it
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("policy: the document for this caller has %d bytes, and %d are the most: it names %d patterns of routes. "+
		"Put routes that share a rule under one {proxy+}, split the API, or give the key fewer networks", e.Bytes, maxDocument, e.Routes)
}

// Compile writes the rules for one caller as a document that is right for every route of the API, whichever
// of them the ARN names; only the ARN's API and stage matter, and whether it is a WebSocket API. The document's Allow ends when the caller's
// credential expires, and holds for its networks only. A caller with no open route gets an explicit deny of
// everything.
//
// A '*' in an IAM pattern runs over slashes, so the pattern of an open route may reach into routes that are
// not open: those paths are denied. Where a deny also covers a path that is open, the deny stands, and
// [Rules.Conflicts] has told so. Patterns that others cover are left out, so what is open under an open
// {proxy+} is written as the one pattern and what is closed in it; no pattern stands for a path that the
// pattern of an open route does not.
//
// A path with a slash at its end is allowed only if both the route that a REST API has for it and the greedy route that
// an HTTP API has for it are open: which one the document is for, it does not know.
//
// The same rules and caller give the same document. The errors are [*ARNError], [*ResourceError] and
// [*SizeError].
func (r *Rules) Compile(caller Caller, arn ARN) (Document, error) {
	prefix := arn.stagePrefix()
	for _, part := range []string{arn.Partition, arn.Region, arn.Account, arn.API, arn.Stage} {
		if part == "" || strings.ContainsAny(part, "*?:/") {
			return Document{}, &ARNError{arn.String(), "a part before the path is empty, or holds a wildcard, a colon or a slash"}
		}
	}
	has := r.vocabulary.of(&caller)
	if arn.RouteKey != "" {
		return r.routeKeyPatterns(prefix, caller.owner(), has).document(caller.Expires, caller.Networks)
	}
	key := r.documentKey(prefix, caller.owner(), has)
	patterns := r.documents.find(key)
	if patterns == nil {
		patterns = r.compile(prefix, caller.owner(), has)
		r.documents.keep(key, patterns)
	}
	return patterns.document(caller.Expires, caller.Networks)
}

// patterns are the Resources of a document.
type patterns struct {
	allows, denies []string
	bytes          int   // of the document's JSON, without networks
	err            error // nil where they make a document
}

// compile writes the patterns for a caller with this id, "" for one of whom nothing is known.
func (r *Rules) compile(prefix, id string, has capabilities) *patterns {
	var allows, denies []string
	for _, m := range r.methods {
		openings := make([]opening, len(m.entries))
		for i, e := range m.entries {
			openings[i] = r.opening(e, id, has)
		}
		allows, denies = m.compile(openings, allows, denies)
	}
	p := &patterns{allows: prune(allows, denies), denies: prune(denies, nil)}
	if len(p.allows) == 0 {
		p.denies = []string{"*"}
	}
	for _, list := range [][]string{p.allows, p.denies} {
		for i := range list {
			list[i] = prefix + list[i]
		}
	}
	p.err = p.check()
	return p
}

// routeKeyPatterns writes the patterns for a WebSocket API.
func (r *Rules) routeKeyPatterns(prefix, id string, has capabilities) *patterns {
	p := &patterns{}
	for _, key := range slices.Sorted(maps.Keys(r.routeKeys)) {
		if r.holds(r.routeKeys[key], id, has) {
			p.allows = append(p.allows, prefix+key)
		}
	}
	if len(p.allows) == 0 {
		p.denies = []string{prefix + "*"}
	}
	return p
}

// compile appends the patterns of this method's open routes, and of what they reach and is not open.
func (m *methodRoutes) compile(openings []opening, allows, denies []string) (allAllows, allDenies []string) {
	for i, opening := range openings {
		for _, open := range opening.templates {
			allows = append(allows, m.method+"/"+open.pattern())
			leaks := m.leaks[i]
			if !opening.whole {
				leaks = m.leaksOf(open, i, openings)
			}
			for _, leak := range leaks {
				denies = m.deny(leak, openings, denies)
			}
		}
	}
	return allows, denies
}

func (m *methodRoutes) deny(l leak, openings []opening, denies []string) []string {
	to := openings[l.to]
	if to.whole {
		return denies
	}
	paths, slash := l.paths, 0
	if last := len(paths) - 1; last >= 0 && paths[last] == trailingSlash {
		paths, slash = paths[:last], 1
	}
	closed := []template{paths}
	if len(to.templates) > 0 {
		closed = m.uncovered(paths, l.to, openings, l.by)
	}
	for _, paths := range closed {
		if slash > 0 {
			paths = append(slices.Clone(paths), trailingSlash)
		}
		denies = append(denies, m.method+"/"+paths.denied())
	}
	return denies
}

// prune sorts the patterns and drops those that another of them, or one of the winners, covers.
func prune(patterns, winners []string) []string {
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	ours, theirs := newCover(patterns), newCover(winners)
	return slices.DeleteFunc(slices.Clone(patterns), func(pattern string) bool {
		return theirs.has(pattern) || theirs.covers(pattern) || ours.covers(pattern)
	})
}

// cover finds the patterns that cover a given one.
type cover struct {
	all  map[string]bool
	wild map[string][]string // those with a wildcard, by what stands before it
}

func newCover(patterns []string) cover {
	c := cover{map[string]bool{}, map[string][]string{}}
	for _, pattern := range patterns {
		c.all[pattern] = true
		if wild := strings.IndexAny(pattern, "*?"); wild >= 0 {
			c.wild[pattern[:wild]] = append(c.wild[pattern[:wild]], pattern)
		}
	}
	return c
}

func (c cover) has(pattern string) bool { return c.all[pattern] }

// covers tells whether another pattern matches all that this one does.
func (c cover) covers(pattern string) bool {
	for i := range len(pattern) + 1 {
		if i > 0 && (pattern[i-1] == '*' || pattern[i-1] == '?') {
			break // a prefix holds no wildcard
		}
		if i > 0 && pattern[i-1] != '/' {
			continue // and ends with a slash
		}
		for _, other := range c.wild[pattern[:i]] {
			if other != pattern && Match(other, pattern) {
				return true
			}
		}
	}
	return false
}

// check refuses what API Gateway, or the one who pays for each evaluation, would not take.
func (p *patterns) check() error {
	for _, list := range [][]string{p.allows, p.denies} {
		for _, resource := range list {
			if len(resource) > maxResource {
				return &ResourceError{resource}
			}
		}
	}
	text, err := json.Marshal(p.statements(limits(time.Unix(1<<37, 0), nil)))
	if err != nil {
		return err
	}
	p.bytes = len(text)
	return p.checkSize(p.bytes)
}

func (p *patterns) checkSize(bytes int) error {
	if bytes > maxDocument {
		return &SizeError{bytes, len(p.allows) + len(p.denies)}
	}
	return nil
}

// document makes the document for a caller.
func (p *patterns) document(expires time.Time, networks []netip.Prefix) (Document, error) {
	if p.err != nil {
		return Document{}, p.err
	}
	const longestNetwork = len(`"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",`)
	if err := p.checkSize(p.bytes + len(networks)*longestNetwork); err != nil {
		return Document{}, err
	}
	return p.statements(limits(expires, networks)), nil
}

// statements puts the patterns into statements.
func (p *patterns) statements(conditions Conditions) Document {
	doc := Document{Version: Version}
	if len(p.allows) > 0 {
		doc.Statement = append(doc.Statement, Statement{
			Effect: EffectAllow, Action: Strings{InvokeAction}, Resource: slices.Clone(p.allows), Condition: conditions,
		})
	}
	if len(p.denies) > 0 {
		doc.Statement = append(doc.Statement, Statement{Effect: EffectDeny, Action: Strings{InvokeAction}, Resource: slices.Clone(p.denies)})
	}
	return doc
}

// limits are the conditions that end an Allow with the caller's credential and hold it to the caller's networks.
func limits(expires time.Time, networks []netip.Prefix) Conditions {
	if expires.IsZero() && len(networks) == 0 {
		return nil
	}
	conditions := Conditions{}
	if !expires.IsZero() {
		end := Strings{expires.UTC().Format(time.RFC3339)}
		conditions["DateLessThanIfExists"] = map[string]Strings{"aws:CurrentTime": end}
	}
	if len(networks) > 0 {
		var from Strings
		for _, network := range networks {
			from = append(from, network.String())
		}
		conditions["IpAddress"] = map[string]Strings{"aws:SourceIp": from}
	}
	return conditions
}
