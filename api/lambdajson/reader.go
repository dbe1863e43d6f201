package lambdajson

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Reader reads a JSON text. What it gives counts only if the text turns out to be plain at the end: see [Reader.Plain]. A null is read
// as the zero value, as encoding/json leaves what it decodes into.
type Reader struct {
	text  string
	at    int
	depth int
	first bool // nothing of the object or list that has begun was read
	other bool // the text is not plain
}

// maxDepth bounds the nesting of what is passed over.
const maxDepth = 32

// NewReader reads a text. The texts that are read are parts of one copy of it, which costs less than a copy of each.
func NewReader(text []byte) *Reader { return &Reader{text: string(text)} }

// Plain tells whether all that was read was plain, and nothing follows it.
func (r *Reader) Plain() bool {
	r.Next()
	return !r.other && r.at == len(r.text)
}

// Reject notes that the text is not plain, for a reason of the caller's.
func (r *Reader) Reject() { r.other, r.at = true, len(r.text) }

// Object reads an object: member reads the value of each member that is known, of 64 at most; others are passed over. An object in which a
// known name stands twice, or in other letters, is not plain: encoding/json takes it, too.
func (r *Reader) Object(known []string, member func(name string)) {
	r.object(known, member, func(name string) {
		if slices.ContainsFunc(known, func(of string) bool { return len(of) == len(name) && strings.EqualFold(of, name) }) {
			r.Reject()
			return
		}
		r.skip()
	})
}

// OnlyObject is Object, and an object that has others than the known members is not plain, nor is null.
func (r *Reader) OnlyObject(known []string, member func(name string)) {
	if r.Next() != '{' {
		r.Reject()
	}
	r.object(known, member, func(string) { r.Reject() })
}

func (r *Reader) object(known []string, member, other func(name string)) {
	var had uint64
	for more := r.begins('{'); more && r.goesOn('}'); {
		name := r.name()
		switch i := slices.Index(known, name); {
		case i < 0:
			other(name)
		case had&(1<<i) != 0:
			r.Reject()
		default:
			had |= 1 << i
			member(name)
		}
	}
}

// Texts reads an object of texts; one in which a name stands twice is not plain.
func (r *Reader) Texts() map[string]string { return Map(r, r.Text) }

// Lists reads an object of lists of texts, as Texts does.
func (r *Reader) Lists() map[string][]string {
	return Map(r, func() []string { return List(r, r.Text) })
}

// Map reads an object with members of any name: value reads the value of each. One in which a name stands twice is not plain.
func Map[V any](r *Reader, value func() V) map[string]V {
	if !r.begins('{') {
		return nil
	}
	all := map[string]V{}
	for r.goesOn('}') {
		name := r.name()
		if _, twice := all[name]; twice {
			r.Reject()
		}
		all[name] = value()
	}
	return all
}

// List reads a list: element reads each element.
func List[V any](r *Reader, element func() V) []V {
	if !r.begins('[') {
		return nil
	}
	list := make([]V, 0, 1)
	for r.goesOn(']') {
		list = append(list, element())
	}
	return list
}

// Value reads any value, of which it makes what encoding/json makes of it with UseNumber.
func (r *Reader) Value() any {
	switch r.Next() {
	case '{':
		return Map(r, r.Value)
	case '[':
		return List(r, r.Value)
	case '"':
		return r.Text()
	case 't', 'f':
		return r.Bool()
	case 'n':
		if !r.null() {
			r.Reject()
		}
		return nil
	}
	begin := r.at
	r.number()
	return json.Number(r.text[begin:r.at])
}

// Bool reads true or false.
func (r *Reader) Bool() bool {
	if r.null() || r.word("false") {
		return false
	}
	if !r.word("true") {
		r.Reject()
	}
	return true
}

// Int reads a whole number without a sign and an exponent, of at most 9 digits; null is not plain.
func (r *Reader) Int() int {
	r.Next()
	begin := r.at
	r.number()
	n, err := strconv.ParseUint(r.text[begin:r.at], 10, 30)
	if err != nil {
		r.Reject()
	}
	return int(n)
}

// Text reads a text.
func (r *Reader) Text() string {
	if r.null() {
		return ""
	}
	quoted, escaped := r.quoted()
	switch {
	case r.other:
		return ""
	case !utf8.ValidString(quoted):
		r.Reject()
		return ""
	case escaped:
		return r.unescaped(quoted)
	}
	return quoted[1 : len(quoted)-1]
}

// unescaped is the text of what is between quotes. Where there are other escapes than of single characters it is left to encoding/json.
func (r *Reader) unescaped(quoted string) string {
	out := make([]byte, 0, len(quoted))
	for plain := quoted[1 : len(quoted)-1]; len(plain) > 0; plain = plain[1:] {
		c := plain[0]
		if c == '\\' {
			plain = plain[1:]
			at := strings.IndexByte(`"\/bfnrt`, plain[0])
			if at < 0 {
				var text string
				if json.Unmarshal([]byte(quoted), &text) != nil {
					r.Reject()
				}
				return text
			}
			c = "\"\\/\b\f\n\r\t"[at]
		}
		out = append(out, c)
	}
	return string(out)
}

// Next is what the next value begins with: the next character that is no white space, which stays there; 0 at the end.
func (r *Reader) Next() byte {
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case ' ', '\n', '\t', '\r':
		default:
			return c
		}
	}
	return 0
}

// take takes the next character if it is this one.
func (r *Reader) take(c byte) bool {
	if r.Next() != c {
		return false
	}
	r.at++
	return true
}

// word takes what comes next if it is this word.
func (r *Reader) word(word string) bool {
	r.Next()
	if !strings.HasPrefix(r.text[r.at:], word) {
		return false
	}
	r.at += len(word)
	return true
}

func (r *Reader) null() bool { return r.word("null") }

// begins takes what an object or a list begins with, and tells whether it may have something in it: a null has not.
func (r *Reader) begins(with byte) bool {
	if r.null() {
		return false
	}
	if r.depth++; r.depth > maxDepth || !r.take(with) {
		r.Reject()
		return false
	}
	r.first = true
	return true
}

// goesOn tells whether an object or a list that has begun has another member or element, which comes next then, or takes its end.
func (r *Reader) goesOn(end byte) bool {
	first := r.first
	r.first = false
	if r.take(end) {
		r.depth--
		return false
	}
	if !first && !r.take(',') {
		r.Reject()
	}
	return !r.other
}

// name takes a member's name and the colon. One with an escape, or of other characters than ASCII's, is not plain.
func (r *Reader) name() string {
	quoted, escaped := r.quoted()
	if r.other || escaped || !isASCII(quoted) || !r.take(':') {
		r.Reject()
		return ""
	}
	return quoted[1 : len(quoted)-1]
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// quoted takes a text with its quotes, and tells whether something in it is escaped. That an escape is one is seen when it is undone.
func (r *Reader) quoted() (text string, escaped bool) {
	if r.Next() != '"' {
		r.Reject()
		return "", false
	}
	begin := r.at
	for at := begin + 1; at < len(r.text); at++ {
		switch c := r.text[at]; {
		case c == '"':
			r.at = at + 1
			return r.text[begin:r.at], escaped
		case c == '\\':
			escaped = true
			at++
		case c < ' ':
			r.Reject()
			return "", false
		}
	}
	r.Reject()
	return "", false
}

// number takes a number (RFC 8259, section 6).
func (r *Reader) number() {
	if r.at < len(r.text) && r.text[r.at] == '-' {
		r.at++
	}
	if begin := r.at; r.digits() > 1 && r.text[begin] == '0' {
		r.Reject()
	}
	if r.at < len(r.text) && r.text[r.at] == '.' {
		r.at++
		r.digits()
	}
	if r.at < len(r.text) && r.text[r.at]|' ' == 'e' {
		r.at++
		if r.at < len(r.text) && (r.text[r.at] == '+' || r.text[r.at] == '-') {
			r.at++
		}
		r.digits()
	}
}

// digits takes one or more digits, and tells how many.
func (r *Reader) digits() int {
	begin := r.at
	for r.at < len(r.text) && '0' <= r.text[r.at] && r.text[r.at] <= '9' {
		r.at++
	}
	n := r.at - begin
	if n == 0 {
		r.Reject()
	}
	return n
}

// skip passes over a value.
func (r *Reader) skip() {
	switch c := r.Next(); c {
	case '{':
		for more := r.begins(c); more && r.goesOn('}'); {
			r.name()
			r.skip()
		}
	case '[':
		for more := r.begins(c); more && r.goesOn(']'); {
			r.skip()
		}
	case '"':
		if quoted, escaped := r.quoted(); escaped && !r.other {
			r.unescaped(quoted)
		}
	case 't', 'f', 'n':
		if !r.word("true") && !r.word("false") && !r.word("null") {
			r.Reject()
		}
	default:
		r.number()
	}
}
