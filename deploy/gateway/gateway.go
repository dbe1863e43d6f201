package gateway

import (
	"net/http"

	"portcullis/deploy/gateway/internal/httpapi"
	"portcullis/deploy/gateway/internal/rest"
	"portcullis/deploy/gateway/internal/stage"
	"portcullis/deploy/modes"
)

// Gateway is an API with one stage, named as its mode is: it serves /{mode}/….
type Gateway struct {
	api api
}

// api is a kind of API.
type api interface {
	// Serve answers a request; headerLines are its headers as the client wrote them, where that is known.
	Serve(w http.ResponseWriter, r *http.Request, headerLines []byte)
	Description() Description
}

// New makes a gateway. The errors are [*ConfigError], [*modes.Error] for a mode that cannot guard the contract, and
// [*contract.Error] where a schema cannot be used.
func New(config Config) (*Gateway, error) {
	var made api
	var err error
	if config.Mode != nil && config.Mode.Gateway == modes.HTTP {
		made, err = httpapi.New(stage.Config(config))
	} else {
		made, err = rest.New(stage.Config(config))
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

// Description tells what the gateway serves.
func (g *Gateway) Description() Description { return g.api.Description() }
