package plan_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"portcullis/api/contract"
	"portcullis/deploy/plan"
)

// validatorOf compiles a contract with one body, and gives what validates it.
func validatorOf(t *testing.T, schema string) (*plan.Validator, error) {
	t.Helper()
	text := `{"openapi":"3.1.0","x-function":"f","paths":{"/things":{"post":{"security":[],"requestBody":{"content":{"application/json":{"schema":` + schema + `}}}}}}}`
	c, err := contract.Parse("contract.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(c, parseBase(t, "iam", ""))
	if err != nil {
		return nil, err
	}
	all, err := p.REST.Validators()
	if err != nil {
		t.Fatal(err)
	}
	return all[p.Operations["POST /things"].RequestModels["application/json"]], nil
}

func quoted(t *testing.T, text string) string {
	t.Helper()
	made, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(made)
}

// TestPatterns: patterns are those of ECMA 262, which a text fits where a part of it does.
func TestPatterns(t *testing.T) {
	const password = `^(?=.*[0-9])(?!.*\s).{8,}$`
	for _, test := range []struct {
		pattern, text string
		fits          bool
	}{
		{password, "abcdefg1", true},
		{password, "abcdefgh", false},
		{password, "abc efg1", false},
		{`b`, "abc", true},
		{`^b$`, "a\nb\nc", false}, // ^ and $ are the text's, not a line's
		{`^a$`, "a\n", false},
		{`^\d$`, "7", true},
		{`^\d$`, "٣", false},
		{`^\w$`, "é", false},
		{`^\s$`, "\ufeff", true},
		{`^.$`, "\u2028", false},
		{`^.$`, "😀", true},
		{`^\p{L}+$`, "été", true},
		{`^\p{L}+$`, "p{L}", false},
		{`^\u{1F600}$`, "😀", true},
		{`^(a|b)\1$`, "aa", true},
		{`^(a|b)\1$`, "ab", false},
		{`^(?<y>\d)\k<y>$`, "77", true},
		{`(?<=a)b`, "ab", true},
		{`(?<!a)b`, "ab", false},
		{`^[(?i)]$`, "?", true},
		{`^\(?i$`, "(i", true},
		{`^[\w-.]+$`, "a-b.c", true}, // no pattern with the flag u
		{`^[\w-.]\\p$`, `a\p`, true},
		{`^a{$`, "a{", true},
	} {
		validator, err := validatorOf(t, `{"type":"string","pattern":`+quoted(t, test.pattern)+`}`)
		if err != nil {
			t.Errorf("%s: %v", test.pattern, err)
			continue
		}
		err = validator.Validate(test.text)
		if wrong := (*jsonschema.ValidationError)(nil); test.fits != (err == nil) || err != nil && !errors.As(err, &wrong) {
			t.Errorf("%s of %q: error %v", test.pattern, test.text, err)
		}
	}
}

// TestRefusesPatterns: what is no pattern of ECMA 262 is refused with its place, though other dialects have it.
func TestRefusesPatterns(t *testing.T) {
	for _, pattern := range []string{`(`, `(?`, `a)`, `[b-a]`, `(?i)a`, `(?>a)`, `(?P<a>b)`, `(?#a)`, `a++`, `*`, `a{2,1}`, `\p{Foo}`, `\PL`} {
		_, err := validatorOf(t, `{"properties":{"a":{"pattern":`+quoted(t, pattern)+`}}}`)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("contract.yaml:1: BodyPOSTthings: want a pattern of ECMA 262: at '/properties/a/pattern': %q", pattern)) {
			t.Errorf("%s: error %v", pattern, err)
		}
		_, err = validatorOf(t, `{"patternProperties":{`+quoted(t, pattern)+`:{}}}`)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("contract.yaml:1: BodyPOSTthings: want a pattern of ECMA 262: at '/patternProperties': %q", pattern)) {
			t.Errorf("%s: error %v", pattern, err)
		}
	}
}

// TestNothingRequired: an empty list of required members, which draft 4 does not have, asks for nothing; a member of that name is none.
func TestNothingRequired(t *testing.T) {
	validator, err := validatorOf(t, `{"required":[],"properties":{"required":{"enum":[[]]}}}`)
	if err != nil {
		t.Fatal(err)
	}
	for text, fits := range map[string]bool{`{}`: true, `{"required":[]}`: true, `{"required":[1]}`: false} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := validator.Validate(value); fits != (err == nil) {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

// TestPatternsTakeTooLong: where a pattern would take for ever, neither yes nor no is said, whatever the schema makes of it, and what is
// validated next is none the worse.
func TestPatternsTakeTooLong(t *testing.T) {
	const slow = `"^(a|aa)+$"`
	endless := strings.Repeat("a", 80) + "!"
	for _, schema := range []string{
		`{"items":{"pattern":` + slow + `}}`,
		`{"items":{"not":{"pattern":` + slow + `}}}`,
		`{"items":{"anyOf":[{"pattern":` + slow + `},{"type":"string"}]}}`,
	} {
		validator, err := validatorOf(t, schema)
		if err != nil {
			t.Fatal(err)
		}
		err = validator.Validate([]any{endless})
		undecided := (*plan.UndecidedError)(nil)
		if !errors.As(err, &undecided) || undecided.Pattern != "^(a|aa)+$" || strings.Contains(err.Error(), "!") {
			t.Errorf("%s: error %v", schema, err)
		}
		if err := validator.Validate([]any{float64(1)}); errors.As(err, &undecided) {
			t.Errorf("%s, afterwards: error %v", schema, err)
		}
	}
}

// TestPatternsTakeTooLongTogether: the time is the value's, however many texts are in it that take a little of it.
func TestPatternsTakeTooLongTogether(t *testing.T) {
	validator, err := validatorOf(t, `{"items":{"pattern":"^(a|aa)+$"}}`)
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]any, 3_000)
	for i := range texts {
		texts[i] = strings.Repeat("a", 26) + "!"
	}
	if err := validator.Validate(texts); !errors.As(err, new(*plan.UndecidedError)) {
		t.Errorf("error %v", err)
	}
}
