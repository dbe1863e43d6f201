// Package emulators puts the emulators of AWS services behind one address, as a handler that clients can be given as
// AWS_ENDPOINT_URL.
//
// They are for desks and for tests. No credentials and no signatures are checked.
package emulators

import (
	"mime"
	"net/http"

	"portcullis/deploy/emulators/apigateway"
	"portcullis/deploy/emulators/cognito"
	"portcullis/deploy/emulators/dynamodb"
	"portcullis/deploy/emulators/internal/wire"
	"portcullis/deploy/emulators/secretsmanager"
)

// Mux hands a request of an AWS client on to the service that it is for. A service that is nil is not here. What is asked of
// one that is not here is answered with an error of the protocol's form, which names what was asked for and all that there is.
type Mux struct {
	APIGateway     *apigateway.Handler
	Cognito        *cognito.Pool // its API alone
	DynamoDB       *dynamodb.Handler
	SecretsManager *secretsmanager.Handler
}

// ServeHTTP tells the services apart by what their protocols do: by the header X-Amz-Target, or else by the path, of which a
// prefix is for the caller to take away, such as with [http.StripPrefix].
//
// Pages are let in nowhere. A browser asks before it lets a page send X-Amz-Target, and is told nothing; it does not ask for
// all that API Gateway takes, which is refused where it comes with an Origin: a page could make API keys in the name of who
// opened it.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case m.DynamoDB != nil && dynamodb.IsRequest(r):
		m.DynamoDB.ServeHTTP(w, r)
	case m.Cognito != nil && cognito.IsRequest(r):
		m.Cognito.ServeAPI(w, r)
	case m.SecretsManager != nil && secretsmanager.IsRequest(r):
		m.SecretsManager.ServeHTTP(w, r)
	case r.Header.Get(wire.TargetHeader) != "":
		m.refuseTarget(w, r)
	case m.APIGateway == nil || !apigateway.IsRequest(r):
		m.refuse(w, r)
	case r.Header.Get("Origin") != "":
		wire.WriteRESTError(w, http.StatusForbidden, "AccessDeniedException", "Pages are not let in.")
	default:
		m.APIGateway.ServeHTTP(w, r)
	}
}

// there are the operations of the services that are here, each with its service as the AWS CLI calls it.
func (m *Mux) there() []string {
	var all []string
	for _, service := range []struct {
		name       string
		here       bool
		operations func() []string
	}{
		{"apigateway", m.APIGateway != nil, apigateway.Operations},
		{"cognito-idp", m.Cognito != nil, cognito.Operations},
		{"dynamodb", m.DynamoDB != nil, dynamodb.Operations},
		{"dynamodbstreams", m.DynamoDB != nil, dynamodb.StreamsOperations},
		{"secretsmanager", m.SecretsManager != nil, secretsmanager.Operations},
	} {
		if !service.here {
			continue
		}
		for _, operation := range service.operations() {
			all = append(all, service.name+" "+operation)
		}
	}
	return all
}

// refuseTarget answers a request of AWS JSON, in the version that it is in.
func (m *Mux) refuseTarget(w http.ResponseWriter, r *http.Request) {
	media := wire.JSON11
	if got, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); got == wire.JSON10 {
		media = wire.JSON10
	}
	wire.Write(w, media, http.StatusBadRequest, struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}{wire.UnknownOperation, wire.NoOperation(r.Header.Get(wire.TargetHeader), m.there())})
}

// refuse answers a request of REST-JSON, or of AWS Query.
func (m *Mux) refuse(w http.ResponseWriter, r *http.Request) {
	if action := wire.Action(w, r); action != "" {
		wire.WriteQueryError(w, http.StatusBadRequest, "InvalidAction", wire.NoOperation(action, m.there()))
		return
	}
	wire.WriteRESTError(w, http.StatusNotFound, wire.UnknownOperation, wire.NoOperation(r.Method+" "+r.URL.Path, m.there()))
}
