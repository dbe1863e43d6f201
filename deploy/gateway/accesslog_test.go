package gateway_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"
)

// lines gathers lines that are written. Like most writers it is not made for several goroutines.
type lines struct {
	all []string
}

func (l *lines) Write(p []byte) (int, error) {
	l.all = append(l.all, string(p))
	return len(p), nil
}

func (l *lines) last() string { return l.all[len(l.all)-1] }

func TestAccessLog(t *testing.T) {
	log := &lines{}
	s := newStage(t, func(c *setting) { c.AccessLog = log })
	got := s.send(t, "GET /test/things/7?token=secret\nAuthorization: Bearer all")
	var line map[string]string
	if err := json.Unmarshal([]byte(log.last()), &line); err != nil {
		t.Fatalf("%v in %s", err, log.last())
	}
	for member, want := range map[string]string{
		"requestId": got.header.Get("x-amzn-RequestId"), "extendedRequestId": got.header.Get("x-amz-apigw-id"), "traceId": got.header.Get("X-Amzn-Trace-Id"),
		"time": "17/Mar/2030:17:46:40 +0000", "sourceIp": "127.0.0.1", "method": "GET", "path": "/test/things/7", "resourcePath": "/things/{id}",
		"status": "200", "errorType": "-", "principalId": "me", "integrationStatus": "200", "responseLength": "9", "userArn": "-", "apiKeyId": "-",
	} {
		if line[member] != want {
			t.Errorf("%s is %q, want %q", member, line[member], want)
		}
	}
	for answer, want := range map[string]string{
		`{"statusCode":418}`:              `"integrationStatus":"418"`, // the function's own
		`{"statusCode":"503","body":"x"}`: `"integrationStatus":"503"`,
		`{"statusCode":"x"}`:              `"integrationStatus":"200"`, // that of calling it
	} {
		s.things.code = func([]byte) (string, error) { return answer, nil }
		if s.send(t, "GET /test/things/7\nAuthorization: Bearer all"); !strings.Contains(log.last(), want) {
			t.Errorf("%s: line %s, want %s", answer, log.last(), want)
		}
	}
	s.send(t, "GET /test/nowhere\nAuthorization: Bearer secret")
	if text := log.last(); !strings.Contains(text, `"errorType":"INVALID_SIGNATURE"`) || !strings.Contains(text, `"status":"403"`) || strings.Contains(text, "secret") {
		t.Errorf("line %s", text)
	}
}

// TestAccessLogFormat: a mode's own format, and values that could end a member or a line.
func TestAccessLogFormat(t *testing.T) {
	log := &lines{}
	s := startStage(t, modeText+`accessLogFormat: '$context.identity.sourceIp "$context.httpMethod $context.path $context.protocol" $context.status [$context.authorizer.text] $context.authorizer.none $context.requestId. $context.error.responseType $contextual'`+"\n", func(c *setting) { c.AccessLog = log })
	got := s.send(t, "GET /test/things/7\nAuthorization: Bearer all")
	if want := `127.0.0.1 "GET /test/things/7 HTTP/1.1" 200 [a] - ` + got.header.Get("x-amzn-RequestId") + ". - $contextual\n"; log.last() != want {
		t.Errorf("line %q\nwant %q", log.last(), want)
	}
	s = startStage(t, modeText+`accessLogFormat: '{"id":"$context.requestId","agent":"$context.identity.userAgent","path":"$context.path","type":"$context.error.responseType"}'`+"\n", func(c *setting) { c.AccessLog = log })
	s.send(t, "GET /test/no\"where\\\nUser-Agent: a\"b\\\u00e9\t")
	var line map[string]string
	if err := json.Unmarshal([]byte(log.last()), &line); err != nil || strings.Count(log.last(), "\n") != 1 {
		t.Fatalf("%v in %s", err, log.last())
	}
	if line["agent"] != "a\"b\\\u00e9" || line["path"] != "/test/no\"where\\" || line["type"] != "MISSING_AUTHENTICATION_TOKEN" {
		t.Errorf("line %v", line)
	}
}

// TestAccessLogLines: lines of many requests at once stay whole.
func TestAccessLogLines(t *testing.T) {
	log := &lines{}
	s := newStage(t, func(c *setting) { c.AccessLog = log })
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { s.send(t, "GET /test/open") })
	}
	all.Wait()
	for _, line := range log.all {
		if !json.Valid([]byte(line)) || !bytes.HasSuffix([]byte(line), []byte("}\n")) {
			t.Errorf("line %q", line)
		}
	}
	if len(log.all) != 20 {
		t.Errorf("%d lines", len(log.all))
	}
}
