package dynamo

import (
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"portcullis/api/live/connections"
)

// The names of the table's index, and of the attribute for its time to live.
const (
	endsIndex  = "ends"
	TimeToLive = "expiresAt"
)

type (
	item   = map[string]types.AttributeValue
	values = map[string]types.AttributeValue
)

func connectionKey(id string) string   { return "connection#" + id }
func topicKey(name string) string      { return "topic#" + name }
func revocationKey(name string) string { return "revocation#" + name }

// keysOf are the partition keys of the items that say something of a connection, beside its own.
func keysOf(c connections.Connection) (keys []string) {
	for _, topic := range c.Topics {
		keys = append(keys, topicKey(topic))
	}
	for _, name := range c.Revocations {
		keys = append(keys, revocationKey(name))
	}
	return keys
}

func keyOf(pk, id string) item { return item{"pk": text(pk), "sk": text(id)} }

// itemOf is a connection's own item, without topics: a set cannot be empty.
func itemOf(c connections.Connection) item {
	made := entryOf(connectionKey(c.ID), subscriberOf(c))
	made["grant"], made["openedAt"], made["endsIn"] = text(c.Grant), seconds(c.OpenedAt), text(bucketOf(c))
	return made
}

// entryOf is the item of a subscription, or of a revocation that ends a connection.
func entryOf(pk string, s connections.Subscriber) item {
	made := keyOf(pk, s.ID)
	made["endsAt"], made[TimeToLive] = seconds(s.Ends), seconds(s.Ends.Add(kept))
	if !s.IssuedAt.IsZero() {
		made["issuedAt"] = seconds(s.IssuedAt)
	}
	if len(s.Revocations) > 0 {
		made["revocations"] = set(s.Revocations...)
	}
	return made
}

// kept is how long an item is kept at least when its connection has ended, so that it can be closed.
const kept = 24 * time.Hour

func subscriberOf(c connections.Connection) connections.Subscriber {
	return connections.Subscriber{ID: c.ID, Ends: c.Ends, IssuedAt: c.IssuedAt, Revocations: c.Revocations}
}

// connectionOf reads a connection's own item. The error is an [*connections.BrokenError].
func connectionOf(read item) (connections.Connection, error) {
	r := reader{item: read}
	c := connections.Connection{
		ID: r.text("sk"), Grant: r.text("grant"), OpenedAt: r.time("openedAt"), Ends: r.time("endsAt"), IssuedAt: r.timeOrNone("issuedAt"),
		Revocations: r.set("revocations"), Topics: r.set("topics"),
	}
	if r.bad != "" {
		return connections.Connection{}, &connections.BrokenError{ID: c.ID, Attribute: r.bad}
	}
	return c, nil
}

// subscriberIn reads the item of a subscription or revocation. The error is an [*connections.BrokenError].
func subscriberIn(read item) (connections.Subscriber, error) {
	r := reader{item: read}
	s := connections.Subscriber{ID: r.text("sk"), Ends: r.time("endsAt"), IssuedAt: r.timeOrNone("issuedAt"), Revocations: r.set("revocations")}
	if r.bad != "" {
		return connections.Subscriber{}, &connections.BrokenError{ID: s.ID, Attribute: r.bad}
	}
	return s, nil
}

// idIn reads the ID in an item's key. The error is an [*connections.BrokenError].
func idIn(read item) (string, error) {
	r := reader{item: read}
	id := r.text("sk")
	if r.bad != "" {
		return "", &connections.BrokenError{ID: id, Attribute: r.bad}
	}
	return id, nil
}

// reader reads attributes and keeps the name of the first bad one.
type reader struct {
	item item
	bad  string
}

func (r *reader) refuse(name string) {
	if r.bad == "" {
		r.bad = name
	}
}

func (r *reader) text(name string) string {
	value, is := r.item[name].(*types.AttributeValueMemberS)
	if !is {
		r.refuse(name)
		return ""
	}
	return value.Value
}

// set reads a set of texts, sorted. There is no attribute where it is empty.
func (r *reader) set(name string) []string {
	value, is := r.item[name].(*types.AttributeValueMemberSS)
	switch {
	case r.item[name] == nil:
		return nil
	case !is:
		r.refuse(name)
		return nil
	}
	return slices.Sorted(slices.Values(value.Value))
}

func (r *reader) time(name string) time.Time {
	value, is := r.item[name].(*types.AttributeValueMemberN)
	if !is {
		r.refuse(name)
		return time.Time{}
	}
	n, err := strconv.ParseInt(value.Value, 10, 64)
	if err != nil || n < 0 {
		r.refuse(name)
	}
	return time.Unix(n, 0).UTC()
}

// timeOrNone is zero where there is no attribute.
func (r *reader) timeOrNone(name string) time.Time {
	if r.item[name] == nil {
		return time.Time{}
	}
	return r.time(name)
}

// The index has all connections that end in one hour under a few keys, so that neither one partition has to take all that are opened
// in an hour, nor an hour needs many queries.
const shards = 4

func bucketOf(c connections.Connection) string {
	hash := fnv.New32a()
	hash.Write([]byte(c.ID))
	return bucket(c.Ends, int(hash.Sum32()%shards))
}

func bucket(at time.Time, shard int) string {
	return at.UTC().Format("2006-01-02T15#") + strconv.Itoa(shard)
}

// bucketsUntil are those of the connections whose end came in the day before a time, the latest first.
func bucketsUntil(at time.Time) (buckets []string) {
	for hour := range 25 {
		for shard := range shards {
			buckets = append(buckets, bucket(at.Add(-time.Duration(hour)*time.Hour), shard))
		}
	}
	return buckets
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func set(texts ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: texts} }

func number(n int) types.AttributeValue { return &types.AttributeValueMemberN{Value: strconv.Itoa(n)} }

func seconds(t time.Time) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(t.Unix(), 10)}
}
