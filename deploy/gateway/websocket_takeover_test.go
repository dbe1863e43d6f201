package gateway_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"

	"portcullis/api/contract"
	"portcullis/deploy/gateway"
)

// deploy makes a gateway of another deployment of the stage: its function is told of in events, and answers with a name. The contract's
// route send is called other.
func (s *chat) deploy(t *testing.T, mode, name string, changes ...func(*setting)) (next *gateway.Gateway, events chan string) {
	t.Helper()
	c, err := contract.Parse("contract.yaml", []byte(strings.Replace(chatContract, "send: {}", "other: {reply: {}}", 1)))
	if err != nil {
		t.Fatal(err)
	}
	events = make(chan string, 10_000)
	things := &function{code: func(event []byte) (string, error) {
		events <- string(event)
		return fmt.Sprintf(`{"statusCode":200,"body":%q}`, name), nil
	}}
	next, err = s.config(t, mode, func(config *setting) {
		config.Contract, config.Functions = c, map[string]gateway.Invoker{"token": s.token, "things": things}
		for _, change := range changes {
			change(config)
		}
	}).serve()
	if err != nil {
		t.Fatal(err)
	}
	return next, events
}

// TestWebSocketTakeOver: what happens to a connection goes by the deployment that there is at the time, and by the one before where it
// had begun.
func TestWebSocketTakeOver(t *testing.T) {
	s := newChat(t, managedChatMode, nil)
	held, released := make(chan struct{}), make(chan struct{})
	answer := s.things.code
	s.things.code = func(event []byte) (string, error) {
		if strings.Contains(string(event), "hold") {
			close(held)
			<-released
		}
		return answer(event)
	}
	c := s.open(t)
	answers := func(c socket, text, want string) {
		t.Helper()
		c.say(t, text)
		if got, err := c.hear(); err != nil || !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, error %v, want %s", text, got, err, want)
		}
	}
	c.say(t, `{"action":"echo","text":"hold"}`)
	<-held
	next, events := s.deploy(t, managedChatMode, "the next")
	next.TakeOver(s.gateway)
	closed := make(chan struct{})
	go func() {
		s.gateway.Close()
		close(closed)
	}()
	answers(c, `{"action":"echo"}`, "the next")
	answers(c, `{"action":"other"}`, "the next")

	// Who was let in by the deployment before is the next one's too.
	later, err := s.dial("/test?token=all", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer later.CloseNow()
	answers(later, `{"action":"other"}`, "the next")
	select {
	case <-closed:
		t.Error("it is closed while it is at a message")
	default:
	}
	close(released)
	if got, err := c.hear(); err != nil || got != `{"action":"echo","text":"hold"}` {
		t.Errorf("the message in flight: %s, error %v", got, err)
	}
	<-closed

	var e event
	json.Unmarshal([]byte(<-events), &e)
	server := httptest.NewServer(next)
	defer server.Close()
	id := url.QueryEscape(e.RequestContext.ConnectionID)
	for i, at := range []string{s.url, server.URL} {
		s.url = at
		if got := s.sendSigned(t, asAdmin.to("POST /test/@connections/"+id+"\n\nhello")); got.status != 200 {
			t.Errorf("@connections of deployment %d: %d %s", i, got.status, got.body)
		}
		if got, err := c.hear(); err != nil || got != "hello" {
			t.Errorf("sent to the connection: %s, error %v", got, err)
		}
	}

	go next.Close()
	for _, c := range []socket{c, later} {
		_, err := c.hear()
		if closed := (websocket.CloseError{}); !errors.As(err, &closed) || closed.Code != 1001 {
			t.Errorf("at the end: %v", err)
		}
	}
	next.Close()
	close(events)
	ends := 0
	for text := range events {
		if strings.Contains(text, `"DISCONNECT"`) {
			ends++
		}
	}
	if ends != 2 {
		t.Errorf("the next function is told of %d ends", ends)
	}
	close(s.events)
	for text := range s.events {
		if strings.Contains(text, `"DISCONNECT"`) {
			t.Errorf("the function before is told of an end: %s", text)
		}
	}
}

// TestWebSocketTakeOverOfAnother: a gateway that is not of the same stage takes nothing over, so that the connections end with theirs.
func TestWebSocketTakeOverOfAnother(t *testing.T) {
	for _, test := range []struct {
		name, mode string
		change     func(*setting)
	}{
		{"another stage", chatMode, func(s *setting) { s.Mode.Name = "other" }},
		{"another protocol", "name: test\ngateway: HTTP\nauthorization: REQUEST\nauthorizer: {function: token, resultTtlInSeconds: 0}\n", func(*setting) {}},
	} {
		s := newChat(t, chatMode, nil)
		c := s.open(t)
		next, _ := s.deploy(t, test.mode, "the next", test.change)
		next.TakeOver(s.gateway)
		go s.gateway.Close()
		_, err := c.hear()
		if closed := (websocket.CloseError{}); !errors.As(err, &closed) || closed.Code != 1001 || closed.Reason != "Going away" {
			t.Errorf("%s: %v", test.name, err)
		}
		s.next(t, "DISCONNECT")
		next.Close()
	}
}

// TestWebSocketTakeOverUnderLoad: over many deployments, with clients that come, send and go, each message is answered once, and by no
// deployment that is closed.
func TestWebSocketTakeOverUnderLoad(t *testing.T) {
	const deployments, clients = 100, 8
	s := newChat(t, chatMode, nil)
	var done atomic.Bool
	var all sync.WaitGroup
	sent := make([]int, clients)
	for i := range clients {
		all.Go(func() {
			for !done.Load() {
				c, err := s.dial("/test?token=all", nil)
				if err != nil {
					t.Error(err)
					return
				}
				for range 20 {
					c.say(t, `{"action":"echo"}`)
					if got, err := c.hear(); err != nil || strings.Contains(got, "Internal") {
						t.Errorf("%q, error %v", got, err)
					}
					sent[i]++
				}
				c.Close(websocket.StatusNormalClosure, "")
			}
		})
	}
	current, total := s.gateway, 0
	var told []chan string
	for i := range deployments {
		next, events := s.deploy(t, chatMode, fmt.Sprint(i))
		told = append(told, events)
		next.TakeOver(current)
		current.Close()
		if i > 0 {
			close(told[i-1]) // whoever tells of more panics
		}
		current = next
	}
	done.Store(true)
	all.Wait()
	current.Close()
	close(told[deployments-1])
	close(s.events)
	for _, events := range append(told, s.events) {
		for text := range events {
			if strings.Contains(text, `"MESSAGE"`) {
				total++
			}
		}
	}
	want := 0
	for _, n := range sent {
		want += n
	}
	if total != want || want == 0 {
		t.Errorf("%d messages were sent, and %d taken", want, total)
	}
}
