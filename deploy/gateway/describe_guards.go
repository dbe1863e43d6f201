package gateway

import (
	"slices"
	"strings"

	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
)

// sourceName is API Gateway's name for where keys are.
func (k *keys) sourceName() string {
	if k.authorizer {
		return "AUTHORIZER"
	}
	return "HEADER"
}

// plans are the usage plans for the stage, where they can be told.
func (k *keys) plans() []usage.Plan {
	registry, ok := k.usage.(interface{ Plans() []usage.Plan })
	if !ok {
		return nil
	}
	return slices.DeleteFunc(registry.Plans(), func(p usage.Plan) bool {
		return !slices.ContainsFunc(p.Stages, func(s usage.PlanStage) bool { return s.StageID == k.stage })
	})
}

// required are the parameters whose absence is refused, by API Gateway's names, sorted.
func (v *validator) required() []string {
	var all []string
	for place, names := range map[string][]string{"header": v.headers, "path": v.paths, "querystring": v.queries} {
		for _, name := range names {
			all = append(all, strings.Join([]string{"method.request", place, name}, "."))
		}
	}
	slices.Sort(all)
	return all
}

// clone is a copy that shares nothing.
func (c *httpCORS) clone() *modes.CORS {
	d := c.CORS
	for _, list := range []*[]string{&d.AllowOrigins, &d.AllowMethods, &d.AllowHeaders, &d.ExposeHeaders} {
		*list = slices.Clone(*list)
	}
	return &d
}
