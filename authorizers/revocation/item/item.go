// Package item says how an entry of package revocation stands in a DynamoDB table, for those who read and who write it.
//
// The table's partition key is the string attribute "id", without a sort key, and its TTL attribute is "expiresAt".
package item

import (
	"fmt"
	"strconv"
	"time"

	"portcullis/authorizers/revocation"
)

// The attributes of an item. Times are numbers of whole seconds since 1970, as TTL wants them.
const (
	ID      = "id"        // S: the entry's ID
	Kind    = "kind"      // S: jti, origin_jti, sub or iss
	Issuer  = "issuer"    // S
	Value   = "value"     // S; not of kind iss
	Before  = "before"    // N; of kinds sub and iss only
	Expires = "expiresAt" // N
)

// Attribute is an attribute's value in DynamoDB's JSON: a text or a number. Of any other type it has neither.
type Attribute struct {
	S *string `json:",omitempty"`
	N *string `json:",omitempty"`
}

// Item is an item in DynamoDB's JSON, in which an entry's attributes and any others stand.
type Item map[string]Attribute

// Error says that an item of the table is no entry. Such an item is an error and never passed over: who knows what it
// takes back?
type Error struct {
	ID        string // "" where that cannot be read either
	Attribute string // the one that is missing or has no valid value
}

func (e *Error) Error() string {
	return fmt.Sprintf("item %.100q: attribute %q is missing or has no valid value", e.ID, e.Attribute)
}

// Of returns a valid entry's item.
func Of(e revocation.Entry) Item {
	i := Item{ID: text(e.ID()), Kind: text(string(e.Kind)), Issuer: text(e.Issuer), Expires: number(e.Expires)}
	if e.Value != "" {
		i[Value] = text(e.Value)
	}
	if !e.Before.IsZero() {
		i[Before] = number(e.Before)
	}
	return i
}

// Entry returns the entry of an item, or an [*Error]. It is as [revocation.Entry.Validate] wants it, and its ID is that of the
// item.
func (i Item) Entry() (revocation.Entry, error) {
	r := reader{item: i}
	id := r.text(ID)
	e := revocation.Entry{Kind: revocation.Kind(r.text(Kind)), Issuer: r.text(Issuer), Expires: r.time(Expires)}
	if _, there := i[Value]; there || e.Kind != revocation.Issuer {
		e.Value = r.text(Value)
	}
	if _, there := i[Before]; there {
		e.Before = r.time(Before)
	}
	if r.bad != "" {
		return revocation.Entry{}, &Error{id, r.bad}
	}
	if wrong, ok := e.Validate().(*revocation.ValueError); ok {
		return revocation.Entry{}, &Error{id, attributeOf[wrong.Field]}
	}
	if e.ID() != id {
		return revocation.Entry{}, &Error{id, ID}
	}
	return e, nil
}

// attributeOf are the attributes of an entry's fields, as a ValueError names them.
var attributeOf = map[string]string{"kind": Kind, "issuer": Issuer, "value": Value, "before": Before, "expires": Expires}

func text(s string) Attribute { return Attribute{S: &s} }

func number(t time.Time) Attribute {
	n := strconv.FormatInt(t.Unix(), 10)
	return Attribute{N: &n}
}

// reader reads attributes and keeps the name of the first bad one.
type reader struct {
	item Item
	bad  string
}

func (r *reader) refuse(name string) {
	if r.bad == "" {
		r.bad = name
	}
}

// text is a text that is not empty.
func (r *reader) text(name string) string {
	a := r.item[name]
	if a.S == nil || a.N != nil || *a.S == "" {
		r.refuse(name)
		return ""
	}
	return *a.S
}

func (r *reader) time(name string) time.Time {
	a := r.item[name]
	if a.N == nil || a.S != nil {
		r.refuse(name)
		return time.Time{}
	}
	n, err := strconv.ParseInt(*a.N, 10, 64)
	if err != nil {
		r.refuse(name)
	}
	return time.Unix(n, 0).UTC()
}
