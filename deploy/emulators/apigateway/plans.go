package apigateway

import (
	"portcullis/deploy/emulators/internal/wire"
	"portcullis/deploy/gateway/usage"
)

// wirePlan is a UsagePlan: https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html.
type wirePlan struct {
	ID          string        `json:"id"`
	Name        string        `json:"name"`
	Description string        `json:"description,omitempty"`
	Stages      []wireStage   `json:"apiStages"`
	Throttle    *wireThrottle `json:"throttle,omitempty"`
	Quota       *wireQuota    `json:"quota,omitempty"`
}

// wireStage is an ApiStage.
type wireStage struct {
	API      string                  `json:"apiId"`
	Stage    string                  `json:"stage"`
	Throttle map[string]wireThrottle `json:"throttle,omitempty"` // by "/users/{id}/GET"
}

// wireThrottle is a ThrottleSettings. A number that is absent is 0: the AWS SDK for Go leaves zeros out.
type wireThrottle struct {
	Burst int     `json:"burstLimit"`
	Rate  float64 `json:"rateLimit"`
}

// wireQuota is a QuotaSettings. A number that is absent is 0, as in wireThrottle.
type wireQuota struct {
	Limit  int          `json:"limit"`
	Offset int          `json:"offset"`
	Period usage.Period `json:"period"`
}

// UnmarshalJSON reads a stage of a plan.
func (s *wireStage) UnmarshalJSON(text []byte) error {
	return wire.ReadObject(text, map[string]any{"apiId": &s.API, "stage": &s.Stage, "throttle": &s.Throttle})
}

// UnmarshalJSON reads a throttle.
func (t *wireThrottle) UnmarshalJSON(text []byte) error {
	return wire.ReadObject(text, map[string]any{"burstLimit": &t.Burst, "rateLimit": &t.Rate})
}

// UnmarshalJSON reads a quota.
func (q *wireQuota) UnmarshalJSON(text []byte) error {
	return wire.ReadObject(text, map[string]any{"limit": &q.Limit, "offset": &q.Offset, "period": &q.Period})
}

func newWirePlan(p usage.Plan) wirePlan {
	wire := wirePlan{ID: p.ID, Name: p.Name, Description: p.Description, Stages: []wireStage{}}
	for _, stage := range p.Stages {
		ws := wireStage{API: stage.API, Stage: stage.Name, Throttle: map[string]wireThrottle{}}
		for name, t := range stage.Methods {
			ws.Throttle[name] = wireThrottle{Burst: t.Burst, Rate: t.Rate}
		}
		wire.Stages = append(wire.Stages, ws)
	}
	if t := p.Throttle; t != nil {
		wire.Throttle = &wireThrottle{Burst: t.Burst, Rate: t.Rate}
	}
	if q := p.Quota; q != nil {
		wire.Quota = (*wireQuota)(q)
	}
	return wire
}

// plan is the plan that a request describes.
func (w wirePlan) plan() usage.Plan {
	p := usage.Plan{Name: w.Name, Description: w.Description, Quota: (*usage.Quota)(w.Quota)}
	for _, ws := range w.Stages {
		stage := usage.PlanStage{StageID: usage.StageID{API: ws.API, Name: ws.Stage}, Methods: map[string]usage.Throttle{}}
		for name, t := range ws.Throttle {
			stage.Methods[name] = usage.Throttle{Rate: t.Rate, Burst: t.Burst}
		}
		p.Stages = append(p.Stages, stage)
	}
	if w.Throttle != nil {
		p.Throttle = &usage.Throttle{Rate: w.Throttle.Rate, Burst: w.Throttle.Burst}
	}
	return p
}

// createPlan is CreateUsagePlan.
func (h *Handler) createPlan(c *call) (any, error) {
	if _, err := c.parameters(); err != nil {
		return nil, err
	}
	var w wirePlan
	err := c.decode(map[string]any{
		"name": &w.Name, "description": &w.Description, "apiStages": &w.Stages, "throttle": &w.Throttle, "quota": &w.Quota,
	})
	if err != nil {
		return nil, err
	}
	made, err := h.registry.CreatePlan(w.plan())
	if err != nil {
		return nil, err
	}
	return newWirePlan(made), nil
}

// getPlans is GetUsagePlans.
func (h *Handler) getPlans(c *call) (any, error) {
	p, err := c.parameters("keyId", "limit", "position")
	if err != nil {
		return nil, err
	}
	page, err := p.page()
	if err != nil {
		return nil, err
	}
	plans := h.registry.Plans()
	if key, given := p["keyId"]; given {
		if plans, err = h.registry.PlansOf(key); err != nil {
			return nil, err
		}
	}
	return listOf(plans, page, func(p usage.Plan) string { return p.ID }, newWirePlan), nil
}

// getPlan is GetUsagePlan.
func (h *Handler) getPlan(c *call) (any, error) {
	if _, err := c.parameters(); err != nil {
		return nil, err
	}
	p, err := h.registry.Plan(c.PathValue("plan"))
	if err != nil {
		return nil, err
	}
	return newWirePlan(p), nil
}

// updatePlan is UpdateUsagePlan.
func (h *Handler) updatePlan(c *call) (any, error) {
	patches, err := c.patches()
	if err != nil {
		return nil, err
	}
	p, err := h.registry.UpdatePlan(c.PathValue("plan"), func(p *usage.Plan) error {
		return apply(patches, planPatches, p)
	})
	if err != nil {
		return nil, err
	}
	return newWirePlan(p), nil
}

// deletePlan is DeleteUsagePlan.
func (h *Handler) deletePlan(c *call) (any, error) {
	if _, err := c.parameters(); err != nil {
		return nil, err
	}
	return nil, h.registry.DeletePlan(c.PathValue("plan"))
}
