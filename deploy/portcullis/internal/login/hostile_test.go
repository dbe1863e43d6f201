package login_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"portcullis/deploy/portcullis/internal/cli"
	"portcullis/deploy/portcullis/internal/login/profile"
	"portcullis/deploy/testtools"
)

// signInAt signs in at servers of a test: at a pool by SRP, and at an API. Both wait for the password as stdin.
func signInAt(address string) map[string][]string {
	return map[string][]string{
		"pool": {"login", "--pool", "us-east-1_x", "--client", "c", "--username", "ann", "--password-stdin"},
		"api":  {"login", "--api", address, "--username", "ann", "--password-stdin"},
	}
}

// failsQuietly wants a sign-in to fail with one line in which nothing secret stands, and to keep nothing.
func failsQuietly(t *testing.T, name string, u *user, r result) {
	t.Helper()
	if r.status != cli.StatusFailed || r.stdout != "" || strings.Count(r.stderr, "\n") != 1 || strings.Contains(r.stderr, "\x1b") {
		t.Errorf("%s: %+v", name, r)
	}
	if strings.Contains(r.stderr, "hunter2") || strings.Contains(r.stderr, "S3CRET") {
		t.Errorf("%s: a secret in %q", name, r.stderr)
	}
	if _, err := os.Stat(u.file("default")); err == nil {
		t.Errorf("%s: a profile was kept", name)
	}
}

// TestBadServers: what is no answer is an error, whichever way somebody signs in.
func TestBadServers(t *testing.T) {
	const result = `"AuthenticationResult":{"AccessToken":"S3CRET\n","IdToken":"i","RefreshToken":"r","ExpiresIn":3600,"TokenType":"Bearer"}`
	for name, body := range map[string]string{
		"no JSON": "<html>S3CRET", "empty": "", "half": `{"accessToken":"S3CRET`, "list": `["S3CRET"]`, "nothing of it": `{}`,
		"tokens without a proof": `{` + result + `}`,
		"too large":              `{"x":"` + strings.Repeat("S3CRET", 1<<19) + `"}`,
		"SRP_B of 0":             `{"ChallengeName":"PASSWORD_VERIFIER","ChallengeParameters":{"USER_ID_FOR_SRP":"ann","SALT":"1","SRP_B":"0","SECRET_BLOCK":"YQ=="}}`,
	} {
		u := &user{}
		u.home(t)
		address := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) }))
		u.variables = append(u.variables, "AWS_ENDPOINT_URL="+address)
		for way, args := range signInAt(address) {
			failsQuietly(t, way+", "+name, u, u.run(t, "hunter2\n", args...))
		}
	}
}

// TestRefusedOrFailed: what an API answers a sign-in with, the exit status, and what is said: 1 where it refuses, 2 where it
// cannot tell.
func TestRefusedOrFailed(t *testing.T) {
	for status, want := range map[int]result{
		400: {"", "portcullis login: wrong\n", cli.StatusFailed},
		401: {"", "portcullis login: username and password are not accepted\n", cli.StatusNo},
		403: {"", `portcullis login: POST URL/tokens: the answer, of status 403, says "wrong"; the address of an API has its stage, such as https://abc.execute-api.eu-west-1.amazonaws.com/prod, and on a desk its mode, such as http://127.0.0.1:8080/rest-token` + "\n", cli.StatusFailed},
		404: {"", `portcullis login: POST URL/tokens: the answer, of status 404, says "wrong"; the address of an API has its stage, such as https://abc.execute-api.eu-west-1.amazonaws.com/prod, and on a desk its mode, such as http://127.0.0.1:8080/rest-token` + "\n", cli.StatusFailed},
		429: {"", "portcullis login: too many attempts, try again in 7s: identity provider throttles: POST URL/tokens: status 429\n", cli.StatusFailed},
		500: {"", `portcullis login: POST URL/tokens: the answer, of status 500, says "wrong"` + "\n", cli.StatusFailed},
		503: {"", "portcullis login: try again in 7s: POST URL/tokens: status 503\n", cli.StatusFailed},
	} {
		u := &user{}
		u.home(t)
		address := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			w.Write([]byte(`{"error":"wrong"}`))
		}))
		want.stderr = strings.ReplaceAll(want.stderr, "URL", address)
		if got := u.run(t, "hunter2\n", signInAt(address)["api"]...); got != want {
			t.Errorf("%d: %+v, want %+v", status, got, want)
		}
	}
}

// hostile is a server that speaks Cognito's protocol, checks no proof, and gives this answer to it.
func hostile(t *testing.T, answer string) *user {
	t.Helper()
	u := &user{}
	u.home(t)
	address := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".InitiateAuth") {
			answer := `{"ChallengeName":"PASSWORD_VERIFIER","ChallengeParameters":{"USER_ID_FOR_SRP":"ann","SALT":"1","SRP_B":"2","SECRET_BLOCK":"YQ=="}}`
			w.Write([]byte(answer))
			return
		}
		w.Write([]byte(answer))
	}))
	u.variables = append(u.variables, "AWS_ENDPOINT_URL="+address)
	return u
}

// TestBadTokens: what is no token is not printed and not kept.
func TestBadTokens(t *testing.T) {
	for name, answer := range map[string]string{
		"":                    `{"AccessToken":"a.b.c","IdToken":"i","RefreshToken":"r","ExpiresIn":3600}`,
		"a line break":        `{"AccessToken":"S3CRET\nx","IdToken":"i","RefreshToken":"r","ExpiresIn":3600}`,
		"steering":            `{"AccessToken":"a","IdToken":"\u001b[2JS3CRET","RefreshToken":"r","ExpiresIn":3600}`,
		"no ID token":         `{"AccessToken":"S3CRET","RefreshToken":"r","ExpiresIn":3600}`,
		"no refresh token":    `{"AccessToken":"S3CRET","IdToken":"i","ExpiresIn":3600}`,
		"no lifetime":         `{"AccessToken":"S3CRET","IdToken":"i","RefreshToken":"r"}`,
		"a negative lifetime": `{"AccessToken":"S3CRET","IdToken":"i","RefreshToken":"r","ExpiresIn":-5}`,
		"a long lifetime":     `{"AccessToken":"S3CRET","IdToken":"i","RefreshToken":"r","ExpiresIn":99999999}`,
		"a large answer":      `{"AccessToken":"a.b.c","IdToken":"i","RefreshToken":"r","ExpiresIn":3600}` + strings.Repeat(" ", 2<<20),
	} {
		u := hostile(t, `{"AuthenticationResult":`+answer+`}`)
		r := u.run(t, "hunter2\n", signInAt("")["pool"]...)
		if name != "" {
			failsQuietly(t, name, u, r)
		} else if r.status != 0 || r.stdout != "a.b.c\n" {
			t.Errorf("good tokens: %+v", r)
		}
	}
}

// TestRotatedAndFailed: a refresh token that comes with an answer that is good for nothing else is kept.
func TestRotatedAndFailed(t *testing.T) {
	for status, answer := range map[int]string{
		200: `{"accessToken":"a","idToken":"i","refreshToken":"next","expiresIn":0,"tokenType":"Bearer"}`,
		503: `{"error":"later","refreshToken":"next"}`,
	} {
		u := &user{}
		u.home(t)
		address := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/tokens" {
				w.Write([]byte(`{"accessToken":"a","idToken":"i","refreshToken":"first","expiresIn":3600,"tokenType":"Bearer"}`))
				return
			}
			w.WriteHeader(status)
			w.Write([]byte(answer))
		}))
		if r := u.run(t, "hunter2\n", signInAt(address)["api"]...); r.status != 0 || r.stdout != "a\n" {
			t.Fatalf("%+v", r)
		}
		u.age(t)
		r := u.run(t, "", "login")
		store, err := profile.Open(u.folder)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := store.Load("default"); r.status != cli.StatusFailed || err != nil || p.Tokens == nil || p.Tokens.Refresh != "next" {
			t.Errorf("%d: %+v, then %v, %v", status, r, p, err)
		}
	}
}

// TestReplacedAtSignOut: a refresh token that another one took the place of can be given up.
func TestReplacedAtSignOut(t *testing.T) {
	u := &user{}
	u.home(t)
	address := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/tokens" {
			w.Write([]byte(`{"accessToken":"a","idToken":"i","refreshToken":"first","expiresIn":3600,"tokenType":"Bearer"}`))
			return
		}
		w.WriteHeader(401)
		w.Write([]byte(`{"error":"Refresh token was replaced by a newer one"}`))
	}))
	if r := u.run(t, "hunter2\n", signInAt(address)["api"]...); r.status != 0 {
		t.Fatalf("%+v", r)
	}
	if r := u.run(t, "", "logout", "--here"); r.status != 0 || r.stderr != "portcullis logout: signed out; access tokens of it may be good until they expire\n" {
		t.Errorf("%+v", r)
	}
	if r := u.run(t, "", "whoami"); r.status != cli.StatusNo {
		t.Errorf("afterwards: %+v", r)
	}
}

// TestStrangeChallenges: a challenge that is none of ours is told by its name, which cannot steer a terminal.
func TestStrangeChallenges(t *testing.T) {
	u := &user{}
	u.home(t)
	address := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`{"challenge":"MFA\u001b[2J_SETUP","session":"s","parameters":{}, "ChallengeName":"MFA\u001b[2J_SETUP","Session":"s"}`))
	}))
	u.variables = append(u.variables, "AWS_ENDPOINT_URL="+address)
	for way, args := range signInAt(address) {
		r := u.run(t, "hunter2\n", args...)
		failsQuietly(t, way, u, r)
		if !strings.Contains(r.stderr, "_SETUP") || !strings.Contains(r.stderr, "which this command cannot do") {
			t.Errorf("%s: %q", way, r.stderr)
		}
	}
}

// TestRedirects: neither way follows an answer to another address.
func TestRedirects(t *testing.T) {
	var followed atomic.Int32
	elsewhere := testtools.Serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	for _, status := range []int{301, 302, 303, 307, 308} {
		u := &user{}
		u.home(t)
		address := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere, status) }))
		u.variables = append(u.variables, "AWS_ENDPOINT_URL="+address)
		for way, args := range signInAt(address) {
			failsQuietly(t, way, u, u.run(t, "hunter2\n", args...))
		}
	}
	if followed.Load() > 0 {
		t.Errorf("%d redirects were followed", followed.Load())
	}
}

// TestPasswordIsNotSent: with SRP the password is in no request, nor is it kept anywhere.
func TestPasswordIsNotSent(t *testing.T) {
	u := newUser(t)
	var seen atomic.Int32
	proxy := testtools.Proxy(t, u.cognito)
	address := testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || strings.Contains(string(body), "Passw0rd") || !strings.Contains(string(body), "local-client") {
			seen.Add(1)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
		if r.Header.Get("Authorization") != "" {
			t.Error("a request was signed")
		}
	}))
	u.variables = append(u.variables, "AWS_ENDPOINT_URL="+address, "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b")
	r := u.run(t, "Passw0rd!\n", "login", "--pool", "us-east-1_local", "--client", "local-client", "--username", "member", "--password-stdin")
	if r.status != 0 || seen.Load() > 0 {
		t.Errorf("%+v, %d requests with the password", r, seen.Load())
	}
	if text, err := os.ReadFile(u.file("default")); err != nil || strings.Contains(string(text), "Passw0rd") {
		t.Errorf("the password is kept: %v", err)
	}
}
