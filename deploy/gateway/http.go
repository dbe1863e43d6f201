package gateway

import (
	"net/http"
	"time"
)

// httpAPI answers requests as an HTTP API does.
type httpAPI struct {
	*stage
	guard   guard
	cors    *httpCORS // nil: the gateway has no part in CORS
	format  payloadFormat
	timeout time.Duration
}

// payloadFormat is a version of what the functions behind an HTTP API get and answer.
type payloadFormat struct {
	version string
	event   func(x *exchange) any
	parse   func(output []byte) (*httpAnswer, error)
}

// The longest that AWS lets functions take. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html.
const (
	httpTimeout           = 30 * time.Second
	httpAuthorizerTimeout = 10 * time.Second
)

// httpLogFormat is the line of an access log where the mode has no format of its own. No field may hold a credential:
// $context.error.message is left out, since for a malformed Authorization header it quotes the header.
const httpLogFormat = `{"requestId":"$context.requestId","time":"$context.requestTime","sourceIp":"$context.identity.sourceIp",` +
	`"method":"$context.httpMethod","path":"$context.path","routeKey":"$context.routeKey","status":"$context.status",` +
	`"authorizerError":"$context.authorizer.error","authorizerLatency":"$context.authorizer.latency",` +
	`"userArn":"$context.identity.userArn","integrationStatus":"$context.integration.status","integrationLatency":"$context.integration.latency",` +
	`"latency":"$context.responseLatency","responseLength":"$context.responseLength"}`

// newHTTP makes what serves an HTTP API.
func newHTTP(config Config) (*httpAPI, error) {
	s, err := newStage(config, kind{logFormat: httpLogFormat, oneID: true})
	if err != nil {
		return nil, err
	}
	a := &httpAPI{stage: s, format: payloadFormatOf(s.mode.PayloadFormatVersion), timeout: s.integrationTimeout(httpTimeout)}
	if s.routes, err = newRoutes(s.methods); err != nil {
		return nil, err
	}
	if a.guard, err = newHTTPGuard(s); err != nil {
		return nil, err
	}
	if a.cors, err = newHTTPCORS(s); err != nil {
		return nil, err
	}
	return a, nil
}

func payloadFormatOf(version string) payloadFormat {
	if version == "1.0" {
		return payloadFormat{"1.0", func(x *exchange) any { return newHTTPEventV1(x) }, parseHTTPAnswerV1}
	}
	return payloadFormat{"2.0", func(x *exchange) any { return newHTTPEvent(x) }, parseHTTPAnswer}
}

// serve takes a request through what API Gateway does, in its order. A preflight goes no further than to the
// authorizer: the gateway answers it itself. Where a guarded route takes OPTIONS, as ANY and $default do, the preflight
// needs the authorizer's leave; see
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html.
func (a *httpAPI) serve(w http.ResponseWriter, r *http.Request, headerLines []byte) {
	x := a.newExchange(w, r, headerLines)
	defer x.finish()
	preflight := a.cors.preflight(x)
	no := a.route(x)
	if preflight && no != nil && no.failure == notFound && x.ours {
		a.answerPreflight(x)
		return
	}
	for _, step := range []func(*exchange) *httpRefusal{a.authorize, a.admit} {
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

func (a *httpAPI) route(x *exchange) *httpRefusal {
	switch {
	case !x.ours:
		return refuseHTTP(notFound)
	case x.headTooLarge():
		return refuseHTTP(httpHeadTooLarge)
	case !decodePath(x):
		return refuseHTTP(badRequest)
	case !x.routedTo(findHTTP(a.routes, x.r.Method, x.path)):
		return refuseHTTP(notFound)
	}
	return nil
}

func (a *httpAPI) authorize(x *exchange) *httpRefusal {
	if x.method.public {
		return nil
	}
	return httpRefusalOf(x.ask(a.guard))
}

func (a *httpAPI) admit(x *exchange) *httpRefusal {
	if !x.withinLimits() {
		return refuseHTTP(tooManyRequests)
	}
	return nil
}
