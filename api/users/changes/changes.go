// Package changes reads the stream of the users table: what each record says that became of a user, as clients are told of it, and by
// which topics they ask for it.
//
// The stream's view is NEW_AND_OLD_IMAGES, since an update that changes nothing that clients see is none for them, and of a deleted user the
// last version is told.
package changes

import (
	"encoding/json"
	"strconv"
	"time"

	"portcullis/api/internal/dynamostream"
	"portcullis/api/users"
)

// All is the topic of all users.
const All = "users/*"

// Topic is the topic of one user.
func Topic(id string) string { return "users/" + id }

// Change is what became of a user.
type Change struct {
	ID       string   // the event's
	Key      string   // the user's ID: changes of one user are in order
	Topics   []string // All, and the user's own
	Event    string   // an event as JSON
	Position string   // the record's sequence number
}

// The kinds of events.
const (
	created = "user.created"
	updated = "user.updated"
	deleted = "user.deleted"
)

// event is what clients are sent. Versions grow with each update of a user, from 1 on; a user who is deleted and created again begins
// at 1 again. So who has a later version already, or has seen the event's ID, passes over what comes again; and who misses a version
// lists.
type event struct {
	Event   string `json:"event"`
	ID      string `json:"id"`      // the user's
	User    any    `json:"user"`    // as the API shows it; of a deleted one, last
	Version int    `json:"version"` // of a deleted one the last
	EventID string `json:"eventId"` // no other event has it; one that comes again has the same
}

// last is what is told of a user who is no more.
type last struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

// cursorKey is the ID of the table's own item, as package users/dynamo says.
const cursorKey = "#cursor-key"

// RecordError says why a record cannot be read. It holds nothing of the record.
type RecordError struct {
	Problem string
}

// Error is the problem, behind what was wanted.
func (e *RecordError) Error() string { return "not a record of the users table: " + e.Problem }

// Read gives the change that a record of the stream tells; false for one that is nobody's to see: it changes nothing that the API shows,
// or is about the table's own item. What the time to live deletes is deleted. The error is a [*RecordError].
func Read(record []byte) (Change, bool, error) {
	r, err := dynamostream.Read(record)
	if err != nil {
		return Change{}, false, &RecordError{err.Error()}
	}
	id, is := r.Change.Keys.Text("id")
	if is && id == cursorKey {
		return Change{}, false, nil
	}
	if !is || users.CheckID(id) != nil {
		return Change{}, false, &RecordError{"its key is no user's ID"}
	}
	told, shown, err := eventOf(r, id)
	if err != nil || !shown {
		return Change{}, false, err
	}
	text, err := json.Marshal(told)
	if err != nil {
		return Change{}, false, &RecordError{"its user cannot be written as JSON"}
	}
	return Change{r.EventID, id, []string{All, Topic(id)}, string(text), r.Change.SequenceNumber}, true, nil
}

// eventOf is what clients are told of a record; false: nothing.
func eventOf(r dynamostream.Record, id string) (event, bool, error) {
	before, after := r.Change.OldImage, r.Change.NewImage
	if r.EventName == dynamostream.Remove {
		version, is := versionOf(before)
		if !is {
			return event{}, false, &RecordError{`the old image's attribute "version" is missing or has no valid value`}
		}
		return event{deleted, id, last{id, version}, version, r.EventID}, true, nil
	}
	u, bad := userOf(after)
	if bad == "" && u.ID != id {
		bad = "id"
	}
	if bad != "" {
		return event{}, false, &RecordError{"the new image's attribute " + strconv.Quote(bad) + " is missing or has no valid value"}
	}
	kind := created
	if r.EventName == dynamostream.Modify {
		if old, bad := userOf(before); bad == "" && old == u {
			return event{}, false, nil
		}
		kind = updated
	}
	return event{kind, id, u, u.Version, r.EventID}, true, nil
}

// userOf is the user of an item, as package users/dynamo writes it; bad is the first attribute that is missing or has no valid value.
func userOf(item dynamostream.Item) (u users.User, bad string) {
	text := func(name string) string {
		value, is := item.Text(name)
		if !is && bad == "" {
			bad = name
		}
		return value
	}
	at := func(name string) time.Time {
		t, err := time.Parse(time.RFC3339Nano, text(name))
		if err != nil && bad == "" {
			bad = name
		}
		return t.UTC()
	}
	u = users.User{ID: text("id"), Name: text("name"), CreatedAt: at("createdAt"), UpdatedAt: at("updatedAt")}
	if _, has := item["email"]; has {
		u.Email = text("email")
	}
	version, is := versionOf(item)
	if !is && bad == "" {
		bad = "version"
	}
	u.Version = version
	return u, bad
}

func versionOf(item dynamostream.Item) (int, bool) {
	text, _ := item.Number("version")
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0
}
