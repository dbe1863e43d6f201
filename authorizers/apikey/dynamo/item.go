package dynamo

import (
	"crypto/sha256"
	"fmt"
	"net/netip"
	"strings"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/dynamodb"
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
	successor = "successor"
)

// itemOf returns a record's item. Times are numbers of seconds since 1970, as TTL wants them, and the day of the last
// use is a text such as "2006-01-02". Lists are there when they are empty; texts and times that say nothing are not.
func itemOf(r apikey.Record) dynamodb.Item {
	networks := make([]string, len(r.Networks))
	for i, network := range r.Networks {
		networks[i] = network.String()
	}
	item := dynamodb.Item{
		dynamodb.Key: dynamodb.Text(r.ID),
		"hash":       dynamodb.Bytes(r.Hash[:]),
		"owner":      dynamodb.Text(r.Owner),
		"scopes":     dynamodb.Texts(r.Scopes),
		"networks":   dynamodb.Texts(networks),
		createdAt:    dynamodb.Seconds(r.Created),
		"disabled":   dynamodb.Flag(r.Disabled),
	}
	if r.Label != "" {
		item["label"] = dynamodb.Text(r.Label)
	}
	if r.UsageKey != "" {
		item["usageKey"] = dynamodb.Text(r.UsageKey)
	}
	if !r.Expires.IsZero() {
		item[expiresAt] = dynamodb.Seconds(r.Expires)
	}
	if r.LastUsed != 0 {
		item[lastUsed] = dynamodb.Text(r.LastUsed.String())
	}
	if r.Successor != "" {
		item[successor] = dynamodb.Text(r.Successor)
	}
	return item
}

// recordOf returns the record of an item, or an *ItemError.
func recordOf(item dynamodb.Item) (apikey.Record, error) {
	r := dynamodb.Reader{Item: item}
	record := apikey.Record{
		ID:       r.Text(dynamodb.Key),
		Hash:     readHash(&r, "hash"),
		Owner:    r.Text("owner"),
		Scopes:   r.Texts("scopes"),
		Label:    optional(&r, "label", r.Text),
		Networks: readNetworks(&r, "networks"),
		UsageKey: optional(&r, "usageKey", r.Text),
		Created:  r.Time(createdAt),
		Expires:  optional(&r, expiresAt, r.Time),
		Disabled: r.Flag("disabled"),

		Successor: optional(&r, successor, r.Text),
	}
	if text := optional(&r, lastUsed, r.Text); r.Has(lastUsed) {
		day, err := apikey.ParseDay(text)
		if err != nil {
			r.Refuse(lastUsed)
		}
		record.LastUsed = day
	}
	if r.Bad != "" {
		return apikey.Record{}, &ItemError{record.ID, r.Bad, nil}
	}
	if err := record.Validate(); err != nil {
		return apikey.Record{}, &ItemError{record.ID, "", err}
	}
	return record, nil
}

// optional reads an attribute if it is there.
func optional[T any](r *dynamodb.Reader, name string, read func(name string) T) (value T) {
	if r.Has(name) {
		value = read(name)
	}
	return value
}

func readHash(r *dynamodb.Reader, name string) (hash [sha256.Size]byte) {
	bytes := r.Bytes(name)
	if len(bytes) != len(hash) {
		r.Refuse(name)
		return hash
	}
	return [sha256.Size]byte(bytes)
}

func readNetworks(r *dynamodb.Reader, name string) []netip.Prefix {
	var networks []netip.Prefix
	for _, text := range r.Texts(name) {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			r.Refuse(name)
		}
		networks = append(networks, network)
	}
	return networks
}
