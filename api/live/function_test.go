package live_test

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

	"portcullis/api/contract"
	"portcullis/api/internal/schema"
	"portcullis/api/live"
)

// header sets a header of an event, with all its values.
func header(name string, values ...string) change {
	return func(_, e map[string]any) {
		single, multi := e["headers"].(map[string]any), e["multiValueHeaders"].(map[string]any)
		delete(single, name)
		delete(multi, name)
		if len(values) > 0 {
			single[name], multi[name] = values[len(values)-1], values
		}
	}
}

// ours is the function behind a guard, by the contract that ships, at a time.
func ours(t *testing.T, origins []string, at time.Time, log *bytes.Buffer) (*live.Guard, *contract.Contract) {
	t.Helper()
	read, err := contract.Load("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := read.Rules()
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewJSONHandler(log, nil))
	function, err := live.NewFunction(live.FunctionConfig{AllowedOrigins: origins, Log: logger})
	if err != nil {
		t.Fatal(err)
	}
	guard, err := live.New(live.Config{Rules: rules, Next: function, Now: func() time.Time { return at }, Log: logger})
	if err != nil {
		t.Fatal(err)
	}
	return guard, read
}

// TestConnecting: whose page may connect, and the subprotocol that is taken: never a token.
func TestConnecting(t *testing.T) {
	const page = "https://app.example.com"
	tests := []struct {
		name    string
		origins []string
		change  []change
		want    string
	}{
		{"any origin", []string{"*"}, nil, `{"statusCode":200}`},
		{"an allowed origin", []string{"https://other.example.com", page}, nil, `{"statusCode":200}`},
		{"another origin", []string{"https://other.example.com"}, nil, `{"statusCode":403,"body":"{\"message\":\"Forbidden\"}"}`},
		{"no origin is allowed", nil, nil, `{"statusCode":403,"body":"{\"message\":\"Forbidden\"}"}`},
		{"no browser", []string{"https://other.example.com"}, []change{header("Origin")}, `{"statusCode":200}`},
		{"an origin without a name", []string{page}, []change{header("Origin", "null")}, `{"statusCode":403,"body":"{\"message\":\"Forbidden\"}"}`},
		{"an empty origin", []string{page}, []change{header("Origin", "")}, `{"statusCode":403,"body":"{\"message\":\"Forbidden\"}"}`},
		{"two origins", []string{page}, []change{header("Origin", "https://evil.example", page)}, `{"statusCode":403,"body":"{\"message\":\"Forbidden\"}"}`},
		{"an origin in another case", []string{page}, []change{header("Origin"), header("origin", "https://evil.example")}, `{"statusCode":403,"body":"{\"message\":\"Forbidden\"}"}`},
		{"an origin in single headers alone", []string{page}, []change{func(_, e map[string]any) {
			delete(e, "multiValueHeaders")
			e["headers"] = map[string]any{"origin": "https://evil.example"}
		}}, `{"statusCode":403,"body":"{\"message\":\"Forbidden\"}"}`},
		{"a token behind a subprotocol", []string{"*"}, []change{header("Sec-WebSocket-Protocol", "token, ey.J.x")}, `{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"token"}}`},
		{"among others", []string{"*"}, []change{header("Sec-WebSocket-Protocol", "chat,token,ey.J.x,v2")}, `{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"token"}}`},
		{"in two lines, in another case", []string{"*"}, []change{header("sec-websocket-protocol", "token", "ey.J.x")}, `{"statusCode":200,"headers":{"Sec-WebSocket-Protocol":"token"}}`},
		{"no token behind it", []string{"*"}, []change{header("Sec-WebSocket-Protocol", "token")}, `{"statusCode":200}`},
		{"others only", []string{"*"}, []change{header("Sec-WebSocket-Protocol", "chat, ey.J.x")}, `{"statusCode":200}`},
	}
	for _, test := range tests {
		var log bytes.Buffer
		guard, _ := ours(t, test.origins, before, &log)
		output, err := guard.Invoke(t.Context(), eventOf(t, "connect", test.change...))
		if err != nil || string(output) != test.want {
			t.Errorf("%s: %s, %v; want %s", test.name, output, err, test.want)
		}
		if refused := strings.Contains(test.want, "403"); refused != strings.Contains(log.String(), `"origin-not-allowed"`) || strings.Contains(log.String()+string(output), "ey.J.x") {
			t.Errorf("%s: logged %s", test.name, &log)
		}
	}
}

// TestDisconnecting: the log tells of a connection that ended, and how.
func TestDisconnecting(t *testing.T) {
	var log bytes.Buffer
	guard, _ := ours(t, []string{"*"}, end, &log)
	output, err := guard.Invoke(t.Context(), eventOf(t, "disconnect"))
	if err != nil || string(output) != `{"statusCode":200}` || !strings.Contains(log.String(), `"connectionId":"R1kmxc2VNjMCFIA=","status":1001,"reason":"Going away"`) {
		t.Errorf("%s, %v, logged %s", output, err, &log)
	}
}

// TestMessages: what whoami and ping send back is as the contract says.
func TestMessages(t *testing.T) {
	tests := []struct {
		route, body, grant string
		want               string
	}{
		{"ping", `{"action":"ping"}`, "1;1705755297;7;bearer=;", `{"action":"ping"}`},
		{"ping", `{"action":"ping","id":"a\u003cb"}`, "1;;;apiKey=;", `{"action":"ping","id":"a\u003cb"}`},
		{"whoami", `{"action":"whoami","id":"1"}`, "1;1705755297;7;bearer=;", `{"action":"whoami","id":"1","sub":"7","schemes":["bearer"],"scopes":["chat","users/self"],"expires":1705755297}`},
		{"whoami", `{"action":"whoami"}`, "1;;;apiKey=;bearer=;", `{"action":"whoami","sub":"7","schemes":["apiKey","bearer"],"scopes":["chat","users/self"]}`},
		{"whoami", `{"action":"whoami"}`, "1;;7;", ""},
		{"whoami", `{"action":"whoami"}`, "1;1705755296;7;bearer=;", ""},
		{"ping", `{"action":"whoami"}`, "1;;7;bearer=;", badBody},
		{"ping", `{"action":"ping","ID":"1"}`, "1;;7;bearer=;", badBody},
		{"ping", `ping`, "1;;7;bearer=;", badBody},
		{"pong", `{"action":"pong"}`, "1;;7;bearer=;", ""},
		{"$default", `{"action":"pong"}`, "1;;7;bearer=;", ""},
	}
	for _, test := range tests {
		guard, read := ours(t, nil, before, &bytes.Buffer{})
		output, err := guard.Invoke(t.Context(), eventOf(t, "message", key(test.route), body(test.body), grant(test.grant)))
		var answer struct{ Body string }
		if err != nil || json.Unmarshal(output, &answer) != nil {
			t.Errorf("%s: %s, %v", test.body, output, err)
		}
		want := test.want
		if want == "" {
			want = forbidden
		}
		if answer.Body != want {
			t.Errorf("%s by %s: %s; want %s", test.body, test.grant, answer.Body, want)
		}
		if strings.HasPrefix(test.want, `{"action"`) {
			conforms(t, read, test.route, answer.Body)
		}
	}
}

// conforms checks a reply by the schema that the contract has of it.
func conforms(t *testing.T, read *contract.Contract, key, reply string) {
	t.Helper()
	var document struct {
		Components struct{ Schemas map[string]json.RawMessage }
	}
	if err := json.Unmarshal(read.Document, &document); err != nil {
		t.Fatal(err)
	}
	for _, r := range read.WebSocket.Routes {
		if r.Key != key {
			continue
		}
		s, err := schema.Parse(document.Components.Schemas[strings.TrimPrefix(r.Reply, "#/components/schemas/")])
		if err != nil {
			t.Fatal(err)
		}
		value, err := schema.Decode([]byte(reply))
		if err != nil || s.Check(value) != nil {
			t.Errorf("%s is no %s: %v, %v", reply, r.Reply, err, s.Check(value))
		}
		return
	}
	t.Errorf("the contract has no route %s", key)
}

// TestNoGuard: a message that comes by no guard is answered by nobody.
func TestNoGuard(t *testing.T) {
	function, err := live.NewFunction(live.FunctionConfig{AllowedOrigins: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range [][]byte{eventOf(t, "message", key("ping"), body(`{"action":"ping"}`)), eventOf(t, "message", key("$connect"), set("eventType", "CONNECT"))} {
		if output, err := function.Invoke(t.Context(), event); !errors.As(err, new(*live.EventError)) {
			t.Errorf("%s, %v", output, err)
		}
	}
}

// TestUnserved: a route that the contract gives to the function, and that it does not serve, is an error of the function.
func TestUnserved(t *testing.T) {
	function, err := live.NewFunction(live.FunctionConfig{AllowedOrigins: []string{"*"}})
	if err != nil {
		t.Fatal(err)
	}
	guard, err := live.New(live.Config{Rules: chat(t), Next: function, Now: func() time.Time { return before }})
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range [][]byte{eventOf(t, "message", body(`{"text":"a"}`)), eventOf(t, "message", key("$default"), body("no JSON"), grant("1;;7;apiKey=;"))} {
		if output, err := guard.Invoke(t.Context(), event); !errors.As(err, new(*live.EventError)) {
			t.Errorf("%s, %v", output, err)
		}
	}
}

func TestOrigins(t *testing.T) {
	for _, origins := range [][]string{{"example.com"}, {"*", "https://app.example.com"}, {"https://App.example.com"}, {""}} {
		if _, err := live.NewFunction(live.FunctionConfig{AllowedOrigins: origins}); !errors.As(err, new(*live.OriginError)) {
			t.Errorf("%q: %v", origins, err)
		}
	}
}

func ExampleNew() {
	// function is lambda.NewHandler(handle), of aws-lambda-go.
	function, err := live.NewFunction(live.FunctionConfig{AllowedOrigins: []string{"*"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	read, err := contract.Load("../openapi.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	rules, err := read.Rules() // a function has them of rules.json: policy.LoadRules
	if err != nil {
		fmt.Println(err)
		return
	}
	guard, err := live.New(live.Config{Rules: rules, Next: function, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, grant := range []string{"1;;7;bearer=;", ""} {
		answer, err := guard.Invoke(context.Background(), fmt.Appendf(nil, `{"requestContext": {"routeKey": "ping", "eventType": "MESSAGE", "messageId": "m", "connectionId": "c",
			"requestId": "r", "authorizer": {"grant": %q}}, "body": "{\"action\":\"ping\"}"}`, grant))
		fmt.Println(string(answer), err)
	}
	// Output:
	// {"statusCode":200,"body":"{\"action\":\"ping\"}"} <nil>
	// {"statusCode":200,"body":"{\"message\": \"Forbidden\", \"connectionId\":\"c\", \"requestId\":\"r\"}"} <nil>
}
