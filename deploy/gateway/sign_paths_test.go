package gateway_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestSignedPaths: a signature by the AWS SDK holds for any path, and for that one only. A REST API routes by the path
// as sent and an HTTP API by the decoded one; both check the signature of what was sent.
func TestSignedPaths(t *testing.T) {
	rest := startStage(t, iamModeText, nil)
	api := newHTTPStage(t, httpIAMMode, nil)
	for _, test := range []struct {
		path       string
		rest, http int
		other      string // a path that means much the same
	}{
		{"/test/things/a%20b", 200, 200, "/test/things/a+b"},
		{"/test/things/a%2Fb", 200, 404, "/test/things/a/b"},
		{"/test/things/a%2fb", 200, 404, "/test/things/a%2Fb"},
		{"/test/things/7%2Fparts", 200, 200, "/test/things/7/parts"},
		{"/test/things/%37", 200, 200, "/test/things/7"},
		{"/test/things/a%2520b", 200, 200, "/test/things/a%20b"},
		{"/test/things/%C3%A4", 200, 200, "/test/things/%c3%a4"},
		{"/test/things/~x!$&'()*+,;=:@", 200, 200, "/test/things/~x"},
		{"/test/things/7/", 200, 404, "/test/things/7"},
		{"/test/", 200, 200, "/test"},
		{"/test/files/a/b/", 200, 200, "/test/files/a/b"},
	} {
		for name, s := range map[string]*stage{"REST": rest, "HTTP": api} {
			want := map[string]int{"REST": test.rest, "HTTP": test.http}[name]
			if got := s.sendSigned(t, asReader.to("GET "+test.path)); got.status != want {
				t.Errorf("%s: %s: %d %s, want %d", name, test.path, got.status, got.body, want)
			}
			if got := s.sendSigned(t, asReader.to("GET "+test.path).moved(test.other)); got.status == 200 {
				t.Errorf("%s: a signature for %s is good for %s", name, test.path, test.other)
			}
		}
	}
}

// moved sends the signed request to another path.
func (by signing) moved(path string) signing {
	by.after = func(r *http.Request) { r.URL.Opaque = "//" + r.URL.Host + path }
	return by
}

// TestSignedPathsThatMeetAnother: AWS signs paths without empty and dot segments, so one signature is good for several
// paths. The policy is asked about the one that was sent.
func TestSignedPathsThatMeetAnother(t *testing.T) {
	rest, api := startStage(t, iamModeText, nil), newHTTPStage(t, httpIAMMode, nil)
	for name, s := range map[string]*stage{"REST": rest, "HTTP": api} {
		for path, status := range map[string]int{
			"/test/things/special":                403, // the reader's policy denies it
			"/test/./things/special":              403,
			"/test//things/special":               200, // the path as sent decides, and no pattern is for that
			"/test/things/./special":              403,
			"/test/files/../things/special":       200, // a path of /files/{path+}, and one that the policy allows
			"/test/files/x/../../things//special": 200, // the same route's
		} {
			got := s.sendSigned(t, asReader.to("GET /test/things/special").moved(path))
			if got.status != status && (name == "REST" || got.status != 404) {
				t.Errorf("%s: %s: %d %s, want %d", name, path, got.status, got.body, status)
			}
			if got.status == 200 && (path == "/test//things/special") == strings.Contains(s.things.events[len(s.things.events)-1], "/files/{path+}") {
				t.Errorf("%s: %s: served as %s", name, path, s.things.events)
			}
		}
	}
}
