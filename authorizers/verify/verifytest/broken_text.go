package verifytest

import (
	"bytes"
	"slices"
	"strings"
)

// textBreakages are texts that are no JSON object, or not one that every parser reads alike (RFC 8259,
// RFC 7493), in the place of one that is good; part is "header" or "claims".
func textBreakages(part string) []breakage {
	text, token := (*good).header, func(g *good, text []byte) string { return g.key.tokenOf(text, g.payload("")) }
	if part == "claims" {
		text, token = (*good).payload, func(g *good, text []byte) string { return g.key.tokenOf(g.header(""), text) }
	}
	var all []breakage
	for _, m := range mutations {
		all = append(all, breakage{part + "-" + m.name, "The " + part + ": " + m.why + ".", condition{}, func(g *good) string {
			return token(g, m.change(text(g, m.members)))
		}})
	}
	return all
}

// mutation changes the text of an object that has some members more.
type mutation struct {
	name, why, members string
	change             func(text []byte) []byte
}

var mutations = []mutation{
	{"list", "a list with the object in it", "", around("[", "]")},
	{"string", "a string", "", instead(`"text"`)},
	{"number", "a number", "", instead("1")},
	{"null", "null", "", instead("null")},
	{"true", "true", "", instead("true")},
	{"empty", "no text at all", "", instead("")},
	{"no-json", "not JSON", "", instead("alg=none")},
	{"trailing-garbage", "a character behind the object", "", around("", "x")},
	{"trailing-object", "another object behind the object", "", around("", "{}")},
	{"trailing-nul", "a NUL behind the object", "", around("", "\x00")},
	{"trailing-comma", "a comma behind the last member", "", replaceLast("}", ",}")},
	{"truncated", "the last brace is missing", "", replaceLast("}", "")},
	{"comment", "a comment behind the object", "", around("", "/**/")},
	{"bom", "a byte order mark before the object", "", around("\ufeff", "")},
	{"utf-16", "UTF-16", "", utf16},
	{"utf-8-invalid", "a byte that is not UTF-8", `"x":"?"`, replaceLast("?", "\xff")},
	{"utf-8-overlong", "a character in more bytes than it takes", `"x":"?"`, replaceLast("?", "\xc0\xaf")},
	{"utf-8-surrogate", "half of a surrogate pair as UTF-8", `"x":"?"`, replaceLast("?", "\xed\xa0\x80")},
	{"lone-surrogate", "the escape of half of a surrogate pair", `"x":"\ud800"`, around("", "")},
	{"control-character", "a line break within a string", `"x":"?"`, replaceLast("?", "\n")},
	{"nan", "a number that is none", `"x":NaN`, around("", "")},
	{"leading-zero", "a number with a zero in front", `"x":01`, around("", "")},
	{"duplicate-at-depth", "a member twice in an inner object", `"x":{"a":{"b":1,"b":1}}`, around("", "")},
	{"duplicate-in-list", "a member twice in an object in a list", `"x":[[{"b":1,"b":1}]]`, around("", "")},
	{"duplicate-escaped-at-depth", "a member twice in an inner object, once with an escape", `"x":{"b":1,"\u0062":1}`, around("", "")},
	{"deep", "lists nested 1000 deep", `"x":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000), around("", "")},
}

func around(before, after string) func([]byte) []byte {
	return func(text []byte) []byte { return slices.Concat([]byte(before), text, []byte(after)) }
}

func instead(text string) func([]byte) []byte {
	return func([]byte) []byte { return []byte(text) }
}

func replaceLast(old, new string) func([]byte) []byte {
	return func(text []byte) []byte {
		at := bytes.LastIndex(text, []byte(old))
		return slices.Concat(text[:at], []byte(new), text[at+len(old):])
	}
}

// utf16 is for ASCII.
func utf16(text []byte) []byte {
	wide := []byte{0xff, 0xfe}
	for _, b := range text {
		wide = append(wide, b, 0)
	}
	return wide
}
