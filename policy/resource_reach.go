package policy

import "strings"

// Reach is what a resource policy says of all requests to a route at once, whenever and from wherever they come.
type Reach struct {
	Shut      int  // index of a statement that denies each of them to everybody, whatever else there is; -1: there is none
	Anonymous bool // a statement allows some of them to callers of whom nobody knows
	Named     bool // a statement allows some of them to callers whom it names, who sign
}

// someAPI stands for an API wherever it is deployed: no text names its parts.
var someAPI = ARN{Partition: "\x01", Region: "\x01", Account: "\x01", API: "\x01", Stage: "\x01"}

// Reach looks at a route. Shut is told only where it is so for certain; Anonymous and Named are told where it may be so. Resources may be
// short.
func (p ResourcePolicy) Reach(route Route) Reach {
	r := Reach{Shut: -1}
	all := routePattern(route)
	for i, s := range p.Expand(someAPI).Statement {
		if !s.isAbout(InvokeAction) || s.Principal == nil {
			continue
		}
		switch everyone := s.Principal.Everyone; {
		case s.Effect == EffectDeny && everyone && s.Condition == nil && s.covers(all) && r.Shut < 0:
			r.Shut = i
		case s.Effect == EffectAllow && s.touches(all):
			r.Anonymous = r.Anonymous || everyone
			r.Named = r.Named || everyone || len(s.Principal.AWS) > 0
		}
	}
	return r
}

// What stands in the pattern of a route for what it is not known to be: one character that is no slash, any number of such, and any text.
const (
	oneOfSegment  = '\x02'
	moreOfSegment = '\x03'
	anyText       = '*'
	anySegment    = string(oneOfSegment) + string(moreOfSegment)
)

// routePattern stands for the ARNs of all requests to a route.
func routePattern(route Route) string {
	segments := strings.Split(route.Path, "/")
	for i, segment := range segments {
		switch {
		case strings.HasSuffix(segment, "+}"):
			segments[i] = string(oneOfSegment) + string(anyText)
		case strings.HasPrefix(segment, "{"):
			segments[i] = anySegment
		}
	}
	method := route.Method
	if method == MethodAny {
		method = anySegment
	}
	return someAPI.stagePrefix() + method + strings.Join(segments, "/")
}

// covers tells whether the statement is about all that a pattern matches. Of what it cannot tell it says no.
func (s *Statement) covers(all string) bool {
	for _, pattern := range s.Resource {
		if !strings.ContainsAny(pattern, "?$") && Match(pattern, all) {
			return true
		}
	}
	return len(s.NotResource) > 0 && !anyIntersects(s.NotResource, all)
}

// touches tells whether the statement may be about something that a pattern matches.
func (s *Statement) touches(all string) bool {
	if anyIntersects(s.Resource, all) {
		return true
	}
	if len(s.NotResource) == 0 {
		return false
	}
	excluded := Statement{Resource: s.NotResource}
	return !excluded.covers(all)
}

func anyIntersects(patterns []string, all string) bool {
	for _, pattern := range patterns {
		if meets(patternEscapes.Replace(somewhere(pattern)), all) {
			return true
		}
	}
	return false
}

// meets tells whether a pattern matches something that a route's pattern stands for.
func meets(pattern, route string) bool {
	ends := make([]bool, len(route)+1) // whether the rest of the pattern does, by where the route's begins
	for i := len(pattern); i >= 0; i-- {
		next := ends
		ends = make([]bool, len(route)+1)
		takes := func(c byte) bool { return i < len(pattern) && (pattern[i] == '?' || pattern[i] == c) }
		for j := len(route); j >= 0; j-- {
			switch {
			case i < len(pattern) && pattern[i] == '*':
				ends[j] = next[j] || j < len(route) && ends[j+1]
			case j == len(route):
				ends[j] = i == len(pattern)
			case route[j] == anyText:
				ends[j] = ends[j+1] || i < len(pattern) && next[j]
			case route[j] == moreOfSegment:
				ends[j] = ends[j+1] || i < len(pattern) && pattern[i] != '/' && next[j]
			case route[j] == oneOfSegment:
				ends[j] = i < len(pattern) && pattern[i] != '/' && next[j+1]
			default:
				ends[j] = takes(route[j]) && next[j+1]
			}
		}
	}
	return ends[0]
}

// somewhere puts the API, and the stage, in the place of what a pattern says of where they are: it may be so.
func somewhere(pattern string) string {
	parts := strings.SplitN(pattern, ":", 6)
	if len(parts) < 6 {
		return pattern
	}
	api, rest, staged := strings.Cut(parts[5], "/")
	if stage, path, more := strings.Cut(rest, "/"); staged && more && api == someAPI.API && !strings.ContainsAny(stage, "*?$") {
		rest = someAPI.Stage + "/" + path
	}
	head := "arn:" + someAPI.Partition + ":execute-api:" + someAPI.Region + ":" + someAPI.Account + ":" + api
	if !staged {
		return head
	}
	return head + "/" + rest
}
