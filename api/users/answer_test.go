package users_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"portcullis/api/users"
)

// TestCORS: every answer says the same to browsers, errors included.
func TestCORS(t *testing.T) {
	list := []string{"https://app.example.com", "http://localhost:3000"}
	cases := []struct {
		allowed     []string
		origin      []string
		allow, vary string
	}{
		{[]string{"*"}, []string{"https://app.example.com"}, "*", ""},
		{[]string{"*"}, nil, "*", ""},
		{list, []string{"https://app.example.com"}, "https://app.example.com", "Origin"},
		{list, []string{"http://localhost:3000"}, "http://localhost:3000", "Origin"},
		{list, []string{"http://app.example.com"}, "", "Origin"},
		{list, []string{"https://app.example.com.evil.example"}, "", "Origin"},
		{list, []string{"https://app.example.com", "https://app.example.com"}, "", "Origin"},
		{list, []string{"null"}, "", "Origin"},
		{list, []string{"*"}, "", "Origin"},
		{list, []string{""}, "", "Origin"},
		{list, nil, "", "Origin"},
		{nil, []string{"https://app.example.com"}, "", "Origin"},
	}
	always := map[string]string{
		"Content-Type":                  "application/json",
		"Access-Control-Allow-Methods":  "GET,POST,PUT,DELETE,OPTIONS",
		"Access-Control-Allow-Headers":  "Content-Type,Authorization,X-Amz-Date,X-Amz-Security-Token,X-Api-Key",
		"Access-Control-Expose-Headers": "ETag,Location,Retry-After",
		"Access-Control-Max-Age":        "86400",
	}
	for _, kind := range kinds {
		for _, c := range cases {
			h := handlerOf(t, users.Config{Store: users.NewMemoryStore(), AllowedOrigins: c.allowed})
			for _, path := range []string{"/users", "/users/nobody", "/users?limit=x"} {
				a := invoke(t, h, eventOf(t, kind, call{method: "GET", path: path, header: map[string][]string{"Origin": c.origin}}))
				if a.Headers["Access-Control-Allow-Origin"] != c.allow || a.Headers["Vary"] != c.vary {
					t.Errorf("%s: origin %q of %q: headers %v, want %q, Vary %q", kind, c.origin, c.allowed, a.Headers, c.allow, c.vary)
				}
				for name, value := range always {
					if a.Headers[name] != value {
						t.Errorf("%s: %s is %q, want %q", kind, name, a.Headers[name], value)
					}
				}
			}
		}
	}
}

// TestHeaderCasing: REST events carry header names as the client sent them, HTTP APIs in lower case.
func TestHeaderCasing(t *testing.T) {
	for _, name := range []string{"Origin", "origin", "ORIGIN", "oRiGiN"} {
		event := fmt.Sprintf(`{"httpMethod":"GET","resource":"/users","headers":{%q:"https://a.example"}}`, name)
		h := handlerOf(t, users.Config{Store: users.NewMemoryStore(), AllowedOrigins: []string{"https://a.example"}})
		if a := invoke(t, h, []byte(event)); a.Headers["Access-Control-Allow-Origin"] != "https://a.example" {
			t.Errorf("%s: headers %v", name, a.Headers)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := users.New(users.Config{AllowedOrigins: []string{"*"}}); err == nil {
		t.Error("New without a Store is no error")
	}
	store := users.NewMemoryStore()
	for _, good := range []string{"*", "https://a.example", "http://127.0.0.1:8080", "http://[::1]:8080", "capacitor://localhost"} {
		if _, err := users.New(users.Config{Store: store, AllowedOrigins: []string{good}}); err != nil {
			t.Errorf("origin %q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "null", "a.example", "https://", "https://a.example/", "https://a.example/x", "https://A.example",
		"HTTPS://a.example", "https://a.example:443", "http://a.example:80", "https://a.example:", "https://a.example:99999", "https://a.example:0443",
		"https://*.example", "https://u@a.example", "https://a.example?x", "https://a.example#x", " https://a.example", "//a.example"} {
		_, err := users.New(users.Config{Store: store, AllowedOrigins: []string{"https://good.example", bad}})
		var wrong *users.OriginError
		if !errors.As(err, &wrong) || wrong.Origin != bad || !strings.Contains(err.Error(), fmt.Sprintf("%q", bad)) {
			t.Errorf("origin %q: %v, want an *OriginError that names it", bad, err)
		}
	}
	if _, err := users.New(users.Config{Store: store, AllowedOrigins: []string{"*", "https://a.example"}}); !errors.As(err, new(*users.OriginError)) {
		t.Errorf("* among others: %v, want an *OriginError", err)
	}
}

// failing is a store whose every answer is err.
type failing struct{ err error }

func (f failing) Create(context.Context, users.User) error              { return f.err }
func (f failing) Get(context.Context, string) (users.User, error)       { return users.User{}, f.err }
func (f failing) List(context.Context, int, string) (users.Page, error) { return users.Page{}, f.err }
func (f failing) Delete(context.Context, string, *users.User) error     { return f.err }
func (f failing) Update(context.Context, string, users.Change, *users.User) (users.User, error) {
	return users.User{}, f.err
}

// TestStoreFails: a store that fails is never an answer about users, and its words reach the log and not the client.
func TestStoreFails(t *testing.T) {
	busy := errors.New("secret: busy")
	cases := []struct {
		err         error
		status      int
		body, retry string
	}{
		{errors.New("secret: broken"), 500, `{"error":"Internal error"}`, ""},
		{&users.UnavailableError{Err: busy}, 503, `{"error":"Users are unavailable, try again later"}`, "1"},
		{&users.UnavailableError{RetryAfter: 1500 * time.Millisecond, Err: busy}, 503, `{"error":"Users are unavailable, try again later"}`, "2"},
		{fmt.Errorf("wrapped: %w", &users.UnavailableError{RetryAfter: time.Minute, Err: busy}), 503, `{"error":"Users are unavailable, try again later"}`, "60"},
	}
	calls := []call{
		{method: "GET", path: "/users"},
		{method: "GET", path: "/users/ann"},
		{method: "POST", path: "/users", body: `{"name":"private name"}`},
		{method: "POST", path: "/users", body: `{"id":"ann","name":"private name"}`},
		{method: "PUT", path: "/users/ann", body: `{"name":"private name"}`},
		{method: "PUT", path: "/users/ann", body: `{"name":"private name"}`, header: map[string][]string{"If-Match": {`"x"`}}},
		{method: "DELETE", path: "/users/ann"},
		{method: "DELETE", path: "/users/ann", header: map[string][]string{"If-Match": {`"x"`}}},
	}
	for _, kind := range kinds {
		for _, c := range cases {
			for _, request := range calls {
				var log bytes.Buffer
				h := handlerOf(t, users.Config{Store: failing{c.err}, Log: slog.New(slog.NewJSONHandler(&log, nil))})
				a := invoke(t, h, eventOf(t, kind, request))
				if a.StatusCode != c.status || a.Body != c.body || a.Headers["Retry-After"] != c.retry {
					t.Errorf("%s: %s %s, %v: %+v", kind, request.method, request.path, c.err, a)
				}
				wantLog(t, log.String(), c.err)
			}
		}
	}
}

// wantLog checks for one JSON line that tells the failure, and nothing of the request.
func wantLog(t *testing.T, log string, failure error) {
	t.Helper()
	var line map[string]any
	if err := json.Unmarshal([]byte(log), &line); err != nil {
		t.Fatalf("log is not one JSON line: %q", log)
	}
	if line["error"] != failure.Error() || line["requestId"] == "" {
		t.Errorf("log %s does not tell %v", log, failure)
	}
	for _, private := range []string{"private", "Bearer", "ann"} {
		if strings.Contains(log, private) {
			t.Errorf("log tells %q: %s", private, log)
		}
	}
}

// TestMadeIDs: an id that the service made is the service's fault.
func TestMadeIDs(t *testing.T) {
	for _, id := range []string{"ann", "", "a/b"} {
		store := users.NewMemoryStore()
		if err := store.Create(t.Context(), users.User{ID: "ann", Version: 1}); err != nil {
			t.Fatal(err)
		}
		h := handlerOf(t, users.Config{Store: store, NewID: func() string { return id }, Log: slog.New(slog.DiscardHandler)})
		if a := invoke(t, h, eventOf(t, "rest", call{method: "POST", path: "/users", body: `{"name":"x"}`})); a.StatusCode != 500 {
			t.Errorf("made id %q: %d %s, want 500", id, a.StatusCode, a.Body)
		}
	}
}
