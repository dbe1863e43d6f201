package plan_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// TestWebSocketRefusals: what a WebSocket API cannot be made of is refused, with its place.
func TestWebSocketRefusals(t *testing.T) {
	chat, err := os.ReadFile(filepath.Join("testdata", "everything", "chat.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	const iam = "name: test\ngateway: WEBSOCKET\nauthorization: AWS_IAM\n"
	message := func(key string, size int) string { // a route of messages whose schema, as a model, has that size
		model := func(n int) string {
			return fmt.Sprintf(`{"$schema":"http://json-schema.org/draft-04/schema#","enum":[%q],"title":%q}`, strings.Repeat("d", n), "Message"+key)
		}
		route := fmt.Sprintf("%s: {security: [], function: clock, message: {enum: [%s]}}\n    ", key, strings.Repeat("d", size-len(model(0))))
		return strings.Replace(string(chat), "chat/time: {", route+"chat/time: {", 1)
	}
	longest := strings.Repeat("k", 128-len("Message"))
	tests := []struct{ contract, mode, want string }{
		{string(chat), iam, ""},
		{contractBase, iam, "test.yaml:2: gateway: want a contract with x-websocket, and contract.yaml has none"},
		{string(chat), iam + "throttle: {rateLimit: 1, burstLimit: 1, methods: {chat/leave: {rateLimit: 1, burstLimit: 1}}}\n",
			"test.yaml:4: throttle.methods.chat/leave: want an operation of contract.yaml, which has none such"},
		{strings.Replace(string(chat), "chat/time: {", "chat-send: {message: {type: object}, ", 1), iam,
			"contract.yaml:30: chat-send: want another route key: the model Messagechatsend is another route's"},
		{message(longest, 32768), iam, ""},
		{message(longest+"k", 32768), iam, "contract.yaml:30: " + longest + "k: want a shorter route key: the name of its messages' model, Message" + longest +
			"k, has 129 characters, and 128 are the most"},
		{message("big", 32769), iam, "contract.yaml:30: big: want a smaller schema: that of its messages, with what it refers to in the place of references, " +
			"has 32769 bytes as a model of API Gateway's, and 32768 are the most"},
	}
	const signed = "openapi: 3.1.0\nx-function: f\ncomponents: {securitySchemes: {sigv4: {type: apiKey, x-amazon-apigateway-authtype: awsSigv4}}}\n" +
		"paths: {/a: {get: {security: []}}}\nx-websocket:\n  connect: {security: [sigv4: []]}\n  routes:\n    send: {security: SECURITY}\n"
	open, closed := strings.Replace(signed, "SECURITY", "[]", 1), strings.Replace(signed, "SECURITY", "[sigv4: []]", 1)
	tests = append(tests, []struct{ contract, mode, want string }{
		{open, iam, ""},
		{open, "name: test\ngateway: WEBSOCKET\nauthorization: REQUEST\nauthorizer: {function: check, identitySource: []}\n",
			"contract.yaml:6: $connect: asks for a signature (AWS Signature Version 4), which only a mode of authorization AWS_IAM checks"},
		{closed, iam, "contract.yaml:8: send: asks for a signature, and no message has one: who sends is who has connected"},
	}...)
	for _, test := range tests {
		c, err := contract.Parse("contract.yaml", []byte(test.contract))
		if err != nil {
			t.Fatal(err)
		}
		m, err := modes.Parse("test.yaml", []byte(test.mode))
		if err != nil {
			t.Fatal(err)
		}
		p, err := plan.Compile(c, m)
		switch {
		case test.want == "" && (err != nil || p.Operations["$connect"].AuthorizationType != plan.IAM || p.Keys() != nil):
			t.Errorf("%+v, error %v", p, err)
		case test.want != "" && (err == nil || err.Error() != test.want):
			t.Errorf("%s:\nerror %v\nwant  %s", test.mode, err, test.want)
		}
	}
}

// TestFunctionsOfMessages: functions of messages have names that can be in one stack, too, and those that serve many have one permission.
func TestFunctionsOfMessages(t *testing.T) {
	const text = "openapi: 3.1.0\nx-function: chat\nsecurity: []\npaths: {/a: {get: {}}}\nx-websocket:\n  connect: {%s}\n  routes:\n    say: {%s}\n%s"
	for _, test := range []struct{ connect, say, more, want string }{
		{"function: chat", "function: talk", "", ""},
		{"function: CHAT", "", "", `contract.yaml:8: the function "chat": want a name that differs from that of the function "CHAT" in more than case`},
		{"", "function: Live", "", `contract.yaml:8: the function "Live": want a name that differs from that of the function "live" in more than case`},
		{"function: socket", "", "", `contract.yaml:6: the function "socket": want another name than the mode's`},
	} {
		c, err := contract.Parse("contract.yaml", fmt.Appendf(nil, text, test.connect, test.say, test.more))
		if err != nil {
			t.Fatal(err)
		}
		m, err := modes.Parse("socket.yaml", []byte("name: socket\ngateway: WEBSOCKET\nauthorization: REQUEST\nauthorizer: {function: request}\n"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := plan.Compile(c, m); test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
			t.Errorf("%s, %s: error %v, want %s", test.connect, test.say, err, test.want)
		}
	}
	var more strings.Builder
	for i := range 10 {
		fmt.Fprintf(&more, "    more%d: {}\n", i)
	}
	c, err := contract.Parse("contract.yaml", fmt.Appendf(nil, text, "function: presence", "", more.String()))
	if err != nil {
		t.Fatal(err)
	}
	m, err := modes.Parse("socket.yaml", []byte("name: socket\ngateway: WEBSOCKET\nauthorization: REQUEST\nauthorizer: {function: request}\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(c, m)
	if err != nil || p.Operations["say"].Permission != plan.AnyOperation || p.Operations["$connect"].Permission != "$connect" {
		t.Errorf("%+v, error %v", p, err)
	}
}
