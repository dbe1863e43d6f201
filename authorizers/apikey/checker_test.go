package apikey_test

import (
	"errors"
	"testing"
	"time"

	"portcullis/authorizers"
	"portcullis/authorizers/apikey"
)

const unavailable, flooded authorizers.Code = "unavailable", "flooded"

func TestNewChecker(t *testing.T) {
	store := apikey.NewMemoryStore()
	for _, config := range []apikey.Config{{}, {Store: store, MaxFound: -1}, {Store: store, MaxUnknown: -1}, {Store: store, FoundFor: -1}, {Store: store, FoundFor: apikey.MaxFoundFor + 1}} {
		if _, err := apikey.NewChecker(config); !errors.As(err, new(*authorizers.ConfigError)) {
			t.Errorf("%+v: %v", config, err)
		}
	}
}

func TestCheck(t *testing.T) {
	s := newScene(t, nil)
	key := s.key(apikey.Record{})
	expiring := s.key(apikey.Record{Expires: start.Add(time.Second)})
	expired := s.key(apikey.Record{Expires: start.Add(time.Millisecond * 1500)})
	disabled := s.key(apikey.Record{Disabled: true})
	both := s.key(apikey.Record{Disabled: true, Expires: start.Add(time.Second)})
	tests := []struct {
		name string
		key  apikey.Key
		at   time.Duration
		want authorizers.Code
	}{
		{"a good key", key, 0, ""},
		{"the zero key", apikey.Key{}, 0, authorizers.CodeAPIKeyMalformed},
		{"unknown", s.unknown(), 0, authorizers.CodeAPIKeyUnknown},
		{"another secret", forged(key), 0, authorizers.CodeAPIKeySecret},
		{"the good key again", key, 0, ""},
		{"disabled", disabled, 0, authorizers.CodeAPIKeyDisabled},
		{"disabled, and another secret", forged(disabled), 0, authorizers.CodeAPIKeySecret},
		{"just before the end", expiring, time.Second - 1, ""},
		{"at the end", expiring, time.Second, authorizers.CodeAPIKeyExpired},
		{"first seen at the end", expired, time.Second, authorizers.CodeAPIKeyExpired},
		{"after the end, and another secret", forged(expired), time.Second, authorizers.CodeAPIKeySecret},
		{"disabled and expired", both, time.Hour, authorizers.CodeAPIKeyDisabled},
	}
	for _, test := range tests {
		s.advance(test.at - s.clock().Sub(start))
		s.check(test.name, test.key, test.want)
		s.check(test.name+", remembered", test.key, test.want)
		_, err := s.checker.Check(t.Context(), test.key)
		if test.want != "" && test.key.ID() != "" && !errors.Is(err, &authorizers.KeyError{Code: test.want, KeyID: test.key.ID()}) {
			t.Errorf("%s: %v does not name the key", test.name, err)
		}
	}
}

// TestRecordIsTheCallers: what a caller does to a record does not change the next ones.
func TestRecordIsTheCallers(t *testing.T) {
	s := newScene(t, nil)
	key := s.key(apikey.Record{Scopes: []string{"read"}, Networks: networks("10.0.0.0/8")})
	for range 3 {
		r, err := s.checker.Check(t.Context(), key)
		if err != nil || r.Scopes[0] != "read" || r.Networks[0] != networks("10.0.0.0/8")[0] || r.Owner != "ann" {
			t.Fatalf("%+v, error %v", r, err)
		}
		r.Owner, r.Scopes[0], r.Networks[0] = "root", "write", networks("0.0.0.0/0")[0]
	}
}

func TestFoundIsRemembered(t *testing.T) {
	s := newScene(t, nil)
	key := s.key(apikey.Record{})
	s.check("at first", key, "")
	s.wantReads("at first", 1)
	s.must(s.store.SetDisabled(t.Context(), key.ID(), true))
	s.advance(time.Minute - 1)
	s.check("within a minute", key, "")
	s.check("another secret", forged(key), authorizers.CodeAPIKeySecret)
	s.wantReads("within a minute", 0)
	s.advance(1)
	s.check("after a minute", key, authorizers.CodeAPIKeyDisabled)
	s.wantReads("after a minute", 1)
	s.must(s.store.SetDisabled(t.Context(), key.ID(), false))
	s.check("enabled, and not seen yet", key, authorizers.CodeAPIKeyDisabled)
	s.advance(time.Minute)
	s.check("enabled", key, "")
	s.must(s.store.Delete(t.Context(), key.ID()))
	s.advance(time.Minute)
	s.check("deleted", key, authorizers.CodeAPIKeyUnknown)
	s.wantReads("enabled and deleted", 2)
	s.advance(-time.Hour)
	s.check("the clock was set back", key, authorizers.CodeAPIKeyUnknown)
	s.wantReads("the clock was set back", 1)
}

func TestUnknownIsRemembered(t *testing.T) {
	s := newScene(t, nil)
	key, r := issue(t, apikey.Record{Owner: "ann"})
	s.check("at first", key, authorizers.CodeAPIKeyUnknown)
	s.must(s.store.Create(t.Context(), r))
	s.advance(10*time.Second - 1)
	s.check("within ten seconds", key, authorizers.CodeAPIKeyUnknown)
	s.wantReads("within ten seconds", 1)
	s.advance(1)
	s.check("after ten seconds", key, "")
	s.wantReads("after ten seconds", 1)
}

// TestExpiresWhileRemembered also has the record gone when it expires, as TTL may have it.
func TestExpiresWhileRemembered(t *testing.T) {
	s := newScene(t, nil)
	key := s.key(apikey.Record{Expires: start.Add(30 * time.Second)})
	s.check("at first", key, "")
	s.advance(30*time.Second - 1)
	s.check("just before the end", key, "")
	s.must(s.store.Delete(t.Context(), key.ID()))
	s.advance(1)
	s.check("at the end", key, authorizers.CodeAPIKeyExpired)
	s.wantReads("remembered", 1)
	s.advance(30 * time.Second)
	s.check("a minute after it was read", key, authorizers.CodeAPIKeyUnknown)
}

// TestMemoryIsBounded: of many keys only the last ones need no second read.
func TestMemoryIsBounded(t *testing.T) {
	s := newScene(t, func(c *apikey.Config) { c.MaxFound = 10 })
	var keys []apikey.Key
	for range 40 {
		keys = append(keys, s.key(apikey.Record{}))
		s.check("at first", keys[len(keys)-1], "")
	}
	s.wantReads("at first", 40)
	for _, key := range keys[35:] {
		s.check("the last five", key, "")
	}
	s.wantReads("the last five", 0)
	for _, key := range keys[:30] {
		s.check("the first thirty", key, "")
	}
	s.wantReads("the first thirty", 30)
}

// TestDown: while the store is down nothing is refused that is not known to be bad, and the failure is not remembered.
func TestDown(t *testing.T) {
	s := newScene(t, nil)
	key, unknown := s.key(apikey.Record{}), s.unknown()
	s.check("up", key, "")
	s.check("up", unknown, authorizers.CodeAPIKeyUnknown)
	s.store.down.Store(true)
	s.check("remembered", key, "")
	s.check("remembered, another secret", forged(key), authorizers.CodeAPIKeySecret)
	s.check("remembered as unknown", unknown, authorizers.CodeAPIKeyUnknown)
	s.check("not remembered", s.unknown(), unavailable)
	s.check("the zero key", apikey.Key{}, authorizers.CodeAPIKeyMalformed)
	s.advance(10 * time.Second)
	s.check("no longer remembered as unknown", unknown, unavailable)
	s.advance(50 * time.Second)
	s.check("no longer remembered", key, unavailable)
	if _, err := s.checker.Check(t.Context(), key); !errors.Is(err, errDown) {
		t.Errorf("error %v does not tell the cause", err)
	}
	s.store.down.Store(false)
	s.check("up again", key, "")
	s.check("up again", unknown, authorizers.CodeAPIKeyUnknown)
}
