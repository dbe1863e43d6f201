package terraform_test

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"portcullis/deploy/gateway"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/modes"
)

// deployed describes an API as the emulated control plane has it.
func deployed(t *testing.T, moto string, made madeAPI) gateway.Description {
	t.Helper()
	if made.Kind == modes.HTTP {
		return deployedHTTP(t, moto, made)
	}
	return deployedREST(t, moto, made)
}

// items is a list as the control plane answers it: in item for REST APIs, in items for others.
type items[V any] struct {
	Item, Items []V
}

// list reads a whole list.
func list[V any](t *testing.T, moto, path string) []V {
	t.Helper()
	var all items[V]
	get(t, moto, path, &all)
	return append(all.Item, all.Items...)
}

// limits are a throttle as the control plane has it: nothing or -1 is none.
type limits struct {
	ThrottlingRateLimit, RateLimit   *float64
	ThrottlingBurstLimit, BurstLimit *int
}

func (l limits) throttle() *usage.Throttle {
	rate, burst := cmp.Or(l.ThrottlingRateLimit, l.RateLimit), cmp.Or(l.ThrottlingBurstLimit, l.BurstLimit)
	if rate == nil || burst == nil || *rate == usage.NoLimit && *burst == usage.NoLimit {
		return nil
	}
	return &usage.Throttle{Rate: *rate, Burst: *burst}
}

// integration is what is behind a method or route.
type integration struct {
	IntegrationID, Type, URI, IntegrationURI string
	PayloadFormatVersion                     string
	TimeoutInMillis                          int
}

var functionOfURI = regexp.MustCompile(`:function:demo-([^:]+):\$\{stageVariables\.alias\}/invocations$`)

// function is the name of the function that is called, through the stage's alias; "" where none is.
func (i integration) function(t *testing.T) string {
	t.Helper()
	if i.Type == "MOCK" {
		return ""
	}
	found := functionOfURI.FindStringSubmatch(i.URI + i.IntegrationURI)
	if found == nil {
		t.Fatalf("%+v calls no function through the stage's alias", i)
	}
	return found[1]
}

// restMethod is a method of the control plane of REST APIs.
type restMethod struct {
	AuthorizationType, AuthorizerID, RequestValidatorID string
	AuthorizationScopes                                 []string
	APIKeyRequired                                      bool
	RequestParameters                                   map[string]bool
	RequestModels                                       map[string]string
	MethodIntegration                                   integration
}

// restValidator is a request validator.
type restValidator struct {
	ID                                             string
	ValidateRequestBody, ValidateRequestParameters bool
}

// restStage is a stage of a REST API. Its settings are by "*/*", or by the path with ~1 for / and the method.
type restStage struct {
	Variables      map[string]string
	MethodSettings map[string]limits
}

// settingsKey is API Gateway's name for the settings of a method.
func settingsKey(method, path string) string {
	return strings.ReplaceAll(path, "/", "~1") + "/" + method
}

func (s restStage) throttle(method, path string) *usage.Throttle {
	if own, there := s.MethodSettings[settingsKey(method, path)]; there {
		return own.throttle()
	}
	return s.MethodSettings["*/*"].throttle()
}

func deployedREST(t *testing.T, moto string, made madeAPI) gateway.Description {
	t.Helper()
	base := "/restapis/" + made.ID
	var settings struct {
		APIKeySource     string
		BinaryMediaTypes []string
	}
	get(t, moto, base, &settings)
	var stage restStage
	get(t, moto, base+"/stages/"+made.Stage, &stage)
	d := gateway.Description{
		Operations: map[string]gateway.OperationDescription{}, APIKeySource: settings.APIKeySource,
		BinaryMediaTypes: settings.BinaryMediaTypes, UsagePlans: deployedPlans(t, moto, made), StageVariables: stage.Variables,
	}
	validators := map[string]restValidator{}
	for _, validator := range list[restValidator](t, moto, base+"/requestvalidators") {
		validators[validator.ID] = validator
	}
	authorizers := authorizersByID(list[authorizer](t, moto, base+"/authorizers"))
	for _, resource := range list[struct {
		Path            string
		ResourceMethods map[string]restMethod
	}](t, moto, base+"/resources?embed=methods&limit=500") {
		for verb, m := range resource.ResourceMethods {
			operation := m.describe(t, validators[m.RequestValidatorID])
			operation.Throttle = stage.throttle(verb, resource.Path)
			d.Operations[verb+" "+resource.Path] = operation
			d.Authorizer = authorizerOf(t, d.Authorizer, authorizers, m.AuthorizationType, m.AuthorizerID)
			if operation.Function != "" {
				d.IntegrationTimeout = time.Duration(m.MethodIntegration.TimeoutInMillis) * time.Millisecond
			}
		}
	}
	return d
}

func (m restMethod) describe(t *testing.T, validator restValidator) gateway.OperationDescription {
	t.Helper()
	o := gateway.OperationDescription{
		Function: m.MethodIntegration.function(t), Authorization: m.AuthorizationType,
		Scopes: slices.Sorted(slices.Values(m.AuthorizationScopes)), APIKeyRequired: m.APIKeyRequired,
	}
	if validator.ValidateRequestBody {
		o.Models = slices.Sorted(maps.Keys(m.RequestModels))
	}
	for _, name := range slices.Sorted(maps.Keys(m.RequestParameters)) {
		if validator.ValidateRequestParameters && m.RequestParameters[name] {
			o.RequiredParameters = append(o.RequiredParameters, name)
		}
	}
	return o
}

// authorizer is one of either control plane.
type authorizer struct {
	ID, AuthorizerID             string
	Type, AuthorizerType         string
	IdentitySource               any // text with commas, or a list
	IdentityValidationExpression string

	AuthorizerResultTTLInSeconds   int
	AuthorizerPayloadFormatVersion string
	EnableSimpleResponses          bool
	ProviderARNs                   []string
	JWTConfiguration               struct {
		Issuer   string
		Audience []string
	}
}

// authorizersByID are authorizers by the id that methods or routes name them by.
func authorizersByID(list []authorizer) map[string]authorizer {
	all := map[string]authorizer{}
	for _, a := range list {
		all[a.ID+a.AuthorizerID] = a
	}
	return all
}

// authorizerOf describes the authorizer of an operation, which is that of all others before it.
func authorizerOf(t *testing.T, before *gateway.AuthorizerDescription, all map[string]authorizer, authorization, id string) *gateway.AuthorizerDescription {
	t.Helper()
	wanted := authorization != "NONE" && authorization != "AWS_IAM"
	found, there := all[id]
	if wanted != (id != "") || wanted != there || len(all) > 1 {
		t.Errorf("authorization %s by the authorizer %q of %v", authorization, id, all)
	}
	if !there {
		return before
	}
	return found.describe()
}

func (a authorizer) describe() *gateway.AuthorizerDescription {
	d := &gateway.AuthorizerDescription{
		Type: a.Type + a.AuthorizerType, IdentityValidationExpression: a.IdentityValidationExpression,
		PayloadFormatVersion: a.AuthorizerPayloadFormatVersion, EnableSimpleResponses: a.EnableSimpleResponses,
		UserPools: a.ProviderARNs, Issuer: a.JWTConfiguration.Issuer, Audience: a.JWTConfiguration.Audience,
	}
	switch source := a.IdentitySource.(type) {
	case string:
		d.IdentitySources = strings.Split(source, ",")
	case []any:
		for _, one := range source {
			d.IdentitySources = append(d.IdentitySources, one.(string))
		}
	}
	if d.Type == modes.Token || d.Type == modes.Request {
		d.ResultTTL = time.Duration(a.AuthorizerResultTTLInSeconds) * time.Second
	}
	return d
}

// deployedPlans are the usage plans for the API's stage, without their names.
func deployedPlans(t *testing.T, moto string, made madeAPI) []usage.Plan {
	t.Helper()
	var plans []usage.Plan
	for _, plan := range list[struct {
		APIStages []struct {
			APIID, Stage string
			Throttle     map[string]limits
		}
		Throttle *limits
		Quota    *usage.Quota
	}](t, moto, "/usageplans") {
		for _, stage := range plan.APIStages {
			if stage.APIID != made.ID || stage.Stage != made.Stage {
				continue
			}
			made := usage.Plan{Stages: []usage.PlanStage{{Methods: map[string]usage.Throttle{}}}, Quota: plan.Quota}
			if plan.Throttle != nil {
				made.Throttle = plan.Throttle.throttle()
			}
			for method, own := range stage.Throttle {
				made.Stages[0].Methods[method] = *own.throttle()
			}
			plans = append(plans, made)
		}
	}
	return plans
}

// httpRoute is a route of the control plane of HTTP APIs.
type httpRoute struct {
	RouteKey, Target, AuthorizationType, AuthorizerID string
	AuthorizationScopes                               []string
	APIKeyRequired                                    bool
}

func deployedHTTP(t *testing.T, moto string, made madeAPI) gateway.Description {
	t.Helper()
	base := "/v2/apis/" + made.ID
	var settings struct{ CORSConfiguration *modes.CORS }
	get(t, moto, base, &settings)
	var stage struct {
		StageVariables       map[string]string
		DefaultRouteSettings limits
		RouteSettings        map[string]limits
	}
	get(t, moto, base+"/stages/"+url.PathEscape(made.Stage), &stage)
	d := gateway.Description{Operations: map[string]gateway.OperationDescription{}, CORS: settings.CORSConfiguration, StageVariables: stage.StageVariables}
	integrations := map[string]integration{}
	for _, i := range list[integration](t, moto, base+"/integrations") {
		integrations["integrations/"+i.IntegrationID] = i
	}
	for _, route := range list[httpRoute](t, moto, base+"/routes") {
		behind := integrations[route.Target]
		operation := gateway.OperationDescription{
			Function: behind.function(t), Authorization: route.AuthorizationType,
			Scopes: slices.Sorted(slices.Values(route.AuthorizationScopes)), APIKeyRequired: route.APIKeyRequired,
			Throttle: stage.DefaultRouteSettings.throttle(),
		}
		if own, there := stage.RouteSettings[route.RouteKey]; there {
			operation.Throttle = own.throttle()
		}
		d.Operations[route.RouteKey] = operation
		var authorizers []authorizer
		if route.AuthorizerID != "" { // moto 5.2.1 cannot list them
			authorizers = make([]authorizer, 1)
			get(t, moto, base+"/authorizers/"+route.AuthorizerID, &authorizers[0])
		}
		d.Authorizer = authorizerOf(t, d.Authorizer, authorizersByID(authorizers), route.AuthorizationType, route.AuthorizerID)
		d.PayloadFormatVersion = behind.PayloadFormatVersion
		d.IntegrationTimeout = time.Duration(behind.TimeoutInMillis) * time.Millisecond
	}
	return d
}
