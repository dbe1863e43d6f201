package usage_test

import (
	"fmt"

	"portcullis/deploy/gateway/usage"
)

func Example() {
	dev := usage.StageID{API: "a1b2c3d4e5", Name: "dev"}
	registry, err := usage.New(usage.Config{
		Plans: []usage.Plan{{
			ID: "gold", Name: "Gold",
			Stages: []usage.PlanStage{{StageID: dev}},
			Quota:  &usage.Quota{Limit: 2, Period: usage.Day},
		}},
		Keys:    []usage.Key{{ID: "ann", Value: "local-key-for-ann-0123", Enabled: true}},
		Members: map[string][]string{"gold": {"ann"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		admission, refusal := registry.Admit(dev, "local-key-for-ann-0123", "GET", "/users/{id}")
		if refusal != nil {
			fmt.Println(refusal.Reason)
			continue
		}
		fmt.Println(admission.Key.ID, admission.PlanID, admission.Key.Value)
	}
	// Output:
	// ann gold [redacted]
	// ann gold [redacted]
	// quota exceeded
}

func ExampleStage_Take() {
	stage, err := usage.NewStage(usage.StageConfig{Default: &usage.Throttle{Rate: 0.001, Burst: 1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(stage.Take("GET", "/users"), stage.Take("GET", "/users"))
	// Output: true false
}
