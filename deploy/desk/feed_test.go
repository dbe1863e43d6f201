package desk_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portcullis/deploy/desk"
)

// startFeed starts a desk that watches copies of this module's contract and two of its modes, in a folder of its own.
func startFeed(t *testing.T, environment ...string) (d *running, contract string) {
	t.Helper()
	files := map[string]string{"openapi.yaml": "../../api/openapi.yaml", "websocket.yaml": "../modes/websocket.yaml", "rest-token.yaml": "../modes/rest-token.yaml"}
	texts := map[string]string{}
	for name, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	t.Chdir(t.TempDir())
	for name, text := range texts {
		write(t, name, text)
	}
	return start(t, desk.Config{
		Name: "local", Watch: true, Contract: "openapi.yaml", Modes: []string{"rest-token.yaml", "websocket.yaml"}, Environ: append(os.Environ(), environment...),
	}), texts["openapi.yaml"]
}

// change changes users by the REST API.
func change(t *testing.T, d *running, token, method, path, body string, status int) {
	t.Helper()
	request, err := http.NewRequest(method, d.url+"/rest-token"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != status {
		t.Errorf("%s %s: %s", method, path, response.Status)
	}
}

// TestWatchKeepsFeed: while contracts come and go, a client gets each change of a user once, in order, on the connection that it had.
func TestWatchKeepsFeed(t *testing.T) {
	d, contract := startFeed(t)
	token := accessToken(t, d.url, "admin")
	c := connect(t, d, "websocket")
	c.say(t, `{"action":"subscribe","users":"*"}`)
	c.hears(t, `{"action":"subscribe","until":`)
	change(t, d, token, "POST", "/users", `{"id":"ann","name":"x"}`, 201)
	c.hears(t, `{"event":"user.created","id":"ann",`)
	var reloaded atomic.Bool
	changed := make(chan int) // how often ann was changed
	go func() {
		n := 0
		for ; !reloaded.Load(); n++ {
			change(t, d, token, "PUT", "/users/ann", fmt.Sprintf(`{"name":"name %d."}`, n), 200)
		}
		changed <- n
	}()
	for i := range 3 {
		write(t, "openapi.yaml", contract+fmt.Sprintln("# ", i))
		for strings.Count(d.stderr.String(), "local: reloaded openapi.yaml\n") < i+1 && t.Context().Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
	}
	reloaded.Store(true)
	for i := range <-changed {
		c.hears(t, fmt.Sprintf(`{"event":"user.updated","id":"ann","user":{"id":"ann","name":"name %d."`, i))
	}
	c.say(t, `{"action":"ping"}`)
	c.hears(t, `{"action":"ping"}`)
}

// TestFeedGoesAndComes: a contract without the messages of the feed has none, which is said once, and one that has them again has it again.
func TestFeedGoesAndComes(t *testing.T) {
	d, contract := startFeed(t)
	token := accessToken(t, d.url, "admin")
	without := strings.NewReplacer("    subscribe:\n", "    sub:\n", "action: {const: subscribe}", "action: {const: sub}").Replace(contract)
	for i, text := range []string{without, without + "# again\n", contract} {
		write(t, "openapi.yaml", text)
		for strings.Count(d.stderr.String(), "local: reloaded openapi.yaml\n") < i+1 && t.Context().Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
	}
	if n := strings.Count(d.stderr.String(), `"off":"nobody is told of changes: openapi.yaml has no message subscribe of the function live"`); n != 1 {
		t.Errorf("said %d times\n%s", n, d.stderr)
	}
	c := connect(t, d, "websocket")
	c.say(t, `{"action":"subscribe","users":"*"}`)
	c.hears(t, `{"action":"subscribe","until":`)
	change(t, d, token, "POST", "/users", `{"id":"ann","name":"x"}`, 201)
	c.hears(t, `{"event":"user.created","id":"ann",`)
}

// TestNoFeed: a desk that has no feed says why, in its log and to programs, and those who subscribe.
func TestNoFeed(t *testing.T) {
	d, _ := startFeed(t, "USERS_TABLE=:memory:")
	const why = "nobody is told of changes: USERS_TABLE is :memory:, which has no stream"
	waitForLog(t, d, `"off":"`+why+`"`)
	if status, told := get(t, d, "/_desk"); status != 200 || !strings.Contains(told, `"feed":{"on":false,"ends":true,"mode":"websocket","why":"`+why+`"}`) {
		t.Errorf("%d %s", status, told)
	}
	c := connect(t, d, "websocket")
	c.say(t, `{"action":"subscribe","users":"*"}`)
	c.hears(t, `{"action":"subscribe","error":"no-feed"`)
	if strings.Contains(d.greeting, "be told of changes") {
		t.Error("the greeting offers a feed")
	}
}
