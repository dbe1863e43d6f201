package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"portcullis/api/contract"
	"portcullis/api/live"
	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
	"portcullis/authorizers/verify"
	"portcullis/authorizers/verify/verifytest"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
	"portcullis/deploy/testtools"
	"portcullis/policy"
)

// deployed is a stage of the contract's WebSocket API as it is deployed: behind the REQUEST authorizer, before the live function and its
// guard.
type deployed struct {
	*chat
	issuer *verifytest.Issuer
	keys   *apikey.MemoryStore
	log    *safeBuffer // of the functions and the gateway
}

// told is a function that tells of its events before it answers them.
type told struct {
	gateway.Invoker
	events chan string
}

func (f told) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	f.events <- string(event)
	return f.Invoker.Invoke(ctx, event)
}

// newDeployed starts a stage of the contract that ships, for tokens of an issuer, to which pages of these origins may connect.
func newDeployed(t *testing.T, issuer *verifytest.Issuer, origins ...string) *deployed {
	t.Helper()
	read, err := contract.Load("../../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := &deployed{issuer: issuer, keys: apikey.NewMemoryStore(), log: &safeBuffer{}}
	log := slog.New(slog.NewJSONHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	rules, err := read.Rules()
	if err != nil {
		t.Fatal(err)
	}
	function, err := live.NewFunction(live.FunctionConfig{AllowedOrigins: origins, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	guard, err := live.New(live.Config{Rules: rules, Next: function, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan string, 10_000)
	d.chat = newChat(t, managedChatMode, func(c *setting) {
		m, err := modes.Parse("test.yaml", []byte(with(managedChatMode, "function: token", "function: request")))
		if err != nil {
			t.Fatal(err)
		}
		c.Contract, c.Mode, c.Now, c.Log, c.AccessLog = read, m, time.Now, log, d.log
		c.Functions = map[string]gateway.Invoker{"request": d.authorizer(t, rules, log), "live": told{guard, events}}
		c.Traces = func(trace *gateway.Trace) { log.Info("trace", "trace", trace) }
	})
	d.now, d.events = time.Now(), events
	return d
}

// newIssuer starts an issuer of tokens.
func newIssuer(t *testing.T) *verifytest.Issuer {
	t.Helper()
	issuer := verifytest.NewServer("ES256")
	t.Cleanup(issuer.Close)
	return issuer
}

// authorizer is the REQUEST authorizer of the stage's issuer and its keys.
func (d *deployed) authorizer(t *testing.T, rules *policy.Rules, log *slog.Logger) *authorizers.RequestAuthorizer {
	t.Helper()
	tokens, err := verify.New(verify.Config{Issuers: []verify.Issuer{{
		Issuer: d.issuer.URL, Audience: []string{verifytest.DefaultClientID}, TokenUse: []string{verify.UseAccess}, Algorithms: []string{"ES256"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tokens.Close)
	keys, err := apikey.NewChecker(apikey.Config{Store: d.keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(keys.Close)
	authorizer, err := authorizers.NewRequest(authorizers.Config{Rules: rules, Tokens: tokens, Keys: keys, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return authorizer
}

// token is a token of the stage's issuer.
func (d *deployed) token() string {
	return d.issuer.CognitoAccess(verifytest.Options{Subject: "ann", Scopes: []string{"users/read"}})
}

// key is an API key that the stage knows.
func (d *deployed) key(t *testing.T) string {
	t.Helper()
	key, _, err := apikey.Issue(t.Context(), d.keys, apikey.Record{Owner: "partner", Scopes: []string{"users/write"}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return key.Reveal()
}

// address is that of the API.
func (d *deployed) address() string { return "ws" + strings.TrimPrefix(d.url, "http") + "/test" }

// ends are the codes and reasons with which connections ended, as the function was told, sorted.
func (d *deployed) ends(t *testing.T) []string {
	t.Helper()
	d.gateway.Close()
	var all []string
	for {
		select {
		case text := <-d.events:
			var e event
			if err := json.Unmarshal([]byte(text), &e); err != nil {
				t.Fatal(err)
			}
			if c := e.RequestContext; c.EventType == "DISCONNECT" {
				all = append(all, fmt.Sprintf("%d %s", c.DisconnectStatusCode, *c.DisconnectReason))
			}
		default:
			slices.Sort(all)
			return all
		}
	}
}

// varying is what differs from run to run of what clients see.
var varying = regexp.MustCompile(`("expires":)\d+|("(?:connection|message|request)Id": ?)"[^"]*"`)

// compare compares lines.
func compare(t *testing.T, what, got, want string) {
	t.Helper()
	got = varying.ReplaceAllString(strings.TrimSpace(got), "$1$2-")
	if want = strings.TrimSpace(want); got != want {
		t.Errorf("%s: got\n%s\nwant\n%s", what, got, want)
	}
}

// keepsSecrets looks for credentials in what was logged.
func (d *deployed) keepsSecrets(t *testing.T, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if log := d.log.String(); strings.Contains(log, secret) || log == "" {
			t.Errorf("the log holds %s:\n%s", secret, log)
		}
	}
}

// conversations are what a program's client library sees of the API.
const conversations = `
a header: extensions none; protocol none; {"action":"whoami","sub":"ann","schemes":["bearer"],"scopes":["users/read"],"expires":-}; closed 1000 
a key: extensions none; protocol none; {"action":"whoami","sub":"partner","schemes":["apiKey"],"scopes":["users/write"]}; closed 1000 
both: extensions none; protocol none; {"action":"whoami","sub":"ann","schemes":["apiKey","bearer"],"scopes":["users/read","users/write"],"expires":-}; closed 1000 
a subprotocol: extensions none; protocol token; {"action":"whoami","sub":"ann","schemes":["bearer"],"scopes":["users/read"],"expires":-}; closed 1000 
a query: extensions none; protocol none; {"action":"whoami","sub":"ann","schemes":["bearer"],"scopes":["users/read"],"expires":-}; closed 1000 
nothing: status 401
a wrong token: status 401
a wrong key beside a good token: status 401
two tokens: status 401
two subprotocols: extensions none; protocol token; {"action":"whoami","sub":"ann","schemes":["bearer"],"scopes":["users/read"],"expires":-}; closed 1000 
ping: extensions none; protocol none; pong hello; closed 1000 
fragments: extensions none; protocol none; {"action":"ping"}; closed 1000 
128 KB: extensions none; protocol none; {"action":"ping"}; closed 1000 
128 KB and a byte: extensions none; protocol none; closed 1009 Message too long
a frame of 32 KB and a byte: extensions none; protocol none; closed 1009 Message too long
binary: extensions none; protocol none; closed 1003 Binary frames are not supported
a reason: extensions none; protocol none; closed 4001 bye
no status: extensions none; protocol none; closed 1005 
gone: extensions none; protocol none; closed 1006 
`

// converse runs a program that has the conversations, and compares what it sees, and how the function is told that they end.
func (d *deployed) converse(t *testing.T, want string, ends map[string]int, command *exec.Cmd) {
	t.Helper()
	token, key := d.token(), d.key(t)
	client, err := json.Marshal(map[string]string{"url": d.address(), "token": token, "key": key})
	if err != nil {
		t.Fatal(err)
	}
	command.Env = append(command.Env, "CLIENT="+string(client))
	var wrong strings.Builder
	command.Stderr = &wrong
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, output, &wrong)
	}
	compare(t, command.Args[0], string(output), want)
	got := map[string]int{}
	for _, end := range d.ends(t) {
		got[end]++
	}
	for end, times := range ends {
		if got[end] != times {
			t.Errorf("the function is told %v, want %v", got, ends)
			break
		}
	}
	d.keepsSecrets(t, token, key, strings.Split(token, ".")[2])
}

// TestClientWS: npm's ws.
func TestClientWS(t *testing.T) {
	node, env := testtools.NodeModule(t, "ws", "8")
	command := exec.CommandContext(t.Context(), node, "testdata/clients/ws.js")
	command.Env = env
	newDeployed(t, newIssuer(t), "https://app.example.com").converse(t, conversations, map[string]int{
		"1000 ": 9, "1009 Message too long": 2, "1003 Binary frames are not supported": 1, "4001 bye": 1,
		"1005 Client-side close frame status not set": 1, "1006 Connection Closed Abnormally": 1,
	}, command)
}

// TestClientWebsockets: Python's websockets, whose connection closes with 1000 where it is told no status.
func TestClientWebsockets(t *testing.T) {
	python := testtools.PythonModule(t, "websockets", "10")
	command := exec.CommandContext(t.Context(), python, "testdata/clients/client.py")
	command.Env = os.Environ()
	newDeployed(t, newIssuer(t), "https://app.example.com").converse(t, strings.Replace(conversations, "closed 1005 ", "closed 1000 ", 1), map[string]int{
		"1000 ": 10, "1009 Message too long": 2, "1003 Binary frames are not supported": 1, "4001 bye": 1, "1006 Connection Closed Abnormally": 1,
	}, command)
}

// pageConversations are what a page sees of the API: of a refusal only that there is one.
const pageConversations = `
a subprotocol: extensions none; protocol token; {"action":"whoami","sub":"ann","schemes":["bearer"],"scopes":["users/read"],"expires":-}; closed 1000 
a status of its own: extensions none; protocol token; {"action":"whoami","sub":"ann","schemes":["bearer"],"scopes":["users/read"],"expires":-}; closed 4001 bye
no status: extensions none; protocol token; {"action":"whoami","sub":"ann","schemes":["bearer"],"scopes":["users/read"],"expires":-}; closed 1005 
a query: extensions none; protocol none; {"action":"whoami","sub":"ann","schemes":["bearer"],"scopes":["users/read"],"expires":-}; closed 1000 
nothing: error; closed 1006 not clean
a wrong token: error; closed 1006 not clean
a token without its subprotocol: error; closed 1006 not clean
two tokens: error; closed 1006 not clean
a message that is too large: extensions none; protocol token; closed 1009 Message too long
binary: extensions none; protocol token; closed 1003 Binary frames are not supported
pages of this site: extensions none; protocol token; {"action":"whoami","sub":"ann","schemes":["bearer"],"scopes":["users/read"],"expires":-}; closed 1000 
pages of another site: error; closed 1006 not clean
`

// TestClientPage: a page in a browser, of a site that may connect and of one that may not.
func TestClientPage(t *testing.T) {
	browser := testtools.Chromium(t)
	reports := make(chan string, 1)
	site := http.NewServeMux()
	site.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "testdata/clients/page.html") })
	site.HandleFunc("POST /report", func(w http.ResponseWriter, r *http.Request) {
		report, _ := io.ReadAll(r.Body)
		reports <- string(report)
	})
	site.HandleFunc("GET /left", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<!doctype html>") })
	server := httptest.NewServer(site)
	defer server.Close()

	issuer := newIssuer(t)
	any, own, foreign := newDeployed(t, issuer, "*"), newDeployed(t, issuer, server.URL), newDeployed(t, issuer, "https://app.example.com")
	token := any.token()
	address := server.URL + "/?" + url.Values{"api": {any.address()}, "own": {own.address()}, "foreign": {foreign.address()}, "token": {token}}.Encode()
	browse(t, browser, address)
	select {
	case report := <-reports:
		compare(t, "the page", report, pageConversations)
	case <-time.After(time.Minute):
		t.Fatalf("the page reports nothing:\n%s", any.log)
	}
	for left := false; !left; { // as the browser tells where it leaves a page
		select {
		case text := <-any.events:
			left = strings.Contains(text, `"disconnectStatusCode":1001`)
		case <-time.After(time.Minute):
			t.Fatalf("the function is told nothing of the page that was left:\n%s", any.log)
		}
	}
	any.keepsSecrets(t, token)
	if log := foreign.log.String(); !strings.Contains(log, `"reason":"origin-not-allowed","origin":"`+server.URL+`"`) {
		t.Errorf("logged %s", log)
	}
}

// browse opens a page in a browser of its own, to the end of the test.
func browse(t *testing.T, browser, address string) {
	t.Helper()
	command := testtools.Browser(t.Context(), t, browser, "--disable-features=BackForwardCache,"+testtools.OwnPanels, "--remote-debugging-port=0", address)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) } // of which it takes its other processes along
	command.WaitDelay = 20 * time.Second
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Wait() })
}
