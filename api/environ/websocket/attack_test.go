package websocket_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/api/live"
)

// subscribe subscribes a client that may.
func (s *unreliableStage) subscribe(t *testing.T, l *listener) {
	t.Helper()
	if !s.connect(t, l) {
		t.Fatalf("%s does not subscribe", l.id)
	}
}

// topics are what is kept that connections are subscribed to.
func (s *unreliableStage) topics(t *testing.T) (keys []string) {
	t.Helper()
	return slices.DeleteFunc(s.left(t), func(key string) bool { return !strings.HasPrefix(key, "topic#") })
}

// TestNobodyElses: who may read its own user cannot subscribe to another one's changes, or to all, however it writes that; nor can a message be
// an event of another kind.
func TestNobodyElses(t *testing.T) {
	const forbidden, badBody = `Forbidden`, `Bad request body`
	s := newUnreliableStage(t)
	member := newListener("Ann", false, time.Now().Add(time.Hour))
	s.subscribe(t, member)
	own := s.topics(t)
	if len(own) != 1 || !strings.HasPrefix(own[0], "topic#users/Ann ") {
		t.Fatalf("subscribed to %q", own)
	}
	reader := newListener("reader", true, time.Now().Add(time.Hour))
	reader.connection = member.connection // that it subscribes for the member if anybody does
	for _, test := range []struct {
		by         *listener
		name, body string
		want       string // in the answer
	}{
		{member, "another", `"users":"Bob"`, forbidden},
		{member, "all", `"users":"*"`, forbidden},
		{member, "all, escaped", `"users":"\u002a"`, forbidden},
		{member, "all, in percents", `"users":"%2A"`, forbidden},
		{member, "in lower case", `"users":"ann"`, forbidden},
		{member, "in upper case", `"users":"ANN"`, forbidden},
		{member, "full width", `"users":"Ａnn"`, forbidden},
		{member, "with a mark", `"users":"Ann\u0301"`, forbidden},
		{member, "with a space", `"users":"Ann "`, forbidden},
		{member, "with a line's end", `"users":"Ann\n"`, forbidden},
		{member, "with a NUL", `"users":"Ann\u0000"`, forbidden},
		{member, "half a character", `"users":"Ann\ud800"`, forbidden},
		{member, "in percents", `"users":"%41nn"`, forbidden},
		{member, "a path", `"users":"Bob/../Ann"`, forbidden},
		{member, "the topic", `"users":"users/*"`, forbidden},
		{member, "two", `"users":"Ann,Bob"`, forbidden},
		{member, "a list", `"users":["Ann","Bob"]`, forbidden},
		{member, "a list of one", `"users":["Ann"]`, forbidden},
		{member, "an object", `"users":{"Ann":"*"}`, forbidden},
		{member, "a number", `"users":7`, forbidden},
		{member, "true", `"users":true`, forbidden},
		{member, "null", `"users":null`, forbidden},
		{member, "none", `"id":"1"`, forbidden},
		{member, "nothing", `"users":""`, forbidden},
		{member, "first of two", `"users":"Ann","users":"*"`, forbidden},
		{member, "second of two", `"users":"*","users":"Ann"`, forbidden},
		{member, "first of two, escaped", `"users":"Ann","\u0075sers":"*"`, forbidden},
		{member, "of another case", `"users":"Ann","Users":"*"`, forbidden},
		{member, "of another case alone", `"Users":"*"`, forbidden},
		{member, "with a long s", `"users":"Ann","u\u017fers":"*"`, forbidden},
		{member, "deeper", `"users":"Ann","user":{"users":"*"}`, badBody},
		{member, "with the records of a stream", `"users":"Ann","Records":[{"eventSource":"aws:dynamodb"}]`, badBody},
		{member, "with another connection", `"users":"Ann","connectionId":"c="`, badBody},
		{member, "with a long id", `"users":"Ann","id":"` + strings.Repeat("a", 100<<10) + `"`, badBody},
		{member, "with an id that is none", `"users":"Ann","id":7`, badBody},
		{reader, "a list", `"users":["Ann","Bob"]`, badBody},
		{reader, "an object", `"users":{"*":"*"}`, badBody},
		{reader, "of another case", `"users":"Ann","Users":"*"`, badBody},
		{reader, "all in percents", `"users":"%2A"`, `\"error\":\"bad-value\"`},
		{reader, "the topic", `"users":"users/*"`, `\"error\":\"bad-value\"`},
		{reader, "all twice", `"users":"**"`, `\"error\":\"bad-value\"`},
		{reader, "a long one", `"users":"` + strings.Repeat("a", 129) + `"`, badBody},
	} {
		for _, action := range []string{"subscribe", "unsubscribe"} {
			if action == "unsubscribe" && test.want != badBody {
				continue // it is everybody's to unsubscribe
			}
			if got := s.send(test.by, "MESSAGE", action, fmt.Sprintf(`{"action":%q,%s}`, action, test.body)); !strings.Contains(got, test.want) {
				t.Errorf("%s by %s, %s: %s, want %s", action, test.by.id, test.name, got, test.want)
			}
		}
	}
	for _, body := range []string{recorded(t, "user-created"), recorded(t, "scheduled"), `[]`, `"subscribe"`, ``, `{"action":"subscribe","users":"Ann"} {}`} {
		if got := s.send(member, "MESSAGE", "subscribe", body); !strings.Contains(got, forbidden) {
			t.Errorf("%.40s: %s", body, got)
		}
	}
	if got := s.topics(t); !slices.Equal(got, own) {
		t.Errorf("subscribed to %q", got)
	}
	if got := s.send(member, "MESSAGE", "subscribe", `{"action":"subscribe","users":"\u0041nn"}`); !strings.Contains(got, `\"until\"`) {
		t.Errorf("its own id in another form of JSON: %s", got)
	}
}

// TestStormOfSubscriptions: a client that subscribes and unsubscribes a thousand times at once has then what it asks for last, and leaves nothing
// behind when it has gone; and is subscribed to no more than a connection may be.
func TestStormOfSubscriptions(t *testing.T) {
	s := newUnreliableStage(t)
	s.run(t)
	reader := newListener("reader", true, time.Now().Add(time.Hour))
	s.subscribe(t, reader)
	for i := range 20 {
		s.ask(reader, "subscribe", fmt.Sprint("user-", i))
	}
	if got := s.topics(t); len(got) != 16 {
		t.Errorf("subscribed to %q, want 16", got)
	}
	var storm sync.WaitGroup
	for worker := range 20 {
		storm.Go(func() {
			for i := range 50 {
				if answer := s.ask(reader, []string{"subscribe", "unsubscribe"}[(worker+i)%2], "user-0"); !strings.Contains(answer, `\"users\":\"user-0\"`) && !strings.Contains(answer, "too-many") {
					t.Errorf("in the storm: %s", answer)
				}
			}
		})
	}
	storm.Wait()
	for _, of := range []string{"*", "user-0", "user-1"} {
		s.ask(reader, "unsubscribe", of)
	}
	s.write(t, 0)
	s.write(t, 1)
	witness := newListener("witness", true, time.Now().Add(time.Hour))
	s.subscribe(t, witness)
	s.write(t, 19)
	all := told(t, s.users)
	until(t, "the witness hears of all", func() bool {
		s.sockets.mu.Lock()
		defer s.sockets.mu.Unlock()
		return witness.missing(all) == 0
	})
	if len(reader.heard) > 0 {
		t.Errorf("it had unsubscribed, and hears of %q", reader.heard)
	}
	for _, l := range []*listener{reader, witness} {
		s.send(l, "DISCONNECT", "$disconnect", "")
	}
	if left := s.left(t); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

// TestTwoOfOneToken: two connections of one token are two, but for their end.
func TestTwoOfOneToken(t *testing.T) {
	s := newUnreliableStage(t)
	s.run(t)
	one, other := newListener("user-0", false, time.Now().Add(time.Hour)), newListener("user-0", false, time.Now().Add(time.Hour))
	s.subscribe(t, one)
	other.connection = "other="
	if got := s.send(other, "CONNECT", "$connect", ""); got != `{"statusCode":200}` {
		t.Fatal(got)
	}
	s.sockets.open[other.connection] = other
	if got := s.send(other, "CONNECT", "$connect", ""); got != `{"statusCode":200}` {
		t.Errorf("the same again, as Lambda may: %s", got)
	}
	s.ask(other, "unsubscribe", "user-0")
	s.write(t, 0)
	all := told(t, s.users)
	until(t, "one hears", func() bool {
		s.sockets.mu.Lock()
		defer s.sockets.mu.Unlock()
		return one.missing(all) == 0
	})
	if len(other.heard) > 0 {
		t.Errorf("the other one hears of %q", other.heard)
	}
	if err := s.revocations.RevokeUser(t.Context(), issuer, "user-0", time.Now(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	until(t, "both are closed", func() bool {
		s.sockets.mu.Lock()
		defer s.sockets.mu.Unlock()
		return one.closed && other.closed
	})
	until(t, "nothing is left", func() bool { return len(s.left(t)) == 0 })
	if got := s.send(one, "CONNECT", "$connect", ""); !strings.HasPrefix(got, `{"statusCode":403`) {
		t.Errorf("connecting with a token that was revoked since the authorizer's look: %s", got)
	}
	if left := s.left(t); len(left) > 0 {
		t.Errorf("left of who was refused: %q", left)
	}
}

// TestRevocationsDown: while nobody can tell what is revoked, no message is answered and nothing sent, and nobody connects; then what was held
// back comes. A grant of before there were revocations asks for none.
func TestRevocationsDown(t *testing.T) {
	s := newUnreliableStage(t)
	s.run(t)
	reader, old := newListener("reader", true, time.Now().Add(time.Hour)), newListener("old", true, time.Now().Add(time.Hour))
	old.names = ""
	s.subscribe(t, reader)
	s.subscribe(t, old)
	s.database.refuse("BatchGetItem")
	_, err := s.Invoke(t.Context(), []byte(s.event(reader, "MESSAGE", "ping", `{"action":"ping"}`)))
	if !errors.As(err, new(*live.RevocationsUnavailableError)) {
		t.Errorf("a message: %v", err)
	}
	come := newListener("new", true, time.Now().Add(time.Hour))
	come.connection = "new="
	if got := s.send(come, "CONNECT", "$connect", ""); !strings.HasPrefix(got, `{"statusCode":503`) {
		t.Errorf("connecting: %s", got)
	}
	if got := s.send(old, "MESSAGE", "ping", `{"action":"ping"}`); !strings.Contains(got, `\"ping\"`) {
		t.Errorf("a message by a grant without names: %s", got)
	}
	s.write(t, 0)
	all := told(t, s.users)
	until(t, "what cannot be told comes again to who has no names", func() bool {
		s.sockets.mu.Lock()
		defer s.sockets.mu.Unlock()
		return len(old.heard) > 1 && slices.Contains(old.heard[1:], all[0].ID)
	})
	s.sockets.mu.Lock()
	if len(reader.heard) > 0 {
		t.Errorf("a connection that may be revoked hears of %q", reader.heard)
	}
	s.sockets.mu.Unlock()
	s.database.refuse("")
	until(t, "the reader hears of all", func() bool {
		s.sockets.mu.Lock()
		defer s.sockets.mu.Unlock()
		return reader.missing(all) == 0
	})
	if wrong := reader.wrong(all); wrong != "" {
		t.Error(wrong)
	}
}

// TestScheduleRecovers: a schedule's event that fails says so, and the next one closes who has ended.
func TestScheduleRecovers(t *testing.T) {
	s := newUnreliableStage(t)
	l := newListener("ended", true, time.Now().Add(time.Second))
	for lasts := 2 * time.Second; !s.connect(t, l); lasts *= 2 {
		*l = *newListener("ended", true, time.Now().Add(lasts))
	}
	until(t, "its end", func() bool { return strings.Contains(s.ask(l, "subscribe", "*"), "Forbidden") })
	for _, operation := range []string{"Query", "DeleteItem"} {
		s.database.refuse(operation)
		if _, err := s.Invoke(t.Context(), []byte(recorded(t, "scheduled"))); err == nil || !strings.Contains(err.Error(), operation) {
			t.Errorf("without %s: error %v", operation, err)
		}
	}
	s.database.refuse("")
	if _, err := s.Invoke(t.Context(), []byte(recorded(t, "scheduled"))); err != nil || !l.closed || len(s.left(t)) > 0 {
		t.Errorf("error %v, closed %t, left %q", err, l.closed, s.left(t))
	}
}
