package gateway

import (
	"io"
	"net/http"

	"portcullis/deploy/gateway/internal/httpapi"
	"portcullis/deploy/gateway/internal/rest"
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/gateway/internal/websocket"
)

// Gateway is an API with one stage, named as its plan is: it serves /{name}/….
type Gateway struct {
	api api
}

// api is a kind of API.
type api interface {
	// Serve answers a request; headerLines are its headers as the client wrote them, where that is known.
	Serve(w http.ResponseWriter, r *http.Request, headerLines []byte)
	// Judge evaluates the policies that count for a request, which is not served.
	Judge(r *http.Request, who stage.Who) stage.Judgement

	AuthorizerCache() stage.AuthorizerCache
	FlushAuthorizers() int
	AnswerCaches() []stage.AnswerCache
	FlushAnswers() int
}

// New makes a gateway that serves a plan. What [plan.Compile] made can be served: the error is a [*ConfigError], and of what is
// beside the plan.
func New(config Config) (*Gateway, error) {
	var made api
	var err error
	switch p := config.Plan; {
	case p != nil && p.REST != nil:
		made, err = rest.New(stage.Config(config))
	case p != nil && p.HTTP != nil:
		made, err = httpapi.New(stage.Config(config))
	case p != nil && p.WebSocket != nil:
		made, err = websocket.New(stage.Config(config))
	default:
		err = stage.Misconfigured("want a Plan of a REST, an HTTP or a WebSocket API")
	}
	if err != nil {
		return nil, err
	}
	return &Gateway{made}, nil
}

// TakeOver makes the connections of another gateway of the same WebSocket API those of this one, as when API Gateway's stage gets another
// deployment: they stay open, and what happens to them from now on goes by this gateway's plan and functions. It is called before this
// gateway serves. The other one may go on to open connections, which are this one's then; it is closed when it does so no more. Where
// the two are not of stages of one name, or one is of no WebSocket API, nothing is taken over.
func (g *Gateway) TakeOver(before *Gateway) {
	next, ok := g.api.(*websocket.API)
	old, was := before.api.(*websocket.API)
	if ok && was && next.Plan.Name == old.Plan.Name {
		next.TakeOver(old)
	}
}

// Close ends the connections of a WebSocket API, whose clients are told that it goes away, and waits until its functions know of it. It
// takes no more of them. Connections that another gateway has taken over stay; what happened to them before is waited for. Of other APIs
// there is nothing to close. The error is always nil.
func (g *Gateway) Close() error {
	if closer, has := g.api.(io.Closer); has {
		return closer.Close()
	}
	return nil
}

// ServeHTTP answers one request. Of a WebSocket API it is the one that opens a connection, which is served on when it is answered, or a
// call of @connections. Requests for another stage than the gateway's are refused as API Gateway does.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.api.Serve(w, r, headerLines(r))
}
