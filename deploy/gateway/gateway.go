package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"portcullis/api/contract"
	"portcullis/deploy/modes"
)

// Invoker is a Lambda function. An error whose text is exactly "Unauthorized" is an authorizer's way to say
// 401. aws-lambda-go's lambda.Handler is an Invoker.
type Invoker interface {
	Invoke(ctx context.Context, event []byte) ([]byte, error)
}

// Config is an API and how it is guarded.
type Config struct {
	Contract  *contract.Contract // required
	Mode      *modes.Mode        // required
	Functions map[string]Invoker // by the names that contract and mode use; required

	Tokens Tokens // for the gateway's own authorizers, COGNITO_USER_POOLS and JWT, where it is required
	Usage  Usage  // keys and plans, where the mode asks for keys; nil: those of the mode's localKeys

	AllowedOrigins []string // CORS origins; empty: "*"
	Region         string   // empty: us-east-1
	AccountID      string   // empty: 123456789012

	AccessLog io.Writer    // gets a line for each request, one at a time; nil: none
	Traces    func(*Trace) // gets the way that each request took, when it is answered, in its goroutine; nil: none
	Log       *slog.Logger // is told where a request's outcome hangs on what is not known of AWS; nil: nobody is
	ShowTrace bool         // tell a request's trace in the answer's header X-Portcullis-Trace where the request has one

	Timeout time.Duration    // how long a function may take, at most; zero: as long as in AWS
	Now     func() time.Time // nil: time.Now
}

// ConfigError says what a gateway cannot work with.
type ConfigError struct {
	Reason string
}

func (e *ConfigError) Error() string { return "gateway: " + e.Reason }

func configError(format string, args ...any) error { return &ConfigError{fmt.Sprintf(format, args...)} }

// Gateway is an API with one stage, named as its mode is: it serves /{mode}/….
type Gateway struct {
	api api
}

// api is a kind of API.
type api interface {
	// serve answers a request; headerLines are its headers as the client wrote them, where that is known.
	serve(w http.ResponseWriter, r *http.Request, headerLines []byte)
	describe() Description
}

// New makes a gateway. The errors are [*ConfigError], [*modes.Error] for a mode that cannot guard the contract, and
// [*contract.Error] where a schema cannot be used.
func New(config Config) (*Gateway, error) {
	var made api
	var err error
	if config.Mode != nil && config.Mode.Gateway == modes.HTTP {
		made, err = newHTTP(config)
	} else {
		made, err = newREST(config)
	}
	if err != nil {
		return nil, err
	}
	return &Gateway{made}, nil
}

// ServeHTTP answers one request. Requests for another stage than the gateway's are refused as API Gateway does.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.api.serve(w, r, headerLines(r))
}

// Description tells what the gateway serves.
func (g *Gateway) Description() Description { return g.api.describe() }
