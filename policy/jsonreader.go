package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// jsonReader reads JSON (RFC 8259) of a known form in one pass: what is read says what it expects, and everything else is an
// error, as is a member that stands twice. encoding/json takes the last of two, takes names in any case, and needs several
// times as long.
type jsonReader struct {
	text  []byte
	at    int
	known map[string]string // texts that stood there before: most stand there often
}

func newJSONReader(text []byte) *jsonReader {
	return &jsonReader{text: text, known: map[string]string{}}
}

// next is the next character that is no white space, which stays there; 0 at the end.
func (r *jsonReader) next() byte {
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
func (r *jsonReader) take(c byte) bool {
	if r.next() != c {
		return false
	}
	r.at++
	return true
}

// wants is the error for something else than what is wanted.
func (r *jsonReader) wants(what string) *RulesError {
	found := "nothing more"
	switch c := r.next(); {
	case r.at == len(r.text):
	case c == '"':
		found = "a string"
	case c == '{':
		found = "an object"
	case c == '[':
		found = "a list"
	case c == '-' || '0' <= c && c <= '9':
		found = "a number"
	case strings.HasPrefix(string(r.text[r.at:min(r.at+5, len(r.text))]), "null"):
		found = "null"
	default:
		found = fmt.Sprintf("%q", string(r.text[r.at:min(r.at+10, len(r.text))]))
	}
	return &RulesError{Reason: fmt.Sprintf("want %s, got %s in line %d", what, found, r.line())}
}

func (r *jsonReader) line() int { return 1 + strings.Count(string(r.text[:r.at]), "\n") }

// end wants nothing more.
func (r *jsonReader) end() *RulesError {
	if r.next(); r.at < len(r.text) {
		return r.wants("nothing behind the object")
	}
	return nil
}

// entries reads an object with members of any name, each once.
func (r *jsonReader) entries(member func(name string) *RulesError) *RulesError {
	if !r.take('{') {
		return r.wants("an object")
	}
	if r.take('}') {
		return nil
	}
	var first [8]string
	few, many := first[:0], map[string]bool(nil)
	for {
		name, err := r.string()
		if err != nil {
			return err
		}
		if slices.Contains(few, name) || many[name] {
			return &RulesError{Reason: fmt.Sprintf("%.60q stands twice", name)}
		}
		if len(few) < cap(few) {
			few = append(few, name)
		} else {
			if many == nil {
				many = map[string]bool{}
			}
			many[name] = true
		}
		if !r.take(':') {
			return r.wants("a colon").in(step(name))
		}
		if err := member(name); err != nil {
			return err.in(step(name))
		}
		switch {
		case r.take('}'):
			return nil
		case !r.take(','):
			return r.wants("a comma, or the end of the object")
		}
	}
}

// step is a member's name as a step to where an error is.
func step(name string) string {
	if name != "" && !strings.ContainsFunc(name, isNotName) {
		return "." + name
	}
	return fmt.Sprintf("[%.60q]", name)
}

// object reads an object with all of the needed members, and no others but optional ones.
func (r *jsonReader) object(needed, optional []string, member func(name string) *RulesError) *RulesError {
	missing := uint64(1)<<len(needed) - 1
	err := r.entries(func(name string) *RulesError {
		if i := slices.Index(needed, name); i >= 0 {
			missing &^= 1 << i
		} else if !slices.Contains(optional, name) {
			return &RulesError{Reason: "there is no such member"}
		}
		return member(name)
	})
	if err != nil {
		return err
	}
	for i, name := range needed {
		if missing>>i&1 != 0 {
			return (&RulesError{Reason: "is missing"}).in(step(name))
		}
	}
	return nil
}

// list reads a list.
func (r *jsonReader) list(element func(index int) *RulesError) *RulesError {
	if !r.take('[') {
		return r.wants("a list")
	}
	if r.take(']') {
		return nil
	}
	for i := 0; ; i++ {
		if err := element(i); err != nil {
			return err.in("[" + strconv.Itoa(i) + "]")
		}
		switch {
		case r.take(']'):
			return nil
		case !r.take(','):
			return r.wants("a comma, or the end of the list")
		}
	}
}

// strings reads a list of strings.
func (r *jsonReader) strings() (all []string, err *RulesError) {
	err = r.list(func(int) *RulesError {
		text, err := r.string()
		all = append(all, text)
		return err
	})
	return all, err
}

func (r *jsonReader) string() (string, *RulesError) {
	if r.next() != '"' {
		return "", r.wants("a string")
	}
	begin, escaped := r.at, false
	for at := begin + 1; at < len(r.text); at++ {
		switch c := r.text[at]; {
		case c == '\\':
			escaped = true
			at++
		case c < ' ':
			return "", &RulesError{Reason: fmt.Sprintf("a string holds a control character in line %d", r.line())}
		case c == '"':
			r.at = at + 1
			return r.textOf(r.text[begin:r.at], escaped)
		}
	}
	return "", &RulesError{Reason: fmt.Sprintf("a string does not end in line %d", r.line())}
}

// textOf is the text of a string between quotes.
func (r *jsonReader) textOf(quoted []byte, escaped bool) (string, *RulesError) {
	plain := quoted[1 : len(quoted)-1]
	if text, known := r.known[string(plain)]; known {
		return text, nil
	}
	if !utf8.Valid(plain) {
		return "", &RulesError{Reason: fmt.Sprintf("a string is not UTF-8: %.60q", plain)}
	}
	if !escaped {
		text := string(plain)
		r.known[text] = text
		return text, nil
	}
	var text string
	if json.Unmarshal(quoted, &text) != nil {
		return "", &RulesError{Reason: fmt.Sprintf("a string has an escape that JSON has not: %.60q", quoted)}
	}
	return text, nil
}

// true wants what a flag that stands there is.
func (r *jsonReader) true() *RulesError {
	if r.next() != 't' || !strings.HasPrefix(string(r.text[r.at:min(r.at+4, len(r.text))]), "true") {
		return r.wants("true")
	}
	r.at += len("true")
	return nil
}

// compact reads any value, and gives it without white space.
func (r *jsonReader) compact() (string, *RulesError) {
	r.next()
	decoder := json.NewDecoder(bytes.NewReader(r.text[r.at:]))
	var value json.RawMessage
	if decoder.Decode(&value) != nil {
		return "", r.wants("a JSON value")
	}
	r.at += int(decoder.InputOffset())
	var text bytes.Buffer
	if err := json.Compact(&text, value); err != nil {
		return "", r.wants("a JSON value")
	}
	return text.String(), nil
}

// digits reads a number that is one or more digits.
func (r *jsonReader) digits() (string, *RulesError) {
	r.next()
	begin := r.at
	for r.at < len(r.text) && '0' <= r.text[r.at] && r.text[r.at] <= '9' {
		r.at++
	}
	if r.at == begin {
		return "", r.wants("a whole number")
	}
	return string(r.text[begin:r.at]), nil
}
