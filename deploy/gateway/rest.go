package gateway

import (
	"net/http"
	"strings"
	"time"

	"portcullis/api/contract"
	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/gateway/usage"
)

// restAPI answers requests as a REST API does.
type restAPI struct {
	*stage
	guard     guard // nil: the authorization is NONE
	keys      *keys // nil: no key is asked for
	responses gatewayResponses
	media     mediaTypes
	cors      cors
	of        map[*method]*restMethod
	timeout   time.Duration
}

// restMethod is what a REST API has of a method beyond the method itself.
type restMethod struct {
	preflight bool // the gateway answers it itself
	mock      mockAnswer
	validator *validator
	cache     *methodCache // nil: answers are not kept
}

// The longest that AWS lets functions take. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
const restTimeout = 29 * time.Second

// restLogFormat is the line of an access log where the mode has no format of its own. No field may hold a credential:
// $context.error.message is left out, since for a malformed Authorization header it quotes the header.
const restLogFormat = `{"requestId":"$context.requestId","extendedRequestId":"$context.extendedRequestId","traceId":"$context.xrayTraceId",` +
	`"time":"$context.requestTime","sourceIp":"$context.identity.sourceIp","method":"$context.httpMethod","path":"$context.path",` +
	`"resourcePath":"$context.resourcePath","status":"$context.status","errorType":"$context.error.responseType",` +
	`"principalId":"$context.authorizer.principalId","authorizerStatus":"$context.authorizer.status","authorizerLatency":"$context.authorizer.latency",` +
	`"userArn":"$context.identity.userArn","apiKeyId":"$context.identity.apiKeyId",` +
	`"integrationStatus":"$context.integration.status","integrationLatency":"$context.integration.latency",` +
	`"latency":"$context.responseLatency","responseLength":"$context.responseLength"}`

// newREST makes what serves a REST API.
func newREST(config Config) (*restAPI, error) {
	s, err := newStage(config, kind{logFormat: restLogFormat, passesSlashes: true})
	if err != nil {
		return nil, err
	}
	a := &restAPI{
		stage: s, responses: newGatewayResponses(s.mode), media: mediaTypes(s.mode.BinaryMediaTypes),
		of: map[*method]*restMethod{}, timeout: s.integrationTimeout(restTimeout),
	}
	if err := checkSiblings(s.config.Contract); err != nil {
		return nil, err
	}
	if err := a.prepareMethods(); err != nil {
		return nil, err
	}
	if s.routes, err = newRoutes(s.methods); err != nil {
		return nil, err
	}
	if a.guard, err = newRESTGuard(s); err != nil {
		return nil, err
	}
	if a.keys, err = newKeys(s); err != nil {
		return nil, err
	}
	return a, nil
}

// prepareMethods adds to each method what a REST API has of it, and a preflight to each path without OPTIONS.
func (a *restAPI) prepareMethods() error {
	schemas := newSchemas(a.config.Contract)
	for _, m := range a.methods {
		v, err := newValidator(m.operation, a.mode.RequestValidation, schemas)
		if err != nil {
			return err
		}
		c, err := newMethodCache(a.stage, m)
		if err != nil {
			return err
		}
		a.of[m] = &restMethod{validator: v, cache: c}
	}
	a.cors = cors{origins: a.config.AllowedOrigins, methods: allMethods(a.config.Contract)}
	for route, answer := range a.cors.preflights(a.config.Contract) {
		m := &method{route: route, public: true}
		a.methods = append(a.methods, m)
		a.of[m] = &restMethod{preflight: true, mock: answer}
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
			return configError("/$default: a REST API has no route for what no other one serves")
		}
		parent := ""
		for child := range strings.SplitSeq(strings.Trim(operation.Route.Path, "/"), "/") {
			if strings.HasPrefix(child, "{") {
				if other := variable[parent]; other != "" && other != child {
					return configError("%s: a REST API has one parameter at a place; %s/%s is there already", operation.Route, parent, other)
				}
				variable[parent] = child
			}
			parent += "/" + child
		}
	}
	return nil
}

// serve takes a request through what API Gateway does, in its order.
func (a *restAPI) serve(w http.ResponseWriter, r *http.Request, headerLines []byte) {
	x := a.newExchange(w, r, headerLines)
	defer x.finish()
	for _, step := range []func(*exchange) *refusal{a.route, a.authorize, a.admit, a.validate} {
		if r := step(x); r != nil {
			a.refuse(x, r)
			return
		}
	}
	if own := a.of[x.method]; own.preflight {
		a.answerMock(x, own.mock)
		return
	}
	a.integrate(x)
}

func (a *restAPI) route(x *exchange) *refusal {
	switch {
	case x.headTooLarge():
		return refuse(headTooLarge)
	case !x.ours:
		return refuse(unknownStage)
	case !x.routedTo(findREST(a.routes, x.r.Method, x.path)):
		return a.unrouted(x)
	}
	return nil
}

// unrouted refuses a request that no method serves. API Gateway takes its Authorization for a signature, which
// anything else is not.
func (a *restAPI) unrouted(x *exchange) *refusal {
	if err := sigv4.CheckAuthorization(x.r.Header); err != nil {
		return signatureRefusal(err)
	}
	return refuse(missingToken)
}

func (a *restAPI) authorize(x *exchange) *refusal {
	if x.method.public || a.guard == nil {
		return nil
	}
	if x.arnTooLong() {
		return refuse(uriTooLong)
	}
	return refusalOf(x, x.ask(a.guard))
}

// admit asks for a key where the method does, and counts the request.
func (a *restAPI) admit(x *exchange) *refusal {
	if a.keys != nil && !x.method.public {
		if why := a.keys.admit(x); why != nil {
			return keyRefusal(why)
		}
	}
	if !x.withinLimits() {
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

func (a *restAPI) validate(x *exchange) *refusal {
	if err := x.readBody(); err != nil {
		return bodyRefusal(err)
	}
	if a.of[x.method].preflight {
		return nil
	}
	r := a.of[x.method].validator.check(x)
	if r != nil {
		x.traceValidation(r.message)
	}
	return r
}
