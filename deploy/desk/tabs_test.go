package desk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"portcullis/deploy/testtools"
)

// tabTimeout is how long a step on a tab may take, on a machine that does much else.
const tabTimeout = time.Minute

// tabs are the tabs of one browser.
type tabs struct{ at string } // HOST:PORT of its DevTools

// startTabs starts a browser until the test ends.
func startTabs(t *testing.T) tabs {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	command := testtools.Browser(ctx, t, testtools.Chromium(t), "--remote-debugging-port=0")
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = tabTimeout
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
	var at string
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
	return tabs{at}
}

// tab is a page that a test looks at and uses.
type tab struct {
	c     *websocket.Conn
	calls int
}

// open opens a page on a tab of its own.
func (b tabs) open(t *testing.T, address string) *tab {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://"+b.at+"/json/new?about:blank", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var target struct {
		At string `json:"webSocketDebuggerUrl"`
	}
	if err := json.NewDecoder(response.Body).Decode(&target); err != nil {
		t.Fatal(err)
	}
	c, _, err := websocket.Dial(t.Context(), target.At, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(-1)
	t.Cleanup(func() { c.CloseNow() })
	page := &tab{c: c}
	var loaded struct{ ErrorText string }
	if err := page.call(t, "Page.navigate", map[string]any{"url": address}, &loaded); err != nil || loaded.ErrorText != "" {
		t.Fatal(address, err, loaded.ErrorText)
	}
	page.do(t, `while (document.readyState !== "complete") await new Promise(next => setTimeout(next, 20));`)
	page.do(t, `globalThis.until = async (is, what) => {
		for (let got; ; await new Promise(next => setTimeout(next, 20))) {
			if (is(got = what())) return got;
			globalThis.waits = is + ": " + got;
		}
	};
	globalThis.says = (id, text) => until(got => got.includes(text), () => $(id).textContent);`)
	return page
}

// call calls a method of DevTools. See https://chromedevtools.github.io/devtools-protocol/.
func (p *tab) call(t *testing.T, method string, params, result any) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), tabTimeout)
	defer cancel()
	p.calls++
	text, err := json.Marshal(map[string]any{"id": p.calls, "method": method, "params": params})
	if err != nil {
		return err
	}
	if err := p.c.Write(ctx, websocket.MessageText, text); err != nil {
		return err
	}
	for {
		_, text, err := p.c.Read(ctx)
		if err != nil {
			return err
		}
		var answer struct {
			ID     int
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		switch err := json.Unmarshal(text, &answer); {
		case err != nil:
			return err
		case answer.ID != p.calls: // an event
		case answer.Error != nil:
			return fmt.Errorf("%s: %s", method, answer.Error.Message)
		default:
			return json.Unmarshal(answer.Result, result)
		}
	}
}

// do runs steps on the page, and gives what they return as a text.
func (p *tab) do(t *testing.T, steps string) string {
	t.Helper()
	var out struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Exception struct{ Description string } }
	}
	err := p.call(t, "Runtime.evaluate", map[string]any{
		"expression": "(async () => {" + steps + "})().then(String)", "awaitPromise": true, "returnByValue": true,
	}, &out)
	if err != nil {
		t.Fatalf("%s: %v", steps, err)
	}
	if out.ExceptionDetails != nil {
		t.Fatalf("%s: %s", steps, out.ExceptionDetails.Exception.Description)
	}
	return fmt.Sprint(out.Result.Value)
}
