package gateway_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"
)

// FuzzWebSocketFrames: whatever bytes a client sends, what the function is told are the texts that a second reading of RFC 6455 finds in
// them, up to the first frame that it or API Gateway does not allow; and of that the connection ends, once.
func FuzzWebSocketFrames(f *testing.F) {
	for _, sent := range []string{
		frameOf(0x81, "hello") + frameOf(0x88, "\x03\xe8bye"),
		frameOf(0x01, "hel") + frameOf(0x89, "ping") + frameOf(0x80, "lo") + frameOf(0x81, "again"),
		frameOf(0x82, "binary"), frameOf(0x81, "\xff"), frameOf(0x80, "nothing before"), frameOf(0x01, "a") + frameOf(0x81, "b"),
		frameOf(0xc1, "reserved bit"), frameOf(0x83, "unknown"), frameOf(0x09, "a ping in parts"), frameOf(0x88, "\x03"), frameOf(0x88, "\x03\xed"),
		"\x81\x05plain", "\x81\xfe\xff\xff\x00\x00\x00\x00long", "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", "\x81\x85\x01\x02\x03\x04ifomn",
		frameOf(0x81, "before") + frameOf(0x81, strings.Repeat("a", 32<<10+1)),
	} {
		f.Add([]byte(sent))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		sent = append(sent, frameOf(0x88, "")...)
		synctest.Test(t, func(t *testing.T) {
			s := newPiped(t, chatMode, nil)
			w := s.wire(t, upgradeRequest)
			s.next(t, "CONNECT")
			go w.Write(sent)
			go io.Copy(io.Discard, w.reader)
			synctest.Wait() // until the gateway has ended the connection, or waits for more
			w.Close()
			synctest.Wait()
			got, ends := map[string]int{}, 0
			for len(s.events) > 0 {
				var e event
				json.Unmarshal([]byte(<-s.events), &e)
				switch e.RequestContext.EventType {
				case "MESSAGE":
					got[e.Body]++
				case "DISCONNECT":
					ends++
				}
			}
			for _, text := range texts(sent) {
				got[text]--
			}
			for text, more := range got {
				if more != 0 && !(more < 0 && strings.Contains(text, "checked")) {
					t.Errorf("%q: the function is told %d times more of %q than it was sent", sent, more, text)
				}
			}
			if ends != 1 {
				t.Errorf("%q: the connection ends %d times", sent, ends)
			}
		})
	})
}

// texts are the texts in what a client sends, up to what ends a connection.
func texts(sent []byte) (all []string) {
	var text []byte
	begun := false
	for len(sent) >= 6 {
		first, length, mask := sent[0], uint64(sent[1]&0x7f), sent[1]&0x80 != 0
		own := map[uint64]int{126: 4, 127: 10}[length]
		own = max(own, 2)
		if len(sent) < own+4 {
			return all
		}
		switch own {
		case 4:
			length = uint64(binary.BigEndian.Uint16(sent[2:]))
		case 10:
			length = binary.BigEndian.Uint64(sent[2:])
		}
		control, end, code := first&0x08 != 0, first&0x80 != 0, first&0x0f
		if !mask || first&0x70 != 0 || length > 32<<10 || control && (!end || length > 125) || code == 8 || code == 2 || code > 2 && code != 9 && code != 10 {
			return all
		}
		key := sent[own : own+4]
		sent = sent[own+4:]
		if uint64(len(sent)) < length {
			return all
		}
		payload := bytes.Clone(sent[:length])
		for i := range payload {
			payload[i] ^= key[i%4]
		}
		sent = sent[length:]
		if control {
			continue
		}
		if begun == (code == 1) {
			return all
		}
		text, begun = append(text, payload...), !end
		if len(text) > 128<<10 || end && !utf8.Valid(text) {
			return all
		}
		if end {
			all, text = append(all, string(text)), nil
		}
	}
	return all
}

// FuzzWebSocketEvents: whatever a handshake says, the authorizer and the function behind $connect are told the same of it, and what they
// are told is JSON that says it.
func FuzzWebSocketEvents(f *testing.F) {
	f.Add("a=1&a=2&b=x+y%2B", "X-Two", "1", "2")
	f.Add("a=%zz&;b&=&a", "x-\"quote", "\\", "\x01")
	f.Add("", "Cookie", "a=b; c", "ä\xff")
	f.Add("a[]=1&a%00=2", "Connection", "keep-alive", "x")
	s := makeChat(f, chatMode, nil)
	f.Cleanup(func() { s.gateway.Close() })
	s.token.code = func([]byte) (string, error) { return authorizerAnswer("all", "") }
	s.things.code = func([]byte) (string, error) { return `{"statusCode":403}`, nil }
	f.Fuzz(func(t *testing.T, query, name, first, second string) {
		request := httptest.NewRequest("GET", "/test", nil)
		request.URL.RawQuery = query
		request.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}}
		request.Header[http.CanonicalHeaderKey(name)] = append(request.Header[http.CanonicalHeaderKey(name)], first, second)
		s.things.events, s.token.events = nil, nil
		s.handler.ServeHTTP(httptest.NewRecorder(), request)
		if len(s.things.events) == 0 {
			return // refused
		}
		type told struct {
			Headers, QueryStringParameters                     map[string]string
			MultiValueHeaders, MultiValueQueryStringParameters map[string][]string
		}
		var asked, connect told
		if err := json.Unmarshal([]byte(s.token.events[0]), &asked); err != nil {
			t.Fatalf("%v in %s", err, s.token.events[0])
		}
		if err := json.Unmarshal([]byte(s.things.events[0]), &connect); err != nil {
			t.Fatalf("%v in %s", err, s.things.events[0])
		}
		for _, gateways := range []string{"Connection", "Upgrade", "content-length"} {
			if _, is := connect.Headers[gateways]; is || asked.Headers[gateways] == "" {
				t.Errorf("%s is %v to the function, and %v to the authorizer", gateways, connect.Headers, asked.Headers)
			}
			delete(asked.Headers, gateways)
			delete(asked.MultiValueHeaders, gateways)
		}
		if a, c := fmt.Sprint(asked), fmt.Sprint(connect); a != c {
			t.Errorf("the authorizer is told %s, the function %s", a, c)
		}
		for header, values := range connect.MultiValueHeaders {
			if len(values) == 0 || connect.Headers[header] != values[len(values)-1] {
				t.Errorf("%q: %q beside %q", header, connect.Headers[header], values)
			}
		}
		if strings.EqualFold(name, "x-two") && utf8.ValidString(second) && connect.Headers["X-Two"] != second {
			t.Errorf("%q is %q", second, connect.Headers)
		}
	})
}
