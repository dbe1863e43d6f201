package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"portcullis/api/contract"
	"portcullis/api/tokens"
	"portcullis/api/tokens/client"
	"portcullis/api/tokens/cognito"
	issuer "portcullis/deploy/emulators/cognito"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// nobody is a Lambda function that is not to be called.
type nobody struct{}

func (nobody) Invoke(context.Context, []byte) ([]byte, error) { return nil, errors.New("Unauthorized") }

// desk is the tokens function behind the gateway, before the built-in issuer.
type desk struct {
	*client.Client
	codes chan string
}

func newDesk(t *testing.T, appClient string) *desk {
	t.Helper()
	d := &desk{codes: make(chan string, 10)}
	var pool *issuer.Pool
	at := serve(t, func(w http.ResponseWriter, r *http.Request) { pool.ServeHTTP(w, r) })
	pool, err1 := issuer.New(issuer.Config{
		BaseURL: at, Deliver: func(m issuer.Message) { d.codes <- m.Code }, Clients: []issuer.Client{{ID: "rotating", Rotate: true}},
		Accounts: []issuer.Account{
			{Username: "newcomer", Temporary: true, Required: []string{"name"}},
			{Username: "choice", Phone: "+15550100", MFA: []issuer.MFA{issuer.MFASMS, issuer.MFAEmail}},
		},
	})
	identity, err2 := cognito.New(cognito.Config{ClientID: appClient,
		Client: cognitoidentityprovider.New(cognitoidentityprovider.Options{Region: "us-east-1", BaseEndpoint: &at})})
	function, err3 := tokens.New(tokens.Config{Identity: identity})
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
	d.Client = clientAt(t, serve(t, stage(t, function).ServeHTTP)+"/rest-token")
	return d
}

// stage is the API's own contract in the mode rest-token.
func stage(t *testing.T, function gateway.Invoker) http.Handler {
	t.Helper()
	read := func(path string) []byte {
		text, err := os.ReadFile("../../../" + path)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	contract, err1 := contract.Parse("openapi.yaml", read("api/openapi.yaml"))
	guarded, err2 := modes.Parse("rest-token.yaml", read("deploy/modes/rest-token.yaml"))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	compiled, err := plan.Compile(contract, guarded)
	if err != nil {
		t.Fatal(err)
	}
	stage, err := gateway.New(gateway.Config{Plan: compiled,
		Functions: map[string]gateway.Invoker{"tokens": function, "users": nobody{}, "token": nobody{}}})
	if err != nil {
		t.Fatal(err)
	}
	return stage
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func clientAt(t *testing.T, address string) *client.Client {
	t.Helper()
	c, err := client.New(client.Config{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
