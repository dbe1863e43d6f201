package services

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"portcullis/deploy/desk/internal/project"
	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/plan"
)

// plansOf are the plans of a project, of none where it is nil.
func plansOf(p *project.Project) []*plan.Plan {
	var all []*plan.Plan
	if p != nil {
		for _, m := range p.Modes {
			all = append(all, m.Plan)
		}
	}
	return all
}

// updatePlans changes a registry as plans have changed: their usage plans, and their local keys. What clients made, and
// what all keys have used, stays. Where it cannot be done, nothing changes.
func updatePlans(registry *usage.Registry, before, after []*plan.Plan) error {
	trial, err := copyOf(registry)
	if err != nil {
		return err
	}
	if err := changePlans(trial, before, after); err != nil {
		return err
	}
	return changePlans(registry, before, after)
}

// copyOf is another registry with the keys and plans of one, of which nothing is used yet.
func copyOf(registry *usage.Registry) (*usage.Registry, error) {
	all := usage.Config{Plans: registry.Plans(), Keys: registry.Keys(), Members: map[string][]string{}}
	for _, p := range all.Plans {
		members, err := registry.Members(p.ID)
		if err != nil {
			return nil, err
		}
		for _, key := range members {
			all.Members[p.ID] = append(all.Members[p.ID], key.ID)
		}
	}
	return usage.New(all)
}

// changePlans is updatePlans, which may fail when some of it is done.
func changePlans(registry *usage.Registry, before, after []*plan.Plan) error {
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
	for _, p := range fresh.Plans() {
		if err := updatePlan(registry, p); err != nil {
			return err
		}
		members, err := fresh.Members(p.ID)
		if err != nil {
			return err
		}
		for _, key := range members {
			if err := updateKey(registry, p.ID, key); err != nil {
				return fmt.Errorf("mode %s: the key %s: %w", p.ID, key.Name, err)
			}
		}
	}
	return nil
}

// changedPlans are those plans whose usage plans or keys are not among the others.
func changedPlans(all, others []*plan.Plan) []*plan.Plan {
	return slices.DeleteFunc(slices.Clone(all), func(p *plan.Plan) bool {
		return slices.ContainsFunc(others, func(other *plan.Plan) bool {
			return p.Name == other.Name && reflect.DeepEqual(p.Keys(), other.Keys()) && reflect.DeepEqual(p.Local.Keys, other.Local.Keys)
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

func updatePlan(registry *usage.Registry, want usage.Plan) error {
	_, err := registry.UpdatePlan(want.ID, func(p *usage.Plan) error {
		*p = want
		return nil
	})
	if isMissing(err) {
		_, err = registry.CreatePlan(want)
	}
	return err
}

// updateKey makes a local key what its mode says.
func updateKey(registry *usage.Registry, planID string, key usage.Key) error {
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
	_, err = registry.Join(planID, key.ID)
	return err
}

func isMissing(err error) bool {
	wrong := (*usage.Error)(nil)
	return errors.As(err, &wrong) && wrong.Kind == usage.NotFound
}
