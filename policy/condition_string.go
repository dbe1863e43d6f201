package policy

import "strings"

// Values with policy variables, and with escapes in a language without them, have been sorted out before.

func stringEquals(got, want string) outcome { return outcomeOf(got == plainText(want)) }

func stringEqualsIgnoreCase(got, want string) outcome {
	return outcomeOf(strings.EqualFold(got, plainText(want)))
}

func stringLike(got, want string) outcome { return matchEscaped(want, got, Version) }

func plainText(text string) string {
	if !strings.Contains(text, "${") {
		return text
	}
	return plainEscapes.Replace(text)
}

// boolEquals compares "true" and "false", in any case.
func boolEquals(got, want string) outcome {
	if !isBool(got) || !isBool(want) {
		return unclear
	}
	return outcomeOf(equalFoldASCII(got, want))
}

func isBool(text string) bool {
	return equalFoldASCII(text, "true") || equalFoldASCII(text, "false")
}

// arnLike compares the six parts of two ARNs, each by itself: no wildcard runs over a colon, except in the
// last part, which may hold colons.
func arnLike(got, want string) outcome {
	gots, wants := strings.SplitN(got, ":", 6), strings.SplitN(want, ":", 6)
	if len(gots) != 6 || len(wants) != 6 || gots[0] != "arn" {
		return unclear
	}
	for i := range wants {
		if one := matchEscaped(wants[i], gots[i], Version); one != met {
			return one
		}
	}
	return met
}
