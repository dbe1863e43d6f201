package gateway

import (
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
)

// Usage decides whether who has an API key may call now:
//
//	Admit(stage usage.StageID, key usage.Value, method, resource string) (usage.Admission, *usage.Refusal)
//
// A [usage.Registry] does; [NewUsage] makes one whose plans are for the gateways of modes.
type Usage = stage.Usage

// NewUsage makes a registry with a usage plan for each mode that asks for keys, with the mode's name as its id, and
// the mode's local keys in it. Of the config only Now counts. The error is a [*usage.Error].
func NewUsage(modes []*modes.Mode, config Config) (*usage.Registry, error) {
	return stage.NewUsage(modes, config.Now)
}
