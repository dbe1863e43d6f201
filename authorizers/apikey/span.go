package apikey

import "time"

// span is a stretch of time. One that begins in the future, as after the clock was set back, does not hold.
type span struct{ from, until time.Time }

func spanOf(from time.Time, d time.Duration) span { return span{from, from.Add(d)} }

func (s span) holds(now time.Time) bool { return !now.Before(s.from) && now.Before(s.until) }
