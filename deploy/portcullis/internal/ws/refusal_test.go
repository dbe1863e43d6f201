package ws_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"portcullis/deploy/portcullis/internal/cli"
)

// TestRefusals: a line a case: what a server answers to a handshake, and what is said of it.
func TestRefusals(t *testing.T) {
	const json, text = "application/json", "text/plain; charset=utf-8"
	tests := []struct {
		status           int
		kind, mime, body string
		want             string // behind "the handshake was refused with "
	}{
		{401, "UnauthorizedException", json, `{"message":"Unauthorized"}`, `401 Unauthorized (UnauthorizedException), "Unauthorized": a credential is missing, or is not accepted`},
		{403, "AccessDeniedException", json, `{"Message":"Forbidden"}`, `403 Forbidden (AccessDeniedException), "Forbidden": the caller may not connect`},
		{403, "", "", ``, `403 Forbidden: the caller may not connect`},
		{404, "", text, "404 page not found\n", `404 Not Found, "404 page not found": there seems to be no WebSocket API at this URL`},
		{200, "", "text/html", `<html>hello`, `200 OK: there seems to be no WebSocket API`},
		{307, "", "", ``, `307 Temporary Redirect: redirects are not followed`},
		{426, "", json, `{"message":"Upgrade Required"}`, `426 Upgrade Required, "Upgrade Required": the server saw no handshake`},
		{429, "", json, `{"message": "Too Many Requests", "connectionId":"a", "requestId":"b"}`, `429 Too Many Requests, "Too Many Requests": too many connections at once`},
		{502, "", json, `{"message": 1}`, `502 Bad Gateway: the authorizer, or the function behind $connect, failed`},
		{400, "", json, `null`, `400 Bad Request: the function behind $connect may have answered so`},
		{499, "", text, "a\x1b[2Jb\r\nc\xff", `499, "a\x1b[2Jb\r\nc\xff": the function behind`},
		{499, strings.Repeat("k", 200), json, `{"message":"` + strings.Repeat("m", 500) + `"}`, `499 (` + strings.Repeat("k", 100) + `), "` + strings.Repeat("m", 300) + `": the function`},
		{499, "", text, strings.Repeat("m", 5000), `499, "` + strings.Repeat("m", 300) + `": the function`},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		number, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		test := tests[number]
		w.Header()["x-amzn-ErrorType"] = []string{test.kind}
		w.Header().Set("Content-Type", test.mime)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(test.status)
		io.WriteString(w, test.body)
	}))
	defer server.Close()
	home := t.TempDir()
	for i, test := range tests {
		var stdout, stderr bytes.Buffer
		c := exec.Command("portcullis", "ws", fmt.Sprintf("%s/%d", server.URL, i))
		c.Env, c.Stdout, c.Stderr = environment(home), &stdout, &stderr
		_ = c.Run()
		want := "portcullis ws: the handshake was refused with " + test.want
		if c.ProcessState.ExitCode() != cli.StatusNo || !strings.HasPrefix(stderr.String(), want) || strings.Count(stderr.String(), "\n") != 1 || stdout.Len() > 0 {
			t.Errorf("%d: %s, stdout %q, stderr\n%s, want\n%s", test.status, c.ProcessState, &stdout, &stderr, want)
		}
	}
}
