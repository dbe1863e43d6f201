package cli_test

import (
	"testing"
	"time"

	"portcullis/deploy/portcullis/internal/cli"
)

// TestParseDuration: a line a text; a negative duration stands for an error.
func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0":                     0,
		"0d":                    0,
		"12h":                   12 * time.Hour,
		"1h30m":                 90 * time.Minute,
		"1d":                    24 * time.Hour,
		"90d":                   90 * 24 * time.Hour,
		"36500d":                36500 * 24 * time.Hour,
		"36501d":                -1,
		"876001h":               -1,
		"99999999999999999999d": -1,
		"-1d":                   -1,
		"+1d":                   -1,
		"-2h":                   -1,
		"1.5d":                  -1,
		"1d12h":                 -1,
		"1_0d":                  -1,
		"d":                     -1,
		"":                      -1,
		"soon":                  -1,
		"2027-01-31":            -1,
	} {
		got, err := cli.ParseDuration(text)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %s, error %v, want %s", text, got, err, want)
		}
	}
}

// TestParseTime: a line a text, and the time in UTC; "": an error.
func TestParseTime(t *testing.T) {
	for text, want := range map[string]string{
		"2027-01-31":                "2027-01-31T00:00:00Z",
		"2027-01-31T18:00:00Z":      "2027-01-31T18:00:00Z",
		"2027-01-31T18:00:00+02:00": "2027-01-31T16:00:00Z",
		"2027-02-30":                "",
		"2027-01-31T18:00:00":       "",
		"2027-01-31 18:00:00Z":      "",
		"1h":                        "",
		"":                          "",
	} {
		at, err := cli.ParseTime(text)
		got := at.UTC().Format(time.RFC3339)
		if err != nil {
			got = ""
		}
		if got != want {
			t.Errorf("%q: %q, error %v, want %q", text, got, err, want)
		}
	}
}
