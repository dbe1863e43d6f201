package usage

import (
	"fmt"
	"time"
)

// Period is how long a quota lasts.
// See https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html.
type Period string

// The periods. They end at midnight UTC.
const (
	Day   Period = "DAY"
	Week  Period = "WEEK"  // begins on Sunday
	Month Period = "MONTH" // begins on the first
)

// Quota is how many requests a key may make in a period of time.
//
// A period is one of the calendar, in UTC. That a week begins on Sunday AWS's present documentation does not say; it
// said so of an offset of 0 in earlier versions of the QuotaSettings reference
// (https://rubydoc.info/gems/aws-sdk-apigateway/1.73.0/Aws/APIGateway/Types/QuotaSettings).
type Quota struct {
	Limit int // requests; 0: none is let through

	// Offset is how many requests are subtracted from Limit in the period in which the quota was set, since that may
	// begin in the middle of a week or a month. At most Limit.
	// See https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-usageplan-quotasettings.html.
	Offset int

	Period Period // that Limit is for
}

// check gives what is wrong with the quota; "": nothing.
func (q Quota) check() string {
	switch {
	case q.Limit < 0:
		return fmt.Sprintf("quota limit %d: want 0 or more", q.Limit)
	case q.Offset < 0 || q.Offset > q.Limit:
		return fmt.Sprintf("quota offset %d: want 0 to the limit, %d", q.Offset, q.Limit)
	case q.Period != Day && q.Period != Week && q.Period != Month:
		return fmt.Sprintf("quota period %q: want %s, %s or %s", q.Period, Day, Week, Month)
	}
	return ""
}

// day is a day of the calendar in UTC, counted from 1970-01-01.
type day int64

const secondsOfDay = 24 * 60 * 60

// dayOf is the day that a time is in.
func dayOf(t time.Time) day {
	year, month, date := t.UTC().Date()
	return day(time.Date(year, month, date, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay)
}

func (d day) time() time.Time { return time.Unix(int64(d)*secondsOfDay, 0).UTC() }

// start is the first day of the period that a day is in.
func (p Period) start(d day) day {
	switch t := d.time(); p {
	case Week:
		return d - day(t.Weekday())
	case Month:
		return d - day(t.Day()-1)
	}
	return d
}

// limit is how many requests the quota allows in the period of a day, where the quota was set on the day since.
func (q Quota) limit(of, since day) int {
	if q.Period.start(of) == q.Period.start(since) {
		return q.Limit - q.Offset
	}
	return q.Limit
}
