package policy

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

const (
	// maxResource is how many bytes of what it calls characters API Gateway takes in one Resource of an authorizer's policy.
	// See https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
	maxResource = 512

	// MaxDocument is the most bytes of JSON that a document may have unless [Rules.WithLimit] says less. API Gateway names
	// no limit for REST and HTTP APIs.
	MaxDocument = 256 << 10

	// MaxConnectDocument is the same for a WebSocket API.
	// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html.
	MaxConnectDocument = 8 << 10
)

// SizeError says that the document for a caller would be too large to answer with.
type SizeError struct {
	Bytes  int // of the document's JSON; of thousands of patterns at least so many
	Limit  int // how many there may be
	Routes int // how many patterns of routes stand in it
}

// Error says how large the document is and may be, and three ways to make it smaller.
func (e *SizeError) Error() string {
	return fmt.Sprintf("policy: the document for this caller has %d bytes, and %d are the most: it names %d patterns of routes. "+
		"Put routes that share a rule under one {proxy+}, split the API, or give the key fewer networks", e.Bytes, e.Limit, e.Routes)
}

// Compile writes the rules for one caller as a document that is right for every route of the API, whichever
// of them the ARN names; only the ARN's API and stage matter, and whether it is a WebSocket API. The document's Allow
// ends when the caller's credential expires, and holds for its networks only. A caller with no open route gets an
// explicit deny of everything.
//
// A '*' in an IAM pattern runs over slashes, so the pattern of an open route may reach into routes that are
// not open: those paths are denied. Where a deny also covers a path that is open, the deny stands, and
// [Rules.Conflicts] has told so. Patterns that others cover are left out, so what is open under an open
// {proxy+} is written as the one pattern and what is closed in it. A '*' stands in the place of the method where that is
// shorter. What the patterns allow is open, or no route serves it.
//
// A path with a slash at its end is allowed only if both the route that a REST API has for it and the greedy route that
// an HTTP API has for it are open: which one the document is for, it does not know.
//
// A pattern that is longer than API Gateway takes is left out, and what would need a deny that is; [Rules.Size] names
// them. The same rules and caller give the same document. The errors are [*ARNError] and [*SizeError].
func (r *Rules) Compile(caller Caller, arn ARN) (Document, error) {
	p, err := r.patterns(&caller, arn)
	if err != nil {
		return Document{}, err
	}
	if err := p.checkSize(p.size(len(caller.Networks))); err != nil {
		return Document{}, err
	}
	doc := p.statements(limits(caller.Expires, caller.Networks))
	if p.closed && len(p.allows) > 0 {
		p.close(&doc, caller.Expires, caller.Networks)
	}
	return doc, nil
}

// patterns writes the patterns for a caller, or remembers them.
func (r *Rules) patterns(caller *Caller, arn ARN) (*patterns, error) {
	prefix := arn.stagePrefix()
	if reason := wrongParts(arn.Partition, arn.Region, arn.Account, arn.API, arn.Stage); reason != "" {
		return nil, &ARNError{arn.String(), reason}
	}
	if arn.RouteKey != "" {
		return r.connectPatterns(prefix, caller), nil
	}
	has := r.vocabulary.of(caller)
	key := r.documentKey(prefix, caller.owner(), has)
	p := r.documents.find(key)
	if p == nil {
		p = r.compile(prefix, caller.owner(), has)
		r.documents.keep(key, p)
	}
	return p, nil
}

// patterns are the Resources of a document.
type patterns struct {
	allows, denies []string
	leftOut        []string // those that API Gateway would not take
	bytes          int      // of the document's JSON, without networks
	limit          int      // how many there may be
	closed         bool     // what is not allowed has to be denied
	stage          string   // all of the stage, where it is closed
}

// compile writes the patterns for a caller with this id, "" for one of whom nothing is known.
func (r *Rules) compile(prefix, id string, has capabilities) *patterns {
	c := r.choose(id, has)
	p := &patterns{limit: r.limit, closed: r.closed, stage: prefix + "*"}
	p.allows = patternsOf(c.allows, !c.isAnyClosed())
	p.denies = slices.Concat(patternsOf(c.denies, true), fewer(patternsOf(c.slashes, true)), c.oddPaths())
	for _, list := range [][]string{p.allows, p.denies} {
		for i := range list {
			list[i] = prefix + list[i]
		}
	}
	p.leaveOut()
	if len(p.allows) == 0 {
		p.denies = []string{prefix + "*"}
	}
	slices.Sort(p.allows)
	slices.Sort(p.denies)
	p.denies = slices.Compact(p.denies)
	p.measure()
	if c.tooMany {
		p.bytes = max(p.bytes, p.limit+1) // denies are missing: nothing may be made of it
	}
	return p
}

// patternsOf writes patterns; three tells whether ??? may stand for GET and PUT.
func patternsOf(of []methodPattern, three bool) []string {
	all := make([]string, 0, len(of)+len(of)/2)
	for _, p := range of {
		all = p.appendPatterns(all, three)
	}
	return all
}

// fewSlashes is how many patterns may deny paths with a slash at the end before one does for all of them.
const fewSlashes = 3

// fewer puts one pattern in the place of many, of all paths that begin as they do and end with a slash.
func fewer(slashes []string) []string {
	if len(slashes) <= fewSlashes {
		return slashes
	}
	begin := strings.TrimSuffix(slashes[0], "/")
	for _, pattern := range slashes {
		begin = commonPrefix(begin, pattern)
	}
	if wild := strings.IndexAny(begin, "*?"); wild >= 0 {
		begin = begin[:wild]
	}
	begin = begin[:strings.LastIndex(begin, "/")+1]
	if begin == "" {
		begin = "*/" // the root ends with a slash, too
	}
	return []string{begin + "?*/"}
}

// leaveOut leaves out patterns that are longer than API Gateway takes. Without such a deny, what would need it is not
// allowed either.
func (p *patterns) leaveOut() {
	long := func(pattern string) bool { return len(pattern) > maxResource }
	for _, pattern := range p.denies {
		if long(pattern) {
			p.leftOut = append(p.leftOut, pattern)
			p.allows = slices.DeleteFunc(p.allows, func(allow string) bool {
				needs := intersect(allow, pattern)
				if needs && !long(allow) {
					p.leftOut = append(p.leftOut, allow)
				}
				return needs
			})
		}
	}
	for _, pattern := range p.allows {
		if long(pattern) {
			p.leftOut = append(p.leftOut, pattern)
		}
	}
	if len(p.leftOut) > 0 {
		p.allows, p.denies = slices.DeleteFunc(p.allows, long), slices.DeleteFunc(p.denies, long)
		slices.Sort(p.leftOut)
		p.leftOut = slices.Compact(p.leftOut)
	}
}

// connectPatterns writes the patterns for a WebSocket API, whose authorizer is asked about connecting alone.
func (r *Rules) connectPatterns(prefix string, caller *Caller) *patterns {
	p := &patterns{limit: min(r.limit, MaxConnectDocument)}
	if r.decideConnect(caller) == Allow {
		p.allows = []string{prefix + RouteConnect}
	} else {
		p.denies = []string{prefix + "*"}
	}
	p.measure()
	return p
}

// cover finds the patterns of paths that cover a given one.
type cover map[string][]string // by what stands before the first wildcard

func newCover(patterns []string) cover {
	c := cover{}
	for _, pattern := range patterns {
		if wild := strings.IndexAny(pattern, "*?"); wild >= 0 {
			c[pattern[:wild]] = append(c[pattern[:wild]], pattern)
		}
	}
	return c
}

// each calls visit with each other pattern that matches all that this one does.
func (c cover) each(pattern string, visit func(by string)) {
	for i := range len(pattern) + 1 {
		if i > 0 && (pattern[i-1] == '*' || pattern[i-1] == '?') {
			break // what stands before a wildcard holds none
		}
		if i > 0 && pattern[i-1] != '/' {
			continue // and ends with a slash
		}
		for _, other := range c[pattern[:i]] {
			if other != pattern && Match(other, pattern) {
				visit(other)
			}
		}
	}
}

// measure counts the bytes of the document's JSON, without its networks, as encoding/json writes it.
func (p *patterns) measure() {
	p.bytes = len(`{"Version":"2012-10-17","Statement":[]}`)
	if len(p.allows) > 0 {
		p.bytes += len(`{"Effect":"Allow","Action":["execute-api:Invoke"],"Resource":[],"Condition":{"DateLessThanIfExists":{"aws:CurrentTime":["2026-01-02T15:04:05Z"]}}}`)
	}
	if len(p.denies) > 0 {
		p.bytes += len(`{"Effect":"Deny","Action":["execute-api:Invoke"],"Resource":[]}`)
	}
	if len(p.allows) > 0 && len(p.denies) > 0 {
		p.bytes += len(`,`)
	}
	if p.closed && len(p.allows) > 0 {
		p.bytes += len(`,{"Effect":"Deny","Action":["execute-api:Invoke"],"NotResource":[]}`) + 2*textLength(p.stage)
		p.bytes += len(`,{"Effect":"Deny","Action":["execute-api:Invoke"],"Resource":[],"Condition":{"DateGreaterThanEquals":{"aws:CurrentTime":["2026-01-02T15:04:05Z"]}}}`)
	}
	for _, list := range [][]string{p.allows, p.denies} {
		for _, pattern := range list {
			p.bytes += textLength(pattern) + len(`,`)
		}
		p.bytes -= min(len(list), 1)
	}
}

// textLength is how many bytes a text without control characters has as JSON.
func textLength(text string) int {
	n := len(text) + len(`""`)
	for i := range len(text) {
		switch text[i] {
		case '&', '<', '>':
			n += len(`\u0026`) - 1
		case '"', '\\':
			n++
		}
	}
	return n
}

// checkSize gives a *SizeError for more bytes than there may be.
func (p *patterns) checkSize(bytes int) error {
	if bytes > p.limit {
		return &SizeError{bytes, p.limit, len(p.allows) + len(p.denies)}
	}
	return nil
}

// size is how many bytes the document has with this many networks, at most.
func (p *patterns) size(networks int) int {
	const longest = len(`"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",`)
	if p.closed && networks > 0 && len(p.allows) > 0 { // they stand in a Deny besides
		const besides = `,{"Effect":"Deny","Action":["execute-api:Invoke"],"Resource":[],"Condition":{"NotIpAddress":{"aws:SourceIp":[]}}}`
		return p.bytes + 2*networks*longest + len(besides) + textLength(p.stage)
	}
	return p.bytes + networks*longest
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

// close makes the document deny explicitly what it does not allow: it allows the whole stage, and denies all but the patterns that
// were allowed, and everything once the credential has ended or from elsewhere than the caller's networks.
func (p *patterns) close(doc *Document, expires time.Time, networks []netip.Prefix) {
	opened, conditions, stage := doc.Statement[0].Resource, doc.Statement[0].Condition, Strings{p.stage}
	doc.Statement[0].Resource = stage
	deny := func(s Statement) {
		s.Effect, s.Action = EffectDeny, Strings{InvokeAction}
		doc.Statement = append(doc.Statement, s)
	}
	deny(Statement{NotResource: opened})
	if !expires.IsZero() {
		end := conditions["DateLessThanIfExists"]["aws:CurrentTime"]
		deny(Statement{Resource: stage, Condition: Conditions{"DateGreaterThanEquals": {"aws:CurrentTime": end}}})
	}
	if len(networks) > 0 {
		deny(Statement{Resource: stage, Condition: Conditions{"NotIpAddress": {"aws:SourceIp": conditions["IpAddress"]["aws:SourceIp"]}}})
	}
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
