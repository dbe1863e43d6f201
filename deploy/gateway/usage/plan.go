package usage

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
)

// StageID is a stage of an API. AWS writes it api:stage.
// See https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html.
type StageID struct {
	API  string // the API's id
	Name string // the stage's name
}

// ParseStageID reads api:stage; false: text is not that.
func ParseStageID(text string) (StageID, bool) {
	api, name, found := strings.Cut(text, ":")
	return StageID{api, name}, found && api != "" && name != "" && !strings.Contains(name, ":")
}

// String is api:stage.
func (s StageID) String() string { return s.API + ":" + s.Name }

// PlanStage is a stage that a plan is for.
type PlanStage struct {
	StageID

	// Methods are the throttles of single methods, in place of the plan's: "/users/{id}/GET". Each key has a bucket
	// of its own for each of them.
	Methods map[string]Throttle
}

// Plan is a usage plan (AWS: UsagePlan): who may call which stages, and how often. See
// https://docs.aws.amazon.com/apigateway/latest/api/API_UsagePlan.html.
type Plan struct {
	ID          string      // 6 characters; empty: made by the registry
	Name        string      // required
	Description string      // for people
	Stages      []PlanStage // that keys of the plan may call
	Throttle    *Throttle   // of each key, over all stages of the plan; nil: no limit
	Quota       *Quota      // of each key, over all stages of the plan; nil: no limit
}

func (p *Plan) check() string {
	if p.Name == "" {
		return "Usage Plan name is missing"
	}
	if p.Throttle != nil {
		if wrong := p.Throttle.check(); wrong != "" {
			return wrong
		}
	}
	if p.Quota != nil {
		if wrong := p.Quota.check(); wrong != "" {
			return wrong
		}
	}
	seen := map[StageID]bool{}
	for _, stage := range p.Stages {
		if _, ok := ParseStageID(stage.String()); !ok {
			return fmt.Sprintf("API stage %q: want {api}:{stage}", stage)
		}
		if seen[stage.StageID] {
			return fmt.Sprintf("API stage %s is there twice", stage)
		}
		seen[stage.StageID] = true
		if _, wrong := parseMethods(stage.Methods); wrong != "" {
			return fmt.Sprintf("API stage %s: %s", stage, wrong)
		}
	}
	return ""
}

// clone is a copy that shares nothing with the plan.
func (p *Plan) clone() Plan {
	c := *p
	c.Stages = make([]PlanStage, len(p.Stages))
	for i, stage := range p.Stages {
		c.Stages[i] = PlanStage{stage.StageID, maps.Clone(stage.Methods)}
	}
	if p.Throttle != nil {
		throttle := *p.Throttle
		c.Throttle = &throttle
	}
	if p.Quota != nil {
		quota := *p.Quota
		c.Quota = &quota
	}
	return c
}

// sameBuckets tells whether the buckets for one plan do for the other.
func (p *Plan) sameBuckets(other *Plan) bool {
	return reflect.DeepEqual(p.Throttle, other.Throttle) && reflect.DeepEqual(p.Stages, other.Stages)
}
