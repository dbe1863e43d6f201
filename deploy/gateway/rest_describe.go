package gateway

import (
	"maps"
	"slices"
	"strings"
)

// describe tells what the API serves.
func (a *restAPI) describe() Description {
	d := a.stage.describe(a.guard, (*method).key)
	d.APIKeySource, d.BinaryMediaTypes, d.IntegrationTimeout = "HEADER", slices.Clone(a.media), a.timeout
	if a.keys != nil {
		d.APIKeySource, d.UsagePlans = a.keys.sourceName(), a.keys.plans()
	}
	for _, m := range a.methods {
		operation := d.Operations[m.key()]
		operation.APIKeyRequired = a.keys != nil && !m.public
		a.of[m].describe(&operation)
		d.Operations[m.key()] = operation
	}
	return d
}

func (m *restMethod) describe(d *OperationDescription) {
	if m.validator != nil {
		d.RequiredParameters, d.Models = m.validator.required(), slices.Sorted(maps.Keys(m.validator.models))
	}
	if m.cache != nil {
		d.Cache = &CacheDescription{m.cache.answers.ttl, sourceNames(m.cache.parameters)}
	}
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
