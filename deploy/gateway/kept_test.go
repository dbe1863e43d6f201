package gateway_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"portcullis/deploy/gateway"
)

// keepsOf is what a gateway keeps of its authorizer: the principals, and how many seconds are left of each.
func (s *stage) keepsOf() string {
	var all []string
	for _, kept := range s.handler.(*gateway.Gateway).AuthorizerCache().Answers {
		all = append(all, fmt.Sprint(kept.PrincipalID, " ", kept.Until.Sub(s.now).Seconds()))
	}
	return strings.Join(all, ", ")
}

// TestAuthorizerCache: what is kept is told as long as it is, and who is forgotten is asked about again.
func TestAuthorizerCache(t *testing.T) {
	s := newStage(t, nil)
	s.token.code = func(event []byte) (string, error) {
		answer, err := authorizerAnswer("all", "")
		_, token, _ := strings.Cut(string(event), "Bearer ")
		name, _, _ := strings.Cut(token, `"`)
		return strings.Replace(answer, `"me"`, fmt.Sprintf("%q", name), 1), err
	}
	g := s.handler.(*gateway.Gateway)
	step := func(what, want string, calls int) {
		t.Helper()
		if got := s.keepsOf(); got != want || s.token.calls() != calls {
			t.Errorf("%s: %q after %d calls, want %q after %d", what, got, s.token.calls(), want, calls)
		}
	}
	call := func(token string) {
		t.Helper()
		if got := s.send(t, "GET /test/things\nAuthorization: Bearer "+token); got.status != 200 {
			t.Errorf("%s: %d %s", token, got.status, got.body)
		}
	}
	step("at first", "", 0)
	call("ada")
	s.now = s.now.Add(100 * time.Second)
	call("bob")
	step("two callers", "bob 300, ada 200", 2)
	if c := g.AuthorizerCache(); c.TTL != 300*time.Second || c.Most != 10_000 || c.Answers[0].Identity == c.Answers[1].Identity || len(c.Answers[0].Identity) != 16 {
		t.Errorf("%+v", c)
	}
	identity := g.AuthorizerCache().Answers[1].Identity
	s.now = s.now.Add(200 * time.Second)
	step("one has ended", "bob 100", 2)
	if flushed := g.FlushAuthorizers(); flushed != 1 { // who has ended is not counted
		t.Errorf("%d are flushed, want 1", flushed)
	}
	step("flushed", "", 2)
	call("ada")
	call("ada")
	step("again", "ada 300", 3)
	if again := g.AuthorizerCache().Answers[0].Identity; again != identity {
		t.Errorf("the identity is %s, and was %s", again, identity)
	}
	other := newStage(t, nil)
	other.send(t, "GET /test/things\nAuthorization: Bearer all")
	if got := other.keepsOf(); got != "me 300" {
		t.Errorf("another gateway's: %q", got)
	}
}

// TestAuthorizerCacheHoldsNoCredential, though the authorizer takes it for the caller's id.
func TestAuthorizerCacheHoldsNoCredential(t *testing.T) {
	const secret = "very-secret-token-of-somebody"
	s := newStage(t, nil)
	s.token.code = func([]byte) (string, error) {
		answer, err := authorizerAnswer("all", "")
		return strings.Replace(answer, `"me"`, `"of `+secret+`"`, 1), err
	}
	s.send(t, "GET /test/things\nAuthorization: Bearer "+secret)
	if got := s.keepsOf(); got != "of very-s… 300" {
		t.Error(got)
	}
}

// TestNothingIsKept: gateways without a cache have none to tell of.
func TestNothingIsKept(t *testing.T) {
	for name, s := range map[string]*stage{
		"TTL 0":   startStage(t, with(modeText, "resultTtlInSeconds: 300", "resultTtlInSeconds: 0"), nil),
		"AWS_IAM": startStage(t, iamModeText, nil),
	} {
		s.send(t, "GET /test/things\nAuthorization: Bearer all")
		g := s.handler.(*gateway.Gateway)
		if c := g.AuthorizerCache(); c.TTL != 0 || len(c.Answers) > 0 || g.FlushAuthorizers() != 0 || len(g.AnswerCaches()) > 0 || g.FlushAnswers() != 0 || g.Connections() != nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// TestAnswerCaches: the answers of methods are told by their routes, and flushed apart from the authorizer's.
func TestAnswerCaches(t *testing.T) {
	s := startStage(t, modeText+cacheText, nil)
	counting(s, 200)
	g := s.handler.(*gateway.Gateway)
	for _, path := range []string{"/things/7", "/things/8", "/open", "/open"} {
		s.send(t, "GET /test"+path+"\nAuthorization: Bearer all")
	}
	want := []gateway.AnswerCache{{Route: "GET /open", TTL: 300 * time.Second, Answers: 1}, {Route: "GET /things/{id}", TTL: time.Minute, Answers: 2}}
	if got := g.AnswerCaches(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	s.now = s.now.Add(time.Minute)
	if flushed := g.FlushAnswers(); flushed != 1 {
		t.Errorf("%d are flushed, want 1", flushed)
	}
	if got := s.send(t, "GET /test/open"); got.body != "4" {
		t.Errorf("after it the function was called %s times, want 4", got.body)
	}
	if got := s.keepsOf(); got != "me 240" {
		t.Errorf("of the authorizer %q is left", got)
	}
}

// TestKeptWhileServing: looking and flushing while requests come is no race, and no request fails by it.
func TestKeptWhileServing(t *testing.T) {
	s := startStage(t, modeText+cacheText, nil)
	g := s.handler.(*gateway.Gateway)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				if got := s.send(t, "GET /test/things/7\nAuthorization: Bearer all"); got.status != 200 {
					t.Errorf("%d %s", got.status, got.body)
				}
				g.AuthorizerCache()
				g.AnswerCaches()
				g.FlushAuthorizers()
				g.FlushAnswers()
			}
		})
	}
	all.Wait()
}

// TestConnections: what is open is told with who it is of, what went over it, and no longer than it is open.
func TestConnections(t *testing.T) {
	s := newChat(t, chatMode, nil)
	first := s.open(t)
	second := s.open(t)
	for _, text := range []string{"one", "two"} {
		second.say(t, text)
		if _, err := second.hear(); err != nil {
			t.Fatal(err)
		}
		s.next(t, "MESSAGE")
	}
	second.say(t, `{"action":"send"}`) // which is not answered
	id := s.next(t, "MESSAGE").RequestContext.ConnectionID
	open := s.gateway.Connections()
	if len(open) != 2 {
		t.Fatalf("%d are open, want 2", len(open))
	}
	other, c := open[0], open[1]
	if c.ID != id {
		other, c = c, other
	}
	if c.ID != id || c.Principal != "me" || c.SourceIP != "127.0.0.1" || !c.ConnectedAt.Equal(s.now) || c.LastActive.Before(c.ConnectedAt) || c.Received != 3 || c.Sent != 2 {
		t.Errorf("%+v", c)
	}
	if other.Received != 0 || other.Sent != 0 {
		t.Errorf("of who is silent: %+v", other)
	}
	next, _ := s.deploy(t, chatMode, "test")
	next.TakeOver(s.gateway)
	if got := next.Connections(); fmt.Sprint(got) != fmt.Sprint(open) {
		t.Errorf("after a deployment %+v, want %+v", got, open)
	}
	first.CloseNow()
	for len(next.Connections()) > 1 && t.Context().Err() == nil {
		time.Sleep(time.Millisecond)
	}
	if got := next.Connections(); len(got) != 1 || got[0].ID != id {
		t.Errorf("after one has ended: %+v", got)
	}
}

// TestTraced: who wants no traces now gets none, and who asks for one in a header gets that.
func TestTraced(t *testing.T) {
	var traced bool
	var heard []string
	s := newStage(t, func(c *setting) {
		c.ShowTrace = true
		c.Traced = func() bool { return traced }
		c.Traces = func(t *gateway.Trace) { heard = append(heard, t.Path) }
	})
	s.send(t, "GET /test/open?1")
	traced = true
	s.send(t, "GET /test/things")
	traced = false
	s.send(t, "GET /test/open?3")
	if got := strings.Join(heard, " "); got != "/test/things" {
		t.Errorf("heard of %s", got)
	}
	if _, trace := s.traced(t, "GET /test/open"); trace.Status != 200 {
		t.Errorf("%+v", trace)
	}
}

// TestTraceTellsTheCaller: whom the authorizer knows, cached or not, and when a refused token says that it ends.
func TestTraceTellsTheCaller(t *testing.T) {
	s := newStage(t, func(c *setting) { c.ShowTrace = true; c.Mode.Authorizer.IdentityValidationExpression = "" })
	for _, cached := range []bool{false, true} {
		if _, trace := s.traced(t, "GET /test/things\nAuthorization: Bearer all"); trace.Authorizer.Cached != cached || trace.Authorizer.PrincipalID != "me" || trace.Authorizer.Context["text"] != "a" {
			t.Errorf("%+v", trace.Authorizer)
		}
	}
	const token = "eyJhbGciOiJub25lIn0.eyJleHAiOjE4OTk5OTk5OTkuNX0.eA" // {"exp":1899999999.5}
	for _, test := range []struct {
		header string
		want   int64
	}{{"Bearer " + token, 1899999999}, {token, 1899999999}, {"Bearer broken", 0}} {
		if _, trace := s.traced(t, "GET /test/things\nAuthorization: "+test.header); trace.Authorizer.Expires != test.want || trace.Authorizer.Error == "" {
			t.Errorf("%s: %+v", test.header, trace.Authorizer)
		}
	}
}
