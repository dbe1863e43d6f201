package gateway_test

import (
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// rowStages are stages of all kinds of authorization, in which GET /open is public.
func rowStages(t *testing.T, change func(*setting)) (rest, http map[string]*stage) {
	t.Helper()
	trusting := func(c *setting) {
		c.Tokens = taking{}
		if change != nil {
			change(c)
		}
	}
	rest, http = map[string]*stage{}, map[string]*stage{}
	for name, mode := range map[string]string{
		"TOKEN": modeText, "REQUEST": with(requestModeText, "SOURCES", "method.request.header.Authorization"), "COGNITO_USER_POOLS": cognitoMode, "AWS_IAM": iamModeText, "NONE": keyModeText,
	} {
		rest[name] = startStage(t, mode, trusting)
	}
	for name, mode := range map[string]string{
		"JWT": jwtMode, "REQUEST": httpModeText, "REQUEST, 1.0": with(httpModeText, `payloadFormatVersion: "2.0"`, `payloadFormatVersion: "1.0"`), "AWS_IAM": httpIAMMode,
	} {
		http[name] = newHTTPStage(t, mode, trusting)
	}
	return rest, http
}

// wire sends a request to the letter, but for CR before each LF, and gives the answer as it came.
func (s *stage) wire(t *testing.T, text string) string {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(connection)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// manyHeaders are all headers that a REST API keeps to itself, but for those of chunks, and some that it does not.
const manyHeaders = "Host: a.example\nConnection: close, X-Hop\nContent-MD5: a\nExpect: 100-continue\nMax-Forwards: 1\nProxy-Authenticate: b\nServer: c\nTE: trailers\n" +
	"Upgrade: d\nWWW-Authenticate: e\nContent-Length: 4\nContent-Type: text/plain\nDate: f\nVia: g\nX-Hop: h\nKeep-Alive: i\nProxy-Authorization: j\nTrailer: k\n"

// TestRowsWithheldHeaders: which headers a function of a REST API does not get, and its authorizer; that of an HTTP API does.
func TestRowsWithheldHeaders(t *testing.T) {
	const kept = "content-type date host keep-alive proxy-authorization via x-amzn-trace-id x-forwarded-for x-forwarded-port x-forwarded-proto x-hop"
	const withheld = " connection content-length content-md5 expect max-forwards proxy-authenticate server te trailer upgrade www-authenticate"
	rest, http := rowStages(t, nil)
	for mode, s := range rest {
		s.wire(t, "GET /test/open HTTP/1.1\n"+manyHeaders+"\nbody")
		for _, member := range []string{"headers", "multiValueHeaders"} {
			if got := namesOf(s.things.last(t)[member]); got != kept {
				t.Errorf("REST, %s: %s\n got %s\nwant %s", mode, member, got, kept)
			}
		}
	}
	for mode, s := range http {
		s.wire(t, "GET /test/open HTTP/1.1\n"+manyHeaders+"\nbody")
		if got, want := namesOf(s.things.last(t)["headers"]), sorted(kept+withheld); got != want {
			t.Errorf("HTTP, %s:\n got %s\nwant %s", mode, got, want)
		}
	}
	s := rest["REQUEST"]
	s.wire(t, "GET /test/things HTTP/1.1\nAuthorization: Bearer all\n"+manyHeaders+"\nbody")
	if got, want := namesOf(s.token.last(t)["headers"]), sorted(kept+" authorization"); got != want {
		t.Errorf("a REQUEST authorizer:\n got %s\nwant %s", got, want)
	}
	s.wire(t, "GET /test/open HTTP/1.1\nHost: a.example\nConnection: close\nTrailer: X-Last\nTransfer-Encoding: chunked\n\n4\nbody\n0\nX-Last: a\n\n")
	if event := s.things.last(t); event["body"] != "body" || namesOf(event["headers"]) != "host x-amzn-trace-id x-forwarded-for x-forwarded-port x-forwarded-proto" {
		t.Errorf("a request in chunks: %v", event)
	}
}

// namesOf are the names of an event's headers, in lower case and sorted.
func namesOf(headers any) string {
	var names []string
	for name := range headers.(map[string]any) {
		names = append(names, strings.ToLower(name))
	}
	return sorted(strings.Join(names, " "))
}

func sorted(words string) string {
	return strings.Join(slices.Sorted(slices.Values(strings.Fields(words))), " ")
}

// TestRowsTraceIDs: a trace that a client began goes on to the function, the authorizer and the answer of a REST API.
func TestRowsTraceIDs(t *testing.T) {
	const root, parent = "Root=1-5759e988-bd862e3fe1be46a994272793", "Parent=53995c3f42cd8ad8"
	const anyRoot, anyParent = "Root=1-713fb300-[0-9a-f]{24}", "Parent=[0-9a-f]{16}"
	const fresh = anyRoot + ";" + anyParent + ";Sampled=0;Lineage=1:[0-9a-f]{8}:0"
	rest, _ := rowStages(t, nil)
	for _, test := range []struct{ sent, want string }{
		{"", fresh},
		{root + ";" + parent + ";Sampled=1", root + ";" + parent + ";Sampled=1"},
		{root + ";" + parent + ";Sampled=0", root + ";" + parent + ";Sampled=0"},
		{"sampled=1; PARENT=53995c3f42cd8ad8 ;root=1-5759e988-bd862e3fe1be46a994272793", root + ";" + parent + ";Sampled=1"},
		{root, root + ";" + anyParent + ";Sampled=0"},
		{root + ";Sampled=1", root + ";" + anyParent + ";Sampled=1"},
		{root + ";" + parent, root + ";" + parent + ";Sampled=1"},
		{root + ";" + parent + ";Sampled=?;Lineage=1:a84cdf6d:0;Self=1-5759e988-bd862e3fe1be46a994272793;x=<y>", root + ";" + parent + ";Sampled=1"},
		{root + ";Parent=53995c3f42cd8ad", root + ";" + anyParent + ";Sampled=0"},
		{root + ";Parent=53995c3f42cd8adg", root + ";" + anyParent + ";Sampled=0"},
		{parent + ";Sampled=1", fresh},
		{"mine", fresh},
		{"Root=1-5759e988-bd862e3fe1be46a99427279", fresh},
		{"Root=1-5759e988-bd862e3fe1be46a9942727931", fresh},
		{"Root=2-5759e988-bd862e3fe1be46a994272793", fresh},
		{"Root=1-5759e988xbd862e3fe1be46a994272793", fresh},
		{"Root=1-5759e98g-bd862e3fe1be46a994272793", fresh},
		{"Root=1-5759e988-bd862e3fe1be46a99427279g", fresh},
	} {
		for mode, s := range rest {
			got := s.send(t, "GET /test/open\nX-Amzn-Trace-Id: "+test.sent)
			headers := s.things.last(t)["headers"].(map[string]any)
			if answered := got.header.Get("X-Amzn-Trace-Id"); headers["X-Amzn-Trace-Id"] != answered || !regexp.MustCompile("^"+test.want+"$").MatchString(answered) {
				t.Errorf("%s: %q: the function got %v, the client %s, want %s", mode, test.sent, headers["X-Amzn-Trace-Id"], answered, test.want)
			}
		}
	}
	s := rest["REQUEST"]
	s.send(t, "GET /test/things\nAuthorization: Bearer all\nX-Amzn-Trace-Id: "+root+";"+parent+";Sampled=1")
	for name, f := range map[string]*function{"function": s.things, "authorizer": s.token} {
		if got := fmt.Sprint(f.last(t)["multiValueHeaders"].(map[string]any)["X-Amzn-Trace-Id"]); got != "["+root+";"+parent+";Sampled=1]" {
			t.Errorf("the %s got %s", name, got)
		}
	}
}
