package usage

import "time"

// DayUsage is what a key used on one day, and what of its quota remained at the day's end: the pair that GetUsage gives. See
// https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsage.html.
type DayUsage struct {
	Used      int // requests
	Remaining int // requests; never below 0
}

// Usage is what the keys of a plan used, by their ids: an item for each day from one to another, both included, in UTC.
// Requests are counted for quotas, so a plan without one has no usage. Days over 90 are forgotten. The errors are
// [*Error]: [NotFound], and [Invalid] where the days are not in order or more than 90.
// See https://docs.aws.amazon.com/apigateway/latest/api/API_GetUsage.html.
func (r *Registry) Usage(planID string, from, to time.Time) (map[string][]DayUsage, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	p := r.plans[planID]
	if p == nil {
		return nil, notFound(resourcePlan, planID)
	}
	first, last := dayOf(from), dayOf(to)
	if last < first || last-first >= keptDays {
		return nil, &Error{Kind: Invalid, Resource: resourcePlan, ID: planID, Reason: "want days of usage in order, 90 at most"}
	}
	all := map[string][]DayUsage{}
	if p.Quota == nil {
		return all, nil
	}
	for id, m := range p.members {
		for d := first; d <= last; d++ {
			all[id] = append(all[id], m.counter.usage(*p.Quota, p.quotaSince, d))
		}
	}
	return all, nil
}

// PeriodUsage is what a key used in a plan, and what it has left.
type PeriodUsage struct {
	Limited   bool      // the plan has a quota, by which Used and Remaining count; false: they are 0
	Since     time.Time // the first day of the quota's present period, at midnight UTC
	Used      int       // requests since then
	Remaining int       // requests; never below 0

	Throttled bool    // the plan has a throttle; of what it has besides for single methods nothing is said
	Tokens    float64 // what is in the key's bucket now, of which each request takes one
}

// Present is what the keys of a plan used in its present period, by their ids. The error is an [*Error] of the kind [NotFound].
func (r *Registry) Present(planID string) (map[string]PeriodUsage, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	p := r.plans[planID]
	if p == nil {
		return nil, notFound(resourcePlan, planID)
	}
	all, now := map[string]PeriodUsage{}, r.now()
	for id, m := range p.members {
		all[id] = m.present(now)
	}
	return all, nil
}

func (m *member) present(now time.Time) PeriodUsage {
	var u PeriodUsage
	if q := m.plan.Quota; q != nil {
		today := dayOf(now)
		u.Limited, u.Since = true, q.Period.start(today).time()
		u.Used, u.Remaining = m.counter.period(*q, m.plan.quotaSince, today)
	}
	u.Tokens, u.Throttled = m.bucket.Level(now)
	return u
}

// Remaining is how many requests a key has left in a plan's present period; limited is false where the plan has no
// quota. The error is an [*Error] of the kind [NotFound].
func (r *Registry) Remaining(planID, keyID string) (requests int, limited bool, err error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	m, err := r.member(planID, keyID)
	if err != nil || m.plan.Quota == nil {
		return 0, false, err
	}
	return m.counter.usage(*m.plan.Quota, m.plan.quotaSince, dayOf(r.now())).Remaining, true, nil
}
