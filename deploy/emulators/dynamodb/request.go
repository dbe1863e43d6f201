package dynamodb

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// request reads the members of a request, or of an object in it. It keeps the first error, and knows which members
// nobody has read. A member that is null is absent.
type request struct {
	path    string // before the names of members in errors; "" for those of the request itself
	members map[string]json.RawMessage
	failure *apiError
}

func parseRequest(body []byte) (*request, *apiError) {
	r := &request{}
	if err := json.Unmarshal(body, &r.members); err != nil || r.members == nil {
		return nil, &apiError{Type: serialization, Message: "The request is not a JSON object"}
	}
	maps.DeleteFunc(r.members, func(_ string, raw json.RawMessage) bool { return string(raw) == "null" })
	return r, nil
}

// refuse keeps the first error; nil is none.
func (r *request) refuse(failure *apiError) {
	if r.failure == nil {
		r.failure = failure
	}
}

// end returns the first error. What nobody has read is one: nothing in a request is passed over.
func (r *request) end() *apiError {
	if r.failure == nil && len(r.members) > 0 {
		return unsupported("the parameter %s of this operation", slices.Sorted(maps.Keys(r.members))[0])
	}
	return r.failure
}

// take hands out a member; false if it is absent.
func (r *request) take(name string) (json.RawMessage, bool) {
	raw, ok := r.members[name]
	delete(r.members, name)
	return raw, ok
}

// read reads a member into target, and leaves target as it is where the member is absent.
func (r *request) read(name string, target any) (present bool) {
	raw, ok := r.take(name)
	if !ok {
		return false
	}
	if err := json.Unmarshal(raw, target); err != nil {
		r.refuse(&apiError{Type: serialization, Message: fmt.Sprintf("%s is not of the type that this operation takes", name)})
	}
	return true
}

// text is a string, "" where it is absent.
func (r *request) text(name string) (text string) {
	r.read(name, &text)
	return text
}

// flag is a boolean, false where it is absent.
func (r *request) flag(name string) (flag bool) {
	r.read(name, &flag)
	return flag
}

// choice is one of some strings, the first where it is absent.
func (r *request) choice(name string, allowed ...string) string {
	text := allowed[0]
	if r.read(name, &text) && !slices.Contains(allowed, text) {
		r.refuse(notAmong(name, text, allowed))
	}
	return text
}

func notAmong(name, text string, allowed []string) *apiError {
	return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: [%s]",
		text, lowerFirst(name), strings.Join(allowed, ", "))
}

// nothing takes only the one value of a member by which it asks for nothing.
func (r *request) nothing(name, value string) {
	if text := value; r.read(name, &text) && text != value {
		r.refuse(unsupported("%s %q", name, text))
	}
}

// limit is an integer from 1 to most, and most where it is absent.
func (r *request) limit(name string, most int) int {
	n := most
	r.read(name, &n)
	const constraint = "1 validation error detected: Value '%d' at '%s' failed to satisfy constraint: Member must have value %s than or equal to %d"
	switch {
	case n < 1:
		r.refuse(invalid(constraint, n, lowerFirst(name), "greater", 1))
	case n > most:
		r.refuse(invalid(constraint, n, lowerFirst(name), "less", most))
	}
	return n
}

// item is attributes by their names; nil where the member is absent.
func (r *request) item(name string) attribute.Item {
	raw, ok := r.take(name)
	if !ok {
		return nil
	}
	item, err := attribute.ParseItem(raw)
	r.refuse(failed("", err))
	return item
}

// required is as item, and the member must be there.
func (r *request) required(name string) attribute.Item {
	item := r.item(name)
	if item == nil {
		r.refuse(r.null(name))
	}
	return item
}

func (r *request) null(name string) *apiError {
	return invalid("1 validation error detected: Value null at '%s' failed to satisfy constraint: Member must not be null", r.path+lowerFirst(name))
}

func lowerFirst(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// tableName is the member TableName, in the form that a name can have.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html.
func (r *request) tableName() string {
	var name *string
	r.read("TableName", &name)
	if name == nil {
		r.refuse(r.null("TableName"))
		return ""
	}
	r.refuse(checkTableName(*name))
	return *name
}

// object is a nested object, nil where it is absent. The caller reads it to its end.
func (r *request) object(name string) *request {
	raw, ok := r.take(name)
	if !ok {
		return nil
	}
	object, failure := parseRequest(raw)
	r.refuse(failure)
	return object
}

// objects are the objects of a list.
func (r *request) objects(name string) []*request {
	var raws []json.RawMessage
	r.read(name, &raws)
	var objects []*request
	for _, raw := range raws {
		object, failure := parseRequest(raw)
		if failure != nil {
			r.refuse(failure)
			return nil
		}
		objects = append(objects, object)
	}
	return objects
}
