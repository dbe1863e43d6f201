package rest

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/gateway/sigv4"
	"portcullis/deploy/gateway/usage"
	"portcullis/deploy/plan"
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
	lineage   string // of new traces
}

// method is what a REST API has of a method beyond the method itself.
type method struct {
	mock      map[string]string // the headers of the answer to a preflight; nil: a function answers
	validator *validator        // nil: of a preflight
	cache     *methodCache      // nil: answers are not kept
}

// authorizerTimeout is how long AWS lets an authorizer take at most. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html.
const authorizerTimeout = 29 * time.Second

// New makes what serves the plan of a REST API.
func New(config stage.Config) (*API, error) {
	s, err := stage.New(config, stage.Kind{PassesSlashes: true, Withholds: withheld})
	if err != nil {
		return nil, err
	}
	a := &API{
		Stage: s, responses: newGatewayResponses(s.Plan.REST), media: s.Plan.REST.BinaryMediaTypes,
		of: map[*stage.Method]*method{}, timeout: s.IntegrationTimeout(), lineage: lineageOf(s.APIID),
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
	if a.keys, err = stage.NewKeys(s, s.Plan.REST.APIKeySource == "AUTHORIZER"); err != nil {
		return nil, err
	}
	return a, nil
}

// prepareMethods adds to each method what a REST API has of it, and the plan's preflights.
func (a *API) prepareMethods() error {
	validators, err := a.bodyValidators()
	if err != nil {
		return err
	}
	for _, m := range a.Methods {
		c, err := newMethodCache(a.Stage, m)
		if err != nil {
			return err
		}
		v, err := newValidator(m.Operation, a.Plan.REST.RequestValidator, validators)
		if err != nil {
			return err
		}
		a.of[m] = &method{validator: v, cache: c}
	}
	a.cors = cors{a.Config.AllowedOrigins}
	for _, path := range slices.Sorted(maps.Keys(a.Plan.REST.Preflights)) {
		m := stage.NewMethod(policy.Route{Method: http.MethodOptions, Path: path})
		m.Public = true
		a.Methods = append(a.Methods, m)
		a.of[m] = &method{mock: a.Plan.REST.Preflights[path]}
	}
	return nil
}

// bodyValidators are what validates by each model; none where bodies are not validated.
func (a *API) bodyValidators() (map[string]*plan.Validator, error) {
	if !a.Plan.REST.RequestValidator.Body {
		return nil, nil
	}
	all, err := a.Plan.REST.Validators()
	if err != nil {
		return nil, stage.Misconfigured("models: %v", err)
	}
	return all, nil
}

// Serve takes a request through what API Gateway does, in its order.
// See https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html.
func (a *API) Serve(w http.ResponseWriter, r *http.Request, headerLines []byte) {
	x := a.NewExchange(w, r, headerLines)
	x.TraceID = a.traceID(x)
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
		x.TooLong()
		return refuse(headTooLarge)
	case !x.Ours:
		x.NoStage()
		return refuse(unknownStage)
	case !x.RoutedTo(findMethod(a.Routes, x.HTTP.Method, x.Path)):
		return a.unrouted(x)
	}
	return nil
}

// unrouted refuses a request that no method serves. API Gateway takes its Authorization for a signature, which
// anything else is not.
func (a *API) unrouted(x *stage.Exchange) *refusal {
	x.NoRoute(findMethod)
	if err := sigv4.CheckAuthorization(x.HTTP.Header); err != nil {
		return signatureRefusal(err)
	}
	return refuse(missingToken)
}

// authorize asks the resource policy, and who checks credentials, in the order in which API Gateway does for what it is.
func (a *API) authorize(x *stage.Exchange) *refusal {
	if !x.Method.Public && x.TwoAuthorizations() {
		return refuse(unauthorized)
	}
	asks := !x.Method.Public && a.guard != nil
	if !a.evaluates(x) {
		return nil
	}
	if x.ARNTooLong() {
		x.TooLong()
		return refuse(uriTooLong)
	}
	if a.Resource != nil && (!asks || a.Plan.Authorization != plan.IAM) {
		return a.authorizeAnonymous(x, asks)
	}
	return refusalOf(x, x.Ask(a.guard))
}

// evaluates tells whether a policy, or a token, decides about a request.
func (a *API) evaluates(x *stage.Exchange) bool {
	return a.Resource != nil || !x.Method.Public && a.guard != nil
}

// authorizeAnonymous is authorize for callers that a resource policy cannot know by name. Without an authorizer it has to allow the
// request; with a pool of Cognito's too, once the token is found good. With a Lambda authorizer it may deny before that is asked, and
// else counts together with what that answers.
func (a *API) authorizeAnonymous(x *stage.Exchange, asks bool) *refusal {
	if asks && a.Plan.Authorization == plan.Cognito {
		if r := refusalOf(x, x.Ask(a.guard)); r != nil {
			return r
		}
		asks = false
	}
	result := x.AskPolicy()
	if result.Explicit || !asks && result.Decision != policy.Allow {
		return policyDenial(x, result)
	}
	if asks {
		return refusalOf(x, x.Ask(a.guard))
	}
	return nil
}

// admit asks for a key where the method does, and counts the request.
func (a *API) admit(x *stage.Exchange) *refusal {
	if x.Method.Operation != nil && x.Method.Operation.APIKeyRequired {
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

// readBody reads the body, and decompresses it. A signature is one of the body as it was sent, and was checked before. That nothing is
// decompressed for who may not call is a choice. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html.
func readBody(x *stage.Exchange) error {
	if err := x.ReadBody(); err != nil {
		return err
	}
	return x.Decompress()
}

func (a *API) validate(x *stage.Exchange) *refusal {
	if err := readBody(x); err != nil {
		x.TraceValidation(err.Error())
		x.Because("%v", err) // which no contract says
		return bodyRefusal(err)
	}
	own := a.of[x.Method]
	if own.mock != nil {
		return nil
	}
	return own.validator.check(x)
}

// Judge evaluates the policies that count for a request, which is not served.
func (a *API) Judge(r *http.Request, who stage.Who) stage.Judgement {
	x := a.NewExchange(nil, r, nil)
	if a.route(x) != nil {
		return stage.Judgement{}
	}
	j := x.Judge(a.guard, a.keys, who)
	j.TooLong = a.evaluates(x) && x.ARNTooLong()
	return j
}
