package lambdajson

import (
	"encoding/json"
	"slices"
	"strconv"
)

// Writer writes one JSON object, a member at a time. Names of members are written as they are, and hold nothing that JSON escapes.
type Writer struct {
	text []byte
	err  error
}

// How large the objects are that functions get and answer, in bytes: what is allocated for them at first.
const (
	SizeOfEvent  = 4 << 10 // with a token in its headers, twice
	SizeOfAnswer = 1 << 10
)

// NewWriter begins an object of about so many bytes.
func NewWriter(size int) *Writer {
	return &Writer{text: append(make([]byte, 0, size), '{')}
}

// Open begins a member that is an object, whose members are those that follow.
func (w *Writer) Open(name string) {
	w.member(name)
	w.text = append(w.text, '{')
}

// Close ends the object that was opened last and is open.
func (w *Writer) Close() { w.text = append(w.text, '}') }

// End ends the whole object, and gives its text. The error is that of a value which has no JSON form.
func (w *Writer) End() ([]byte, error) {
	w.Close()
	return w.text, w.err
}

// member begins a member.
func (w *Writer) member(name string) {
	if w.text[len(w.text)-1] != '{' {
		w.text = append(w.text, ',')
	}
	w.text = append(w.text, '"')
	w.text = append(w.text, name...)
	w.text = append(w.text, `":`...)
}

// Text writes a member that is a text.
func (w *Writer) Text(name, text string) {
	w.member(name)
	w.text = appendText(w.text, text)
}

// TextOrNull writes a member that is a text; nil is null.
func (w *Writer) TextOrNull(name string, text *string) {
	w.member(name)
	if text == nil {
		w.text = append(w.text, "null"...)
		return
	}
	w.text = appendText(w.text, *text)
}

// Number writes a member that is a whole number.
func (w *Writer) Number(name string, n int64) {
	w.member(name)
	w.text = strconv.AppendInt(w.text, n, 10)
}

// Bool writes a member that is true or false.
func (w *Writer) Bool(name string, is bool) {
	w.member(name)
	w.text = strconv.AppendBool(w.text, is)
}

// Texts writes a member that is an object of texts; nil is null.
func (w *Writer) Texts(name string, all map[string]string) {
	w.member(name)
	writeMap(w, all, func(text string) { w.text = appendText(w.text, text) })
}

// Lists writes a member that is an object of lists of texts; nil is null.
func (w *Writer) Lists(name string, all map[string][]string) {
	w.member(name)
	writeMap(w, all, w.list)
}

// Lasts writes a member that is an object of texts, the last one of each list, none of which is empty; nil is null.
func (w *Writer) Lasts(name string, all map[string][]string) {
	w.member(name)
	writeMap(w, all, func(list []string) { w.text = appendText(w.text, list[len(list)-1]) })
}

// List writes a member that is a list of texts; nil is null.
func (w *Writer) List(name string, list []string) {
	w.member(name)
	w.list(list)
}

// Values writes a member that is an object of any values; nil is null.
func (w *Writer) Values(name string, all map[string]any) {
	w.member(name)
	writeMap(w, all, w.value)
}

func (w *Writer) list(list []string) {
	if list == nil {
		w.text = append(w.text, "null"...)
		return
	}
	w.text = append(w.text, '[')
	for i, text := range list {
		if i > 0 {
			w.text = append(w.text, ',')
		}
		w.text = appendText(w.text, text)
	}
	w.text = append(w.text, ']')
}

func (w *Writer) value(value any) {
	if text, is := value.(string); is {
		w.text = appendText(w.text, text)
		return
	}
	text, err := json.Marshal(value)
	if err != nil {
		w.err = err
	}
	w.text = append(w.text, text...)
}

// writeMap writes an object whose members stand in the order of their names.
func writeMap[V any](w *Writer, all map[string]V, value func(V)) {
	if all == nil {
		w.text = append(w.text, "null"...)
		return
	}
	names := make([]string, 0, 16)
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	w.text = append(w.text, '{')
	for i, name := range names {
		if i > 0 {
			w.text = append(w.text, ',')
		}
		w.text = append(appendText(w.text, name), ':')
		value(all[name])
	}
	w.text = append(w.text, '}')
}

// appendText appends a text as encoding/json writes it, which is left to it where more than quotes and backslashes are escaped.
func appendText(out []byte, text string) []byte {
	begin := len(out)
	out = append(out, '"')
	from := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			out = append(append(out, text[from:i]...), '\\')
			from = i
		case c < ' ' || c >= 0x7f || c == '<' || c == '>' || c == '&':
			quoted, _ := json.Marshal(text) // every text has a JSON form
			return append(out[:begin], quoted...)
		}
	}
	return append(append(out, text[from:]...), '"')
}
