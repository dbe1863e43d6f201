package stage

import (
	"time"

	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// Usage decides whether who has an API key may call now. A [usage.Registry] does.
type Usage interface {
	Admit(stage usage.StageID, key usage.Value, method, resource string) (usage.Admission, *usage.Refusal)
}

// Keys asks for API keys, and counts by them. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html.
type Keys struct {
	usage      Usage
	stage      usage.StageID
	authorizer bool // the key is what the authorizer answers, and not the client's header
}

// NewKeys gives nil where the plan asks for no keys. authorizer says that the key is what the authorizer answers, and not the
// client's header.
func NewKeys(s *Stage, authorizer bool) (*Keys, error) {
	if s.Plan.Keys() == nil {
		return nil, nil
	}
	k := &Keys{usage: s.Config.Usage, stage: stageID(s.Plan), authorizer: authorizer}
	if k.usage != nil {
		return k, nil
	}
	registry, err := NewUsage([]*plan.Plan{s.Plan}, s.Config.Now)
	k.usage = registry
	return k, err
}

// stageID is how a usage plan names the stage of a plan's gateway.
func stageID(p *plan.Plan) usage.StageID {
	return usage.StageID{API: identifier(p.Name, 10), Name: p.Name}
}

// NewUsage makes a registry with a usage plan for each plan that asks for keys, with the plan's name as its id, and
// the keys in it that the plan has for a desk. A nil now is time.Now.
func NewUsage(plans []*plan.Plan, now func() time.Time) (*usage.Registry, error) {
	all := usage.Config{Members: map[string][]string{}, Now: now}
	for _, p := range plans {
		if p.Keys() == nil {
			continue
		}
		all.Plans = append(all.Plans, usagePlanOf(p))
		for _, key := range p.Local.Keys {
			id := identifier(p.Name+"/"+key.Name, 10)
			all.Keys = append(all.Keys, usage.Key{ID: id, Name: key.Name, Value: usage.Value(key.Value), Enabled: !key.Disabled})
			all.Members[p.Name] = append(all.Members[p.Name], id)
		}
	}
	return usage.New(all)
}

func usagePlanOf(p *plan.Plan) usage.Plan {
	from, methods := p.Keys(), map[string]usage.Throttle{}
	for key, t := range from.Methods {
		methods[methodPath(p.Operations[key])] = *throttleOf(&t)
	}
	made := usage.Plan{
		ID: p.Name, Name: p.Name, Throttle: throttleOf(from.Throttle),
		Stages: []usage.PlanStage{{StageID: stageID(p), Methods: methods}},
	}
	if q := from.Quota; q != nil {
		made.Quota = &usage.Quota{Limit: q.Limit, Offset: q.Offset, Period: usage.Period(q.Period)}
	}
	return made
}

// throttleOf gives nil for nil.
func throttleOf(t *plan.Throttle) *usage.Throttle {
	if t == nil {
		return nil
	}
	return &usage.Throttle{Rate: t.RateLimit, Burst: t.BurstLimit}
}

// methodPath is AWS's name for a method among limits: /things/{id}/GET.
func methodPath(o plan.Operation) string {
	verb, resource := limited(policy.Route{Method: o.Method, Path: o.Path})
	return resource + "/" + verb
}

// limited is how limits know a route: by a verb and a resource. A route of a WebSocket API is a resource of messages.
func limited(r policy.Route) (verb, resource string) {
	if r.Path == "" {
		return "MESSAGE", "/" + r.Method
	}
	return r.Method, r.Path
}

// Admit decides by the request's key, and counts the request; nil: it may go on.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html.
func (k *Keys) Admit(x *Exchange) *usage.Refusal {
	value := last(x.HTTP.Header.Values("X-Api-Key"))
	if k.authorizer {
		value = x.usageKey()
	}
	verb, resource := limited(x.Method.Route)
	admission, why := k.usage.Admit(k.stage, usage.Value(value), verb, resource)
	if why == nil {
		x.key = &admission
	} else {
		x.Because("%s: %s", why.Reason, k.detail(why, value))
	}
	if x.trace != nil {
		x.trace.Key = &KeyTrace{ID: admission.Key.ID, Plan: admission.PlanID}
		if why != nil {
			x.trace.Key = &KeyTrace{ID: why.KeyID, Plan: why.PlanID, Refused: why.Reason.String() + ": " + k.detail(why, value)}
		}
	}
	return why
}

// detail says for people why a key that was sent, or is known of the caller, does not do.
func (k *Keys) detail(why *usage.Refusal, value string) string {
	switch {
	case value != "":
		return why.Detail
	case k.authorizer:
		return "an API key is asked for, with a token too, and the authorizer's answer names none (usageIdentifierKey): send one that was made with a usage plan"
	}
	return "an API key is asked for, and the request has no X-Api-Key"
}

// newLimits makes what limits the requests of a stage, whoever makes them.
func (s *Stage) newLimits() (*usage.Stage, error) {
	config := usage.StageConfig{Default: throttleOf(s.Plan.Throttle), Methods: map[string]usage.Throttle{}, Now: s.Config.Now}
	for _, o := range s.Plan.Operations {
		if o.Throttle != nil {
			config.Methods[methodPath(o)] = *throttleOf(o.Throttle)
		}
	}
	return usage.NewStage(config)
}

// WithinLimits counts the request against the stage's limits, and tells whether it may go on.
func (x *Exchange) WithinLimits() bool {
	ok := x.limits.Take(limited(x.Method.Route))
	if ok {
		return true
	}
	const reached = "the limit of the stage, or of the method in it, is reached"
	x.Because(reached)
	if x.trace != nil {
		x.trace.Throttle = reached
	}
	return ok
}
