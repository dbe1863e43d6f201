package tokens_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"portcullis/api/internal/lambdaproxy/proxytest"
	"portcullis/api/tokens"
	"portcullis/api/tokens/cognito"
	issuer "portcullis/deploy/emulators/cognito"
)

// desk is a tokens function before a user pool, and what both say.
type desk struct {
	*tokens.Handler
	*pool
	log *bytes.Buffer
}

// pool is the built-in issuer, which all tests share: it is costly to make.
type pool struct {
	address string
	issuer  string // the claim iss of its tokens

	mu    sync.Mutex
	codes map[string]string // the last one that was sent to a user
}

// newcomers are how many users there are that have a temporary password, newcomer-0 and so on.
const newcomers = 6

// accounts are those of the pool, beside admin, reader and member.
func accounts() []issuer.Account {
	list := []issuer.Account{
		{Username: "sms", Phone: "+15550100", MFA: []issuer.MFA{issuer.MFASMS}},
		{Username: "mail", MFA: []issuer.MFA{issuer.MFAEmail}},
		{Username: "choice", Phone: "+15550100", MFA: []issuer.MFA{issuer.MFASMS, issuer.MFAEmail}},
		{Username: "phoned", Phone: "+15550100"},
		{Username: "disabled", Disabled: true},
		{Username: "unconfirmed", Unconfirmed: true},
		{Username: "reset", ResetRequired: true},
	}
	for n := range newcomers {
		list = append(list, issuer.Account{Username: fmt.Sprint("newcomer-", n), Temporary: true, Required: []string{"name", "locale"}},
			issuer.Account{Username: fmt.Sprint("authenticator-", n), MFA: []issuer.MFA{issuer.MFASoftware}, TOTPSecret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"})
	}
	return list
}

// clients are the pool's app clients, beside local-client, which has no secret and whose refresh tokens stay.
var clients = []issuer.Client{
	{ID: "secretive", Secret: "secret-of-the-client"},
	{ID: "rotating", Rotate: true},
	{ID: "graceful", Rotate: true, RetryGracePeriod: time.Minute},
}

// known is a secret that is known.
type known tokens.Secret

func (k known) Get(context.Context) (tokens.Secret, error) { return tokens.Secret(k), nil }
func (known) Forget(tokens.Secret)                         {}

// shared starts the pool, which ends with the tests.
var shared = sync.OnceValue(func() *pool {
	p := &pool{codes: map[string]string{}}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	made, err := issuer.New(issuer.Config{BaseURL: server.URL, Accounts: accounts(), Clients: clients, Deliver: p.deliver})
	if err != nil {
		panic(err)
	}
	handler, p.address, p.issuer = made, server.URL, made.Issuer()
	return p
})

func (p *pool) deliver(m issuer.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.codes[m.Username] = m.Code
}

func (p *pool) code(username string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.codes[username]
}

// newDesk makes a function for an app client of the built-in issuer.
func newDesk(t testing.TB, client string, revocations tokens.Revocations) *desk {
	t.Helper()
	d := &desk{pool: shared()}
	d.Handler, d.log = newHandler(t, d.address, client, revocations)
	return d
}

// patience is how long an emulator may take on a busy machine, longer than Cognito may.
const patience = time.Minute

// newHandler makes a function for an app client of what speaks Cognito's protocol at an address.
func newHandler(t testing.TB, address, client string, revocations tokens.Revocations) (*tokens.Handler, *bytes.Buffer) {
	t.Helper()
	config := cognito.Config{Client: clientAt(address), ClientID: client, Timeout: patience}
	if client == "secretive" {
		config.Secret = known("secret-of-the-client")
	}
	pool, err := cognito.New(config)
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	h, err := tokens.New(tokens.Config{
		Identity: pool, Revocations: revocations, AllowedOrigins: []string{"*"},
		Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h, log
}

func clientAt(address string) *cognitoidentityprovider.Client {
	return cognitoidentityprovider.New(cognitoidentityprovider.Options{Region: "us-east-1", BaseEndpoint: &address})
}

// post sends a body to an operation.
func post(t testing.TB, h *tokens.Handler, kind, path, body string) proxytest.Answer {
	t.Helper()
	return proxytest.Invoke(t, h, proxytest.Event(t, kind, proxytest.Call{Method: "POST", Path: path, Body: body}))
}

// signOut sends an Authorization header to POST /tokens/sign-out.
func signOut(t testing.TB, h *tokens.Handler, kind string, authorization ...string) proxytest.Answer {
	t.Helper()
	header := map[string][]string{"Authorization": authorization}
	return proxytest.Invoke(t, h, proxytest.Event(t, kind, proxytest.Call{Method: "POST", Path: "/tokens/sign-out", Header: header}))
}

// said is everything that an answer's body may have.
type said struct {
	AccessToken, IDToken, RefreshToken, TokenType string
	ExpiresIn                                     int
	Challenge, Session                            string
	Parameters                                    map[string]any
	Error, Message                                string
	AccessTokens                                  string
	Device                                        map[string]any
}

// read reads an answer that has this status.
func read(t testing.TB, a proxytest.Answer, status int) said {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("answer %d %s, want %d", a.StatusCode, a.Body, status)
	}
	if a.Headers["Cache-Control"] != "no-store" {
		t.Errorf("headers %v, want Cache-Control: no-store", a.Headers)
	}
	var s said
	if err := json.Unmarshal([]byte(a.Body), &s); err != nil {
		t.Fatalf("body %s: %v", a.Body, err)
	}
	return s
}

func credentialsOf(username, password string) string {
	body, _ := json.Marshal(map[string]string{"username": username, "password": password})
	return string(body)
}

// signIn signs in with the password of the built-in issuer's accounts.
func signIn(t testing.TB, h *tokens.Handler, username string) said {
	t.Helper()
	return read(t, post(t, h, "rest", "/tokens", credentialsOf(username, issuer.Password)), 200)
}

func revoking(refresh, access string) string {
	body, _ := json.Marshal(map[string]string{"refreshToken": refresh, "accessToken": access})
	return string(body)
}

func refreshing(token string) string {
	body, _ := json.Marshal(map[string]string{"refreshToken": token})
	return string(body)
}
