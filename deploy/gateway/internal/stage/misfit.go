package stage

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// Misfit is what of a body does not fit its model.
type Misfit struct {
	Place  string // a JSON pointer (RFC 6901); "": the whole
	Reason string // as API Gateway's validator says it
	Bare   string // the reason, without the value
}

// unparsable is what API Gateway says of a body that it cannot read.
var unparsable = []Misfit{{Reason: cannotParse, Bare: cannotParse}}

const cannotParse = "Unknown error parsing request body"

// The most that is told: misfits of a body, and characters of a value in them. API Gateway has no such bounds, but traces go into headers.
const (
	maxMisfits = 20
	maxShown   = 100
)

// misfitsOf lists what an error is about, in the order of the places as texts: an object comes before its members. AWS's order is not known.
// Of anyOf, oneOf and not it is the whole that does not fit.
func misfitsOf(value any, err *jsonschema.ValidationError) []Misfit {
	bottom := misfitErrors(err)
	slices.SortStableFunc(bottom, func(a, b *jsonschema.ValidationError) int {
		return slices.Compare(a.InstanceLocation, b.InstanceLocation)
	})
	var all []Misfit
	for _, e := range bottom[:min(len(bottom), maxMisfits)] {
		place := ""
		for _, name := range e.InstanceLocation {
			place += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
		}
		wrong := valueAt(value, e.InstanceLocation)
		all = append(all, Misfit{place, reasonOf(e, typeOf(wrong), shown(wrong, e.InstanceLocation)), reasonOf(e, typeOf(wrong), "…")})
	}
	if more := len(bottom) - maxMisfits; more > 0 {
		rest := fmt.Sprintf("and %d more", more)
		all = append(all, Misfit{Reason: rest, Bare: rest})
	}
	return all
}

func misfitErrors(err *jsonschema.ValidationError) []*jsonschema.ValidationError {
	switch err.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf, *kind.Not:
		return []*jsonschema.ValidationError{err}
	}
	if len(err.Causes) == 0 {
		return []*jsonschema.ValidationError{err}
	}
	var all []*jsonschema.ValidationError
	for _, cause := range err.Causes {
		all = append(all, misfitErrors(cause)...)
	}
	return all
}

// valueAt is the value at a place of another.
func valueAt(value any, place []string) any {
	for _, name := range place {
		switch inner := value.(type) {
		case map[string]any:
			value = inner[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(inner) {
				return nil
			}
			value = inner[i]
		}
	}
	return value
}

// reasonOf says what is wrong with a value of a type, which is shown as a text, in the words of the validator whose words are found in API
// Gateway's logs, https://github.com/java-json-tools/json-schema-validator, where it has any.
func reasonOf(e *jsonschema.ValidationError, typeName, text string) string {
	switch why := e.ErrorKind.(type) {
	case *kind.Required:
		return "object has missing required properties (" + names(why.Missing) + ")"
	case *kind.AdditionalProperties:
		return "object instance has properties which are not allowed by the schema: " + names(why.Properties)
	case *kind.Type:
		return fmt.Sprintf("instance type (%s) does not match any allowed primitive type (allowed: %s)", typeName, names(withInteger(why.Want)))
	case *kind.Enum:
		return fmt.Sprintf("instance value (%s) not found in enum (possible values: %s)", text, compact(why.Want))
	case *kind.Pattern:
		return fmt.Sprintf("ECMA 262 regex \"%s\" does not match input string %s", why.Want, text)
	case *kind.MinLength:
		return fmt.Sprintf("string %s is too short (length: %d, required minimum: %d)", text, why.Got, why.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("string %s is too long (length: %d, maximum allowed: %d)", text, why.Got, why.Want)
	case *kind.Format:
		return "string " + text + formatReason(why.Want)
	case *kind.Minimum:
		return fmt.Sprintf("numeric instance is lower than the required minimum (minimum: %s, found: %s)", number(why.Want), text)
	case *kind.Maximum:
		return fmt.Sprintf("numeric instance is greater than the required maximum (maximum: %s, found: %s)", number(why.Want), text)
	case *kind.ExclusiveMinimum:
		if why.Got.Cmp(why.Want) < 0 {
			return fmt.Sprintf("numeric instance is lower than the required minimum (minimum: %s, found: %s)", number(why.Want), text)
		}
		return "numeric instance is not strictly greater than the required minimum " + number(why.Want)
	case *kind.ExclusiveMaximum:
		if why.Got.Cmp(why.Want) > 0 {
			return fmt.Sprintf("numeric instance is greater than the required maximum (maximum: %s, found: %s)", number(why.Want), text)
		}
		return "numeric instance is not strictly lower than the required maximum " + number(why.Want)
	}
	return rarerReason(e, text)
}

// rarerReason is reasonOf for the other keywords.
func rarerReason(e *jsonschema.ValidationError, text string) string {
	switch why := e.ErrorKind.(type) {
	case *kind.MultipleOf:
		return fmt.Sprintf("remainder of division is not zero (%s / %s)", text, number(why.Want))
	case *kind.MinItems:
		return fmt.Sprintf("array is too short: must have at least %d elements but instance has %d elements", why.Want, why.Got)
	case *kind.MaxItems:
		return fmt.Sprintf("array is too long: must have at most %d elements but instance has %d elements", why.Want, why.Got)
	case *kind.UniqueItems:
		return "array must not contain duplicate elements"
	case *kind.MinProperties:
		return fmt.Sprintf("object has too few properties (found %d but schema requires at least %d)", why.Got, why.Want)
	case *kind.MaxProperties:
		return fmt.Sprintf("object has too many properties (found %d but schema requires at most %d)", why.Got, why.Want)
	case *kind.AnyOf:
		return fmt.Sprintf("instance failed to match at least one required schema among %d", len(e.Causes))
	case *kind.OneOf:
		if len(why.Subschemas) == 0 {
			return fmt.Sprintf("instance failed to match exactly one schema (matched 0 out of %d)", len(e.Causes))
		}
		return "instance failed to match exactly one schema"
	case *kind.Not:
		return "instance matched a schema which it should not have"
	}
	return "instance does not fit " + strings.Join(e.ErrorKind.KeywordPath(), "/")
}

// formatReason says of what format a text is not.
func formatReason(format string) string {
	switch format {
	case "date-time":
		return " is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]"
	case "email":
		return " is not a valid email address"
	case "ipv4":
		return " is not a valid IPv4 address"
	case "ipv6":
		return " is not a valid IPv6 address"
	case "uri":
		return " is not a valid URI"
	case "regex":
		return " is not a valid ECMA 262 regular expression"
	}
	return " is not a valid " + format
}

// typeOf names the type of a value; a number that is written without a fraction is an integer.
func typeOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case json.Number:
		if strings.ContainsAny(value.String(), ".eE") {
			return "number"
		}
		return "integer"
	}
	return "object"
}

// withInteger adds integer where any number may be.
func withInteger(types []string) []string {
	if slices.Contains(types, "number") && !slices.Contains(types, "integer") {
		return append(slices.Clone(types), "integer")
	}
	return types
}

// names writes names as JSON, sorted.
func names(all []string) string { return compact(slices.Sorted(slices.Values(all))) }

// compact writes a value as JSON, as it was sent.
func compact(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "…" // what was read from JSON can be written as such
	}
	return strings.TrimSuffix(text.String(), "\n")
}

func number(n *big.Rat) string {
	if n.IsInt() {
		return n.Num().String()
	}
	f, _ := n.Float64()
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// telling are parts of the names of members whose values are nobody's business.
var telling = []string{"password", "secret", "token", "credential", "apikey", "api_key"}

// shown writes a value as JSON: the beginning of one that is long, and nothing of one that may be a secret.
func shown(value any, place []string) string {
	name := strings.ToLower(strings.Join(place, "/"))
	if slices.ContainsFunc(telling, func(part string) bool { return strings.Contains(name, part) }) {
		return `"…"`
	}
	text := compact(value)
	if utf8.RuneCountInString(text) <= maxShown {
		return text
	}
	return string([]rune(text)[:maxShown]) + "…"
}

// listed writes misfits as $context.error.validationErrorString has them.
func listed(misfits []Misfit) string {
	var all []string
	for _, m := range misfits {
		all = append(all, m.Reason)
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// placed writes misfits with their places, and without the values, which traces have nothing of.
func placed(misfits []Misfit) string {
	var all []string
	for _, m := range misfits {
		if m.Place != "" {
			m.Bare = m.Place + ": " + m.Bare
		}
		all = append(all, m.Bare)
	}
	return strings.Join(all, "; ")
}
