package plan

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// patternTime bounds what the patterns of a schema may take for one value, all of them together. API Gateway's bound is not known.
const patternTime = time.Second

// UndecidedError says that it cannot be told whether a value fits a model, since a pattern takes too long or needs too much memory.
// It holds nothing of the value.
type UndecidedError struct {
	Pattern string // as it stands in the schema
}

// Error names the pattern.
func (e *UndecidedError) Error() string {
	return fmt.Sprintf("the pattern %q takes too long: it cannot be told whether the value fits", e.Pattern)
}

// Validator validates values by a model.
type Validator struct {
	schema *jsonschema.Schema
	clock  *patternClock
}

// Validate tells whether a value, of [jsonschema.UnmarshalJSON], fits the model. The error is a [*jsonschema.ValidationError] where it
// does not, and an [*UndecidedError] where that cannot be told. Where models of an API have patterns, values are validated one after the
// other for all of them.
func (v *Validator) Validate(value any) (err error) {
	if !v.clock.needed {
		return v.schema.Validate(value)
	}
	v.clock.start()
	defer v.clock.stop()
	defer func() {
		switch problem := recover().(type) {
		case nil:
		case *UndecidedError: // for which the validator of schemas has no other way out
			err = problem
		default:
			panic(problem)
		}
	}()
	return v.schema.Validate(value)
}

// patternClock is how long the patterns of an API's models may still take for the one value that is being validated.
type patternClock struct {
	needed bool       // there is a pattern; it stays as it is once the models are made
	mu     sync.Mutex // held while a value is validated
	end    time.Time
}

func (c *patternClock) start() {
	c.mu.Lock()
	c.end = time.Now().Add(patternTime)
}

func (c *patternClock) stop() { c.mu.Unlock() }

// pattern is a regular expression of a schema.
type pattern struct {
	text       string
	expression *regexp2.Regexp
	clock      *patternClock
}

// compile compiles a pattern as JSON Schema has them, which are those of ECMA 262 (JSON Schema draft 4, section 3.3): as with the flag u,
// or as without it where the pattern is none with it, such as [\w-.]. A character is a code point in both. Patterns with \p have to be
// such with the flag: without it \p is the letter, which nobody means.
func (c *patternClock) compile(text string) (jsonschema.Regexp, error) {
	if err := checkGroups(text); err != nil {
		return nil, err
	}
	expression, err := regexp2.Compile(text, regexp2.ECMAScript, regexp2.Unicode)
	if unescaped := strings.ReplaceAll(text, `\\`, ""); err != nil && !strings.Contains(strings.ToLower(unescaped), `\p`) {
		expression, err = regexp2.Compile(text, regexp2.ECMAScript)
	}
	if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	c.needed = true
	return &pattern{text, expression, c}, nil
}

// String is the pattern as it stands in the schema.
func (p *pattern) String() string { return p.text }

// MatchString tells whether the pattern matches a part of a text. It panics with an [*UndecidedError] where that cannot be told: neither
// answer would be safe, since a schema may want what does not match.
func (p *pattern) MatchString(text string) bool {
	p.expression.MatchTimeout = time.Until(p.clock.end)
	if p.expression.MatchTimeout <= 0 {
		panic(&UndecidedError{p.text})
	}
	matches, err := p.expression.MatchString(text)
	if err != nil {
		panic(&UndecidedError{p.text})
	}
	return matches
}

var errGroup = errors.New("want ( or (?: or (?= or (?! or (?<= or (?<! or (?<NAME>, which are the groups of ECMA 262")

// checkGroups refuses the groups that other dialects have, such as (?i) and (?>: API Gateway would not take them.
func checkGroups(text string) error {
	inClass := false
	for i := 0; i < len(text); i++ {
		switch rest := text[i:]; {
		case rest[0] == '\\':
			i++
		case inClass:
			inClass = rest[0] != ']'
		case rest[0] == '[':
			inClass = true
		case strings.HasPrefix(rest, "(?") && (len(rest) == 2 || !strings.ContainsRune(":=!<", rune(rest[2]))):
			return errGroup
		}
	}
	return nil
}
