package environ_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"portcullis/authorizers/apikey"
	"portcullis/authorizers/environ"
)

// TestParseKeyChecks: a line a case.
func TestParseKeyChecks(t *testing.T) {
	for _, test := range []struct {
		remembered, unsealed, unknown string
		want                          environ.KeyChecks
		wrong                         string // the variables, separated by spaces
	}{
		{"", "", "", environ.KeyChecks{Remembered: time.Minute, Unknown: 1000}, ""},
		{"0s", "accept", "1", environ.KeyChecks{Unknown: 1}, ""},
		{"0", "refuse", "1000000", environ.KeyChecks{SealedOnly: true, Unknown: 1_000_000}, ""},
		{"1h", "refuse", "50", environ.KeyChecks{Remembered: time.Hour, SealedOnly: true, Unknown: 50}, ""},
		{"1h1ns", "", "", environ.KeyChecks{}, "API_KEYS_REMEMBERED"},
		{"-1s", "", "", environ.KeyChecks{}, "API_KEYS_REMEMBERED"},
		{"60", "", "", environ.KeyChecks{}, "API_KEYS_REMEMBERED"},
		{" 1m", "", "", environ.KeyChecks{}, "API_KEYS_REMEMBERED"},
		{"", "Refuse", "", environ.KeyChecks{}, "API_KEYS_UNSEALED"},
		{"", "true", "", environ.KeyChecks{}, "API_KEYS_UNSEALED"},
		{"", "", "0", environ.KeyChecks{}, "API_KEYS_UNKNOWN"},
		{"", "", "-1", environ.KeyChecks{}, "API_KEYS_UNKNOWN"},
		{"", "", "1000001", environ.KeyChecks{}, "API_KEYS_UNKNOWN"},
		{"", "", "1e3", environ.KeyChecks{}, "API_KEYS_UNKNOWN"},
		{"x", "y", "z", environ.KeyChecks{}, "API_KEYS_REMEMBERED API_KEYS_UNSEALED API_KEYS_UNKNOWN"},
	} {
		values := map[string]string{environ.APIKeysRemembered: test.remembered, environ.APIKeysUnsealed: test.unsealed, environ.APIKeysUnknown: test.unknown}
		got, err := environ.ParseKeyChecks(func(name string) string { return values[name] })
		if got != test.want || (err != nil) != (test.wrong != "") {
			t.Errorf("%q: %+v, error %v", values, got, err)
		}
		for _, variable := range strings.Fields(test.wrong) {
			if !strings.Contains(err.Error(), variable+": want ") || !errors.As(err, new(*environ.Error)) {
				t.Errorf("%q: %v does not name %s", values, err, variable)
			}
		}
	}
	_, err := apikey.NewChecker(apikey.Config{Store: apikey.NewMemoryStore(), FoundFor: time.Hour, MaxUnknown: 1_000_000})
	if err != nil || apikey.FoundFor != environ.DefaultAPIKeysRemembered || apikey.DefaultMaxUnknown != 1000 || apikey.MaxFoundFor != time.Hour {
		t.Errorf("package apikey has other bounds: %v", err)
	}
}
