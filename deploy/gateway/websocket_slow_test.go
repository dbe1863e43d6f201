package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes are connections that hold nothing of what is written until it is read, and whose time may be that of package synctest.
type pipes struct {
	open  chan net.Conn
	close func()
}

func newPipes() pipes {
	open := make(chan net.Conn)
	return pipes{open, sync.OnceFunc(func() { close(open) })}
}

func (p pipes) Accept() (net.Conn, error) {
	c, open := <-p.open
	if !open {
		return nil, net.ErrClosed
	}
	return local{c}, nil
}

func (p pipes) Close() error {
	p.close()
	return nil
}

func (p pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// local is a connection of a client at 127.0.0.1.
type local struct{ net.Conn }

func (local) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// newPiped is newChat with pipes in the place of the network.
func newPiped(t *testing.T, modeText string, change func(*setting)) *chat {
	t.Helper()
	s := makeChat(t, modeText, change)
	listener := newPipes()
	s.connect = func() (net.Conn, error) {
		client, server := net.Pipe()
		listener.open <- server
		return client, nil
	}
	s.serve(t, &httptest.Server{Listener: listener, Config: &http.Server{Handler: s.handler}})
	return s
}

// patient connects as wire does, and waits for what it reads for as long as it takes. It gives the path of the connection's calls.
func (s *chat) patient(t *testing.T) (w *byHand, path string) {
	t.Helper()
	w = s.wire(t, upgradeRequest)
	w.SetDeadline(time.Time{})
	return w, "/test/@connections/" + url.QueryEscape(s.next(t, "CONNECT").RequestContext.ConnectionID)
}

// call sends a signed request over a connection of its own.
func (s *chat) call(t *testing.T, text string) answer {
	t.Helper()
	c, err := s.connect()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	request := s.signed(t, asAdmin.to(text))
	request.Close = true
	go request.Write(c)
	response, err := http.ReadResponse(bufio.NewReader(c), request)
	if err != nil {
		t.Fatal(err)
	}
	body := make([]byte, max(response.ContentLength, 0))
	response.Body.Read(body)
	return answer{response.StatusCode, response.Header, string(body)}
}

// TestWebSocketNotRead: of what a client does not read so much is kept, and the rest is refused, until it reads again. Texts come in the
// order in which they were sent.
func TestWebSocketNotRead(t *testing.T) {
	for name, test := range map[string]struct {
		size, kept int // bytes of a text; how many are taken
	}{
		"many texts":  {10, 128},
		"large texts": {128 << 10, 2},
		"both":        {4096, 64},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newPiped(t, managedChatMode, nil)
			w, path := s.patient(t)
			text := func(i int) string { return fmt.Sprintf("%*d", test.size, i) }
			read := func(i int) {
				got := ""
				for first := byte(0); first&0x80 == 0; {
					var payload string
					first, payload = w.next()
					got += payload
				}
				if got != text(i) {
					t.Errorf("%s: text %d is %d bytes, %.20q", name, i, len(got), strings.TrimSpace(got))
				}
			}
			sent := 0
			for range 3 { // as often as it is read
				first := sent
				for ; ; sent++ {
					got := s.call(t, "POST "+path+"\n\n"+text(sent))
					if got.status != 200 {
						if got.status != 429 || got.header.Get("X-Amzn-Errortype") != "LimitExceededException" || got.body != `{"message":"Limit Exceeded"}` {
							t.Errorf("%s: %+v", name, got)
						}
						break
					}
				}
				if sent-first != test.kept {
					t.Errorf("%s: %d texts are taken", name, sent-first)
				}
				if got := s.call(t, "GET "+path); got.status != 200 {
					t.Errorf("%s: GET: %+v", name, got)
				}
				for i := first; i < sent; i++ {
					read(i)
				}
				synctest.Wait() // for the last one to be none that waits
			}
		})
	}
}

// TestWebSocketTakesNothing: a client that takes nothing for 10 seconds is gone, and what was to be sent with it, though functions are
// busy with all the messages that they are at once.
func TestWebSocketTakesNothing(t *testing.T) {
	for _, busy := range []int{0, 16} {
		synctest.Test(t, func(t *testing.T) {
			s := newPiped(t, managedChatMode, nil)
			w, path := s.patient(t)
			for range 5 {
				if got := s.call(t, "POST "+path+"\n\nhello"); got.status != 200 {
					t.Errorf("%+v", got)
				}
			}
			time.Sleep(9 * time.Second)
			w.next() // from which on it has 10 seconds again
			for i := range busy {
				w.frame(0x81, `{"action":"send","do":"stuck"}`)
				s.next(t, "MESSAGE")
				if i == busy-1 {
					w.frame(0x81, `{"action":"send"}`) // for which there is no room
				}
			}
			time.Sleep(9 * time.Second)
			s.quiet(t, "9 seconds")
			time.Sleep(2 * time.Second)
			synctest.Wait()
			s.ended(t, 1006, "Connection Closed Abnormally")
			if got := s.call(t, "POST "+path+"\n\nhello"); got.status != 410 {
				t.Errorf("%+v", got)
			}
			s.quiet(t, "the end")
		})
	}
}

// ended makes sure that the function is told now that the connection has ended.
func (s *chat) ended(t *testing.T, code int, reason string) {
	t.Helper()
	if len(s.events) == 0 {
		t.Fatal("the function is not told that the connection has ended")
	}
	if e := s.next(t, "DISCONNECT").RequestContext; e.DisconnectStatusCode != code || *e.DisconnectReason != reason {
		t.Errorf("the function is told %d %s", e.DisconnectStatusCode, *e.DisconnectReason)
	}
}

// TestWebSocketAnswersWait: of a client that sends, and does not read, no more messages are handled than there is room for answers to, and
// each is answered when it reads.
func TestWebSocketAnswersWait(t *testing.T) {
	const size, messages = 8 << 10, 200
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t, chatMode, nil)
		w, _ := s.patient(t)
		form := func(i int) string {
			return fmt.Sprintf(`{"action":%q,"n":%*d}`, []string{"echo", "unknown", "checked"}[i%3], size, i)
		}
		go func() {
			for i := range messages {
				w.frame(0x81, form(i))
			}
		}()
		synctest.Wait()
		if got := s.things.calls(); got > 1+32*3/2+16 { // of three answers one is small, and needs no call
			t.Errorf("the function is called %d times for a client that reads nothing", got)
		}
		want := map[string]int{}
		for i := range messages {
			if i%3 == 2 {
				want[badBodyFrame]++
			} else {
				want[form(i)]++
			}
		}
		for range messages {
			_, payload := w.next()
			want[id.ReplaceAllString(payload, "ID")]--
		}
		for text, missing := range want {
			if missing != 0 {
				t.Errorf("%d answers are missing: %.40s", missing, text)
			}
		}
	})
}

// TestWebSocketTakeOverUnread: a deployment that another one has replaced ends though answers that it made wait for their client, which
// gets them when it reads.
func TestWebSocketTakeOverUnread(t *testing.T) {
	const messages = 100
	text := `{"action":"echo","text":"` + strings.Repeat("a", 8<<10) + `"}`
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t, chatMode, nil)
		w, _ := s.patient(t)
		go func() {
			for range messages {
				w.frame(0x81, text)
			}
		}()
		synctest.Wait()
		next, _ := s.deploy(t, chatMode, "the next")
		defer next.Close()
		next.TakeOver(s.gateway)
		start := time.Now()
		if s.gateway.Close(); time.Since(start) > 0 {
			t.Errorf("the deployment before ends after %v", time.Since(start))
		}
		got := map[string]int{}
		for range messages {
			_, payload := w.next()
			got[payload]++
		}
		if got[text] == 0 || got["the next"] == 0 || got[text]+got["the next"] != messages {
			t.Errorf("of %d answers %d are of the deployment before, %d of the next", messages, got[text], got["the next"])
		}
	})
}

// TestWebSocketPostAtOnce: a client that begins to learn that it is connected can be sent to, by who waits until it has learned that.
func TestWebSocketPostAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newPiped(t, managedChatMode, nil)
		c, err := s.connect()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		go io.WriteString(c, upgradeRequest)
		path := "/test/@connections/" + url.QueryEscape(s.next(t, "CONNECT").RequestContext.ConnectionID)
		if _, err := c.Read(make([]byte, 1)); err != nil { // the rest of the answer is there to be read
			t.Fatal(err)
		}
		posted := make(chan answer, 1)
		go func() { posted <- s.call(t, "POST "+path+"\n\nhello") }()
		synctest.Wait()
		w := &byHand{framed{c, bufio.NewReader(c)}, t}
		for line := ""; line != "\r\n" && err == nil; {
			line, err = w.reader.ReadString('\n')
		}
		if got := <-posted; got.status != 200 {
			t.Errorf("%+v", got)
		} else if _, payload := w.next(); payload != "hello" {
			t.Errorf("the client gets %q", payload)
		}
	})
}

// TestWebSocketLongAnswer: an answer goes to the client that is as large as a message may be, and not a larger one, for which it learns
// that there was an answer. Of a route that does not answer, no answer is too large.
func TestWebSocketLongAnswer(t *testing.T) {
	s := newChat(t, chatMode, nil)
	c := s.open(t)
	tests := []struct {
		route string
		size  int
		want  string // "": all of it
	}{
		{"echo", 128 << 10, ""},
		{"echo", 128<<10 + 1, `{"message": "Internal server error", "connectionId":"ID", "requestId":"ID"}`},
		{"send", 128<<10 + 1, "next"},
		{"echo", 128 << 10, ""},
	}
	s.things.code = func(event []byte) (string, error) {
		_, from, long := strings.Cut(string(event), "size=")
		size, _, _ := strings.Cut(from, ".")
		if n, err := strconv.Atoi(size); long {
			return `{"statusCode":200,"body":"` + strings.Repeat("a", n) + `"}`, err
		}
		return `{"body":"next"}`, nil
	}
	for _, test := range tests {
		long := strings.Repeat("a", test.size)
		c.say(t, fmt.Sprintf(`{"action":%q,"text":"size=%d."}`, test.route, test.size))
		if test.route == "send" {
			c.say(t, `{"action":"echo","text":"next"}`)
		}
		text, err := c.hear()
		if test.want == "" && text != long || test.want != "" && id.ReplaceAllString(text, "ID") != test.want || err != nil {
			t.Errorf("%s, %d bytes: %d bytes, %.100s, error %v", test.route, test.size, len(text), text, err)
		}
	}
}

// TestWebSocketEndsBehindTexts: a connection that the gateway ends does so when its client has what was sent before, or does not take it
// for 5 seconds; and then nothing more is taken.
func TestWebSocketEndsBehindTexts(t *testing.T) {
	for _, reads := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := newPiped(t, managedChatMode, nil)
			w, path := s.patient(t)
			for i := range 3 {
				s.call(t, fmt.Sprintf("POST %s\n\ntext %d", path, i))
			}
			if got := s.call(t, "DELETE "+path); got.status != 204 {
				t.Errorf("%+v", got)
			}
			if got := s.call(t, "POST "+path+"\n\nlate"); got.status != 410 {
				t.Errorf("after DELETE: %+v", got)
			}
			var got []string
			start := time.Now()
			for reads && !slices.Contains(got, "\x03\xe8Connection Closed Normally") {
				_, payload := w.next()
				got = append(got, payload)
			}
			if reads {
				w.frame(0x88, "\x03\xe8")
			}
			e := s.next(t, "DISCONNECT").RequestContext
			if e.DisconnectStatusCode != 1000 || reads && len(got) != 4 || reads != (time.Since(start) == 0) || time.Since(start) > 5*time.Second {
				t.Errorf("reads: %v: the client gets %q, the function is told %d after %v", reads, got, e.DisconnectStatusCode, time.Since(start))
			}
		})
	}
}

// TestWebSocketLimits: without other ones, a connection ends after AWS's times: 10 minutes without data, two hours in all.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html.
func TestWebSocketLimits(t *testing.T) {
	for _, test := range []struct {
		name  string
		every time.Duration // after which something is done again
		do    func(w *byHand, post func())
		ends  time.Duration
	}{
		{"nothing", time.Hour, nil, 10 * time.Minute},
		{"messages", 9 * time.Minute, func(w *byHand, _ func()) { w.frame(0x81, `{"action":"send"}`) }, 2 * time.Hour},
		{"POST", 9 * time.Minute, func(_ *byHand, post func()) { post() }, 2 * time.Hour},
		{"pings", 9 * time.Minute, func(w *byHand, _ func()) { w.frame(0x89, "") }, 10 * time.Minute},
		{"messages, too late", 11 * time.Minute, func(w *byHand, _ func()) { w.frame(0x81, `{"action":"send"}`) }, 10 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newPiped(t, managedChatMode, nil)
			w, path := s.patient(t)
			start, ended := time.Now(), make(chan struct{})
			go func() {
				for {
					select {
					case <-ended:
						return
					case <-time.After(test.every):
						test.do(w, func() { s.call(t, "POST "+path+"\n\nhello") })
					}
				}
			}()
			first, payload := w.next()
			for first != 0x88 {
				first, payload = w.next()
			}
			close(ended)
			if got := time.Since(start); got != test.ends || payload != "\x03\xe9Going away" {
				t.Errorf("%s: ends after %v: %q", test.name, got, payload)
			}
			w.frame(0x88, "\x03\xe9")
		})
	}
}
