package apikey

import (
	"fmt"
	"time"
)

// Day is a day of the calendar in UTC, as the number of days since 1970-01-01. The zero Day is never.
type Day int

const secondsOfDay = 24 * 60 * 60

// DayOf returns the day of a time that is not before 1970.
func DayOf(t time.Time) Day { return Day(t.Unix() / secondsOfDay) }

// ParseDay reads what String writes of a day that is not never.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Unix() < secondsOfDay {
		return 0, &ValueError{"day", fmt.Sprintf("must look like 2006-01-02, not %.20q", text)}
	}
	return DayOf(t), nil
}

// String is such as "2006-01-02", or "never".
func (d Day) String() string {
	if d == 0 {
		return "never"
	}
	return time.Unix(int64(d)*secondsOfDay, 0).UTC().Format(time.DateOnly)
}
