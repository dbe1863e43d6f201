package policy_test

import (
	"math/bits"
	"slices"
	"strings"
	"testing"

	"portcullis/policy"
)

// paths is a set of requests, a bit for each of optimum.requests.
type paths [8]uint64

func (p *paths) add(i int) { p[i/64] |= 1 << (i % 64) }

func (p paths) minus(q paths) paths {
	for i := range p {
		p[i] &^= q[i]
	}
	return p
}

func (p paths) or(q paths) paths {
	for i := range p {
		p[i] |= q[i]
	}
	return p
}

func (p paths) meets(q paths) bool { return p.minus(q) != p }

func (p paths) first() int {
	for i, word := range p {
		if word != 0 {
			return 64*i + bits.TrailingZeros64(word)
		}
	}
	return -1
}

// candidate is a pattern that a document may have.
type candidate struct {
	text  string
	cost  int
	paths paths
}

// optimum finds the smallest document by trying all of them: every set of allowed patterns of which each is that of an open
// route, for one method, two or all; and every set of denied patterns of whole segments that makes it exact.
type optimum struct {
	requests []string // methods and paths that are routed
	prefix   int      // bytes that each pattern has besides
	denies   []candidate
	best     int
}

// smallest gives the bytes of the patterns, and 0 where no set is exact.
func smallest(rules []policy.Rule, who policy.Caller, decided *policy.Rules) int {
	o := optimum{prefix: len(anARN.String()) - len("GET/") + len(`"",`)}
	var open, closed paths
	for _, method := range []string{"GET", "POST", "PUT"} {
		for _, word := range words([]string{"/a", "/b", "/x"}, 4) {
			if word == "" {
				word = "/"
			}
			if plainRoute(rules, method, word) == nil {
				continue
			}
			if decided.Decide(who, method, word) == policy.Allow {
				open.add(len(o.requests))
			} else {
				closed.add(len(o.requests))
			}
			o.requests = append(o.requests, method+word)
		}
	}
	var allows []candidate
	whole := map[string]bool{} // open routes, as patterns
	for _, rule := range rules {
		if path := starred(rule.Route.Path); plainDecision(&rule, who, rule.Route.Path) == policy.Allow {
			whole[rule.Route.Method+"/"+path] = true
			allows = append(allows, o.candidate(rule.Route.Method+"/"+path))
			if path != "" {
				allows = append(allows, o.candidate("*/"+path))
			}
			if whole["GET/"+path] && whole["PUT/"+path] {
				allows = append(allows, o.candidate("???/"+path))
			}
		}
	}
	for _, word := range words([]string{"/a", "/b", "/*"}, 4) {
		for _, method := range []string{"GET/", "POST/", "PUT/", "???/", "*/"} {
			if c := o.candidate(method + strings.TrimPrefix(word, "/")); c.paths.meets(closed) && !c.paths.meets(open) {
				o.denies = append(o.denies, c)
			}
		}
	}
	o.denies = undominated(o.denies)
	o.search(undominated(allows), open, closed, paths{}, 0)
	return o.best
}

// starred is the pattern of a template.
func starred(template string) string {
	parts := strings.Split(template, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "*"
		}
	}
	return strings.TrimPrefix(strings.Join(parts, "/"), "/")
}

func (o *optimum) candidate(text string) candidate {
	c := candidate{text: text, cost: o.prefix + len(text)}
	for i, request := range o.requests {
		if naiveMatch(text, request) {
			c.paths.add(i)
		}
	}
	return c
}

// undominated drops candidates that cost no less than another one and match no more; the allowed ones are compared whole.
func undominated(all []candidate) []candidate {
	slices.SortFunc(all, func(a, b candidate) int { return a.cost - b.cost })
	var kept []candidate
	for _, c := range all {
		if !slices.ContainsFunc(kept, func(k candidate) bool { return k.paths == c.paths }) {
			kept = append(kept, c)
		}
	}
	return kept
}

// search chooses an allowed pattern for the first open request that none matches yet.
func (o *optimum) search(allows []candidate, open, closed, matched paths, cost int) {
	if o.best > 0 && cost >= o.best {
		return
	}
	next := open.minus(matched).first()
	if next < 0 {
		leaks := closed.minus(closed.minus(matched))
		o.cover(leaks, cost)
		return
	}
	for _, a := range allows {
		if a.paths[next/64]>>(next%64)&1 != 0 {
			o.search(allows, open, closed, matched.or(a.paths), cost+a.cost)
		}
	}
}

// cover chooses a denied pattern for the first request that leaks.
func (o *optimum) cover(leaks paths, cost int) {
	if o.best > 0 && cost >= o.best {
		return
	}
	next := leaks.first()
	if next < 0 {
		o.best = cost
		return
	}
	for _, d := range o.denies {
		if d.paths[next/64]>>(next%64)&1 != 0 {
			o.cover(leaks.minus(d.paths), cost+d.cost)
		}
	}
}

// TestDocumentsAreNearlySmallest compares documents of small APIs with the smallest that there are. What denies odd paths,
// and slashes at the end, does not count.
func TestDocumentsAreNearlySmallest(t *testing.T) {
	c := newChance(30)
	compared, same, ours, theirs, worst := 0, 0, 0, 0, 1.0
	for compared < 300 {
		var rules []policy.Rule
		for range 1 + c.IntN(7) {
			path := c.pick("/a", "/b", "/a/{p}", "/a/{p}", "/b/{p}", "/a/{p}/b", "/{p}", "/{p}/a", "/a/b", "/{p}/{q}", "/a/{p}/a/{q}", "/a/{p}/b/{q}", "/a/{p+}", "/")
			rules = append(rules, rule(c.pick("GET", "GET", "POST", "PUT"), path, bearer(c.pick("read", "write"))))
		}
		r, err := policy.NewRules(rules, nil)
		if err != nil || len(r.Conflicts()) > 0 {
			continue
		}
		who := caller("me", "read")
		document, err := r.Compile(who, anARN)
		if err != nil {
			t.Fatal(err)
		}
		size := 0
		for _, statement := range document.Statement {
			for _, resource := range statement.Resource {
				if statement.Effect == policy.EffectAllow || !isForOddPaths(strings.TrimPrefix(resource, strings.TrimSuffix(anARN.String(), "GET/"))) {
					size += len(resource) + len(`"",`)
				}
			}
		}
		least := smallest(rules, who, r)
		if least == 0 {
			continue // nothing is open
		}
		compared++
		ours, theirs = ours+size, theirs+least
		if float64(size) <= 1.05*float64(least) {
			same++ // but for a GET in the place of a *, and the like
		}
		if ratio := float64(size) / float64(least); ratio > worst {
			worst = ratio
			t.Logf("%d bytes, %d would do (%.2f), for %v: %v", size, least, ratio, rules, document)
		}
	}
	t.Logf("%d bytes, and the smallest documents %d (%.3f); %d of %d have no pattern more; %.2f at most", ours, theirs, float64(ours)/float64(theirs), same, compared, worst)
	if float64(ours) > 1.05*float64(theirs) || worst > 2.5 {
		t.Errorf("the documents have %d bytes, and %d would do; %.2f times as many at most", ours, theirs, worst)
	}
}

// isForOddPaths tells whether a pattern is of odd spellings, or of a slash at the end.
func isForOddPaths(pattern string) bool {
	return strings.ContainsAny(pattern, "%.") || strings.Contains(pattern, "//") || strings.HasSuffix(pattern, "/")
}
