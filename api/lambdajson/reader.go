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
	text  []byte
	at    int
	depth int
	other bool // the text is not plain
}

// maxDepth bounds the nesting of what is passed over.
const maxDepth = 32

// NewReader reads a text, which is not kept.
func NewReader(text []byte) *Reader { return &Reader{text: text} }

// Plain tells whether all that was read was plain, and nothing follows it.
func (r *Reader) Plain() bool {
	r.next()
	return !r.other && r.at == len(r.text)
}

// Reject notes that the text is not plain, for a reason of the caller's.
func (r *Reader) Reject() { r.other, r.at = true, len(r.text) }

// Object reads an object: member reads the value of each member that is known, of 64 at most; others are passed over. An object in which a known name
// stands twice, or in other letters, is not plain: encoding/json takes it, too.
func (r *Reader) Object(known []string, member func(name string)) {
	r.object(known, member, func(name []byte) {
		if slices.ContainsFunc(known, func(of string) bool { return len(of) == len(name) && strings.EqualFold(of, string(name)) }) {
			r.Reject()
			return
		}
		r.skip()
	})
}

// OnlyObject is Object, and an object that has others than the known members is not plain.
func (r *Reader) OnlyObject(known []string, member func(name string)) {
	r.object(known, member, func([]byte) { r.Reject() })
}

func (r *Reader) object(known []string, member func(name string), other func(name []byte)) {
	if r.null() {
		return
	}
	var had uint64
	r.members(func(name []byte) {
		i := slices.IndexFunc(known, func(of string) bool { return of == string(name) })
		switch {
		case i < 0:
			other(name)
		case had&(1<<i) != 0:
			r.Reject()
		default:
			had |= 1 << i
			member(known[i])
		}
	})
}

// Texts reads an object of texts; one in which a name stands twice is not plain.
func (r *Reader) Texts() map[string]string { return readMap(r, r.Text) }

// Lists reads an object of lists of texts, as Texts does.
func (r *Reader) Lists() map[string][]string { return readMap(r, r.list) }

func readMap[V any](r *Reader, value func() V) map[string]V {
	if r.null() {
		return nil
	}
	all := make(map[string]V, 12)
	r.members(func(name []byte) {
		if _, twice := all[string(name)]; twice {
			r.Reject()
			return
		}
		text := string(name)
		all[text] = value()
	})
	return all
}

func (r *Reader) list() []string {
	if r.null() {
		return nil
	}
	list := make([]string, 0, 1)
	r.elements(func() { list = append(list, r.Text()) })
	return list
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
	r.next()
	begin := r.at
	r.number()
	n, err := strconv.ParseUint(string(r.text[begin:r.at]), 10, 30)
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
	if r.other {
		return ""
	}
	if !utf8.Valid(quoted) {
		r.Reject()
		return ""
	}
	if !escaped {
		return string(quoted[1 : len(quoted)-1])
	}
	return r.unescaped(quoted)
}

// unescaped is the text of what is between quotes. Where there are other escapes than of single characters it is left to encoding/json.
func (r *Reader) unescaped(quoted []byte) string {
	out := make([]byte, 0, len(quoted))
	for plain := quoted[1 : len(quoted)-1]; len(plain) > 0; plain = plain[1:] {
		c := plain[0]
		if c == '\\' {
			plain = plain[1:]
			at := strings.IndexByte(`"\/bfnrt`, plain[0])
			if at < 0 {
				var text string
				if json.Unmarshal(quoted, &text) != nil {
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

// next is the next character that is no white space, which stays there; 0 at the end.
func (r *Reader) next() byte {
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
	if r.next() != c {
		return false
	}
	r.at++
	return true
}

// word takes what comes next if it is this word.
func (r *Reader) word(word string) bool {
	r.next()
	if len(r.text)-r.at < len(word) || string(r.text[r.at:r.at+len(word)]) != word {
		return false
	}
	r.at += len(word)
	return true
}

func (r *Reader) null() bool { return r.word("null") }

// members reads an object. A name with an escape, or of other characters than ASCII's, is not plain.
func (r *Reader) members(member func(name []byte)) {
	r.sequence('{', '}', func() {
		name, escaped := r.quoted()
		if r.other || escaped || slices.ContainsFunc(name, func(c byte) bool { return c >= utf8.RuneSelf }) || !r.take(':') {
			r.Reject()
			return
		}
		member(name[1 : len(name)-1])
	})
}

// elements reads a list.
func (r *Reader) elements(element func()) { r.sequence('[', ']', element) }

// sequence reads items, separated by commas.
func (r *Reader) sequence(open, end byte, item func()) {
	r.depth++
	defer func() { r.depth-- }()
	if r.depth > maxDepth || !r.take(open) {
		r.Reject()
		return
	}
	if r.take(end) {
		return
	}
	for !r.other {
		item()
		if r.take(end) {
			return
		}
		if !r.take(',') {
			r.Reject()
		}
	}
}

// quoted takes a text with its quotes, and tells whether something in it is escaped. That an escape is one is seen when it is undone.
func (r *Reader) quoted() (text []byte, escaped bool) {
	if r.next() != '"' {
		r.Reject()
		return nil, false
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
			return nil, false
		}
	}
	r.Reject()
	return nil, false
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
	switch c := r.next(); c {
	case '{':
		r.members(func([]byte) { r.skip() })
	case '[':
		r.elements(r.skip)
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
