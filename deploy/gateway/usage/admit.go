package usage

import (
	"fmt"
	"time"
)

// Admission is by which key and which plan a request was let through.
type Admission struct {
	Key    Key    // that the request was counted for
	PlanID string // of the plan whose throttle and quota let it through
}

// Admit decides on one request of a method, such as GET and /users/{id}, with the value of an API key, and counts it.
// The package's comment says in which order it checks. It gives a Refusal, or else the Admission.
func (r *Registry) Admit(stage StageID, value Value, verb, resource string) (Admission, *Refusal) {
	hash := value.hash()
	r.mu.RLock()
	defer r.mu.RUnlock()
	k := r.byValue[hash]
	if k == nil {
		return Admission{}, &Refusal{Reason: Forbidden, Detail: "no API key has this value"}
	}
	if !k.Enabled {
		return Admission{}, &Refusal{Reason: Forbidden, KeyID: k.ID, Detail: "the API key is disabled"}
	}
	m := k.in(stage)
	if m == nil {
		return Admission{}, &Refusal{Reason: Forbidden, KeyID: k.ID, Detail: "the API key is in no usage plan of the stage"}
	}
	if refusal := m.take(stage, method{verb, resource}, r.now()); refusal != nil {
		return Admission{}, refusal
	}
	return Admission{Key: k.Key, PlanID: m.plan.ID}, nil
}

// in is the key's membership in the one of its plans that is for a stage.
func (k *key) in(stage StageID) *member {
	for _, m := range k.members {
		if _, ok := m.plan.stages[stage]; ok {
			return m
		}
	}
	return nil
}

func (m *member) take(stage StageID, name method, now time.Time) *Refusal {
	bucket, own := m.methods[stage][name]
	if !own {
		bucket = m.bucket
	}
	if !bucket.Take(now) {
		return &Refusal{Throttled, m.key.ID, m.plan.ID, "the key's bucket is empty"}
	}
	if q := m.plan.Quota; q != nil && !m.counter.take(*q, m.plan.quotaSince, dayOf(now)) {
		return &Refusal{QuotaExceeded, m.key.ID, m.plan.ID, fmt.Sprintf("the key's quota of %d a %s is used up", q.Limit, q.Period)}
	}
	return nil
}
