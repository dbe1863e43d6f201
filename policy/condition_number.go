package policy

import (
	"math/big"
	"strconv"
	"strings"
	"time"
)

// What the operators ask of got.Compare(want).
func equal(order int) bool   { return order == 0 }
func less(order int) bool    { return order < 0 }
func atMost(order int) bool  { return order <= 0 }
func greater(order int) bool { return order > 0 }
func atLeast(order int) bool { return order >= 0 }

// ordered makes a comparison of texts from how they are read and ordered; a text that cannot be read makes it
// unclear.
func ordered[T any](parse func(string) (T, bool), compare func(T, T) int, holds func(order int) bool) func(got, want string) outcome {
	return func(got, want string) outcome {
		a, ok := parse(got)
		if !ok {
			return unclear
		}
		b, ok := parse(want)
		if !ok {
			return unclear
		}
		return outcomeOf(holds(compare(a, b)))
	}
}

func numbers(holds func(int) bool) func(got, want string) outcome {
	return ordered(parseNumber, (*big.Rat).Cmp, holds)
}

func dates(holds func(int) bool) func(got, want string) outcome {
	return ordered(parseDate, time.Time.Compare, holds)
}

// maxNumber bounds the numbers that are compared, in bytes.
const maxNumber = 64

// parseNumber reads an integer or a decimal number, as exactly as it is written.
func parseNumber(text string) (*big.Rat, bool) {
	digits := strings.TrimLeft(text, "+-")
	whole, fraction, point := strings.Cut(digits, ".")
	if len(text) > maxNumber || len(text)-len(digits) > 1 || !areDigits(whole) || point && !areDigits(fraction) {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

func areDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// lastSecond is the last that a date with a year of four digits can name, in seconds since 1970. A larger
// number is likely to be milliseconds.
const lastSecond = 253402300799

// parseDate reads a date as IAM does: ISO 8601 in the W3C profile, or seconds since 1970. Four digits may be
// a year or seconds, and are neither here.
// See https://www.w3.org/TR/NOTE-datetime.
func parseDate(text string) (time.Time, bool) {
	if areDigits(text) {
		seconds, err := strconv.ParseInt(text, 10, 64)
		return time.Unix(seconds, 0), err == nil && len(text) != len("2006") && seconds <= lastSecond
	}
	layout := time.RFC3339Nano
	switch {
	case len(text) == len("2006-01"):
		layout = "2006-01"
	case len(text) == len("2006-01-02"):
		layout = time.DateOnly
	case len(text) < len("2006-01-02T15:04Z") || text[13] != ':' || strings.Contains(text, ","):
		return time.Time{}, false // package time is laxer than the profile about hours and fractions
	case text[16] != ':':
		layout = "2006-01-02T15:04Z07:00"
	}
	t, err := time.Parse(layout, text)
	return t, err == nil
}
