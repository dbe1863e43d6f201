package usage

import (
	"fmt"
	"reflect"
	"time"
)

// CreatePlan keeps a new plan, and gives it as it is kept: with an id where it had none. The errors are [*Error]:
// [Conflict] where another plan has the id, [Invalid], [TooMany].
func (r *Registry) CreatePlan(p Plan) (Plan, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.ID == "" {
		p.ID = newID(6)
	}
	if wrong := p.check(); wrong != "" {
		return Plan{}, &Error{Kind: Invalid, Resource: resourcePlan, Reason: wrong}
	}
	if r.plans[p.ID] != nil {
		return Plan{}, &Error{Kind: Conflict, Resource: resourcePlan, ID: p.ID, Reason: "Usage Plan already exists"}
	}
	if len(r.plans) >= maxPlans {
		return Plan{}, &Error{Kind: TooMany, Resource: resourcePlan, Reason: fmt.Sprintf("the account has its %d usage plans", maxPlans)}
	}
	kept := &plan{members: map[string]*member{}, quotaSince: dayOf(r.now())}
	kept.set(p)
	r.plans[p.ID] = kept
	return kept.clone(), nil
}

// Plan gives the plan with this id. The error is an [*Error] of the kind [NotFound].
func (r *Registry) Plan(id string) (Plan, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	p := r.plans[id]
	if p == nil {
		return Plan{}, notFound(resourcePlan, id)
	}
	return p.clone(), nil
}

// Plans are all plans, in the order of their ids.
func (r *Registry) Plans() []Plan {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var all []Plan
	for _, p := range values(r.plans) {
		all = append(all, p.clone())
	}
	return all
}

// UpdatePlan lets change alter a plan, and nothing where change gives an error. Where throttle or stages change, every
// bucket of the plan is made anew, and full. What was used of a quota stays used. The errors are that of change, and
// [*Error]: [NotFound], [Invalid], and [Conflict] where a key of the plan is in another plan of a stage.
func (r *Registry) UpdatePlan(id string, change func(*Plan) error) (Plan, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := r.plans[id]
	if kept == nil {
		return Plan{}, notFound(resourcePlan, id)
	}
	p := kept.clone()
	if err := change(&p); err != nil {
		return Plan{}, err
	}
	if wrong := p.check(); wrong != "" {
		return Plan{}, &Error{Kind: Invalid, Resource: resourcePlan, ID: id, Reason: wrong}
	}
	if p.ID != id {
		return Plan{}, &Error{Kind: Invalid, Resource: resourcePlan, ID: id, Reason: "the id of a plan does not change"}
	}
	for _, m := range values(kept.members) {
		if err := m.key.checkStages(&p); err != nil {
			return Plan{}, err
		}
	}
	kept.replace(p, r.now())
	return kept.clone(), nil
}

// DeletePlan deletes a plan, which its keys leave thereby. The errors are [*Error]: [NotFound], and [InUse] where the plan
// is still for a stage, as AWS answers (https://github.com/aws/aws-sdk-js/issues/3841).
func (r *Registry) DeletePlan(id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.plans[id]
	if p == nil {
		return notFound(resourcePlan, id)
	}
	if len(p.Stages) > 0 {
		return &Error{Kind: InUse, Resource: resourcePlan, ID: id, Reason: fmt.Sprintf(
			"Cannot delete Usage Plan %s because there are API Stages associated with it, including %s", id, p.Stages[0])}
	}
	for _, m := range p.members {
		delete(m.key.members, id)
	}
	delete(r.plans, id)
	return nil
}

// set takes over a plan that was checked.
func (p *plan) set(value Plan) {
	p.Plan = value.clone()
	p.stages = map[StageID]map[method]Throttle{}
	for _, stage := range p.Stages {
		p.stages[stage.StageID], _ = parseMethods(stage.Methods)
	}
}

// replace is set for a plan that has members and a past.
func (p *plan) replace(value Plan, now time.Time) {
	if !reflect.DeepEqual(p.Quota, value.Quota) {
		p.quotaSince = dayOf(now)
	}
	same := p.sameBuckets(&value)
	p.set(value)
	if same {
		return
	}
	for _, m := range p.members {
		m.fill(now)
	}
}
