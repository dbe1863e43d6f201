package users_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"portcullis/api/users"
)

// tagOf returns ann's entity tag.
func tagOf(t *testing.T, h *users.Handler) string {
	t.Helper()
	tag := invoke(t, h, eventOf(t, "rest", call{method: "GET", path: "/users/ann"})).Headers["ETag"]
	if len(tag) < 3 || tag[0] != '"' || tag[len(tag)-1] != '"' {
		t.Fatalf("ETag %s is no strong entity tag", tag)
	}
	return tag
}

// TestIfMatch sends If-Match with PUT and DELETE. TAG stands for the entity tag of ann, who exists; bob does not.
func TestIfMatch(t *testing.T) {
	cases := []struct {
		path                 string
		lines                []string
		putStatus, delStatus int
	}{
		{"/users/ann", nil, 200, 200},
		{"/users/ann", []string{`TAG`}, 200, 200},
		{"/users/ann", []string{`*`}, 200, 200},
		{"/users/ann", []string{` * `}, 200, 200},
		{"/users/ann", []string{`"other", TAG`}, 200, 200},
		{"/users/ann", []string{`"a,b",W/"c" ,, TAG,`}, 200, 200},
		{"/users/ann", []string{`"other"`, `TAG`}, 200, 200},
		{"/users/ann", []string{`"other"`}, 412, 412},
		{"/users/ann", []string{`""`}, 412, 412},
		{"/users/ann", []string{`W/TAG`}, 412, 412},
		{"/users/ann", []string{`"x,TAG"`}, 400, 400},
		{"/users/ann", []string{``}, 400, 400},
		{"/users/ann", []string{`,`}, 400, 400},
		{"/users/ann", []string{`abc`}, 400, 400},
		{"/users/ann", []string{`"abc`}, 400, 400},
		{"/users/ann", []string{`"a b"`}, 400, 400},
		{"/users/ann", []string{`w/TAG`}, 400, 400},
		{"/users/ann", []string{`TAG TAG`}, 400, 400},
		{"/users/ann", []string{`TAG, *`}, 400, 400},
		{"/users/ann", []string{`*, TAG`}, 400, 400},
		{"/users/bob", nil, 404, 200},
		{"/users/bob", []string{`*`}, 404, 412},
		{"/users/bob", []string{`TAG`}, 404, 412},
	}
	for _, kind := range kinds {
		for _, c := range cases {
			for method, want := range map[string]int{"PUT": c.putStatus, "DELETE": c.delStatus} {
				h := newHandler(t)
				lines := strings.Split(strings.ReplaceAll(strings.Join(c.lines, "\n"), "TAG", tagOf(t, h)), "\n")
				if c.lines == nil {
					lines = nil
				}
				request := call{method: method, path: c.path, header: map[string][]string{"If-Match": lines}}
				if method == "PUT" {
					request.body = `{"name":"Anna"}`
				}
				a := invoke(t, h, eventOf(t, kind, request))
				if a.StatusCode != want {
					t.Errorf("%s: %s %s, If-Match %q: %d %s, want %d", kind, method, c.path, c.lines, a.StatusCode, a.Body, want)
				}
				unchanged := invoke(t, h, eventOf(t, kind, call{method: "GET", path: "/users/ann"})).Body == annJSON
				if wantUnchanged := want != 200 || c.path == "/users/bob"; unchanged != wantUnchanged {
					t.Errorf("%s: %s %s, If-Match %q: ann is unchanged: %v, want %v", kind, method, c.path, c.lines, unchanged, wantUnchanged)
				}
			}
		}
	}
}

// TestUpdates follows one user through its versions: each has its own tag, PUT gives the tag that GET gives next,
// and a tag of the past never fits again, not even after the user was deleted and created anew.
func TestUpdates(t *testing.T) {
	h := newHandler(t)
	seen := map[string]string{tagOf(t, h): annJSON}
	check := func(step string, a answer) {
		t.Helper()
		get := invoke(t, h, eventOf(t, "rest", call{method: "GET", path: "/users/ann"}))
		if tag, given := a.Headers["ETag"]; given && tag != get.Headers["ETag"] {
			t.Errorf("%s: ETag %s, and then %s", step, a.Headers["ETag"], get.Headers["ETag"])
		}
		if before, known := seen[get.Headers["ETag"]]; known {
			t.Errorf("%s: the tag of %s is also the tag of %s", step, before, get.Body)
		}
		seen[get.Headers["ETag"]] = get.Body
	}
	for version, body := range []string{`{"name":"Ann"}`, `{"name":"Ann"}`, `{"name":"Ann","email":"ann@example.com"}`} {
		a := invoke(t, h, eventOf(t, "http2", call{method: "PUT", path: "/users/ann", body: body}))
		check(body, a)
		var u users.User
		get := invoke(t, h, eventOf(t, "rest", call{method: "GET", path: "/users/ann"}))
		if err := json.Unmarshal([]byte(get.Body), &u); err != nil || u.Version != version+2 {
			t.Errorf("after %d updates: %s, %v", version+1, get.Body, err)
		}
		if hasEmail := strings.Contains(body, "email"); hasEmail != (u.Email != "") {
			t.Errorf("PUT %s left email %q", body, u.Email)
		}
	}
	invoke(t, h, eventOf(t, "rest", call{method: "DELETE", path: "/users/ann"}))
	check("again", invoke(t, h, eventOf(t, "rest", call{method: "POST", path: "/users", body: `{"id":"ann","name":"Another"}`})))
}

// meddler changes a user between the handler's reading and its writing.
type meddler struct {
	users.Store
}

func (m meddler) Get(ctx context.Context, id string) (users.User, error) {
	u, err := m.Store.Get(ctx, id)
	if err == nil {
		_, err = m.Update(ctx, id, users.Change{Name: "meddled", At: noon}, nil)
	}
	return u, err
}

// TestIfMatchRace: a version that is overtaken between check and write is not written over.
func TestIfMatchRace(t *testing.T) {
	store := users.NewMemoryStore()
	ann := users.User{ID: "ann", Name: "Ann", CreatedAt: noon, UpdatedAt: noon, Version: 1}
	if err := store.Create(t.Context(), ann); err != nil {
		t.Fatal(err)
	}
	tag := tagOf(t, handlerOf(t, users.Config{Store: store}))
	h := handlerOf(t, users.Config{Store: meddler{store}})
	for method, body := range map[string]string{"PUT": `{"name":"mine"}`, "DELETE": ""} {
		c := call{method: method, path: "/users/ann", body: body, header: map[string][]string{"If-Match": {tag}}}
		if a := invoke(t, h, eventOf(t, "rest", c)); a.StatusCode != 412 {
			t.Errorf("%s: %d %s, want 412", method, a.StatusCode, a.Body)
		}
		if u, err := store.Get(t.Context(), "ann"); err != nil || u.Name == "mine" {
			t.Errorf("%s: stored %+v, %v", method, u, err)
		}
	}
}
