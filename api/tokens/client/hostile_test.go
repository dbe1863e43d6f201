package client_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/api/tokens"
	"portcullis/api/tokens/client"
)

// TestBadAnswers: what no API answers that keeps the contract is an error of one line, in which nothing of the answer stands
// that could be secret, and nothing that steers a terminal.
func TestBadAnswers(t *testing.T) {
	const good = `"accessToken":"SECRET-a","idToken":"SECRET-i","refreshToken":"SECRET-r"`
	cases := []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"good", 200, `{` + good + `,"expiresIn":3600,"tokenType":"Bearer"}`, ""},
		{"no JSON", 200, `<html>SECRET`, "is no JSON as the API's contract has it"},
		{"half of JSON", 200, `{` + good, "is no JSON as the API's contract has it"},
		{"two of it", 200, `{` + good + `,"expiresIn":3600,"tokenType":"Bearer"}{}`, "is no JSON as the API's contract has it"},
		{"wrong type", 200, `{"accessToken":"a.b.c","expiresIn":"SECRET"}`, "is no JSON as the API's contract has it"},
		{"empty", 200, ``, "is no JSON as the API's contract has it"},
		{"too large", 200, `{` + good + `,"expiresIn":3600,"tokenType":"Bearer","x":"` + strings.Repeat("x", 1<<19) + `"}`, "is too large"},
		{"no tokens", 200, `{"message":"hello"}`, "has no tokens"},
		{"no refresh token", 200, `{"accessToken":"a","idToken":"i","expiresIn":3600,"tokenType":"Bearer"}`, "has no refreshToken"},
		{"a token that breaks lines", 200, `{"accessToken":"a\nSECRET","idToken":"i","refreshToken":"r","expiresIn":3600,"tokenType":"Bearer"}`, "has no tokens"},
		{"a token that steers", 200, `{"accessToken":"a\u001b[2J","idToken":"i","refreshToken":"r","expiresIn":3600,"tokenType":"Bearer"}`, "has no tokens"},
		{"another type", 200, `{` + good + `,"expiresIn":3600,"tokenType":"MAC"}`, "has tokens of another type than Bearer"},
		{"no lifetime", 200, `{` + good + `,"tokenType":"Bearer"}`, "has an expiresIn that no token has"},
		{"a long lifetime", 200, `{` + good + `,"expiresIn":99999999,"tokenType":"Bearer"}`, "has an expiresIn that no token has"},
		{"half a device", 200, `{` + good + `,"expiresIn":3600,"tokenType":"Bearer","device":{"key":"k","password":"SECRET"}}`, "has a device that is none"},
		{"a long device", 200, `{` + good + `,"expiresIn":3600,"tokenType":"Bearer","device":{"key":"` + strings.Repeat("k", 300) + `","groupKey":"g","password":"p"}}`, "has a device that is none"},
		{"a device", 200, `{` + good + `,"expiresIn":3600,"tokenType":"Bearer","device":{"key":"k","groupKey":"g","password":"p"}}`, ""},
		{"challenge and tokens", 200, `{` + good + `,"challenge":"SMS_MFA","session":"s"}`, "has a challenge that cannot be answered"},
		{"challenge without session", 200, `{"challenge":"SMS_MFA"}`, "has a challenge that cannot be answered"},
		{"created", 201, `{` + good + `,"expiresIn":3600,"tokenType":"Bearer"}`, "is none that the API's contract has"},
		{"not found", 404, `{"message":"Not Found"}`, `says "Not Found"`},
		{"steering", 403, `{"error":"a\u001b[2J\nb"}`, `says "a[2Jb"`},
		{"broken", 500, `oh`, "is none that the API's contract has"},
	}
	for _, test := range cases {
		c := clientAt(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(test.status)
			w.Write([]byte(test.body))
		}))
		got, err := c.SignIn(t.Context(), tokens.Credentials{Username: "ann", Password: "PASSWORD"})
		if test.want == "" {
			if err != nil || got.Tokens == nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		wrong := (*client.AnswerError)(nil)
		if !errors.As(err, &wrong) || wrong.Problem != test.want || strings.Contains(err.Error(), "SECRET") || got.Challenge != nil {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestRedirects: credentials do not go where an answer says.
func TestRedirects(t *testing.T) {
	var followed atomic.Int32
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { followed.Add(1) })
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := clientAt(t, serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere, status) }))
		_, err1 := c.SignIn(t.Context(), tokens.Credentials{Username: "ann", Password: "PASSWORD"})
		_, err2 := c.Refresh(t.Context(), "refresh", "")
		err3 := c.SignOut(t.Context(), "access")
		for _, err := range []error{err1, err2, err3} {
			if wrong := (*client.AnswerError)(nil); !errors.As(err, &wrong) || wrong.Status != status {
				t.Errorf("%d: %v", status, err)
			}
		}
	}
	if followed.Load() > 0 {
		t.Errorf("%d redirects were followed", followed.Load())
	}
}

// TestLater: what may pass says so, and when to try again.
func TestLater(t *testing.T) {
	c := clientAt(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(429)
	}))
	busy := (*tokens.ThrottledError)(nil)
	if _, err := c.SignIn(t.Context(), tokens.Credentials{Username: "ann", Password: "x"}); !errors.As(err, &busy) || busy.RetryAfter != 7*time.Second {
		t.Errorf("429: %v", err)
	}
	c = clientAt(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(503)
		w.Write([]byte(`{"error":"later","refreshToken":"next"}`))
	}))
	down, turned := (*tokens.UnavailableError)(nil), (*client.RotatedError)(nil)
	if _, err := c.Revoke(t.Context(), "before", "", ""); !errors.As(err, &down) || !errors.As(err, &turned) || turned.Refresh != "next" {
		t.Errorf("503: %v", err)
	}
}

// TestNoEnd: a server that does not answer, or does not end, is given up on.
func TestNoEnd(t *testing.T) {
	done := make(chan struct{})
	defer close(done)
	for name, handler := range map[string]http.HandlerFunc{
		"no answer": func(http.ResponseWriter, *http.Request) { <-done },
		"no end": func(w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte("{"))
			w.(http.Flusher).Flush()
			<-done
		},
	} {
		c, err := client.New(client.Config{Address: serve(t, handler), Timeout: 50 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		down := (*tokens.UnavailableError)(nil)
		if _, err := c.SignIn(t.Context(), tokens.Credentials{Username: "ann", Password: "PASSWORD"}); !errors.As(err, &down) || strings.Contains(err.Error(), "PASSWORD") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, good := range map[string]bool{
		"https://api.example.com": true, "https://api.example.com/prod/": true, "http://127.0.0.1:8080/rest-token": true, "http://localhost": true,
		"http://[::1]:80/x": true, "http://127.9.9.9": true,
		"http://api.example.com": false, "http://10.0.0.1": false, "http://127.0.0.1.example.com": false, "http://localhost.example.com": false,
		"http://0.0.0.0": false, "https://ann:hunter2@example.com": false, "http://hunter2@127.0.0.1": false, "ftp://127.0.0.1": false,
		"api.example.com": false, "": false, "https://": false, "https:api": false, "https://a/?x=1": false, "https://a/?": false, "https://a/#x": false, "https://a/#": false, "https://a?": false,
		"https://ann:hunter2@exa mple.com": false, "HTTP://example.com": false,
	} {
		_, err := client.New(client.Config{Address: address})
		if wrong := (*client.AddressError)(nil); good != (err == nil) || !good && (!errors.As(err, &wrong) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%q: %v", address, err)
		}
	}
}
