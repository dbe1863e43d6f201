package usage

import "sync"

// keptDays is for how many days the requests of a key are remembered: more than the longest period.
const keptDays = 90

// counter counts the requests of one key in one plan, by day.
type counter struct {
	mu   sync.Mutex
	days []count // in order, the last keptDays of those with requests
}

type count struct {
	day  day
	used int
}

// take counts a request where the quota, set on the day since, has one left.
func (c *counter) take(q Quota, since, today day) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.days); n > 0 && today < c.days[n-1].day {
		today = c.days[n-1].day // the clock went back
	}
	if c.used(q.Period.start(today), today) >= q.limit(today, since) {
		return false
	}
	if n := len(c.days); n == 0 || c.days[n-1].day != today {
		c.days = append(c.days, count{day: today})
	}
	c.days = c.days[max(0, len(c.days)-keptDays):]
	c.days[len(c.days)-1].used++
	return true
}

// used is the number of requests from one day to another, both included.
func (c *counter) used(from, to day) int {
	sum := 0
	for i := len(c.days) - 1; i >= 0 && c.days[i].day >= from; i-- {
		if c.days[i].day <= to {
			sum += c.days[i].used
		}
	}
	return sum
}

// usage is what was used on a day, and what of the quota remained at its end.
func (c *counter) usage(q Quota, since, of day) DayUsage {
	c.mu.Lock()
	defer c.mu.Unlock()
	return DayUsage{Used: c.used(of, of), Remaining: c.remaining(q, since, of)}
}

// period is what was used in the period of a day until its end, and what of the quota remained then.
func (c *counter) period(q Quota, since, of day) (used, remaining int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.used(q.Period.start(of), of), c.remaining(q, since, of)
}

func (c *counter) remaining(q Quota, since, of day) int {
	return max(0, q.limit(of, since)-c.used(q.Period.start(of), of))
}
