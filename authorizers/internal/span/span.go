// Package span tells for how long something that was learnt is believed, or something that failed is not done again.
package span

import "time"

// Span is a stretch of time. One that begins in the future, as after the clock was set back, does not hold; nor does the zero
// Span.
type Span struct{ from, until time.Time }

// Of is the stretch of a length.
func Of(from time.Time, d time.Duration) Span { return Span{from, from.Add(d)} }

// Between is the stretch from one time until another, which does not belong to it.
func Between(from, until time.Time) Span { return Span{from, until} }

// Holds tells whether a time is in the stretch.
func (s Span) Holds(now time.Time) bool { return !now.Before(s.from) && now.Before(s.until) }

// Since is how long the stretch has been over; zero where it is not, or never was.
func (s Span) Since(now time.Time) time.Duration {
	if s.until.IsZero() {
		return 0
	}
	return max(now.Sub(s.until), 0)
}
