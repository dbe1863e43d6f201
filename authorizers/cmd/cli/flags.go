package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"
)

// ErrHelp asks for the help in place of an answer.
var ErrHelp = errors.New("help is wanted")

// UsageError says what is wrong with the command line.
type UsageError struct {
	err error
}

func (e *UsageError) Error() string { return e.err.Error() }

// Unwrap gives the cause.
func (e *UsageError) Unwrap() error { return e.err }

// Usage makes a [*UsageError], as fmt.Errorf does.
func Usage(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// Parse reads a command's flags, which may stand before and behind its arguments, and gives the arguments, of which there
// may be so many or fewer. The error is a [*UsageError] or [ErrHelp].
func Parse(flags *flag.FlagSet, args []string, most int) ([]string, error) {
	flags.SetOutput(io.Discard)
	var rest []string
	for {
		switch err := flags.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return nil, ErrHelp
		case err != nil:
			return nil, Usage("%w; -h lists the flags", err)
		case flags.NArg() == 0:
			return rest, nil
		case len(rest) == most:
			return nil, Usage("unexpected argument %q; -h lists the flags", flags.Arg(0))
		}
		rest = append(rest, flags.Arg(0))
		args = flags.Args()[1:]
	}
}

const (
	day     = 24 * time.Hour
	maxDays = 36500
)

// ParseDuration reads a number of days, such as 90d, or a duration of Go, such as 12h. It is not negative.
func ParseDuration(text string) (time.Duration, error) {
	var duration time.Duration
	var err error
	if n := len(text) - 1; n >= 0 && text[n] == 'd' {
		duration, err = parseDays(text[:n])
	} else {
		duration, err = time.ParseDuration(text)
	}
	if err != nil || duration < 0 || duration > maxDays*day {
		return 0, fmt.Errorf("%.40q: want a duration such as 12h or 90d, up to %dd", text, maxDays)
	}
	return duration, nil
}

func parseDays(text string) (time.Duration, error) {
	days := 0
	for _, c := range text {
		if c < '0' || c > '9' || days > maxDays {
			return 0, errors.New("not a number of days")
		}
		days = 10*days + int(c-'0')
	}
	if text == "" {
		return 0, errors.New("no number")
	}
	return time.Duration(days) * day, nil
}

// ParseTime reads a day, its beginning in UTC, or a time of RFC 3339.
func ParseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
