package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ResourcePolicyError is all that is wrong with the text of a resource policy.
type ResourcePolicyError struct {
	Problems []ResourceProblem // in the order of the text
}

// ResourceProblem is one thing that is wrong with the text of a resource policy.
type ResourceProblem struct {
	Place  string // a JSON pointer (RFC 6901) to what is wrong, such as "/Statement/0/Resource/1"; "" for the whole
	Reason string // what is wrong, and what would be right
}

// Error is the problems, a line each.
func (e *ResourcePolicyError) Error() string {
	var lines []string
	for _, p := range e.Problems {
		line := "policy: resource policy: "
		if p.Place != "" {
			line += p.Place + ": "
		}
		lines = append(lines, line+p.Reason)
	}
	return strings.Join(lines, "\n")
}

// ParseResourcePolicy reads a resource policy in IAM's JSON form. It takes only what can be evaluated: members, effects, principals,
// actions, resources, operators, keys and values that are not understood are refused, and so is a statement that could never match, for
// what it was to deny would be open. The form of a resource is
//
//	*
//	execute-api:/STAGE/METHOD/PATH      of the API itself, see [ResourcePolicy.Expand]
//	arn:PARTITION:execute-api:REGION:ACCOUNT:*…
//
// each with wildcards. An ARN with an API's id is refused: that is not known before the API is made. The error is a
// [*ResourcePolicyError] with all that is wrong.
func ParseResourcePolicy(text []byte) (ResourcePolicy, error) {
	r := resourceReader{}
	var p ResourcePolicy
	if !json.Valid(text) {
		r.refuse("", "is no JSON")
	} else {
		p = r.policy(text)
	}
	if len(r.problems) > 0 {
		return ResourcePolicy{}, &ResourcePolicyError{r.problems}
	}
	return p, nil
}

// UnmarshalJSON is [ParseResourcePolicy].
func (p *ResourcePolicy) UnmarshalJSON(text []byte) (err error) {
	*p, err = ParseResourcePolicy(text)
	return err
}

// resourceReader reads valid JSON, and gathers what is wrong with it.
type resourceReader struct {
	problems []ResourceProblem
	version  string
}

func (r *resourceReader) refuse(place, format string, args ...any) {
	r.problems = append(r.problems, ResourceProblem{place, fmt.Sprintf(format, args...)})
}

// under is the place of a member, or of an element of a list.
func under(place, token string) string {
	return place + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
}

// object visits the members of an object, each once. It refuses those that are not known; none of them known means that all are.
func (r *resourceReader) object(place string, text []byte, known []string, visit func(name, place string, value []byte)) map[string]bool {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if start, _ := decoder.Token(); start != json.Delim('{') {
		r.refuse(place, "want an object, got %.40s", text)
		return nil
	}
	seen := map[string]bool{}
	for decoder.More() {
		token, _ := decoder.Token()
		name := token.(string)
		var value json.RawMessage
		decoder.Decode(&value)
		at := under(place, name)
		switch {
		case seen[name]:
			r.refuse(at, "stands twice")
		case len(known) > 0 && !slices.Contains(known, name):
			r.refuse(at, "is no member that a resource policy has there: want one of %s", strings.Join(known, ", "))
		default:
			visit(name, at, value)
		}
		seen[name] = true
	}
	return seen
}

// list visits the elements of a list, or the one value that stands in its place.
func (r *resourceReader) list(place string, text []byte, visit func(place string, value []byte)) {
	if text[0] != '[' {
		visit(place, text)
		return
	}
	var elements []json.RawMessage
	json.Unmarshal(text, &elements)
	if len(elements) == 0 {
		r.refuse(place, "is empty: want one value at least")
	}
	for i, element := range elements {
		visit(under(place, strconv.Itoa(i)), element)
	}
}

// string reads a text that is not empty.
func (r *resourceReader) string(place string, text []byte) (s string, ok bool) {
	if json.Unmarshal(text, &s) != nil || s == "" {
		r.refuse(place, "want a text in quotes, got %.40s", text)
		return "", false
	}
	return s, true
}

// strings reads a text or a list of texts, and checks each; why says what is wrong with one.
func (r *resourceReader) strings(place string, text []byte, why func(s string) string) Strings {
	var all Strings
	r.list(place, text, func(place string, value []byte) {
		s, ok := r.string(place, value)
		if !ok {
			return
		}
		if reason := why(s); reason != "" {
			r.refuse(place, "%.100q: %s", s, reason)
		}
		all = append(all, s)
	})
	return all
}

func (r *resourceReader) policy(text []byte) (p ResourcePolicy) {
	var statements []byte
	seen := r.object("", bytes.TrimSpace(text), []string{"Version", "Id", "Statement"}, func(name, place string, value []byte) {
		switch name {
		case "Version":
			var ok bool
			if p.Version, ok = r.string(place, value); ok && p.Version != Version && p.Version != oldVersion {
				r.refuse(place, "want %q", Version)
			}
		case "Id":
			p.ID, _ = r.string(place, value)
		case "Statement":
			statements = value
		}
	})
	switch {
	case statements != nil: // after the version, wherever that stands
		r.version = p.Version
		sids := map[string]bool{}
		r.list("/Statement", statements, func(place string, value []byte) {
			p.Statement = append(p.Statement, r.statement(place, value, sids))
		})
	case seen != nil && !seen["Statement"]:
		r.refuse("", "want a Statement: without one nobody may call")
	}
	return p
}

var statementMembers = []string{
	"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}

func (r *resourceReader) statement(place string, text []byte, sids map[string]bool) (s ResourceStatement) {
	seen := r.object(place, text, statementMembers, func(name, place string, value []byte) {
		switch name {
		case "Sid":
			s.Sid, _ = r.string(place, value)
			if sids[s.Sid] && s.Sid != "" {
				r.refuse(place, "%.60q is another statement's", s.Sid)
			}
			sids[s.Sid] = true
		case "Effect":
			var ok bool
			if s.Effect, ok = r.string(place, value); ok && s.Effect != EffectAllow && s.Effect != EffectDeny {
				r.refuse(place, "want %s or %s", EffectAllow, EffectDeny)
			}
		case "Principal":
			s.Principal = r.principals(place, value)
		case "NotPrincipal":
			s.NotPrincipal = r.principals(place, value)
		case "Action":
			s.Action = r.strings(place, value, wrongAction)
		case "NotAction":
			s.NotAction = r.strings(place, value, anyAction)
		case "Resource":
			s.Resource = r.strings(place, value, r.wrongResource)
		case "NotResource":
			s.NotResource = r.strings(place, value, r.wrongResource)
		case "Condition":
			s.Condition = r.conditions(place, value)
		}
	})
	if seen != nil {
		r.checkStatement(place, &s, seen)
	}
	return s
}

// anyAction takes what a NotAction names: more of them only let fewer requests be what the statement is about.
func anyAction(string) string { return "" }

// checkStatement refuses what is wrong with the members of a statement together.
func (r *resourceReader) checkStatement(place string, s *ResourceStatement, has map[string]bool) {
	if !has["Effect"] {
		r.refuse(place, "want an Effect: %s or %s", EffectAllow, EffectDeny)
	}
	for _, name := range []string{"Principal", "Action", "Resource"} {
		if has[name] == has["Not"+name] {
			r.refuse(place, "want one of %s and Not%s", name, name)
		}
	}
	if s.Effect == EffectAllow && has["NotPrincipal"] {
		r.refuse(under(place, "NotPrincipal"), "stands in a Deny alone: an Allow by it would let everybody else in")
	}
	if s.NotPrincipal != nil && s.NotPrincipal.Everyone {
		r.refuse(under(place, "NotPrincipal"), "leaves nobody whom the statement is about")
	}
	if len(s.NotAction) > 0 && !slices.ContainsFunc(resourceActions, s.isAbout) {
		r.refuse(under(place, "NotAction"), "leaves out %s, which is all that a statement could be about", InvokeAction)
	}
}
