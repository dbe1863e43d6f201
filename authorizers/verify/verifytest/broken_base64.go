package verifytest

import (
	"strconv"
	"strings"
)

const base64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// base64Breakages are parts that a lenient decoder reads as what they should be, and that are not
// base64url as RFC 7515 section 2 asks for it. Header and claims are signed as they are then.
func base64Breakages() []breakage {
	var all []breakage
	for n, part := range []string{"header", "claims", "signature"} {
		for _, e := range encodings {
			all = append(all, breakage{"base64-" + e.name + "-" + part, "The " + part + ": " + e.why + ".", e.only[n], func(g *good) string {
				return g.encoded(n, e.change)
			}})
		}
	}
	return all
}

// encoding is a way to write base64url badly.
type encoding struct {
	name, why string
	only      [3]condition // for header, claims and signature
	change    func(part string) string
}

var encodings = []encoding{
	{"padding", "there is padding", [3]condition{}, func(p string) string { return p + strings.Repeat("=", max(1, -len(p)&3)) }},
	{"standard", "it is in the standard alphabet, with + and /", [3]condition{}, strings.NewReplacer("-", "+", "_", "/").Replace},
	{"space", "there is a space in it", [3]condition{}, insert(" ")},
	{"tab", "there is a tab in it", [3]condition{}, insert("\t")},
	{"cr", "there is a carriage return in it", [3]condition{}, insert("\r")},
	{"lf", "there is a line feed in it", [3]condition{}, insert("\n")},
	{"star", "there is a star in it, which some decoders pass over", [3]condition{}, insert("*")},
	{"nul", "there is a NUL in it", [3]condition{}, insert("\x00")},
	{"non-ascii", "there is a letter in it that is not ASCII", [3]condition{}, insert("é")},
	{"trailing-bits", "bits that mean nothing are set in its last character", [3]condition{2: {
		"signatures that do not fill their last character", func(g *good) bool { return len(g.key.sign(""))%3 != 0 },
	}}, func(p string) string {
		last := strings.IndexByte(base64URL, p[len(p)-1])
		return p[:len(p)-1] + base64URL[last|1:last|1+1]
	}},
}

func insert(text string) func(string) string {
	return func(part string) string { return part[:len(part)/2] + text + part[len(part)/2:] }
}

// encoded changes the encoding of part 0, 1 or 2 of a token, and signs what comes before the
// signature as it is then.
func (g *good) encoded(part int, change func(string) string) string {
	texts := [2][]byte{g.header(""), g.payload("")}
	if part == 2 {
		return g.encodedSignature(texts[0], change)
	}
	// The member has both characters that differ in the standard alphabet, wherever it begins.
	texts[part] = with(texts[part], `"x":"~~~~???"`)
	for len(texts[part])%3 == 0 {
		texts[part] = append(texts[part], ' ') // bits are left over
	}
	parts := [2]string{encode(texts[0]), encode(texts[1])}
	parts[part] = change(parts[part])
	return g.key.seal(parts[0] + "." + parts[1])
}

// encodedSignature signs, with other and other white space behind the claims, until the change shows: a
// signature without - and _ is the same in both alphabets.
func (g *good) encodedSignature(header []byte, change func(string) string) string {
	for n := 0; ; n++ {
		token := g.key.tokenOf(header, append(g.payload(""), blanks(n)...))
		_, _, signature := cut(token)
		if worse := change(signature); worse != signature {
			return strings.TrimSuffix(token, signature) + worse
		}
	}
}

// blanks is white space that differs with n. JSON may have it behind the object.
func blanks(n int) string {
	return strings.NewReplacer("0", " ", "1", "\t").Replace(strconv.FormatInt(int64(n), 2))
}
