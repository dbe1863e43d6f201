package openapi

import (
	"regexp/syntax"
	"strings"
)

// mostRepeats is how often a repetition that is open is done at most, to make a text longer.
const mostRepeats = 300

// fromPattern makes a text of a regular expression, as long as it has to be. It is false for an expression that it does not know, and where
// no text was long enough or short enough. What an expression looks ahead for is passed over.
func fromPattern(pattern string, minLength, maxLength, seed int) (string, bool) {
	expression, err := syntax.Parse(withoutLooking(pattern), syntax.Perl|syntax.UnicodeGroups)
	if err != nil {
		return "", false
	}
	expression = expression.Simplify()
	for repeats := range mostRepeats {
		w := patternWriter{repeats: repeats, seed: seed, left: mostText}
		w.write(expression)
		text := w.text.String()
		switch n := len([]rune(text)); {
		case w.left <= 0, maxLength >= 0 && n > maxLength:
			return "", false
		case n >= minLength && (text != "" || minLength > 0 || repeats > 0):
			return text, true
		}
	}
	return "", false
}

// withoutLooking takes out what stands for no character: (?=…), (?!…), (?<=…) and (?<!…). Names of groups are written as Go has them.
func withoutLooking(pattern string) string {
	var kept strings.Builder
	for i := 0; i < len(pattern); {
		rest := pattern[i:]
		switch {
		case rest[0] == '\\' && len(rest) > 1:
			kept.WriteString(rest[:2])
			i += 2
		case strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!") || strings.HasPrefix(rest, "(?<=") || strings.HasPrefix(rest, "(?<!"):
			i += groupEnd(rest)
		default:
			kept.WriteByte(rest[0])
			i++
		}
	}
	return kept.String()
}

// groupEnd is the length of the group that a text begins with.
func groupEnd(text string) int {
	depth, inClass := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case inClass:
			inClass = c != ']'
		case c == '[':
			inClass = true
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
}

// patternWriter writes a text that an expression matches.
type patternWriter struct {
	text    strings.Builder
	repeats int // how often what may be repeated is
	seed    int
	left    int // characters that may still be written
}

func (w *patternWriter) write(e *syntax.Regexp) {
	if w.left <= 0 {
		return
	}
	switch e.Op {
	case syntax.OpLiteral:
		for _, r := range e.Rune {
			w.rune(r)
		}
	case syntax.OpCharClass:
		w.rune(w.chosen(e.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		w.rune('a' + rune(w.seed%26))
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range e.Sub {
			w.write(sub)
		}
	case syntax.OpAlternate:
		w.write(e.Sub[0])
	case syntax.OpStar:
		w.repeat(e.Sub[0], w.repeats)
	case syntax.OpPlus:
		w.repeat(e.Sub[0], 1+w.repeats)
	case syntax.OpQuest:
		if w.repeats > 0 {
			w.write(e.Sub[0])
		}
	}
}

func (w *patternWriter) repeat(e *syntax.Regexp, times int) {
	for range times {
		w.write(e)
	}
}

func (w *patternWriter) rune(r rune) {
	w.text.WriteRune(r)
	w.left--
}

// chosen is a character of a class, a letter or a digit where it has one.
func (w *patternWriter) chosen(ranges []rune) rune {
	for _, nice := range [][2]rune{{'a', 'z'}, {'A', 'Z'}, {'0', '9'}} {
		for i := 0; i+1 < len(ranges); i += 2 {
			from, to := max(ranges[i], nice[0]), min(ranges[i+1], nice[1])
			if from <= to {
				return from + rune(w.seed)%(to-from+1)
			}
		}
	}
	for i := 0; i+1 < len(ranges); i += 2 {
		if from, to := max(ranges[i], ' '), min(ranges[i+1], '~'); from <= to {
			return from
		}
	}
	if len(ranges) == 0 {
		return 'a'
	}
	return ranges[0]
}
