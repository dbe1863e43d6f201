package stage

import (
	"slices"
	"strings"
	"time"

	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
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

// NewKeys gives nil where the mode asks for no keys.
func NewKeys(s *Stage) (*Keys, error) {
	if !s.Mode.APIKeyRequired {
		return nil, nil
	}
	k := &Keys{usage: s.Config.Usage, stage: stageID(s.Mode), authorizer: s.Mode.APIKeySource == "AUTHORIZER"}
	if k.usage != nil {
		return k, nil
	}
	registry, err := NewUsage([]*modes.Mode{s.Mode}, s.Config.Now)
	k.usage = registry
	return k, err
}

// stageID is how a usage plan names the stage of a mode's gateway.
func stageID(m *modes.Mode) usage.StageID {
	return usage.StageID{API: identifier(m.Name, 10), Name: m.Name}
}

// NewUsage makes a registry with a usage plan for each mode that asks for keys, with the mode's name as its id, and
// the mode's local keys in it. A nil now is time.Now.
func NewUsage(modes []*modes.Mode, now func() time.Time) (*usage.Registry, error) {
	all := usage.Config{Members: map[string][]string{}, Now: now}
	for _, m := range modes {
		if m.UsagePlan == nil {
			continue
		}
		all.Plans = append(all.Plans, planOf(m))
		for _, key := range m.UsagePlan.LocalKeys {
			id := identifier(m.Name+"/"+key.Name, 10)
			all.Keys = append(all.Keys, usage.Key{ID: id, Name: key.Name, Value: usage.Value(key.Value), Enabled: !key.Disabled})
			all.Members[m.Name] = append(all.Members[m.Name], id)
		}
	}
	return usage.New(all)
}

func planOf(m *modes.Mode) usage.Plan {
	plan := usage.Plan{ID: m.Name, Name: m.Name, Stages: []usage.PlanStage{{StageID: stageID(m), Methods: throttles(m.UsagePlan.Methods)}}}
	if t := m.UsagePlan.Throttle; t != nil {
		plan.Throttle = &usage.Throttle{Rate: t.RateLimit, Burst: t.BurstLimit}
	}
	if q := m.UsagePlan.Quota; q != nil {
		plan.Quota = &usage.Quota{Limit: q.Limit, Offset: q.Offset, Period: usage.Period(q.Period)}
	}
	return plan
}

// throttles are a mode's limits of single methods, by AWS's names for them: /things/{id}/GET.
func throttles(methods map[string]modes.Throttle) map[string]usage.Throttle {
	named := map[string]usage.Throttle{}
	for name, t := range methods {
		verb, path, _ := strings.Cut(name, " ")
		named[path+"/"+verb] = usage.Throttle{Rate: t.RateLimit, Burst: t.BurstLimit}
	}
	return named
}

// Admit decides by the request's key, and counts the request; nil: it may go on.
func (k *Keys) Admit(x *Exchange) *usage.Refusal {
	value := last(x.HTTP.Header.Values("X-Api-Key"))
	if k.authorizer {
		value = x.usageKey()
	}
	admission, why := k.usage.Admit(k.stage, usage.Value(value), x.Method.Route.Method, x.Method.Route.Path)
	if why == nil {
		x.key = &admission
	}
	if x.trace != nil {
		x.trace.Key = &KeyTrace{ID: admission.Key.ID, Plan: admission.PlanID}
		if why != nil {
			x.trace.Key = &KeyTrace{ID: why.KeyID, Plan: why.PlanID, Refused: why.Reason.String() + ": " + why.Detail}
		}
	}
	return why
}

// newLimits makes what limits the requests of a stage, whoever makes them.
func (s *Stage) newLimits() (*usage.Stage, error) {
	config := usage.StageConfig{Now: s.Config.Now}
	if t := s.Mode.Throttle; t != nil {
		config.Default = &usage.Throttle{Rate: t.RateLimit, Burst: t.BurstLimit}
		config.Methods = throttles(t.Methods)
	}
	return usage.NewStage(config)
}

// WithinLimits counts the request against the stage's limits, and tells whether it may go on.
func (x *Exchange) WithinLimits() bool {
	ok := x.limits.Take(x.Method.Route.Method, x.Method.Route.Path)
	if !ok && x.trace != nil {
		x.trace.Throttle = "the limit of the stage, or of the method in it, is reached"
	}
	return ok
}

// SourceName is API Gateway's name for where keys are.
func (k *Keys) SourceName() string {
	if k.authorizer {
		return "AUTHORIZER"
	}
	return "HEADER"
}

// Plans are the usage plans for the stage, where they can be told.
func (k *Keys) Plans() []usage.Plan {
	registry, ok := k.usage.(interface{ Plans() []usage.Plan })
	if !ok {
		return nil
	}
	return slices.DeleteFunc(registry.Plans(), func(p usage.Plan) bool {
		return !slices.ContainsFunc(p.Stages, func(s usage.PlanStage) bool { return s.StageID == k.stage })
	})
}
