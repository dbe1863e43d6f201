package gateway_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// TestHTTPEvents compares whole events, those of functions and those of authorizers, with golden files.
func TestHTTPEvents(t *testing.T) {
	const things = "POST /test/things?a=1&b=x+y%2B&a=%C3%A4&c\nCookie: a=b; c=d\nCookie: e=f\nX-Two: 1\nX-Two: 2\nContent-Type: application/json\nX-Portcullis-Trace: 1\n\n{\"name\":\"ä\"}"
	const part, open = "GET /test/things/a%20b%2B/parts\nX-Forwarded-For: 192.0.2.1", "GET /test/open"
	v1 := func(text string) string { return text + "payloadFormatVersion: \"1.0\"\n" }
	lambda := with(httpModeText, "payloadFormatVersion: \"2.0\"\n", "")
	authorizer1 := with(lambda, "  function:", "  payloadFormatVersion: \"1.0\"\n  function:")
	sources := "$request.header.Authorization, $request.querystring.a, $context.routeKey"
	for _, test := range []struct {
		file    string // whose event: authorizer-…, or the function's
		mode    string
		request string
		token   string // what the authorizer answers by; "signed" and "verified": one that is good
	}{
		{"http-2.0-public", lambda, open, ""},
		{"http-2.0-jwt", jwtMode, things, "verified"},
		{"http-2.0-jwt-no-scopes", jwtMode, "GET /test/session", "verified"},
		{"http-2.0-lambda", lambda, part, "this"},
		{"http-2.0-lambda-simple", simpleMode, things, "yes"},
		{"http-2.0-lambda-no-context", simpleMode, "GET /test", "yes-plainly"},
		{"http-2.0-iam", httpIAMMode, "GET /test/things/7", "signed"},
		{"http-2.0-any", lambda, "PUT /test/any/a/b/?x", "all"},
		{"http-1.0-public", v1(with(lambda, "stageVariables: {alias: live}\n", "")), open, ""},
		{"http-1.0-jwt", v1(jwtMode), things, "verified"},
		{"http-1.0-lambda", v1(lambda), part, "this"},
		{"http-1.0-iam", v1(httpIAMMode), "GET /test/things/7", "signed"},
		{"authorizer-2.0", with(lambda, "$request.header.Authorization", sources), things, "deny"},
		{"authorizer-2.0-parameters", lambda, part, "deny"},
		{"authorizer-2.0-no-sources", with(lambda, "$request.header.Authorization", "[]", "Seconds: 300", "Seconds: 0"), open[:4] + "/test/things", "deny"},
		{"authorizer-1.0", with(authorizer1, "$request.header.Authorization", sources), things, "deny"},
		{"authorizer-1.0-parameters", authorizer1, part, "deny"},
	} {
		s, changing := sendEvent(t, test.mode, test.request, test.token)
		f := s.things
		if strings.HasPrefix(test.file, "authorizer-") {
			f = s.token
		}
		host := strings.TrimPrefix(s.url, "http://")
		_, port, _ := strings.Cut(host, ":")
		golden(t, test.file, f.last(t), strings.NewReplacer(append(changing, host, "HOST", port, "PORT")...))
	}
}

// sendEvent makes a stage and sends it a request, and gives what of the request changes from run to run, each with a
// word for it.
func sendEvent(t *testing.T, modeText, text, token string) (*stage, []string) {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	head += "\nUser-Agent: tester"
	switch token {
	case "signed":
		s, signature := newHTTPStage(t, modeText, nil), ""
		s.sendSigned(t, asReader.to(text).but(func(b *signing) {
			b.after = func(r *http.Request) { signature = r.Header.Get("Authorization") }
		}))
		return s, []string{signature, "SIGNATURE"}
	case "verified":
		s, v := newJWTStage(t, modeText)
		token := v.issuer.Sign(map[string]any{
			"iss": v.issuer.URL, "aud": []string{"app", "other"}, "sub": "me", "iat": 1_899_999_940, "exp": 1_900_003_600, "jti": "1",
			"scope": "things/write openid", "cognito:groups": []string{"a", "b"}, "email_verified": true, "nested": map[string]any{"a": 1}, "none": nil,
		})
		s.send(t, head+"\nAuthorization: Bearer "+token+"\n\n"+body)
		return s, []string{token, "TOKEN", v.issuer.URL, "ISSUER"}
	case "":
	default:
		head += "\nAuthorization: Bearer " + token
	}
	s := newHTTPStage(t, modeText, nil)
	s.send(t, head+"\n\n"+body)
	return s, nil
}

// golden compares an event with a file in testdata.
func golden(t *testing.T, file string, event map[string]any, changing *strings.Replacer) {
	t.Helper()
	got := steady(event, changing)
	text := indented(t, got)
	path := filepath.Join("testdata", file+".json")
	if *update {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want any
	if err := json.Unmarshal(kept, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %s", file, text)
	}
}

func indented(t *testing.T, tree any) []byte {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(tree); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

var (
	requestID = regexp.MustCompile(`^[0-9A-Za-z+/]{15}=$`)
	traceID   = regexp.MustCompile(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$`)
)

// steady puts words in the place of what changes from run to run.
func steady(tree any, changing *strings.Replacer) any {
	switch tree := tree.(type) {
	case string:
		return traceID.ReplaceAllString(requestID.ReplaceAllString(changing.Replace(tree), "ID"), "TRACE")
	case []any:
		for i := range tree {
			tree[i] = steady(tree[i], changing)
		}
	case map[string]any:
		for name, value := range tree {
			tree[name] = steady(value, changing)
		}
	}
	return tree
}

// TestHTTPBodies: what says that it is text, and is, is handed on as it is; all else in base64.
func TestHTTPBodies(t *testing.T) {
	for contentType, text := range map[string]bool{
		"text/plain": true, "text/csv; charset=utf-8": true, "application/json": true, "application/json; charset=utf-8": true, "Application/JSON": true,
		"application/xml": true, "application/javascript": true,
		"": false, "application/x-www-form-urlencoded": false, "application/octet-stream": false, "image/png": false, "application/jsonlines": false, "nonsense": false,
	} {
		for _, version := range []string{"1.0", "2.0"} {
			s := newHTTPStage(t, with(httpModeText, `payloadFormatVersion: "2.0"`, `payloadFormatVersion: "`+version+`"`), nil)
			header := "\nContent-Type: " + contentType
			if contentType == "" {
				header = ""
			}
			s.send(t, "POST /test/open"+header+"\n\nhello")
			want := map[bool]string{true: "hello", false: "aGVsbG8="}[text]
			if event := s.things.last(t); event["body"] != want || event["isBase64Encoded"] != !text {
				t.Errorf("%s with %q: body %v, in base64: %v", version, contentType, event["body"], event["isBase64Encoded"])
			}
		}
	}
	s := newHTTPStage(t, httpModeText, nil)
	s.send(t, "POST /test/open\nContent-Type: text/plain\n\n\xff")
	if event := s.things.last(t); event["body"] != "/w==" || event["isBase64Encoded"] != true {
		t.Errorf("text that is none: %v", event["body"])
	}
}

// TestHTTPEventStays: nothing of a request gets to an event under another's name.
func TestHTTPEventStays(t *testing.T) {
	s := newHTTPStage(t, httpModeText, func(c *setting) { c.Mode.StageVariables = nil })
	s.send(t, "GET /test/open?"+url.Values{"requestContext": {"x"}}.Encode()+"\nX-Amzn-Trace-Id: mine\nX-Forwarded-Proto: gopher\nX-Forwarded-Port: 1")
	event := s.things.last(t)
	headers, _ := event["headers"].(map[string]any)
	if trace, _ := headers["x-amzn-trace-id"].(string); !strings.HasPrefix(trace, "Root=1-") || headers["x-forwarded-proto"] != "http" || headers["x-forwarded-port"] == "1" {
		t.Errorf("headers %v", headers)
	}
	if _, there := event["stageVariables"]; there {
		t.Error("there are stageVariables")
	}
}

// TestHTTPDefaultEvents: $default has no path of its own, and no path parameter.
func TestHTTPDefaultEvents(t *testing.T) {
	s := defaultStage(t, httpModeText, "")
	s.send(t, "GET /test/nowhere\nAuthorization: Bearer all")
	for _, event := range []map[string]any{s.things.last(t), s.token.last(t)} {
		if _, there := event["pathParameters"]; there || event["routeKey"] != "$default" || event["rawPath"] != "/test/nowhere" {
			t.Errorf("event %v", event)
		}
	}
	s = defaultStage(t, with(httpModeText, `payloadFormatVersion: "2.0"`, `payloadFormatVersion: "1.0"`), "")
	s.send(t, "GET /test/nowhere\nAuthorization: Bearer all")
	event := s.things.last(t)
	context := member(t, event, "requestContext")
	if event["pathParameters"] != nil || event["resource"] != "$default" || context["resourcePath"] != "$default" || context["resourceId"] != "$default" {
		t.Errorf("event %v", event)
	}
}
