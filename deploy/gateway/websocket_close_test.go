package gateway_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"portcullis/deploy/gateway"
)

// safeBuffer is a buffer that several goroutines write to.
type safeBuffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *safeBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(text)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}

// TestWebSocketClose: who is connected is told that the gateway goes away, functions are told of each connection's end before Close
// returns, nobody gets in any more, and nothing is left running.
func TestWebSocketClose(t *testing.T) {
	const clients = 200
	before := runtime.NumGoroutine()
	t.Run("a stage", func(t *testing.T) {
		s := newChat(t, chatMode, nil)
		var told, connected sync.WaitGroup
		release := make(chan struct{})
		for i := range clients {
			connected.Add(1)
			told.Go(func() {
				c, err := s.dial("/test?token=all", nil)
				connected.Done()
				if err != nil {
					t.Error(err)
					return
				}
				defer c.CloseNow()
				<-release
				for j := range 5 {
					text := fmt.Sprintf(`{"action":"echo","from":%d,"n":%d}`, i, j)
					c.say(t, text)
					if got, err := c.hear(); err != nil || got != text {
						t.Errorf("%s: %s, error %v", text, got, err)
					}
				}
				connected.Done()
				_, err = c.hear()
				if closed := (websocket.CloseError{}); !errors.As(err, &closed) || closed.Code != 1001 {
					t.Errorf("client %d: %v", i, err)
				}
			})
		}
		connected.Wait()
		connected.Add(clients)
		close(release)
		connected.Wait()
		s.gateway.Close()
		if c, err := s.dial("/test?token=all", nil); err == nil || c.response.StatusCode != 503 {
			t.Errorf("after Close: %v", err)
		}
		told.Wait()
		kinds := map[string]int{}
		close(s.events)
		for text := range s.events {
			var e event
			json.Unmarshal([]byte(text), &e)
			kinds[e.RequestContext.EventType]++
		}
		if kinds["CONNECT"] != clients || kinds["MESSAGE"] != 5*clients || kinds["DISCONNECT"] != clients {
			t.Errorf("the function is told %v", kinds)
		}
	})
	for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines are left of %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestWebSocketCloseWhileConnecting: who is let in while the gateway closes is told so like the others.
func TestWebSocketCloseWhileConnecting(t *testing.T) {
	s := newChat(t, chatMode, nil)
	asked, release, closed := make(chan struct{}), make(chan struct{}), make(chan struct{})
	s.things.code = func(text []byte) (string, error) {
		if strings.Contains(string(text), `"slowly"`) && strings.Contains(string(text), `"CONNECT"`) {
			close(asked)
			<-release
		}
		return "{}", nil
	}
	var c socket
	var err error
	var connecting sync.WaitGroup
	connecting.Go(func() { c, err = s.dial("/test?token=all&a=slowly", nil) })
	<-asked
	go func() {
		s.gateway.Close()
		close(closed)
	}()
	for {
		other, err := s.dial("/test?token=all", nil)
		if err != nil && other.response.StatusCode == 503 {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		other.CloseNow()
	}
	close(release)
	if connecting.Wait(); err != nil {
		t.Fatal(err)
	}
	_, err = c.hear()
	if closed := (websocket.CloseError{}); !errors.As(err, &closed) || closed.Code != 1001 {
		t.Errorf("the client gets %v", err)
	}
	<-closed
}

// TestWebSocketCloseOfOthers: of an API without connections there is nothing to close.
func TestWebSocketCloseOfOthers(t *testing.T) {
	s := newStage(t, nil)
	if err := s.handler.(*gateway.Gateway).Close(); err != nil {
		t.Error(err)
	}
	if got := s.send(t, "GET /test/open"); got.status != 200 {
		t.Errorf("%d", got.status)
	}
}

// TestWebSocketTraces: the way of a handshake and of a message, without the token of either place.
func TestWebSocketTraces(t *testing.T) {
	var mu sync.Mutex
	var traces []*gateway.Trace
	s := newChat(t, chatMode, func(c *setting) {
		c.ShowTrace = true
		c.Traces = func(trace *gateway.Trace) {
			mu.Lock()
			defer mu.Unlock()
			traces = append(traces, trace)
		}
	})
	s.token.code = func([]byte) (string, error) { return authorizerAnswer("all", "") }
	wire := s.wire(t, strings.Replace(upgradeRequest, "token=this", "token=token-of-the-query", 1))
	s.next(t, "CONNECT")
	wire.frame(0x81, `{"action":"checked","text":"secret text"}`)
	wire.next()
	wire.frame(0x81, `{"action":"echo"}`)
	s.next(t, "MESSAGE")
	wire.next()
	wire.frame(0x88, "")
	s.next(t, "DISCONNECT")
	s.gateway.Close()
	mu.Lock()
	defer mu.Unlock()
	var got []string
	for _, trace := range traces {
		text, err := json.Marshal(trace)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s %d %s", trace.EventType, trace.Route, trace.Status, trace.Validation))
		for _, secret := range []string{"token-of-the-query", "secret-token", "secret text"} {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s", text)
			}
		}
		if !id.MatchString(trace.ConnectionID) || (trace.Authorizer != nil) != (trace.EventType == "CONNECT") {
			t.Errorf("%s", text)
		}
	}
	slices.Sort(got) // a trace is handed on when its answer is out already
	want := "CONNECT $connect 200 \nDISCONNECT $disconnect 200 \nMESSAGE checked 400 /text: string … is too long (length: 11, maximum allowed: 5)\nMESSAGE echo 200 "
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
	}
}
