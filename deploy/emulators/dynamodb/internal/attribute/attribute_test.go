package attribute_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

func TestDecimal(t *testing.T) {
	const (
		notNumeric = "!The parameter cannot be converted to a numeric value: "
		overflow   = "!Number overflow. Attempting to store a number with magnitude larger than supported range"
		underflow  = "!Number underflow. Attempting to store a number with magnitude smaller than supported range"
		tooLong    = "!Attempting to store more than 38 significant digits in a Number"
	)
	nines := strings.Repeat("9", 38)
	tests := []struct{ text, want string }{
		{"0", "0"}, {"-0", "0"}, {"0.000", "0"}, {"0e999", "0"}, {"1", "1"}, {"+1", "1"}, {"-1", "-1"}, {"007", "7"}, {"1.50", "1.5"}, {".5", "0.5"}, {"5.", "5"},
		{"1e3", "1000"}, {"1E+3", "1000"}, {"12.5e1", "125"}, {"12.5e-3", "0.0125"}, {"-0.001", "-0.001"}, {"100", "100"}, {"1230e-2", "12.3"},
		{nines, nines}, {nines + "0", nines + "0"}, {"0." + nines, "0." + nines}, {nines + "1", tooLong}, {"1" + strings.Repeat("0", 37) + "1", tooLong},
		{"1e125", "1" + strings.Repeat("0", 125)}, {"1e126", overflow}, {"1e-130", "0." + strings.Repeat("0", 129) + "1"}, {"1e-131", underflow}, {"10e-131", "0." + strings.Repeat("0", 129) + "1"},
		{"1e99999999999999999999", overflow}, {"1e-99999999999999999999", underflow}, {"-1e2147483647", overflow},
		{"", "!The parameter cannot be converted to a numeric value"}, {" 1", notNumeric + " 1"}, {"1 ", notNumeric + "1 "}, {"abc", notNumeric + "abc"}, {"1e", notNumeric + "1e"}, {".", notNumeric + "."},
		{"--1", notNumeric + "--1"}, {"0x1", notNumeric + "0x1"}, {"1_0", notNumeric + "1_0"}, {"NaN", notNumeric + "NaN"}, {"Infinity", notNumeric + "Infinity"}, {"1/2", notNumeric + "1/2"}, {"1\n", notNumeric + "1\n"}, {"\u0661", notNumeric + "\u0661"},
	}
	for _, test := range tests {
		d, err := attribute.ParseDecimal(test.text)
		got := string(d)
		if err != nil {
			got = "!" + err.Error()
		}
		if got != test.want {
			t.Errorf("%q: %s, want %s", test.text, got, test.want)
		}
	}
}

// FuzzDecimal compares with math/big: a Decimal is worth its text, prints as it was, and adds and compares as it should.
func FuzzDecimal(f *testing.F) {
	f.Add("12.50", "-1e3")
	f.Add("0.1", "1e-130")
	f.Fuzz(func(t *testing.T, one, two string) {
		a, errA := attribute.ParseDecimal(one)
		b, errB := attribute.ParseDecimal(two)
		if errA != nil || errB != nil || len(one) > 200 || len(two) > 200 {
			return
		}
		ratA, ratB := rat(t, string(a)), rat(t, string(b))
		if !strings.ContainsAny(one, "eE") && ratA.Cmp(rat(t, one)) != 0 {
			t.Fatalf("%q became %s", one, a)
		}
		if again, err := attribute.ParseDecimal(string(a)); again != a || err != nil {
			t.Fatalf("%s became %s, %v", a, again, err)
		}
		if a.Compare(b) != ratA.Cmp(ratB) || (a == b) != (ratA.Cmp(ratB) == 0) {
			t.Fatalf("%s against %s: %d", a, b, a.Compare(b))
		}
		if sum, err := a.Add(b); err == nil && rat(t, string(sum)).Cmp(new(big.Rat).Add(ratA, ratB)) != 0 {
			t.Fatalf("%s + %s = %s", a, b, sum)
		}
		if difference, err := a.Subtract(b); err == nil && rat(t, string(difference)).Cmp(new(big.Rat).Sub(ratA, ratB)) != 0 {
			t.Fatalf("%s - %s = %s", a, b, difference)
		}
	})
}

func rat(t *testing.T, text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return r
}

// nested is a list in a list, and so on.
func nested(depth int) string {
	return strings.Repeat(`{"L":[`, depth-1) + `{"S":"a"}` + strings.Repeat(`]}`, depth-1)
}

// TestParse reads values. Want is the printed value; "" means the same text, "!" an *Error, and "?" a *FormError.
func TestParse(t *testing.T) {
	const (
		invalid = "!One or more parameter values were invalid: "
		empty   = "!Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
		deep    = "!Nesting Levels have exceeded supported limits: Attributes have nested objects more than 32 levels deep"
		noValue = `?An AttributeValue is an object such as {"S":"text"}.`
	)
	tests := []struct{ text, want string }{
		{`{"S":"a"}`, ""}, {`{"S":""}`, ""}, {`{"N":"1.0"}`, `{"N":"1"}`}, {`{"B":"AQID"}`, ""}, {`{"B":""}`, ""}, {`{"BOOL":false}`, ""}, {`{"NULL":true}`, ""},
		{`{"L":[]}`, ""}, {`{"M":{}}`, ""}, {`{"L":[{"S":"a"},{"N":"01"}]}`, `{"L":[{"S":"a"},{"N":"1"}]}`}, {`{"M":{"a":{"M":{}}}}`, ""},
		{`{"SS":["b","a"]}`, `{"SS":["a","b"]}`}, {`{"NS":["10","9","1e1"]}`, "!Input collection contains duplicates"}, {`{"NS":["10","9"]}`, `{"NS":["9","10"]}`}, {`{"BS":["Ag==","AQ=="]}`, `{"BS":["AQ==","Ag=="]}`},
		{`{"S":"a","N":null}`, `{"S":"a"}`},
		{`{}`, empty}, {`null`, empty}, {`{"S":null}`, empty}, {`{"s":"a"}`, `!Supplied AttributeValue has the datatype "s", must contain exactly one of the supported datatypes`},
		{`{"S":"a","N":"1"}`, "!Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"},
		{`{"NULL":false}`, invalid + "Null attribute value types must have the value of true"},
		{`{"SS":[]}`, invalid + "An string set  may not be empty"}, {`{"NS":[]}`, invalid + "An number set  may not be empty"}, {`{"BS":[]}`, invalid + "Binary sets should not be empty"},
		{`{"SS":["a","a"]}`, invalid + "Input collection [a, a] contains duplicates."}, {`{"BS":["AQ==","AQ=="]}`, invalid + "Input collection [AQ==, AQ==]of type BS contains duplicates."},
		{`{"M":{"":{"S":"a"}}}`, invalid + "An attribute name may not be empty"},
		{`{"N":"x"}`, "!The parameter cannot be converted to a numeric value: x"}, {`{"NS":["x"]}`, "!The parameter cannot be converted to a numeric value: x"}, {`{"L":[{"N":"x"}]}`, "!The parameter cannot be converted to a numeric value: x"},
		{`"a"`, noValue}, {`[]`, noValue}, {`{"L":["a"]}`, noValue}, {`{"L":[null]}`, empty}, {`{"S":1}`, "?The value of S is not a string."}, {`{"N":1}`, "?The value of N is not a string."},
		{`{"B":"A"}`, "?The value of B is not base64."}, {`{"B":"AQ"}`, "?The value of B is not base64."}, {`{"B":"AR=="}`, "?The value of B is not base64."}, {`{"B":"AQ\n=="}`, "?The value of B is not base64."}, {`{"B":"_-=="}`, "?The value of B is not base64."},
		{`{"BOOL":"true"}`, "?The value of BOOL is not true or false."}, {`{"L":{}}`, "?The value of L is not a list."}, {`{"M":[]}`, "?Attributes are an object from names to AttributeValues."},
		{`{"SS":"a"}`, "?The value of SS is not a list of strings."}, {`{"SS":["a",null]}`, "?The value of SS is not a list of strings."}, {`{"SS":[1]}`, "?The value of SS is not a list of strings."},
		{nested(32), ""}, {nested(33), deep}, {nested(4000), deep},
	}
	for _, test := range tests {
		want := test.want
		if want == "" {
			want = test.text
		}
		if got := parsed(test.text); got != want {
			t.Errorf("%.60s: %s, want %s", test.text, got, want)
		}
	}
}

func parsed(text string) string {
	v, err := attribute.Parse([]byte(text))
	var broken *attribute.Error
	var form *attribute.FormError
	switch {
	case errors.As(err, &broken):
		return "!" + broken.Message
	case errors.As(err, &form):
		return "?" + form.Message
	case err != nil:
		return err.Error()
	}
	printed, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(printed)
}

func TestSize(t *testing.T) {
	tests := []struct {
		item string
		want int
	}{
		{`{}`, 0}, {`{"id":{"S":"abc"}}`, 5}, {`{"id":{"S":"é"}}`, 4}, {`{"b":{"B":"AQID"}}`, 4}, {`{"y":{"BOOL":true}}`, 2}, {`{"n":{"NULL":true}}`, 2},
		{`{"n":{"N":"1"}}`, 3}, {`{"n":{"N":"1234"}}`, 4}, {`{"n":{"N":"1e125"}}`, 21}, {`{"l":{"L":[]}}`, 4}, {`{"l":{"L":[{"S":"a"},{"S":"b"}]}}`, 8},
		{`{"m":{"M":{}}}`, 4}, {`{"m":{"M":{"ab":{"S":"c"}}}}`, 8}, {`{"s":{"SS":["ab","c"]}}`, 4},
	}
	for _, test := range tests {
		item, err := attribute.ParseItem([]byte(test.item))
		if err != nil {
			t.Errorf("%s: %v", test.item, err)
		}
		if got := item.Size(); got != test.want {
			t.Errorf("%s: %d bytes, want %d", test.item, got, test.want)
		}
	}
}

// TestCheck: an item that was computed may lie no deeper than one that is sent.
func TestCheck(t *testing.T) {
	value, err := attribute.Parse([]byte(nested(32)))
	if err != nil {
		t.Fatal(err)
	}
	if err := (attribute.Item{"a": value}).Check(); err != nil {
		t.Errorf("32 levels: %v", err)
	}
	deeper := attribute.Value{Type: attribute.Map, Map: map[string]attribute.Value{"a": value}}
	if err := (attribute.Item{"a": deeper}).Check(); !errors.As(err, new(*attribute.Error)) {
		t.Errorf("33 levels: %v, want an *Error", err)
	}
	if _, err := json.Marshal(attribute.Value{}); err == nil {
		t.Error("the zero Value has a JSON form")
	}
}
