package httpapi

import (
	"net/http"
	"time"

	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/plan"
)

// API answers requests as an HTTP API does.
type API struct {
	*stage.Stage
	guard   stage.Guard
	cors    *cors // nil: the gateway has no part in CORS
	format  payloadFormat
	timeout time.Duration
}

// payloadFormat is a version of what the functions behind an HTTP API get and answer.
type payloadFormat struct {
	event func(x *stage.Exchange) ([]byte, error)
	parse func(output []byte) (*response, error)
}

// authorizerTimeout is how long AWS lets an authorizer take at most. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html.
const authorizerTimeout = 10 * time.Second

// New makes what serves the plan of an HTTP API.
func New(config stage.Config) (*API, error) {
	s, err := stage.New(config, stage.Kind{OneID: true})
	if err != nil {
		return nil, err
	}
	a := &API{Stage: s, format: payloadFormatOf(s.Plan.HTTP.PayloadFormatVersion), timeout: s.IntegrationTimeout()}
	if s.Routes, err = stage.NewRoutes(s.Methods); err != nil {
		return nil, err
	}
	if a.guard, err = newGuard(s); err != nil {
		return nil, err
	}
	if a.cors, err = newCORS(s); err != nil {
		return nil, err
	}
	return a, nil
}

func payloadFormatOf(version string) payloadFormat {
	if version == "1.0" {
		return payloadFormat{newEventV1, parseAnswerV1}
	}
	return payloadFormat{newEvent, parseAnswer}
}

// Serve takes a request through what API Gateway does, in its order. A preflight goes no further than to the
// authorizer: the gateway answers it itself. Where a guarded route takes OPTIONS, as ANY and $default do, the preflight
// needs the authorizer's leave; see
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html.
func (a *API) Serve(w http.ResponseWriter, r *http.Request, headerLines []byte) {
	x := a.NewExchange(w, r, headerLines)
	defer x.Finish()
	preflight := a.cors.preflight(x)
	no := a.route(x)
	if preflight && no != nil && no.failure == notFound && x.Ours {
		a.answerPreflight(x)
		return
	}
	for _, step := range []func(*stage.Exchange) *refusal{a.authorize, a.admit} {
		if no == nil {
			no = step(x)
		}
	}
	switch {
	case no != nil:
		a.refuse(x, no)
	case preflight:
		a.answerPreflight(x)
	default:
		a.integrate(x)
	}
}

func (a *API) route(x *stage.Exchange) *refusal {
	switch {
	case !x.Ours:
		x.NoStage()
		return refuse(notFound)
	case x.HeadTooLarge():
		x.TooLong()
		return refuse(headTooLarge)
	case !decodePath(x):
		x.Because("the path is not UTF-8")
		return refuse(badRequest)
	case !x.RoutedTo(findMethod(a.Routes, x.HTTP.Method, x.Path)):
		x.NoRoute(findMethod)
		return refuse(notFound)
	}
	return nil
}

func (a *API) authorize(x *stage.Exchange) *refusal {
	if x.Method.Public {
		return nil
	}
	if x.TwoAuthorizations() {
		no := refuse(unauthorized)
		if a.Plan.Authorization == plan.JWT {
			no.challenge = challenge("", "invalid_token", "the request has several Authorization headers")
		}
		return no
	}
	return refusalOf(x.Ask(a.guard))
}

func (a *API) admit(x *stage.Exchange) *refusal {
	if !x.WithinLimits() {
		return refuse(tooManyRequests)
	}
	return nil
}

// Judge evaluates the policies that count for a request, which is not served.
func (a *API) Judge(r *http.Request, who stage.Who) stage.Judgement {
	x := a.NewExchange(nil, r, nil)
	if a.route(x) != nil {
		return stage.Judgement{}
	}
	return x.Judge(a.guard, nil, who)
}
