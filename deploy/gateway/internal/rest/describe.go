package rest

import (
	"maps"
	"slices"
	"strings"

	"portcullis/deploy/gateway/internal/stage"
)

// Description tells what the API serves.
func (a *API) Description() stage.Description {
	d := a.Stage.Describe(a.guard, (*stage.Method).Key)
	d.APIKeySource, d.BinaryMediaTypes, d.IntegrationTimeout = "HEADER", slices.Clone(a.media), a.timeout
	if a.keys != nil {
		d.APIKeySource, d.UsagePlans = a.keys.SourceName(), a.keys.Plans()
	}
	for _, m := range a.Methods {
		operation := d.Operations[m.Key()]
		operation.APIKeyRequired = a.keys != nil && !m.Public
		a.of[m].describe(&operation)
		d.Operations[m.Key()] = operation
	}
	return d
}

func (m *method) describe(d *stage.OperationDescription) {
	if m.validator != nil {
		d.RequiredParameters, d.Models = m.validator.required(), slices.Sorted(maps.Keys(m.validator.models))
	}
	if m.cache != nil {
		d.Cache = &stage.CacheDescription{TTL: m.cache.answers.TTL, KeyParameters: stage.SourceNames(m.cache.parameters)}
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
