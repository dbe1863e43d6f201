package lambdajson_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"portcullis/api/lambdajson"
)

// everything has a member of each kind that is read and written.
type everything struct {
	Text   string              `json:"text"`
	Null   *string             `json:"null"`
	Number int64               `json:"number"`
	Is     bool                `json:"is"`
	Texts  map[string]string   `json:"texts"`
	Lists  map[string][]string `json:"lists"`
	List   []string            `json:"list"`
	Inner  struct {
		Values map[string]any `json:"values"`
		Last   string         `json:"last"`
	} `json:"inner"`
	Empty struct{} `json:"empty"`
}

func (e *everything) write() ([]byte, error) {
	w := lambdajson.NewWriter(lambdajson.SizeOfAnswer)
	w.Text("text", e.Text)
	w.TextOrNull("null", e.Null)
	w.Number("number", e.Number)
	w.Bool("is", e.Is)
	w.Texts("texts", e.Texts)
	w.Lists("lists", e.Lists)
	w.List("list", e.List)
	w.Open("inner")
	w.Values("values", e.Inner.Values)
	w.Text("last", e.Inner.Last)
	w.Close()
	w.Open("empty")
	w.Close()
	return w.End()
}

// FuzzWriter compares what is written with what encoding/json writes.
func FuzzWriter(f *testing.F) {
	for _, text := range []string{"", "plain", `"\` + "\n\t\x00\x1f\x7f<>&", "é\u2028\u2029\xff😀", "a<", `C:\"x"`, "\"", "<\\"} {
		f.Add(text, "name", int64(len(text)-3), true)
		f.Add("text", text, int64(1)<<62, false)
	}
	f.Fuzz(func(t *testing.T, text, name string, n int64, is bool) {
		e := everything{Text: text, Number: n, Is: is}
		if is {
			e.Null, e.List = &text, []string{text, name, ""}
			e.Texts = map[string]string{name: text, text: name, "": "", "B": "", "a": ""}
			e.Lists = map[string][]string{name: {text}, text: nil, "none": {}}
			e.Inner.Values = map[string]any{name: text, "n": json.Number("1.50"), "i": n, "b": is, "z": nil, "list": []any{text}}
		}
		e.Inner.Last = name
		want, err := json.Marshal(&e)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.write()
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s, %v, want\n%s", got, err, want)
		}
	})
}

func TestWriterLasts(t *testing.T) {
	for _, test := range []struct {
		lists map[string][]string
		want  string
	}{
		{nil, `{"last":null}`},
		{map[string][]string{}, `{"last":{}}`},
		{map[string][]string{"b": {"1"}, "a": {"1", "<2>"}}, `{"last":{"a":"\u003c2\u003e","b":"1"}}`},
	} {
		w := lambdajson.NewWriter(0)
		w.Lasts("last", test.lists)
		if got, err := w.End(); err != nil || string(got) != test.want {
			t.Errorf("%v: %s, %v, want %s", test.lists, got, err, test.want)
		}
	}
}

func TestWriterOfWhatHasNoForm(t *testing.T) {
	w := lambdajson.NewWriter(0)
	w.Values("values", map[string]any{"a": func() {}})
	if text, err := w.End(); err == nil {
		t.Errorf("%s", text)
	}
}

// readable is what a Reader reads.
type readable struct {
	Text  string              `json:"text"`
	Is    bool                `json:"is"`
	Texts map[string]string   `json:"texts"`
	Lists map[string][]string `json:"lists"`
	Inner struct {
		Number int `json:"number"`
	} `json:"inner"`
	Value any `json:"value"`
}

var members = []string{"text", "is", "texts", "lists", "inner", "value"}

func read(text string) (got readable, plain bool) {
	r := lambdajson.NewReader([]byte(text))
	r.Object(members, func(name string) {
		switch name {
		case "text":
			got.Text = r.Text()
		case "is":
			got.Is = r.Bool()
		case "texts":
			got.Texts = r.Texts()
		case "lists":
			got.Lists = r.Lists()
		case "inner":
			r.OnlyObject([]string{"number"}, func(string) { got.Inner.Number = r.Int() })
		case "value":
			got.Value = r.Value()
		}
	})
	return got, r.Plain()
}

var plainTexts = []string{
	`{}`, `null`, ` { "text" : "a" , "is" : true } `, `{"text":"","texts":{},"lists":{}}`,
	`{"text":"a\"b\\c\/d\b\f\n\r\t","is":false}`, `{"text":"\u00e9\ud83d\ude00\ud800"}`, "{\"text\":\"é😀\"}",
	`{"texts":{"a":"1","A":"2","":"3"},"lists":{"a":["1","2"],"b":[],"c":null,"d":[null]}}`, `{"text":null,"is":null,"texts":null,"lists":null,"value":null}`,
	`{"value":{"a":[1,-0.50e+3,true,false,null,"\u0041",{},[]],"A":1e999,"":{"b":[[]]}}}`, `{"value":-0}`, `{"value":"null"}`, `{"value":false}`,
	`{"other":{"a":[1,-0.5e+3,true,false,null,"\u0041",{}],"a":[]},"is":true}`, `{"inner":{"number":200}}`, `{"inner":{}}`,
	"{\"other\":\"\xff\"}", `{"other":` + deep(31) + `}`, `{"other":[` + strings.Repeat("[],{},", 40) + `[]]}`,
}

// deep are so many lists, one in the other.
func deep(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

var otherTexts = []string{
	``, `{`, `}`, `{}x`, `{"text":"a"}{}`, `[]`, `"text"`, `nul`, `{"text"}`, `{"text":}`, `{"text":"a",}`, `{,}`, `{"text":"a" "is":true}`, `{text:"a"}`,
	`{"text":1}`, `{"is":"true"}`, `{"is":truer}`, `{"texts":[]}`, `{"texts":{"a":1}}`, `{"lists":{"a":"b"}}`, `{"lists":{"a":["b",]}}`, `{"lists":{"a":[,"b"]}}`, `{"inner":[]}`,
	`{"text":"a","text":"b"}`, `{"texts":{"a":"1","a":"2"}}`, `{"texts":{"":"1","":"2"}}`, `{"TEXT":"a"}`, `{"text":"a","Text":"b"}`, `{"\u0074ext":"a"}`, `{"té":1}`, "{\"i\u017f\":true}",
	"{\"text\":\"\xff\"}", "{\"text\":\"\n\"}", "{\"text\":\"\t\"}", "{\"other\":\"\x1f\"}", `{"text":"\x"}`, `{"text":"\u12"}`, `{"text":"a`, `{"text":"a\`, `{"other":"\q"}`, `{"other":"` + "\x01" + `"}`,
	`{"other":01}`, `{"other":1.}`, `{"other":-}`, `{"other":1e}`, `{"other":.5}`, `{"other":+1}`, `{"other":tru}`, `{"other":[1,]}`, `{"other":{"a":1,}}`, `{"other":[}`, `{"other":{"a"}}`,
	`{"inner":null}`, `{"value":{"a":1,"a":1}}`, `{"value":01}`, `{"value":nul}`, `{"value":tru}`, `{"value":[1,]}`, `{"value":}`, `{"value":"\x"}`, `{"Value":1}`,
	`{"inner":{"number":-1}}`, `{"inner":{"number":1.0}}`, `{"inner":{"number":null}}`, `{"inner":{"number":12345678901}}`, `{"inner":{"more":1}}`,
	`{"other":` + deep(32) + `}`, `{"value":` + deep(32) + `}`,
}

func TestPlain(t *testing.T) {
	for _, text := range plainTexts {
		if _, plain := read(text); !plain {
			t.Errorf("%s is not plain", text)
		}
	}
	for _, text := range otherTexts {
		if got, plain := read(text); plain {
			t.Errorf("%s is plain: %+v", text, got)
		}
	}
}

// FuzzReader compares what is read of plain texts with what encoding/json makes of them.
func FuzzReader(f *testing.F) {
	for _, text := range plainTexts {
		f.Add(text)
	}
	for _, text := range otherTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, plain := read(text)
		if !plain {
			return
		}
		var want readable
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&want); err != nil || !json.Valid([]byte(text)) {
			t.Fatalf("%q is plain: %+v, and to encoding/json: %v", text, got, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	})
}
