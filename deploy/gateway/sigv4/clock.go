package sigv4

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// isoBasic is how signatures write time.
const isoBasic = "20060102T150405Z"

const (
	maxSkew    = 5 * time.Minute
	maxExpires = 7 * 24 * 60 * 60 // seconds
)

// isoDate rewrites what the Date header may hold too, the form of RFC 9110, section 5.6.7, and the same with an offset, as
// botocore writes it. Other text stays as it is.
func isoDate(text string) string {
	for _, layout := range []string{http.TimeFormat, time.RFC1123Z} {
		if date, err := time.Parse(layout, text); err == nil {
			return date.UTC().Format(isoBasic)
		}
	}
	return text
}

// parseDate reads a date such as 20150830T123600Z.
func parseDate(text string) (time.Time, error) {
	date, err := time.Parse(isoBasic, text)
	if err != nil || date.Format(isoBasic) != text {
		return time.Time{}, refuse(IncompleteSignature, fmt.Sprintf("Date must be in ISO-8601 'basic format'. Got '%.40s'. See http://en.wikipedia.org/wiki/ISO_8601", text))
	}
	return date, nil
}

// checkTime returns when a signature ends: five minutes after it was made, or when its X-Amz-Expires has passed. It
// may be five minutes early.
func checkTime(c claim, signedAt, now time.Time) (time.Time, error) {
	now = now.UTC().Truncate(time.Second)
	if latest := now.Add(maxSkew); signedAt.After(latest) {
		return time.Time{}, refuse(InvalidSignature, fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + 5 min.)",
			signedAt.Format(isoBasic), latest.Format(isoBasic), now.Format(isoBasic)))
	}
	if c.timed {
		return checkExpires(c.expires, signedAt, now)
	}
	if earliest := now.Add(-maxSkew); signedAt.Before(earliest) {
		return time.Time{}, refuse(InvalidSignature, fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - 5 min.)",
			signedAt.Format(isoBasic), earliest.Format(isoBasic), now.Format(isoBasic)))
	}
	return signedAt.Add(maxSkew), nil
}

// checkExpires is the clock of presigned queries. Its messages are not AWS's, which are not known.
func checkExpires(text string, signedAt, now time.Time) (time.Time, error) {
	seconds, err := strconv.ParseUint(text, 10, 32)
	if err != nil || seconds < 1 || seconds > maxExpires {
		return time.Time{}, refuse(IncompleteSignature, "X-Amz-Expires must be a number of seconds from 1 to 604800.")
	}
	end := signedAt.Add(time.Duration(seconds) * time.Second)
	if end.Before(now) {
		return time.Time{}, refuse(InvalidSignature, fmt.Sprintf("Signature expired: %s is now earlier than %s (%s + %d s)",
			end.Format(isoBasic), now.Format(isoBasic), signedAt.Format(isoBasic), seconds))
	}
	return end, nil
}
