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
