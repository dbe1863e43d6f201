package desk

import (
	"errors"
	"reflect"
	"slices"

	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
)

// updatePlans changes a registry as modes have changed: their usage plans, and their local keys. What clients made, and
// what all keys have used, stays.
func updatePlans(registry *usage.Registry, before, after []*modes.Mode) error {
	before, after = changedPlans(before, after), changedPlans(after, before)
	old, err := gateway.NewUsage(before, gateway.Config{})
	if err != nil {
		return err
	}
	fresh, err := gateway.NewUsage(after, gateway.Config{})
	if err != nil {
		return err
	}
	if err := deleteKeys(registry, old.Keys(), fresh.Keys()); err != nil {
		return err
	}
	for _, plan := range fresh.Plans() {
		if err := updatePlan(registry, plan); err != nil {
			return err
		}
		members, err := fresh.Members(plan.ID)
		if err != nil {
			return err
		}
		for _, key := range members {
			if err := updateKey(registry, plan.ID, key); err != nil {
				return err
			}
		}
	}
	return nil
}

// changedPlans are those modes whose usage plans are not among the others.
func changedPlans(all, others []*modes.Mode) []*modes.Mode {
	return slices.DeleteFunc(slices.Clone(all), func(m *modes.Mode) bool {
		return slices.ContainsFunc(others, func(other *modes.Mode) bool {
			return m.Name == other.Name && reflect.DeepEqual(m.UsagePlan, other.UsagePlan)
		})
	})
}

// deleteKeys deletes the local keys that there are no more, and those that have another value now.
func deleteKeys(registry *usage.Registry, old, fresh []usage.Key) error {
	for _, key := range old {
		stays := slices.ContainsFunc(fresh, func(f usage.Key) bool { return f.ID == key.ID && f.Value == key.Value })
		if stays {
			continue
		}
		if err := registry.DeleteKey(key.ID); err != nil && !isMissing(err) {
			return err
		}
	}
	return nil
}

func updatePlan(registry *usage.Registry, plan usage.Plan) error {
	_, err := registry.UpdatePlan(plan.ID, func(p *usage.Plan) error {
		*p = plan
		return nil
	})
	if isMissing(err) {
		_, err = registry.CreatePlan(plan)
	}
	return err
}

// updateKey makes a local key what its mode says.
func updateKey(registry *usage.Registry, plan string, key usage.Key) error {
	_, err := registry.UpdateKey(key.ID, func(k *usage.Key) error {
		k.Enabled = key.Enabled
		return nil
	})
	if !isMissing(err) {
		return err
	}
	if _, err := registry.CreateKey(key); err != nil {
		return err
	}
	_, err = registry.Join(plan, key.ID)
	return err
}

func isMissing(err error) bool {
	wrong := (*usage.Error)(nil)
	return errors.As(err, &wrong) && wrong.Kind == usage.NotFound
}
