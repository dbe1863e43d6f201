package apikey_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"portcullis/authorizers/apikey"
)

// TestRedaction prints a key by itself, and inside of what is printed by reflection.
func TestRedaction(t *testing.T) {
	key := apikey.NewSeal().New()
	type hidden struct{ key apikey.Key }
	holders := map[string]any{
		"key": key, "pointer": &key, "list": []apikey.Key{key}, "map": map[string]apikey.Key{"key": key},
		"field": struct{ Key apikey.Key }{key}, "hidden field": hidden{key}, "hidden pointer": &hidden{key}, "hidden list": []hidden{{key}},
		"error": fmt.Errorf("key %v", key),
	}
	for name, holder := range holders {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T%v", "%100v"} {
			wantSecret(t, name+" "+verb, fmt.Sprintf(verb, holder), key)
		}
		if text, err := json.Marshal(holder); err == nil {
			wantSecret(t, name+" as JSON", string(text), key)
		}
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("line", "key", holder)
		slog.New(slog.NewTextHandler(&log, nil)).Info("line", "key", holder)
		wantSecret(t, name+" in a log", log.String(), key)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if got := fmt.Sprintf(verb, key); got != "[redacted]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	if text, err := json.Marshal(key); err != nil || string(text) != `"[redacted]"` {
		t.Errorf("JSON is %s, error %v", text, err)
	}
	if key.LogValue().String() != "[redacted]" || key.String() != "[redacted]" {
		t.Error("LogValue or String does not say [redacted]")
	}
}

// wantSecret checks that no eight characters of a key's secret are in a text, as they are or in hexadecimal.
func wantSecret(t *testing.T, name, text string, key apikey.Key) {
	t.Helper()
	secret := key.Reveal()[20:]
	for i := range len(secret) - 8 {
		part := secret[i : i+8]
		if strings.Contains(text, part) || strings.Contains(strings.ToLower(text), fmt.Sprintf("%x", part)) {
			t.Fatalf("%s shows the key: %s", name, text)
		}
	}
}

func TestZeroKey(t *testing.T) {
	var key apikey.Key
	if key.ID() != "" || key.Reveal() != "" || fmt.Sprintf("%v", key) != "[redacted]" {
		t.Errorf("id %q, text %q, printed %v", key.ID(), key.Reveal(), key)
	}
}
