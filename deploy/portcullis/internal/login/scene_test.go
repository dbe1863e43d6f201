package login_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/coder/websocket"

	"portcullis/api/contract"
	"portcullis/api/tokens"
	"portcullis/api/tokens/cognito"
	issuer "portcullis/deploy/emulators/cognito"
	"portcullis/deploy/gateway"
	"portcullis/deploy/modes"
	"portcullis/deploy/plan"
)

// scene is a user pool, and the tokens function behind the gateway for each of its app clients.
type scene struct {
	cognito string            // the pool's endpoint
	devices string            // that of a pool that remembers devices
	apis    map[string]string // by app client, or "remembering", what comes before /tokens
	socket  string            // a WebSocket API that says whose token it was sent
	servers []*httptest.Server

	mu    sync.Mutex
	codes map[string]string // the last one that was sent to a user
	calls []string          // the operations of Cognito that were called
	fails string            // the one that is answered with InternalErrorException
	held  map[string]hold
}

const totpSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

func newScene() (*scene, error) {
	s := &scene{codes: map[string]string{}, apis: map[string]string{}}
	var pool *issuer.Pool
	s.cognito = s.serve(func(w http.ResponseWriter, r *http.Request) { s.pass(pool, w, r) })
	pool, err := issuer.New(issuer.Config{
		BaseURL: s.cognito, Deliver: s.deliver,
		Clients: []issuer.Client{{ID: "secretive", Secret: "secret-of-the-client"}, {ID: "rotating", Rotate: true}},
		Accounts: []issuer.Account{
			{Username: "newcomer", Temporary: true, Required: []string{"name"}},
			{Username: "choice", Phone: "+15550100", MFA: []issuer.MFA{issuer.MFASMS, issuer.MFAEmail}},
			{Username: "authenticator", MFA: []issuer.MFA{issuer.MFASoftware}, TOTPSecret: totpSecret},
			{Username: "disabled", Disabled: true},
			{Username: "phoned", Phone: "+15550100"},
		},
	})
	if err != nil {
		return nil, err
	}
	s.socket = s.serve(greet)
	var remembering *issuer.Pool
	s.devices = s.serve(func(w http.ResponseWriter, r *http.Request) { s.pass(remembering, w, r) })
	remembering, err = issuer.New(issuer.Config{BaseURL: s.devices, Devices: true, Accounts: []issuer.Account{
		{Username: "authenticator", MFA: []issuer.MFA{issuer.MFASoftware}, TOTPSecret: totpSecret},
	}})
	if err != nil {
		return nil, err
	}
	for _, api := range []struct{ name, pool, client string }{
		{"local-client", s.cognito, "local-client"}, {"rotating", s.cognito, "rotating"}, {"remembering", s.devices, "local-client"},
	} {
		handler, err := s.stage(api.pool, api.client)
		if err != nil {
			return nil, err
		}
		s.apis[api.name] = s.serve(handler.ServeHTTP) + "/rest-token"
	}
	return s, nil
}

func (s *scene) serve(h http.HandlerFunc) string {
	server := httptest.NewServer(h)
	s.servers = append(s.servers, server)
	return server.URL
}

// greet sends the name of whose access token came with the handshake, and closes.
func greet(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer conn.CloseNow()
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	conn.Write(r.Context(), websocket.MessageText, fmt.Appendf(nil, "%v", claimsOf(token)["username"]))
	conn.Close(websocket.StatusNormalClosure, "")
}

// Close ends the servers.
func (s *scene) Close() {
	for _, server := range s.servers {
		server.Close()
	}
}

// pass lets the pool answer, and remembers what was called.
func (s *scene) pass(pool http.Handler, w http.ResponseWriter, r *http.Request) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	s.mu.Lock()
	s.calls = append(s.calls, operation)
	fails, held := s.fails == operation, s.held[operation]
	delete(s.held, operation)
	s.mu.Unlock()
	if held.arrived != nil {
		close(held.arrived)
		<-held.release
	}
	if fails {
		w.WriteHeader(500)
		w.Write([]byte(`{"__type":"InternalErrorException","message":"out of order"}`))
		return
	}
	pool.ServeHTTP(w, r)
}

func (s *scene) deliver(m issuer.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[m.Username] = m.Code
}

func (s *scene) code(username string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.codes[username]
}

// takeCalls gives the operations that were called since the last time.
func (s *scene) takeCalls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

func (s *scene) fail(operation string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = operation
}

// hold is an operation that is kept waiting once.
type hold struct{ arrived, release chan struct{} }

// hold keeps the next call of an operation waiting: arrived is closed when it is there, and release lets it go on.
func (s *scene) hold(operation string) (arrived <-chan struct{}, release chan<- struct{}) {
	h := hold{make(chan struct{}), make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = map[string]hold{operation: h}
	return h.arrived, h.release
}

// denied is a Lambda function that lets nobody in.
type denied struct{}

func (denied) Invoke(context.Context, []byte) ([]byte, error) { return nil, errors.New("Unauthorized") }

// stage is the API's contract in the mode rest-token, with the tokens function of an app client.
func (s *scene) stage(endpoint, id string) (http.Handler, error) {
	document, err1 := os.ReadFile("../../../../api/openapi.yaml")
	guarded, err2 := os.ReadFile("../../../modes/rest-token.yaml")
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	parsed, err1 := contract.Parse("openapi.yaml", document)
	chosen, err2 := modes.Parse("rest-token.yaml", guarded)
	identity, err3 := cognito.New(cognito.Config{ClientID: id, Timeout: time.Minute, // a busy machine may take longer than Cognito may
		Client: cognitoidentityprovider.New(cognitoidentityprovider.Options{Region: "us-east-1", BaseEndpoint: &endpoint})})
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	function, err := tokens.New(tokens.Config{Identity: identity})
	if err != nil {
		return nil, err
	}
	compiled, err := plan.Compile(parsed, chosen)
	if err != nil {
		return nil, err
	}
	return gateway.New(gateway.Config{Plan: compiled,
		Functions: map[string]gateway.Invoker{"tokens": function, "users": denied{}, "token": denied{}}})
}

// poll tries something until it holds, or for a time that is long on a busy machine.
func poll(holds func() bool) bool {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return true
		}
	}
	return false
}
