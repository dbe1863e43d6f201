package terraform_test

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
	"portcullis/policy"
)

// deployed is the plan of an API, as far as the emulated control plane has it.
func deployed(t *testing.T, moto string, made madeAPI) *plan.Plan {
	t.Helper()
	if made.Kind == modes.REST {
		return deployedREST(t, moto, made)
	}
	return deployedV2(t, moto, made)
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

// noLimit says in AWS that there is none.
const noLimit = -1

func (l limits) throttle() *plan.Throttle {
	rate, burst := cmp.Or(l.ThrottlingRateLimit, l.RateLimit), cmp.Or(l.ThrottlingBurstLimit, l.BurstLimit)
	if rate == nil || burst == nil || *rate == noLimit && *burst == noLimit {
		return nil
	}
	return &plan.Throttle{RateLimit: *rate, BurstLimit: *burst}
}

// integration is what is behind a method or route.
type integration struct {
	IntegrationID, Type, URI, IntegrationURI string
	PayloadFormatVersion                     string
	TimeoutInMillis                          int
	IntegrationResponses                     map[string]struct{ ResponseParameters map[string]string }
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
	OperationName                                       string
	AuthorizationScopes                                 []string
	APIKeyRequired                                      bool
	RequestParameters                                   map[string]bool
	RequestModels                                       map[string]string
	MethodIntegration                                   integration
}

// restStage is a stage of a REST API. Its settings are by "*/*", or by the path with ~1 for / and the method.
type restStage struct {
	Variables         map[string]string
	MethodSettings    map[string]limits
	AccessLogSettings struct{ Format string }
}

// settingsKey is API Gateway's name for the settings of a method.
func settingsKey(method, path string) string {
	return strings.ReplaceAll(path, "/", "~1") + "/" + method
}

func deployedREST(t *testing.T, moto string, made madeAPI) *plan.Plan {
	t.Helper()
	base := "/restapis/" + made.ID
	var stage restStage
	get(t, moto, base+"/stages/"+made.Stage, &stage)
	var p plan.Plan
	get(t, moto, base, &p)
	p.REST = &plan.REST{UsagePlan: deployedUsagePlan(t, moto, made), Preflights: map[string]map[string]string{}, Models: deployedModels(t, moto, base), GatewayResponses: deployedResponses(t, moto, base)}
	get(t, moto, base, p.REST)
	p.Name, p.Gateway = strings.TrimPrefix(p.Name, "demo-"), made.Kind
	p.StageVariables, p.AccessLogFormat, p.Throttle = stage.Variables, stage.AccessLogSettings.Format, stage.MethodSettings["*/*"].throttle()
	p.Operations = map[string]plan.Operation{}

	validators := list[struct {
		ID string
		plan.RequestValidator
	}](t, moto, base+"/requestvalidators")
	if len(validators) != 1 {
		t.Fatalf("the request validators are %+v", validators)
	}
	p.REST.RequestValidator = validators[0].RequestValidator

	authorizers := authorizersByID(list[authorizer](t, moto, base+"/authorizers"))
	for _, resource := range list[struct {
		Path            string
		ResourceMethods map[string]restMethod
	}](t, moto, base+"/resources?embed=methods&limit=500") {
		if path := strings.TrimPrefix(resource.Path, "/"); path != "" {
			p.REST.Resources = append(p.REST.Resources, path)
		}
		for verb, m := range resource.ResourceMethods {
			p.Authorizer = authorizerOf(t, p.Authorizer, authorizers, m.AuthorizationType, m.AuthorizerID)
			if m.MethodIntegration.Type == "MOCK" {
				p.REST.Preflights[resource.Path] = m.preflight(t, verb)
				continue
			}
			if m.RequestValidatorID != validators[0].ID {
				t.Errorf("%s %s has the request validator %q", verb, resource.Path, m.RequestValidatorID)
			}
			operation := m.operation(t, verb, resource.Path)
			operation.Throttle = stage.MethodSettings[settingsKey(verb, resource.Path)].throttle()
			p.Operations[verb+" "+resource.Path] = operation
			p.IntegrationTimeoutInMillis = m.MethodIntegration.TimeoutInMillis
		}
	}
	slices.Sort(p.REST.Resources)
	return &p
}

// operation is a method that a function serves. What asks for nothing is public.
func (m restMethod) operation(t *testing.T, verb, path string) plan.Operation {
	t.Helper()
	return plan.Operation{
		Method: verb, Path: path, OperationName: m.OperationName, Function: m.MethodIntegration.function(t),
		Public: m.AuthorizationType == modes.None && !m.APIKeyRequired, AuthorizationType: m.AuthorizationType,
		AuthorizationScopes: slices.Sorted(slices.Values(m.AuthorizationScopes)), APIKeyRequired: m.APIKeyRequired,
		RequestParameters: m.RequestParameters, RequestModels: m.RequestModels,
	}
}

// preflight are the headers of an answer that is the gateway's own, without the origin, which no plan knows.
func (m restMethod) preflight(t *testing.T, verb string) map[string]string {
	t.Helper()
	if verb != "OPTIONS" || m.AuthorizationType != modes.None || m.APIKeyRequired {
		t.Errorf("the gateway itself answers %s with the authorization %s", verb, m.AuthorizationType)
	}
	return withoutOrigin(m.MethodIntegration.IntegrationResponses["204"].ResponseParameters, "method.response.header.", "'")
}

// withoutOrigin are headers by their names, without Access-Control-Allow-Origin.
func withoutOrigin(parameters map[string]string, prefix, quotes string) map[string]string {
	headers := map[string]string{}
	for parameter, value := range parameters {
		if name := strings.TrimPrefix(parameter, prefix); name != "Access-Control-Allow-Origin" {
			headers[name] = strings.Trim(value, quotes)
		}
	}
	return headers
}

// deployedModels are the models of an API, without their ranks. Two are there from the start.
func deployedModels(t *testing.T, moto, base string) map[string]plan.Model {
	t.Helper()
	all := map[string]plan.Model{}
	for _, model := range list[struct{ Name, Schema string }](t, moto, base+"/models") {
		if model.Name != "Empty" && model.Name != "Error" {
			all[model.Name] = plan.Model{Schema: strings.ReplaceAll(model.Schema, base+"/", "/restapis/{restApiId}/")}
		}
	}
	return all
}

// deployedResponses are the gateway's own answers, without the origin.
func deployedResponses(t *testing.T, moto, base string) map[string]plan.GatewayResponse {
	t.Helper()
	all := map[string]plan.GatewayResponse{}
	for _, response := range list[struct {
		ResponseType                          string
		ResponseParameters, ResponseTemplates map[string]string
	}](t, moto, base+"/gatewayresponses") {
		all[response.ResponseType] = plan.GatewayResponse{
			Headers: withoutOrigin(response.ResponseParameters, "gatewayresponse.header.", ""), Body: response.ResponseTemplates["application/json"],
		}
	}
	return all
}

// authorizer is one of either control plane.
type authorizer struct {
	ID, AuthorizerID             string
	Type, AuthorizerType         string
	IdentitySource               any // text with commas, or a list
	IdentityValidationExpression string
	AuthorizerURI                string

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
func authorizerOf(t *testing.T, before *plan.Authorizer, all map[string]authorizer, authorization, id string) *plan.Authorizer {
	t.Helper()
	wanted := authorization != "NONE" && authorization != "AWS_IAM"
	found, there := all[id]
	if wanted != (id != "") || wanted != there || len(all) > 1 {
		t.Errorf("authorization %s by the authorizer %q of %v", authorization, id, all)
	}
	if !there {
		return before
	}
	return found.describe(t)
}

func (a authorizer) describe(t *testing.T) *plan.Authorizer {
	t.Helper()
	d := &plan.Authorizer{
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
		d.ResultTTLInSeconds = a.AuthorizerResultTTLInSeconds
		function := liveFunction.FindStringSubmatch(a.AuthorizerURI)
		if function == nil {
			t.Fatalf("%+v asks no function by its alias", a)
		}
		d.Function = strings.TrimPrefix(function[1], "demo-") // named as its mode is
	}
	return d
}

// deployedUsagePlan is the only usage plan for the API's stage; nil: there is none.
func deployedUsagePlan(t *testing.T, moto string, made madeAPI) *plan.UsagePlan {
	t.Helper()
	var found *plan.UsagePlan
	for _, one := range list[struct {
		APIStages []struct {
			APIID, Stage string
			Throttle     map[string]limits
		}
		Throttle *limits
		Quota    *plan.Quota
	}](t, moto, "/usageplans") {
		for _, stage := range one.APIStages {
			if stage.APIID != made.ID || stage.Stage != made.Stage {
				continue
			}
			if found != nil {
				t.Error("there is more than one usage plan")
			}
			found = &plan.UsagePlan{Quota: one.Quota, Methods: map[string]plan.Throttle{}}
			if one.Throttle != nil {
				found.Throttle = one.Throttle.throttle()
			}
		}
	}
	return found
}

// route is a route of the control plane of HTTP and WebSocket APIs.
type route struct {
	RouteKey, Target, AuthorizationType, AuthorizerID string
	OperationName                                     string
	AuthorizationScopes                               []string
	APIKeyRequired                                    bool
	ModelSelectionExpression                          string
	RouteResponseSelectionExpression                  string
	RequestModels                                     map[string]string
}

// deployedV2 is the plan of an HTTP or a WebSocket API.
func deployedV2(t *testing.T, moto string, made madeAPI) *plan.Plan {
	t.Helper()
	base := "/v2/apis/" + made.ID
	var settings struct {
		Name, Description string
		CORSConfiguration *plan.CORS
	}
	get(t, moto, base, &settings)
	var stage struct {
		StageVariables       map[string]string
		DefaultRouteSettings limits
		RouteSettings        map[string]limits
		AccessLogSettings    struct{ Format string }
	}
	get(t, moto, base+"/stages/"+url.PathEscape(made.Stage), &stage)
	p := &plan.Plan{
		Name: strings.TrimPrefix(settings.Name, "demo-"), Gateway: made.Kind, Description: settings.Description, Operations: map[string]plan.Operation{},
		StageVariables: stage.StageVariables, AccessLogFormat: stage.AccessLogSettings.Format, Throttle: stage.DefaultRouteSettings.throttle(),
	}
	integrations := map[string]integration{}
	for _, i := range list[integration](t, moto, base+"/integrations") {
		integrations["integrations/"+i.IntegrationID] = i
		p.IntegrationTimeoutInMillis = i.TimeoutInMillis
		if made.Kind == modes.HTTP {
			p.HTTP = &plan.HTTP{CORS: settings.CORSConfiguration, PayloadFormatVersion: i.PayloadFormatVersion}
		}
	}
	if made.Kind == modes.WebSocket {
		p.WebSocket = &plan.WebSocket{UsagePlan: deployedUsagePlan(t, moto, made)}
		get(t, moto, base, p.WebSocket)
	}
	for _, r := range list[route](t, moto, base+"/routes") {
		o := r.operation(integrations[r.Target].function(t))
		o.Throttle = stage.RouteSettings[r.RouteKey].throttle()
		p.Operations[r.RouteKey] = o
		var authorizers []authorizer
		if r.AuthorizerID != "" { // moto 5.2.1 cannot list them
			authorizers = make([]authorizer, 1)
			get(t, moto, base+"/authorizers/"+r.AuthorizerID, &authorizers[0])
		}
		p.Authorizer = authorizerOf(t, p.Authorizer, authorizersByID(authorizers), r.AuthorizationType, r.AuthorizerID)
	}
	return p
}

// operation is a route that a function serves. What asks for nothing is public, but messages, about which nobody is asked.
func (r route) operation(function string) plan.Operation {
	method, path, isRequest := strings.Cut(r.RouteKey, " ")
	return plan.Operation{
		Method: method, Path: path, OperationName: r.OperationName, Function: function,
		Public:            r.AuthorizationType == modes.None && !r.APIKeyRequired && (isRequest || r.RouteKey == policy.RouteConnect),
		AuthorizationType: r.AuthorizationType, AuthorizationScopes: slices.Sorted(slices.Values(r.AuthorizationScopes)), APIKeyRequired: r.APIKeyRequired,
		ModelSelectionExpression: r.ModelSelectionExpression, RequestModels: r.RequestModels, RouteResponseSelectionExpression: r.RouteResponseSelectionExpression,
	}
}
