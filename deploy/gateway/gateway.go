package gateway

import (
	"net/http"

	"portcullis/deploy/gateway/internal/httpapi"
	"portcullis/deploy/gateway/internal/rest"
	"portcullis/deploy/gateway/internal/stage"
)

// Gateway is an API with one stage, named as its plan is: it serves /{name}/….
type Gateway struct {
	api api
}

// api is a kind of API.
type api interface {
	// Serve answers a request; headerLines are its headers as the client wrote them, where that is known.
	Serve(w http.ResponseWriter, r *http.Request, headerLines []byte)
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
	default:
		err = stage.Misconfigured("want a Plan of a REST or an HTTP API")
	}
	if err != nil {
		return nil, err
	}
	return &Gateway{made}, nil
}

// ServeHTTP answers one request. Requests for another stage than the gateway's are refused as API Gateway does.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.api.Serve(w, r, headerLines(r))
}
