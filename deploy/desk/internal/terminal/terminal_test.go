package terminal_test

import (
	"bytes"
	"strings"
	"testing"

	"portcullis/deploy/desk/internal/terminal"
	"portcullis/deploy/gateway"
)

func TestCall(t *testing.T) {
	asked := &gateway.AuthorizerTrace{Type: "TOKEN", Function: "token", Event: []byte("{}")}
	cached := &gateway.AuthorizerTrace{Type: "TOKEN", Function: "token", Cached: true}
	users := &gateway.IntegrationTrace{Function: "users"}
	for _, test := range []struct {
		name  string
		trace gateway.Trace
		color bool
		want  string // without blanks in a row
	}{
		{"asked", gateway.Trace{Method: "GET", Path: "/rest-token/users/7", Authorizer: asked, Integration: users, Status: 200, Milliseconds: 1.25}, false,
			"GET /users/7 rest-token users 200 1.2 ms asked\n"},
		{"cached", gateway.Trace{Method: "GET", Path: "/rest-token/", Authorizer: cached, Integration: users, Status: 404}, false, "GET / rest-token users 404 0.0 ms cached\n"},
		{"kept answer", gateway.Trace{Method: "GET", Path: "/a/b", Authorizer: cached, Cache: "hit", Status: 200}, false, "GET /b a - 200 0.0 ms hit\n"},
		{"the gateway's own authorizer", gateway.Trace{Method: "GET", Path: "/a/b", Authorizer: &gateway.AuthorizerTrace{Type: "JWT"}, Status: 200}, false, "GET /b a - 200 0.0 ms\n"},
		{"not called", gateway.Trace{Method: "GET", Path: "/a/b", Authorizer: &gateway.AuthorizerTrace{Type: "TOKEN", Function: "token"}, Status: 401, ResponseType: "UNAUTHORIZED", Reason: "why"}, false,
			"GET /b a - 401 0.0 ms UNAUTHORIZED: why\n"},
		{"no type", gateway.Trace{Method: "GET", Path: "/", Status: 403, Reason: "there is no stage"}, false, "GET / - - 403 0.0 ms there is no stage\n"},
		{"message", gateway.Trace{Method: "GET", Path: "/websocket", EventType: "MESSAGE", Route: "whoami", Integration: users, Status: 200}, false, "MESSAGE whoami websocket users 200 0.0 ms\n"},
		{"connect", gateway.Trace{Method: "GET", Path: "/websocket", EventType: "CONNECT", Status: 200}, false, "CONNECT / websocket - 200 0.0 ms\n"},
		{"what steers terminals", gateway.Trace{Method: "GET", Path: "/a/\x1b[2J\u009b\xff\nb", Status: 404, Reason: "no\r\n\x1b]0;x\a"}, false, "GET /�[2J�� b a - 404 0.0 ms no �]0;x�\n"},
		{"long", gateway.Trace{Method: "GET", Path: "/a/" + strings.Repeat("ü", 100), Status: 200}, false, "GET /" + strings.Repeat("ü", 58) + "… a - 200 0.0 ms\n"},
		{"green", gateway.Trace{Method: "GET", Path: "/a/b", Status: 200}, true, "GET /b a - \x1b[32m200\x1b[0m 0.0 ms\n"},
		{"cyan", gateway.Trace{Method: "GET", Path: "/a/b", Status: 304}, true, "GET /b a - \x1b[36m304\x1b[0m 0.0 ms\n"},
		{"yellow", gateway.Trace{Method: "GET", Path: "/a/b", Status: 404}, true, "GET /b a - \x1b[33m404\x1b[0m 0.0 ms\n"},
		{"red", gateway.Trace{Method: "GET", Path: "/a/b", Status: 502}, true, "GET /b a - \x1b[31m502\x1b[0m 0.0 ms\n"},
	} {
		got := strings.Join(strings.Fields(string(terminal.Call(&test.trace, test.color))), " ") + "\n"
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestLog(t *testing.T) {
	for _, test := range []struct {
		lines string
		color bool
		want  string
	}{
		{`{"time":"t","level":"INFO","msg":"rules","sha256":"a"}` + "\n", false, ""},
		{`{"time":"t","level":"INFO","msg":"decision","decision":"unauthorized"}` + "\n", false, ""},
		{`{"time":"t","level":"ERROR","msg":"decision","decision":"cannot-tell"}` + "\n", false, "error: decision decision=cannot-tell\n"},
		{`{"time":"t","level":"WARN","msg":"policy","remark":"two words","n":7,"empty":""}` + "\n", false, `warn: policy empty="" n=7 remark="two words"` + "\n"},
		{`{"time":"t","level":"INFO","msg":"of a function","a":{"b":"<"}}` + "\n", false, `of a function a={"b":"<"}` + "\n"},
		{`{"time":"t","level":"ERROR","msg":"down"}` + "\n", true, "\x1b[31merror\x1b[0m: down\n"},
		{`{"time":"t","level":"WARN","msg":"a\u001b[2J\nb"}` + "\n", true, "\x1b[33mwarn\x1b[0m: a�[2J b\n"},
		{`{"level":"INFO","msg":"rules"}` + "\nplain\n" + `{"level":"WARN","msg":"x"}` + "\n", false, "plain\nwarn: x\n"},
		{`{"message":"of others"}` + "\n", false, `{"message":"of others"}` + "\n"},
		{`{"level":30,"msg":"of others"}` + "\n", false, `{"level":30,"msg":"of others"}` + "\n"},
		{`{"level":"INFO","msg":"hal`, false, `{"level":"INFO","msg":"hal`},
		{"building token\n", false, "building token\n"},
	} {
		var out bytes.Buffer
		n, err := terminal.Log{To: &out, Color: test.color}.Write([]byte(test.lines))
		if n != len(test.lines) || err != nil || out.String() != test.want {
			t.Errorf("%s\n%d, %v, %q, want %q", test.lines, n, err, &out, test.want)
		}
	}
}
