package policy

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Match tells whether an IAM pattern matches the whole text: '*' stands for any run of characters, slashes
// and nothing at all included, '?' for exactly one character, everything else for itself. A byte that is not
// UTF-8 counts as a character. A '$' has no meaning here; policy variables are [Evaluate]'s concern.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html.
func Match(pattern, text string) bool {
	star := strings.IndexByte(pattern, '*')
	head := star
	if star < 0 {
		head = len(pattern)
	}
	if one := strings.IndexByte(pattern[:head], '?'); one >= 0 {
		head = one
	} else if star < 0 {
		return pattern == text
	}
	if !strings.HasPrefix(text, pattern[:head]) {
		return false
	}
	if last := strings.LastIndexAny(pattern, "*?"); !strings.HasSuffix(text, pattern[last+1:]) {
		return false
	}
	if head < len(text) && !utf8.RuneStart(text[head]) {
		head = 0 // the head ends inside a character of the text
	}
	return matchFrom(pattern[head:], text[head:])
}

// matchFrom is Match, character by character. It need only ever go back to the last '*' it met: what an
// earlier one could take instead, the last one can take too.
func matchFrom(pattern, text string) bool {
	p, t := 0, 0
	star, resume := -1, 0
	for t < len(text) {
		if p < len(pattern) {
			if pattern[p] == '*' {
				star, resume = p, t
				p++
				continue
			}
			if length := charLen(text[t:]); pattern[p] == '?' {
				p++
				t += length
				continue
			} else if charLen(pattern[p:]) == length && pattern[p:p+length] == text[t:t+length] {
				p += length
				t += length
				continue
			}
		}
		if star < 0 {
			return false
		}
		resume += charLen(text[resume:])
		p, t = star+1, resume
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// intersect tells whether there is a text that both patterns match.
func intersect(a, b string) bool {
	meet := make([]bool, len(b)+1) // whether what is left of a and what is left of b do, by the latter's beginning
	for i := len(a); i >= 0; i-- {
		next := slices.Clone(meet)
		for j := len(b); j >= 0; j-- {
			switch {
			case i < len(a) && a[i] == '*':
				meet[j] = next[j] || j < len(b) && meet[j+1]
			case j < len(b) && b[j] == '*':
				meet[j] = meet[j+1] || i < len(a) && next[j]
			case i == len(a) || j == len(b):
				meet[j] = i == len(a) && j == len(b)
			default:
				meet[j] = next[j+1] && (a[i] == '?' || b[j] == '?' || a[i] == b[j])
			}
		}
	}
	return meet[0]
}

// charLen is the length in bytes of the character that a non-empty text begins with.
func charLen(text string) int {
	if text[0] < utf8.RuneSelf {
		return 1
	}
	_, length := utf8.DecodeRuneInString(text)
	return length
}

// matchAction tells whether an action, in any case, matches the pattern.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html.
func matchAction(pattern, action string) bool {
	return pattern == action || pattern == "*" || Match(lowerASCII(pattern), lowerASCII(action))
}

// lowerASCII folds the letters of ASCII. Others that Unicode folds to them, as the long s, are other letters here.
func lowerASCII(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

func equalFoldASCII(a, b string) bool { return a == b || lowerASCII(a) == lowerASCII(b) }

// The escapes of the policy language stand for characters that have a meaning of their own. As plain text
// they are those characters. In patterns a literal '*' or '?' is written as a byte that no UTF-8 text has,
// in the pattern and in what is matched.
// See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars.
var (
	plainEscapes   = strings.NewReplacer("${*}", "*", "${?}", "?", "${$}", "$")
	patternEscapes = strings.NewReplacer("${*}", "\xff", "${?}", "\xfe", "${$}", "$")
	literals       = strings.NewReplacer("*", "\xff", "?", "\xfe")
)

// hasVariable tells whether a text holds something that a policy variable's value would replace. The policy
// language's older version has no variables and no escapes: there everything that looks like one counts.
func hasVariable(text, version string) bool {
	all := strings.Count(text, "${")
	if all == 0 || version != Version {
		return all > 0
	}
	return all > strings.Count(text, "${*}")+strings.Count(text, "${?}")+strings.Count(text, "${$}")
}

// matchEscaped is Match for a pattern that may hold escapes, and variables, which make it unclear.
func matchEscaped(pattern, text, version string) outcome {
	if strings.IndexByte(pattern, '$') < 0 || !strings.Contains(pattern, "${") {
		return outcomeOf(Match(pattern, text))
	}
	if hasVariable(pattern, version) || !utf8.ValidString(pattern) || !utf8.ValidString(text) {
		return unclear
	}
	return outcomeOf(Match(patternEscapes.Replace(pattern), literals.Replace(text)))
}
