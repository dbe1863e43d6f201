// Package strictjson reads JSON objects more strictly than encoding/json: what it accepts, no other reader reads in
// another way. It is for tokens, keys and events that strangers may have written; it is no general reader, and writes nothing.
package strictjson

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of a JSON text.
const (
	maxDepth  = 16   // of nesting
	maxValues = 1000 // that lists and objects hold, at all depths
)

// Object is a JSON object; its members stand in the order of the text.
type Object []Member

// Member is a name and its value.
type Member struct {
	Name  string
	Value Value
}

// Value is a JSON value. The zero value is that of a member that is not there.
type Value struct {
	Kind Kind
	Text string // of a text: the text; of anything else: as it is written
}

// Kind says what a value is.
type Kind byte

// The kinds of values.
const (
	Absent Kind = iota // there is no such member
	Text
	Number
	List
	Map     // an object
	Literal // true, false or null
)

// String says what the value is, cut to a short text, for an error.
func (v Value) String() string {
	switch v.Kind {
	case Absent:
		return "missing"
	case List:
		return "a list"
	case Map:
		return "an object"
	}
	const most = 80
	if len(v.Text) > most {
		return strings.ToValidUTF8(v.Text[:most], "") + "…"
	}
	return v.Text
}

// Get gives the value of a member, whose name counts in exactly this casing.
func (o Object) Get(name string) Value {
	for i := range o {
		if o[i].Name == name {
			return o[i].Value
		}
	}
	return Value{}
}

// TextOf is a member that is a text, "" where it is anything else.
func (o Object) TextOf(name string) string {
	if v := o.Get(name); v.Kind == Text {
		return v.Text
	}
	return ""
}

// IsNull tells whether the value is null.
func (v Value) IsNull() bool { return v.Kind == Literal && v.Text == "null" }

// Members are those of an object, which was read before; none of any other value.
func (v Value) Members() Object {
	if v.Kind != Map {
		return nil
	}
	s := scanner{text: v.Text}
	o, _ := s.object(nil)
	return o
}

// All gives the members of an object, which was read before, one after the other; none of any other value.
func (v Value) All(yield func(Member) bool) {
	if v.Kind != Map {
		return
	}
	s := scanner{text: v.Text}
	s.take('{')
	for s.space(); s.peek() != '}'; s.space() {
		if m, ok := s.member(maxDepth); !ok || !yield(m) {
			return
		}
		s.take(',')
	}
}

// Items gives those of a list, which was read before, one after the other; none of any other value.
func (v Value) Items(yield func(Value) bool) {
	if v.Kind != List {
		return
	}
	s := scanner{text: v.Text}
	s.take('[')
	for s.space(); s.peek() != ']'; s.take(',') {
		if item, ok := s.value(maxDepth); !ok || !yield(item) {
			return
		}
	}
}

// Parse reads a JSON object (RFC 8259) more strictly than encoding/json: valid UTF-8, also behind
// escapes; no member twice at any depth, since parsers differ on which one counts; bounded nesting; and
// nothing behind the object.
func Parse(text string) (Object, bool) {
	return ParseInto(nil, text)
}

// ParseInto is Parse with space for the members of the object itself.
func ParseInto(space Object, text string) (Object, bool) {
	if !utf8.ValidString(text) {
		return nil, false
	}
	s := scanner{text: text}
	s.space()
	o, ok := s.object(space)
	if !ok {
		return nil, false
	}
	s.space()
	return o, s.at == len(s.text)
}

// scanner reads JSON. Its methods read one thing at the place where it stands and move behind it; they give
// false where something else is there.
type scanner struct {
	text   string
	at     int
	values int // read so far
}

// peek is the next byte, 0 at the end: no JSON has that byte outside of texts, nor inside.
func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

func (s *scanner) space() {
	for c := s.peek(); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = s.peek() {
		s.at++
	}
}

// object reads an object, and appends its members to o, which has none.
func (s *scanner) object(o Object) (Object, bool) {
	ok := s.members(maxDepth, func(m Member) { o = append(o, m) })
	return o, ok && !o.repeats()
}

// inner reads an object in another one, whose members are not kept.
func (s *scanner) inner(depth int) bool {
	var space [16]Member // more than most have
	o := Object(space[:0])
	return s.members(depth, func(m Member) { o = append(o, m) }) && !o.repeats()
}

// members reads an object. It does not see that a member stands there twice.
func (s *scanner) members(depth int, each func(Member)) bool {
	if depth == 0 || !s.take('{') {
		return false
	}
	s.space()
	if s.take('}') {
		return true
	}
	for {
		m, ok := s.member(depth)
		if !ok {
			return false
		}
		each(m)
		if !s.take(',') {
			return s.take('}')
		}
		s.space()
	}
}

func (s *scanner) member(depth int) (Member, bool) {
	name, ok := s.quoted()
	if !ok {
		return Member{}, false
	}
	s.space()
	if !s.take(':') {
		return Member{}, false
	}
	value, ok := s.value(depth)
	return Member{name, value}, ok
}

// repeats tells whether two members have the same name. Names are compared only with those of the same kind, of which a
// bit is set: most have a kind to themselves.
func (o Object) repeats() bool {
	if len(o) > 32 {
		return o.repeatsAmongMany()
	}
	var kinds uint64
	for i := range o {
		kind := uint64(1) << o[i].kindOfName()
		if kinds&kind != 0 && o[:i].has(o[i].Name) {
			return true
		}
		kinds |= kind
	}
	return false
}

// kindOfName is a number below 64 that is the same for the same name.
func (m *Member) kindOfName() int {
	if m.Name == "" {
		return 0
	}
	return (len(m.Name) + 5*int(m.Name[0]) + 3*int(m.Name[len(m.Name)-1])) % 64
}

func (o Object) has(name string) bool {
	for i := range o {
		if o[i].Name == name {
			return true
		}
	}
	return false
}

func (o Object) repeatsAmongMany() bool {
	names := make(map[string]bool, len(o))
	for i := range o {
		names[o[i].Name] = true
	}
	return len(names) < len(o)
}

// value reads a value and the white space around it.
func (s *scanner) value(depth int) (v Value, ok bool) {
	if s.values++; s.values > maxValues {
		return v, false
	}
	s.space()
	switch c := s.peek(); {
	case c == '"':
		v.Kind = Text
		v.Text, ok = s.quoted()
	case c == '{':
		v.Kind = Map
		start := s.at
		ok = s.inner(depth - 1)
		v.Text = s.since(start, ok)
	case c == '[':
		v.Kind = List
		start := s.at
		ok = s.list(depth - 1)
		v.Text = s.since(start, ok)
	case c == '-' || isDigit(c):
		v.Kind = Number
		v.Text, ok = s.number()
	default:
		v.Kind = Literal
		v.Text, ok = s.literal()
	}
	s.space()
	return v, ok
}

// since is what was read from a place on; a failure may stand behind the end.
func (s *scanner) since(start int, ok bool) string {
	if !ok {
		return ""
	}
	return s.text[start:s.at]
}

func (s *scanner) literal() (string, bool) {
	for _, word := range []string{"true", "false", "null"} {
		if s.word(word) {
			return word, true
		}
	}
	return "", false
}

func (s *scanner) word(word string) bool {
	if !strings.HasPrefix(s.text[s.at:], word) {
		return false
	}
	s.at += len(word)
	return true
}

func (s *scanner) list(depth int) bool {
	if depth == 0 || !s.take('[') {
		return false
	}
	s.space()
	if s.take(']') {
		return true
	}
	for {
		if _, ok := s.value(depth); !ok {
			return false
		}
		if !s.take(',') {
			return s.take(']')
		}
	}
}

// number reads [-] int [frac] [exp] (RFC 8259, section 6).
func (s *scanner) number() (string, bool) {
	start := s.at
	s.take('-')
	if !s.take('0') && !s.digits() {
		return "", false
	}
	if s.take('.') && !s.digits() {
		return "", false
	}
	if s.take('e') || s.take('E') {
		if !s.take('+') {
			s.take('-')
		}
		if !s.digits() {
			return "", false
		}
	}
	return s.text[start:s.at], true
}

func (s *scanner) digits() bool {
	start := s.at
	for isDigit(s.peek()) {
		s.at++
	}
	return s.at > start
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// quoted reads a text in quotes.
func (s *scanner) quoted() (string, bool) {
	if !s.take('"') {
		return "", false
	}
	start := s.at
	length := strings.IndexByte(s.text[start:], '"')
	if length < 0 {
		return "", false
	}
	text := s.text[start : start+length]
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\\':
			s.at = start + i
			return s.escaped(start)
		case c < ' ':
			return "", false
		}
	}
	s.at = start + length + 1
	return text, true
}

// escaped reads on in a text that began at start and has an escape here.
func (s *scanner) escaped(start int) (string, bool) {
	text := []byte(s.text[start:s.at])
	for s.at < len(s.text) {
		c := s.text[s.at]
		s.at++
		switch {
		case c == '"':
			return string(text), true
		case c == '\\':
			r, ok := s.escape()
			if !ok {
				return "", false
			}
			text = utf8.AppendRune(text, r)
		case c < ' ':
			return "", false
		default:
			text = append(text, c)
		}
	}
	return "", false
}

// escape reads what follows a backslash.
func (s *scanner) escape() (rune, bool) {
	c := s.peek()
	s.at++
	if c == 'u' {
		return s.unicode()
	}
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), true
	}
	return 0, false
}

// unicode reads the digits of \u, and of a second one where two make a rune; half a pair is no text.
func (s *scanner) unicode() (rune, bool) {
	r, ok := s.hex4()
	if !ok || !utf16.IsSurrogate(r) {
		return r, ok
	}
	if !s.word(`\u`) {
		return 0, false
	}
	low, ok := s.hex4()
	r = utf16.DecodeRune(r, low)
	return r, ok && r != utf8.RuneError
}

func (s *scanner) hex4() (r rune, ok bool) {
	if len(s.text)-s.at < 4 {
		return 0, false
	}
	for _, c := range []byte(s.text[s.at : s.at+4]) {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 || c < '0' {
			return 0, false
		}
		r = r<<4 | rune(digit)
	}
	s.at += 4
	return r, true
}
