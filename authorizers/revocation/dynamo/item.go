package dynamo

import (
	"fmt"

	"portcullis/authorizers/dynamodb"
	"portcullis/authorizers/revocation"
)

// TimeToLive is the table's TTL attribute.
const TimeToLive = expires

// The attributes of an item. Times are numbers of whole seconds since 1970.
const (
	kind    = "kind"      // S: jti, origin_jti, sub or iss
	issuer  = "issuer"    // S
	value   = "value"     // S; not of kind iss
	before  = "before"    // N; of kinds sub and iss only
	expires = "expiresAt" // N
	signOut = "signOut"   // S; the mark of a sign-out that is not done, of kind sub only. Who reads revocations does not look at it.
)

// ItemError says that an item of the table is no entry. Such an item is an error and never passed over: who knows what it
// revokes?
type ItemError struct {
	ID        string // "" where that cannot be read either
	Attribute string // the one that is missing or has no valid value
}

func (e *ItemError) Error() string {
	return fmt.Sprintf("item %.100q: attribute %q is missing or has no valid value", e.ID, e.Attribute)
}

// itemOf returns a valid entry's item.
func itemOf(e revocation.Entry) dynamodb.Item {
	item := dynamodb.Item{
		dynamodb.Key: dynamodb.Text(e.ID()), kind: dynamodb.Text(string(e.Kind)), issuer: dynamodb.Text(e.Issuer), expires: dynamodb.Seconds(e.Expires),
	}
	if e.Value != "" {
		item[value] = dynamodb.Text(e.Value)
	}
	if !e.Before.IsZero() {
		item[before] = dynamodb.Seconds(e.Before)
	}
	return item
}

// entryOf returns the entry of an item, or an [*ItemError]. It is as [revocation.Entry.Validate] wants it, and its ID is that
// of the item.
func entryOf(item dynamodb.Item) (revocation.Entry, error) {
	r := dynamodb.Reader{Item: item}
	id := text(&r, dynamodb.Key)
	e := revocation.Entry{Kind: revocation.Kind(text(&r, kind)), Issuer: text(&r, issuer), Expires: r.Time(expires)}
	if r.Has(value) || e.Kind != revocation.Issuer {
		e.Value = text(&r, value)
	}
	if r.Has(before) {
		e.Before = r.Time(before)
	}
	if r.Bad != "" {
		return revocation.Entry{}, &ItemError{id, r.Bad}
	}
	if wrong, ok := e.Validate().(*revocation.ValueError); ok {
		return revocation.Entry{}, &ItemError{id, attributeOf[wrong.Field]}
	}
	if e.ID() != id {
		return revocation.Entry{}, &ItemError{id, dynamodb.Key}
	}
	return e, nil
}

// attributeOf are the attributes of an entry's fields, as a ValueError names them.
var attributeOf = map[string]string{"kind": kind, "issuer": issuer, "value": value, "before": before, "expires": expires}

// text is a text that is not empty.
func text(r *dynamodb.Reader, name string) string {
	text := r.Text(name)
	if text == "" {
		r.Refuse(name)
	}
	return text
}
