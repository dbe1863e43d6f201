package apigateway

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"portcullis/deploy/emulators/internal/wire"
	"portcullis/deploy/gateway/usage"
)

// patch is one operation of a PATCH: https://docs.aws.amazon.com/apigateway/latest/api/API_PatchOperation.html.
type patch struct {
	op, path, value string
}

// UnmarshalJSON reads a patch, which has a value unless it removes something. The member from belongs to operations that
// are not supported.
func (p *patch) UnmarshalJSON(text []byte) error {
	var value *string
	if err := wire.ReadObject(text, map[string]any{"op": &p.op, "path": &p.path, "value": &value}); err != nil {
		return err
	}
	switch {
	case value != nil:
		p.value = *value
	case p.op != "remove":
		return errors.New("member value is missing")
	}
	return nil
}

func (c *call) patches() ([]patch, error) {
	if _, err := c.parameters(); err != nil {
		return nil, err
	}
	var all []patch
	return all, c.decode(map[string]any{"patchOperations": &all})
}

// setter changes one thing by the value of a patch; false: the value does not fit.
type setter[T any] func(target *T, value string) bool

// keyPatches are the patches of an API key, and planPatches those of a usage plan, by operation and path:
// https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html.
var (
	keyPatches = map[string]setter[usage.Key]{
		"replace /name":        func(k *usage.Key, value string) bool { k.Name = value; return true },
		"replace /description": func(k *usage.Key, value string) bool { k.Description = value; return true },
		"replace /customerId":  func(k *usage.Key, value string) bool { k.CustomerID = value; return true },
		"replace /enabled": func(k *usage.Key, value string) bool {
			k.Enabled = value == "true"
			return k.Enabled || value == "false"
		},
	}
	planPatches = map[string]setter[usage.Plan]{
		"replace /name":                func(p *usage.Plan, value string) bool { p.Name = value; return true },
		"replace /description":         func(p *usage.Plan, value string) bool { p.Description = value; return true },
		"replace /throttle/rateLimit":  setRate,
		"add /throttle/rateLimit":      setRate,
		"replace /throttle/burstLimit": setBurst,
		"add /throttle/burstLimit":     setBurst,
		"remove /throttle":             func(p *usage.Plan, value string) bool { p.Throttle = nil; return value == "" },
		"replace /quota/limit":         setLimit,
		"add /quota/limit":             setLimit,
		"replace /quota/offset":        setOffset,
		"add /quota/offset":            setOffset,
		"replace /quota/period":        setPeriod,
		"add /quota/period":            setPeriod,
		"remove /quota":                func(p *usage.Plan, value string) bool { p.Quota = nil; return value == "" },
		"add /apiStages":               addStage,
		"remove /apiStages":            removeStage,
	}
)

// apply does patches one after the other. The error is an [*apiError].
func apply[T any](patches []patch, setters map[string]setter[T], target *T) error {
	for _, p := range patches {
		set, known := setters[p.op+" "+p.path]
		if !known {
			return badRequest("Invalid patch path '%s' specified for op '%s'. Must be one of: [%s]", p.path, p.op, paths(setters, p.op))
		}
		if !set(target, p.value) {
			return badRequest("Invalid value %q specified for op '%s' of %s", p.value, p.op, p.path)
		}
	}
	return nil
}

// paths are those that an operation can have.
func paths[T any](setters map[string]setter[T], op string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(setters)) {
		if path, ok := strings.CutPrefix(name, op+" "); ok {
			all = append(all, path)
		}
	}
	return strings.Join(all, ", ")
}

// parse sets the target to what a text is read as.
func parse[V any](read func(string) (V, error), target *V, text string) bool {
	value, err := read(text)
	if err != nil {
		return false
	}
	*target = value
	return true
}

func setRate(p *usage.Plan, value string) bool {
	return parse(func(text string) (float64, error) { return strconv.ParseFloat(text, 64) }, &throttleOf(p).Rate, value)
}

func setBurst(p *usage.Plan, value string) bool {
	return parse(strconv.Atoi, &throttleOf(p).Burst, value)
}
func setLimit(p *usage.Plan, value string) bool { return parse(strconv.Atoi, &quotaOf(p).Limit, value) }
func setOffset(p *usage.Plan, value string) bool {
	return parse(strconv.Atoi, &quotaOf(p).Offset, value)
}

func setPeriod(p *usage.Plan, value string) bool {
	quotaOf(p).Period = usage.Period(value)
	return true
}

// throttleOf is the plan's throttle, made where it had none.
func throttleOf(p *usage.Plan) *usage.Throttle {
	if p.Throttle == nil {
		p.Throttle = &usage.Throttle{}
	}
	return p.Throttle
}

// quotaOf is the plan's quota, made where it had none.
func quotaOf(p *usage.Plan) *usage.Quota {
	if p.Quota == nil {
		p.Quota = &usage.Quota{}
	}
	return p.Quota
}

func addStage(p *usage.Plan, value string) bool {
	id, ok := usage.ParseStageID(value)
	p.Stages = append(p.Stages, usage.PlanStage{StageID: id})
	return ok
}

func removeStage(p *usage.Plan, value string) bool {
	before := len(p.Stages)
	p.Stages = slices.DeleteFunc(p.Stages, func(s usage.PlanStage) bool { return s.String() == value })
	return len(p.Stages) < before
}
