package users_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"portcullis/api/internal/lambdaproxy/proxytest"
	"portcullis/api/users"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// newHandler returns a handler over a store with one user, ann, and whose clock stands at noon.
func newHandler(t testing.TB) *users.Handler {
	t.Helper()
	store := users.NewMemoryStore()
	ann := users.User{ID: "ann", Name: "Ann", Email: "ann@example.com", CreatedAt: noon, UpdatedAt: noon, Version: 1}
	if err := store.Create(t.Context(), ann); err != nil {
		t.Fatal(err)
	}
	return handlerOf(t, users.Config{Store: store, AllowedOrigins: []string{"*"}})
}

func handlerOf(t testing.TB, c users.Config) *users.Handler {
	t.Helper()
	if c.Now == nil {
		c.Now = func() time.Time { return noon }
	}
	if c.NewID == nil {
		c.NewID = func() string { return "made-id" }
	}
	h, err := users.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

const annJSON = `{"id":"ann","name":"Ann","email":"ann@example.com","createdAt":"2026-03-10T12:00:00Z",` +
	`"updatedAt":"2026-03-10T12:00:00Z","version":1}`

func TestRequests(t *testing.T) {
	long := func(n int) string { return strings.Repeat("é", n) }
	bad := func(text string) string { return fmt.Sprintf(`{"error":%q}`, text) }
	const (
		idCharacter = "id must not contain "
		emailWanted = "email must be one plain address, such as ann@example.com"
		nextWanted  = "next must be the value that the page before gave, as it was given"
		limitWanted = "limit must be a number from 1 to 100"
	)
	cases := []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/users/ann", "", 200, annJSON},
		{"GET", "/users/%61nn", "", 200, annJSON},
		{"GET", "/users/bob", "", 404, bad("User not found")},
		{"GET", "/users/ANN", "", 404, bad("User not found")},
		{"GET", "/users/a+b", "", 404, bad("User not found")},
		{"GET", "/users/a%20b", "", 400, `{"error":"id must not contain ' '"}`},
		{"GET", "/users/a%2Fb", "", 400, bad(idCharacter + "'/'")},
		{"GET", "/users/%2561nn", "", 400, bad(idCharacter + "'%'")},
		{"GET", "/users/%23cursor-key", "", 400, bad(idCharacter + "'#'")},
		{"GET", "/users/%00", "", 400, `{"error":"id must not contain '\\x00'"}`},
		{"GET", "/users/%C3%A9", "", 400, bad(idCharacter + "'é'")},
		{"GET", "/users/%2E%2E", "", 400, `{"error":"id must not be \".\" or \"..\""}`},
		{"GET", "/users/" + strings.Repeat("a", 128), "", 404, bad("User not found")},
		{"GET", "/users/" + strings.Repeat("a", 129), "", 400, bad("id must have 1 to 128 characters, not 129")},

		{"GET", "/users", "", 200, `{"users":[` + annJSON + `]}`},
		{"GET", "/users?limit=1", "", 200, `{"users":[` + annJSON + `]}`},
		{"GET", "/users?limit=100&other=x", "", 200, `{"users":[` + annJSON + `]}`},
		{"GET", "/users?limit=0", "", 400, bad(limitWanted)},
		{"GET", "/users?limit=101", "", 400, bad(limitWanted)},
		{"GET", "/users?limit=-1", "", 400, bad(limitWanted)},
		{"GET", "/users?limit=%2B1", "", 400, bad(limitWanted)},
		{"GET", "/users?limit=01", "", 400, bad(limitWanted)},
		{"GET", "/users?limit=1e1", "", 400, bad(limitWanted)},
		{"GET", "/users?limit=", "", 400, bad(limitWanted)},
		{"GET", "/users?limit=99999999999999999999", "", 400, bad(limitWanted)},
		{"GET", "/users?next=", "", 400, bad(nextWanted)},
		{"GET", "/users?next=ann", "", 400, bad(nextWanted)},
		{"GET", "/users?next=" + strings.Repeat("A", 64), "", 400, bad(nextWanted)},

		{"POST", "/users", `{"name":"Bob"}`, 201, `{"message":"User created","id":"made-id"}`},
		{"POST", "/users", `{"id":"bob","name":"Bob","email":"bob@example.com"}`, 201, `{"message":"User created","id":"bob"}`},
		{"POST", "/users", ` {"id":"A.b_c~@:|+=,-9","name":"B"} `, 201, `{"message":"User created","id":"A.b_c~@:|+=,-9"}`},
		{"POST", "/users", `{"id":"ann","name":"Bob"}`, 409, bad("User already exists")},
		{"POST", "/users", `{"id":"","name":"Bob"}`, 400, bad("id must have 1 to 128 characters, not 0")},
		{"POST", "/users", `{"id":"..","name":"Bob"}`, 400, `{"error":"id must not be \".\" or \"..\""}`},
		{"POST", "/users", `{"id":"#cursor-key","name":"Bob"}`, 400, bad(idCharacter + "'#'")},
		{"POST", "/users", `{"id":7,"name":"Bob"}`, 400, bad("id must be a string, not a number")},
		{"POST", "/users", "", 400, bad("body is missing: a JSON object is expected")},
		{"POST", "/users", `{}`, 400, bad("name is missing")},
		{"POST", "/users", `[]`, 400, bad("body must be a JSON object")},
		{"POST", "/users", `"name"`, 400, bad("body must be a JSON object")},
		{"POST", "/users", `null`, 400, bad("body must be a JSON object")},
		{"POST", "/users", `{"name":"Bob"`, 400, bad("body is not valid JSON: unexpected end of JSON input")},
		{"POST", "/users", `{"name":"Bob"}{}`, 400, bad("body is not valid JSON: invalid character '{' after top-level value")},
		{"POST", "/users", `{"name":"Bob"} x`, 400, bad("body is not valid JSON: invalid character 'x' after top-level value")},
		{"POST", "/users", `{"name":"Bob","admin":true}`, 400, `{"error":"body has an unknown member \"admin\""}`},
		{"POST", "/users", `{"Name":"Bob"}`, 400, `{"error":"body has an unknown member \"Name\""}`},
		{"POST", "/users", `{"name":"Bob","version":"7"}`, 400, `{"error":"body has an unknown member \"version\""}`},
		{"POST", "/users", `{"name":"Bob","name":"Eve"}`, 400, `{"error":"body has the member \"name\" twice"}`},
		{"POST", "/users", `{"name":"Bob","\u006eame":"Eve"}`, 400, `{"error":"body has the member \"name\" twice"}`},
		{"POST", "/users", `{"name":null}`, 400, bad("name must be a string, not null")},
		{"POST", "/users", `{"name":["Bob"]}`, 400, bad("name must be a string, not an array")},
		{"POST", "/users", `{"name":{"first":"Bob"}}`, 400, bad("name must be a string, not an object")},
		{"POST", "/users", `{"name":true}`, 400, bad("name must be a string, not a boolean")},
		{"POST", "/users", `{"name":""}`, 400, bad("name must have 1 to 256 characters, not 0")},
		{"POST", "/users", `{"name":" \u00a0\u200b"}`, 400, bad("name must not be blank")},
		{"POST", "/users", `{"name":"a\nb"}`, 400, bad("name must not contain control characters or characters that are not valid")},
		{"POST", "/users", `{"name":"a\u0085b"}`, 400, bad("name must not contain control characters or characters that are not valid")},
		{"POST", "/users", `{"name":"a\ud800b"}`, 400, bad("name must not contain control characters or characters that are not valid")},
		{"POST", "/users", `{"name":"` + long(256) + `"}`, 201, `{"message":"User created","id":"made-id"}`},
		{"POST", "/users", `{"name":"` + long(257) + `"}`, 400, bad("name must have 1 to 256 characters, not 257")},
		{"POST", "/users", `{"name":"` + strings.Repeat("a", 64<<10) + `"}`, 400, bad("body must have at most 65536 bytes")},
		{"POST", "/users", `{"name":"Bob","email":""}`, 400, bad(emailWanted)},
		{"POST", "/users", `{"name":"Bob","email":"bob"}`, 400, bad(emailWanted)},
		{"POST", "/users", `{"name":"Bob","email":"Bob <bob@example.com>"}`, 400, bad(emailWanted)},
		{"POST", "/users", `{"name":"Bob","email":"<bob@example.com>"}`, 400, bad(emailWanted)},
		{"POST", "/users", `{"name":"Bob","email":"bob@example.com (Bob)"}`, 400, bad(emailWanted)},
		{"POST", "/users", `{"name":"Bob","email":" bob@example.com"}`, 400, bad(emailWanted)},
		{"POST", "/users", `{"name":"Bob","email":"bob@example.com\r\n"}`, 400, bad(emailWanted)},
		{"POST", "/users", `{"name":"Bob","email":"bob@example.com, eve@example.com"}`, 400, bad(emailWanted)},
		{"POST", "/users", `{"name":"Bob","email":"bob\u0000@example.com"}`, 400, bad(emailWanted)},
		{"POST", "/users", `{"name":"Bob","email":"` + strings.Repeat("b", 309) + `@example.org"}`, 400, bad("email must have at most 320 characters, not 321")},
		{"POST", "/users", `{"name":"Bob","email":null}`, 400, bad("email must be a string, not null")},

		{"PUT", "/users/ann", `{"name":"Anna"}`, 200, `{"message":"User updated"}`},
		{"PUT", "/users/bob", `{"name":"Bob"}`, 404, bad("User not found")},
		{"PUT", "/users/ann", `{"id":"ann","name":"Anna"}`, 400, `{"error":"body has an unknown member \"id\""}`},
		{"PUT", "/users/ann", `{"email":"ann@example.com"}`, 400, bad("name is missing")},
		{"PUT", "/users/a%2Fb", `{"name":"Anna"}`, 400, bad(idCharacter + "'/'")},

		{"DELETE", "/users/ann", "", 200, `{"message":"User deleted"}`},
		{"DELETE", "/users/bob", "", 200, `{"message":"User deleted"}`},
		{"DELETE", "/users/a%25b", "", 400, bad(idCharacter + "'%'")},

		{"PATCH", "/users/ann", `{"name":"Anna"}`, 400, bad("Invalid request")},
		{"POST", "/users/ann", `{"name":"Anna"}`, 400, bad("Invalid request")},
		{"DELETE", "/users", "", 400, bad("Invalid request")},
		{"OPTIONS", "/users", "", 400, bad("Invalid request")},
		{"HEAD", "/users/ann", "", 400, bad("Invalid request")},
	}
	for _, kind := range kinds {
		for _, c := range cases {
			a := invoke(t, newHandler(t), eventOf(t, kind, call{method: c.method, path: c.path, body: c.body}))
			if a.StatusCode != c.status || a.Body != c.want || a.IsBase64Encoded {
				t.Errorf("%s: %s %.60s %.80s:\n %d %s, want\n %d %s", kind, c.method, c.path, c.body, a.StatusCode, a.Body, c.status, c.want)
			}
			if a.Headers["Content-Type"] != "application/json" || a.Headers["Access-Control-Allow-Origin"] != "*" {
				t.Errorf("%s: %s %.60s: headers %v", kind, c.method, c.path, a.Headers)
			}
		}
	}
}

// TestEncodedSegments: a REST event whose segment is no percent-encoding spells no id.
func TestEncodedSegments(t *testing.T) {
	for _, segment := range []string{"%", "%zz", "ann%", "%6"} {
		a := invoke(t, newHandler(t), eventOf(t, "rest", call{method: "GET", path: "/users/" + segment}))
		if a.StatusCode != 400 || a.Body != `{"error":"id has an invalid percent-encoding"}` {
			t.Errorf("%s: %d %s, want 400", segment, a.StatusCode, a.Body)
		}
	}
}

// TestRepeated: a parameter that counts once must not be given twice, whichever value the gateway puts first.
func TestRepeated(t *testing.T) {
	for _, kind := range kinds {
		for _, query := range []string{"limit=1&limit=2", "limit=1&limit=1", "next=a&next=b"} {
			a := invoke(t, newHandler(t), eventOf(t, kind, call{method: "GET", path: "/users?" + query}))
			if a.StatusCode != 400 {
				t.Errorf("%s: %s: %d %s, want 400", kind, query, a.StatusCode, a.Body)
			}
		}
	}
}

// TestRawBodies: what no JSON file can hold.
func TestRawBodies(t *testing.T) {
	cases := []struct {
		body    string
		encoded bool
		status  int
		want    string
	}{
		{"eyJuYW1lIjoiQm9iIn0=", true, 201, `{"message":"User created","id":"made-id"}`},
		{`{"name":"Bob"}`, true, 400, `{"error":"body is not valid base64"}`},
		{"eyJuYW1lIjoi/yJ9", true, 400, `{"error":"body is not valid UTF-8"}`},
		{"", true, 400, `{"error":"body is missing: a JSON object is expected"}`},
		{strings.Repeat("A", 87384), true, 400, `{"error":"body is not valid JSON: invalid character '\\x00' looking for beginning of value"}`},
		{strings.Repeat("A", 87392), true, 400, `{"error":"body must have at most 65536 bytes"}`},
	}
	for _, kind := range kinds {
		for _, c := range cases {
			event := eventOf(t, kind, call{method: "POST", path: "/users", body: c.body})
			if c.encoded {
				event = []byte(strings.Replace(string(event), `"isBase64Encoded":false`, `"isBase64Encoded":true`, 1))
			}
			a := invoke(t, newHandler(t), event)
			if a.StatusCode != c.status || a.Body != c.want {
				t.Errorf("%s: %.20s: %d %s, want %d %s", kind, c.body, a.StatusCode, a.Body, c.status, c.want)
			}
		}
	}
}

// TestLocation: the client can follow Location as it is, behind a stage and with every character of an id.
func TestLocation(t *testing.T) {
	prefix := map[string]string{"rest": "/prod", "http1": "", "http2": "/prod"}
	for _, kind := range kinds {
		for id, segment := range map[string]string{"bob": "bob", "a:b@c+d=e": "a:b@c+d=e", "a|b,c": "a%7Cb%2Cc"} {
			h := newHandler(t)
			a := invoke(t, h, eventOf(t, kind, call{method: "POST", path: "/users", body: fmt.Sprintf(`{"id":%q,"name":"x"}`, id)}))
			want := prefix[kind] + "/users/" + segment
			if got := a.Headers["Location"]; got != want {
				t.Errorf("%s: Location of %q is %q, want %q", kind, id, got, want)
				continue
			}
			path := strings.TrimPrefix(a.Headers["Location"], prefix[kind])
			if got := invoke(t, h, eventOf(t, kind, call{method: "GET", path: path})); got.StatusCode != 200 {
				t.Errorf("%s: GET %s: %d %s", kind, path, got.StatusCode, got.Body)
			}
		}
	}
}

// TestOtherEvents: an event of another kind is an error without anything of the event, never an answer.
func TestOtherEvents(t *testing.T) {
	for _, event := range proxytest.Others(t) {
		out, err := newHandler(t).Invoke(t.Context(), []byte(event))
		if !errors.As(err, new(*users.EventError)) || out != nil {
			t.Errorf("%.80s: answer %s, error %v, want an *EventError", event, out, err)
		} else if strings.Contains(err.Error(), "Bearer") || strings.Contains(err.Error(), "ann") {
			t.Errorf("%.80s: the error tells the event: %v", event, err)
		}
	}
}
