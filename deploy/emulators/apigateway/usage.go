package apigateway

import (
	"maps"
	"slices"
	"time"

	"portcullis/deploy/gateway/usage"
)

// wireUsage is a Usage: https://docs.aws.amazon.com/apigateway/latest/api/API_Usage.html.
type wireUsage struct {
	PlanID   string              `json:"usagePlanId"`
	Start    string              `json:"startDate"`
	End      string              `json:"endDate"`
	Values   map[string][][2]int `json:"values"` // by a key's id: for each day what was used and what remained
	Position string              `json:"position,omitempty"`
}

// getUsage is GetUsage.
func (h *Handler) getUsage(c *call) (any, error) {
	p, err := c.parameters("startDate", "endDate", "keyId", "limit", "position")
	if err != nil {
		return nil, err
	}
	page, err := p.page()
	if err != nil {
		return nil, err
	}
	found, err := h.usage(c.PathValue("plan"), p)
	if err != nil {
		return nil, err
	}
	ids := listOf(slices.Sorted(maps.Keys(found)), page, same, same)
	answer := wireUsage{PlanID: c.PathValue("plan"), Start: p["startDate"], End: p["endDate"], Values: map[string][][2]int{}, Position: ids.Position}
	for _, id := range ids.Item {
		for _, day := range found[id] {
			answer.Values[id] = append(answer.Values[id], [2]int{day.Used, day.Remaining})
		}
	}
	return answer, nil
}

// usage is that of all keys of a plan, or of the one that the parameters name.
func (h *Handler) usage(plan string, p parameters) (map[string][]usage.DayUsage, error) {
	from, err := p.date("startDate")
	if err != nil {
		return nil, err
	}
	to, err := p.date("endDate")
	if err != nil {
		return nil, err
	}
	found, err := h.registry.Usage(plan, from, to)
	key, given := p["keyId"]
	if err != nil || !given {
		return found, err
	}
	maps.DeleteFunc(found, func(id string, _ []usage.DayUsage) bool { return id != key })
	_, err = h.registry.Member(plan, key)
	return found, err
}

func same(id string) string { return id }

// date is a day such as 2026-03-01, which must be given.
func (p parameters) date(name string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, p[name])
	if err != nil {
		return time.Time{}, badRequest("parameter %s: want a date such as 2026-03-01, got %q", name, p[name])
	}
	return day, nil
}
