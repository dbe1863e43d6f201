package usage

import (
	"fmt"
	"time"
)

// Join puts a key into a plan, and gives the key. The errors are [*Error]: [NotFound], and [Conflict] where the key is
// in the plan already, or in another plan of one of the plan's stages: a key has one plan for a stage
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html).
func (r *Registry) Join(planID, keyID string) (Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, k := r.plans[planID], r.keys[keyID]
	switch {
	case p == nil:
		return Key{}, notFound(resourcePlan, planID)
	case k == nil:
		return Key{}, notFound(resourceKey, keyID)
	case p.members[keyID] != nil:
		return Key{}, &Error{Kind: Conflict, Resource: resourceMember, ID: keyID, Reason: "Usage Plan Key already exists"}
	}
	if err := k.checkStages(&p.Plan); err != nil {
		return Key{}, err
	}
	m := &member{key: k, plan: p}
	m.fill(r.now())
	p.members[keyID], k.members[planID] = m, m
	return k.Key, nil
}

// checkStages refuses a plan for a stage that another plan of the key is for.
func (k *key) checkStages(p *Plan) error {
	for _, m := range values(k.members) {
		for _, stage := range p.Stages {
			if _, taken := m.plan.stages[stage.StageID]; taken && m.plan.ID != p.ID {
				return &Error{Kind: Conflict, Resource: resourceMember, ID: k.ID,
					Reason: fmt.Sprintf("API Key %s is in the usage plan %s of the API stage %s already", k.ID, m.plan.ID, stage)}
			}
		}
	}
	return nil
}

// Leave takes a key out of a plan. The error is an [*Error] of the kind [NotFound].
func (r *Registry) Leave(planID, keyID string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, err := r.member(planID, keyID)
	if err != nil {
		return err
	}
	delete(m.plan.members, keyID)
	delete(m.key.members, planID)
	return nil
}

// Member gives a key that is in a plan. The error is an [*Error] of the kind [NotFound].
func (r *Registry) Member(planID, keyID string) (Key, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	m, err := r.member(planID, keyID)
	if err != nil {
		return Key{}, err
	}
	return m.key.Key, nil
}

// Members are the keys of a plan, in the order of their ids. The error is an [*Error] of the kind [NotFound].
func (r *Registry) Members(planID string) ([]Key, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	p := r.plans[planID]
	if p == nil {
		return nil, notFound(resourcePlan, planID)
	}
	var all []Key
	for _, m := range values(p.members) {
		all = append(all, m.key.Key)
	}
	return all, nil
}

// PlansOf are the plans that a key is in, in the order of their ids. The error is an [*Error] of the kind [NotFound].
func (r *Registry) PlansOf(keyID string) ([]Plan, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k := r.keys[keyID]
	if k == nil {
		return nil, notFound(resourceKey, keyID)
	}
	var all []Plan
	for _, m := range values(k.members) {
		all = append(all, m.plan.clone())
	}
	return all, nil
}

func (r *Registry) member(planID, keyID string) (*member, error) {
	p := r.plans[planID]
	if p == nil {
		return nil, notFound(resourcePlan, planID)
	}
	m := p.members[keyID]
	if m == nil {
		return nil, notFound(resourceMember, keyID)
	}
	return m, nil
}

// fill makes the buckets that the plan asks for, all full.
func (m *member) fill(now time.Time) {
	m.bucket, m.methods = nil, map[StageID]map[method]*Bucket{}
	if m.plan.Throttle != nil {
		m.bucket = NewBucket(*m.plan.Throttle, now)
	}
	for stage, methods := range m.plan.stages {
		m.methods[stage] = map[method]*Bucket{}
		for name, throttle := range methods {
			m.methods[stage][name] = NewBucket(throttle, now)
		}
	}
}
