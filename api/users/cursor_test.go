package users_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"portcullis/api/users"
)

func newKey(t testing.TB, secret []byte) users.CursorKey {
	t.Helper()
	key, err := users.NewCursorKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// FuzzCursor: a cursor opens to what was sealed, and with that key alone; nothing else opens.
func FuzzCursor(f *testing.F) {
	secret := users.NewCursorSecret()
	f.Add("ann", "")
	f.Add("", "AAAA")
	f.Add("a\x00b", newKey(f, secret).Seal("ann")[1:])
	f.Fuzz(func(t *testing.T, position, other string) {
		key, foreign := newKey(t, secret), newKey(t, users.NewCursorSecret())
		sealed := key.Seal(position)
		got, err := newKey(t, secret).Open(sealed)
		if len(sealed) <= 2048 && (err != nil || got != position) {
			t.Fatalf("Open(Seal(%q)) = %q, %v", position, got, err)
		}
		if key.Seal(position) == sealed {
			t.Fatalf("Seal(%q) is the same twice", position)
		}
		for name, try := range map[string]string{"foreign": foreign.Seal(position), "made up": other, "unsealed": position} {
			if got, err := key.Open(try); !errors.Is(err, users.ErrBadCursor) {
				t.Fatalf("Open of a %s cursor = %q, %v", name, got, err)
			}
		}
	})
}

func TestCursorKey(t *testing.T) {
	for _, size := range []int{0, 16, 24, 31, 33} {
		if _, err := users.NewCursorKey(make([]byte, size)); err == nil {
			t.Errorf("a key of %d bytes is no error", size)
		}
	}
	if _, err := (users.CursorKey{}).Open(newKey(t, users.NewCursorSecret()).Seal("ann")); !errors.Is(err, users.ErrBadCursor) {
		t.Errorf("the zero key opens: %v", err)
	}
	if bytes.Equal(users.NewCursorSecret(), users.NewCursorSecret()) {
		t.Error("two secrets are equal")
	}
}

func TestCursorKeyIsRedacted(t *testing.T) {
	key := newKey(t, bytes.Repeat([]byte("k"), users.CursorKeySize))
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", key, "pointer", &key)
	shown := log.String() + fmt.Sprintf("%v %+v %#v %s %x %d", key, key, key, key, &key, &key)
	if strings.Count(shown, "[redacted]") != 8 || strings.Contains(shown, "kk") || strings.Contains(shown, "6b6b") {
		t.Errorf("the key shows: %s", shown)
	}
}
