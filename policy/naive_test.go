package policy_test

import (
	"regexp"
	"strconv"
	"strings"

	"portcullis/policy"
)

// What follows evaluates documents a second time, as plainly as it can be written: every condition and every
// pattern is looked at, and what holds is joined afterwards.

// naiveResult is what must agree between the two.
type naiveResult struct {
	allow, explicit bool
	statement       int
}

func (n naiveResult) is(r policy.Result) bool {
	return n == naiveResult{r.Decision == policy.Allow, r.Explicit, r.Statement}
}

func naiveEvaluate(doc policy.Document, request policy.Request) naiveResult {
	action := request.Action
	if action == "" {
		action = "execute-api:Invoke"
	}
	truths := make([]string, len(doc.Statement))
	for i, s := range doc.Statement {
		truths[i] = naiveStatement(doc.Version, s, action, request)
		if s.Effect != "Allow" && truths[i] != notMet {
			return naiveResult{explicit: true, statement: i}
		}
	}
	for i, s := range doc.Statement {
		if s.Effect == "Allow" && truths[i] == met {
			return naiveResult{allow: true, statement: i}
		}
	}
	return naiveResult{statement: -1}
}

func naiveStatement(version string, s policy.Statement, action string, request policy.Request) string {
	if version != "" && version != "2008-10-17" && version != "2012-10-17" || s.Effect != "Allow" && s.Effect != "Deny" ||
		s.Action != nil && s.NotAction != nil || len(s.Action)+len(s.NotAction) == 0 ||
		s.Resource != nil && s.NotResource != nil || len(s.Resource)+len(s.NotResource) == 0 {
		return unclear
	}
	truths := []string{naiveAction(s, action), naiveList(version, s.Resource, request.Resource)}
	if len(s.NotResource) > 0 {
		truths[1] = naiveNot(naiveList(version, s.NotResource, request.Resource))
	}
	if truths[0] == notMet {
		return notMet
	}
	for operator, wants := range s.Condition {
		if len(wants) == 0 {
			truths = append(truths, unclear)
		}
		for key, values := range wants {
			truths = append(truths, naiveCondition(version, operator, key, values, request.Keys))
		}
	}
	return naiveAll(truths)
}

func naiveAction(s policy.Statement, action string) string {
	hit := false
	for _, pattern := range append(append([]string{}, s.Action...), s.NotAction...) {
		hit = hit || naiveMatch(strings.ToLower(pattern), strings.ToLower(action))
	}
	return truth(hit == (len(s.Action) > 0))
}

func naiveList(version string, patterns []string, text string) string {
	for _, pattern := range patterns {
		if naiveVariable(version, pattern) || naivePattern(pattern, text) == unclear {
			return unclear
		}
	}
	for _, pattern := range patterns {
		if naivePattern(pattern, text) == met {
			return met
		}
	}
	return notMet
}

func truth(holds bool) string {
	if holds {
		return met
	}
	return notMet
}

func naiveNot(t string) string {
	return map[string]string{met: notMet, notMet: met, unclear: unclear}[t]
}

func naiveAll(truths []string) string { return naiveNot(naiveAny(truths, naiveNot)) }

// naiveAny joins truths of which one is enough, each turned first.
func naiveAny(truths []string, turn func(string) string) string {
	result := notMet
	for _, t := range truths {
		switch turn(t) {
		case met:
			return met
		case unclear:
			result = unclear
		}
	}
	return result
}

var naiveEscape = regexp.MustCompile(`\$\{[*?$]\}`)

// naiveVariable tells whether a "${" is left when each escape has become something else.
func naiveVariable(version, text string) bool {
	if version == "2012-10-17" {
		text = naiveEscape.ReplaceAllString(text, "-")
	}
	return strings.Contains(text, "${")
}

// naivePattern translates a pattern into a regular expression.
func naivePattern(pattern, text string) string {
	if !strings.Contains(pattern, "${") {
		return truth(naiveMatch(pattern, text))
	}
	if strings.ToValidUTF8(pattern+text, "") != pattern+text {
		return unclear
	}
	expression := "(?s)^"
	for pattern != "" {
		switch at := naiveEscape.FindStringIndex(pattern); {
		case at != nil && at[0] == 0:
			expression += regexp.QuoteMeta(pattern[2:3])
			pattern = pattern[4:]
			continue
		case pattern[0] == '*':
			expression += ".*"
		case pattern[0] == '?':
			expression += "."
		default:
			expression += regexp.QuoteMeta(split(pattern)[0])
		}
		pattern = pattern[len(split(pattern)[0]):]
	}
	return truth(regexp.MustCompile(expression + "$").MatchString(text))
}

var naiveOperator = regexp.MustCompile(`^(ForAnyValue:|ForAllValues:)?(String|Numeric|Date|Bool|IpAddress|NotIpAddress|Arn|Null)` +
	`(Not)?(Equals|Like|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)?(IgnoreCase)?(IfExists)?$`)

func naiveCondition(version, operator, key string, values []string, keys map[string]string) string {
	parts := naiveOperator.FindStringSubmatch(operator)
	if parts == nil || len(values) == 0 || !naiveKey(key, keys) || !naiveKnown(parts[2:6]) {
		return unclear
	}
	for _, value := range values {
		if naiveVariable(version, value) {
			return unclear
		}
	}
	got, present := "", false
	for name, value := range keys {
		if strings.EqualFold(name, key) {
			got, present = value, true
		}
	}
	set, kind, ifExists := parts[1], parts[2], parts[6] != ""
	not := parts[3] != "" || kind == "NotIpAddress"
	if kind == "Null" {
		if set != "" || ifExists {
			return unclear
		}
		return naiveValues("Bool", "", "", strconv.FormatBool(!present), values)
	}
	if set != "" && got == "" {
		present = false
	}
	if present {
		t := naiveValues(kind, parts[4], parts[5], got, values)
		if not {
			t = naiveNot(t)
		}
		return t
	}
	if set == "ForAnyValue:" && ifExists {
		return unclear
	}
	return truth(set == "ForAllValues:" || set == "" && (ifExists || not))
}

func naiveKey(key string, supplied map[string]string) bool {
	for name := range supplied {
		if strings.EqualFold(name, key) {
			return true
		}
	}
	return regexp.MustCompile(`(?i)^aws:(CurrentTime|EpochTime|Referer|SecureTransport|SourceArn|SourceIp|UserAgent)$`).MatchString(key)
}

// naiveKnown tells whether there is such an operator of this kind.
func naiveKnown(parts []string) bool {
	kind, rest := parts[0], strings.Join(parts[1:], "")
	switch kind {
	case "String":
		return regexp.MustCompile(`^(Not)?(Equals|EqualsIgnoreCase|Like)$`).MatchString(rest)
	case "Arn":
		return regexp.MustCompile(`^(Not)?(Equals|Like)$`).MatchString(rest)
	case "Numeric", "Date":
		return regexp.MustCompile(`^(Equals|NotEquals|(Less|Greater)Than(Equals)?)$`).MatchString(rest)
	}
	return rest == ""
}
