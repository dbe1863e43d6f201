package dynamodb

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"time"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// Record is one change of one item. Its JSON is that of a record in the event that Lambda hands to a function.
// Source: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html and, of what its members mean,
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html.
type Record struct {
	EventID        string    `json:"eventID"`                // no other record has it
	EventName      string    `json:"eventName"`              // INSERT, MODIFY or REMOVE
	EventVersion   string    `json:"eventVersion"`           // 1.1
	EventSource    string    `json:"eventSource"`            // aws:dynamodb
	AWSRegion      string    `json:"awsRegion"`              // that of the stream's ARN
	Change         Change    `json:"dynamodb"`               // what became of the item
	UserIdentity   *Identity `json:"userIdentity,omitempty"` // nil: a client's request
	EventSourceARN string    `json:"eventSourceARN"`         // the stream's ARN
}

// Change is what became of an item: a StreamRecord. Keys and images marshal to DynamoDB's JSON; nobody may change them. An
// image is nil where the item was not there, and where the stream's view leaves it out.
type Change struct {
	ApproximateCreationDateTime int64          // in seconds since 1970
	Keys                        attribute.Item // the item's key
	NewImage                    attribute.Item `json:",omitempty"`
	OldImage                    attribute.Item `json:",omitempty"`
	SequenceNumber              string         // digits, as many in all records; the later record has the higher number
	SizeBytes                   int            // of the keys and the images
	StreamViewType              string         // KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES
}

// Identity is who changed an item, where it was no client.
type Identity struct {
	Type        string `json:"type"`
	PrincipalID string `json:"principalId"`
}

// expiry is who deletes what has expired.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html.
var expiry = &Identity{Type: "Service", PrincipalID: "dynamodb.amazonaws.com"}

// The values of StreamViewType.
const (
	keysOnly        = "KEYS_ONLY"
	newImage        = "NEW_IMAGE"
	oldImage        = "OLD_IMAGE"
	newAndOldImages = "NEW_AND_OLD_IMAGES"
)

// views are all of them.
var views = []string{newImage, oldImage, newAndOldImages, keysOnly}

// eventName is what the change from one item to another is, "" for none. One that is nil is not there.
func eventName(old, item attribute.Item) string {
	switch {
	case old == nil && item == nil:
		return ""
	case old == nil:
		return "INSERT"
	case item == nil:
		return "REMOVE"
	case maps.EqualFunc(old, item, attribute.Value.Equal):
		return ""
	}
	return "MODIFY"
}

// record is what a stream keeps of a change, in the view that it has.
func (s *Stream) record(old, item attribute.Item, number string, at time.Time, who *Identity) Record {
	c := Change{
		ApproximateCreationDateTime: at.Unix(),
		SequenceNumber:              number,
		StreamViewType:              s.view,
	}
	if s.view == newImage || s.view == newAndOldImages {
		c.NewImage = item
	}
	if s.view == oldImage || s.view == newAndOldImages {
		c.OldImage = old
	}
	if c.Keys = s.key.of(item); item == nil {
		c.Keys = s.key.of(old)
	}
	c.SizeBytes = c.Keys.Size() + c.NewImage.Size() + c.OldImage.Size()
	id := sha256.Sum256([]byte(s.arn + number))
	return Record{
		EventID:        hex.EncodeToString(id[:16]),
		EventName:      eventName(old, item),
		EventVersion:   "1.1",
		EventSource:    "aws:dynamodb",
		AWSRegion:      s.region,
		Change:         c,
		UserIdentity:   who,
		EventSourceARN: s.arn,
	}
}
