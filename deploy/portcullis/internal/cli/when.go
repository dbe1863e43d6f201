package cli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	day     = 24 * time.Hour
	maxDays = 36500
)

// ParseDuration reads a number of days of 24 hours, such as 90d, or a duration as [time.ParseDuration] does, such as 12h. It is
// not negative, and at most 36500 days. The error says what is wanted, and does not repeat the text.
func ParseDuration(text string) (time.Duration, error) {
	duration, err := time.ParseDuration(text)
	if number, inDays := strings.CutSuffix(text, "d"); inDays {
		var days uint64
		days, err = strconv.ParseUint(number, 10, 16)
		duration = time.Duration(days) * day
	}
	if err != nil || duration < 0 || duration > maxDays*day {
		return 0, fmt.Errorf("want a duration such as 12h or 90d, up to %dd", maxDays)
	}
	return duration, nil
}

// ParseTime reads a day, which is its beginning in UTC, or a time of RFC 3339. The error says what is wanted, and does not
// repeat the text.
func ParseTime(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("want a day such as 2027-01-31, or a time such as 2027-01-31T18:00:00Z")
}
