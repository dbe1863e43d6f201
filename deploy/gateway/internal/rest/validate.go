package rest

import (
	"maps"
	"slices"
	"strings"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/plan"
)

// validator checks requests to one method before its function is called.
type validator struct {
	headers, paths, queries []string // required parameters, each sorted
	models                  map[string]*plan.Validator
}

// newValidator makes what the plan's validator checks of an operation, by the models of the API. It refuses a model that there is
// not, by which nothing would be checked.
func newValidator(o *plan.Operation, checks plan.RequestValidator, models map[string]*plan.Validator) (*validator, error) {
	v := &validator{models: map[string]*plan.Validator{}}
	if checks.Parameters {
		v.require(o.RequestParameters)
	}
	if checks.Body {
		for mediaType, name := range o.RequestModels {
			var err error
			if v.models[mediaType], err = stage.ModelNamed(models, name, o.Method+" "+o.Path); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

func (v *validator) require(parameters map[string]bool) {
	for _, parameter := range slices.Sorted(maps.Keys(parameters)) {
		if !parameters[parameter] {
			continue
		}
		switch place, name, _ := strings.Cut(strings.TrimPrefix(parameter, "method.request."), "."); place {
		case "header":
			v.headers = append(v.headers, name)
		case "path":
			v.paths = append(v.paths, name)
		case "querystring":
			v.queries = append(v.queries, name)
		}
	}
}

// check says what a request lacks; nil where it may go on.
func (v *validator) check(x *stage.Exchange) *refusal {
	if missing := v.missingParameters(x); len(missing) > 0 {
		r := refuseWith(badParameters, "Missing required request parameters: ["+strings.Join(missing, ", ")+"]")
		x.TraceValidation(r.message)
		return r
	}
	misfits, err := v.bodyMisfits(x)
	switch {
	case err != nil:
		x.TraceValidation(err.Error())
		return refuse(misconfigured)
	case len(misfits) > 0:
		x.Misfits(misfits)
		return refuse(badBody)
	}
	return nil
}

// missingParameters lists the required parameters that are absent or blank: headers, path, then query.
func (v *validator) missingParameters(x *stage.Exchange) []string {
	var missing []string
	for _, name := range v.headers {
		if strings.TrimSpace(x.HTTP.Header.Get(name)) == "" {
			missing = append(missing, name)
		}
	}
	for _, name := range v.paths {
		if x.Parameters[name] == "" {
			missing = append(missing, name)
		}
	}
	for _, name := range v.queries {
		if strings.TrimSpace(x.Queries().Get(name)) == "" {
			missing = append(missing, name)
		}
	}
	return missing
}

// bodyMisfits says what of the body does not fit the model of its media type, or the one for any; none: it fits, or there is no model. No
// body is validated as {}. The error is that of [stage.Misfits].
func (v *validator) bodyMisfits(x *stage.Exchange) ([]stage.Misfit, error) {
	model := v.models[stage.MediaType(x.HTTP.Header)]
	if model == nil {
		model = v.models[plan.AnyMediaType]
	}
	if model == nil {
		return nil, nil
	}
	body := x.Body
	if len(body) == 0 {
		body = []byte("{}")
	}
	return stage.Misfits(model, body)
}
