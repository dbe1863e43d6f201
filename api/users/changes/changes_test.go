package changes_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/api/internal/dynamostream"
	"portcullis/api/users"
	"portcullis/api/users/changes"
	"portcullis/api/users/dynamo"
	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/testtools"
)

// record is that of an event of testdata.
func record(t testing.TB, name string) []byte {
	t.Helper()
	event, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	records, err := dynamostream.Records(event)
	if err != nil || len(records) != 1 {
		t.Fatalf("%s: %d records, %v", name, len(records), err)
	}
	return records[0]
}

// TestRead: what is told of records; "": nothing.
func TestRead(t *testing.T) {
	const ann = `"createdAt":"2026-03-01T12:00:00.123456Z"`
	for name, want := range map[string]string{
		"created":       `{"event":"user.created","id":"ann","user":{"id":"ann","name":"Ann","email":"ann@example.com",` + ann + `,"updatedAt":"2026-03-01T12:00:00.123456Z","version":1},"version":1,"eventId":"f07f8ca4b0b26cb9c4e5e77e00000001"}`,
		"updated":       `{"event":"user.updated","id":"ann","user":{"id":"ann","name":"Ann Ö \u003cb\u003e","email":"ann@example.com",` + ann + `,"updatedAt":"2026-03-01T12:05:00Z","version":2},"version":2,"eventId":"f07f8ca4b0b26cb9c4e5e77e00000002"}`,
		"email-removed": `{"event":"user.updated","id":"ann","user":{"id":"ann","name":"Ann Ö \u003cb\u003e",` + ann + `,"updatedAt":"2026-03-01T12:06:00Z","version":3},"version":3,"eventId":"f07f8ca4b0b26cb9c4e5e77e00000003"}`,
		"unseen":        "",
		"deleted":       `{"event":"user.deleted","id":"ann","user":{"id":"ann","version":3},"version":3,"eventId":"f07f8ca4b0b26cb9c4e5e77e00000005"}`,
		"expired":       `{"event":"user.deleted","id":"ann","user":{"id":"ann","version":3},"version":3,"eventId":"f07f8ca4b0b26cb9c4e5e77e00000006"}`,
		"cursor-key":    "",
	} {
		c, shown, err := changes.Read(record(t, name))
		if err != nil || shown != (want != "") || c.Event != want {
			t.Errorf("%s: %s, %t, %v; want %s", name, c.Event, shown, err, want)
		}
		if shown && (c.Key != "ann" || !slices.Equal(c.Topics, []string{"users/*", "users/ann"}) || !strings.HasPrefix(c.ID, "f07f8") || !strings.HasPrefix(c.Position, "14054")) {
			t.Errorf("%s: %+v", name, c)
		}
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) != 7 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// TestReadRefuses: a record that is broken in one place. The error holds nothing of it.
func TestReadRefuses(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"created", `"INSERT"`, `"REPLACE"`, "not a record of a DynamoDB stream"},
		{"created", `"eventID"`, `"id"`, "not a record of a DynamoDB stream"},
		{"created", `{"S": "Ann"}`, `{"S": 7}`, "not a record of a DynamoDB stream"},
		{"created", `"Keys"`, `"Key"`, "its key is no user's ID"},
		{"created", `"Keys": {"id": {"S": "ann"}}`, `"Keys": {"id": {"N": "7"}}`, "its key is no user's ID"},
		{"created", `"Keys": {"id": {"S": "ann"}}`, `"Keys": {"id": {"S": "#other"}}`, "its key is no user's ID"},
		{"created", `"Keys": {"id": {"S": "ann"}}`, `"Keys": {"id": {"S": "bob"}}`, `the new image's attribute "id"`},
		{"created", `"NewImage"`, `"Image"`, `the new image's attribute "id"`},
		{"created", `"name": {"S": "Ann"}`, `"name": {"N": "7"}`, `the new image's attribute "name"`},
		{"created", `"email": {"S": "ann@example.com"}`, `"email": {"NULL": true}`, `the new image's attribute "email"`},
		{"created", `"createdAt": {"S": "2026-03-01T12:00:00.123456Z"}`, `"createdAt": {"S": "hidden"}`, `the new image's attribute "createdAt"`},
		{"created", `"updatedAt": {"S": "2026-03-01T12:00:00.123456Z"}`, `"other": {"S": ""}`, `the new image's attribute "updatedAt"`},
		{"created", `"version": {"N": "1"}`, `"version": {"N": "1.5"}`, `the new image's attribute "version"`},
		{"created", `"version": {"N": "1"}`, `"version": {"N": "0"}`, `the new image's attribute "version"`},
		{"created", `"version": {"N": "1"}`, `"version": {"S": "1"}`, `the new image's attribute "version"`},
		{"deleted", `"OldImage"`, `"Image"`, `the old image's attribute "version"`},
		{"deleted", `"version": {"N": "3"}`, `"version": {"N": "hidden"}`, `the old image's attribute "version"`},
	} {
		var compact any
		if err := json.Unmarshal(record(t, test.name), &compact); err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(compact)
		if err != nil {
			t.Fatal(err)
		}
		old, broken := strings.ReplaceAll(test.old, ": ", ":"), strings.ReplaceAll(test.new, ": ", ":")
		if !strings.Contains(string(text), old) {
			t.Fatalf("%s has no %s", test.name, old)
		}
		_, shown, err := changes.Read([]byte(strings.Replace(string(text), old, broken, 1)))
		if wrong := (*changes.RecordError)(nil); shown || !errors.As(err, &wrong) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %s: %v, want %s", test.name, test.new, err, test.want)
		}
	}
}

// TestBrokenBefore: who was no user before is told of as updated.
func TestBrokenBefore(t *testing.T) {
	text := strings.Replace(string(record(t, "unseen")), `"OldImage"`, `"Image"`, 1)
	if c, shown, err := changes.Read([]byte(text)); !shown || err != nil || !strings.Contains(c.Event, `"user.updated"`) {
		t.Errorf("%s, %t, %v", c.Event, shown, err)
	}
}

// TestStore: what the store of users writes is read, its own item is not told of, and what is told is what it keeps.
func TestStore(t *testing.T) {
	h, err := dynamodb.New(dynamodb.Config{Tables: []dynamodb.Table{{Name: "users", PartitionKey: "id", Stream: "NEW_AND_OLD_IMAGES"}}})
	if err != nil {
		t.Fatal(err)
	}
	store, err := dynamo.New(testtools.DynamoDB(testtools.Serve(t, h)), "users")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)
	var want []users.User
	for _, id := range []string{"ann", "bob|+~@:=,"} {
		u := users.User{ID: id, Name: "A", Email: "a@example.com", CreatedAt: at, UpdatedAt: at, Version: 1}
		renamed, gone := users.Change{Name: "B", At: at.Add(time.Second)}, users.User{ID: id, Version: 2}
		if err := store.Create(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		next, err := store.Update(t.Context(), id, renamed, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want = append(want, u, next); id == "ann" {
			continue
		}
		if page, err := store.List(t.Context(), 1, ""); err != nil || page.Next == "" {
			t.Fatalf("%+v, %v", page, err) // of which the table has its own item
		}
		if err := store.Delete(t.Context(), id, nil); err != nil {
			t.Fatal(err)
		}
		want = append(want, gone)
	}
	stream, err := h.Stream("users")
	if err != nil {
		t.Fatal(err)
	}
	records, err := stream.Read("", 100)
	if err != nil || len(records) != len(want)+1 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	var got []users.User
	for _, r := range records {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		c, shown, err := changes.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		var told struct {
			ID      string
			User    users.User
			Version int
			EventID string
		}
		if !shown {
			continue
		}
		if err := json.Unmarshal([]byte(c.Event), &told); err != nil || told.ID != told.User.ID || told.Version != told.User.Version || told.EventID != c.ID || c.Topics[1] != changes.Topic(told.ID) || c.Position != dynamostream.SequenceNumber(text) {
			t.Errorf("%+v, %v", c, err)
		}
		got = append(got, told.User)
	}
	if !slices.Equal(got, want) {
		t.Errorf("told %+v\nwant %+v", got, want)
	}
}

// FuzzRead: a change is what it says, whatever the record is; and what is no change is an error that holds nothing of it, or nobody's to see.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"created", "updated", "email-removed", "unseen", "deleted", "expired", "cursor-key"} {
		f.Add(record(f, name))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, shown, err := changes.Read(text)
		if err != nil {
			if wrong := (*changes.RecordError)(nil); shown || !errors.As(err, &wrong) || len(err.Error()) > 120 {
				t.Errorf("%t, %v", shown, err)
			}
			return
		}
		if !shown {
			return
		}
		var told struct {
			Event, ID string
			User      users.User
			Version   int
			EventID   string
		}
		if err := json.Unmarshal([]byte(c.Event), &told); err != nil {
			t.Fatalf("%q: %v", c.Event, err)
		}
		if users.CheckID(told.ID) != nil || told.ID != c.Key || told.User.ID != c.Key || told.Version < 1 || told.User.Version != told.Version || told.EventID == "" ||
			!slices.Equal(c.Topics, []string{changes.All, changes.Topic(c.Key)}) || !slices.Contains([]string{"user.created", "user.updated", "user.deleted"}, told.Event) {
			t.Errorf("%+v", c)
		}
	})
}
