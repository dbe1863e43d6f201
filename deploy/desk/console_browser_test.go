package desk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"portcullis/deploy/desk"
	"portcullis/deploy/internal/localtls"
	"portcullis/deploy/testtools"
)

// consoleTests are the files of console/browser, and the desks that each of them names. What differs from a desk without flags: foreign has a
// contract of 330 operations that is not this module's, odd one of markup and a function that is as it should not be, narrow a plan that lets
// one request through, failing one whose functions have no time and an issuer that cannot be reached, named a WebSocket API with another
// subprotocol, mute one that no page can connect to, signed one for those who sign, and still one whose changes nobody is told of; secure
// speaks https, and switched is stopped and started.
var consoleTests = map[string][]string{
	"shell":     {"ours"},
	"identity":  {"ours", "foreign", "secure"},
	"call":      {"ours", "foreign", "odd"},
	"sockets":   {"ours", "named", "mute", "signed", "still", "secure"},
	"access":    {"ours", "foreign"},
	"token":     {"ours"},
	"live":      {"ours", "odd", "narrow", "failing"},
	"workbench": {"ours", "foreign"},
	"markup":    {"odd"},
	"faults":    {"odd", "switched"},
	"looks":     {"ours", "foreign"},
	"story":     {"ours"},
}

// TestConsoleInBrowser goes through all that people do on the page of a desk, with a real browser. Files run beside each other, each with
// desks and a browser of its own: who drives a browser sees all pages in it, which share one clipboard.
func TestConsoleInBrowser(t *testing.T) {
	t.Parallel()
	parts := findConsoleParts(t)
	for file, names := range consoleTests {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			addresses := map[string]string{}
			for _, name := range names {
				addresses[name] = startForConsole(t, name)
			}
			parts.run(t, file+".test.mjs", addresses)
		})
	}
}

// startForConsole starts a desk by the name that the tests of the console have for it, and gives its address.
func startForConsole(t *testing.T, name string) (address string) {
	t.Helper()
	switch name {
	case "foreign":
		return start(t, desk.Config{Contract: "../portcullis/testdata/wild/hundreds/openapi.yaml"}).url
	case "odd":
		return start(t, desk.Config{Contract: "testdata/console/odd.yaml", Functions: []desk.Function{{Name: "odd", Where: testtools.Serve(t, oddly(t.Context())) + "/"}}}).url
	case "failing":
		return start(t, desk.Config{
			Contract: "testdata/console/odd.yaml", Modes: []string{"testdata/console/hasty.yaml"}, Functions: []desk.Function{{Name: "odd", Where: testtools.Serve(t, oddly(t.Context())) + "/"}},
			Environ: append(os.Environ(), `ISSUERS=[{"issuer":"http://127.0.0.1:1/issuer","audience":["api"],"jwksUri":"http://127.0.0.1:1/keys","scopes":["things/read"]}]`),
		}).url
	case "narrow":
		return start(t, desk.Config{Modes: []string{"testdata/console/narrow.yaml"}}).url
	case "named":
		return start(t, desk.Config{Modes: []string{"websocket"}, Environ: append(os.Environ(), "TOKEN_SOURCES=bearer,protocol:bearer-token")}).url
	case "signed":
		return start(t, desk.Config{Contract: "../portcullis/testdata/wild/chat-websocket/openapi.yaml", Modes: []string{"testdata/console/signed.yaml"}}).url
	case "mute":
		return start(t, desk.Config{Modes: []string{"websocket"}, Environ: append(os.Environ(), "TOKEN_SOURCES=bearer")}).url
	case "still":
		return start(t, desk.Config{Environ: append(os.Environ(), "USERS_TABLE=:memory:")}).url
	case "secure":
		return start(t, desk.Config{TLS: true, Environ: append(os.Environ(), localtls.Variable+"="+t.TempDir())}).url
	case "switched":
		return startSwitched(t)
	}
	return start(t, desk.Config{}).url
}

// oddly is a function that answers as the path of its event says, and one of whose paths is answered when the test ends.
func oddly(test context.Context) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		var event struct{ Path, RawPath string }
		json.Unmarshal(text, &event)
		answer := map[string]any{"statusCode": 200, "headers": map[string]string{"Content-Type": "application/json"}, "body": string(text)}
		switch path := event.Path + event.RawPath; {
		case strings.HasSuffix(path, "/slow"):
			<-test.Done()
		case strings.HasSuffix(path, "/broken"):
			answer = map[string]any{"no": "answer of a function"}
		case strings.HasSuffix(path, "/hostile"):
			answer["headers"] = map[string]string{"Content-Type": "text/html", "X-Odd": `<b id="hostile">`}
			answer["body"] = `<!doctype html><img id="hostile" src="x" onerror="alert(8)"><script id="hostile">alert(9)</script>`
		}
		json.NewEncoder(w).Encode(answer)
	}
}

// startSwitched starts a desk that a test stops and starts again at the same address, by POST requests to what it gives: /stop and /start.
// A GET is answered with the desk's address.
func startSwitched(t *testing.T) (switches string) {
	t.Helper()
	d := start(t, desk.Config{})
	address := d.url
	return testtools.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + r.URL.Path {
		case "POST/stop":
			d.stop()
			<-d.ended
		case "POST/start":
			d = start(t, desk.Config{Addr: strings.TrimPrefix(address, "http://")})
		default:
			io.WriteString(w, address)
		}
	}))
}

// consoleParts are what runs programs of the folder console/browser.
type consoleParts struct{ node, chromium string }

func findConsoleParts(t *testing.T) consoleParts {
	t.Helper()
	return consoleParts{testtools.NodePackage(t, "console/browser"), testtools.Chromium(t)}
}

// browser starts a browser until the test ends, and gives the address of its DevTools.
func (p consoleParts) browser(t *testing.T) (at string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	command := testtools.Browser(ctx, t, p.chromium, "--no-startup-window", "--remote-debugging-port=0") // each test opens a window of its own
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = time.Minute
	said, err := command.StderrPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{}) // all its processes have, which write to its folder
	t.Cleanup(func() {
		cancel()
		<-ended
		command.Wait()
	})
	lines := bufio.NewScanner(said)
	for at == "" && lines.Scan() {
		_, address, _ := strings.Cut(lines.Text(), "DevTools listening on ws://")
		at, _, _ = strings.Cut(address, "/")
	}
	go func() {
		io.Copy(io.Discard, said)
		close(ended)
	}()
	if at == "" {
		t.Fatal("the browser has no DevTools")
	}
	return "http://" + at
}

// run runs a program with a browser, which gets the desks' addresses by their names, and more of the environment.
func (p consoleParts) run(t *testing.T, file string, desks map[string]string, environment ...string) {
	t.Helper()
	addresses, err := json.Marshal(desks)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), p.node, "--test-reporter=spec", file)
	command.Dir = filepath.Join("console", "browser")
	command.Env = append(append(os.Environ(), "BROWSER="+p.browser(t), "DESKS="+string(addresses)), environment...)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, output)
		return
	}
	t.Logf("%s", output)
}
