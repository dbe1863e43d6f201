package dynamo

import (
	"crypto/sha256"
	"net/netip"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/authorizers/apikey"
)

// reader reads attributes and keeps the name of the first bad one.
type reader struct {
	item map[string]types.AttributeValue
	bad  string
}

func (r *reader) refuse(name string) {
	if r.bad == "" {
		r.bad = name
	}
}

// optional reads an attribute if it is there.
func optional[T any](r *reader, name string, read func(name string) T) T {
	if _, there := r.item[name]; !there {
		return *new(T)
	}
	return read(name)
}

func (r *reader) text(name string) string {
	value, ok := r.item[name].(*types.AttributeValueMemberS)
	if !ok {
		r.refuse(name)
		return ""
	}
	return value.Value
}

func (r *reader) flag(name string) bool {
	value, ok := r.item[name].(*types.AttributeValueMemberBOOL)
	if !ok {
		r.refuse(name)
		return true
	}
	return value.Value
}

func (r *reader) hash(name string) (hash [sha256.Size]byte) {
	value, ok := r.item[name].(*types.AttributeValueMemberB)
	if !ok || len(value.Value) != len(hash) {
		r.refuse(name)
		return hash
	}
	return [sha256.Size]byte(value.Value)
}

func (r *reader) time(name string) time.Time {
	value, ok := r.item[name].(*types.AttributeValueMemberN)
	if !ok {
		r.refuse(name)
		return time.Time{}
	}
	n, err := strconv.ParseInt(value.Value, 10, 64)
	if err != nil || n < 0 { // far below zero is the zero time, which would be no end at all
		r.refuse(name)
	}
	return time.Unix(n, 0).UTC()
}

func (r *reader) day(name string) apikey.Day {
	day, err := apikey.ParseDay(r.text(name))
	if err != nil {
		r.refuse(name)
	}
	return day
}

func (r *reader) list(name string) []string {
	value, ok := r.item[name].(*types.AttributeValueMemberL)
	if !ok {
		r.refuse(name)
		return nil
	}
	var texts []string
	for _, element := range value.Value {
		s, ok := element.(*types.AttributeValueMemberS)
		if !ok {
			r.refuse(name)
			return nil
		}
		texts = append(texts, s.Value)
	}
	return texts
}

func (r *reader) networks(name string) []netip.Prefix {
	var networks []netip.Prefix
	for _, s := range r.list(name) {
		network, err := netip.ParsePrefix(s)
		if err != nil {
			r.refuse(name)
		}
		networks = append(networks, network)
	}
	return networks
}
