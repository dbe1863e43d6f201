package gateway

import (
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/plan"
)

// Usage decides whether who has an API key may call now:
//
//	Admit(stage usage.StageID, key usage.Value, method, resource string) (usage.Admission, *usage.Refusal)
//
// A [usage.Registry] does; [NewUsage] makes one whose usage plans are for gateways.
type Usage = stage.Usage

// NewUsage makes a registry with a usage plan for each plan that asks for keys, with the plan's name as its id, and the keys
// in it that the plan has for a desk. Of the config only Now counts. The error is a [*usage.Error].
func NewUsage(plans []*plan.Plan, config Config) (*usage.Registry, error) {
	return stage.NewUsage(plans, config.Now)
}
