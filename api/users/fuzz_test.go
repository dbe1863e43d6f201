package users_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/url"
	"slices"
	"testing"
	"unicode/utf8"

	"portcullis/api/internal/lambdaproxy/proxytest"
	"portcullis/api/users"
)

// wantShape checks that an answer is one that both gateways take, with a JSON object for a body.
func wantShape(t *testing.T, out []byte) answer {
	t.Helper()
	a := proxytest.WantShape(t, out, 200, 201, 400, 404, 409, 412)
	if a.Headers["Access-Control-Allow-Origin"] != "*" {
		t.Fatalf("answer %s", out)
	}
	return a
}

// FuzzEvent: whatever the event, the answer has a shape that the gateways take, or there is an error and no answer.
func FuzzEvent(f *testing.F) {
	for _, event := range proxytest.Others(f) {
		f.Add([]byte(event))
	}
	for _, kind := range kinds {
		f.Add(eventOf(f, kind, call{method: "POST", path: "/users", body: `{"name":"Bob"}`}))
		f.Add(eventOf(f, kind, call{method: "PUT", path: "/users/ann", body: `{"name":"Bob"}`, header: map[string][]string{"If-Match": {`W/"a"`, `*`}}}))
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		out, err := newHandler(t).Invoke(t.Context(), event)
		if err != nil {
			if out != nil {
				t.Fatalf("both %s and %v", out, err)
			}
			return
		}
		wantShape(t, out)
	})
}

// FuzzBody: what is stored is what the body says, and a body that says more is refused.
func FuzzBody(f *testing.F) {
	for _, body := range []string{`{"name":"Bob"}`, `{"id":"b","name":"Bob","email":"b@example.com"}`, `{"name":"Bob","x":1}`,
		`{"name":"Bob","name":"Eve"}`, `{"Name":"Bob"}`, `{"name":"\ud83d"}`, `{"name":"Bob"}{}`, "{\"name\":\"\xff\"}"} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		store := users.NewMemoryStore()
		h := handlerOf(t, users.Config{Store: store, AllowedOrigins: []string{"*"}})
		event, err := json.Marshal(map[string]any{"httpMethod": "POST", "resource": "/users", "body": body})
		if err != nil {
			t.Fatal(err)
		}
		out, err := h.Invoke(t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		page, err := store.List(t.Context(), 2, "")
		if err != nil {
			t.Fatal(err)
		}
		if a := wantShape(t, out); a.StatusCode != 201 {
			if len(page.Users) != 0 {
				t.Fatalf("%q: %d, but stored %+v", body, a.StatusCode, page.Users)
			}
			return
		}
		wantSaid(t, body, page.Users)
	})
}

// wantSaid compares the one stored user with what encoding/json reads in the body.
func wantSaid(t *testing.T, body string, stored []users.User) {
	t.Helper()
	said := map[string]string{}
	if err := json.Unmarshal([]byte(body), &said); err != nil || len(stored) != 1 {
		t.Fatalf("%q: %v, stored %+v", body, err, stored)
	}
	u := stored[0]
	want := map[string]string{"name": u.Name}
	if _, named := said["id"]; named {
		want["id"] = u.ID
	}
	if u.Email != "" {
		want["email"] = u.Email
	}
	if len(said) != len(want) {
		t.Fatalf("%q: stored %+v", body, u)
	}
	for name, value := range want {
		if said[name] != value {
			t.Fatalf("%q: stored %+v", body, u)
		}
	}
	if users.CheckID(u.ID) != nil || !utf8.ValidString(u.Name) || u.Name == "" || utf8.RuneCountInString(u.Name) > 256 {
		t.Fatalf("%q: stored %+v", body, u)
	}
}

// recorder tells which id was asked for.
type recorder struct {
	users.Store
	asked *[]string
}

func (r recorder) Get(_ context.Context, id string) (users.User, error) {
	*r.asked = append(*r.asked, id)
	return users.User{}, users.ErrNotFound
}

// FuzzSegment: the id that is looked up is the one that the raw path segment spells, decoded once, or none.
func FuzzSegment(f *testing.F) {
	for _, segment := range []string{"ann", "%61nn", "%2561nn", "a%2Fb", "..", "%2e%2e", "%", "a+b", "a%20b", "%c3%a9", "é"} {
		f.Add(segment)
	}
	f.Fuzz(func(t *testing.T, segment string) {
		var asked []string
		h := handlerOf(t, users.Config{Store: recorder{asked: &asked}, Log: slog.New(slog.DiscardHandler)})
		event := map[string]any{"httpMethod": "GET", "resource": "/users/{id}", "pathParameters": map[string]string{"id": segment}}
		spelled, err := url.PathUnescape(segment)
		wantAsked(t, h, event, &asked, spelled, err == nil && users.CheckID(spelled) == nil)
		// An HTTP API has decoded the segment before.
		event["version"] = "1.0"
		wantAsked(t, h, event, &asked, segment, users.CheckID(segment) == nil)
	})
}

func wantAsked(t *testing.T, h *users.Handler, event map[string]any, asked *[]string, id string, good bool) {
	t.Helper()
	data, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	*asked = nil
	a := invoke(t, h, data)
	var want []string
	status := 400
	if good {
		want, status = []string{id}, 404
	}
	if !slices.Equal(*asked, want) || a.StatusCode != status {
		t.Fatalf("%s: asked for %q and answered %d, want %q and %d", data, *asked, a.StatusCode, want, status)
	}
}
