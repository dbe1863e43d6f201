package policy

import (
	"slices"
	"strings"
)

// resourceActions are those that a REST API asks about. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html.
var resourceActions = []string{InvokeAction, "execute-api:InvalidateCache"}

// wrongAction says why a statement could never be about what it names; "": it can.
func wrongAction(action string) string {
	if slices.ContainsFunc(resourceActions, func(asked string) bool { return matchAction(action, asked) }) {
		return ""
	}
	return "is no action that is asked about: want " + InvokeAction
}

// wrongResource says why what a resource names cannot be told, or is never invoked; "": it can be.
func (r *resourceReader) wrongResource(pattern string) string {
	const want = "want " + shortPrefix + "STAGE/METHOD/PATH, such as " + shortPrefix + "*/GET/things/*"
	if hasVariable(pattern, r.version) {
		return "holds a policy variable, which is not substituted here: write out what it is to match"
	}
	if pattern == "*" {
		return ""
	}
	path, short := strings.CutPrefix(pattern, shortPrefix)
	if !short {
		parts := strings.SplitN(pattern, ":", 6)
		if len(parts) != 6 || parts[0] != "arn" || parts[2] != "execute-api" || slices.Contains(parts[:5], "") {
			return "is the ARN of no API: " + want
		}
		if !strings.HasPrefix(parts[5], "*") {
			return "names an API by its id, which is not known before the API is made: " + want
		}
		return wrongPath(parts[5], "", want)
	}
	return wrongPath(path, "?*/", want)
}

// wrongPath says why no request invokes what follows the colon of an API; stage is what stands before the method there.
func wrongPath(path, stage, want string) string {
	if segments := strings.SplitN(path, "/", 3); stage != "" && len(segments) > 1 && !slices.Contains(methods, segments[1]) &&
		slices.Contains(methods, strings.ToUpper(segments[1])) {
		return "matches no request, since methods are in capitals: want " + strings.ToUpper(segments[1])
	}
	path = patternEscapes.Replace(path)
	if stage == "" {
		stage = "?*/?*/"
	}
	if !slices.ContainsFunc(methods, func(method string) bool { return intersect(path, stage+method+"/*") }) {
		return "matches no request: " + want
	}
	return ""
}

// principals reads those whom a statement names.
func (r *resourceReader) principals(place string, text []byte) *Principals {
	p := &Principals{}
	if text[0] == '"' {
		if s, ok := r.string(place, text); ok && s != "*" {
			r.refuse(place, `%.60q: want "*", or {"AWS": …} with account ids and ARNs`, s)
		}
		p.Everyone = true
		return p
	}
	seen := r.object(place, text, []string{"AWS", "Service"}, func(name, place string, value []byte) {
		if name == "AWS" {
			p.AWS = r.strings(place, value, wrongPrincipal)
			p.Everyone = slices.Contains(p.AWS, "*")
			return
		}
		p.Service = r.strings(place, value, wrongService)
	})
	if seen != nil && len(seen) == 0 {
		r.refuse(place, `names nobody: want "*", or {"AWS": …} with account ids and ARNs`)
	}
	return p
}

func wrongService(name string) string {
	if strings.HasSuffix(name, ".amazonaws.com") && !strings.ContainsAny(name, "*?$") {
		return ""
	}
	return "is no service: want one such as events.amazonaws.com"
}

// wrongPrincipal says why a text names nobody; "": it does.
func wrongPrincipal(text string) string {
	if text == "*" || isAccountID(text) {
		return ""
	}
	if strings.ContainsAny(text, "*?$") {
		return `wildcards name no principals: want "*", or whole account ids and ARNs`
	}
	parts := strings.SplitN(text, ":", 6)
	if len(parts) == 6 && parts[0] == "arn" && parts[1] != "" && parts[3] == "" && isAccountID(parts[4]) {
		kind, name, _ := strings.Cut(parts[5], "/")
		switch parts[2] + ":" + kind {
		case "iam:root":
			if parts[5] == "root" {
				return ""
			}
		case "iam:user", "iam:role":
			if name != "" && !strings.HasSuffix(name, "/") {
				return ""
			}
		case "sts:assumed-role":
			if role, session, _ := strings.Cut(name, "/"); role != "" && session != "" && !strings.Contains(session, "/") {
				return ""
			}
		}
	}
	return "is no principal: want an account's 12 digits, or arn:aws:iam::ACCOUNT:root, :user/NAME or :role/NAME, or arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION"
}

func isAccountID(text string) bool { return len(text) == 12 && areDigits(text) }

// conditions reads what a statement asks for besides.
func (r *resourceReader) conditions(place string, text []byte) Conditions {
	all := Conditions{}
	seen := r.object(place, text, nil, func(name, place string, value []byte) {
		if _, known := parseTest(name); !known {
			r.refuse(place, "is no operator that is known here")
			return
		}
		all[name] = map[string]Strings{}
		keys := r.object(place, value, nil, func(key, place string, value []byte) {
			if !isGatewayKey(key) && !isResourceKey(key) {
				r.refuse(place, "is no key that can be told of a request: want one of %s, aws:PrincipalTag/KEY", strings.Join(slices.Concat(gatewayKeys, resourceKeys), ", "))
				return
			}
			all[name][key] = r.values(place, name, value)
		})
		if keys != nil && len(keys) == 0 {
			r.refuse(place, "names no key")
		}
	})
	if seen != nil && len(seen) == 0 {
		r.refuse(place, "is empty: leave it out where there is none")
	}
	return all
}

// values reads those of a key, and makes sure that the operator can compare them.
func (r *resourceReader) values(place, operator string, text []byte) Strings {
	var all Strings
	r.list(place, text, func(place string, value []byte) {
		s, err := scalar(value)
		form := operandOf(operator)
		switch {
		case err != nil:
			r.refuse(place, "want a text, got %.40s", value)
		case hasVariable(s, r.version):
			r.refuse(place, "%.60q: holds a policy variable, which is not substituted here", s)
		case form.reads != nil && !form.reads(s):
			r.refuse(place, "%.60q: %s compares %s", s, operator, form.want)
		}
		all = append(all, s)
	})
	return all
}

// operand is what an operator compares with.
type operand struct {
	reads func(text string) bool
	want  string
}

// operandOf is the operand of an operator that is known; without one it compares any text.
func operandOf(operator string) operand {
	_, name, prefixed := strings.Cut(operator, ":")
	if !prefixed {
		name = operator
	}
	switch {
	case strings.Contains(name, "IpAddress"):
		return operand{isNetwork, "addresses and networks, such as 192.0.2.0/24"}
	case strings.HasPrefix(name, "Numeric"):
		return operand{func(text string) bool { _, ok := parseNumber(text); return ok }, "numbers"}
	case strings.HasPrefix(name, "Date"):
		return operand{func(text string) bool { _, ok := parseDate(text); return ok }, "times, such as 2030-01-02T15:04:05Z"}
	case strings.HasPrefix(name, "Bool"), name == "Null":
		return operand{isBool, "true and false"}
	case strings.HasPrefix(name, "Arn"):
		return operand{func(text string) bool { return strings.Count(text, ":") >= 5 }, "ARNs"}
	}
	return operand{}
}

func isNetwork(text string) bool {
	network, ok := parseNetwork(text)
	return ok && !network.Addr().Is4In6()
}
