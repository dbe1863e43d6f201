package profile_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"portcullis/deploy/portcullis/internal/login/profile"
)

// FuzzLoad: whatever is in a file, it is a profile that can be saved and read again, or an error that repeats nothing of it.
func FuzzLoad(f *testing.F) {
	f.Add(`{"version":1,"api":"https://a.example.com","username":"ann","tokens":{"access":"a","id":"i","refresh":"r","expires":"2027-01-01T00:00:00Z"}}`)
	f.Add(`{"version":1,"pool":"eu-west-1_x","client":"c","clientSecret":"s","endpoint":"http://127.0.0.1:1"}`)
	f.Add(`{"version":1,"api":"https://a.example.com","username":"ann","device":{"key":"k","groupKey":"g","password":"p"}}`)
	f.Add(`{"version":2}`)
	f.Add(`{"version":1,"api":"http://example.com"}`)
	f.Fuzz(func(t *testing.T, text string) {
		s, _ := newStore(t)
		write(t, s.Path("p"), text, 0o600)
		p, err := s.Load("p")
		if err != nil {
			if wrong := (*profile.FileError)(nil); !errors.As(err, &wrong) || strings.Contains(wrong.Err.Error(), "\n") || !reflect.DeepEqual(p, profile.Profile{}) {
				t.Fatalf("%v, %v", p, err)
			}
			return
		}
		if p.Check() != nil {
			t.Fatalf("a place that is none: %v", p.Place)
		}
		l := lock(t, s, "p")
		defer l.Unlock()
		if err := l.Save(p); err != nil {
			t.Fatal(err)
		}
		again, err := l.Load()
		if p.Tokens != nil && again.Tokens != nil && p.Tokens.Expires.Equal(again.Tokens.Expires) {
			again.Tokens.Expires = p.Tokens.Expires // in another zone
		}
		if err != nil || !reflect.DeepEqual(again, p) {
			t.Fatalf("%v, %v; was %v", again, err, p)
		}
	})
}
