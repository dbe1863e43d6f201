package usage_test

import (
	"testing"
	"time"

	"portcullis/deploy/gateway/usage"
)

// A quota of 3 is set and used up at one time, and asked again at another.
func TestQuotaBeginsAnew(t *testing.T) {
	tests := []struct {
		period      usage.Period
		from, until string
		want        int // how many of 5 pass then
	}{
		{usage.Day, "2026-03-01T00:00:00Z", "2026-03-01T23:59:59Z", 0},
		{usage.Day, "2026-03-01T23:59:59Z", "2026-03-02T00:00:00Z", 3},
		{usage.Day, "2026-03-02T00:30:00+02:00", "2026-03-01T23:59:59Z", 0}, // 1 March in UTC
		{usage.Day, "2026-03-01T23:30:00-02:00", "2026-03-02T23:59:59Z", 0}, // 2 March in UTC
		{usage.Day, "2024-02-28T12:00:00Z", "2024-02-29T00:00:00Z", 3},
		{usage.Day, "2024-02-29T00:00:00Z", "2024-02-29T23:59:59Z", 0},
		{usage.Day, "2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z", 3},
		{usage.Day, "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", 3},
		{usage.Week, "2026-03-01T00:00:00Z", "2026-03-07T23:59:59Z", 0}, // Sunday to Saturday
		{usage.Week, "2026-03-07T23:59:59Z", "2026-03-08T00:00:00Z", 3},
		{usage.Week, "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z", 0}, // Sunday to Monday
		{usage.Week, "2024-02-25T00:00:00Z", "2024-03-02T23:59:59Z", 0}, // over a leap day
		{usage.Week, "2026-12-27T00:00:00Z", "2027-01-02T23:59:59Z", 0}, // over a year's end
		{usage.Week, "2026-12-27T00:00:00Z", "2027-01-03T00:00:00Z", 3},
		{usage.Month, "2026-03-01T00:00:00Z", "2026-03-31T23:59:59Z", 0},
		{usage.Month, "2026-03-31T23:59:59Z", "2026-04-01T00:00:00Z", 3},
		{usage.Month, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z", 3},
		{usage.Month, "2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z", 0},
		{usage.Month, "2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z", 3},
		{usage.Month, "2025-03-15T00:00:00Z", "2026-03-15T00:00:00Z", 3}, // the same month of another year
		{usage.Month, "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", 3},
	}
	for _, test := range tests {
		t.Run(string(test.period)+" "+test.from+" "+test.until, func(t *testing.T) {
			c := at(test.from)
			r := newRegistry(t, config(c, usage.Plan{Quota: &usage.Quota{Limit: 3, Period: test.period}}))
			if got, refusal := admitted(r, 5); got != 3 || refusal.Reason != usage.QuotaExceeded {
				t.Errorf("first %d, %v", got, refusal)
			}
			c.set(test.until)
			if got, _ := admitted(r, 5); got != test.want {
				t.Errorf("then %d, want %d", got, test.want)
			}
		})
	}
}

func TestQuotaOffsetHoldsInTheFirstPeriod(t *testing.T) {
	c := at("2026-03-18T10:00:00Z")
	r := newRegistry(t, config(c, usage.Plan{Quota: &usage.Quota{Limit: 5, Offset: 3, Period: usage.Month}}))
	for _, step := range []struct {
		at   string
		want int
	}{
		{"2026-03-18T10:00:00Z", 2},
		{"2026-03-31T23:59:59Z", 0},
		{"2026-04-01T00:00:00Z", 5},
		{"2026-05-01T00:00:00Z", 5},
	} {
		c.set(step.at)
		if got, _ := admitted(r, 9); got != step.want {
			t.Errorf("%s: %d, want %d", step.at, got, step.want)
		}
	}
	c.set("2026-06-15T00:00:00Z")
	if _, err := r.UpdatePlan("plan", func(p *usage.Plan) error { p.Quota.Offset = 4; return nil }); err != nil {
		t.Fatal(err)
	}
	if got, _ := admitted(r, 9); got != 1 {
		t.Errorf("in the period of a new offset %d, want 1", got)
	}
	c.set("2026-07-01T00:00:00Z")
	if got, _ := admitted(r, 9); got != 5 {
		t.Errorf("in the period after a new offset %d, want 5", got)
	}
}

func TestQuotaWhoseLimitChanges(t *testing.T) {
	c := at("2026-03-18T10:00:00Z")
	r := newRegistry(t, config(c, usage.Plan{Quota: &usage.Quota{Limit: 5, Period: usage.Day}}))
	admitted(r, 3)
	for _, step := range []struct{ limit, want int }{{4, 1}, {2, 0}, {10, 6}} {
		if _, err := r.UpdatePlan("plan", func(p *usage.Plan) error { p.Quota.Limit = step.limit; return nil }); err != nil {
			t.Fatal(err)
		}
		if got, _ := admitted(r, 20); got != step.want {
			t.Errorf("limit %d: %d more, want %d", step.limit, got, step.want)
		}
		if left, _, _ := r.Remaining("plan", "key"); left != 0 {
			t.Errorf("limit %d: %d remain", step.limit, left)
		}
	}
}

// A clock that goes back over midnight gives no quota a second time.
func TestQuotaWithAClockThatGoesBack(t *testing.T) {
	c := at("2026-03-02T00:00:01Z")
	r := newRegistry(t, config(c, usage.Plan{Quota: &usage.Quota{Limit: 3, Period: usage.Day}}))
	admitted(r, 3)
	c.move(-2 * time.Second)
	if got, _ := admitted(r, 5); got != 0 {
		t.Errorf("%d pass on a day that was over", got)
	}
}

// What the throttle refuses does not count against the quota.
func TestThrottledRequestsDoNotCount(t *testing.T) {
	c := at("2026-03-02T10:00:00Z")
	r := newRegistry(t, config(c, usage.Plan{
		Throttle: &usage.Throttle{Rate: 1, Burst: 1}, Quota: &usage.Quota{Limit: 2, Period: usage.Day},
	}))
	if got, refusal := admitted(r, 10); got != 1 || refusal.Reason != usage.Throttled {
		t.Errorf("first second: %d, %v", got, refusal)
	}
	if left, limited, err := r.Remaining("plan", "key"); left != 1 || !limited || err != nil {
		t.Errorf("%d remain, %v, %v", left, limited, err)
	}
	c.move(time.Second)
	admitted(r, 1)
	c.move(time.Second)
	if got, refusal := admitted(r, 1); got != 0 || refusal.Reason != usage.QuotaExceeded {
		t.Errorf("third second: %d, %v", got, refusal)
	}
	if _, refusal := admitted(r, 1); refusal.Reason != usage.Throttled {
		t.Errorf("the throttle is not first: %v", refusal)
	}
}

func TestUsage(t *testing.T) {
	c := at("2026-03-01T10:00:00Z")
	r := newRegistry(t, config(c, usage.Plan{Quota: &usage.Quota{Limit: 10, Offset: 1, Period: usage.Week}}))
	admitted(r, 4)
	c.set("2026-03-03T10:00:00Z")
	admitted(r, 9)
	c.set("2026-03-08T10:00:00Z")
	admitted(r, 1)
	got, err := r.Usage("plan", at("2026-02-28T23:59:59Z").now, at("2026-03-08T00:00:00Z").now)
	want := []usage.DayUsage{{0, 10}, {4, 5}, {0, 5}, {5, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}, {1, 9}}
	if err != nil || len(got) != 1 || len(got["key"]) != len(want) {
		t.Fatalf("%v, %v", got, err)
	}
	for i, day := range got["key"] {
		if day != want[i] {
			t.Errorf("day %d: %v, want %v", i, day, want[i])
		}
	}
}

func TestUsageIsForgotten(t *testing.T) {
	c := at("2026-01-01T10:00:00Z")
	first := c.Now()
	r := newRegistry(t, config(c, usage.Plan{Quota: &usage.Quota{Limit: 10, Period: usage.Day}}))
	for range 91 {
		admitted(r, 1)
		c.move(24 * time.Hour)
	}
	got, err := r.Usage("plan", first, first.Add(24*time.Hour))
	if err != nil || len(got["key"]) != 2 || got["key"][0].Used != 0 || got["key"][1].Used != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestUsageIsRefused(t *testing.T) {
	c := at("2026-03-01T10:00:00Z")
	r := newRegistry(t, config(c, usage.Plan{}))
	day := c.Now()
	_, err := r.Usage("none", day, day)
	check(t, err, usage.NotFound, `usage plan "none": there is none`)
	_, err = r.Usage("plan", day, day.Add(-24*time.Hour))
	check(t, err, usage.Invalid, "in order")
	_, err = r.Usage("plan", day, day.Add(90*24*time.Hour))
	check(t, err, usage.Invalid, "90 at most")
	if got, err := r.Usage("plan", day, day.Add(89*24*time.Hour)); err != nil || len(got) != 0 {
		t.Errorf("a plan without quota has usage: %v, %v", got, err)
	}
	if _, limited, err := r.Remaining("plan", "key"); limited || err != nil {
		t.Errorf("a plan without quota is limited: %v", err)
	}
	_, _, err = r.Remaining("plan", "none")
	check(t, err, usage.NotFound, `usage plan key "none"`)
}

func TestQuotaInParallel(t *testing.T) {
	c := at("2026-03-01T10:00:00Z")
	r := newRegistry(t, config(c, usage.Plan{Quota: &usage.Quota{Limit: 1234, Period: usage.Month}}))
	got := parallel(8, 500, func() bool {
		_, refusal := r.Admit(stage, value, "GET", "/users")
		return refusal == nil
	})
	if left, _, _ := r.Remaining("plan", "key"); got != 1234 || left != 0 {
		t.Errorf("%d passed, want 1234; %d left", got, left)
	}
}

// TestPresent: what a key used counts in its period alone, and what it has left is what Admit lets through.
func TestPresent(t *testing.T) {
	c := at("2026-03-18T10:00:00Z")
	r := newRegistry(t, config(c, usage.Plan{
		Throttle: &usage.Throttle{Rate: 1, Burst: 4}, Quota: &usage.Quota{Limit: 5, Offset: 2, Period: usage.Month},
	}))
	for _, step := range []struct {
		at    string
		calls int
		want  usage.PeriodUsage
	}{
		{"2026-03-18T10:00:00Z", 0, usage.PeriodUsage{Limited: true, Used: 0, Remaining: 3, Throttled: true, Tokens: 4}},
		{"2026-03-18T10:00:00Z", 2, usage.PeriodUsage{Limited: true, Used: 2, Remaining: 1, Throttled: true, Tokens: 2}},
		{"2026-03-19T10:00:00Z", 3, usage.PeriodUsage{Limited: true, Used: 3, Remaining: 0, Throttled: true, Tokens: 1}},
		{"2026-04-01T00:00:00Z", 1, usage.PeriodUsage{Limited: true, Used: 1, Remaining: 4, Throttled: true, Tokens: 3}},
	} {
		c.set(step.at)
		admitted(r, step.calls)
		got, err := r.Present("plan")
		step.want.Since = at(step.at[:8] + "01T00:00:00Z").now
		if err != nil || got["key"] != step.want || len(got) != 1 {
			t.Errorf("%s: %+v, %v, want %+v", step.at, got, err, step.want)
		}
	}
	unlimited := newRegistry(t, config(c, usage.Plan{}))
	admitted(unlimited, 3)
	if got, err := unlimited.Present("plan"); err != nil || got["key"] != (usage.PeriodUsage{}) {
		t.Errorf("without limits %+v, %v", got, err)
	}
	_, err := r.Present("other")
	check(t, err, usage.NotFound, `"other"`)
}
