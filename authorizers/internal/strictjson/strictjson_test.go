package strictjson_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"portcullis/authorizers/internal/strictjson"
)

func TestParse(t *testing.T) {
	deep := func(n int) string { return `{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + "}" }
	tests := []struct {
		text string
		ok   bool
	}{
		{`{}`, true},
		{` {"a" : 1 , "b":[1,{"c":null}] } `, true},
		{`{"a":"\u00e9\ud83d\ude00\n\/"}`, true},
		{`{"a":-0.5e+10}`, true},
		{`{"a":"\u00E9\u00Af"}`, true},
		{``, false},
		{`[]`, false},
		{`{"a":1}x`, false},
		{`{"a":1,}`, false},
		{`{"a":1 "b":2}`, false},
		{`{"a":01}`, false},
		{`{"a":1.}`, false},
		{`{"a":1e}`, false},
		{`{"a":1e+-1}`, false},
		{`{"a":-}`, false},
		{`{"a":+1}`, false},
		{`{"a":NaN}`, false},
		{`{"a":"\ud83d"}`, false},
		{`{"a":"\ud83d\u0041"}`, false},
		{`{"a":"\ude00\ud83d"}`, false},
		{`{"a":"\u0"}`, false},
		{"{\"a\":\"\\u00\x16\x11\"}", false}, // which are 6 and 1 with another bit
		{`{"a":"\x"}`, false},
		{"{\"a\":\"\n\"}", false},
		{"{\"a\":\"\\n\n\"}", false},
		{"{\"a\":\f1}", false},
		{"{\"a\":\"\xff\"}", false},
		{"\ufeff{}", false},
		{`{"a":1,"a":1}`, false},
		{`{"a":1,"\u0061":1}`, false},
		{`{"a":{"b":1,"b":2}}`, false},
		{`{"a":[{"b":1,"b":2}]}`, false},
		{`{"a":{` + numbered(20) + `"b":2}}`, true},
		{`{"a":{` + numbered(20) + `"3":2}}`, false},
		{`{"a":{` + numbered(40) + `"39":2}}`, false},
		{`{"a":{"b":{},"b":{}}}`, false},
		{`{"a":{"b":1},"c":{"b":1}}`, true},
		{deep(15), true},
		{deep(16), false},
		{strings.Repeat(`{"a":`, 16) + "1" + strings.Repeat("}", 16), true},
		{strings.Repeat(`{"a":`, 17) + "1" + strings.Repeat("}", 17), false},
		{`{"a":[` + strings.Repeat("1,", 998) + `1]}`, true},
		{`{"a":[` + strings.Repeat("1,", 999) + `1]}`, false},
		{`{"a":"`, false},
		{`{"a":"\`, false},
		{`{"a":[1`, false},
		{`{"a":{`, false},
	}
	for _, test := range tests {
		if ok := accepted(test.text); ok != test.ok {
			t.Errorf("%.80q: accepted: %v", test.text, ok)
		}
	}
}

// TestEveryNameTwice: a member that stands there twice is seen by whatever name it has.
func TestEveryNameTwice(t *testing.T) {
	for c := rune(' '); c < 0x7f; c++ {
		if c == '"' || c == '\\' {
			continue
		}
		for _, name := range []string{"", string(c), "a" + string(c), string(c) + "é", strings.Repeat(string(c), 64)} {
			for _, between := range []string{"", numbered(3), numbered(40)} {
				if text := fmt.Sprintf(`{"%s":1,%s"%[1]s":1}`, name, between); accepted(text) {
					t.Errorf("%s is accepted", text)
				}
			}
		}
	}
}

func accepted(text string) bool {
	_, ok := strictjson.Parse(text)
	return ok
}

// numbered are the members 0 to n-1, with a comma behind each.
func numbered(n int) (members string) {
	for i := range n {
		members += fmt.Sprintf(`"%d":1,`, i)
	}
	return members
}

// TestKinds: what stands in an object, at every depth.
func TestKinds(t *testing.T) {
	o, ok := strictjson.Parse(`{"t":"x\u0079","n":1.5,"l":["a", {"b":[]}, null ,[]],"m":{"a":1,"b":"c"},"no":false,"nil":null,"word":"null"}`)
	if !ok {
		t.Fatal("refused")
	}
	var items []string
	for item := range o.Get("l").Items {
		items = append(items, item.Text)
	}
	if got := strings.Join(items, "|"); got != `a|{"b":[]}|null|[]` {
		t.Errorf("items %q", got)
	}
	if m := o.Get("m").Members(); len(m) != 2 || m.TextOf("b") != "c" || m.TextOf("a") != "" || m.Get("a").Text != "1" {
		t.Errorf("members %v", m)
	}
	if o.TextOf("t") != "xy" || o.TextOf("T") != "" || o.Get("x").Kind != strictjson.Absent || !o.Get("nil").IsNull() || o.Get("no").IsNull() || o.Get("word").IsNull() {
		t.Errorf("%v", o)
	}
	for item := range o.Get("m").Items {
		t.Errorf("an object has the item %v", item)
	}
}

// TestPartsOfTexts: a text has neither members nor items, also where it reads like an object or a list.
func TestPartsOfTexts(t *testing.T) {
	o, ok := strictjson.Parse(`{"m":"{\"a\":\"b\"}","l":"[\"a\"]","n":7,"x":null}`)
	if !ok {
		t.Fatal("refused")
	}
	for _, m := range append(o, strictjson.Member{}) {
		if members := m.Value.Members(); members != nil {
			t.Errorf("%+v has the members %v", m, members)
		}
		for member := range m.Value.All {
			t.Errorf("%+v has the member %v", m, member)
		}
		for item := range m.Value.Items {
			t.Errorf("%+v has the item %v", m, item)
		}
	}
}

// TestShown: what an error shows of a value is short, and text.
func TestShown(t *testing.T) {
	long := strings.Repeat("a", 79)
	for _, test := range []struct{ member, want string }{
		{`"b":1`, "missing"},
		{`"a":[1]`, "a list"},
		{`"a":{"b":1}`, "an object"},
		{`"a":-1.50`, "-1.50"},
		{`"a":null`, "null"},
		{`"a":"` + long + `b"`, long + "b"},
		{`"a":"` + long + `bc"`, long + "b…"},
		{`"a":"` + long + `é"`, long + "…"},
	} {
		o, ok := strictjson.Parse("{" + test.member + "}")
		if got := o.Get("a").String(); !ok || got != test.want {
			t.Errorf("%s: %s, want %s", test.member, got, test.want)
		}
	}
}

// FuzzParts: the parts of what is accepted, at all depths, are those that encoding/json reads.
func FuzzParts(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"b",{"c":null,"":[[],{}],"d":"\"\\\/\b\f\n\r\t"}]," ":{"\u002f":"\ud83d\ude00"}}`, `{ "a" : [ true , false ] , "b" : { "c" : -1.5e+7 } }`, `{}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, ok := strictjson.Parse(text); !ok {
			return
		}
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		var want any
		if err := decoder.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if got := plain(strictjson.Value{Kind: strictjson.Map, Text: strings.TrimSpace(text)}); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %v, encoding/json has %v", text, got, want)
		}
	})
}

// plain is a value as encoding/json has it.
func plain(v strictjson.Value) any {
	switch v.Kind {
	case strictjson.Text:
		return v.Text
	case strictjson.Number:
		return json.Number(v.Text)
	case strictjson.List:
		list := []any{}
		for item := range v.Items {
			list = append(list, plain(item))
		}
		return list
	case strictjson.Map:
		object := map[string]any{}
		for m := range v.All {
			object[m.Name] = plain(m.Value)
		}
		if !slices.Equal(slices.Collect(v.All), v.Members()) {
			return "the members differ"
		}
		return object
	}
	return map[string]any{"true": true, "false": false}[v.Text]
}

// FuzzParse: what is accepted, encoding/json reads in the same way.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"b",{"c":null}],"d":"\u00e9"}`, `{"a":1,"a":2}`, `{"a":"\ud800"}`, `{`, `{"a":"\`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, ok := strictjson.Parse(text)
		if !ok {
			return
		}
		var other map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &other); err != nil || len(other) != len(o) {
			t.Fatalf("%q: %d members, encoding/json has %d: %v", text, len(o), len(other), err)
		}
		for _, m := range o {
			var want string
			if err := json.Unmarshal(other[m.Name], &want); (err == nil && !m.Value.IsNull()) != (m.Value.Kind == strictjson.Text) || m.Value.Kind == strictjson.Text && want != m.Value.Text {
				t.Fatalf("%q: %q is %+v, encoding/json has %s", text, m.Name, m.Value, other[m.Name])
			}
		}
	})
}
