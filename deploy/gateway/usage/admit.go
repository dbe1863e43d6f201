package usage

import (
	"crypto/sha256"
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
	m, refusal := r.holder(stage, hash)
	if refusal == nil {
		refusal = m.take(stage, method{verb, resource}, r.now())
	}
	if refusal != nil {
		return Admission{}, refusal
	}
	return Admission{Key: m.key.Key, PlanID: m.plan.ID}, nil
}

// Knows tells by which key and plan a request would be counted, and counts nothing: whether the plan's limits are reached is not looked
// at. It gives a Refusal where there are none.
func (r *Registry) Knows(stage StageID, value Value) (Admission, *Refusal) {
	hash := value.hash()
	r.mu.RLock()
	defer r.mu.RUnlock()
	m, refusal := r.holder(stage, hash)
	if refusal != nil {
		return Admission{}, refusal
	}
	return Admission{Key: m.key.Key, PlanID: m.plan.ID}, nil
}

// holder is the membership of the key with a value in the plan that is for a stage. Who calls it has the lock.
func (r *Registry) holder(stage StageID, hash [sha256.Size]byte) (*member, *Refusal) {
	k := r.byValue[hash]
	if k == nil {
		return nil, &Refusal{Reason: Forbidden, Detail: "no API key has this value"}
	}
	if !k.Enabled {
		return nil, &Refusal{Reason: Forbidden, KeyID: k.ID, Detail: "the API key is disabled"}
	}
	m := k.in(stage)
	if m == nil {
		return nil, &Refusal{Reason: Forbidden, KeyID: k.ID, Detail: "the API key is in no usage plan of the stage"}
	}
	return m, nil
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
