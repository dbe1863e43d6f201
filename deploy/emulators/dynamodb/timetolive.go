package dynamodb

import (
	"slices"
	"strconv"
	"time"

	"portcullis/deploy/emulators/dynamodb/internal/attribute"
)

// timeToLive is a TimeToLiveSpecification.
type timeToLive struct {
	AttributeName string
	Enabled       bool
}

// updateTimeToLive sets or unsets the TTL attribute. Source: API reference, UpdateTimeToLive.
func (h *Handler) updateTimeToLive(r *request) (any, *apiError) {
	name := r.tableName()
	wanted := r.timeToLive()
	t, failure := h.reachTable(r, name)
	if failure != nil {
		return nil, failure
	}
	if failure := t.setTimeToLive(wanted); failure != nil {
		return nil, failure
	}
	return struct{ TimeToLiveSpecification timeToLive }{wanted}, nil
}

func (r *request) timeToLive() (wanted timeToLive) {
	given := r.object("TimeToLiveSpecification")
	if given == nil {
		r.refuse(r.null("TimeToLiveSpecification"))
		return wanted
	}
	wanted = timeToLive{given.text("AttributeName"), given.flag("Enabled")}
	if n := len(wanted.AttributeName); n < 1 || n > maxKeyName {
		r.refuse(invalid("TimeToLiveSpecification.AttributeName must have 1 to 255 bytes, not %d", n))
	}
	r.refuse(given.end())
	return wanted
}

func (t *table) setTimeToLive(wanted timeToLive) *apiError {
	t.lock.Lock()
	defer t.lock.Unlock()
	switch {
	case wanted.Enabled && t.timeToLive == wanted.AttributeName:
		return invalid("TimeToLive is already enabled")
	case wanted.Enabled && t.timeToLive != "":
		return invalid("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.timeToLive)
	case !wanted.Enabled && t.timeToLive == "":
		return invalid("TimeToLive is already disabled")
	case !wanted.Enabled && t.timeToLive != wanted.AttributeName:
		return invalid("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.timeToLive)
	}
	t.timeToLive = ""
	if wanted.Enabled {
		t.timeToLive = wanted.AttributeName
	}
	return nil
}

// timeToLiveDescription is a TimeToLiveDescription.
type timeToLiveDescription struct {
	TimeToLiveStatus string
	AttributeName    string `json:",omitempty"`
}

// describeTimeToLive shows the TTL attribute. Source: API reference, DescribeTimeToLive.
func (h *Handler) describeTimeToLive(r *request) (any, *apiError) {
	name := r.tableName()
	t, failure := h.reachTable(r, name)
	if failure != nil {
		return nil, failure
	}
	t.lock.Lock()
	defer t.lock.Unlock()
	status := timeToLiveDescription{"DISABLED", t.timeToLive}
	if t.timeToLive != "" {
		status.TimeToLiveStatus = "ENABLED"
	}
	return struct{ TimeToLiveDescription timeToLiveDescription }{status}, nil
}

// oldestExpiry is how long ago a time to live may have ended: what ended earlier is not deleted, lest a time in another unit
// delete everything.
// Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html.
const oldestExpiry = 5 * 365 * 24 * time.Hour

// Sweep deletes the items whose time to live has ended, and says how many these were. Streams have them as DynamoDB's own
// removals. Nothing is deleted but by Sweep, which who has the Handler may call as often as it suits; DynamoDB deletes within a
// few days.
func (h *Handler) Sweep() (deleted int) {
	now := h.now()
	for _, name := range h.names() {
		if t, failure := h.table(name); failure == nil {
			deleted += t.sweep(now)
		}
	}
	return deleted
}

func (t *table) sweep(now time.Time) (deleted int) {
	t.lock.Lock()
	defer t.lock.Unlock()
	for _, item := range slices.Clone(t.listing.items) {
		if hasExpired(item[t.timeToLive], now) {
			t.replace(item, nil, expiry)
			deleted++
		}
	}
	return deleted
}

// hasExpired tells whether the value of a TTL attribute, a number of seconds since 1970, is in the past, and not too far.
func hasExpired(value attribute.Value, now time.Time) bool {
	if value.Type != attribute.Number {
		return false
	}
	at := attribute.Decimal(value.Text)
	return at.Compare(unix(now)) < 0 && at.Compare(unix(now.Add(-oldestExpiry))) >= 0
}

func unix(t time.Time) attribute.Decimal { return attribute.Decimal(strconv.FormatInt(t.Unix(), 10)) }
