package dynamo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers/apikey"
)

// ItemError says that an item of the table is no record. Such an item is an error and never a record with less in it: a
// key without its networks could be used from anywhere.
type ItemError struct {
	ID        string
	Attribute string // the one that is missing or has no valid value; "" where Err tells
	Err       error  // of apikey.Record.Validate; nil where Attribute tells
}

func (e *ItemError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("item %q: %v", e.ID, e.Err)
	}
	return fmt.Sprintf("item %q: attribute %q is missing or has no valid value", e.ID, e.Attribute)
}

// Unwrap returns the cause, if there is one.
func (e *ItemError) Unwrap() error { return e.Err }

// PageError says which items of a page are no records, all of them, so that they can be mended or deleted.
type PageError struct {
	Items []error // each an *ItemError; at least one
}

func (e *PageError) Error() string {
	texts := make([]string, len(e.Items))
	for i, item := range e.Items {
		texts[i] = item.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the items' errors.
func (e *PageError) Unwrap() []error { return e.Items }

// The attributes that expressions name too.
const (
	createdAt = "createdAt"
	expiresAt = "expiresAt"
	lastUsed  = "lastUsed"
)

func keyOf(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"id": text(id)}
}

// itemOf returns a record's item. Times are numbers of seconds since 1970, as TTL wants them, and the day of the last
// use is a text such as "2006-01-02". Lists are there when they are empty; texts and times that say nothing are not.
func itemOf(r apikey.Record) map[string]types.AttributeValue {
	networks := make([]string, len(r.Networks))
	for i, network := range r.Networks {
		networks[i] = network.String()
	}
	item := map[string]types.AttributeValue{
		"id":       text(r.ID),
		"hash":     &types.AttributeValueMemberB{Value: r.Hash[:]},
		"owner":    text(r.Owner),
		"scopes":   list(r.Scopes),
		"networks": list(networks),
		createdAt:  seconds(r.Created),
		"disabled": &types.AttributeValueMemberBOOL{Value: r.Disabled},
	}
	if r.Label != "" {
		item["label"] = text(r.Label)
	}
	if r.UsageKey != "" {
		item["usageKey"] = text(r.UsageKey)
	}
	if !r.Expires.IsZero() {
		item[expiresAt] = seconds(r.Expires)
	}
	if r.LastUsed != 0 {
		item[lastUsed] = text(r.LastUsed.String())
	}
	return item
}

// recordOf returns the record of an item, or an *ItemError.
func recordOf(item map[string]types.AttributeValue) (apikey.Record, error) {
	r := reader{item: item}
	record := apikey.Record{
		ID:       r.text("id"),
		Hash:     r.hash("hash"),
		Owner:    r.text("owner"),
		Scopes:   r.list("scopes"),
		Label:    optional(&r, "label", r.text),
		Networks: r.networks("networks"),
		UsageKey: optional(&r, "usageKey", r.text),
		Created:  r.time(createdAt),
		Expires:  optional(&r, expiresAt, r.time),
		Disabled: r.flag("disabled"),
		LastUsed: optional(&r, lastUsed, r.day),
	}
	if r.bad != "" {
		return apikey.Record{}, &ItemError{record.ID, r.bad, nil}
	}
	if err := record.Validate(); err != nil {
		return apikey.Record{}, &ItemError{record.ID, "", err}
	}
	return record, nil
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func seconds(t time.Time) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(t.Unix(), 10)}
}

func list(texts []string) types.AttributeValue {
	values := make([]types.AttributeValue, len(texts))
	for i, s := range texts {
		values[i] = text(s)
	}
	return &types.AttributeValueMemberL{Value: values}
}
