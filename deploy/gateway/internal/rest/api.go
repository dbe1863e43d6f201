package rest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"portcullis/api/contract"
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/gateway/usage"
	"portcullis/policy"
)

// API answers requests as a REST API does.
type API struct {
	*stage.Stage
	guard     stage.Guard // nil: the authorization is NONE
	keys      *stage.Keys // nil: no key is asked for
	responses gatewayResponses
	media     mediaTypes
	cors      cors
	of        map[*stage.Method]*method
	timeout   time.Duration
}

// method is what a REST API has of a method beyond the method itself.
type method struct {
	mock      mockAnswer   // to preflights; nil: a function answers
	validator *validator   // nil: of a preflight
	cache     *methodCache // nil: answers are not kept
}

// The longest that AWS lets functions take. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
const maxTimeout = 29 * time.Second

// logFormat is the line of an access log where the mode has no format of its own. No field may hold a credential:
// $context.error.message is left out, since for a malformed Authorization header it quotes the header.
const logFormat = `{"requestId":"$context.requestId","extendedRequestId":"$context.extendedRequestId","traceId":"$context.xrayTraceId",` +
	`"time":"$context.requestTime","sourceIp":"$context.identity.sourceIp","method":"$context.httpMethod","path":"$context.path",` +
	`"resourcePath":"$context.resourcePath","status":"$context.status","errorType":"$context.error.responseType",` +
	`"principalId":"$context.authorizer.principalId","authorizerStatus":"$context.authorizer.status","authorizerLatency":"$context.authorizer.latency",` +
	`"userArn":"$context.identity.userArn","apiKeyId":"$context.identity.apiKeyId",` +
	`"integrationStatus":"$context.integration.status","integrationLatency":"$context.integration.latency",` +
	`"latency":"$context.responseLatency","responseLength":"$context.responseLength"}`

// New makes what serves a REST API.
func New(config stage.Config) (*API, error) {
	s, err := stage.New(config, stage.Kind{LogFormat: logFormat, PassesSlashes: true})
	if err != nil {
		return nil, err
	}
	a := &API{
		Stage: s, responses: newGatewayResponses(s.Mode), media: mediaTypes(s.Mode.BinaryMediaTypes),
		of: map[*stage.Method]*method{}, timeout: s.IntegrationTimeout(maxTimeout),
	}
	if err := checkSiblings(s.Config.Contract); err != nil {
		return nil, err
	}
	if err := a.prepareMethods(); err != nil {
		return nil, err
	}
	if s.Routes, err = stage.NewRoutes(s.Methods); err != nil {
		return nil, err
	}
	if a.guard, err = newGuard(s); err != nil {
		return nil, err
	}
	if a.keys, err = stage.NewKeys(s); err != nil {
		return nil, err
	}
	return a, nil
}

// prepareMethods adds to each method what a REST API has of it, and a preflight to each path without OPTIONS.
func (a *API) prepareMethods() error {
	schemas := newSchemas(a.Config.Contract)
	for _, m := range a.Methods {
		v, err := newValidator(m.Operation, a.Mode.RequestValidation, schemas)
		if err != nil {
			return err
		}
		c, err := newMethodCache(a.Stage, m)
		if err != nil {
			return err
		}
		a.of[m] = &method{validator: v, cache: c}
	}
	a.cors = cors{origins: a.Config.AllowedOrigins, methods: allMethods(a.Config.Contract)}
	answers := preflights(a.Config.Contract)
	for _, path := range slices.Sorted(maps.Keys(answers)) {
		m := &stage.Method{Route: policy.Route{Method: http.MethodOptions, Path: path}, Public: true}
		a.Methods = append(a.Methods, m)
		a.of[m] = &method{mock: answers[path]}
	}
	return nil
}

// checkSiblings refuses two parameters of different names or kinds at one place: a REST API's resource has one
// variable child.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html.
func checkSiblings(contract *contract.Contract) error {
	variable := map[string]string{} // parent -> child
	for _, operation := range contract.Operations {
		if operation.Default {
			return stage.Misconfigured("/$default: a REST API has no route for what no other one serves")
		}
		parent := ""
		for child := range strings.SplitSeq(strings.Trim(operation.Route.Path, "/"), "/") {
			if strings.HasPrefix(child, "{") {
				if other := variable[parent]; other != "" && other != child {
					return stage.Misconfigured("%s: a REST API has one parameter at a place; %s/%s is there already", operation.Route, parent, other)
				}
				variable[parent] = child
			}
			parent += "/" + child
		}
	}
	return nil
}

// Serve takes a request through what API Gateway does, in its order.
func (a *API) Serve(w http.ResponseWriter, r *http.Request, headerLines []byte) {
	x := a.NewExchange(w, r, headerLines)
	defer x.Finish()
	for _, step := range []func(*stage.Exchange) *refusal{a.route, a.authorize, a.admit, a.validate} {
		if r := step(x); r != nil {
			a.refuse(x, r)
			return
		}
	}
	if mock := a.of[x.Method].mock; mock != nil {
		a.answerMock(x, mock)
		return
	}
	a.integrate(x)
}

func (a *API) route(x *stage.Exchange) *refusal {
	switch {
	case x.HeadTooLarge():
		return refuse(headTooLarge)
	case !x.Ours:
		return refuse(unknownStage)
	case !x.RoutedTo(findMethod(a.Routes, x.HTTP.Method, x.Path)):
		return a.unrouted(x)
	}
	return nil
}

// unrouted refuses a request that no method serves. API Gateway takes its Authorization for a signature, which
// anything else is not.
func (a *API) unrouted(x *stage.Exchange) *refusal {
	if err := sigv4.CheckAuthorization(x.HTTP.Header); err != nil {
		return signatureRefusal(err)
	}
	return refuse(missingToken)
}

func (a *API) authorize(x *stage.Exchange) *refusal {
	if x.Method.Public || a.guard == nil {
		return nil
	}
	if x.ARNTooLong() {
		return refuse(uriTooLong)
	}
	return refusalOf(x, x.Ask(a.guard))
}

// admit asks for a key where the method does, and counts the request.
func (a *API) admit(x *stage.Exchange) *refusal {
	if a.keys != nil && !x.Method.Public {
		if why := a.keys.Admit(x); why != nil {
			return keyRefusal(why)
		}
	}
	if !x.WithinLimits() {
		return refuse(throttled)
	}
	return nil
}

// keyRefusal is what a request gets that no key and plan lets through.
func keyRefusal(why *usage.Refusal) *refusal {
	switch why.Reason {
	case usage.Throttled:
		return refuse(throttled)
	case usage.QuotaExceeded:
		return refuse(quotaExceeded)
	}
	return refuse(invalidKey)
}

func (a *API) validate(x *stage.Exchange) *refusal {
	if err := x.ReadBody(); err != nil {
		return bodyRefusal(err)
	}
	own := a.of[x.Method]
	if own.mock != nil {
		return nil
	}
	r := own.validator.check(x)
	if r != nil {
		x.TraceValidation(r.message)
	}
	return r
}
